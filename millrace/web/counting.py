"""Counts many lists at once, each only as far as it is shown — e.g. the officer's queues: 12 to screen, "1,000+" in all.

A count that must be exact reads every row there is; nobody reads an exact count in a tab.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, OrderBy, QuerySet, Value

from millrace.web import words

MOST = 1_000
GATHERED = 4_000
WALKED = 10_000
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


def gathered(rows: QuerySet[Any], start: int, end: int) -> tuple[int, list[int]]:
    """This will count ordered rows as far as one past GATHERED and give the keys of those from `start` to `end`, in one reading.

    A search's index gives its rows in no order, so that counting them and sorting them is the same walk.
    """
    by = rows.query.order_by[0]
    name = by.expression.name if isinstance(by, OrderBy) else by.lstrip("-")
    is_down = by.descending if isinstance(by, OrderBy) else by.startswith("-")
    order = f"key {'DESC' if is_down else 'ASC'}{' NULLS LAST' if isinstance(by, OrderBy) else ''}, pk"
    held = rows.order_by().annotate(key=F(name)).values_list("pk", "key")[: GATHERED + 1]
    text, values = held.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH found (pk, key) AS MATERIALIZED ({text}) SELECT (SELECT count(*) FROM found), "  # noqa: S608  # Django's own text
            f"ARRAY(SELECT pk FROM found ORDER BY {order} LIMIT %s OFFSET %s)",
            [*values, end - start, start],
        )
        count, keys = cursor.fetchone()
    return count, keys


def walked(rows: QuerySet[Any], text: str, words_asked: Sequence[str], wanted: int) -> list[int] | None:
    """This will give the keys of the first `wanted` rows, in their order, whose field `text` holds every word; None where the first
    WALKED rows do not settle it.

    What every tenth case holds is found soonest so: its index would give a hundred thousand rows before the first could be shown.
    """
    told, values = rows.values_list("pk", text)[:WALKED].query.sql_with_params()
    holds = " AND ".join(["strpos(held, %s) > 0"] * len(words_asked))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH walked (pk, held) AS ({told}) SELECT pk FROM walked WHERE {holds} "  # noqa: S608  # Django's own text
            "AND (SELECT reltuples FROM pg_class WHERE oid = %s::regclass) > %s LIMIT %s",
            [*values, *words_asked, rows.model._meta.db_table, LARGE, wanted],
        )
        found = [pk for (pk,) in cursor.fetchall()]
    return found if len(found) == wanted else None
