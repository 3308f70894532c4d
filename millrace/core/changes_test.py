"""A change is worked out before it is signed — and over any sequence of changes the agreement stays whole: e.g. HK$10m cut to
HK$8m after HK$3m was released plans HK$5m more, and never HK$1 beyond the grant."""

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.core import changes, matching, releases, reports, term_differences, terms

OFFICER_SIGNS = ("time_extension", "budget_virement", "key_person", "equipment")
LEAD, SPONSOR, NEWCOMER = 7, 8, 9


def agreed(grant: int = 30_000_000_00) -> terms.Terms:
    stages = (
        terms.Stage(1, grant * 2 // 3, matching.Ratio(2, 1), matching.Share(1, 2)),
        terms.Stage(2, grant - grant * 2 // 3, matching.Ratio(1, 1), matching.Share(1, 2)),
    )
    shares = [(1, 50, releases.ON_ACCEPTANCE), (1, 50, releases.ON_MILESTONE), (2, 100, releases.ON_COMPLETION)]
    starts, ends = date(2025, 4, 1), date(2028, 4, 1)
    return terms.Terms(
        unit="HKD",
        grant_cents=grant,
        starts_on=starts,
        ends_before=ends,
        stages=stages,
        heads=(terms.Head("manpower", 60_000_000_00), terms.Head("equipment", 20_000_000_00, 25_000_000_00, "Guide 4.3")),
        milestones=(terms.Milestone(2, 1, date(2026, 9, 1), "milestone"), terms.Milestone(3, 2, date(2028, 3, 31), "completion")),
        instalments=terms.plan_instalments(stages, shares),
        pledges=(terms.Pledge(LEAD, matching.IN_KIND, 5_000_000_00), terms.Pledge(SPONSOR, matching.CASH, 15_000_000_00)),
        deliverables=(terms.Deliverable(1, 2, date(2028, 3, 1)),),
        reports=reports.plan(reports.Schedule(6, 30, 90, is_audited=True), starts, ends),
    )


def worked(kind: str, done: changes.Done | None = None, **asked: Any) -> changes.Consequences:
    return changes.consequences(agreed(), changes.Asked(1, kind, **asked), done or changes.Done(), by_officer=OFFICER_SIGNS)


def test_six_months_more_move_what_is_open_and_no_money() -> None:
    found = worked("time_extension", changes.Done(accepted=frozenset({2}), reported=frozenset({1})), ends_before=date(2028, 10, 1))
    assert not found.objections and found.grant_change_cents == 0 and found.signer == changes.OFFICER
    moved = {(one.of, one.key): (one.before, one.after) for one in found.differences}
    assert moved[("ends_before", "")] == (date(2028, 4, 1), date(2028, 10, 1))
    assert moved[("milestone", 3)] == (date(2028, 3, 31), date(2028, 9, 30))
    assert moved[("matching_day", 3)] == (date(2028, 3, 31), date(2028, 9, 30))
    assert moved[("deliverable", 1)] == (date(2028, 3, 1), date(2028, 8, 31))
    assert ("milestone", 2) not in moved and ("report", 1) not in moved
    assert moved[("report", 7)] == (None, found.after.reports[-1].due_on)
    assert not {of for of, _key in moved} & {"grant", "head", "instalment", "pledge", "matching"}


def test_who_leads_the_project_does_not_leave_it_and_hands_over_no_pledge() -> None:
    found = worked("partner_change", changes.Done(pledged={(LEAD, "in_kind"): 5_000_000_00}, lead=LEAD), leaves=LEAD, joins=NEWCOMER)
    assert [(one.code, one.about) for one in found.objections] == [("lead_leaves", "leaves")] and found.after == found.before
    assert not worked("partner_change", changes.Done(lead=LEAD), leaves=SPONSOR, joins=NEWCOMER).objections


def test_an_end_that_is_not_later_is_no_extension() -> None:
    found = worked("time_extension", ends_before=date(2028, 4, 1))
    assert [one.code for one in found.objections] == ["not_later"] and found.after == found.before


@pytest.mark.parametrize(
    ("heads", "codes"),
    [
        ({"manpower": 58_000_000_00, "equipment": 22_000_000_00}, []),
        ({"manpower": 58_000_000_00}, ["total_changed"]),
        ({"manpower": 49_999_999_99, "equipment": 30_000_000_01}, ["head_below_allowed", "head_above_cap"]),
        ({"travel": 1_00}, ["no_such_head"]),
        ({}, ["nothing_changed"]),
    ],
)
def test_a_virement_keeps_the_total_and_what_was_allowed(heads: dict[str, int], codes: list[str]) -> None:
    found = worked("budget_virement", changes.Done(allowed={"manpower": 50_000_000_00}), heads=heads)
    assert [one.code for one in found.objections] == codes
    if not codes:
        assert {one.code: one.approved_cents for one in found.after.heads} == heads
        assert found.after.instalments == found.before.instalments


def test_a_smaller_grant_is_taken_from_what_is_not_yet_released() -> None:
    found = worked("scope", changes.Done(released={1: 10_000_000_00}), grant_cents=20_000_000_00)
    assert [one.planned_cents for one in found.after.instalments] == [10_000_000_00, 5_000_000_00, 5_000_000_00]
    assert (found.grant_change_cents, found.signer) == (-10_000_000_00, changes.AUTHORITY)
    refused = worked("scope", changes.Done(released={1: 10_000_000_00}), grant_cents=9_999_999_99)
    assert [one.code for one in refused.objections] == ["grant_below_released"]


def test_a_larger_grant_that_matching_no_longer_carries_is_objected_to() -> None:
    found = worked("scope", grant_cents=36_000_000_00)
    assert found.matching_before.missing_cents == 0 and found.matching_after.missing_cents == 4_000_000_00
    assert [one.code for one in found.objections] == ["matching_short"]


def test_further_matching_money_pledged_with_it_carries_the_larger_grant() -> None:
    found = worked("scope", grant_cents=36_000_000_00, pledge_cents=4_000_000_00, pledger=LEAD)
    assert not found.objections and found.after.pledges[-1] == terms.Pledge(LEAD, matching.CASH, 4_000_000_00)


def test_who_joins_takes_over_what_who_leaves_has_not_brought() -> None:
    done = changes.Done(pledged={(SPONSOR, matching.CASH): 6_000_000_00})
    found = worked("partner_change", done, leaves=SPONSOR, joins=NEWCOMER)
    assert {(one.sponsor, one.amount_cents) for one in found.after.pledges} == {
        (LEAD, 5_000_000_00),
        (SPONSOR, 9_000_000_00),
        (NEWCOMER, 6_000_000_00),
    }
    assert not found.objections
    assert [one.code for one in worked("partner_change", done, leaves=SPONSOR).objections] == ["matching_short"]


@pytest.mark.parametrize("kind", ["suspension", "termination"])
def test_what_stops_an_agreement_is_never_an_officers_to_sign(kind: str) -> None:
    found = changes.consequences(agreed(), changes.Asked(1, kind), changes.Done(), by_officer=changes.KINDS)
    assert found.signer == changes.AUTHORITY


ASKED = st.one_of(
    st.builds(lambda days: ("time_extension", {"ends_before": days}), st.integers(-100, 900)),
    st.builds(lambda part: ("budget_virement", {"moved": part}), st.integers(0, 70_000_000_00)),
    st.builds(lambda cents: ("scope", {"grant_cents": cents}), st.integers(0, 60_000_000_00)),
    st.builds(lambda who: ("partner_change", {"leaves": who, "joins": NEWCOMER}), st.sampled_from([LEAD, SPONSOR, NEWCOMER])),
    st.sampled_from([("key_person", {}), ("equipment", {}), ("suspension", {}), ("termination", {})]),
)
EVENTS = st.lists(st.one_of(ASKED, st.tuples(st.just("release"), st.integers(1, 3), st.integers(1, 100))), max_size=14)


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_over_any_sequence_of_changes_and_releases_the_agreement_stays_whole(events: list[Any]) -> None:
    """Instalments never exceed the grant, what was released never what is planned; days are ordered; no earlier terms are altered."""
    held, kept = [agreed()], [agreed().to_data()]
    released: dict[int, int] = {}
    for number, event in enumerate(events, start=1):
        now = held[-1]
        if event[0] == "release":
            instalment = now.instalment(event[1])
            assert instalment is not None
            left = instalment.planned_cents - released.get(event[1], 0)
            released[event[1]] = released.get(event[1], 0) + left * event[2] // 100
            continue
        pledged = {(SPONSOR, matching.CASH): 1_000_000_00, (LEAD, matching.IN_KIND): 1_00}
        done = changes.Done(released=released, allowed={"manpower": 10_000_000_00}, accepted=frozenset({2}), pledged=pledged)
        found = changes.consequences(now, asked_of(number, now, *event), done)
        if found.objections:
            continue
        held.append(found.after)
        kept.append(found.after.to_data())
    for before, data in zip(held, kept, strict=True):
        assert before == terms.from_data(data) and before.to_data() == data
    for earlier, later in itertools.pairwise(held):
        assert earlier.starts_on == later.starts_on < later.ends_before and earlier.ends_before <= later.ends_before
        assert sum(one.approved_cents for one in later.heads) == sum(one.approved_cents for one in earlier.heads)
        assert [one.due_on for one in later.reports] == sorted(one.due_on for one in later.reports)
        assert all(one.due_on < later.ends_before for one in later.milestones)
        assert all(one.due_on < later.ends_before for one in later.deliverables)
        assert later.changes[: len(earlier.changes)] == earlier.changes and len(later.changes) == len(earlier.changes) + 1
    last = held[-1]
    assert sum(one.planned_cents for one in last.instalments) <= last.grant_cents
    assert sum(one.grant_cents for one in last.stages) == sum(one.planned_cents for one in last.instalments)
    assert all(released.get(one.number, 0) <= one.planned_cents for one in last.instalments)
    assert all(one.amount_cents > 0 for one in last.pledges)


def asked_of(number: int, now: terms.Terms, kind: str, told: dict[str, Any]) -> changes.Asked:
    if kind == "time_extension":
        return changes.Asked(number, kind, ends_before=now.ends_before + timedelta(days=told["ends_before"]))
    if kind == "budget_virement":
        total = sum(one.approved_cents for one in now.heads)
        return changes.Asked(number, kind, heads={"manpower": told["moved"], "equipment": total - told["moved"]})
    asked = changes.Asked(number, kind, **told)
    return changes.asked_from(number, kind, asked.to_data())


def test_terms_do_not_differ_from_themselves() -> None:
    assert term_differences.between(agreed(), agreed()) == ()
