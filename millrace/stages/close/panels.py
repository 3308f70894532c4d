"""What the case page shows of an ending — e.g. the final account: promised, earned, paid, back to the envelope."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from millrace.core import access as rights
from millrace.core import lifecycle
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.close import queries
from millrace.stages.close.actions import OBSTACLES
from millrace.stages.close.models import FinalAccount
from millrace.stages.deliver import gather, register
from millrace.web import access, words


def account_rows(drawn: "queries.Account | FinalAccount") -> list[tuple[str, str]]:
    """This will word the figures of a final account."""
    rows = [
        (_("Cost allowed"), drawn.spent_cents),
        (_("Grant earned by it"), drawn.earned_cents),
        (_("Released"), drawn.released_cents),
        (_("Paid"), drawn.paid_cents),
        (_("Back to the envelope"), drawn.unspent_cents),
        (_("Matching money used"), drawn.matching_cents),
    ]
    if isinstance(drawn, queries.Account):
        rows += [(_("Came back on other grounds"), drawn.back_cents)] if drawn.back_cents else []
        rows += [(_("Written off as not to be got back"), drawn.given_up_cents)] if drawn.given_up_cents else []
        rows += [(_("Came back as unspent and earned since"), drawn.earned_again_cents)] if drawn.earned_again_cents else []
        rows += [(_("To be refunded"), drawn.refund_cents)] if drawn.refund_cents else []
    return [(label, words.amount(cents, drawn.unit)) for label, cents in rows]


def obstacles_in_words(drawn: queries.Account) -> list[str]:
    """This will say what still stands in the way of closing."""
    return [_(OBSTACLES[code]) for code in drawn.obstacles]


def ending(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show the final account as it stands or would stand, and what may be done about it."""
    drawn = queries.account(case, gather.local_day(at))
    if drawn is None:
        return None
    kept = queries.accounts_of(case)
    standing = next((account for account in kept if account.reopened_at is None), None)
    subject, actor = access.subject_of(person, case, at), access.actor_of(person, at)
    may = {name: rights.decide(actor, name, subject).allowed for name in ("close_case", "terminate", "reopen", "close_money")}
    return {
        "case": case,
        "standing": standing,
        "rows": account_rows(standing or drawn),
        "obstacles": [] if standing else obstacles_in_words(drawn),
        "earlier": [account for account in kept if account.reopened_at],
        "refunds": queries.refunds_of(case),
        "may": may,
        "reader": person.pk,
        "is_staff": bool(actor.powers),
        "is_open": case.status == "in_force",
        "is_endable": case.status in lifecycle.IN_FORCE,
        "retained": register.retained(standing.kept, gather.local_day(at)) if standing else [],
    }
