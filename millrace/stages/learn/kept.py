"""What each figure had changed by every ten thousand seals, so that it need not be counted anew — e.g. over a million cases.

A row of the sheet adds to a figure on the days from its first that meets the conditions to before its last, as known from its opening
seal to before its closing one. Kept are the sums of what came and went, by day and group, of each whole block of seals; an answer adds
up the blocks known by its seal — eras of twenty blocks by month, and by day only the month asked about and the blocks since the last whole
era — and counts from the sheet only the rows that opened or closed since. Exact at any day and seal.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import DateField, F, Q, QuerySet, Sum
from django.db.models.functions import Greatest, Least, TruncMonth

from millrace.core.figures.definition import FromSheet
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row
from millrace.stages.learn import counting
from millrace.stages.learn.counting import Group
from millrace.stages.learn.models import KeptChange, KeptFigure, KeptMonth

BLOCK = 10_000
ERA = 20  # blocks
AT_ONCE = 100  # blocks
Key = tuple[int, str, date]
_BY_DAY = frozenset({"by_as_at", "any_by_as_at", "not_by_as_at"})


def groups(reads: FromSheet, as_at: date, number: int) -> list[Group] | None:
    """This will answer from what is kept and from the rows that opened or closed since; None where nothing is kept by that seal."""
    whole = number // BLOCK
    figure = KeptFigure.objects.filter(sha256=_digest(reads)).first() if whole else None
    blocks = min(whole, figure.blocks) if figure else 0
    if figure is None or not blocks:
        return None
    # What was sealed up to a number never changes once the sheet has followed to it: what is read below may be read one after another.
    stands = sheet.stands_at()
    if number > stands:
        raise ValueError(f"the sheet stands at seal {stands}, not yet at {number}")
    return counting.added_up([*_added_up(figure, blocks, as_at), *counting.moved(reads, as_at, blocks * BLOCK, number)])


def _added_up(figure: KeptFigure, blocks: int, as_at: date) -> list[Group]:
    """This will add up what came and went in the first so many blocks, by the end of a day."""
    eras, month = min(blocks // ERA, figure.eras), as_at.replace(day=1)
    months = KeptMonth.objects.filter(figure=figure, era__lt=eras, month__lt=month)
    days = KeptChange.objects.filter(figure=figure, block__lt=eras * ERA, day__gte=month, day__lte=as_at)
    since = KeptChange.objects.filter(figure=figure, block__gte=eras * ERA, block__lt=blocks, day__lte=as_at)
    parts = [rows.order_by().values_list("part").annotate(Sum("count"), Sum("cents")) for rows in (months, days, since)]
    return [(part, int(count), int(cents)) for part, count, cents in parts[0].union(*parts[1:], all=True)]


def keep(figures: Collection[FromSheet]) -> int:
    """This will keep the whole blocks there are of every figure, drop what no figure reads any more, and say how many blocks it kept."""
    whole, added = sheet.stands_at() // BLOCK, 0
    wanted = {_digest(reads): reads for reads in figures}
    with transaction.atomic():
        gone = KeptFigure.objects.exclude(sha256__in=wanted)
        KeptChange.objects.filter(figure__in=gone).delete()
        KeptMonth.objects.filter(figure__in=gone).delete()
        gone.delete()
    for digest, reads in wanted.items():
        kept = KeptFigure.objects.get_or_create(sha256=digest)[0].blocks
        while kept < whole:
            kept, more = _keep_some(digest, reads, whole)
            added += more
        _add_up_eras(digest)
    return added


def _add_up_eras(digest: str) -> None:
    """This will add up by month the eras that have become whole."""
    with transaction.atomic():
        figure = KeptFigure.objects.select_for_update().get(sha256=digest)
        first, upto = figure.eras, figure.blocks // ERA
        rows = KeptChange.objects.filter(figure=figure, block__gte=first * ERA, block__lt=upto * ERA)
        summed = rows.annotate(era=F("block") / ERA, month=TruncMonth("day")).order_by().values_list("era", "part", "month")
        KeptMonth.objects.bulk_create(
            (
                KeptMonth(figure=figure, era=era, part=part, month=month, count=count, cents=cents)
                for era, part, month, count, cents in summed.annotate(Sum("count"), Sum("cents"))
            ),
            batch_size=5_000,
        )
        figure.eras = max(first, upto)
        figure.save(update_fields=["eras"])


def _keep_some(digest: str, reads: FromSheet, whole: int) -> tuple[int, int]:
    """This will keep the next blocks of one figure, and say how many are kept now and how many were added."""
    with transaction.atomic():
        figure = KeptFigure.objects.select_for_update().get(sha256=digest)
        first, upto = figure.blocks, min(whole, figure.blocks + AT_ONCE)
        KeptChange.objects.bulk_create(
            (
                KeptChange(figure=figure, block=block, part=part, day=day, count=count, cents=cents)
                for (block, part, day), (count, cents) in changes(reads, first, upto).items()
            ),
            batch_size=5_000,
        )
        figure.blocks = max(first, upto)
        figure.save(update_fields=["blocks"])
    return figure.blocks, figure.blocks - first


def changes(reads: FromSheet, first: int, before: int) -> dict[Key, tuple[int, int]]:
    """This will add up what came and went in some blocks of seals, by block, group and day; what came and went again is left out."""
    counts, cents = Counter[Key](), Counter[Key]()
    for key, count, money in _changes(reads, first, before):
        counts[key] += count
        cents[key] += money
    return {key: (count, cents[key]) for key, count in counts.items() if count or cents[key]}


def _changes(reads: FromSheet, first: int, before: int) -> Iterator[tuple[Key, int, int]]:
    for seal, sign in (("known_from", 1), ("known_before", -1)):
        within = Q(**{f"{seal}__gt": first * BLOCK, f"{seal}__lte": before * BLOCK})
        rows = _spanned(reads, Row.objects.filter(within)).annotate(block=(F(seal) - 1) / BLOCK)
        yield from _summed(reads, rows, "first_day", sign)
        yield from _summed(reads, rows.filter(before_day__isnull=False), "before_day", -sign)


def _spanned(reads: FromSheet, rows: QuerySet[Row]) -> QuerySet[Row]:
    """This will give the rows that meet the conditions on some day, with the first such day and the one before which the last lies."""
    first: list[Any] = [F("valid_from")]
    last: list[Any] = [F("valid_before")]
    for condition in reads.conditions:
        if condition.operator not in _BY_DAY:
            rows = rows.filter(counting.meets(condition, date.max))
            continue
        days = [F(column) for column in condition.columns]
        if condition.operator == "not_by_as_at":
            last += days
            continue
        # The database's least and greatest pass over what has no value: some day must be set.
        rows = rows.filter(_any_set(condition.columns))
        first.append(Least(*days) if len(days) > 1 else days[0])
    rows = rows.annotate(
        first_day=Greatest(*first, output_field=DateField()) if len(first) > 1 else first[0],
        before_day=Least(*last, output_field=DateField()) if len(last) > 1 else last[0],
    )
    return rows.filter(Q(before_day__isnull=True) | Q(before_day__gt=F("first_day")))


def _any_set(columns: Iterable[str]) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__isnull": False})
    return found


def _summed(reads: FromSheet, rows: QuerySet[Row], day: str, sign: int) -> Iterator[tuple[Key, int, int]]:
    summed = rows.order_by().values_list("block", reads.group_by, day).annotate(**counting.sums(reads))
    for block, part, on, count, cents in summed.iterator(chunk_size=5_000):
        yield (block, part or "", on), sign * int(count), sign * int(cents)


def _digest(reads: FromSheet) -> str:
    return hashlib.sha256(repr(reads).encode()).hexdigest()
