"""Takes a party's yearly declaration of what it earned with the results — e.g. HK$2m in the second year, of which HK$100,000 comes back.

The share is worked out by the scheme's rule and kept with the measures it rests on; finance then raises it as a debt like any other.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_noop as _

from millrace.core import recovery
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.documents import actions as documents
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather, recovering
from millrace.stages.deliver.actions.evidence import File, take
from millrace.stages.deliver.models import RevenueDeclaration


def declare_revenue(
    case: Case, *, year: int, revenue_cents: int, told: str, file: File | None = None, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will record what was earned in a year that is over, once, and what of it comes back; nothing earned is declared as nothing."""
    if file is not None:
        documents.checked(file.content, name=file.name, field="file")
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "declare_revenue", case, at)
        rule, found = _year(case, year, at)
        if RevenueDeclaration.objects.filter(case=case, year=year).exists():
            raise Refusal(
                "already-declared",
                what=_("The revenue of this year was declared already."),
                next_step=_("Tell the case's officer if the figure was wrong."),
            )
        if not told.strip():
            raise Refusal("evidence-needed", what=_("Say where the figure is from."), field="told", status=422)
        before = RevenueDeclaration.objects.filter(case=case).aggregate(sum=Sum("share_cents"))["sum"] or 0
        share = recovery.revenue_share(rule, revenue_cents, grant_cents=case.approved_cents, before_cents=before)
        RevenueDeclaration.objects.create(
            case=case,
            year=year,
            since=found.since,
            until=found.until,
            unit=case.unit,
            revenue_cents=revenue_cents,
            share_cents=share.amount_cents,
            steps={**share.as_json(), "measures": [dict(one) for one in rule.measures]},
            told=told.strip(),
            document=take(case, file, f"revenue/{year}", by=by, at=at),
            declared_at=at,
            declared_by=by,
        )
        facts = {"year": year, "revenue_cents": revenue_cents, "share_cents": share.amount_cents, "unit": case.unit}
        day = gather.local_day(at)
        return timeline.record(
            "revenue_declared", command=command, by=by, at=at, case=case, on_behalf_of=case.lead, happened_on=day, facts=facts
        )


def _year(case: Case, number: int, at: datetime) -> tuple[recovery.RevenueRule, recovery.Year]:
    held = recovering.revenue_of(case, gather.local_day(at))
    year = next((one for one in held[1] if one.number == number), None) if held else None
    if held is None or year is None:
        raise Refusal(
            "no-such-year",
            what=_("No revenue is declared for this year."),
            why=_("The scheme asks for a share only of the years after the end of the project, each once it is over."),
            next_step=_("The page of the case shows which years are to be declared."),
        )
    return held[0], year
