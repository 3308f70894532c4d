"""Proves that each thing the linter looks for is found, at the line it is about — e.g. two calls that run at once, at the later one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.core.policy_folder import lint

NEW = Path(__file__).resolve().parents[2] / "site" / "new_policy"
SCHEME, RULES, FORM = (f"schemes/example/{name}.toml" for name in ("scheme", "rules", "form"))
FACTS, FUNDS = "facts.toml", "funds.toml"
Files = dict[str, bytes]


def sound() -> Files:
    paths = [path for path in NEW.rglob("*") if path.is_file()]
    return {path.relative_to(NEW).as_posix(): path.read_bytes() for path in paths}


def more(file: str, text: str) -> Callable[[Files], None]:
    """Add to the end of a file."""

    def change(files: Files) -> None:
        files[file] += text.encode()

    return change


def other(file: str, before: str, after: str) -> Callable[[Files], None]:
    """Say something else."""

    def change(files: Files) -> None:
        assert before in files[file].decode(), before
        files[file] = files[file].decode().replace(before, after, 1).encode()

    return change


def rule(name: str, kind: str, body: str, **extra: str) -> str:
    said = "".join(f"{key} = {value}\n" for key, value in extra.items())
    return (
        f'\n[{name}]\nkind = "{kind}"\nstatement = {{ en = "A" }}\n{said}[[{name}.values]]\n'
        f'from = "2026-01-01"\n{body}\nclause = {{ en = "C" }}\nsource = "guide"\n'
    )


def call(name: str, opens: str, closes: str) -> str:
    return f'\n[[calls]]\nid = "{name}"\nopens = "{opens}"\ncloses = "{closes}"\nsource = "guide"\ntitle = {{ en = "{name}" }}\n'


REMEDY = '{ en = "B" }'
TWO_VERSIONS = '[[versions]]\nid = "v2"\nfrom = "2025-12-31"\nsource = "guide"\n' + "".join(
    f'{key} = {{ en = "E" }}\n' for key in ("title", "short_title", "summary")
)
GRANTED = (
    '\n[facts.granted]\ntype = "money"\nestablished = "system"\nmeasure = "granted_cents"\nof_whom = "beneficiary"\nlabel = { en = "A" }\n'
)
SUMMARY = '[[sections.questions]]\nid = "summary"'
ASKED = 'id = "{}"\nkind = "text"\nlabel = {{ en = "A" }}\nbeneficiary = "number"\n\n[[sections.questions]]\n'
CHANGES: dict[str, tuple[list[Callable[[Files], None]], str, str, str]] = {
    # what is changed, the code of the finding, its file, and words that stand on the line it names
    "a window and no call": ([more(RULES, rule("open", "window", ""))], "no-call", SCHEME, "[[versions]]"),
    "two calls at once": (
        [
            more(RULES, rule("open", "window", "")),
            other(SCHEME, "[[steps]]", call("a", "2026-01-01", "2026-03-01") + call("b", "2026-02-01", "2026-04-01") + "\n[[steps]]"),
        ],
        "calls-overlap",
        SCHEME,
        "[[calls]]",
    ),
    "a gap between windows": (
        [
            more(RULES, rule("open", "window", "")),
            other(SCHEME, "[[steps]]", call("a", "2026-01-01", "2026-03-01") + call("b", "2029-02-01", "2029-04-01") + "\n[[steps]]"),
        ],
        "gap-between-calls",
        SCHEME,
        "[[calls]]",
    ),
    "a cap below what is let in": (
        [more(RULES, rule("large", "requirement", 'require = { fact = "requested_amount", at_least = 200_000_00 }', remedy=REMEDY))],
        "cap-below-minimum",
        RULES,
        "[ceiling-per-project]",
    ),
    "a cap below the least amount": (
        [more(RULES, rule("least", "floor", "value_cents = 200_000_00", remedy=REMEDY))],
        "unreadable",
        RULES,
        "",
    ),
    "a percentage above the whole": (
        [more(RULES, rule("rich", "percent", 'percent = "120%"\nof = "total_cost"', remedy=REMEDY))],
        "above-the-whole",
        RULES,
        "[rich]",
    ),
    "a tier above the whole": (
        [more(RULES, rule("rich", "tiers", 'of = "total_cost"\ntiers = [{ percent = "100.01%" }]', remedy=REMEDY))],
        "above-the-whole",
        RULES,
        "[rich]",
    ),
    "a ceiling above the whole": (
        [more(RULES, rule("wide", "ceiling", 'percent = "150%"\nof = "total_cost"'))],
        "above-the-whole",
        RULES,
        "[wide]",
    ),
    "a start that was not published": (
        [other(SCHEME, 'from = "2026-01-01"', 'from = "2026-01-01"\npublished = false\nwhy = { en = "D" }')],
        "start-not-published",
        SCHEME,
        "published = false",
    ),
    "a rule with no case on one side": (
        [more(RULES, rule("short", "requirement", 'require = { fact = "project_months", at_most = 24 }', remedy=REMEDY))],
        "uncovered",
        RULES,
        "[[short.values]]",
    ),
    "a fact nobody asks for": (
        [
            more(FACTS, '\n[facts.is_new]\ntype = "flag"\nlabel = { en = "A" }\nquestion = { en = "B" }\n'),
            more(RULES, rule("new", "requirement", 'require = { fact = "is_new", is = true }', remedy=REMEDY)),
        ],
        "fact-nobody-asks",
        RULES,
        "[new]",
    ),
    "a limit of a beneficiary nobody names": (
        [more(FACTS, GRANTED), more(RULES, rule("cap", "cumulative_ceiling", 'value_cents = 9\nused = "granted"', remedy=REMEDY))],
        "beneficiary-nobody-asks",
        RULES,
        "[cap]",
    ),
    "a beneficiary's number the policy does not take": (
        [other(FORM, 'id = "summary"', 'id = "whom"\nkind = "text"\nlabel = { en = "A" }\nbeneficiary = "no-number"\n\n' + SUMMARY)],
        "unreadable",
        FORM,
        "no-number",
    ),
    "two questions that name a beneficiary": (
        [other(FORM, 'id = "summary"', "".join(ASKED.format(name) for name in "ab") + 'id = "summary"')],
        "unreadable",
        FORM,
        "beneficiary",
    ),
    "a beneficiary of all applicants together": (
        [more(FACTS, GRANTED.replace("granted_cents", "granted_to_all_cents"))],
        "unreadable",
        FACTS,
        "of_whom",
    ),
    "a rule that says two things from one day": (
        [more(RULES, rule("two", "term", "value = 1")), more(RULES, '[[two.values]]\nfrom = "2026-01-01"\nvalue = 2\n')],
        "unreadable",
        RULES,
        "from",
    ),
    "a guarantee above the ceiling": (
        [more(RULES, rule("least", "tiers", 'of = "total_cost"\nleast_cents = 900_000_000_00\ntiers = [{ percent = "5%" }]'))],
        "unreadable",
        RULES,
        "[[least.values]]",
    ),
    "a fact nothing speaks of": (
        [more(FACTS, '\n[facts.is_new]\ntype = "flag"\nlabel = { en = "A" }\nquestion = { en = "B" }\n')],
        "fact-unused",
        FACTS,
        "[facts.is_new]",
    ),
    "a start in doubt": (
        [
            other(SCHEME, 'from = "2026-01-01"', 'from = "2026-01"'),
            lambda files: files.__setitem__(RULES, files[RULES].replace(b"-01-01", b"-01")),
        ],
        "start-in-doubt",
        SCHEME,
        'from = "2026-01"',
    ),
    "versions that overlap": (
        [other(SCHEME, "[[steps]]", TWO_VERSIONS + "\n[[steps]]")],
        "unreadable",
        SCHEME,
        'from = "2025-12-31"',
    ),
    "a rate that may not fit, without a word of what would": (
        [
            more(
                RULES,
                rule("rate", "percent", 'of = "total_cost"\nrates = [{ percent = "10%", when = { fact = "total_cost", at_least = 1 } }]'),
            )
        ],
        "no-remedy",
        RULES,
        "[rate]",
    ),
    "a year left out": (
        [other(FUNDS, "provisions = [", 'provisions = [{ year = "2023", amount = 1, published = false }, ')],
        "gap-between-years",
        FUNDS,
        "[[funds]]",
    ),
    "a worked case that fails": (
        [other("schemes/example/cases.yaml", "amount_cents: 5_000_000", "amount_cents: 5_000_001")],
        "case-fails",
        "schemes/example/cases.yaml",
        "EUR 100,000 of cost gets",
    ),
    "a finding left to a committee that does not decide": (
        [
            more(FACTS, '\n[facts.is_rare]\ntype = "flag"\nestablished = "committee"\nassumed = false\nlabel = { en = "A" }\n'),
            more(RULES, rule("rare", "requirement", 'require = { fact = "is_rare", is = true }', remedy=REMEDY)),
        ],
        "unreadable",
        RULES,
        "[[rare.values]]",
    ),
    # findings of the whole scheme name the part of it that they are about
    "a fund that is not there": ([other(SCHEME, 'fund = "the-fund"', 'fund = "no-fund"')], "unreadable", SCHEME, "no-fund"),
    "a fund that does not name it": ([other(FUNDS, 'schemes = ["example"]', "schemes = []")], "unreadable", FUNDS, "schemes = []"),
    "instalments below the whole": ([other(SCHEME, "percent = 100", "percent = 90")], "unreadable", SCHEME, "percent = 90"),
    "weights above the whole": ([other(SCHEME, "weight_percent = 40", "weight_percent = 50")], "unreadable", SCHEME, "[[criteria]]"),
    "a step that stands twice": (
        [other(SCHEME, 'kind = "committee"', 'kind = "screening"')],
        "unreadable",
        SCHEME,
        'kind = "screening"',
    ),
    "nobody who decides": ([other(SCHEME, 'kind = "authority"', 'kind = "joint_funder"')], "unreadable", SCHEME, 'kind = "joint_funder"'),
    "a question that stands twice": ([other(FORM, 'id = "own_money"', 'id = "summary"')], "unreadable", FORM, 'id = "summary"'),
    "a question that waits for none": (
        [other(FORM, 'feeds = "own_money"', 'feeds = "own_money"\nshown_when = { question = "nobody", answers = [true] }')],
        "unreadable",
        FORM,
        "nobody",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_finding_names_the_line_it_is_about(name: str) -> None:
    changes, code, file, words = CHANGES[name]
    files = sound()
    assert lint.is_clean(lint.lint(files))
    for change in changes:
        change(files)
    found = [one for one in lint.lint(files) if one.code == code and one.finding.file == file]
    assert found, [str(one.finding) for one in lint.lint(files)]
    lines = files[file].decode().splitlines()
    assert any(words in lines[one.finding.line - 1] for one in found), [(one.finding.line, lines[one.finding.line - 1]) for one in found]
    assert all(one.finding.line > 1 for one in found)


@pytest.mark.parametrize(("share", "told"), [("100%", set()), ("100.01%", {"above-the-whole"})])
def test_a_share_is_told_only_above_the_whole(share: str, told: set[str]) -> None:
    files = sound()
    more(RULES, rule("rich", "percent", f'percent = "{share}"\nof = "total_cost"', remedy=REMEDY))(files)
    assert {one.code for one in lint.lint(files)} - {"uncovered", "case-fails"} == told


@pytest.mark.parametrize(("said", "codes"), [("", {"unreadable"}), ("more_than_the_whole = true", {"above-the-whole"})])
def test_a_share_above_the_whole_is_refused_where_no_ceiling_binds_it_unless_it_is_meant(said: str, codes: set[str]) -> None:
    files = sound()
    other(RULES, "value_cents = 100_000_00", 'value_cents = 100_000_00\nwhen = { fact = "total_cost", more_than = 1 }')(files)
    more(RULES, rule("rich", "percent", f'percent = "120%"\nof = "total_cost"\n{said}', remedy=REMEDY))(files)
    remarks = lint.lint(files)
    assert {one.code for one in remarks} - {"uncovered", "case-fails"} == codes
    assert all(one.finding.remedy for one in remarks if one.code in codes)


@pytest.mark.parametrize(("share", "codes"), [("100%", {"above-the-whole"}), ("120%", {"unreadable"})])
def test_a_share_of_the_same_cost_binds_one_above_the_whole(share: str, codes: set[str]) -> None:
    files = sound()
    other(RULES, "value_cents = 100_000_00", 'value_cents = 100_000_00\nwhen = { fact = "total_cost", more_than = 1 }')(files)
    more(RULES, rule("rich", "percent", 'percent = "120%"\nof = "total_cost"', remedy=REMEDY))(files)
    more(RULES, rule("bound", "ceiling", f'percent = "{share}"\nof = "total_cost"'))(files)
    assert {one.code for one in lint.lint(files)} - {"uncovered", "case-fails"} == codes


TEXTS = sorted(path for path in sound() if path.endswith((".toml", ".yaml")))
VALUES = (b"7", b"-1", b'""', b'"x"', b"[]", b"{}", b"true", b"1.5", b"2024-01-01", b"[{}]", b"99999999999999999999")


def altered(content: bytes, how: str, place: int, value: bytes) -> bytes:
    """Cut a text short, take a line out or say it twice, put another value after a key, or another word where a word stood."""
    lines = content.split(b"\n")
    at = place % len(lines)
    words = [found.span() for found in re.finditer(rb'"[a-z_-]*"', content)]
    match how:
        case "cut":
            return content[: place % len(content)]
        case "gone":
            return b"\n".join(lines[:at] + lines[at + 1 :])
        case "twice":
            return b"\n".join([*lines[:at], lines[at], *lines[at:]])
        case "word" if words:
            first, end = words[place % len(words)]
            return content[:first] + value + content[end:]
        case _:
            return b"\n".join([*lines[:at], lines[at].split(b"=")[0] + b"= " + value, *lines[at + 1 :]])


@given(st.sampled_from(TEXTS), st.sampled_from(("cut", "gone", "twice", "word", "value")), st.integers(0, 10**6), st.sampled_from(VALUES))
@settings(max_examples=150)
def test_a_text_altered_anywhere_is_read_or_told_and_never_breaks_the_reader(path: str, how: str, place: int, value: bytes) -> None:
    files = sound()
    files[path] = altered(files[path], how, place, value)
    for one in lint.lint(files):
        assert one.finding.file in files and 1 <= one.finding.line <= files[one.finding.file].count(b"\n") + 1 and one.finding.message


def test_a_fact_named_with_nothing_is_told_at_its_line() -> None:
    files = sound()
    other(RULES, 'fact = "open_projects"', 'fact = ""')(files)
    found = [one.finding for one in lint.lint(files)]
    assert any(one.message == "fact is empty" and b'fact = ""' in files[RULES].splitlines()[one.line - 1] for one in found)


def test_a_reason_that_was_copied_from_another_language_is_told() -> None:
    folder = Path(__file__).resolve().parents[3] / "policies" / "hong-kong"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    path, why = "schemes/nifs/rules.toml", "The undertaking is published; the number of years was not found."
    files[path] = files[path].decode().replace("承諾已公布；未有找到所需年數。", why).encode()
    [found] = [one for one in lint.lint(files) if one.code == "untranslated"]
    assert why in files[path].decode().splitlines()[found.finding.line - 1] and not lint.is_clean([found])


@pytest.mark.parametrize(
    ("before", "after"), [("承诺已公布；未有找到所需年数。", "承诺已公布；未有找到所需年數。"), ("承諾已公布", "承诺已公布")]
)
def test_a_letter_of_the_other_script_is_told_at_its_line(before: str, after: str) -> None:
    folder = Path(__file__).resolve().parents[3] / "policies" / "hong-kong"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    path = "schemes/nifs/rules.toml"
    assert before in files[path].decode()
    files[path] = files[path].decode().replace(before, after, 1).encode()
    [found] = [one for one in lint.lint(files) if one.code == "mixed-scripts"]
    assert after in files[path].decode().splitlines()[found.finding.line - 1] and not lint.is_clean([found])


def test_a_folder_of_a_scheme_without_its_text_is_told() -> None:
    files = sound()
    files["schemes/newone/"] = b""
    found = [one.finding for one in lint.lint(files)]
    assert "schemes/newone/scheme.toml" in [one.file for one in found]


def test_money_of_a_series_that_leaps_is_noted_and_refused_where_it_cannot_be_meant() -> None:
    folder = Path(__file__).resolve().parents[3] / "policies" / "hong-kong"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    path, stands = "series/itf-approved.toml", files["series/itf-approved.toml"]
    later = '\n[[tables]]\nas_at = 2026-12-31\nversion = 1\nsource = "itf-statistics-2025"\nrounding = "0.05"\n'
    later += 'rows = [["fbl", "", {}, "48,900"]]\n'
    for count, weight, code in ((9, lint.NOTE, "leaps"), (17, "refused", "unreadable")):
        files[path] = stands + later.format(count).encode()
        [found] = [one for one in lint.lint(files) if one.finding.file == path]
        assert (found.weight, found.code) == (weight, code) and "as at 2025-12-31" in found.finding.message
        assert f'["fbl", "", {count}' in files[path].decode().splitlines()[found.finding.line - 1]
