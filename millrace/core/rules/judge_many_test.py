"""Proves that judging many at once gives what judging one by one gives: same outcomes and amounts, on generated rulebooks and facts."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.core import dated, money
from millrace.core.letters import Letter  # noqa: F401  # the field's type, as SchemeVersion names it
from millrace.core.rules import bodies, columns, conditions, judge, judge_many
from millrace.core.rules import facts as facts_
from millrace.core.rules.facts import Choice, Derived, Fact, FactType, FactValue, Standing
from millrace.core.rules.form import Form
from millrace.core.rules.rulebook import Call, Named, Payment, Rule, SchemeVersion, Vocabulary
from millrace.core.rules.verdict import Outcome
from millrace.core.texts import Text

NOTHING = Text()
DAY = date(2024, 1, 8)
START = dated.Start(DAY, DAY)
CHOICES = tuple(Choice(name, NOTHING) for name in ("a", "b", "c"))


def _fact(name: str, kind: FactType, unit: str = "", **more: Any) -> Fact:
    return Fact(name, kind, unit, NOTHING, NOTHING, NOTHING, more.pop("established", "applicant"), **more)


MONEY = ("cost", "pay", "own", "other", "asked")
FACTS = {
    **{name: _fact(name, FactType.MONEY, "HKD") for name in MONEY},
    "patents": _fact("patents", FactType.MONEY, "HKD", assumed=0),
    "granted": _fact("granted", FactType.MONEY, "HKD", established="system"),
    "whole": _fact("whole", FactType.MONEY, "HKD", derived=Derived("sum", ("cost", "pay"))),
    "net": _fact("net", FactType.MONEY, "HKD", derived=Derived("difference", ("cost", "pay"))),
    "open": _fact("open", FactType.COUNT, "projects", established="system"),
    "heads": _fact("heads", FactType.COUNT, "heads"),
    "months": _fact("months", FactType.COUNT, "months"),
    "share": _fact("share", FactType.SHARE, "basis_points"),
    "smart": _fact("smart", FactType.FLAG),
    "place": _fact("place", FactType.CHOICE, choices=CHOICES),
    "themes": _fact("themes", FactType.CHOICES, choices=CHOICES),
    "begun": _fact("begun", FactType.DAY, "day"),
}
AMOUNTS = st.one_of(st.integers(0, 40), st.integers(0, 10**9), st.integers(0, 10**16))
NAMES = [choice.id for choice in CHOICES]
DAYS = st.integers(0, 900).map(lambda days: date(2023, 6, 1) + timedelta(days=days))
VALUES: dict[FactType, st.SearchStrategy[facts_.Value]] = {
    FactType.MONEY: AMOUNTS,
    FactType.COUNT: st.integers(0, 60),
    FactType.SHARE: st.integers(0, 10_000),
    FactType.FLAG: st.booleans(),
    FactType.CHOICE: st.sampled_from(NAMES),
    FactType.CHOICES: st.sets(st.sampled_from(NAMES), min_size=1).map(lambda names: tuple(sorted(names))),
    FactType.DAY: DAYS,
}
MONEY_FACTS = st.sampled_from([*MONEY, "patents", "granted", "whole", "net"])


@st.composite
def comparisons(draw: st.DrawFn) -> conditions.Condition:
    fact = FACTS[draw(st.sampled_from(sorted(FACTS)))]
    operator = draw(st.sampled_from([name for name, kinds in conditions.OPERATORS.items() if fact.type in kinds]))
    if operator in ("one_of", "none_of", "includes_any", "includes"):
        names = draw(st.sets(st.sampled_from(NAMES), min_size=1, max_size=1 if operator == "includes" else 3))
        return conditions.Comparison(fact.name, operator, conditions.Literal(tuple(sorted(names))))
    if fact.type is FactType.MONEY and draw(st.booleans()):
        other = draw(MONEY_FACTS)
        share = draw(st.integers(0, 12_000))
        operand = conditions.OtherFact(other) if share > 10_000 else conditions.ShareOf(share, other)
        return conditions.Comparison(fact.name, operator, operand)
    return conditions.Comparison(fact.name, operator, conditions.Literal(draw(VALUES[fact.type])))


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: conditions.All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: conditions.Any(tuple(parts))),
        inner.map(conditions.Not),
    ),
    max_leaves=4,
)
MAYBE = st.one_of(st.none(), CONDITIONS)
ASKED = st.sampled_from(["", "asked"])
MATCHING = st.sampled_from(["", "own", "other"])
POINTS = st.integers(0, 10_000)


def _options(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[bodies.Option, ...]]:
    ahead = st.lists(st.builds(bodies.Option, numbers, CONDITIONS), max_size=2)
    return st.tuples(ahead, st.builds(bodies.Option, numbers, MAYBE)).map(lambda pair: (*pair[0], pair[1]))


def _tiers(bounds: list[int]) -> st.SearchStrategy[tuple[bodies.Tier, ...]]:
    ends = sorted(set(bounds))
    return st.tuples(*[st.builds(bodies.Tier, st.just(end), st.integers(0, 20_000)) for end in ends])


SHARES = st.builds(bodies.StageShare, st.integers(1, 9), st.integers(0, 9), MONEY_FACTS, MATCHING, st.just(""), MAYBE)
LINES = st.builds(
    bodies.AllowanceLine, st.integers(1, 10**7), st.just("heads"), st.just("months"), st.one_of(st.none(), st.integers(1, 36)), POINTS
)
BODIES = st.one_of(
    st.builds(bodies.Requirement, CONDITIONS, MAYBE, st.booleans()),
    st.builds(bodies.Ratio, st.lists(SHARES, min_size=1, max_size=3).map(tuple), ASKED),
    st.builds(bodies.Percent, MONEY_FACTS, _options(POINTS), MATCHING, st.just(""), ASKED),
    st.builds(bodies.LumpSum, _options(AMOUNTS), st.just(""), ASKED),
    st.builds(bodies.Allowance, st.lists(LINES, min_size=1, max_size=2).map(tuple)),
    st.lists(st.integers(1, 10**10), min_size=1, max_size=3).flatmap(
        lambda bounds: st.builds(bodies.Tiers, MONEY_FACTS, _tiers(bounds), st.sampled_from([0, 500]))
    ),
    st.builds(bodies.Ceiling, AMOUNTS, st.just("")),
    st.builds(bodies.Ceiling, st.integers(1, 10**9), st.just("heads")),
    st.builds(bodies.RelativeCeiling, POINTS, MONEY_FACTS),
    st.builds(bodies.Floor, AMOUNTS),
    st.builds(bodies.CumulativeCeiling, AMOUNTS, st.sampled_from(["granted", "cost"])),
    st.builds(bodies.Points, st.lists(st.builds(bodies.Award, st.integers(1, 9), CONDITIONS), max_size=3).map(tuple), st.integers(1, 12)),
    st.just(bodies.OpenCall()),
    st.just(bodies.Term()),
)
KINDS = {bodies.OpenCall: "window", bodies.Term: "term"}
NO_WHEN = (bodies.Requirement,)


@st.composite
def versions(draw: st.DrawFn) -> SchemeVersion:
    rules = []
    for number, body in enumerate(draw(st.lists(BODIES, min_size=1, max_size=6))):
        when = None if isinstance(body, NO_WHEN) else draw(MAYBE)
        is_published = draw(st.sampled_from([True, True, False]))
        kind = KINDS.get(type(body), "requirement")
        rules.append(Rule(f"rule-{number}", kind, body, NOTHING, NOTHING, START, NOTHING, "", is_published, NOTHING, when))
    return version_of(rules)


def version_of(rules: list[Rule]) -> SchemeVersion:
    return SchemeVersion(
        is_start_published=True,
        start_why=NOTHING,
        title=NOTHING,
        short_title=NOTHING,
        summary=NOTHING,
        note=NOTHING,
        applicants=(),
        steps=(),
        criteria=(),
        streams=(),
        stages=(),
        scheme="small",
        id="v1",
        starts=START,
        currency="HKD",
        unit="HKD",
        fund="f",
        stream_from="stream",
        rules=tuple(rules),
        calls=(Call("one", NOTHING, DAY, DAY + timedelta(days=200)),),
        tracks=(Named("normal", NOTHING),),
        payment=Payment("on_completion", (), True, NOTHING, ""),
        changing=None,
        reporting=None,
        vocabulary=Vocabulary(FACTS, {}, {}, {}),
        sources={},
        form=Form(()),
        letters={},
        languages=("en",),
        text="",
        sha256="",
    )


@st.composite
def cases(draw: st.DrawFn) -> dict[str, FactValue]:
    told = draw(st.sets(st.sampled_from(sorted(name for name, fact in FACTS.items() if not fact.derived)), min_size=4))
    return {name: FactValue(draw(VALUES[FACTS[name].type]), draw(st.sampled_from(list(Standing)))) for name in sorted(told)}


CODES = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2}


@settings(max_examples=60)
@given(versions(), st.lists(cases(), min_size=1, max_size=12), st.booleans(), DAYS)
def test_many_at_once_are_judged_as_one_by_one(version: SchemeVersion, told: list[dict[str, FactValue]], as_told: bool, on: date) -> None:
    laid_out = columns.of_cases(FACTS, told)
    found = judge_many.judge(version, laid_out, on=on, count=len(told), as_told=as_told)
    for row, facts in enumerate(told):
        one = judge.judge(version, facts, on=on, as_told=as_told)
        for said in one.rules:
            assert found.rules[said.rule][row] == CODES[said.outcome], (said.rule, version.rule(said.rule))
        assert found.outcome[row] == CODES[one.outcome]
        assert found.fit[row] == CODES[one.fit]
        assert found.is_amount_known[row] == (one.amount_cents is not None)
        if one.amount_cents is not None:
            assert found.amount[row] == one.amount_cents


def test_a_cost_below_nothing_lowers_what_the_partners_must_bring() -> None:
    shares = tuple(bodies.StageShare(1, 0, cost, "other") for cost in ("pay", "net"))
    told: list[bodies.Body] = [bodies.Ceiling(1, "heads"), bodies.Ratio((bodies.StageShare(1, 0, "cost", ""), *shares))]
    rules = [Rule(str(n), "requirement", body, NOTHING, NOTHING, START, NOTHING, "", True, NOTHING) for n, body in enumerate(told)]
    facts = {name: FactValue(value) for name, value in {"cost": 0, "pay": 1, "other": 0, "heads": 0, "months": 0}.items()}
    version = version_of(rules)
    found = judge_many.judge(version, columns.of_cases(FACTS, [facts]), on=DAY, count=1)
    assert found.outcome[0] == CODES[judge.judge(version, facts, on=DAY).outcome] == CODES[Outcome.PASS]


@given(cases())
def test_a_column_gives_each_value_back(told: dict[str, FactValue]) -> None:
    for name, laid_out in columns.of_cases(FACTS, [told, {}]).items():
        if name in told:
            assert columns.decoded(FACTS[name], int(laid_out.values[0])) == facts_.checked(FACTS[name], told[name].value)
        assert laid_out.known is None or not laid_out.known[1]


def test_a_fraction_of_the_largest_amount_stays_exact() -> None:
    values = np.array([10**16, 10**16 - 1, 0], np.int64)
    assert columns.portion(values, 9_999, 10_000, 10**16).tolist() == [value * 9_999 // 10_000 for value in values.tolist()]


@given(st.lists(st.tuples(AMOUNTS, st.lists(AMOUNTS, min_size=3, max_size=3)), min_size=1, max_size=8))
def test_an_amount_is_shared_out_as_it_is_one_by_one(told: list[tuple[int, list[int]]]) -> None:
    rows = [(min(amount, sum(weights)), weights) for amount, weights in told if sum(weights)]
    if rows:
        shared = columns.share_out(np.array([amount for amount, _ in rows]), np.array([weights for _, weights in rows]).T)
        assert shared.T.tolist() == [money.share_out(amount, weights) for amount, weights in rows]


def test_a_flag_is_kept_in_a_byte_and_compared_with_what_a_byte_cannot_hold() -> None:
    small = columns.column(np.array([0, 1, 127], np.int64))
    assert small.values.dtype == np.int8
    table = columns.Table({"n": _fact("n", FactType.COUNT)}, {"n": small}, 3, as_told=True)
    more = conditions.Comparison("n", "more_than", conditions.Literal(10**9))
    assert table.read(more).codes(3).tolist() == [0, 0, 0]
