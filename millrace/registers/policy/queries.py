"""What the policy says, from its published texts alone — e.g. the version of NIFS in force on 15 June 2025, or both of them.

Texts are read into frozen values once per hash and process; the database is asked only which texts hold.
"""

import contextlib
import logging
import threading
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from millrace.core import dated, identity
from millrace.core.letters import Letter
from millrace.core.policy_folder import handling as handling_
from millrace.core.policy_folder import read
from millrace.core.policy_folder.blueprint import Blueprint, CaseMeasure, Facility
from millrace.core.policy_folder.funder import Calendar, Funder, IdentifierKind
from millrace.core.policy_folder.funds import Fund
from millrace.core.refusal import Refusal
from millrace.core.rules import parse, rulebook
from millrace.core.rules.form import Form
from millrace.core.toml_text import Unreadable
from millrace.registers.people import prepared
from millrace.registers.policy.models import Publication, SchemeVersion

logger = logging.getLogger(__name__)
_unread: dict[str, str] = {}
_books: dict[str, rulebook.SchemeVersion] = {}
_reading = threading.Lock()
_papers: dict[tuple[str, str], Any] = {}
_still: dict[str, Any] = {}
# Papers asked at once by the page this thread is drawing.
_here = threading.local()
_last = prepared.Prepared(lambda kind: Publication.objects.filter(kind=kind).defer("text").order_by("-event_id")[:1], kind=str)
_versions = prepared.Prepared(lambda scheme: SchemeVersion.objects.filter(scheme=scheme).defer("text"), scheme=str)


def read_version(row: SchemeVersion) -> rulebook.SchemeVersion:
    """This will read what a version says; the row alone has its text, fetched only the first time its hash is met.

    One this program cannot read is refused by its name: what was published stays published, and nothing is guessed of it.
    """
    if row.sha256 in _unread:
        raise _cannot_read(_unread[row.sha256])
    if row.sha256 not in _books:
        # One thread reads while the others wait: eight reading twenty schemes at once would leave the process twice as heavy.
        with _reading:
            if row.sha256 not in _books:
                _books[row.sha256] = _read(row)
    return _books[row.sha256]


def _read(row: SchemeVersion) -> rulebook.SchemeVersion:
    try:
        return replace(parse.version_from_text(_text_of(row)), text="")
    except Unreadable as found:
        _unread[row.sha256] = str(row)
        logger.error("the stored text of %s (%s) cannot be read: %s", row, row.sha256, found)
        raise _cannot_read(str(row)) from found


def _cannot_read(what: str) -> Refusal:
    return Refusal(
        "text-unreadable",
        what=_("The stored text of %(text)s cannot be read by this version of the program."),
        why=_("It was published and is kept as it was; what it says is not guessed."),
        next_step=_("Tell us; until it is mended, other versions and schemes can be used."),
        status=503,
        values={"text": what},
    )


def unread() -> list[str]:
    """This will name the versions that this process met and could not read."""
    return sorted(set(_unread.values()))


def _scheme(slug: str, rows: Iterable[SchemeVersion]) -> rulebook.Scheme:
    """This will read what can be read of a scheme's versions; of the others it keeps when they began."""
    books: list[rulebook.SchemeVersion] = []
    begun: list[dated.Start] = []
    for row in rows:
        try:
            books.append(read_version(row))
        except Refusal:
            begun.append(dated.start(row.starts_on))
    return rulebook.Scheme(slug, tuple(books), tuple(begun))


def _text_of(row: SchemeVersion) -> str:
    """This will fetch the text of a row taken without it and leave it with nobody: ninety kilobytes, read once."""
    if "text" not in row.get_deferred_fields():
        return row.text
    return SchemeVersion.every.values_list("text", flat=True).get(pk=row.pk)


def scheme_versions(scheme: str, *, known_at: datetime | None = None) -> list[SchemeVersion]:
    """This will list the versions of a scheme in the order they begin, each by its last text recorded by `known_at`."""
    return _latest(_versions(scheme=scheme), known_at)


def _latest(rows: Iterable[SchemeVersion], known_at: datetime | None) -> list[SchemeVersion]:
    known = [row for row in rows if known_at is None or row.published_at <= known_at]
    last = {(row.scheme, row.version): row for row in sorted(known, key=lambda row: (row.published_at, row.pk))}
    return sorted(last.values(), key=lambda row: (row.scheme, dated.start(row.starts_on)))


def rows_in_force(scheme: str, on: date, *, known_at: datetime | None = None) -> list[SchemeVersion]:
    """This will give the version in force on the funder's day, or each that may have been while a start is in doubt."""
    return in_force(scheme_versions(scheme, known_at=known_at), on)


def in_force(rows: Iterable[SchemeVersion], on: date) -> list[SchemeVersion]:
    """This will pick, from one scheme's versions in order, those in force or perhaps in force on a day."""
    entries = tuple((dated.start(row.starts_on), row) for row in rows)
    return list(dated.Dated(entries).on(on).candidates)


def scheme_version_in_force(scheme: str, at: datetime) -> dated.Reading[SchemeVersion]:
    """This will give the version in force at a moment, as known then: a reading that may be in doubt, or empty."""
    return dated.Reading(tuple(rows_in_force(scheme, funder().day_of(at), known_at=at)))


def scheme(slug: str, *, known_at: datetime | None = None) -> rulebook.Scheme:
    """This will give a scheme with all its versions; one that was never published is not found."""
    rows = scheme_versions(slug, known_at=known_at)
    if not rows:
        raise Refusal.not_found()
    found = _scheme(slug, rows)
    if not found.versions:
        raise _cannot_read(str(rows[-1]))
    return found


def published_schemes(at: datetime) -> list[rulebook.Scheme]:
    """This will list every scheme published by a moment, with all its versions, in order of their names."""
    by_slug: dict[str, list[SchemeVersion]] = {}
    for row in _latest(SchemeVersion.objects.defer("text"), at):
        by_slug.setdefault(row.scheme, []).append(row)
    found = [_scheme(slug, rows) for slug, rows in by_slug.items()]
    return [scheme for scheme in found if scheme.versions]


def form(row: SchemeVersion) -> Form:
    """This will give the application form of a version."""
    return read_version(row).form


def letter(row: SchemeVersion, kind: str) -> Letter:
    """This will give the approved text of a letter of a version."""
    return read_version(row).letters[kind]


def is_published() -> bool:
    """This will say whether this database has a policy."""
    return _last.first(kind="funder") is not None


def funder() -> Funder:
    """This will give who the funder is, as last published."""
    value: Funder = _paper("funder")
    return value


def funder_if_published() -> Funder | None:
    """This will give who the funder is, or None while this database has no policy."""
    value: Funder | None = _found("funder")
    return value


def zone() -> zoneinfo.ZoneInfo:
    """This will give the zone in which the funder's days begin and end."""
    return zoneinfo.ZoneInfo(funder().zone)


def calendar() -> Calendar:
    """This will give the funder's working days."""
    return funder().calendar


def identifiers() -> tuple[IdentifierKind, ...]:
    """This will list what kinds of number identify an organisation."""
    return funder().identifiers


def number_kinds() -> Mapping[str, identity.Kind]:
    """This will give the kinds of registration number that the published policy takes."""
    return {kind.id: identity.Kind(kind.id, kind.pattern, kind.check) for kind in identifiers()}


def funds() -> tuple[Fund, ...]:
    """This will list the funds, as last published."""
    value: tuple[Fund, ...] = _paper("funds")
    return value


def funds_if_published() -> tuple[Fund, ...]:
    """This will list the funds, none while this database has no policy."""
    value: tuple[Fund, ...] = _found("funds") or ()
    return value


def fund(name: str) -> Fund:
    """This will give one fund; one that was never published is not found."""
    found = next((one for one in funds() if one.id == name), None)
    if found is None:
        raise Refusal.not_found()
    return found


def blueprint() -> Blueprint:
    """This will give the plan: directions, strategies and targets."""
    value: Blueprint = _paper("blueprint")
    return value


def case_measures() -> tuple[CaseMeasure, ...]:
    """This will list what is measured of cases; nothing while this database has no policy."""
    plan: Blueprint | None = _found("blueprint")
    return plan.measures if plan else ()


def facilities() -> tuple[Facility, ...]:
    """This will list the facilities of the policy."""
    value: tuple[Facility, ...] = _paper("facilities")
    return value


def handling() -> handling_.Handling:
    """This will give the rates, caps and tolerances by which money is handled after an award; none where the policy has none."""
    value: handling_.Handling = _found("handling") or handling_.NONE
    return value


def facilities_if_published() -> tuple[Facility, ...]:
    """This will list the facilities, none before a policy is published."""
    value: tuple[Facility, ...] | None = _found("facilities")
    return value or ()


def read_paper(row: Publication) -> Any:
    """This will read a published paper — the funder, its funds, its plan — once per hash and process."""
    return _read_paper(row.kind, row)


@contextlib.contextmanager
def standing_still() -> Iterator[None]:
    """This will ask for each paper only once inside the block, where nobody else publishes: a story told, a bulk filled."""
    _still.clear()
    _still["is_still"] = True
    try:
        yield
    finally:
        _still.clear()


@contextlib.contextmanager
def at_once(*kinds: str) -> Iterator[None]:
    """This will ask for these papers in one question and keep them inside the block, for a page that reads one moment."""
    rows = Publication.objects.filter(kind__in=kinds).defer("text").order_by("kind", "-event_id").distinct("kind")
    _here.papers = dict.fromkeys(kinds) | {row.kind: _read_paper(row.kind, row) for row in rows}
    try:
        yield
    finally:
        _here.papers = {}


def _paper(kind: str) -> Any:
    value = _found(kind)
    if value is None:
        raise Refusal("nothing-published", what=_("No policy is published here yet."), next_step=_("Publish a policy folder."), status=503)
    return value


def _found(kind: str) -> Any:
    if kind in _still:
        return _still[kind]
    held: dict[str, Any] = getattr(_here, "papers", {})
    if kind in held:
        return held[kind]
    value = _last_paper(kind)
    if _still and value is not None:
        _still[kind] = value
    return value


def _last_paper(kind: str) -> Any:
    row = _last.first(kind=kind)
    return None if row is None else _read_paper(kind, row)


def _read_paper(kind: str, row: Publication) -> Any:
    key = (kind, row.sha256)
    if key not in _papers:
        try:
            _papers[key] = read.from_paper(kind, row.text)
        except Unreadable as found:
            raise _cannot_read(str(row)) from found
    return _papers[key]
