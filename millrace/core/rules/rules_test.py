"""Tests of the rule engine on a small scheme of its own: half the cost, at most HK$1,000, one
project at a time, from January 2024; at most HK$2,000 from a day in June 2025 that is not known."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import toml_text
from millrace.core.rules import compare, conditions, explain, judge, papers, parse, verdict
from millrace.core.rules import facts as facts_
from millrace.core.rules.read_facts import WORDS
from millrace.core.rules.rulebook import Scheme, SchemeVersion
from millrace.core.rules.verdict import Outcome

_WORDS = "\n".join(f'{word} = {{ en = "{word} {{fact}}" }}' for word in WORDS)
FACTS = f"""
[units]
projects = {{ en = "projects" }}
[words]
{_WORDS}
[facts.cost]
type = "money"
label = {{ en = "Cost" }}
question = {{ en = "Cost?" }}
[facts.own]
type = "money"
label = {{ en = "Own money" }}
question = {{ en = "Own?" }}
[facts.asked]
type = "money"
label = {{ en = "Asked" }}
question = {{ en = "Asked?" }}
[facts.open]
type = "count"
unit = "projects"
established = "system"
measure = "open_projects"
label = {{ en = "Open projects" }}
[facts.place]
type = "choice"
label = {{ en = "Place" }}
question = {{ en = "Where?" }}
choices = [{{ id = "here", label = {{ en = "Here" }} }}, {{ id = "there", label = {{ en = "There" }} }}]
"""
SOURCES = '[sources.guide]\ntitle = { en = "Guide" }\nquality = "P"\n'
SCHEME = """
slug = "small"
fund = "f"
[[versions]]
id = "v1"
from = "2024-01-01"
source = "guide"
title = { en = "Small" }
short_title = { en = "S" }
summary = { en = "A small scheme." }
[[versions]]
id = "v2"
from = "2025-06"
source = "guide"
title = { en = "Small" }
short_title = { en = "S" }
summary = { en = "A small scheme." }
[[tracks]]
id = "normal"
title = { en = "Normal" }
[[tracks]]
id = "light"
title = { en = "Light" }
[[steps]]
kind = "authority"
source = "guide"
bodies = [{ from = "2024-01-01", name = { en = "Director" } }]
[payment]
basis = "on_completion"
source = "guide"
"""
RULES = """
[place]
kind = "requirement"
statement = { en = "From here." }
remedy = { en = "Be {required}." }
[[place.values]]
from = "2024-01-01"
require = { fact = "place", is = "here" }
clause = { en = "1" }
source = "guide"
[half]
kind = "ratio"
statement = { en = "Half." }
remedy = { en = "A further {difference}." }
[[half.values]]
from = "2024-01-01"
asked = "asked"
shares = [{ government = 1, partner = 1, cost = "cost", matching = "own" }]
clause = { en = "2" }
source = "guide"
[cap]
kind = "ceiling"
statement = { en = "At most {required}." }
[[cap.values]]
from = "2024-01-01"
value_cents = 100_000
clause = { en = "3" }
source = "guide"
[[cap.values]]
from = "2025-06"
value_cents = 200_000
clause = { en = "3" }
source = "guide"
[one]
kind = "limit"
statement = { en = "One at a time." }
remedy = { en = "Finish it." }
[[one.values]]
from = "2024-01-01"
require = { fact = "open", less_than = 1 }
clause = { en = "4" }
source = "guide"
[light]
kind = "track"
statement = { en = "Up to {required}: light." }
[[light.values]]
from = "2024-01-01"
track = "light"
when = { fact = "asked", at_most = 10_000 }
clause = { en = "5" }
source = "guide"
"""
FORM = """
[[sections]]
id = "all"
title = { en = "All" }
[[sections.questions]]
id = "cost"
kind = "money"
feeds = "cost"
label = { en = "Cost" }
"""
GOOD = {"facts": FACTS, "sources": SOURCES, "scheme": SCHEME, "rules": RULES, "form": FORM}


def read(**changed: str) -> tuple[Scheme, list[toml_text.Finding]]:
    """Read the small scheme with some of its texts changed."""
    findings: list[toml_text.Finding] = []
    docs = {name: toml_text.parse(f"{name}.toml", text.encode(), findings) for name, text in (GOOD | changed).items()}
    read_from = papers.Papers(("en",), "HKD", docs["facts"], docs["sources"], docs["scheme"], docs["rules"], docs["form"], {})
    return parse.scheme("small", read_from), sorted(set(findings))


SMALL, FINDINGS = read()
V1, V2 = SMALL.versions
FULL: dict[str, Any] = {"place": "here", "cost": 100_000, "own": 50_000, "open": 0}


def said(version: SchemeVersion = V1, *, as_told: bool = False, **facts: Any) -> verdict.Verdict:
    read_facts = facts_.read(version.vocabulary.facts, {**FULL, **facts}, standing=None)
    return judge.judge(version, read_facts, on=date(2024, 2, 1), as_told=as_told)


def test_the_small_scheme_is_sound() -> None:
    assert FINDINGS == []
    assert said().outcome is Outcome.PASS
    assert said().amount_cents == 50_000


def test_own_money_that_is_short_says_by_how_much() -> None:
    short = said(own=49_900).rule("half")
    assert (short.outcome, short.changes[0].fact, short.changes[0].by) == (Outcome.FAIL, "own", 100)
    sentence = next(one for one in explain.sentences(said(own=49_900), V1, "en") if one.rule == "half")
    assert sentence.remedies == ("A further HK$1.",)


def test_the_ceiling_leaves_the_rest_to_the_applicant() -> None:
    big = said(cost=400_000, own=200_000)
    assert big.amount_cents == 100_000
    assert big.rule("cap").limits_amount
    assert big.rule("half").changes[0].by == 100_000


def test_a_smaller_request_is_what_is_given() -> None:
    assert said(asked=9_000, own=91_000).amount_cents == 9_000
    assert said(asked=9_000, own=91_000).track == "light"
    assert said(asked=10_001, own=91_000).track == "normal"
    assert said().track is None


def test_a_limit_never_rests_on_a_declared_fact() -> None:
    declared = {"value": 0, "standing": "declared"}
    assert said(open=declared).rule("one").outcome is Outcome.UNKNOWN
    assert said(open=declared).outcome is Outcome.UNKNOWN
    assert said(open=declared).rule("one").changes[0].how == "prove"
    assert said(open=declared, as_told=True).outcome is Outcome.PASS
    assert said(open={"value": 1, "standing": "declared"}).outcome is Outcome.UNKNOWN
    assert said(open={"value": 1, "standing": "verified"}).outcome is Outcome.FAIL


def test_missing_facts_are_not_yet_known_unless_another_fails() -> None:
    nothing = judge.judge(V1, {}, on=date(2024, 2, 1))
    assert nothing.outcome is Outcome.UNKNOWN
    assert nothing.amount_cents is None
    elsewhere = judge.judge(V1, facts_.read(V1.vocabulary.facts, {"place": "there"}), on=date(2024, 2, 1))
    assert elsewhere.outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("day", "versions"),
    [
        (date(2023, 12, 31), []),
        (date(2024, 1, 1), ["v1"]),
        (date(2025, 6, 1), ["v1", "v2"]),
        (date(2025, 6, 30), ["v2"]),
    ],
)
def test_a_month_gives_two_readings(day: date, versions: list[str]) -> None:
    facts = facts_.read(V1.vocabulary.facts, {**FULL, "cost": 500_000, "own": 400_000}, standing=None)
    readings = judge.readings(SMALL, facts, on=day)
    assert [one.version for one in readings.verdicts] == versions
    assert readings.is_in_doubt == (len(versions) == 2)
    assert [one.amount_cents for one in readings.verdicts] == [{"v1": 100_000, "v2": 200_000}[one] for one in versions]


def test_a_version_reads_back_from_its_text() -> None:
    for version in SMALL.versions:
        assert parse.version_from_text(version.text) == version


def test_adding_a_version_leaves_the_text_of_the_earlier_ones() -> None:
    entry = SCHEME.split("[[versions]]")[1].replace("v1", "v3").replace("2024-01-01", "2026-01-01")
    later = SCHEME.replace("[[tracks]]", f"[[versions]]{entry}[[tracks]]", 1)
    scheme, findings = read(scheme=later)
    assert findings == []
    assert [one.sha256 for one in scheme.versions[:2]] == [V1.sha256, V2.sha256]
    assert len(scheme.versions) == 3


MALFORMED = [
    ("rules", "less_than = 1", "less_thn = 1", "exactly one comparison"),
    ("rules", 'fact = "open"', 'fact = "opened"', "not in the vocabulary"),
    ("rules", 'is = "here"', 'is = "nowhere"', "is not one of"),
    ("rules", 'is = "here"', "at_least = 3", "does not fit place"),
    ("rules", "value_cents = 100_000", 'value_cents = "1000"', "whole number"),
    ("rules", "value_cents = 100_000", "value_cents = 1.5", "whole number"),
    ("rules", 'from = "2025-06"', 'from = "2025-07"', "no version's start"),
    ("rules", 'clause = { en = "5" }', "", "clause is missing"),
    ("rules", 'kind = "limit"', 'kind = "limits"', "is not known"),
    ("rules", 'fact = "open", less', 'fact = "cost", less', "may not rest on cost"),
    ("rules", "{difference}", "{diference}", "unknown place"),
    ("rules", 'track = "light"', 'track = "heavy"', "not in scheme.toml"),
    ("rules", 'clause = { en = "3" }\nsource = "guide"\n[one]', 'clause = { en = "3" }\nsource = "book"\n[one]', "not in sources.toml"),
    ("rules", 'clause = { en = "5" }', 'clause = { en = "5" }\nextra = 1', "extra is not known here"),
    ("scheme", 'from = "2025-06"', 'from = "2023-06"', "do not follow"),
    ("scheme", 'slug = "small"', 'slug = "smal"', "folder's name"),
    ("scheme", 'kind = "authority"', 'kind = "king"', "is not known"),
    ("facts", 'unit = "projects"', 'unit = "project"', "unit 'project' is not known"),
    ("facts", 'measure = "open_projects"', "", "must name its measure"),
    ("form", 'feeds = "cost"', 'feeds = "costs"', "not in the vocabulary"),
    ("form", 'kind = "money"', 'kind = "text"', "cannot feed cost"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), MALFORMED, ids=[row[3] for row in MALFORMED])
def test_what_is_malformed_or_unknown_refuses_with_file_and_line(name: str, old: str, new: str, message: str) -> None:
    assert old in GOOD[name]
    changed = GOOD[name].replace(old, new, 1)
    _, findings = read(**{name: changed})
    told = [finding for finding in findings if message in finding.message]
    assert told, [str(finding) for finding in findings]
    assert told[0].file == f"{name}.toml"
    # A finding about something missing stands at the table that misses it.
    pairs = zip(GOOD[name].splitlines(), changed.splitlines(), strict=False)
    line = next(number for number, (before, after) in enumerate(pairs, start=1) if before != after)
    assert told[0].line == line or "missing" in message or "must name" in message


def test_the_steps_of_each_track_make_a_workflow() -> None:
    _, findings = read(scheme=SCHEME.replace("[[steps]]", '[[steps]]\ntracks = ["light"]'))
    assert any(finding.message.startswith("track normal: a workflow takes each step once") for finding in findings)


def test_a_circular_fact_is_refused() -> None:
    loop = '[facts.a]\ntype = "money"\nlabel = { en = "A" }\nderived = { sum = ["b", "cost"] }\n'
    _, findings = read(facts=FACTS + loop + loop.replace("facts.a", "facts.b").replace('"b"', '"a"'))
    assert any("circular" in finding.message for finding in findings)


def test_comparing_versions_names_who_gains_and_why() -> None:
    cases = [
        compare.PastCase("A", date(2024, 5, 1), facts_.read(V1.vocabulary.facts, {**FULL, "cost": 600_000, "own": 500_000}, standing=None)),
        compare.PastCase("B", date(2024, 5, 1), facts_.read(V1.vocabulary.facts, FULL, standing=None)),
    ]
    result = compare.compare(V1, V2, cases)
    assert [one.reference for one in result.gainers] == ["A"]
    assert result.change_by_year() == {2024: 100_000}
    assert result.losers == ()


@st.composite
def some_facts(draw: st.DrawFn) -> dict[str, facts_.FactValue]:
    standing = st.sampled_from(facts_.Standing)
    money = st.integers(0, 10**7)
    values: dict[str, st.SearchStrategy[Any]] = {
        "place": st.sampled_from(["here", "there"]),
        "cost": money,
        "own": money,
        "asked": money,
        "open": st.integers(0, 3),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(values))))
    return {name: facts_.FactValue(draw(values[name]), draw(standing)) for name in sorted(chosen)}


@given(some_facts(), st.booleans())
def test_a_verdict_reads_back_and_replays(facts: dict[str, facts_.FactValue], as_told: bool) -> None:
    first = judge.judge(V1, facts, on=date(2024, 2, 1), as_told=as_told)
    again = verdict.from_data(first.to_data())
    assert again == first
    replayed = judge.judge(V1, facts_.read(V1.vocabulary.facts, first.facts), on=first.on, as_told=as_told)
    assert replayed.canonical_bytes() == first.canonical_bytes()
    assert len(explain.sentences(first, V1, "en")) == len(V1.rules)


@given(some_facts())
def test_telling_more_never_turns_a_settled_answer(facts: dict[str, facts_.FactValue]) -> None:
    """A rule that passed or failed on some of the facts says the same on all of them, unless it
    rests on the amount, which a request may still lower."""
    whole = judge.judge(V1, facts, on=date(2024, 2, 1))
    for missing in facts:
        part = judge.judge(V1, {name: value for name, value in facts.items() if name != missing}, on=date(2024, 2, 1))
        for rule in part.rules:
            if rule.outcome is Outcome.FAIL and rule.rule != "half":
                assert whole.rule(rule.rule).outcome is Outcome.FAIL


@given(some_facts())
def test_what_is_said_to_help_does_help(facts: dict[str, facts_.FactValue]) -> None:
    first = judge.judge(V1, facts, on=date(2024, 2, 1), as_told=True)
    for rule in first.failed:
        for change in rule.changes:
            if change.how in ("raise", "lower", "become") and change.fact:
                mended = {**facts, change.fact: facts_.FactValue(_value(change.to))}
                assert judge.judge(V1, mended, on=first.on, as_told=True).rule(rule.rule).outcome is Outcome.PASS


def _value(plain: Any) -> facts_.Value:
    assert isinstance(plain, (int, str))
    return plain


def _conditions() -> st.SearchStrategy[conditions.Condition]:
    leaf = st.builds(
        conditions.Comparison,
        st.sampled_from(["cost", "own"]),
        st.sampled_from(["at_least", "at_most", "is", "is_not", "less_than", "more_than"]),
        st.integers(0, 5).map(conditions.Literal),
    )
    return st.recursive(
        leaf,
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: conditions.All(tuple(parts)))
            | st.lists(inner, min_size=1, max_size=3).map(lambda parts: conditions.Any(tuple(parts)))
            | inner.map(conditions.Not)
        ),
        max_leaves=6,
    )


@given(_conditions(), st.integers(0, 5), st.integers(0, 5))
def test_three_answers_agree_with_two_once_all_is_known(condition: conditions.Condition, cost: int, own: int) -> None:
    known = {"cost": facts_.FactValue(cost), "own": facts_.FactValue(own)}
    vocabulary = V1.vocabulary.facts
    full = conditions.read(condition, known, vocabulary).outcome
    assert full is (Outcome.PASS if _two_valued(condition, {"cost": cost, "own": own}) else Outcome.FAIL)
    for name in known:
        partial = conditions.read(condition, {name: known[name]}, vocabulary).outcome
        assert partial in (full, Outcome.UNKNOWN)


def _two_valued(condition: conditions.Condition, values: dict[str, int]) -> bool:
    match condition:
        case conditions.All(parts):
            return all(_two_valued(part, values) for part in parts)
        case conditions.Any(parts):
            return any(_two_valued(part, values) for part in parts)
        case conditions.Not(part):
            return not _two_valued(part, values)
        case conditions.Comparison(fact, operator, conditions.Literal(value)):
            found = values[fact]
            assert isinstance(value, int)
            truth = {"is": found == value, "is_not": found != value, "at_least": found >= value, "at_most": found <= value}
            return {**truth, "less_than": found < value, "more_than": found > value}[operator]
    raise AssertionError(condition)
