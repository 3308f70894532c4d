"""What a selection made for the funder rests on: the cases to choose among, and what is left of the block grant — e.g. HK$8m a year.

Which schemes leave the choice to their applicant is said by their steps; how much, by their rules' cumulative ceilings.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum

from millrace.core import selection
from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.core.rules.bodies import CumulativeCeiling
from millrace.core.rules.facts import APPLICANT
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.apply import facts, terms
from millrace.stages.apply import queries as apply
from millrace.stages.assess import guard
from millrace.stages.assess.models import PanelChoice


@dataclass(frozen=True)
class Waiting:
    """The cases one panel may choose among, and its block grant."""

    cases: tuple[Case, ...]
    grant: selection.BlockGrant
    stream: str


def is_delegated(case: Case) -> bool:
    """This will say whether the applicant itself selects the case for the funder."""
    return "delegated_selection" in guard.workflow_of(case)


def waiting(case: Case, at: datetime) -> Waiting:
    """This will gather the submitted cases beside this one that draw on the same block grant, and what is left of it."""
    book = terms.of_row(case.scheme_version).book
    ceiling = _block_grant(book)
    if ceiling is None:
        raise Refusal.not_found()
    counted = book.counted.get(ceiling.used)
    stream = case.stream if counted is not None and counted.stream == "same" else ""
    beside = Case.objects.filter(lead=case.lead, scheme=case.scheme, **({"stream": stream} if stream else {}))
    draft = apply.draft_of(case)
    given = facts.computed(book, facts.Applying(case.lead, draft.call if draft else None, None, terms.local_day(at), stream))
    granted = given[ceiling.used].value if ceiling.used in given else 0
    # What was selected and not yet decided by the authority is spoken for as well.
    selected = PanelChoice.objects.filter(case__in=beside.filter(status="selected")).aggregate(sum=Sum("amount_cents"))["sum"] or 0
    used = (granted if type(granted) is int else 0) + selected
    cases = beside.filter(status="submitted").select_related("lead", "scheme_version").defer("scheme_version__text").order_by("pk")
    return Waiting(tuple(cases), selection.BlockGrant(ceiling.amount_cents, used), stream)


def _block_grant(book: rulebook.SchemeVersion) -> CumulativeCeiling | None:
    """Find what the applicant itself may have in all; a limit of who benefits is not its block grant."""
    ceilings = [rule.body for rule in book.rules if isinstance(rule.body, CumulativeCeiling)]
    return next((one for one in ceilings if one.used not in book.counted or book.counted[one.used].of == APPLICANT), None)


def choice_on(case: Case) -> PanelChoice | None:
    """This will give what the panel said of a case."""
    found = PanelChoice.objects.filter(case=case).select_related("meeting__recorded_by", "meeting__organisation")
    return found.prefetch_related("meeting__members").first()


def most_cents(case: Case) -> int | None:
    """This will give what the panel selected the case for, which the authority does not exceed; None where no panel chose."""
    return PanelChoice.objects.filter(case=case, is_selected=True).values_list("amount_cents", flat=True).first()


def panel(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show the panel's record: its meeting, who was present with what interest, and what it said of this case."""
    found = choice_on(case) if is_delegated(case) else None
    if found is None:
        return None
    members = [
        {"member": one, "is_here": one.interest_in_id == case.pk} for one in sorted(found.meeting.members.all(), key=lambda one: one.line)
    ]
    grant = selection.BlockGrant(found.meeting.block_cents, found.meeting.used_cents)
    return {"case": case, "choice": found, "members": members, "left_cents": grant.left_cents}
