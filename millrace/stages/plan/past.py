"""Brings the columnar copy of past cases up to date: what was judged at submission, as of a seal — e.g. 100,000 cases as of seal 512,004.

A copy of this database's own history is extended by the cases judged since its seal; any other, or a damaged one, is made again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Func, JSONField, Q, QuerySet
from django.db.models.expressions import RawSQL

from millrace.core.rules import past, rulebook
from millrace.core.rules.past import Judgement, Past
from millrace.registers.cases.models import Verdict
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import SchemeVersion
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event, Seal
from millrace.stages.plan import past_files as files
from millrace.stages.plan.past_files import Manifest, Part
from millrace.web import clock

BATCH = 2_000
# What changes which verdict a case stands by; nothing else that happens to a case does.
KINDS = ("application_submitted", "reading_chosen")
EMPTY = Manifest(0, "")
Held = list[tuple[rulebook.SchemeVersion, Past]]
"""Past cases by the version they are bound to."""


class Behind(Exception):
    """The copy lacks more cases than may be read now."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True)
class Brought:
    """The copy as it is now, how many cases were read for it, whether it was made anew, and how long that took."""

    copy: Manifest
    read_count: int = 0
    is_new: bool = False
    took: timedelta = timedelta()


def up_to_date(*, most: int | None = None, anew: bool = False) -> Brought:
    """This will bring the copy to the last seal; `Behind` when that means reading more than `most` cases."""
    last = sealer.last_seal()
    if last is None:
        return Brought(EMPTY)
    with files.locked():
        held = _ours(files.manifest(), last)
        if held is not None and held.seal >= last.number and not anew:
            return Brought(held)
    with files.locked(to_write=True):
        held = None if anew else _ours(files.manifest(), last)
        if held is not None and held.seal >= last.number:
            return Brought(held)
        return _extended(held, last, most)


def kept() -> Manifest | None:
    """This will give the copy as it is kept, if it is one of this database's history; it may lag behind."""
    last = sealer.last_seal()
    with files.locked():
        return _ours(files.manifest(), last)


def _ours(held: Manifest | None, last: Seal | None) -> Manifest | None:
    """Take a copy only if its seal is one of this database's: the chained hash tells histories apart."""
    if held is None or last is None:
        return None
    if held.seal > last.number:
        return held if _chain_now(held.seal) == held.chain else None
    seal = Seal.objects.filter(number=held.seal).first()
    return held if seal is not None and bytes(seal.chain).hex() == held.chain else None


def _chain_now(number: int) -> str:
    """Ask for a seal past this transaction's own moment: another process may have brought the copy further since it began."""
    outside = connection.copy()
    try:
        with outside.cursor() as cursor:
            cursor.execute("SELECT chain FROM timeline_seal WHERE number = %s", [number])
            row = cursor.fetchone()
    finally:
        outside.close()
    return bytes(row[0]).hex() if row else ""


def _extended(held: Manifest | None, last: Seal, most: int | None) -> Brought:
    began = clock.now()
    since = held.seal if held else 0
    chosen = list(_chosen(since, last.number))
    if most is not None and len(chosen) > most:
        raise Behind(len(chosen))
    unreadable: list[str] = []
    found = _read(chosen, unreadable)
    try:
        parts = _merged(held.parts if held else (), found, last.number, {case for case, _ in chosen})
    except files.Damaged:
        return _extended(None, last, most)
    known = set(held.unreadable if held else ())
    copy = Manifest(last.number, bytes(last.chain).hex(), parts, tuple(sorted(known | set(unreadable))))
    files.keep(copy)
    return Brought(copy, len(chosen), held is None, clock.now() - began)


def _chosen(since: int, until: int) -> Iterator[tuple[int, int]]:
    """Give case and verdict of all that was submitted, or read anew, between two seals: the reading the case is bound to, the last
    where there are several. Tests are left out."""
    sealed = Event.objects.filter(kind__in=KINDS, seal__number__gt=since, seal__number__lte=until).values("case")
    is_bound = ExpressionWrapper(Q(scheme_version=F("case__scheme_version")), output_field=BooleanField())
    rows = Verdict.objects.filter(case__in=sealed, case__is_test=False, purpose="submission").annotate(is_bound=is_bound)
    ordered = rows.order_by("case", F("is_bound").desc(nulls_last=True), "-recorded_at", "-pk").distinct("case")
    yield from ordered.values_list("case_id", "pk").iterator(chunk_size=BATCH)


def _read(chosen: list[tuple[int, int]], unreadable: list[str]) -> dict[int, Past]:
    """Lay out the verdicts, version by version, some thousands at a time."""
    parts: dict[int, list[Past]] = {}
    for first in range(0, len(chosen), BATCH):
        rows: dict[int, list[Judgement]] = {}
        for version, row in _judgements([verdict for _, verdict in chosen[first : first + BATCH]]):
            rows.setdefault(version, []).append(row)
        for version, judged in rows.items():
            parts.setdefault(version, []).append(_laid_out(book(version), judged, unreadable))
    return {version: past.together(several) for version, several in parts.items()}


def _judgements(verdicts: list[int]) -> Iterator[tuple[int, Judgement]]:
    outcomes = Func(F("verdict"), function="jsonb_path_query_array", template="%(function)s(%(expressions)s, '$.rules[*].outcome')")
    outcomes.output_field = JSONField()
    # One parameter, not thousands: reading the question would cost the server as much as answering it.
    mine = RawSQL("SELECT unnest(%s::bigint[])", [verdicts])
    rows: QuerySet[Verdict, Any] = Verdict.objects.filter(pk__in=mine).annotate(outcomes=outcomes).order_by("pk")
    names = ("scheme_version_id", "case_id", "case__reference", "pk", "judged_on", "outcomes", "verdict__amount__value", "facts")
    for version, *rest in rows.values_list(*names):
        yield version, Judgement(*rest)


def _laid_out(version: rulebook.SchemeVersion, judged: list[Judgement], unreadable: list[str]) -> Past:
    """Lay out what can be read; a case that its own version cannot read is named, and left out."""
    try:
        return past.laid_out(version, judged)
    except (KeyError, ValueError, TypeError):
        if len(judged) > 1:
            half = len(judged) // 2
            return past.together([_laid_out(version, some, unreadable) for some in (judged[:half], judged[half:])])
        unreadable += [row.reference for row in judged]
        return past.laid_out(version, [])


def _merged(parts: Iterable[Part], found: dict[int, Past], seal: int, read: set[int]) -> tuple[Part, ...]:
    """Add what was read to the files it belongs to; a case read again leaves the file it was in. Other files stay as they are."""
    kept: dict[int, Part] = {part.version: part for part in parts}
    again = np.fromiter(read, np.int64, len(read))
    for version, part in list(kept.items()) if read else ():
        before = files.read(part)
        rest = before.only(~np.isin(before.cases, again))
        more = found.pop(version, None)
        if more is None and len(rest) == len(before):
            continue
        kept[version] = files.write(part.scheme, version, seal, rest if more is None else past.together([rest, more]))
    for version, cases in found.items():
        kept[version] = files.write(book(version).scheme, version, seal, cases)
    return tuple(kept[version] for version in sorted(kept))


def book(version: int) -> rulebook.SchemeVersion:
    """This will read what a published version says, by the number of its row."""
    return policy.read_version(SchemeVersion.objects.defer("text").get(pk=version))


def of_scheme(scheme: str, *, most: int | None = None) -> tuple[Brought, Held]:
    """This will give a scheme's past cases by the version each is bound to; files that were lost or damaged are made again."""
    brought = up_to_date(most=most)
    try:
        return _loaded(brought, scheme)
    except files.Damaged:
        return _loaded(up_to_date(most=most, anew=True), scheme)


def _loaded(brought: Brought, scheme: str) -> tuple[Brought, Held]:
    """Read the files of a scheme as the manifest beside them names them: another process may have brought it further meanwhile."""
    last = sealer.last_seal()
    with files.locked():
        copy = _ours(files.manifest(), last) or brought.copy
        return replace(brought, copy=copy), [(book(part.version), files.read(part)) for part in copy.parts if part.scheme == scheme]
