"""Figures as published and their answers — e.g. what stood approved on 31 March, as known then and as known today.

Every answer carries the number of the seal it rests on; the same figure, day and number give the same answer for ever.
"""

import difflib
import functools
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_noop as _

from millrace.core import dated
from millrace.core.figures import answer, for_everyone, parse, series, stated
from millrace.core.figures.answer import Answer, Compared, Drift, NotYetBegun
from millrace.core.figures.definition import Figure, FigureVersion, FromSheet
from millrace.core.figures.rounding import ToldIn
from millrace.core.figures.series import Series
from millrace.core.figures.stated import Statements
from millrace.core.refusal import Refusal
from millrace.registers.people import prepared
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Publication, SchemeVersion
from millrace.registers.sheet import queries as sheet
from millrace.registers.timeline.models import Event, Seal
from millrace.stages.learn import columnar, counting, kept
from millrace.stages.learn.counting import Group
from millrace.web import clock, funder

ANSWERS_KEPT = 500


@dataclass(frozen=True)
class Given:
    """One answer with all that stands behind it."""

    figure: Figure
    version: FigureVersion
    series: Series | Statements | None
    answer: Answer
    seal: Seal
    is_last_seal: bool

    @property
    def told_in(self) -> ToldIn:
        return self.version.told_in(self.figure.currency)


@dataclass(frozen=True)
class Known:
    """The last seal and what was published by it: asked once by a page that asks several figures."""

    last: Seal

    @functools.cached_property
    def figures(self) -> dict[str, Figure]:
        return published(self.last.number)

    @functools.cached_property
    def series(self) -> dict[str, Series | Statements]:
        return _published_series(self.last.number)

    def figures_at(self, seal: Seal) -> dict[str, Figure]:
        return self.figures if seal.number == self.last.number else published(seal.number)

    def series_at(self, seal: Seal) -> dict[str, Series | Statements]:
        return self.series if seal.number == self.last.number else _published_series(seal.number)


def known_now() -> Known:
    """This will give what is known at the last seal; refused while nothing is sealed."""
    return Known(last_seal())


def published(number: int) -> dict[str, Figure]:
    """This will give the figures in force as known at a seal, by name."""
    return {row.name: _figure(row.name, row.text) for row in _in_force("figure", number)}


def _published_series(number: int) -> dict[str, Series | Statements]:
    return {row.name: _series(row.name, row.text) for row in _in_force("series", number)}


def papers_known(number: int, *kinds: str) -> dict[str, Any]:
    """This will give, by kind, what stood published of the policy's own papers as known at a seal: who the funder is, its plan, its funds.
    One not published by then has no entry."""
    sealed = Seal.objects.filter(event_id=OuterRef("event_id")).values("number")
    rows = Publication.objects.filter(kind__in=kinds).annotate(number=Subquery(sealed)).filter(number__lte=number)
    last = rows.defer("text").order_by("kind", "-number").distinct("kind")
    return {row.kind: policy.read_paper(row) for row in last}


def versions_known(number: int) -> dict[str, list[SchemeVersion]]:
    """This will list every scheme's versions as known at a seal, each by its last text, in the order they begin."""
    sealed = Seal.objects.filter(event_id=OuterRef("event_id")).values("number")
    rows = SchemeVersion.objects.defer("text").annotate(number=Subquery(sealed)).filter(number__lte=number).order_by("number")
    last = {(row.scheme, row.version): row for row in rows}
    found: dict[str, list[SchemeVersion]] = {}
    for row in sorted(last.values(), key=lambda row: (row.scheme, dated.start(row.starts_on))):
        found.setdefault(row.scheme, []).append(row)
    return found


def _in_force(kind: str, number: int) -> Iterable[Publication]:
    sealed = Seal.objects.filter(event_id=OuterRef("event_id")).values("number")
    rows = Publication.objects.filter(kind=kind).annotate(number=Subquery(sealed)).filter(number__lte=number)
    return {row.name: row for row in rows.order_by("name", "number")}.values()


@functools.lru_cache(maxsize=256)
def _figure(name: str, text: str) -> Figure:
    return parse.figure(f"figures/{name}.toml", text)


@functools.lru_cache(maxsize=64)
def _series(name: str, text: str) -> Series | Statements:
    return parse.series(f"series/{name}.toml", text)


_last = prepared.Prepared(lambda: Seal.objects.filter(number__lte=Subquery(sheet.cursor())).order_by("-number")[:1])


def counts_ever_published() -> list[FromSheet]:
    """This will list what every figure counted over cases ever read, each once."""
    read = [version.reads for row in Publication.objects.filter(kind="figure") for version in _figure(row.name, row.text).versions]
    return list({repr(reads): reads for reads in read if isinstance(reads, FromSheet)}.values())


def last_seal() -> Seal:
    """This will give the last seal the sheet has followed to; refused while nothing is sealed."""
    seal = _last.first()
    if seal is None:
        raise Refusal("nothing-sealed", what=_("Nothing has been recorded in this system yet."), status=404)
    return seal


def seal_as_known(moment: datetime) -> Seal:
    """This will give the last seal stamped at or before `moment`; one later than all is the last, one earlier is refused."""
    last = last_seal()
    if moment >= last.sealed_at:
        return last
    seal = Seal.objects.filter(sealed_at__lte=moment).order_by("-sealed_at", "-number").first()
    if seal is None:
        first = Seal.objects.order_by("number")[0]
        what = _("Nothing was recorded in this system at that moment.")
        step = _("Ask as known at %(first)s or later.")
        raise Refusal("before-first-seal", what=what, next_step=step, field="as_known", status=422, values={"first": first.sealed_at})
    return seal


def seal_numbered(number: int) -> Seal:
    """This will give a seal by its number; one that does not exist yet is refused."""
    last = last_seal()
    seal = Seal.objects.filter(number=number).first()
    if seal is None or seal.number > last.number:
        what, step = _("There is no seal %(number)s: the last one is %(last)s."), _("Name a seal from 1 to %(last)s, or none for the last.")
        values = {"number": number, "last": last.number}
        raise Refusal("no-such-seal", what=what, next_step=step, field="seal", status=422, values=values)
    return seal


def ask(name: str, *, as_at: date, seal: Seal | None = None, known: Known | None = None) -> Given:
    """This will answer a figure for a day as known at a seal (by default the last); refused before the figure begins."""
    known = known or known_now()
    last = known.last
    seal = seal or last
    figure = known.figures_at(seal).get(name)
    if figure is None:
        if name not in known.figures:
            raise no_such_figure(name, known)
        what = _("This figure was not yet defined at that moment.")
        raise Refusal("figure-not-defined", what=what, next_step=_("Ask as known at a later moment."), field="as_known", status=422)
    version = figure.version_on(as_at)
    if version is None:
        raise _before(figure.versions[0].starts_on)
    if isinstance(version.reads, FromSheet):
        found = answer.of_groups(version, _kept_groups(version, as_at, seal), as_at)
        return Given(figure, version, None, found, seal, seal.number == last.number)
    read = known.series_at(seal)[version.reads.series]
    told = stated.answer(version, read, as_at) if isinstance(read, Statements) else series.answer(version, read, as_at)
    if isinstance(told, NotYetBegun):
        raise _before(told.first_day)
    return Given(figure, version, read, told, seal, seal.number == last.number)


def ask_to_give(name: str, *, as_at: date, seal_number: int) -> Given:
    """This will answer a figure that is to be given, at the seal it was read at; refused for a day or a seal that is still to come."""
    known = known_now()
    not_ahead(as_at, known.last)
    return ask(name, as_at=as_at, seal=seal_numbered(seal_number), known=known)


def not_ahead(as_at: date, last: Seal) -> None:
    """This will refuse a day that has not come: neither in the funder's zone, nor on the clock of the story that a demonstration tells."""
    zone = funder.current().zone
    if as_at > max(clock.now().astimezone(zone).date(), last.sealed_at.astimezone(zone).date()):
        what, step = _("%(day)s has not come yet."), _("Ask as at an earlier day.")
        raise Refusal("day-not-come", what=what, next_step=step, field="as_at", status=422, values={"day": as_at})


def no_such_figure(name: str, known: Known) -> Refusal:
    """This will say which figure is not there, the nearest names there are, and where all are listed."""
    near = difflib.get_close_matches(name, known.figures, n=3, cutoff=0.5)
    step = _("All are listed at /figures/ and, for programs, at /api/v1/figures.")
    what, values = _("There is no figure called “%(name)s”."), {"name": name, "names": ", ".join(near)}
    why = _("The nearest names are %(names)s.") if near else ""
    return Refusal("no-such-figure", what=what, why=why, next_step=step, field="name", status=404, values=values)


def _before(first_day: date) -> Refusal:
    what = _("The data of this figure begin on %(first)s; it cannot be answered for an earlier day.")
    step = _("Ask as at %(first)s or later.")
    return Refusal("before-first-day", what=what, next_step=step, field="as_at", status=422, values={"first": first_day})


_kept: OrderedDict[tuple[bytes, str, date], list[Group]] = OrderedDict()


def _kept_groups(version: FigureVersion, as_at: date, seal: Seal) -> list[Group]:
    """This will count once per process and seal: the seal's chained hash stands for all that was known, so the answer cannot change."""
    key = (bytes(seal.chain), repr(version.reads), as_at)
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = counted_groups(version, as_at, seal.number)
        while len(_kept) > ANSWERS_KEPT:
            _kept.popitem(last=False)
    return found


def counted_groups(version: FigureVersion, as_at: date, number: int) -> list[Group]:
    """This will count in SQL what `core.figures.answer.counted` counts in Python, over all cases: from what is kept of the figure, or else
    in the columnar copy, where there is either."""
    reads = version.reads
    assert isinstance(reads, FromSheet)
    found = kept.groups(reads, as_at, number)
    if found is None:
        found = columnar.groups(reads, as_at, number)
    return sheet.repeatable(as_at, number, lambda rows: counting.groups(reads, rows, as_at)) if found is None else found


def regrouped(given: Given, column: str) -> Given:
    """This will answer the same question, of a figure counted over cases, by another column of the sheet."""
    assert isinstance(given.version.reads, FromSheet)
    version = replace(given.version, reads=replace(given.version.reads, group_by=column))
    as_at = given.answer.as_at
    return replace(given, version=version, answer=answer.of_groups(version, _kept_groups(version, as_at, given.seal), as_at))


def told_to_everyone(given: Given) -> Given:
    """This will leave out of an answer the small groups that the funder withholds from everyone, with those that would tell them."""
    if not isinstance(given.version.reads, FromSheet) or given.figure.is_each_public:
        return given
    return replace(given, answer=for_everyone.guarded(given.answer, funder.current().small_below))


def drift_since(given: Given, *, is_for_everyone: bool = False) -> tuple[Given, tuple[Drift, ...]] | None:
    """This will answer the same question as known at the last seal, and name the groups that changed since; None at the last."""
    if given.is_last_seal:
        return None
    now = ask(given.figure.name, as_at=given.answer.as_at)
    if is_for_everyone:
        now = told_to_everyone(now)
    return now, answer.drift(given.answer, now.answer)


def beside(given: Given, known: Known, *, is_for_everyone: bool = False) -> Compared | None:
    """This will count this system's own cases for the published day, as known at the same seal; None where no count is named, or where
    it is told to everyone and a small number would be told with it."""
    named = given.version.beside
    figure = known.figures_at(given.seal).get(named.figure) if named else None
    version = figure.version_on(given.answer.speaks_of) if figure else None
    if named is None or figure is None or version is None:
        return None
    as_at = given.answer.speaks_of
    own, with_ended = (
        answer.of_groups(each, _kept_groups(each, as_at, given.seal), as_at) for each in (version, answer.kept_endings(version))
    )
    compared = answer.compared(given.answer, named, own, with_ended, version.institutional)
    if is_for_everyone and not figure.is_each_public:
        below = funder.current().small_below
        return compared if for_everyone.may_stand_beside(compared, named, for_everyone.guarded(own, below), below) else None
    return compared


def times_given(name: str) -> QuerySet[Event]:
    """This will list when a figure was given and kept, newest first."""
    return Event.objects.filter(kind="figure_given", facts__figure=name).select_related("by").order_by("-id")
