"""Reads the texts of a reply: each reference answered, each fault named with line and remedy, each number typed by hand that a
figure gives — e.g. "472" in line 3, where `{{mainland-collaboration-approved count @2024-01-31}}` would stand.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from millrace.core import money
from millrace.core.figures import picked, reference, typed
from millrace.core.figures.definition import FromSheet
from millrace.core.figures.picked import Missing, Picked
from millrace.core.figures.reference import Malformed, Reference
from millrace.core.figures.stated import Statements
from millrace.core.figures.typed import Offer
from millrace.core.refusal import Refusal
from millrace.registers.messages import glyphs
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import queries, wording
from millrace.stages.learn.queries import Given, Known
from millrace.web import clock, errors, funder, words

Texts = Mapping[str, Mapping[str, str]]
PARTS = ("subject", "body")
# How many references are offered for one number typed by hand.
OFFERED = 3


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to note: where, what was written, and in the reader's words what is wrong and what to do."""

    language: str
    part: str
    line: int
    written: str
    what: str
    remedy: str


@dataclass(frozen=True)
class Answered:
    """One reference with its answer."""

    asked: Reference
    given: Given
    picked: Picked

    @property
    def said(self) -> str:
        """The number as it is put, in the language now active."""
        if isinstance(self.picked.number, date):
            return words.day(self.picked.number)
        return wording.put(self.picked.unit, self.picked.number, self.given.told_in, self.picked.qualifier)


@dataclass(frozen=True)
class Read:
    """What reading found: the figures by reference, in order; what must be mended; what was typed by hand."""

    answered: dict[str, Answered]
    findings: tuple[Finding, ...]
    by_hand: tuple[Finding, ...]


class Fault(Exception):
    """A reference that cannot be answered, in words: what, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def languages() -> dict[str, str]:
    """This will name the languages a reply is written in."""
    return {"en": _("English"), "zh-hant": _("Traditional Chinese"), "zh-hans": _("Simplified Chinese")}


def answered(asked: Reference, known: Known, seal: Seal | None = None) -> Answered:
    """This will answer one reference, as known at its own seal, else at `seal`, else at the last; a fault says why it cannot."""
    if asked.figure not in known.figures:
        near = difflib.get_close_matches(asked.figure, known.figures, n=3, cutoff=0.5)
        remedy = _("Did you mean %(names)s?") % {"names": ", ".join(near)} if near else _("The list of figures has their names.")
        raise Fault(_("There is no figure called “%(name)s”.") % {"name": asked.figure}, remedy)
    try:
        at = queries.seal_numbered(asked.seal) if asked.seal is not None else seal or known.last
        queries.not_ahead(asked.as_at, known.last)
        given = queries.ask(asked.figure, as_at=asked.as_at, seal=at, known=known)
    except Refusal as refused:
        said = errors.in_words(refused)
        raise Fault(said["what"], said["next_step"] or _("Write a seal that exists, or none.")) from refused
    found = pick(given, asked.part, asked.row)
    if isinstance(found, Missing):
        what = _("This figure has no number called “%(name)s”.") if found.word == "part" else _("This figure has no row called “%(name)s”.")
        name = asked.part if found.word == "part" else asked.row
        offered = ", ".join(found.offered[:12])
        raise Fault(what % {"name": name}, _("It has: %(names)s.") % {"names": offered} if offered else _("Ask for the whole."))
    if pick(queries.told_to_everyone(given), asked.part, asked.row) != found:
        what = _("This number is withheld from everyone: it counts few cases, or would tell such a number.")
        raise Fault(what, _("A reply is public. Ask for the whole, or for another row."))
    return Answered(asked.bare, given, found)


def _today() -> date:
    return clock.now().astimezone(funder.current().zone).date()


def pick(given: Given, part: str, row: str) -> Picked | Missing:
    units = {name: each.unit for name, each in given.series.measures.items()} if isinstance(given.series, Statements) else {}
    return picked.pick(given.answer, units, part, row, has_amount=given.version.has_amount)


def read(texts: Texts, *, known: Known | None = None, seal: Seal | None = None) -> Read:
    """This will read all texts of a reply; each reference is answered once, however often it stands there."""
    known = known or queries.known_now()
    found: dict[str, Answered] = {}
    faults: dict[str, Fault] = {}
    findings = []
    for language, part, piece in _asked(texts):
        if isinstance(piece, Malformed):
            remedy = _("Write it as %(example)s.") % {"example": reference.EXAMPLE}
            findings.append(Finding(language, part, piece.line, piece.written, _("This is no reference to a figure."), remedy))
            continue
        if piece.written not in found and piece.written not in faults:
            try:
                found[piece.written] = answered(piece, known, seal)
            except Fault as fault:
                faults[piece.written] = fault
        if fault_ := faults.get(piece.written):
            findings.append(Finding(language, part, piece.line, piece.written, fault_.what, fault_.remedy))
    return Read(found, (*findings, *_uneven(texts), *_not_settable(texts)), tuple(_by_hand(texts, found, known, seal)))


def _asked(texts: Texts) -> Iterator[tuple[str, str, Reference | Malformed]]:
    for language, text in texts.items():
        for part in PARTS:
            for piece in reference.pieces(text[part]):
                if not isinstance(piece, str):
                    yield language, part, piece


def _uneven(texts: Texts) -> Iterator[Finding]:
    """The three texts must be there, and give the same figures."""
    named = languages()
    asked = {
        language: dict.fromkeys(each.written for part in PARTS for each in reference.references(text[part]))
        for language, text in texts.items()
    }
    for language, text in texts.items():
        for part in PARTS:
            if not text[part].strip():
                yield Finding(language, part, 0, "", _("This text is empty."), _("Write it in all three languages."))
        if not text["body"].strip():
            continue
        for other, theirs in asked.items():
            for written in theirs.keys() - asked[language].keys():
                what = _("This figure stands in the text in %(language)s and not here.") % {"language": named[other]}
                yield Finding(language, "body", 0, written, what, _("Give the same figures in all three languages."))


def _not_settable(texts: Texts) -> Iterator[Finding]:
    for language, text in texts.items():
        for part in PARTS:
            if lost := glyphs.missing(text[part]):
                yield Finding(language, part, 0, lost, _("These characters cannot be set on paper."), _("Write it with other characters."))


def _by_hand(texts: Texts, found: Mapping[str, Answered], known: Known, seal: Seal | None) -> Iterator[Finding]:
    offers = list(_offers(found, known, seal))
    for language, text in texts.items():
        for part in PARTS:
            for each in typed.numbers(text[part]):
                if names := typed.offered(each, offers):
                    remedy = _("Write %(reference)s instead.") % {"reference": _(" or ").join(names[:OFFERED])}
                    yield Finding(language, part, each.line, each.written, _("A figure gives this number."), remedy)


def _offers(found: Mapping[str, Answered], known: Known, seal: Seal | None) -> Iterator[Offer]:
    """What could be given instead: every number of the figures already asked, then of every other figure the whole and then its rows,
    on the same days (today, where no day is asked) and, where it was published day by day, on each of those. Each stands once, by the
    day it speaks of, and none that is withheld from everyone."""
    own = {_spoken(each.given): each.given for each in found.values()}
    days = {each.asked.as_at for each in found.values()} or {_today()}
    others: dict[tuple[str, date], Given] = {}
    for name, figure in sorted(known.figures.items()):
        reads = figure.versions[-1].reads
        published = () if isinstance(reads, FromSheet) else (table.as_at for table in known.series[reads.series].tables)
        for day in sorted({*days, *published}):
            try:
                given = queries.ask(name, as_at=day, seal=seal, known=known)
            except Refusal:
                continue  # not defined, or not begun, by that day: it offers nothing
            if _spoken(given) not in own:
                others.setdefault(_spoken(given), given)
    for given in own.values():
        yield from _numbers(given, ("", *_rows(given)))
    for given in others.values():
        yield from _numbers(given, ("",))
    for given in others.values():
        yield from _numbers(given, _rows(given))


def _spoken(given: Given) -> tuple[str, date]:
    return given.figure.name, given.answer.speaks_of


def _rows(given: Given) -> tuple[str, ...]:
    """The rows of an answer, but for one that alone is the whole."""
    answer = given.answer
    rows = tuple(dict.fromkeys((*picked.rows(answer), *(each.group for each in answer.stated if each.group))))
    return rows if len(rows) > 1 else ()


def _numbers(given: Given, rows: tuple[str, ...]) -> Iterator[Offer]:
    """Money is brought to hundredths, whatever the minor unit of its currency."""
    scale = Decimal(10) ** (2 - money.decimals_of(given.figure.currency))
    given = queries.told_to_everyone(given)
    day = _day(given)
    parts = tuple(dict.fromkeys(each.measure for each in given.answer.stated)) or ("count", "amount")
    for part in parts:
        for row in rows:
            found = pick(given, part, row)
            if isinstance(found, Picked) and isinstance(found.number, Decimal):
                asked = Reference(given.figure.name, part, row, day, None)
                yield Offer(asked.written, found.unit, found.number * scale if found.unit == "money" else found.number)


def _day(given: Given) -> date:
    """The day to ask: the one it speaks of, where its meaning had begun by then."""
    version = given.figure.version_on(given.answer.speaks_of)
    return given.answer.speaks_of if version == given.version else given.answer.as_at
