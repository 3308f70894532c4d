"""The RAISe+ stories over HTTP: two stages with their own ratio, evidence and releases, and direct entry to the second.

Stage 1 is released at two to one with at most half in kind, stage 2 at one to one and only once it is opened by decision.
"""

from datetime import date
from typing import Any

import pytest

from millrace.core import lifecycle, matching
from millrace.registers.ledger import queries as ledger
from millrace.registers.timeline.models import Event
from millrace.stages.apply import terms
from millrace.stages.assess import guard
from millrace.stages.award import queries as award
from millrace.stages.deliver.models import Release
from tests.journeys import asked
from tests.journeys import raise_plus_story as story
from tests.journeys.raise_plus_story import STAGE_1, STAGE_2, Play, play, published  # noqa: F401  # fixtures are found by name in this module

MILLION = 1_000_000_00


def to_agreement(play: Play) -> None:  # noqa: F811  # a Play, not the fixture
    """The case in force: HK$12m and HK$4m agreed, nothing paid yet."""
    story.drafted(play)
    story.joined(play, "partner", in_kind_cents="2,000,000")
    story.joined(play, "sponsor", cash_cents="7,000,000")
    story.submitted(play)
    story.assessed(play, "16,000,000")
    story.awarded(play, "16,000,000")


def test_one_case_through_both_stages(play: Play) -> None:  # noqa: F811  # the fixture of that name
    to_agreement(play)
    agreed = award.terms_of(play.case(), play.clock.today)
    assert agreed is not None
    one, two = agreed.stages
    assert (one.grant_cents, one.ratio, two.grant_cents, two.ratio) == (STAGE_1, matching.Ratio(2, 1), STAGE_2, matching.Ratio(1, 1))
    stage_one(play)
    into_stage_two(play)
    stage_two(play)
    story.closed(play)
    rows = list(Release.objects.order_by("number").values_list("stage_number", "amount_cents", "matching_cents"))
    assert {stage: sum(amount for of, amount, _used in rows if of == stage) for stage in (1, 2)} == {1: STAGE_1, 2: STAGE_2}
    assert all(amount == (2 if stage == 1 else 1) * used for stage, amount, used in rows)
    case = play.case()
    steps = guard.workflow(terms.of_row(case.scheme_version).book, case.track, case.stream)
    assert steps == ("screening", "expert_review", "business_review", "committee", "authority")
    said = Event.objects.filter(case=case, sheet__has_key="status").order_by("pk").values_list("sheet__status", flat=True)
    assert ("draft", *dict.fromkeys(said)) == lifecycle.path(steps)
    statement = ledger.statement(case)
    assert case.paid_cents == statement.total("paid", "HKD") == STAGE_1 + STAGE_2
    assert statement.matched("consumed", form="in_kind", unit="HKD") == 2 * MILLION
    for kind in ("application_submitted", "decision_made", "offer_accepted", "stage_opened", "case_closed"):
        assert Event.objects.filter(case=case, kind=kind).count() == 1, kind
    asked.at_most_twelve(case.reference, play.people["officer"], play.people["finance"])


def stage_one(play: Play) -> None:  # noqa: F811  # a Play, not the fixture
    """At two to one: HK$1m in cash lets only HK$1m of HK$2m in kind count, so that HK$4m of HK$4.8m is released at first."""
    play.clock.to(date(2025, 5, 5))
    story.brought(play, "sponsor_company", "1,000,000")
    story.brought(play, "partner_company", "2,000,000", form="in_kind")
    play.at("finance", "instalments/4/release/").sees("The stage has not been opened")
    story.released(play, 1)
    assert Release.objects.get().amount_cents == 4 * MILLION
    story.brought(play, "sponsor_company", "2,000,000")
    story.brought(play, "university", "1,000,000")
    story.released(play, 1)
    play.at("finance", "instalments/2/release/").sees("A milestone has not been accepted")
    play.clock.to(date(2026, 1, 15))
    story.reached(play, 2)
    story.released(play, 2)
    story.paid(play)
    play.clock.to(date(2026, 6, 15))
    story.claimed(play, 1, "manpower", "18,000,000")
    play.at("finance", "instalments/3/release/").sees("A milestone has not been accepted")
    story.reached(play, 3)
    story.released(play, 3)
    story.paid(play)
    assert play.case().paid_cents == STAGE_1


def into_stage_two(play: Play) -> None:  # noqa: F811  # a Play, not the fixture
    """Refused while the committee has not advised, and while its advice is no; opened once on its recorded yes."""
    play.clock.to(date(2026, 7, 6))
    play.at("authority", "stage/").submit("Open the stage", status=409).sees("The committee has not recommended this stage")
    story.advised(play, outcome="not_recommended")
    play.at("authority", "stage/").submit("Open the stage", status=409)
    play.clock.to(date(2026, 8, 3))
    story.advised(play, outcome="recommended")
    play.at("officer", "stage/", status=404)
    play.at("authority", "stage/").submit("Open the stage", times=2)
    assert play.case().stage_number == 2


def stage_two(play: Play) -> None:  # noqa: F811  # a Play, not the fixture
    """At one to one: HK$2m of industry's money carries HK$2m of grant and no more."""
    play.at("finance", "instalments/4/release/").sees("No verified matching money is left")
    play.clock.to(date(2026, 9, 7))
    story.brought(play, "sponsor_company", "2,000,000")
    story.released(play, 4)
    story.brought(play, "sponsor_company", "2,000,000")
    play.clock.to(date(2027, 3, 15))
    story.claimed(play, 2, "equipment", "8,000,000")
    story.reached(play, 5)
    story.released(play, 5)
    story.paid(play)


def test_a_finished_prototype_enters_stage_two_directly(play: Play) -> None:  # noqa: F811  # the fixture of that name
    story.drafted(play, is_direct=True)
    story.joined(play, "sponsor", cash_cents="12,000,000")
    story.submitted(play)
    assert play.case().stage_number == 2
    story.assessed(play, "12,000,000")
    story.awarded(play, "12,000,000")
    agreed = award.terms_of(play.case(), play.clock.today)
    assert agreed is not None and [(stage.number, stage.ratio) for stage in agreed.stages] == [(2, matching.Ratio(1, 1))]
    story.brought(play, "sponsor_company", "6,000,000")
    first = agreed.instalments[0].number
    story.released(play, first)
    row = Release.objects.get()
    assert (row.stage_number, row.amount_cents, row.matching_cents) == (2, 6 * MILLION, 6 * MILLION)
    play.at("authority", "stage/").submit("Open the stage", status=422).sees("There is no such stage to open")


@pytest.mark.parametrize("change", [{"has_prototype": "no"}, {"project_months": "40"}])
def test_without_a_prototype_or_within_more_months_there_is_no_direct_entry(play: Play, change: dict[str, Any]) -> None:  # noqa: F811  # as above
    story.drafted(play, is_direct=True)
    story.joined(play, "sponsor", cash_cents="12,000,000")
    play.at("writer", "draft/sections/project/").submit("Save and continue", **change)
    check = play.at("writer", "draft/check/")
    check.sees("36 months")
