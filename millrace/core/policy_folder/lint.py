"""Finds what is wrong in a policy folder although every part of it can be read — e.g. a version open only in calls, and without any.

What cannot be read at all is found by `read.policy`; this adds what only a reader of the whole would notice, by file and line.
"""

import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from millrace.core import money, toml_lines
from millrace.core.figures import parse, plausible
from millrace.core.policy_folder import read, scripts
from millrace.core.policy_folder.read import Policy
from millrace.core.rules import bodies, cases, conditions, facts, rulebook
from millrace.core.rules.rulebook import Rule, Scheme, SchemeVersion
from millrace.core.texts import Text
from millrace.core.toml_text import Finding, Unreadable

MEND, NOTE = "mend", "note"
CALLS = "add the calls between, if there were any"


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """One finding and how it weighs: `refused` keeps the folder from being read, `mend` is a mistake, `note` may be meant."""

    finding: Finding
    code: str
    weight: str


class _Folder:
    """A readable folder, and where in its files a rule, a version or a fact stands."""

    def __init__(self, files: Mapping[str, bytes], policy: Policy) -> None:
        self.policy = policy
        self._files = files
        self._lines: dict[str, dict[toml_lines.Path, int]] = {}

    def remark(self, code: str, weight: str, file: str, path: toml_lines.Path, message: str, remedy: str) -> Remark:
        if file not in self._lines:
            self._lines[file] = toml_lines.index(self._files[file].decode())
        return Remark(Finding(file, toml_lines.line_of(self._lines[file], path), message, remedy), code, weight)

    def at_words(self, code: str, file: str, words: str, message: str, remedy: str) -> Remark:
        """Remark on the line where a text stands word for word."""
        text = self._files[file].decode()
        before = text[: max(0, text.find(words.strip().split("\n")[0]))]
        return Remark(Finding(file, before.count("\n") + 1, message, remedy), code, MEND)

    def position(self, file: str, rule: str, start: str) -> int:
        """Give the place of a rule's value among its values."""
        values = tomllib.loads(self._files[file].decode())[rule]["values"]
        return [str(value["from"]) for value in values].index(start)


def lint(files: Mapping[str, bytes]) -> tuple[Remark, ...]:
    """This will list every finding: those that keep the folder from being read, or else those of the whole."""
    return looked_at(files)[0]


def looked_at(files: Mapping[str, bytes]) -> tuple[tuple[Remark, ...], Policy | None]:
    """This will list every finding, and give the policy where it can be read: reading it takes most of the time of either."""
    try:
        folder = _Folder(files, read.policy(files))
    except Unreadable as unreadable:
        return tuple(Remark(finding, "unreadable", "refused") for finding in unreadable.findings), None
    found: list[Remark] = []
    for scheme in folder.policy.schemes.values():
        for look in (_windows, _amounts, _shares, _cases, _unasked, _starts, _remedies):
            found += look(folder, scheme)
        found += _untranslated(folder, scheme)
    found += _unused_facts(folder)
    found += _provisions(folder)
    found += _scripts(files)
    found += _leaps(files)
    return tuple(sorted(set(found))), folder.policy


def is_clean(remarks: Iterable[Remark]) -> bool:
    """This will say whether nothing needs mending; notes may stand."""
    return all(remark.weight == NOTE for remark in remarks)


def _scheme_file(scheme: Scheme) -> str:
    return f"schemes/{scheme.slug}/scheme.toml"


def _rules_file(scheme: Scheme) -> str:
    return f"schemes/{scheme.slug}/rules.toml"


def _windows(folder: _Folder, scheme: Scheme) -> Iterator[Remark]:
    """A version that takes applications only in calls needs one in its days; two calls do not run at once; a long gap is noted."""
    file = _scheme_file(scheme)
    for number, version in enumerate(scheme.versions):
        later = scheme.versions[number + 1] if number + 1 < len(scheme.versions) else None
        if version.is_always_open:
            continue
        begun = [call for call in version.calls if call.closes_on >= version.starts.earliest]
        inside = [call for call in begun if later is None or call.opens_on < later.starts.latest]
        if not inside:
            where = ("versions", number)
            yield folder.remark("no-call", MEND, file, where, f"{version.id} is open only in calls, and has none", "add [[calls]]")
    calls = sorted({call.id: call for version in scheme.versions for call in version.calls}.values(), key=lambda call: call.opens_on)
    listed = [call.id for call in calls]
    for before, after in itertools.pairwise(calls):
        where = ("calls", listed.index(after.id))
        if after.opens_on <= before.closes_on:
            said = f"the calls {before.id} and {after.id} overlap"
            yield folder.remark("calls-overlap", MEND, file, where, said, "close one before the other")
        elif (after.opens_on - before.closes_on).days > 550:
            days = (after.opens_on - before.closes_on).days
            yield folder.remark("gap-between-calls", NOTE, file, where, f"no call is open for {days} days before {after.id}", CALLS)


def _amounts(folder: _Folder, scheme: Scheme) -> Iterator[Remark]:
    """A ceiling stands above what the rules demand at least, and below what one applicant may have in all."""
    file = _rules_file(scheme)
    for version in scheme.versions:
        ceilings = [(rule, rule.body.amount_cents) for rule in version.rules if isinstance(rule.body, bodies.Ceiling) and not rule.body.per]
        for rule in version.rules:
            least = _least_asked(rule, version)
            for cap, most in ceilings:
                if least is not None and most < least and not (cap.when or rule.when):
                    amounts = [_written(amount, version) for amount in (most, least)]
                    said = f"{cap.id} ({amounts[0]}) is below the least that {rule.id} lets in ({amounts[1]})"
                    yield folder.remark("cap-below-minimum", MEND, file, (cap.id,), said, "no application could meet both")
                if isinstance(rule.body, bodies.CumulativeCeiling) and rule.body.amount_cents < most and not (cap.when or rule.when):
                    said = f"{rule.id} ({_written(rule.body.amount_cents, version)}) is below {cap.id} ({_written(most, version)})"
                    yield folder.remark("cap-never-reached", MEND, file, (rule.id,), said, "no project could reach its own ceiling")


def _least_asked(rule: Rule, version: SchemeVersion) -> int | None:
    """The least amount of support that a requirement on the amount asked for lets in."""
    if not isinstance(rule.body, bodies.Requirement) or not isinstance(rule.body.require, conditions.Comparison) or rule.body.when:
        return None
    one = rule.body.require
    is_least = one.fact == version.asked and one.operator in ("at_least", "more_than") and isinstance(one.operand, conditions.Literal)
    return one.operand.value if is_least and isinstance(one.operand, conditions.Literal) and type(one.operand.value) is int else None


def _shares(folder: _Folder, scheme: Scheme) -> Iterator[Remark]:
    """A share above the whole is noted: of money that others gave it may be meant. A percentage of a cost that others share, and one
    that neither a ceiling binds nor its rule says is meant, is refused when read."""
    for version in scheme.versions:
        for rule in version.rules:
            match rule.body:
                case bodies.Percent():
                    shares = [rate.number for rate in rule.body.rates]
                case bodies.Tiers():
                    shares = [tier.basis_points for tier in rule.body.tiers]
                case bodies.RelativeCeiling():
                    shares = [rule.body.basis_points]
                case _:
                    continue
            if max(shares) > 10_000:
                said = f"{rule.id} in {version.id} comes to {max(shares) / 100:g}% of {rule.body.of}: more than the whole of it"
                yield folder.remark("above-the-whole", NOTE, _rules_file(scheme), (rule.id,), said, "say at most 100%, unless it is meant")


def _written(amount: int, version: SchemeVersion) -> str:
    return money.written(amount, currency=version.unit) if version.unit in money.CURRENCIES else f"{amount:,} {version.unit}"


def _cases(folder: _Folder, scheme: Scheme) -> Iterator[Remark]:
    worked = folder.policy.cases[scheme.slug]
    file = f"schemes/{scheme.slug}/cases.yaml"
    for case in worked:
        for wrong in cases.run(case, scheme):
            yield Remark(Finding(file, case.line, f"{case.title}: {wrong}", "mend the case or the rule"), "case-fails", MEND)
    for rule, start, side in cases.missing_sides(scheme, worked):
        version = next(one for one in scheme.versions if any(said.id == rule and str(said.starts) == start for said in one.rules))
        where = (rule, "values", folder.position(_rules_file(scheme), rule, start))
        said = f"{rule} from {start} ({version.id}): no worked case where {side}"
        yield folder.remark("uncovered", MEND, _rules_file(scheme), where, said, "add one to cases.yaml")


def _unasked(folder: _Folder, scheme: Scheme) -> Iterator[Remark]:
    """What a rule needs of an applicant, the form must ask, unless the register of organisations knows it."""
    for version in scheme.versions:
        known = version.vocabulary.facts
        fed = {question.feeds for question in version.form.questions()}
        for rule in version.rules:
            for name in dict.fromkeys(part for fact in rulebook.facts_of_rule(rule) for part in facts.parts_of(fact, known)):
                if known[name].established == "applicant" and not known[name].recorded and name not in fed:
                    said = f"{rule.id} needs {name}, and the form of {version.id} does not ask it"
                    remedy = f'add a question to form.toml with feeds = "{name}"'
                    yield folder.remark("fact-nobody-asks", MEND, _rules_file(scheme), (rule.id,), said, remedy)
                counted = known[name].counted
                if counted is not None and counted.of == facts.BENEFICIARY and version.form.beneficiary is None:
                    said = f"{rule.id} counts what the beneficiary has, and the form of {version.id} does not ask who that is"
                    remedy = 'add beneficiary = "…", a kind of registration number, to the question that asks for it'
                    yield folder.remark("beneficiary-nobody-asks", MEND, _rules_file(scheme), (rule.id,), said, remedy)


def _starts(folder: _Folder, scheme: Scheme) -> Iterator[Remark]:
    """A start that is known only to its month, or that was not published and stands for one that was not found, is noted."""
    for number, version in enumerate(scheme.versions):
        if not version.starts.is_exact:
            said = f"the start of {version.id} is known only to its month ({version.starts}): cases in it are read under both versions"
            remedy = (
                "take the note out once the day is found" if version.note else "find the day, or say in `note` that it is not published"
            )
            yield folder.remark("start-in-doubt", NOTE, _scheme_file(scheme), ("versions", number, "from"), said, remedy)
        if not version.is_start_published:
            said = f"the start of {version.id} ({version.starts}) is not published; illustrative"
            remedy = "find the day, and take out published = false and why"
            yield folder.remark("start-not-published", NOTE, _scheme_file(scheme), ("versions", number, "published"), said, remedy)


def _remedies(folder: _Folder, scheme: Scheme) -> Iterator[Remark]:
    """What may refuse says what would satisfy it; a table of rates that leaves a cell out says so by leaving it out."""
    for version in scheme.versions:
        for rule in version.rules:
            options = rule.body.rates if isinstance(rule.body, bodies.Percent) else ()
            options = rule.body.amounts if isinstance(rule.body, bodies.LumpSum) else options
            if options and bodies.fails_where_nothing_applies(options) and not rule.remedy:
                said = f"{rule.id} refuses whom no rate fits, and does not say what would"
                remedy = "add remedy = { … }, or a last rate without `when`"
                yield folder.remark("no-remedy", MEND, _rules_file(scheme), (rule.id,), said, remedy)


def _untranslated(folder: _Folder, scheme: Scheme) -> Iterator[Remark]:
    """A wording that is word for word that of another script was copied, not translated."""
    for version in scheme.versions:
        texts: list[tuple[str, str, Text]] = [(_scheme_file(scheme), "versions", text) for text in (version.title, version.summary)]
        texts += [(_rules_file(scheme), rule.id, text) for rule in version.rules for text in (rule.statement, rule.remedy, rule.why)]
        texts += [(f"schemes/{scheme.slug}/form.toml", "sections", question.label) for question in version.form.questions()]
        for file, key, text in texts:
            for language in copied(text):
                said = f"{key}: “{text.said_in(language)[:60]}” is not translated into {language}"
                yield folder.at_words("untranslated", file, text.wordings[0][1], said, f"word it in {language}")


def copied(text: Text) -> list[str]:
    """This will name the languages of another script whose wording is the first language's, or holds none of that script."""
    if len(text.wordings) < 2:
        return []
    first, wording = text.wordings[0]
    is_latin = any("a" <= letter <= "z" for letter in wording.lower()) and " " in wording
    if not is_latin:
        return []
    chinese = [(language, said) for language, said in text.wordings[1:] if language.startswith("zh")]
    others = [language for language, said in text.wordings[1:] if not language.startswith("zh") and said == wording and language != first]
    return others + [language for language, said in chinese if not any("\u4e00" <= letter <= "\u9fff" for letter in said)]


def _scripts(files: Mapping[str, bytes]) -> Iterator[Remark]:
    """A wording holds no letter that only the other Chinese script writes."""
    for file, content in files.items():
        if not file.endswith(".toml"):
            continue
        text = content.decode()
        for language, letters, at in scripts.strangers(text):
            said = f"the wording in {language} holds {letters}, of the other script"
            yield Remark(Finding(file, text.count("\n", 0, at) + 1, said, "write it in one script"), "mixed-scripts", MEND)


def _unused_facts(folder: _Folder) -> Iterator[Remark]:
    """A fact of the vocabulary that no rule speaks of and no form feeds is asked for nothing."""
    used: set[str] = set()
    for scheme in folder.policy.schemes.values():
        for version in scheme.versions:
            used |= set(version.vocabulary.facts)
    for name in folder.policy.vocabulary.facts:
        if name not in used:
            said = f"no rule or form speaks of {name}"
            yield folder.remark("fact-unused", NOTE, "facts.toml", ("facts", name), said, "use it, or take it out")


def _provisions(folder: _Folder) -> Iterator[Remark]:
    """The years of a fund's provision follow one another."""
    for number, fund in enumerate(folder.policy.funds):
        years = [int(str(one.on)[:4]) for one in fund.provisions]
        for before, after in itertools.pairwise(sorted(years)):
            if after - before > 1:
                said = f"{fund.id} has no provision between the years {before} and {after}"
                yield folder.remark("gap-between-years", MEND, "funds.toml", ("funds", number), said, "add the years between")


def _leaps(files: Mapping[str, bytes]) -> Iterator[Remark]:
    """Money of a series that leaps to a thousandfold of the table before may be in another unit; what is certain is refused when read."""
    for file, content in files.items():
        if file.startswith("series/") and file.endswith(".toml"):
            text = content.decode()
            for leap in plausible.leaps(file, text, parse.series(file, text)):
                yield Remark(Finding(file, leap.line, leap.what, leap.remedy), "leaps", NOTE)
