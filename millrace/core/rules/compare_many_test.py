"""Proves that past cases compared in columns differ exactly as they do one by one, with vocabularies that number choices differently."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.core.rules import compare, compare_many, judge, past
from millrace.core.rules import facts as facts_
from millrace.core.rules.compare import PastCase
from millrace.core.rules.facts import Choice, FactType, FactValue
from millrace.core.rules.judge_many_test import CHOICES, DAYS, FACTS, NOTHING, cases, versions
from millrace.core.rules.past import Judgement
from millrace.core.rules.rulebook import SchemeVersion, Vocabulary

# The version the cases were judged by knows a choice more, and in another order.
EARLIER_CHOICES = (CHOICES[1], Choice("d", NOTHING), CHOICES[2], CHOICES[0])
EARLIER = {name: replace(fact, choices=EARLIER_CHOICES) if fact.choices else fact for name, fact in FACTS.items()}
Case = tuple[dict[str, FactValue], date]


@st.composite
def earlier_cases(draw: st.DrawFn) -> Case:
    facts = draw(cases())
    for name in ("place", "themes"):
        if name in facts and draw(st.booleans()):
            facts[name] = FactValue("d" if name == "place" else ("a", "d"), facts[name].standing)
    return facts, draw(DAYS)


def judged(version: SchemeVersion, told: Sequence[Case]) -> list[tuple[PastCase, Any]]:
    """Each case with its verdict, as it is stored."""
    found = []
    for number, (facts, on) in enumerate(told):
        said = judge.judge(version, facts, on=on)
        found.append((PastCase(f"CASE-{number}", on, facts), said))
    return found


def laid_out(version: SchemeVersion, stored: Sequence[tuple[PastCase, Any]]) -> past.Past:
    rows = [
        Judgement(n, case.reference, n, case.on, [str(rule.outcome) for rule in said.rules], said.amount_cents, said.facts)
        for n, (case, said) in enumerate(stored)
    ]
    return past.laid_out(version, rows)


def as_stored(stored: Sequence[tuple[PastCase, Any]], draft: SchemeVersion) -> list[tuple[PastCase, Any]]:
    """Each case with the facts kept beside its verdict, as far as the draft knows them."""
    return [(replace(case, facts=facts_.read_known(draft.vocabulary.facts, said.facts)), said) for case, said in stored]


@settings(max_examples=40)
@given(versions(), versions(), st.lists(earlier_cases(), min_size=1, max_size=10), st.booleans())
def test_columns_compare_as_one_by_one(bound: SchemeVersion, draft: SchemeVersion, told: list[Case], is_by_version: bool) -> None:
    bound = replace(bound, vocabulary=Vocabulary(EARLIER, {}, {}, {}))
    stored = judged(bound, told)
    found = compare_many.compare([(bound, laid_out(bound, stored))], draft, draft if is_by_version else None)
    before = [(case, judge.judge(draft, case.facts, on=case.on)) for case, _ in as_stored(stored, draft)] if is_by_version else None
    expected = compare.with_stored(before or as_stored(stored, draft), draft)
    assert found.judged_count == len(expected.differences)
    assert found.unjudged() == list(expected.cannot_judge)
    assert sorted(found.moved(1), key=repr) == sorted(expected.gainers, key=repr)
    assert sorted(found.moved(-1), key=repr) == sorted(expected.losers, key=repr)
    assert found.reasons() == expected.reasons()
    assert found.change_by_year(lambda day: str(day.year)) == {str(year): cents for year, cents in expected.change_by_year().items()}
    assert found.moved_cents(1) == sum(one.change_cents for one in expected.gainers)
    assert bool(found.open_rules()) == bool(expected.cannot_judge)
    if is_by_version:
        assert found.moved_count(1) == found.moved_count(-1) == found.unjudged_count == 0


@settings(max_examples=20)
@given(versions(), st.lists(earlier_cases(), min_size=2, max_size=8), st.integers(1, 7))
def test_cases_laid_out_apart_are_those_laid_out_together(version: SchemeVersion, told: list[Case], at: int) -> None:
    version = replace(version, vocabulary=Vocabulary(EARLIER, {}, {}, {}))
    stored = judged(version, told)
    whole, parts = laid_out(version, stored), [laid_out(version, half) for half in (stored[:at], stored[at:])]
    again = past.together(parts)
    assert again.said.tolist() == whole.said.tolist()
    for name, column in whole.facts.items():
        assert again.facts[name].values.tolist() == column.values.tolist()
        assert (again.facts[name].known is None) == (column.known is None)
    assert whole.only(whole.cases == 0).references.tolist() == [b"CASE-0"]


def test_a_number_stays_a_number_and_a_flag_is_not_made_one() -> None:
    money, flag = FACTS["cost"], FACTS["smart"]
    told = past._column(money, [{"value": 5, "standing": "declared"}, None])
    share = replace(FACTS["share"], name="cost")
    assert past.read_by(_with({"cost": share}), {"cost": money}, {"cost": told})["cost"] is told
    assert past.read_by(_with({"cost": replace(flag, name="cost")}), {"cost": money}, {"cost": told}) == {}
    assert past.read_by(_with({}), {"cost": money}, {"cost": told}) == {}


def _with(facts: dict[str, facts_.Fact]) -> Any:
    return type("Version", (), {"vocabulary": Vocabulary(facts, {}, {}, {})})


@pytest.mark.parametrize("kind", [FactType.CHOICE, FactType.CHOICES])
def test_a_choice_that_is_no_longer_offered_is_not_known(kind: FactType) -> None:
    told = replace(EARLIER["place"], type=kind)
    values = ["d", "a"] if kind is FactType.CHOICE else [["d"], ["a"]]
    column = past._column(told, [{"value": value, "standing": "verified"} for value in values])
    read = past.read_by(_with({"place": replace(FACTS["place"], type=kind)}), {"place": told}, {"place": column})["place"]
    assert read.known is not None
    assert read.known.tolist() == [False, True]
