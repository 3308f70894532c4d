"""Reads a whole policy folder, given as a mapping of path to bytes, into one frozen policy — or
refuses it with every finding, by file and line.

It takes no path: the caller reads files, so that `policies/hong-kong`, an upload and a test are one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from millrace.core import toml_lines, toml_text
from millrace.core.figures import parse as figure_texts
from millrace.core.figures import plausible, whole
from millrace.core.figures.definition import Figure, FromSheet
from millrace.core.policy_folder import blueprint, funder, funds, handling
from millrace.core.policy_folder.blueprint import Blueprint, Facility
from millrace.core.policy_folder.funder import Funder
from millrace.core.policy_folder.funds import Fund
from millrace.core.policy_folder.handling import Handling
from millrace.core.rules import cases, parse, read_facts
from millrace.core.rules.cases import WorkedCase
from millrace.core.rules.papers import Papers
from millrace.core.rules.rulebook import Scheme, Source, Vocabulary
from millrace.core.toml_text import Document, Finding, Unreadable

Read = TypeVar("Read")

_TOP = ("policy", "facts", "sources", "funds", "blueprint", "facilities")
# A policy may say nothing of how money is handled after an award: then nothing is priced, tolerated or sampled by rule.
_HANDLING = "handling.toml"


@dataclass(frozen=True, slots=True)
class Paper:
    """One published text that is no scheme version: what it is, its canonical text and its hash."""

    kind: str  # funder | funds | blueprint | facilities | handling
    slug: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy as one value."""

    funder: Funder
    vocabulary: Vocabulary
    sources: Mapping[str, Source]
    schemes: Mapping[str, Scheme]
    cases: Mapping[str, tuple[WorkedCase, ...]]
    funds: tuple[Fund, ...]
    figures: Mapping[str, Figure]
    blueprint: Blueprint
    facilities: tuple[Facility, ...]
    handling: Handling
    papers: tuple[Paper, ...]


class _Folder:
    """The files of a folder as documents, and what was found wrong in them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.findings: list[Finding] = []
        self.used: set[str] = set()
        self._documents: dict[str, Document] = {}

    def document(self, path: str) -> Document:
        """Read a file, once however many schemes share it: the common letters are every scheme's."""
        if path not in self._documents:
            self.used.add(path)
            if path not in self.files:
                self.findings.append(Finding(path, 1, "the file is missing", "add it", True))
                self._documents[path] = toml_text.broken(path, self.findings)
            else:
                self._documents[path] = toml_text.parse(path, self.files[path], self.findings)
        return self._documents[path]

    def own_documents(self, slug: str) -> dict[str, Document]:
        """Read the files that every scheme has of its own."""
        return {name: self.document(f"schemes/{slug}/{name}.toml") for name in ("scheme", "rules", "form")}

    def must_stand_on(self, *documents: Document) -> None:
        """Refuse the folder for its broken files alone where one of these is: without them all else would be found wrong."""
        if not any(document.is_broken for document in documents):
            return
        for slug in self.schemes():
            self.own_documents(slug)
        for name in self.names("letters/", ".toml"):
            self.document(f"letters/{name}.toml")
        self.used.update(path for path in self.files if path.startswith(("schemes/", "letters/", "figures/", "series/")))
        _check_strays(self)
        raise Unreadable(self.findings)

    def names(self, folder: str, ending: str) -> list[str]:
        inside = [path.removeprefix(folder) for path in self.files if path.startswith(folder) and path.endswith(ending)]
        return sorted(name.removesuffix(ending) for name in inside if "/" not in name)

    def schemes(self) -> list[str]:
        return sorted({path.split("/")[1] for path in self.files if path.startswith("schemes/") and path.count("/") >= 2})


def policy(files: Mapping[str, bytes]) -> Policy:
    """Read the folder. Raises `Unreadable` with every finding unless there is none."""
    folder = _Folder(files)
    names = [*_TOP, *(["handling"] if _HANDLING in files else [])]
    top = {name: folder.document(f"{name}.toml") for name in names}
    folder.must_stand_on(top["policy"])
    if not funder.languages_of(top["policy"].root):
        raise Unreadable(folder.findings)
    who = funder.read(top["policy"].root)
    folder.must_stand_on(top["facts"], top["sources"])
    words = read_facts.vocabulary(top["facts"].root, currency=who.currency, languages=who.languages)
    sources = read_facts.sources(top["sources"].root, who.languages)
    fund_list = funds.read(top["funds"].root, who.languages)
    plan = blueprint.read(top["blueprint"].root, who.languages, sources)
    places = blueprint.read_facilities(top["facilities"].root, who.languages)
    measures = handling.read(top["handling"].root, who.languages) if "handling" in top else handling.NONE
    figures = _figures(folder)
    schemes, worked = _schemes(folder, who, top)
    for document in top.values():
        document.root.finish()
    _check_funds(folder, top["funds"], fund_list, schemes)
    _check_handling(top, measures, schemes, sources)
    _check_blueprint(folder, top["blueprint"], plan, schemes, figures)
    _check_beneficiaries(folder, who, schemes)
    _check_strays(folder)
    if folder.findings:
        raise Unreadable(folder.findings)
    kinds = [kind for kind in ("policy", "funds", "blueprint", "facilities", "handling") if kind in top]
    told = {kind: {"languages": list(who.languages), "data": top[kind].root.data} for kind in kinds}
    named = {told["source"] for key in ("targets", "chain") for told in top["blueprint"].root.data.get(key, [])}
    told["blueprint"]["sources"] = {name: top["sources"].root.data["sources"][name] for name in sorted(named)}
    papers = [_paper("funder" if kind == "policy" else kind, who.slug, content) for kind, content in told.items()]
    return Policy(who, words, sources, schemes, worked, fund_list, figures, plan, places, measures, tuple(papers))


def _schemes(folder: _Folder, who: Funder, top: Mapping[str, Document]) -> tuple[dict[str, Scheme], dict[str, tuple[WorkedCase, ...]]]:
    common = folder.names("letters/", ".toml")
    schemes: dict[str, Scheme] = {}
    worked: dict[str, tuple[WorkedCase, ...]] = {}
    for slug in folder.schemes():
        at = f"schemes/{slug}/"
        own = folder.names(f"{at}letters/", ".toml")
        # A scheme's own letter stands before the common one of that kind.
        letters = {kind: f"letters/{kind}.toml" for kind in common} | {kind: f"{at}letters/{kind}.toml" for kind in own}
        papers = Papers(
            languages=who.languages,
            currency=who.currency,
            facts=top["facts"],
            sources=top["sources"],
            **folder.own_documents(slug),
            letters={kind: folder.document(path) for kind, path in letters.items()},
        )
        # What the rules and the form speak of stands in scheme.toml: without it they are not read.
        schemes[slug] = Scheme(slug, ()) if papers.scheme.is_broken else parse.scheme(slug, papers)
        path = f"{at}cases.yaml"
        folder.used.add(path)
        worked[slug] = cases.read(path, folder.files.get(path, b""), folder.findings)
    return schemes, worked


def _figures(folder: _Folder) -> dict[str, Figure]:
    """Read the figures and series, so that a mistake in them refuses the folder like any other."""
    paths = {kind: [f"{kind}/{name}.toml" for name in folder.names(f"{kind}/", ".toml")] for kind in ("series", "figures")}
    series = {path: read for path in paths["series"] if (read := _read_text(folder, path, plausible.series))}
    found = {path: figure for path in paths["figures"] if (figure := _read_text(folder, path, figure_texts.figure))}
    if all(len(paths[kind]) == len(read) for kind, read in (("series", series), ("figures", found))):
        try:
            whole.check({path: folder.files[path].decode() for path in found}, series, found)
        except figure_texts.MalformedFile as wrong:
            folder.findings.append(Finding(wrong.file, wrong.line, wrong.what, ""))  # its words say what would be right
    return {figure.name: figure for figure in found.values()}


def _read_text(folder: _Folder, path: str, reader: Callable[[str, str], Read]) -> Read | None:
    folder.used.add(path)
    try:
        return reader(path, folder.files[path].decode())
    except UnicodeDecodeError:
        folder.findings.append(Finding(path, 1, "the file is not UTF-8 text", "save it as UTF-8"))
    except figure_texts.MalformedFile as wrong:
        folder.findings.append(Finding(wrong.file, wrong.line, wrong.what, ""))  # its words say what would be right
    return None


def _check_funds(folder: _Folder, document: Document, fund_list: tuple[Fund, ...], schemes: Mapping[str, Scheme]) -> None:
    if document.is_broken:
        return
    places = {fund.id: number for number, fund in enumerate(fund_list)}
    for scheme in schemes.values():
        for fund in {version.fund for version in scheme.versions}:
            if fund not in places:
                path = f"schemes/{scheme.slug}/scheme.toml"
                line = toml_lines.line_of(toml_lines.index(folder.files[path].decode()), ("fund",))
                said = f"the fund {fund!r} of the scheme {scheme.slug} is not here"
                folder.findings.append(Finding(path, line, said, "add it to funds.toml, or mend its name"))
            elif scheme.slug not in fund_list[places[fund]].schemes:
                said = f"the fund {fund!r} does not name the scheme {scheme.slug}"
                document.complain(("funds", places[fund], "schemes"), said, "add it to schemes")


def _check_handling(top: Mapping[str, Document], measures: Handling, schemes: Mapping[str, Scheme], sources: Mapping[str, Source]) -> None:
    for measure in measures.measures.values():
        for value in measure.values:
            for scheme in set(value.schemes) - set(schemes):
                top["handling"].complain((), f"{measure.id} names the scheme {scheme!r}, which is not here", "mend its name")
            if value.source and value.source not in sources:
                top["handling"].complain((), f"{measure.id} names the source {value.source!r}, which is not in sources.toml", "add it")


def _check_blueprint(
    folder: _Folder, document: Document, plan: Blueprint, schemes: Mapping[str, Scheme], figures: Mapping[str, Figure]
) -> None:
    """Find a part of the chain or a measure that names no scheme of the policy, a target whose outturn is told by no figure, and a
    figure that adds up a measure which is not recorded of any case."""
    if document.is_broken:
        return
    there = {*figures, *folder.names("figures/", ".toml")}
    for place, measure in enumerate(plan.measures):
        for scheme in set(measure.schemes) - set(schemes):
            document.complain(("measures", place, "schemes"), f"the scheme {scheme!r} is not here", "mend its name")
    measured = {one.id for one in plan.measures}
    for figure in figures.values():
        added = {version.reads.adds_up for version in figure.versions if isinstance(version.reads, FromSheet)} - {""}
        for name in sorted(added - measured):
            path = f"figures/{figure.name}.toml"
            text = folder.files[path].decode()
            line = text[: max(0, text.find(f'"{name}"'))].count("\n") + 1
            said = f"{name!r} is not recorded of any case"
            folder.findings.append(Finding(path, line, said, "add it to [[measures]] of blueprint.toml, or mend its name"))
    for place, link in enumerate(plan.chain):
        for scheme in set(link.every) - set(schemes):
            document.complain(("chain", place, "schemes"), f"the scheme {scheme!r} is not here", "mend its name")
    for place, target in enumerate(plan.targets):
        if target.outturn and target.outturn.figure not in there and any(path.startswith("figures/") for path in folder.files):
            said = f"the figure {target.outturn.figure!r} is not here"
            document.complain(("targets", place, "outturn", "figure"), said, "add it to figures, or mend its name")


def _check_beneficiaries(folder: _Folder, who: Funder, schemes: Mapping[str, Scheme]) -> None:
    """Find a question that asks who benefits by a kind of number that the policy does not take."""
    kinds = [kind.id for kind in who.identifiers]
    for scheme in schemes.values():
        asked = {version.form.beneficiary.beneficiary for version in scheme.versions if version.form.beneficiary is not None}
        for kind in sorted(asked - set(kinds)):
            path = f"schemes/{scheme.slug}/form.toml"
            text = folder.files[path].decode()
            line = text[: max(0, text.find(f'"{kind}"'))].count("\n") + 1
            said = f"the policy takes no registration number of kind {kind!r}"
            folder.findings.append(Finding(path, line, said, f"one of: {', '.join(kinds)}"))


def _check_strays(folder: _Folder) -> None:
    for path in folder.files:
        if path not in folder.used and not path.endswith((".md", ".gitkeep", "/")):
            folder.findings.append(Finding(path, 1, "this file is no part of a policy", "take it out, or mend its name"))


def _paper(kind: str, slug: str, content: dict[str, Any]) -> Paper:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, default=_iso)
    return Paper(kind, slug, text, hashlib.sha256(text.encode()).hexdigest())


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a policy text may not hold {value!r}")


def from_paper(kind: str, text: str) -> Any:
    """Read a stored text back: a Funder, the funds, the Blueprint or the facilities."""
    findings: list[Finding] = []
    try:
        made = _from_content(kind, json.loads(text), findings)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable([*findings, Finding(kind, 1, f"{type(error).__name__}: {error}", parse.KEPT_TEXT)]) from error
    if findings:
        raise Unreadable(findings)
    return made


def _from_content(kind: str, content: dict[str, Any], findings: list[Finding]) -> Any:
    languages = tuple(content["languages"])
    root = toml_text.from_plain(kind, content["data"], findings).root
    readers: dict[str, Callable[[], Any]] = {
        "funder": lambda: funder.read(root),
        "funds": lambda: funds.read(root, languages),
        "blueprint": lambda: blueprint.read(root, languages, _sources(content, languages, findings)),
        "facilities": lambda: blueprint.read_facilities(root, languages),
        "handling": lambda: handling.read(root, languages),
    }
    return readers[kind]()


def _sources(content: dict[str, Any], languages: tuple[str, ...], findings: list[Finding]) -> dict[str, Source]:
    return read_facts.sources(toml_text.from_plain("sources", {"sources": content.get("sources", {})}, findings).root, languages)
