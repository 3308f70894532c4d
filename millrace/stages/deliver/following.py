"""Says what follows from a change beside its new terms, before anyone signs — e.g. HK$4m back in the envelope when an agreement ends.

Only words and figures, as they stand when they are asked for: nothing is decided here.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta

from django.utils.translation import gettext as _

from millrace.core import changes as core
from millrace.registers.cases.models import Case
from millrace.registers.facilities import queries as facilities
from millrace.registers.ledger import queries as ledger
from millrace.stages.deliver import recovering, register, standing
from millrace.stages.deliver.models import Claim, Payment
from millrace.stages.deliver.models.releases import Unpaid
from millrace.web import words
from millrace.web.templatetags import parts

Row = tuple[str, str]


def money(case: Case, kind: str, said: core.Consequences) -> str:
    """This will say in one sentence where the change moves money, or what it stops."""
    if kind == core.SUSPENSION:
        return _("Nothing is claimed, released or paid until the suspension is lifted. Nothing goes back to the envelope.")
    by = -_given_back(case, case.unit) if kind == core.TERMINATION else said.grant_change_cents
    if by < 0:
        return _("%(amount)s goes back to the envelope.") % {"amount": words.amount(-by, case.unit)}
    if by > 0:
        return _("%(amount)s more is reserved in the envelope, if it has it.") % {"amount": words.amount(by, case.unit)}
    return _("Nothing is left to go back to the envelope.") if kind == core.TERMINATION else _("No money moves.")


def rows(case: Case, kind: str, said: core.Consequences) -> list[Row]:
    """This will list what else the change does to the case, each with its label."""
    if kind == core.SUSPENSION:
        return _while_suspended(case, said)
    if kind == core.TERMINATION:
        return _once_ended(case, said)
    return _with_a_later_end(case, said) if said.after.ends_before > said.before.ends_before else []


def _with_a_later_end(case: Case, said: core.Consequences) -> list[Row]:
    until, items = register.outlasted(case, said.after.ends_before)
    until_now = Counter(items.order_by("number").values_list("retain_until", flat=True))
    items_told = [(_("Items of equipment to be kept longer"), _longer(str(count), was, until)) for was, count in sorted(until_now.items())]
    return [*items_told, *_hours(case, said)]


def _hours(case: Case, said: core.Consequences) -> list[Row]:
    """Until when hours may be used: the last day, as the page of the hours says it."""
    was, until = (terms.ends_before - timedelta(days=1) for terms in (said.before, said.after))
    found = []
    for one in facilities.ending_before(case, said.before.ends_before):
        left = _("%(amount)s left") % {"amount": words.amount(one.left_hours, one.resource.unit)}
        found.append((parts.in_language(one.resource.names), _longer(left, was, until)))
    return found


def _longer(what: str, was: date, until: date) -> str:
    values = {"what": what, "was": words.day(was), "until": words.day(until)}
    return _("%(what)s: until %(until)s instead of %(was)s") % values


def _once_ended(case: Case, said: core.Consequences) -> list[Row]:
    """What the final account would settle: hours go back as well as money, and what is due is paid before there is one."""
    unit, statement = case.unit, standing.statement_of(case)
    others = sorted({line.unit for line in statement.envelopes} - {unit})
    back = [(_("Back to the envelope"), words.amount(left, one)) for one in others if (left := _given_back(case, one))]
    open_cents = statement.total("due", unit) + sum(_at_the_bank(case))
    return [
        *back,
        (_("Due or being paid, to be settled first"), words.amount(open_cents, unit)),
        (_("Paid and not earned, may have to be refunded"), words.amount(_unearned(case, said, statement), unit)),
        (_("Claims that will no longer be decided"), _counted(_undecided(case), unit)),
    ]


def _while_suspended(case: Case, said: core.Consequences) -> list[Row]:
    unit, at_the_bank = case.unit, _at_the_bank(case)
    due, released = standing.statement_of(case).total("due", unit), Counter[int]()
    for one in standing.releases_of(case):
        released[one.instalment] += one.amount_cents
    waiting = Unpaid.objects.filter(release__case=case).count() + len(_payments(case, Payment.State.ORDERED))
    unreleased = [one.planned_cents - released[one.number] for one in said.before.instalments]
    # What the bank has been told to pay, it pays.
    sent = [(_("Sent to the bank already, not stopped"), _counted(at_the_bank, unit))] if at_the_bank else []
    return [
        (_("Claims that wait to be decided"), _counted(_undecided(case), unit)),
        (_("Due and not paid until then"), _counted_as(waiting, due, unit)),
        *sent,
        (_("Instalments not released until then"), _counted([cents for cents in unreleased if cents > 0], unit)),
    ]


def _given_back(case: Case, unit: str) -> int:
    statement = standing.statement_of(case)
    return statement.total("committed", unit) + statement.total("reserved", unit)


def _unearned(case: Case, said: core.Consequences, statement: ledger.Statement) -> int:
    """What the final account would ask back: what is granted to be used, such as hours, is earned by its use."""
    unit = case.unit
    used = facilities.used_by(case, unit) if any(one.unit == unit for one in said.before.allocations) else 0
    earned = sum(claim.payable_cents for claim in standing.claims_of(case) if claim.state == Claim.State.DECIDED)
    back, given_up = recovering.back_on_other_grounds(case), recovering.given_up(case)
    return max(0, statement.total("paid", unit) + back - earned - used - given_up)


def _undecided(case: Case) -> list[int]:
    return [claim.claimed_cents for claim in standing.claims_of(case) if claim.state == Claim.State.SUBMITTED]


def _at_the_bank(case: Case) -> list[int]:
    return _payments(case, Payment.State.SENT)


def _payments(case: Case, state: str) -> list[int]:
    return [payment.amount_cents for payment in standing.payments_of(standing.releases_of(case)) if payment.state == state]


def _counted(sums: Collection[int], unit: str) -> str:
    return _counted_as(len(sums), sum(sums), unit)


def _counted_as(count: int, cents: int, unit: str) -> str:
    return _("%(count)s, of %(amount)s in all") % {"count": count, "amount": words.amount(cents, unit)} if count else _("None")
