"""Proves what claims make of facts — e.g. HK$0.6m of HK$1m in the Mainland is 60% and breaks the limit of half."""

from pathlib import Path

import pytest

from millrace.core.policy_folder import read
from millrace.core.rules import claimed, judge
from millrace.core.rules.claimed import Spent
from millrace.core.rules.facts import Standing
from millrace.core.rules.verdict import Outcome

FOLDER = Path(__file__).resolve().parents[2] / "policies" / "hong-kong"
POLICY = read.policy({path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()})
MHKJFS, NIFS = (POLICY.schemes[slug].versions[-1] for slug in ("mhkjfs", "nifs"))
HERE, THERE = "hong_kong", "mainland"


def judged(*lines: Spent) -> dict[str, Outcome]:
    facts = claimed.from_lines(MHKJFS, lines)
    return {rule.rule: rule.outcome for rule in judge.at_claim(MHKJFS, facts, on=MHKJFS.starts.latest)}


def test_only_a_scheme_with_such_rules_asks_where_money_was_spent() -> None:
    place = claimed.place_of(MHKJFS)
    assert place is not None and {HERE, THERE} <= place.choice_ids
    assert claimed.place_of(NIFS) is None and claimed.asked(NIFS) == {}
    assert judge.at_claim(NIFS, {}, on=NIFS.starts.latest) == ()


@pytest.mark.parametrize(("there", "work", "spending"), [(50, Outcome.PASS, Outcome.PASS), (51, Outcome.FAIL, Outcome.FAIL)])
def test_half_is_the_limit_of_work_and_of_spending(there: int, work: Outcome, spending: Outcome) -> None:
    assert judged(Spent("manpower", THERE, there), Spent("manpower", HERE, 100 - there)) == {
        "mainland-work": work,
        "mainland-spending": spending,
        "most-in-hong-kong": work,
    }


def test_work_is_weighed_apart_from_the_rest_of_the_spending() -> None:
    bought_there = judged(Spent("manpower", HERE, 40), Spent("equipment", THERE, 60))
    assert bought_there == {"mainland-work": Outcome.PASS, "mainland-spending": Outcome.FAIL, "most-in-hong-kong": Outcome.PASS}
    worked_there = judged(Spent("manpower", THERE, 40), Spent("equipment", HERE, 60))
    assert worked_there == {"mainland-work": Outcome.FAIL, "mainland-spending": Outcome.PASS, "most-in-hong-kong": Outcome.FAIL}


def test_work_in_the_mainland_and_elsewhere_is_weighed_together() -> None:
    half_outside = judged(Spent("manpower", THERE, 2), Spent("manpower", "elsewhere", 1), Spent("manpower", HERE, 3))
    assert half_outside["mainland-work"] is Outcome.PASS and half_outside["most-in-hong-kong"] is Outcome.PASS
    more = judged(Spent("manpower", THERE, 200), Spent("manpower", "elsewhere", 101), Spent("manpower", HERE, 300))
    assert more["mainland-work"] is Outcome.PASS and more["most-in-hong-kong"] is Outcome.FAIL


def test_a_share_is_never_rounded_down_to_the_limit_and_stands_verified() -> None:
    facts = claimed.from_lines(MHKJFS, [Spent("manpower", THERE, 1_000_001), Spent("manpower", HERE, 1_000_000)])
    assert facts["mainland_work_share"].value == 5001 and facts["mainland_cost"].standing is Standing.VERIFIED


def test_nothing_allowed_yet_breaks_nothing() -> None:
    assert Outcome.FAIL not in judged().values()
