"""What every action of this stage gathers first — e.g. the NIFS case locked behind its applicant, in force, with its terms.

Locks come in one order everywhere: organisations by id, then cases by id. They are FOR NO KEY UPDATE, which wait for one
another but not for a foreign key that merely points at the row.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from millrace.core import access as rights
from millrace.core import financial_year, lifecycle
from millrace.core import ledger as books
from millrace.core.refusal import Refusal
from millrace.core.terms import Terms
from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as ledger
from millrace.registers.people import prepared
from millrace.registers.people import queries as people
from millrace.registers.people.models import Organisation, Person
from millrace.registers.policy import queries as policy
from millrace.stages.award import queries as award
from millrace.web import access, funder


def _held(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Without the text of the scheme's version, ninety kilobytes that whoever needs it reads once per process."""
    return rows.select_for_update(no_key=True, of=("self",)).select_related("lead", "scheme_version").defer("scheme_version__text")


_applicant_held = prepared.Prepared(
    lambda organisation: Organisation.objects.select_for_update(no_key=True).filter(pk=organisation).values_list("pk"), organisation=int
)
_case_held = prepared.Prepared(lambda case: _held(Case.every.filter(pk=case)), case=int)


def local_day(at: datetime) -> date:
    """This will give the funder's own day of a moment."""
    return at.astimezone(funder.current().zone).date()


def year_of(on: date) -> str:
    """This will name the funder's financial year of a day; before a policy is published, the year from April."""
    funder_ = policy.funder_if_published()
    return funder_.financial_year_name(on) if funder_ else financial_year.of(on)


def lock_cases(wanted_cases: Iterable[Case]) -> dict[int, Case]:
    """This will lock the cases' applicants, then the cases, and give the cases as they are now, by id."""
    wanted = {case.pk: case.lead_id for case in wanted_cases}
    list(Organisation.objects.select_for_update(no_key=True).filter(pk__in=set(wanted.values())).order_by("pk").values_list("pk"))
    return {case.pk: case for case in _held(Case.every.filter(pk__in=wanted).order_by("pk"))}


def lock_case(case: Case) -> Case:
    """This will lock one case behind its applicant and give it as it is now."""
    _applicant_held(organisation=case.lead_id)
    [held] = _case_held(case=case.pk)
    return held


def must(person: Person, action: str, case: Case, at: datetime) -> None:
    """This will refuse without a hint what a person may not do, and in words what one may not do for one's own organisation.

    "system" does what no one clicks.
    """
    if person.is_system:
        return
    actor, subject = access.actor_of(person, at), access.subject_of(person, case, at)
    decision = rights.decide(actor, action, subject)
    if not decision.allowed:
        raise Refusal.not_found()
    if decision.because.startswith(("power:", "standing:operator")) and set(actor.organisations) & set(subject.parties):
        raise own_case(_("You act for a party to this case."))


def own_case(what: str) -> Refusal:
    """This will be the refusal of what a person of the funder may not do for their own organisation."""
    why, step = _("No one acts for the funder on a case of their own organisation."), _("Ask another person with this power.")
    return Refusal("own-case", what=what, why=why, next_step=step, status=403)


def must_hold(person: Person, powers: frozenset[str], at: datetime) -> None:
    """This will refuse without a hint what needs one of these powers of the funder."""
    if not person.is_system and not powers & people.powers_of(person, at):
        raise Refusal.not_found()


def must_not_be_suspended(found: Iterable[Case]) -> None:
    """This will refuse what moves money or terms while an agreement is suspended."""
    for case in found:
        if case.status == lifecycle.SUSPENDED:
            raise Refusal(
                "suspended",
                what=_("The agreement of %(reference)s is suspended: nothing is claimed, changed, released or paid under it."),
                why=_("A suspension stops the money of an agreement until the authority lifts it."),
                next_step=_("Settle what it was suspended for; the case's officer can ask the authority to lift it."),
                values={"reference": case.reference},
            )


def must_be_in_force(case: Case) -> None:
    """This will refuse what may only be done under an agreement in force."""
    must_not_be_suspended([case])
    if case.status != "in_force":
        raise Refusal(
            "not-in-force",
            what=_("This can only be done while the agreement is in force."),
            why=_("The case is not, or no longer, under an agreement."),
            next_step=_("Look at the case's timeline for where it stands."),
        )


def terms_of(case: Case, on: date) -> Terms:
    """This will give the agreement's terms on a day, or refuse if there are none."""
    found = award.terms_of(case, on)
    if found is None:
        raise no_terms()
    return found


def no_terms() -> Refusal:
    """This will be the refusal of what needs an agreement's terms on a day that has none."""
    return Refusal("no-terms", what=_("The agreement has no terms on that day."), next_step=_("Ask the case's officer."))


def envelope_of(case: Case) -> books.Envelope:
    """This will name the envelope from which the case's grant was committed: what is added to it comes from the same one."""
    lines = sorted((line for line in ledger.statement(case).envelopes if line.unit == case.unit), key=lambda line: (line.fund, line.scheme))
    if not lines:
        raise Refusal("no-envelope", what=_("The case has no envelope yet."), next_step=_("Ask the finance team."))
    return books.Envelope(lines[0].fund, lines[0].scheme, lines[0].unit)


def envelopes_of(case: Case, state: str, amount: int, *, unit: str) -> list[tuple[books.Envelope, int]]:
    """This will say from which of the case's envelopes an amount in `state` comes: in order, each as far as it goes."""
    return parts_of(ledger.statement(case), state, amount, unit=unit)


def parts_of(statement: ledger.Statement, state: str, amount: int, *, unit: str) -> list[tuple[books.Envelope, int]]:
    """This will say the same from a statement read under the case's lock."""
    left, parts = amount, []
    for line in sorted(statement.envelopes, key=lambda line: (line.fund, line.scheme)):
        part = min(left, getattr(line, state)) if line.unit == unit else 0
        if part:
            parts.append((books.Envelope(line.fund, line.scheme, line.unit), part))
            left -= part
    if left:
        raise Refusal(
            "not-enough-left",
            what=_("%(asked_cents)s was asked of this case; %(left_cents)s is left."),
            next_step=_("Check the amount against the statement of the case."),
            values={"asked_cents": amount, "left_cents": amount - left, "unit": unit},
        )
    return parts
