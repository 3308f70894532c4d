"""The documents a scheme is read from, and what of them one version says: the text it is published and hashed by.

The version of NIFS of 27 July 2020 keeps the values of that day alone, so that adding the one of 2024 leaves its hash as it was.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.core import dated
from millrace.core.rules import bodies, read_facts, rulebook
from millrace.core.rules.bodies import Ceiling
from millrace.core.rules.facts import Fact
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.toml_text import Document, Table

_DATED_LISTS = ("calls", "steps", "criteria", "streams", "tracks", "stages")


@dataclass(frozen=True, slots=True)
class Papers:
    """The documents a scheme is read from, those of the whole policy included."""

    languages: tuple[str, ...]
    currency: str
    facts: Document
    sources: Document
    scheme: Document
    rules: Document
    form: Document
    letters: Mapping[str, Document]


_WORDS_OF = {
    bodies.Percent: ("percent",),
    bodies.LumpSum: ("lump",),
    bodies.Allowance: ("product", "rate", "percent"),
    bodies.Tiers: ("band", "band_above", "slice", "higher_of", "lump"),
    bodies.RelativeCeiling: ("percent",),
    bodies.Points: ("points",),
}


def words_needed(version: SchemeVersion) -> frozenset[str]:
    """Name the set phrases that the version's arithmetic needs beyond those every version does."""
    per_head = [("product", "ceiling") for rule in version.rules if isinstance(rule.body, Ceiling) and rule.body.per]
    named = [_WORDS_OF.get(type(rule.body), ()) for rule in version.rules]
    return frozenset(word for words in (*named, *per_head) for word in words)


def narrowed(version: SchemeVersion, papers: Papers, entry: Table) -> dict[str, Any]:
    """Cut the texts down to what this version says, so that adding a version later leaves the text
    of the earlier ones, and so their hashes, as they were."""
    scheme_data = {**papers.scheme.root.data, "versions": [dict(entry.data)]}
    for key in _DATED_LISTS:
        if key in scheme_data:
            scheme_data[key] = _of_version(scheme_data[key], version.id)
    rules = [{"id": rule.id, **_one_value(papers.rules.root.data[rule.id], rule.starts)} for rule in version.rules]
    form = {"sections": _form_of_version(papers, version.id)}
    facts = _facts_used(version, papers)
    units = frozenset(_units_in([facts, scheme_data, rules, form]))
    return {
        "policy": {"languages": list(papers.languages), "currency": papers.currency},
        "facts": _words_used(version, papers, units) | {"facts": facts},
        "sources": {"sources": _sources_used(version, papers, entry)},
        "scheme": scheme_data,
        "rules": rules,
        "form": form,
        "letters": {kind: dict(paper.root.data) for kind, paper in papers.letters.items()},
    }


def _units_in(data: Any) -> Iterator[str]:
    """Walk the units that any part of a text names."""
    if isinstance(data, Mapping):
        if isinstance(data.get("unit"), str):
            yield data["unit"]
        data = list(data.values())
    if isinstance(data, list):
        for item in data:
            yield from _units_in(item)


def _words_used(version: SchemeVersion, papers: Papers, units: Collection[str]) -> dict[str, Any]:
    """Keep the units and set phrases that the version speaks with, so that wording another for a new scheme leaves its text as it
    was."""
    data = papers.facts.root.data
    words = {*read_facts.WORDS, *words_needed(version)}
    kept = {"units": units, "units_of_one": units, "words": words}
    return {key: {name: text for name, text in data.get(key, {}).items() if name in names} for key, names in kept.items()}


def _of_version(items: list[dict[str, Any]], version: str) -> list[dict[str, Any]]:
    kept = [item for item in items if version in item.get("versions", [version])]
    return [{key: value for key, value in item.items() if key != "versions"} for item in kept]


def _one_value(rule: Mapping[str, Any], starts: dated.Start) -> dict[str, Any]:
    held = [value for value in rule["values"] if dated.start(str(value["from"])) == starts]
    return {**rule, "values": held}


def _form_of_version(papers: Papers, version: str) -> list[dict[str, Any]]:
    sections = _of_version(papers.form.root.data.get("sections", []), version)
    return [{**section, "questions": _of_version(section.get("questions", []), version)} for section in sections]


def _facts_used(version: SchemeVersion, papers: Papers) -> dict[str, Any]:
    data = papers.facts.root.data
    streams = {version.stream_from} if version.streams else set()
    spoken = streams | {name for rule in version.rules for name in rulebook.facts_of_rule(rule)}
    fed = {question.feeds for question in version.form.questions() if question.feeds}
    named = {part for name in spoken | fed if name in version.vocabulary.facts for part in _made_of(name, version.vocabulary.facts)}
    facts = data.get("facts", {})
    return {name: facts[name] for name in sorted(named) if name in facts}


def _made_of(name: str, facts: Mapping[str, Fact]) -> set[str]:
    """Name a fact and everything it is made of, derived facts between them included, and the places that claims are told apart by."""
    derived, claimed = facts[name].derived, facts[name].claimed
    if claimed and claimed.of:
        return {name, claimed.of}
    return {name}.union(*(_made_of(part, facts) for part in derived.parts)) if derived else {name}


def _sources_used(version: SchemeVersion, papers: Papers, entry: Table) -> dict[str, Any]:
    parts: list[Any] = [*version.rules, *version.calls, *version.steps, *version.criteria, version.payment, *version.allocations]
    parts += [part for part in (version.changing, version.reporting) if part]
    named = {part.source for part in parts} | {entry.data.get("source", "")}
    all_sources = papers.sources.root.data.get("sources", {})
    return {name: all_sources[name] for name in sorted(named) if name in all_sources}
