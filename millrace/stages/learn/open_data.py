"""What anyone may take away: every award as far as it is public, and every published figure — as 360Giving, or as a Data Package.

A case stands here by the rule of the public register: its agreement is or was in force on the day. What no rule makes public
(the application, its assessment, claims, people) is never read.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext_noop as _

from millrace.core import lifecycle, open_awards
from millrace.core.figures.answer import Breakdown
from millrace.core.figures.series import Series
from millrace.core.open_awards import Award, Funder
from millrace.core.refusal import Refusal
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import queries as sheet
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import open_policy
from millrace.stages.learn import queries as learn
from millrace.stages.learn.queries import Given

NO_AGREEMENT = _("no agreement in force")
NOT_MONEY = _("not in money")
NO_DAY = _("no day of award")
SMALL_NUMBER = _("small number of cases")
FIELDS = (
    *("status", "unit", "approved_cents", "paid_cents", "approved_on", "agreed_on", "completed_on", "terminated_on", "version", "scheme"),
    *("case__reference", "case__title", "case__lead__registration_kind", "case__lead__registration_number"),
    *("case__lead__name", "case__lead__name_zh"),
)
FIGURES_TABLE = (
    ("figure", "string", "The figure's name; its page is /figures/<figure>/."),
    ("definition", "string", "The version of its definition."),
    ("as_at", "date", "The day it speaks of."),
    ("seal", "integer", "The seal it rests on: asked again by this number it is the same."),
    ("part", "string", "The group, the programme or the measure; - for the whole."),
    ("number", "number", "The count, or the number of a measure."),
    (
        "put_as",
        "string",
        "over, about or nearly, where not given exactly; withheld, where too few cases to be told, or it would tell such.",
    ),
    ("amount", "number", "The money, in whole units of the currency."),
    ("currency", "string", "ISO 4217."),
    ("source", "string", "Where it was published; empty for this system's own cases."),
)
SERIES_TABLE = (
    ("series", "string", "The published series."),
    ("as_at", "date", "The day of the table."),
    ("table_version", "integer", "A correction is the same day again with a higher version."),
    ("programme", "string", "The programme; - for the table's own total."),
    ("sector", "string", "The sector; - for the programme in all."),
    ("count", "integer", "As printed."),
    ("amount", "number", "As printed, in whole units of the currency."),
    ("rounding", "number", "How far a printed amount may be off."),
    ("currency", "string", "ISO 4217."),
    ("quality", "string", "primary, news or secondary."),
    ("source", "string", "Where it was published."),
)


@dataclass
class Written:
    """How many rows were written, and how many were withheld by which rule."""

    rows: int = 0
    withheld: dict[str, int] = field(default_factory=dict)

    def withhold(self, rule: str, count: int = 1) -> None:
        if count:
            self.withheld[rule] = self.withheld.get(rule, 0) + count

    def in_words(self) -> str:
        """This will be the last line a command prints."""
        told = ", ".join(f"{count} ({rule})" for rule, count in sorted(self.withheld.items()))
        return f"{self.rows} written, {sum(self.withheld.values())} withheld by rule{': ' + told if told else ''}."


def awards(on: date, seal: Seal) -> Iterator[Award]:
    """This will stream the awards public on a day, as known at a seal, in the order of their references; names as registered now."""
    rows = sheet.rows_as_at(on, seal.number).filter(is_test=False, status__in=lifecycle.AGREED).order_by("case__reference")
    titles = {scheme.slug: scheme.versions[-1].title.said_in("en") for scheme in policy.published_schemes(seal.sealed_at)}
    for one in rows.values_list(*FIELDS).iterator(chunk_size=2_000):
        named = dict(zip(FIELDS, one, strict=True))
        yield Award(
            reference=named["case__reference"],
            title=named["case__title"],
            scheme=named["scheme"],
            scheme_title=titles.get(named["scheme"], named["scheme"]),
            version=named["version"],
            status=named["status"],
            unit=named["unit"],
            approved_cents=named["approved_cents"],
            paid_cents=named["paid_cents"],
            approved_on=named["approved_on"],
            agreed_on=named["agreed_on"],
            completed_on=named["completed_on"],
            terminated_on=named["terminated_on"],
            lead_kind=named["case__lead__registration_kind"],
            lead_number=named["case__lead__registration_number"],
            lead_name=named["case__lead__name"],
            lead_name_zh=named["case__lead__name_zh"],
        )


def not_public(on: date, seal: Seal) -> int:
    """This will count the applications received by the day that the register's rule keeps back: no agreement was in force."""
    rows = sheet.rows_as_at(on, seal.number).filter(is_test=False, received_on__lte=on)
    return rows.exclude(status__in=lifecycle.AGREED).count()


def publisher() -> Funder:
    """This will name the funder as 360Giving does. The prefix is made of its slug: one registered with 360Giving replaces it."""
    funder = policy.funder()
    return Funder(f"360G-{funder.slug}", f"360G-{funder.slug}-ORG:{funder.slug}", funder.name.said_in("en"))


def _grants(on: date, seal: Seal, written: Written) -> Iterator[dict[str, Any]]:
    who, modified = publisher(), seal.sealed_at.isoformat()
    written.withhold(NO_AGREEMENT, not_public(on, seal))
    for award in awards(on, seal):
        if not award.is_money:
            written.withhold(NOT_MONEY)
        elif award.approved_on is None and award.agreed_on is None:
            written.withhold(NO_DAY)
        else:
            written.rows += 1
            yield open_awards.grant(award, who, modified)


def write_360giving(file: TextIO, on: date, seal: Seal) -> Written:
    """This will write a 360Giving package of JSON, one grant a line."""
    written, who = Written(), publisher()
    head = {
        "version": open_awards.STANDARD,
        "title": f"{who.name}: awards as at {on}, as known at seal {seal.number}",
        "issued": on.isoformat(),
        "publisher": {"name": who.name, "identifier": who.identifier},
    }
    file.write(open_awards.as_json(head)[:-1] + ', "grants": [')
    for place, grant in enumerate(_grants(on, seal, written)):
        file.write((",\n" if place else "\n") + open_awards.as_json(grant))
    file.write("\n]}\n")
    if not written.rows:
        what, step = _("No award in money was public on %(day)s."), _("Name a later day.")
        raise Refusal("no-awards", what=what, next_step=step, values={"day": on})
    return written


def write_flat(file: TextIO, on: date, seal: Seal) -> Written:
    """This will write the same grants flattened under 360Giving's own column titles."""
    written, writer = Written(), csv.writer(file)
    writer.writerow([title for title, _path in open_awards.COLUMNS])
    writer.writerows(open_awards.flat(grant) for grant in _grants(on, seal, written))
    return written


Bulk = tuple[str, str, tuple[tuple[str, str, str], ...], str, Iterable[list[str]]]


def tables(on: date, seal: Seal, written: Written) -> Iterator[Bulk]:
    """This will give each bulk table of a Data Package: its name, title, columns, key and rows of cells; what is withheld is counted in
    `written` as the rows are read."""
    yield "awards", "Awards", open_awards.TABLE, "reference", map(open_awards.row, awards(on, seal))
    yield "figures", "Published figures", FIGURES_TABLE, "figure part", _figure_rows(on, seal, written)
    yield "series", "Published series", SERIES_TABLE, "series as_at table_version programme sector", _series_rows(seal)
    yield from open_policy.tables(on, seal)


def write_package(folder: Path, name: str, on: date, seal: Seal) -> tuple[dict[str, int], Written]:
    """This will write datapackage.json and its tables into a folder, and count the rows of each table."""
    resources, counts, written = [], {}, Written()
    for table, title, columns, key, rows in tables(on, seal, written):
        counter = _Counter()
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines(counter.over(rows), [column for column, _kind, _said in columns]))
        resource = {"name": table, "title": title, "path": f"{table}.csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
        resources.append({**resource, "schema": open_awards.schema(columns, key)})
        counts[table] = counter.count
        written.rows += counter.count
    written.withhold(NO_AGREEMENT, not_public(on, seal))
    about = {
        "name": name,
        "title": f"{publisher().name}: public records as at {on}",
        "description": f"As known at seal {seal.number}, chained hash {bytes(seal.chain).hex()}.",
        "created": seal.sealed_at.isoformat(),
        "resources": resources,
    }
    (folder / "datapackage.json").write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return counts, written


class _Counter:
    """Counts rows on their way to a file."""

    def __init__(self) -> None:
        self.count = 0

    def over(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        for row in rows:
            self.count += 1
            yield row


def lines(rows: Iterable[list[str]], head: Iterable[str]) -> Iterator[str]:
    """This will write rows as CSV, a few hundred lines at a time."""
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(list(head))
    for row in rows:
        writer.writerow(row)
        if held.tell() > 60_000:
            yield held.getvalue()
            held.seek(0)
            held.truncate()
    yield held.getvalue()


def _figure_rows(on: date, seal: Seal, written: Written) -> Iterator[list[str]]:
    known = learn.Known(seal)
    for name in sorted(known.figures):
        try:
            given = learn.told_to_everyone(learn.ask(name, as_at=on, seal=seal, known=known))
        except Refusal:
            continue
        yield from rows_of(given, written, given.answer.breakdowns[:1])


def rows_of(given: Given, written: Written, breakdowns: Sequence[Breakdown]) -> Iterator[list[str]]:
    """This will give the rows of one answer; a breakdown after the first names its parts by what it divides, e.g. tcfs/electronics."""
    told, currency = given.answer, given.figure.currency
    common = [given.figure.name, told.version, told.speaks_of.isoformat(), str(given.seal.number)]
    address = told.source.address if told.source else ""
    if told.stated:
        assert given.series and not isinstance(given.series, Series)
        for each in told.stated:
            part = f"{each.measure}/{each.group}" if each.group else each.measure
            is_money = given.series.measures[each.measure].unit == "money"
            amount = str(open_awards.major(int(each.number), currency)) if is_money else ""
            number = "" if is_money else f"{each.number:f}"
            yield [*common, part, number, each.qualifier, amount, currency if is_money else "", address]
        return
    parts = [] if told.is_total_withheld else [("-", told.count, told.amount_cents)]
    named = [(f"{each.of or each.by}/" if place else "", each) for place, each in enumerate(breakdowns)]
    parts += [(f"{first}{line.key or 'none'}", line.count, line.amount_cents) for first, each in named for line in each.lines]
    for part, count, cents in parts:
        yield [*common, part, str(count), "", str(open_awards.major(cents, currency)), currency, address]
    withheld = [f"{first}{key or 'none'}" for first, each in named for key in each.withheld] + ["-"] * told.is_total_withheld
    written.withhold(SMALL_NUMBER, len(withheld))
    for part in withheld:
        yield [*common, part, "", "withheld", "", "", address]


def _series_rows(seal: Seal) -> Iterator[list[str]]:
    for name, series in sorted(learn.Known(seal).series.items()):
        if not isinstance(series, Series):
            continue
        for table in series.tables:
            rounding = str(open_awards.major(table.rounding_cents, series.currency))
            for row in table.rows:
                where = [name, table.as_at.isoformat(), str(table.version), row.programme or "-", row.sector or "-"]
                amount = str(open_awards.major(row.amount_cents, series.currency))
                yield [*where, str(row.count), amount, rounding, series.currency, table.source.quality, table.source.address]
