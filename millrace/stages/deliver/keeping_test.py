"""Proves that what is kept of open instalments is what sizing them gives, at every moment — e.g. a day after a report fell due."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from millrace.core import releases, terms
from millrace.registers.cases.models import Case
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import keeping, standing
from millrace.stages.deliver.deliver_test import bring, claim, open_account, reach
from millrace.stages.deliver.models import Finding, Inspection, OpenInstalment
from millrace.stages.deliver.reports_test import with_reports, write


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def keep(held: Any) -> None:
    sealer.seal(held.at)
    keeping.keep_up(held.at)


def tell(case: Any, *, kind: str, by: Any, at: datetime, command: uuid.UUID) -> None:
    """This will tell of an act whose own action needs more than a test has, such as a committee's advice."""
    with transaction.atomic():
        timeline.record(kind, command=command, by=by, at=at, case=case, facts={})


def kept(case: Any, day: date) -> dict[int, tuple[Any, ...]]:
    """This will give each open instalment as kept where that is in step with the timeline, and else as worked out now."""
    case = Case.objects.get(pk=case.pk)
    is_kept = case.pk not in keeping.changed(most=10**6).cases
    rows = list(keeping.open_on(day).filter(case=case)) if is_kept else list(keeping.rows_of([case], day))
    told = {}
    for row in rows:
        if row.from_on <= day:
            blocks = row.blocks_on(day)
            told[row.number] = (row.left_cents, 0 if blocks else row.release_cents, frozenset(blocks), "" if blocks else row.limited_by)
    return told


def sized(case: Any, day: date) -> dict[int, tuple[Any, ...]]:
    case = Case.objects.get(pk=case.pk)
    found = standing.planned_of([case], day).get(case.pk, ()) if case.status in ("in_force", "suspended") else ()
    return {
        one.instalment.number: (
            one.instalment.planned_cents - one.released_cents,
            one.release.amount_cents,
            frozenset(one.release.blocks),
            "" if one.release.blocks else one.release.limited_by,
        )
        for one in found
        if one.released_cents < one.instalment.planned_cents
    }


def agrees(case: Any, day: date) -> dict[int, tuple[Any, ...]]:
    """This will hold one against the other, and give both."""
    assert kept(case, day) == sized(case, day)
    return sized(case, day)


def test_every_act_moves_what_is_kept_before_and_after_it_is_taken_up(agree: Any) -> None:
    held = agree.nifs()
    seen = []
    for act in (
        lambda: None,
        lambda: open_account(held),
        lambda: reach(held, 1),
        lambda: bring(held, 9_000_000_00),
        lambda: claim(held, 30_000_000_00),
        lambda: held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance),
        lambda: bring(held, 11_000_000_00),
        lambda: held.act(deliver.release_instalment, held.case, instalment=1, by=held.finance),
    ):
        act()
        agrees(held.case, held.at.date())
        keep(held)
        seen.append(agrees(held.case, held.at.date()))
        assert keeping.changed().cases == frozenset()
    assert [one[1][1] for one in seen[:-1]] == [0, 0, 0, 0, 4_500_000_00, 0, 5_500_000_00] and seen[-1] == {}
    assert seen[4][1][3] == "matching_carries" and seen[5][1][2] == {"no_verified_matching"}


def test_days_alone_bring_a_report_overdue_a_finding_and_later_terms(agree: Any) -> None:
    held = with_reports(agree.nifs(), first_due=date(2026, 3, 10))
    visit = Inspection.objects.create(case=held.case, number=1, planned_on=date(2026, 3, 1), place="Tai Po", planned_at=held.at,
        planned_by=held.officer)  # fmt: skip
    Finding.objects.create(case=held.case, inspection=visit, number=1, severity="minor", told="A guard.", remedy_by=date(2026, 3, 20))
    row = AgreedTerms.objects.get(case=held.case)
    later = terms.from_data(row.data)
    halves = [releases.Instalment(n, 1, later.grant_cents // 2, releases.ON_MILESTONE, (1,)) for n in (1, 2)]
    AgreedTerms.objects.create(case=held.case, number=2, from_on=date(2026, 4, 1), data=replace(later, instalments=tuple(halves)).to_data(),
        sha256="0" * 64, recorded_at=held.at, event=row.event)  # fmt: skip
    keep(held)
    waits = []
    for day in (date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 20), date(2026, 3, 21), date(2026, 3, 31), date(2026, 4, 1)):
        found = agrees(held.case, day)
        waits.append((len(found), {"report_overdue", "finding_open"} & found[1][2]))
    late, both = {"report_overdue"}, {"report_overdue", "finding_open"}
    assert waits == [(1, set()), (1, late), (1, late), (1, both), (1, both), (2, both)]
    held.at += timedelta(days=40)
    write(held, 1)
    keep(held)
    assert "report_overdue" not in agrees(held.case, held.at.date())[1][2]


def test_an_account_is_for_every_case_its_organisation_leads(agree: Any) -> None:
    held, other = agree.nifs(), agree.nifs()
    Case.objects.filter(pk=other.case.pk).update(lead=held.lead)
    keep(held)
    open_account(held)
    assert {held.case.pk, other.case.pk} <= keeping.changed().cases
    keep(held)
    for each in (held, other):
        assert "account_not_verified" not in agrees(each.case, held.at.date())[1][2]


def test_a_case_no_longer_in_force_has_nothing_to_release(agree: Any) -> None:
    held = agree.nifs()
    keep(held)
    assert OpenInstalment.objects.count() == 1
    Case.objects.filter(pk=held.case.pk).update(status="closed")
    held.act(tell, held.case, kind="case_closed", by=held.officer)
    keep(held)
    assert not OpenInstalment.objects.exists() and agrees(held.case, held.at.date()) == {}


def test_what_was_altered_behind_the_programs_back_is_seen_and_what_waits_is_not(agree: Any) -> None:
    held = agree.nifs()
    assert keeping.verify(held.at).counts == {"cases": 0, "instalments": 0, "waiting": 1}
    keep(held)
    part = keeping.verify(held.at)
    assert part.is_whole and part.counts == {"cases": 1, "instalments": 1, "waiting": 0}
    OpenInstalment.objects.update(blocks=[])
    assert [finding.check for finding in keeping.verify(held.at).findings] == ["open-instalments-differ"]


def test_a_reader_works_out_no_more_than_so_many(agree: Any) -> None:
    agree.nifs()
    assert keeping.changed(most=1).is_behind and not keeping.changed().is_behind
