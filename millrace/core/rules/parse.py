"""Reads a scheme from its texts into frozen versions, and a version back from its stored text.

`schemes/nifs/` gives three versions; each carries the canonical text it can be read from again,
so that nothing needs the folder after it was published.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from millrace.core import allowances, dated, lifecycle, money, releases, toml_text
from millrace.core.letters import Letter
from millrace.core.rules import check_whole, read_delivery, read_facts, read_form, read_rules, stored
from millrace.core.rules import papers as papers_
from millrace.core.rules.beside import Allocated, Kept
from millrace.core.rules.papers import Papers
from millrace.core.rules.read_conditions import Shelf
from millrace.core.rules.rulebook import (
    Call,
    Criterion,
    Instalment,
    Named,
    Payment,
    Scheme,
    SchemeVersion,
    Source,
    Vocabulary,
    WorkflowStep,
)
from millrace.core.texts import Text
from millrace.core.toml_text import Document, Finding, Table, Unreadable

KEPT_TEXT = "read it with the program that wrote it, and report it"
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def scheme(slug: str, papers: Papers) -> Scheme:
    """Read all versions of a scheme. Findings are left in the papers' documents; the caller refuses
    the whole when there are any."""
    root = papers.scheme.root
    if root.string("slug") != slug:
        root.complain(f"slug must be the folder's name {slug!r}", "slug", f"write {slug!r}, or name the folder by the slug")
    entries = root.tables("versions")
    if not entries:
        root.complain("a scheme needs at least one version", "", "add [[versions]]")
    starts = [read_rules.start_of(entry, "from") for entry in entries]
    if read_rules.NO_DAY in starts or not _have_own_names(entries) or not _follow(entries, starts):
        return Scheme(slug, ())
    _check_rule_starts(papers, starts)
    versions = tuple(_published(slug, papers, entry) for entry in entries)
    for document in (papers.scheme, papers.rules, papers.form, *papers.letters.values()):
        document.root.finish()
    return Scheme(slug, versions)


def _have_own_names(entries: Sequence[Table]) -> bool:
    """Say whether each version has a name of its own, by which the other files say what is part of it."""
    names: list[str] = []
    for entry in entries:
        name = entry.string("id")
        if name in names:
            entry.complain(f"two versions are called {name!r}", "id", "give one of them another id")
            return False
        names.append(name)
    return True


def _follow(entries: Sequence[Table], starts: Sequence[dated.Start]) -> bool:
    for entry, (before, after) in zip(entries[1:], itertools.pairwise(starts), strict=True):
        if before.latest >= after.earliest:
            message = f"the versions do not follow one another: {after} does not come clearly after {before}"
            entry.complain(message, "from", "list them oldest first")
            return False
    return True


def _check_rule_starts(papers: Papers, starts: Collection[dated.Start]) -> None:
    for name in papers.rules.root.names():
        seen: list[dated.Start] = []
        for value in papers.rules.root.table(name).tables("values"):
            begun = read_rules.start_of(value, "from")
            if begun == read_rules.NO_DAY:
                continue
            if begun in seen:
                value.complain(f"{name} says two things from {begun} on", "from", "take one out, or let it start another day")
                value.give_up()
            seen.append(begun)
            if begun not in starts:
                written = ", ".join(str(start) for start in starts)
                value.give_up()
                value.complain(f"the value of {name} starts on {begun}, which is no version's start", "from", f"one of: {written}")


def _published(slug: str, papers: Papers, entry: Table) -> SchemeVersion:
    """Read one version as it is to be published: checked as a whole, and with the text it will be known by."""
    version = _version(slug, papers, entry)
    check_whole.check(papers, version)
    # What is refused is never known by a text, and one with findings may not even be writable.
    return version if papers.scheme.findings else _with_text(version, papers, entry)


def _version(slug: str, papers: Papers, entry: Table) -> SchemeVersion:
    root, languages = papers.scheme.root, papers.languages
    words, sources = _common(papers)
    id_ = entry.string("id")
    stages, tracks, streams = (_named(root, key, languages) for key in ("stages", "tracks", "streams"))
    unit = _unit(root, papers.currency, words.units)
    shelf = Shelf(
        facts=words.facts,
        sources=sources,
        languages=languages,
        stages=[stage.id for stage in stages],
        tracks=[track.id for track in tracks],
        units=words.units,
        versions=[other.string("id") for other in root.tables("versions")],
        unit=unit,
        streams=[stream.id for stream in streams],
    )
    start = read_rules.start_of(entry, "from")
    is_start_published, start_why = read_rules.published(entry, shelf)
    rules_root = papers.rules.root
    rules = [read_rules.rule_in(rules_root.table(name), name, start, shelf) for name in rules_root.names()]
    version = SchemeVersion(
        scheme=slug,
        id=id_,
        starts=start,
        is_start_published=is_start_published,
        start_why=start_why,
        title=entry.words("title", languages),
        short_title=entry.words("short_title", languages),
        summary=entry.words("summary", languages),
        note=entry.words("note", languages, is_required=False),
        currency=papers.currency,
        unit=unit,
        fund=root.string("fund"),
        applicants=root.strings("applicants"),
        rules=tuple(rule for rule in rules if rule is not None),
        calls=_listed(root, "calls", id_, shelf, _call),
        steps=_listed(root, "steps", id_, shelf, _step),
        criteria=_listed(root, "criteria", id_, shelf, _criterion),
        streams=streams,
        stream_from=_stream_from(root, streams, shelf),
        tracks=tracks,
        stages=stages,
        payment=_payment(root.table("payment"), shelf),
        changing=read_delivery.changing(root, shelf),
        reporting=read_delivery.reporting(root, shelf),
        kept=_kept(root.table("kept"), shelf) if root.has("kept") else Kept(),
        allocations=_listed(root, "allocations", id_, shelf, _allocated),
        vocabulary=words,
        sources=sources,
        form=read_form.form(papers.form.root, id_, shelf),
        letters={kind: _letter(paper, kind, languages) for kind, paper in sorted(papers.letters.items())},
        languages=languages,
        text="",
        sha256="",
    )
    read_rules.source(entry, shelf)
    return version


def _common(papers: Papers) -> tuple[Vocabulary, Mapping[str, Source]]:
    """Read what all versions of a policy share, once for the same documents."""
    if "vocabulary" not in papers.facts.made:
        words = read_facts.vocabulary(papers.facts.root, currency=papers.currency, languages=papers.languages)
        papers.facts.made["vocabulary"] = words
    if "sources" not in papers.sources.made:
        papers.sources.made["sources"] = read_facts.sources(papers.sources.root, papers.languages)
    return papers.facts.made["vocabulary"], papers.sources.made["sources"]


def _letter(paper: Document, kind: str, languages: tuple[str, ...]) -> Letter:
    """Read a letter, once for all versions of all schemes that send it."""
    if kind not in paper.made:
        paper.made[kind] = read_form.letter(paper.root, kind, languages)
    letter: Letter = paper.made[kind]
    return letter


def _unit(root: Table, currency: str, units: Collection[str]) -> str:
    """Read what the scheme's amounts are counted in: the policy's currency, or a unit such as hours of a machine."""
    unit = root.string("unit", currency)
    if unit != currency and unit not in units:
        root.complain(f"the unit {unit!r} is not known", "unit", f"{currency}, or one of: {', '.join(sorted(units))}")
    return unit


def _stream_from(root: Table, streams: Collection[Named], shelf: Shelf) -> str:
    """Read which fact names a case's stream; its choices must be the streams."""
    name = root.string("stream_from", "stream")
    fact = shelf.facts.get(name)
    if root.has("stream_from") and (fact is None or not {stream.id for stream in streams} <= fact.choice_ids):
        root.complain(f"the fact {name!r} does not have the streams among its choices", "stream_from", "name a choice that has them")
    return name


def _named(root: Table, key: str, languages: Collection[str]) -> tuple[Named, ...]:
    return tuple(Named(table.string("id"), table.words("title", languages)) for table in root.tables(key))


def _listed(root: Table, key: str, version: str, shelf: Shelf, read: Callable[[Table, Shelf], Any]) -> tuple[Any, ...]:
    return tuple(read(table, shelf) for table in root.tables(key) if read_form.applies(table, version, shelf))


def _call(table: Table, shelf: Shelf) -> Call:
    opens, closes = read_rules.start_of(table, "opens"), read_rules.start_of(table, "closes")
    if opens != read_rules.NO_DAY and closes.earliest < opens.latest:
        table.complain("a call must close on or after the day it opens", "closes", "mend one of the two days")
    hour = table.string("closing_hour", "")
    if hour and not _HOUR.fullmatch(hour):
        table.lose(f"a closing hour is written 17:00, not {hour!r}", "closing_hour", "leave it out where the call closes at midnight")
    return Call(
        id=table.string("id"),
        title=table.words("title", shelf.languages),
        opens_on=opens.earliest,
        closes_on=closes.earliest,
        source=read_rules.source(table, shelf),
        closing_hour=hour,
    )


def _step(table: Table, shelf: Shelf) -> WorkflowStep:
    kind = table.one_of("kind", lifecycle.STEPS)
    is_published, why = read_rules.published(table, shelf)
    names: list[tuple[dated.Start, Text]] = [
        (read_rules.start_of(item, "from"), item.words("name", shelf.languages)) for item in table.tables("bodies")
    ]
    try:
        body = dated.Dated(tuple(names))
    except ValueError as error:
        table.lose(str(error), "bodies", "let each begin on a day of its own, the oldest first")
        body = dated.Dated(())
    streams = table.strings("streams")
    for stream in streams:
        if stream not in shelf.streams:
            table.complain(f"the stream {stream!r} is not known", "streams", f"any of: {', '.join(shelf.streams)}")
    tracks = table.strings("tracks")
    for track in tracks:
        if track not in shelf.tracks:
            table.complain(f"the track {track!r} is not known", "tracks", f"any of: {', '.join(shelf.tracks)}")
    decides = table.flag("decides")
    if decides and kind != "committee":
        table.complain("only a committee decides in place of the authority", "decides", "take it out, or make the step a committee")
    is_joint = kind == "joint_funder"
    currency = table.string("currency", "")
    if is_joint and currency not in money.CURRENCIES:
        table.complain(
            f"the other funder pays in no known currency: {currency!r}", "currency", f"one of: {', '.join(sorted(money.CURRENCIES))}"
        )
    return WorkflowStep(
        kind,
        body,
        read_rules.source(table, shelf, is_required=is_published),
        is_published,
        why,
        streams=streams,
        tracks=tracks,
        partner=table.words("partner", shelf.languages, is_required=is_joint),
        place=table.words("place", shelf.languages, is_required=is_joint),
        programme=table.words("programme", shelf.languages, is_required=is_joint),
        currency=currency,
        decides=decides,
    )


def _criterion(table: Table, shelf: Shelf) -> Criterion:
    is_published, _ = read_rules.published(table, shelf)
    return Criterion(
        id=table.string("id"),
        title=table.words("title", shelf.languages),
        help=table.words("help", shelf.languages, is_required=False),
        weight_percent=table.integer("weight_percent", least=1),
        is_published=is_published,
        is_weight_published=table.flag("weight_published"),
        source=read_rules.source(table, shelf, is_required=is_published),
    )


def _payment(table: Table, shelf: Shelf) -> Payment:
    is_published, why = read_rules.published(table, shelf)
    return Payment(
        basis=table.one_of("basis", ("on_completion", "by_instalment", "by_use")),
        instalments=tuple(
            Instalment(
                stage=item.one_of("stage", shelf.stages, ""),
                percent=item.integer("percent", least=1),
                on=item.one_of("on", releases.BASES),
            )
            for item in table.tables("instalments")
        ),
        is_published=is_published,
        why=why,
        source=read_rules.source(table, shelf, is_required=is_published),
        part_months=_part_months(table, shelf),
    )


def _part_months(table: Table, shelf: Shelf) -> dated.Dated[str]:
    """Read how part of a month counts, each with the day from which it holds and where it was published, or why not."""
    found = []
    for item in table.tables("part_months"):
        is_published, _ = read_rules.published(item, shelf)
        read_rules.source(item, shelf, is_required=is_published)
        found.append((read_rules.start_of(item, "from"), item.one_of("by", allowances.PART_MONTHS)))
    try:
        return dated.Dated(tuple(found))
    except ValueError as error:
        table.complain(str(error), "part_months", "let each begin on a day of its own, the oldest first")
        return dated.Dated(())


def _kept(table: Table, shelf: Shelf) -> Kept:
    is_published, why = read_rules.published(table, shelf)
    read_rules.source(table, shelf, is_required=False)
    fact = table.string("team_share", "")
    if fact and fact not in shelf.facts:
        table.complain(f"the fact {fact!r} is not known", "team_share", "name the fact that a rule reads at closing")
    return Kept(table.strings("heads"), table.integer("years", 0), fact, is_published, why)


def _allocated(table: Table, shelf: Shelf) -> Allocated:
    is_published, why = read_rules.published(table, shelf)
    unit, of = table.string("unit"), table.string("of")
    if unit not in shelf.units:
        table.complain(f"the unit {unit!r} is not known", "unit", f"one of: {', '.join(sorted(shelf.units))}")
    if of not in shelf.facts:
        table.complain(f"the fact {of!r} is not known", "of", "name the fact that says how much is asked for")
    source = read_rules.source(table, shelf, is_required=is_published)
    return Allocated(table.string("facility"), table.string("fund"), unit, of, is_published, why, source)


def _with_text(version: SchemeVersion, papers: Papers, entry: Table) -> SchemeVersion:
    narrowed = papers_.narrowed(version, papers, entry)
    text = json.dumps(narrowed, ensure_ascii=False, sort_keys=True, indent=1, default=_plain)
    words, kept = version.vocabulary, narrowed["facts"]["facts"]
    return replace(
        version,
        vocabulary=replace(
            words,
            facts={name: fact for name, fact in words.facts.items() if name in kept},
            units={name: unit for name, unit in words.units.items() if name in narrowed["facts"]["units"]},
            units_of_one={name: unit for name, unit in words.units_of_one.items() if name in narrowed["facts"]["units_of_one"]},
            words={name: word for name, word in words.words.items() if name in narrowed["facts"]["words"]},
        ),
        sources={name: source for name, source in version.sources.items() if name in narrowed["sources"]["sources"]},
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a policy text may not hold {value!r}")


def version_from_text(text: str) -> SchemeVersion:
    """Read a version back from its canonical text; it comes out equal, hash and all.

    It was published, so what is checked of a folder today is not asked of it. Raises `Unreadable` only where this program cannot
    know what it meant.
    """
    findings: list[Finding] = []
    try:
        version = _stored(stored.as_today(json.loads(text)), findings)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable([*findings, Finding("the stored text", 1, f"{type(error).__name__}: {error}", KEPT_TEXT)]) from error
    if findings:
        raise Unreadable(findings)
    return replace(version, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())


def _stored(data: Mapping[str, Any], findings: list[Finding]) -> SchemeVersion:

    def paper(name: str, content: dict[str, Any]) -> Document:
        return toml_text.from_plain(name, content, findings)

    rules = {rule["id"]: {key: value for key, value in rule.items() if key != "id"} for rule in data["rules"]}
    papers = Papers(
        languages=tuple(data["policy"]["languages"]),
        currency=data["policy"]["currency"],
        facts=paper("facts.toml", data["facts"]),
        sources=paper("sources.toml", data["sources"]),
        scheme=paper("scheme.toml", data["scheme"]),
        rules=paper("rules.toml", rules),
        form=paper("form.toml", data["form"]),
        letters={kind: paper(f"letters/{kind}.toml", content) for kind, content in data["letters"].items()},
    )
    return _version(data["scheme"]["slug"], papers, papers.scheme.root.tables("versions")[0])
