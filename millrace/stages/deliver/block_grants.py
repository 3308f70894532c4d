"""What became of a block grant that its recipient selects within — e.g. HK$8m of a university's year, by start-up.

The block is the one of the meeting that selected the case; beside it stand the university's other cases of the same stream and year.
"""

from datetime import datetime
from typing import Any

from django.db.models import F, Sum

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.assess import delegated
from millrace.stages.assess.models import PanelChoice
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import Claim
from millrace.web import access


def panel(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show the block, what is selected of it, and what each selected case was approved, claimed and paid; None without one."""
    chosen = delegated.choice_on(case) if case.scheme_version and delegated.is_delegated(case) else None
    if chosen is None:
        return None
    meeting = chosen.meeting
    year = gather.year_of(meeting.met_on)
    of_block = {"meeting__organisation": case.lead_id, "meeting__scheme": case.scheme, "meeting__stream": meeting.stream}
    found = PanelChoice.objects.filter(**of_block, is_selected=True).exclude(
        case__status__in=("refused", "withdrawn", "declined", "lapsed")
    )
    rows = found.annotate(
        reference=F("case__reference"),
        title=F("case__title"),
        approved_cents=F("case__approved_cents"),
        paid_cents=F("case__paid_cents"),
        met_on=F("meeting__met_on"),
    )
    same_year = [row for row in rows.order_by("case__reference") if gather.year_of(row.met_on) == year]
    claims = Claim.objects.filter(case__in=[row.case_id for row in same_year], state=Claim.State.DECIDED)
    claimed = dict(claims.values_list("case").annotate(sum=Sum("payable_cents")))
    shown = set(access.cases_visible_to(person, at).filter(pk__in=[row.case_id for row in same_year]).values_list("pk", flat=True))
    lines = [
        {
            "reference": row.reference,
            "title": row.title,
            "selected_cents": row.amount_cents,
            "approved_cents": row.approved_cents or 0,
            "claimed_cents": claimed.get(row.case_id, 0),
            "paid_cents": row.paid_cents,
        }
        for row in same_year
        if row.case_id in shown
    ]
    # Told of the whole block only to those who see every case of it: a sum would give away the one they may not see.
    is_whole = len(lines) == len(same_year)
    sums = {name: sum(line[name] for line in lines) for name in ("selected_cents", "approved_cents", "claimed_cents", "paid_cents")}
    return {
        "case": case,
        "year": year,
        "unit": meeting.unit,
        "block_cents": meeting.block_cents,
        "left_cents": meeting.block_cents - sums["selected_cents"],
        "lines": lines,
        "sums": sums if is_whole else None,
    }
