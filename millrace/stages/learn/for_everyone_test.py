"""Small groups of a figure are withheld from everyone and told to the funder's people — e.g. three cases of NIFS among seventeen."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from millrace.core.figures import answer, for_everyone
from millrace.core.figures.answer import Compared
from millrace.core.figures.definition import Beside
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.stages.learn import queries
from millrace.stages.learn.learn_test import FILES, NOON
from millrace.stages.plan import figures
from millrace.web import funder

DAY = datetime(2026, 3, 10, 4, tzinfo=UTC)
AT = "?as-at=2026-03-31"
APPROVED = f"/figures/approved-by-scheme/{AT}"
GROUPS = {"nifs": 3, "raise-plus": 6, "itsp": 8}


@pytest.fixture
def told(make, monkeypatch):
    """Seventeen cases approved, and those of NIFS agreed, where groups below five are withheld."""
    by = make.person(powers=("policy", "officer"))
    figures.publish_figures(FILES, by=by, at=NOON, command=uuid.uuid4())
    for scheme, count in GROUPS.items():
        for _number in range(count):
            case = make.case(scheme=scheme, status="in_force")
            days = {"approved_on": "2026-03-10", "agreed_on": "2026-03-10", "status": "in_force"}
            common = {"command": uuid.uuid4(), "by": by, "at": DAY, "case": case, "happened_on": date(2026, 3, 10)}
            values = {"scheme": scheme, "unit": "HKD", "approved_cents": 70_000, **days}
            timeline.record("case_corrected", facts={"corrected_kind": ""}, sheet=values, **common)
    sealer.seal(DAY)
    sheet.project()
    monkeypatch.setattr(funder, "current", lambda known=funder.UNPUBLISHED: replace(known, small_below=5))
    return by


def test_everyone_is_told_the_total_and_which_groups_are_withheld(told):
    page = Client().get(APPROVED).text
    assert "What the total adds" not in page, "sums that would tell a withheld group are left out"
    assert page.count(">withheld<") == 2 and "Groups of fewer than 5 cases are withheld" in page
    assert '<td class="num">17</td>' in page and '<td class="num">8</td>' in page
    assert '<td class="num">3</td>' not in page and '<td class="num">6</td>' not in page
    plain = Client().get("/api/v1/figures/approved-by-scheme?as_at=2026-03-31").json()
    (part,) = plain["breakdowns"]
    assert [(line["key"], line["count"]) for line in part["lines"]] == [("itsp", 8)]
    assert (part["withheld"], plain["count"]) == (["nifs", "raise-plus"], 17)


def test_the_funders_people_are_told_every_group_and_so_is_whoever_asks_what_is_public_case_by_case(told, sign_in):
    officer = sign_in(told).see(APPROVED)
    assert '<td class="num">3</td>' in officer and '<td class="num">6</td>' in officer and "withheld" not in officer
    agreed = Client().get(f"/figures/agreed-by-scheme/{AT}").text
    assert '<td class="num">3</td>' in agreed and "withheld" not in agreed


def test_another_grouping_is_for_the_funders_people_alone(told, sign_in):
    officer = sign_in(told)
    page = officer.see(f"{APPROVED}&by=status")
    assert "By status" in page and '<th scope="row">In force</th><td class="num">17</td>' in page and "By scheme" in page
    assert "Not recorded" in officer.see(f"{APPROVED}&by=sector")
    assert "Choose one of the groupings listed." in officer.see(f"{APPROVED}&by=approved_cents", 422)
    for asked in ("status", "approved_cents"):
        public = Client().get(f"{APPROVED}&by={asked}")
        assert public.status_code == 200 and "By status" not in public.text and "By another grouping" not in public.text


def test_a_whole_that_is_small_is_withheld_too_and_what_changed_tells_no_withheld_group():
    few, many = (_answer(nifs=2), _answer(nifs=2, itsp=40, aiss=50))
    alone, among = for_everyone.guarded(few, 5), for_everyone.guarded(many, 5)
    assert (alone.is_total_withheld, alone.count, alone.breakdowns[0].lines) == (True, 0, ())
    assert among.breakdowns[0].withheld == ("itsp", "nifs") and among.count == 92
    later = for_everyone.guarded(_answer(nifs=9, itsp=40, aiss=51), 5)
    assert [each.key for each in answer.drift(among, later)] == ["aiss"]
    assert for_everyone.guarded(many, 0) == many


def test_an_own_count_does_not_stand_beside_a_published_one_where_it_tells_a_withheld_group():
    own, compared = for_everyone.guarded(_answer(nifs=2, itsp=40, aiss=50), 5), Compared(42, 0, ())
    assert for_everyone.may_stand_beside(compared, Beside("approved", ("aiss",)), own, 5)
    assert not for_everyone.may_stand_beside(compared, Beside("approved", ("nifs",)), own, 5)
    assert not for_everyone.may_stand_beside(replace(compared, count=3), Beside("approved", ("aiss",)), own, 5)


def _answer(**groups):
    version = queries._figure("approved-by-scheme", FILES["figures/approved-by-scheme.toml"]).versions[0]
    return answer.of_groups(version, [(key, count, count * 100) for key, count in groups.items()], date(2026, 3, 31))
