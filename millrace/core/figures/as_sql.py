"""Writes each published figure as SQL over an extract, which DuckDB answers as this program does.

`approved-by-scheme` becomes a macro that is asked for a day as known at a seal: FROM "approved-by-scheme"(DATE '2026-03-31', 812).
The extract's tables are those of `stages/learn/extract.py`; their columns bear no macro's parameter names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from millrace.core.figures.definition import Condition, Figure, FigureVersion, FromSeries, FromSheet, FromStatements

_ON_DAY = "valid_from <= as_at AND (valid_before IS NULL OR valid_before > as_at)"
_UNION = "\n  UNION ALL\n"
_KNOWN = "known_from <= as_known AND (known_before IS NULL OR known_before > as_known)"
# What a figure answers with, as in the Data Package: the whole is the part "-".
COLUMNS = ("part", "number", "put_as", "amount_cents")


@dataclass(frozen=True, slots=True)
class Published:
    """A figure as one publication put it: known from the seal of that publication to before the next one's."""

    known_from: int
    known_before: int | None
    figure: Figure


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a figure reads for some days as known at some seals."""

    known_from: int
    known_before: int | None
    day_from: date
    day_before: date | None
    reads: FromSheet | FromSeries | FromStatements

    @property
    def holds(self) -> str:
        """Say in SQL when this meaning is the one asked about."""
        parts = [f"as_known >= {self.known_from}", f"as_at >= {literal(self.day_from)}"]
        parts += [f"as_known < {self.known_before}"] * (self.known_before is not None)
        parts += [f"as_at < {literal(self.day_before)}"] * (self.day_before is not None)
        return " AND ".join(parts)


def literal(value: Any) -> str:
    """Write one value of a condition as SQL."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, tuple):
        return f"[{', '.join(literal(each) for each in value)}]::VARCHAR[]"
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"


def name(text: str) -> str:
    """Write a figure's name as SQL: it holds hyphens."""
    return '"' + text.replace('"', '""') + '"'


def condition(each: Condition) -> str:
    """Write what `Condition.holds` says, a value never set being no value at all."""
    column = each.column
    match each.operator:
        case "by_as_at":
            return f"{column} <= as_at"
        case "any_by_as_at":
            return "(" + " OR ".join(f"{one} <= as_at" for one in each.columns) + ")"
        case "not_by_as_at":
            return f"({column} IS NULL OR {column} > as_at)"
        case "one_of" | "none_of":
            found = f"{column} IN ({', '.join(map(literal, each.value))})" if each.value else "FALSE"
            return found if each.operator == "one_of" else f"NOT coalesce({found}, FALSE)"
        case "is":
            return f"{column} IS NOT DISTINCT FROM {literal(each.value)}"
        case _:
            return f"{column} IS DISTINCT FROM {literal(each.value)}"


def tables() -> str:
    """Write the views and macros that the figures stand on; `last` is the seal the extract ends at."""
    views = "\n".join(
        f"CREATE OR REPLACE VIEW {each} AS FROM '{each}.parquet';" for each in ("sheet", "cases", "seals", "series", "statements")
    )
    return f"""{views}

-- One row per case that had any on the day, as known at the seal: count these by whatever column is wanted.
CREATE OR REPLACE MACRO sheet_at(as_at, as_known) AS TABLE
  FROM sheet WHERE {_ON_DAY}
    AND {_KNOWN};

-- The seal that stands for a moment of knowledge: the last one stamped at or before it.
CREATE OR REPLACE MACRO seal_at(moment) AS (SELECT max(number) FROM seals WHERE sealed_at <= moment);
"""  # noqa: S608  # names of core/asat.py, values quoted


def guard(last: int) -> str:
    """Write the macro that refuses what the extract cannot answer."""
    return f"""CREATE OR REPLACE MACRO may_answer(figure, is_defined, as_known) AS CASE
  WHEN as_known > {last} THEN error('This extract ends at seal {last}: a later seal needs a later extract.')
  WHEN is_defined THEN TRUE
  ELSE error('The figure ' || figure || ' had no definition for that day, as known at that seal.') END;
"""


def macros(of: str, published: Sequence[Published]) -> str:
    """Write a figure's macros: its answer and, where it is counted over cases, the cases behind it."""
    meanings = _meanings(published)
    asked = " OR ".join(f"({each.holds})" for each in meanings)
    # Asked of one row of its own, and not of every row read.
    refusal = f"WHERE NOT may_answer({literal(of)}, {asked}, as_known)"
    over = [each for each in meanings if isinstance(each.reads, FromSheet)]
    parts = [_lines(each) for each in meanings if not isinstance(each.reads, FromSheet)]
    cases = ""
    if over:
        counted = [*map(_cases, over), f"  SELECT NULL, '', 0, 0 {refusal}"]
        cases = f"CREATE OR REPLACE MACRO {name(of + ' cases')}(as_at, as_known) AS TABLE\n{_UNION.join(counted)};\n"
        parts.append(_counted(of, over))
    parts.append(f"  SELECT '', 0, '', 0 {refusal}")
    return f"{cases}CREATE OR REPLACE MACRO {name(of)}(as_at, as_known) AS TABLE\n{_UNION.join(parts)}\n  ORDER BY part;\n"


def groups(reads: FromSheet, source: str, as_at: date, as_known: int) -> str:
    """Write a count over cases as a question of the sheet's rows in `source`: group, number and money, for a day as known at a seal."""
    asked = f"SELECT part, sum(number), sum(amount_cents) FROM ({_matching(reads, source)}) GROUP BY part"  # noqa: S608  # names and quoted values
    return f"CREATE OR REPLACE MACRO asked(as_at, as_known) AS TABLE {asked}; FROM asked({literal(as_at)}, {as_known})"


def _meanings(published: Sequence[Published]) -> list[_Meaning]:
    """Lay out every version of every publication; what a later publication left as it was is told once."""
    found: dict[tuple[date, date | None, str], _Meaning] = {}
    told: list[_Meaning] = []
    for one in published:
        versions: list[FigureVersion | None] = [*one.figure.versions, None]
        for version, following in pairwise(versions):
            if version is None:
                continue
            ends = following.starts_on if following else None
            key = (version.starts_on, ends, repr(version.reads))
            before = found.get(key)
            if before and before.known_before == one.known_from:
                told.remove(before)
                found[key] = _Meaning(before.known_from, one.known_before, version.starts_on, ends, version.reads)
            else:
                found[key] = _Meaning(one.known_from, one.known_before, version.starts_on, ends, version.reads)
            told.append(found[key])
    return told


def _cases(meaning: _Meaning) -> str:
    assert isinstance(meaning.reads, FromSheet)
    return _matching(meaning.reads, "sheet", meaning.holds)


def _matching(reads: FromSheet, source: str, holds: str = "TRUE") -> str:
    """Write the cases that meet every condition on the day, as known at the seal, with what each adds."""
    conditions = "".join(f"\n    AND {condition(each)}" for each in reads.conditions)
    number = f"CAST(measures ->> {literal('$.' + reads.adds_up)} AS BIGINT)" if reads.adds_up else "1"
    conditions += f"\n    AND {number} IS NOT NULL" if reads.adds_up else ""
    return f"""  SELECT "case", {reads.group_by} AS part, {number} AS number, {reads.amount or "0"} AS amount_cents FROM {source}
  WHERE {holds}
    AND {_ON_DAY}
    AND {_KNOWN}{conditions}"""  # noqa: S608  # names of core/asat.py, values quoted


def _counted(of: str, over: Sequence[_Meaning]) -> str:
    whole = " OR ".join(f"({each.holds})" for each in over)
    return f"""  (WITH lines AS (
    SELECT part, sum(number) AS number, sum(amount_cents) AS amount_cents FROM {name(of + " cases")}(as_at, as_known)
    GROUP BY part HAVING sum(number) <> 0
  )
  SELECT * FROM (
    SELECT '-' AS part, coalesce(sum(number), 0) AS number, '' AS put_as, coalesce(sum(amount_cents), 0) AS amount_cents FROM lines
  ) WHERE {whole}
  UNION ALL
  SELECT CASE part WHEN '' THEN 'none' ELSE part END, number, '', amount_cents FROM lines)"""  # noqa: S608  # names of core/asat.py, values quoted


def _lines(meaning: _Meaning) -> str:
    """Write what is read from a publication: the last one for a day not after the day asked about."""
    reads = meaning.reads
    if isinstance(reads, FromStatements):
        return _stated(meaning, reads)
    assert isinstance(reads, FromSeries)
    named = ", ".join(map(literal, reads.programmes))
    is_whole = reads.programmes == ("",)
    shown = "programme <> ''" if is_whole else f"programme IN ({named})"
    return f"""  (WITH told AS (
    SELECT * FROM series WHERE {meaning.holds} AND name = {literal(reads.series)} AND is_last AND day <= as_at
    AND {_KNOWN} AND sector = ''
  ), spoken AS (
    SELECT max(day) AS last_day FROM
      (SELECT day FROM told WHERE programme IN ({named}) GROUP BY day HAVING count(DISTINCT programme) = {len(set(reads.programmes))})
  )
  SELECT '-' AS part, sum(number) AS number, '' AS put_as, sum(amount_cents) AS amount_cents FROM told JOIN spoken ON day = last_day
    WHERE programme IN ({named}) HAVING count(*) > 0
  UNION ALL
  SELECT programme, number, '', amount_cents FROM told JOIN spoken ON day = last_day WHERE {shown})"""  # noqa: S608  # names of core/asat.py, values quoted


def _stated(meaning: _Meaning, reads: FromStatements) -> str:
    named = ", ".join(map(literal, reads.measures))
    return f"""  (WITH told AS (
    SELECT * FROM statements WHERE {meaning.holds} AND name = {literal(reads.series)} AND is_last AND day <= as_at
    AND {_KNOWN}
  ), spoken AS (
    SELECT place AS last_place FROM told WHERE measure = {literal(reads.measures[0])} ORDER BY place DESC LIMIT 1
  )
  SELECT measure || CASE part_of WHEN '' THEN '' ELSE '/' || part_of END AS part, number, put_as, amount_cents
    FROM told JOIN spoken ON place = last_place WHERE measure IN ({named}))"""  # noqa: S608  # names of core/asat.py, values quoted
