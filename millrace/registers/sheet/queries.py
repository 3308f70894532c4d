"""What was so of every case on a day, as known at a seal — e.g. what stood approved under NIFS on 31 March, as known on 2 April."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, TypeVar

from django.db.models import Exists, F, Q, QuerySet

from millrace.core import asat
from millrace.registers.cases.models import Case
from millrace.registers.sheet.models import Cursor, Row

T = TypeVar("T")


def cursor() -> QuerySet[Cursor, int]:
    """This will be the question for the seal number the sheet has followed to."""
    return Cursor.objects.filter(pk=1).values_list("number", flat=True)


def stands_at() -> int:
    """This will give the seal number the sheet has followed to; a figure of today carries it."""
    return cursor().get()


def rows_as_at(day: date, seal_number: int | None = None) -> QuerySet[Row]:
    """This will give one row per case that had any on `day`, as known at a seal (by default the last one the sheet followed).

    Repeatable by number: the same day and number give the same rows for ever. A seal the sheet has not followed yet is refused,
    since its answer would change: call `actions.project()` first. Where the sheet stands is read first and the rows later, so the
    caller reads both in one snapshot, as every page does, or asks by `repeatable`.
    """
    return Row.objects.filter(on_day(day) & known(seal_number))


def on_day(day: date) -> Q:
    """This will be the condition "so on this day"."""
    return Q(valid_from__lte=day) & (Q(valid_before__isnull=True) | Q(valid_before__gt=day))


def repeatable(day: date, seal_number: int, ask: Callable[[QuerySet[Row]], list[T]]) -> list[T]:
    """This will ask something of `rows_as_at`, and once more if the sheet followed another seal between its place and its rows."""
    while True:
        stands = stands_at()
        rows = Row.objects.filter(on_day(day) & known(seal_number, stands=stands))
        if seal_number < stands:
            return ask(rows)
        found = ask(rows.filter(Exists(cursor().filter(number=stands))))
        if found or stands_at() == stands:
            return found


def known(seal_number: int | None, *, stands: int | None = None) -> Q:
    """This will be the condition "known at this seal", the current rows' own index used whenever it serves; `stands` is where the sheet
    stands, where that was read already."""
    stands = stands_at() if stands is None else stands
    if seal_number is not None and seal_number > stands:
        raise ValueError(f"the sheet stands at seal {stands}, not yet at {seal_number}")
    if seal_number is None or seal_number == stands:
        return Q(known_before__isnull=True)
    return Q(known_from__lte=seal_number) & (Q(known_before__isnull=True) | Q(known_before__gt=seal_number))


def counted(rows: QuerySet[Row]) -> QuerySet[Row]:
    """This will leave out what is never counted: tests of a scheme before it opens."""
    return rows.filter(is_test=False)


def history_of(case: Case) -> QuerySet[Row]:
    """This will give every row of a case, in the order we came to know them."""
    return Row.objects.filter(case=case).order_by("known_from", "valid_from")


def all_rows() -> Iterator[tuple[int, list[asat.Row]]]:
    """This will stream the whole sheet as the pure core's rows, case after case, every column filled."""
    names = (*asat.COLUMNS, asat.MEASURES)
    fields = ("case_id", "valid_from", "valid_before", "known_from", "known_before", *names)
    at: int | None = None
    held: list[asat.Row] = []
    ordered = Row.objects.order_by(F("case_id"), "known_from", "valid_from").values_list(*fields)
    for case, valid_from, valid_before, known_from, known_before, *values in ordered.iterator(chunk_size=2_000):
        if case != at and at is not None:
            yield at, held
            held = []
        at = case
        held.append(asat.Row(valid_from, valid_before, known_from, known_before, _plain(dict(zip(names, values, strict=True)))))
    if at is not None:
        yield at, held


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
