"""An answer as a program reads it — e.g. `/api/v1/figures/approved-by-scheme?as_at=2026-03-31`."""

import hashlib
import json
from typing import Any

from millrace.core.figures import answer
from millrace.core.figures.answer import Answer, Breakdown, Stated
from millrace.core.figures.series import Series
from millrace.core.figures.stated import Statements
from millrace.core.texts import Text
from millrace.stages.learn.queries import Given


def as_plain(given: Given, language: str = "en") -> dict[str, Any]:
    """This will give the answer as JSON-ready values; amounts are whole minor units of the currency.

    What was stated, what is withheld, project and institutional money apart, and the units and rounding of the definition stand in it
    only where something was: the hash of an answer given before stays its own.
    """
    told = given.answer
    plain = {
        "figure": given.figure.name,
        "title": given.figure.title.said_in(language),
        "definition": {"version": told.version, "text": given.version.definition.said_in(language)},
        "as_at": told.as_at.isoformat(),
        "speaks_of": told.speaks_of.isoformat(),
        "as_known": {"seal": given.seal.number, "sealed_at": given.seal.sealed_at.isoformat(), "is_story": given.seal.is_story},
        "count": None if told.stated or told.is_total_withheld else told.count,
        "amount_minor": None if told.stated or told.is_total_withheld else told.amount_cents,
        "currency": given.figure.currency,
        "rounding_minor": told.rounding_cents,
        "source": _source(given, language),
        "breakdowns": [_breakdown(given, each, language) for each in told.breakdowns],
    }
    if given.version.unit:
        plain["unit"] = list(given.version.unit)
    if given.version.rounding is not None:
        plain["rounding"] = dict(given.version.rounding.places)
    if told.stated:
        plain["stated"] = [_stated(given, each, language) for each in told.stated]
    if kinds := answer.kinds(told, given.version.institutional):
        sums = {line.key: {"count": line.count, "amount_minor": line.amount_cents} for line in (kinds.project, kinds.institutional)}
        plain["kinds"] = sums
    return plain


def _stated(given: Given, each: Stated, language: str) -> dict[str, Any]:
    measures, groups = statements_of(given).measures, statements_of(given).groups
    return {
        "measure": each.measure,
        "label": measures[each.measure].title.said_in(language),
        "unit": measures[each.measure].unit,
        "group": each.group,
        "group_label": groups[each.group].said_in(language) if each.group else "",
        "number": f"{each.number:f}",
        "qualifier": each.qualifier,
    }


def statements_of(given: Given) -> Statements:
    """This will give the statements an answer was read from."""
    assert isinstance(given.series, Statements)
    return given.series


def _source(given: Given, language: str) -> dict[str, Any] | None:
    source = given.answer.source
    if source is None:
        return None
    version = given.answer.table_version
    return {"title": source.title.said_in(language), "address": source.address, "quality": source.quality, "table_version": version}


def _breakdown(given: Given, each: Breakdown, language: str) -> dict[str, Any]:
    lines = [
        {"key": line.key, "label": label(given, each.by, line.key, language), "count": line.count, "amount_minor": line.amount_cents}
        for line in each.lines
    ]
    sums = {"count": each.lines_count, "amount_minor": each.lines_amount_cents}
    is_whole_told = not given.answer.is_total_withheld
    stated = {"count": each.count, "amount_minor": each.amount_cents} if is_whole_told else {"count": None, "amount_minor": None}
    plain = {"by": each.by, "of": each.of, "lines": lines, "sum": sums, "stated": stated, "allowance_minor": each.allowance_cents}
    return {**plain, "withheld": list(each.withheld)} if each.withheld else plain


def label(given: Given, by: str, key: str, language: str) -> str:
    """This will name a group in words, where the series names it; a key without a name is shown as it is."""
    if not isinstance(given.series, Series):
        return key
    named = given.series.programmes if by == "programme" else given.series.sectors
    return named.get(key, Text()).said_in(language) or key


def numbers(told: Answer) -> dict[str, Any]:
    """This will give an answer's numbers as an event keeps them: its count and money, or what was stated, measure by measure."""
    if not told.stated:
        return {"count": told.count, "amount_cents": told.amount_cents}
    return {"stated": [[each.measure, each.group, each.qualifier, f"{each.number:f}"] for each in told.stated]}


def digest(given: Given) -> str:
    """This will hash the answer, in the language-free parts a repeat must reproduce."""
    return hashlib.sha256(json.dumps(as_plain(given), sort_keys=True, ensure_ascii=False).encode()).hexdigest()
