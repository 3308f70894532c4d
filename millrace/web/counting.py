"""Counts many lists at once, each only as far as it is shown — e.g. the officer's queues: 12 to screen, "1,000+" in all.

A count that must be exact reads every row there is; nobody reads an exact count in a tab.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, OrderBy, QuerySet, Value

from millrace.web import words

MOST = 1_000
WALKED = 10_000
# Of a list that may as well be sorted whole: what every thirtieth row holds fills a page in so many, wherever it does not come in bursts.
WALKED_FIRST = 1_500
# Only where a table holds more rows than this (by the database's own last count) can an index give so many that a walk is sooner done.
LARGE = 200_000


def capped(lists: Mapping[str, QuerySet[Any]], most: int = MOST) -> dict[str, int]:
    """This will count every list in one query; one more than `most` stands for "more"."""
    parts, params = [], []
    for name, rows in lists.items():
        sql, given = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        parts.append(f"SELECT %s, count(*) FROM ({sql}) AS counted")  # noqa: S608  # `sql` is Django's own, its values apart
        params += [name, *given]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return dict(cursor.fetchall())


def added(lists: Mapping[str, QuerySet[Any]], sums: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """This will count every list to its end in one query, and add up one field of those that `sums` names."""
    parts, params = [], []
    for name, rows in lists.items():
        field = F(sums[name]) if name in sums else Value(0)
        sql, given = rows.order_by().values_list("pk", field).query.sql_with_params()
        parts.append(f"SELECT %s, count(*), coalesce(sum(number), 0)::bigint FROM ({sql}) AS listed(pk, number)")  # noqa: S608  # `sql` is Django's own, its values apart
        params += [name, *given]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return {name: (count, sum_) for name, count, sum_ in cursor.fetchall()}


def shown(count: int | None, most: int = MOST) -> str | None:
    """This will write a capped count: "12", "1,000+"."""
    if count is None:
        return None
    return f"{words.count(most)}+" if count > most else words.count(count)


def gathered(
    rows: QuerySet[Any], start: int, end: int, *, walk: QuerySet[Any] | None, text: str, words_asked: Sequence[str]
) -> tuple[int, list[int]]:
    """This will count ordered rows as far as one past MOST and give the keys of those from `start` to `end`, in one question.

    An index of words gives its rows in no order, so they are read and sorted by their keys alone — unless there are many, and a walk
    along `walk`, the rows not narrowed by the words, fills the page within WALKED_FIRST of them. Rows are read once: `found` is read on
    from where the count stopped.
    """
    by = rows.query.order_by[0]
    name = by.expression.name if isinstance(by, OrderBy) else by.lstrip("-")
    is_down = by.descending if isinstance(by, OrderBy) else by.startswith("-")
    order = f"key {'DESC' if is_down else 'ASC'}{' NULLS LAST' if isinstance(by, OrderBy) else ''}, pk"
    sql, values = rows.order_by().annotate(key=F(name)).values_list("pk", "key").query.sql_with_params()
    sorted_ = f"ARRAY(SELECT pk FROM found ORDER BY {order} LIMIT %s OFFSET %s)"  # noqa: S608  # made of two words above
    page = [end - start, start]
    parts, shown, given = "", f"(SELECT {sorted_})", [*values, MOST + 1, *page]
    if walk is not None:
        walking, walks = _walking(walk, text, words_asked, WALKED_FIRST)
        parts = f", first (keys) AS MATERIALIZED (SELECT ARRAY({walking} LIMIT %s OFFSET %s))"
        is_filled = "count > %s AND (SELECT cardinality(keys) FROM first) = %s"
        shown = f"CASE WHEN {is_filled} THEN (SELECT keys FROM first) ELSE {sorted_} END"  # noqa: S608  # of the constants above
        given = [*values, MOST + 1, *walks, *page, MOST, end - start, *page]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH found (pk, key) AS MATERIALIZED ({sql}), "  # noqa: S608  # Django's own text
            "told (count) AS MATERIALIZED (SELECT count(*) FROM (SELECT FROM found LIMIT %s) AS begun)"
            f"{parts} SELECT count, {shown} FROM told",
            given,
        )
        count, keys = cursor.fetchone()
    return count, keys


def walked(rows: QuerySet[Any], text: str, words_asked: Sequence[str], wanted: int) -> list[int] | None:
    """This will give the keys of the first `wanted` rows, in their order, whose field `text` holds every word; None where the first
    WALKED rows do not settle it, or where the table is not LARGE.

    What every tenth case holds is found soonest so: its index would give a hundred thousand rows before the first could be shown.
    """
    walking, given = _walking(rows, text, words_asked, WALKED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{walking} AND (SELECT reltuples FROM pg_class WHERE oid = %s::regclass) > %s LIMIT %s",  # noqa: S608  # Django's own text
            [*given, rows.model._meta.db_table, LARGE, wanted],
        )
        found = [pk for (pk,) in cursor.fetchall()]
    return found if len(found) == wanted else None


def _walking(rows: QuerySet[Any], text: str, words_asked: Sequence[str], far: int) -> tuple[str, list[Any]]:
    told, values = rows.values_list("pk", text)[:far].query.sql_with_params()
    holds = " AND ".join(["strpos(held, %s) > 0"] * len(words_asked))
    return f"SELECT pk FROM ({told}) AS walked (pk, held) WHERE {holds}", [*values, *words_asked]  # noqa: S608  # Django's own text
