"""An answer in the reader's words — e.g. "over 100" smart production lines, or 472 projects and HK$1,212.8m.

Pages show these tiles, and nothing else decides how a number of a figure is put.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import money
from millrace.core.figures import answer
from millrace.core.figures.answer import Compared, Line, Stated
from millrace.core.figures.definition import FromSheet
from millrace.core.figures.rounding import ToldIn
from millrace.registers.policy import queries as policy
from millrace.stages.learn import telling
from millrace.stages.learn.queries import Given
from millrace.web import clock, schemes, statuses, words

PUT_AS = {"over": word("over %(number)s"), "about": word("about %(number)s"), "nearly": word("nearly %(number)s")}
DIFFERS_BY = {
    "withdrawn": word("Withdrawn, declined or lapsed"),
    "rounding": word("Rounding of the published amount"),
    "definition": word("Which cases each side counts"),
    "institutional": word("Money of institutions"),
}

UNITS = {
    "cases": word("Cases"),
    "projects": word("Projects"),
    "applications": word("Applications"),
    "count": word("Count"),
    "percent": word("Percent"),
    "working_days": word("Working days"),
}
SCALES = {
    "million": word("millions"),
    "billion": word("billions, from ten on"),
    "ten_thousand": word("units of ten thousand"),
    "hundred_million": word("units of a hundred million"),
}


@dataclass(frozen=True)
class Tile:
    """One number of an answer: what it is, as it is put, and in full where that says more."""

    label: str
    value: str
    full: str = ""


def language() -> str:
    """This will name the reader's language, as texts of the policy are keyed."""
    return translation.get_language() or "en"


def tiles(given: Given) -> list[Tile]:
    """This will give the numbers of an answer, the first the one it is known by."""
    told = given.answer
    if told.stated:
        return [_stated(given, each) for each in told.stated if not each.group]
    if told.is_total_withheld:
        return [Tile(counted(given), _("withheld"))]
    found = [Tile(counted(given), words.count(told.count))]
    if given.version.has_amount:
        found.append(Tile(_("Amount"), in_short(given.told_in, told.amount_cents), words.amount(told.amount_cents, given.figure.currency)))
    return found


def in_short(told_in: ToldIn, cents: int) -> str:
    """This will put money as its figure's definition rounds it."""
    return words.amount_in_short(cents, told_in.currency, told_in.rounding)


def counted(given: Given) -> str:
    """This will name what an answer counts, in the plural: "Projects"; just a count where its definition does not say."""
    unit = "" if given.answer.stated else given.version.unit[:1]
    return _unit(*unit) if unit else _("Count")


def units(given: Given) -> str:
    """This will name of what each number is, each once: "Projects · HKD"."""
    return " · ".join(dict.fromkeys(_unit(each) for each in given.version.unit))


def _unit(unit: str) -> str:
    if unit in money.CURRENCIES:
        return unit
    return _(UNITS[unit]) if unit in UNITS else schemes.measure_title(unit)


def rounded_to(given: Given) -> str:
    """This will say to what money is rounded when it is told, in the reader's way of counting; nothing where there is no money."""
    rounding = given.version.rounding
    if rounding is None or given.figure.currency not in given.version.unit:
        return ""
    told = [
        _("%(scale)s (decimals: %(places)s)") % {"scale": _(SCALES[scale.name]), "places": places}
        for scale, places in rounding.scales(by_ten_thousands=language().startswith("zh"))
    ]
    return "; ".join(reversed(told)) or _("told in full")


def groups(given: Given) -> list[dict[str, Any]]:
    """This will give, for each measure stated by group, its title and its groups' numbers."""
    stated = [each for each in given.answer.stated if each.group]
    measures = list(dict.fromkeys(each.measure for each in stated))
    if not measures:
        return []
    said = telling.statements_of(given)
    return [
        {
            "title": said.measures[measure].title.said_in(language()),
            "rows": [(said.groups[each.group].said_in(language()), _put(given, each)) for each in stated if each.measure == measure],
        }
        for measure in measures
    ]


def stated(given: Given) -> list[tuple[str, str]]:
    """This will give every number stated, those of groups among them, each as (what it is, as it is put)."""
    if not given.answer.stated:
        return []
    groups = telling.statements_of(given).groups
    named = [(_stated(given, each), groups[each.group].said_in(language()) if each.group else "") for each in given.answer.stated]
    return [(f"{tile.label}: {group}" if group else tile.label, tile.value) for tile, group in named]


def _stated(given: Given, each: Stated) -> Tile:
    title = telling.statements_of(given).measures[each.measure].title
    return Tile(title.said_in(language()), _put(given, each))


def _put(given: Given, each: Stated) -> str:
    return put(telling.statements_of(given).measures[each.measure].unit, each.number, given.told_in, each.qualifier)


def put(unit: str, value: Decimal, told_in: ToldIn, qualifier: str = "") -> str:
    """This will put one number in words, by its unit and how firmly it was stated; money comes in minor units, and is told as its figure's
    definition rounds it."""
    if unit == "money":
        number = in_short(told_in, int(value))
    elif unit == "percent":
        number = f"{value:f}%"
    elif unit == "working_days":
        number = _("%(number)s working days") % {"number": words.count(int(value))}
    else:
        number = words.count(int(value))
    return _(PUT_AS[qualifier]) % {"number": number} if qualifier else number


def kinds(given: Given) -> list[tuple[str, Line]]:
    """This will give what a total adds, projects and institutions apart, where its figure tells them apart and none is withheld."""
    found = answer.kinds(given.answer, given.version.institutional)
    return [(_("Project money"), found.project), (_("Institutional money"), found.institutional)] if found else []


def in_one_line(given: Given) -> str:
    """This will be the answer on one line: "472 · HK$1,212.8m"."""
    return " · ".join(tile.value for tile in tiles(given) if tile.value)


def labels(given: Given, by: str, keys: Iterable[str]) -> dict[str, str]:
    """This will word the lines of a breakdown; schemes as their last versions name them, one never published by its code."""
    if by == "scheme":
        titles = {scheme.slug: scheme.versions[-1].title.said_in(language()) for scheme in policy.published_schemes(clock.now())}
        return {key: titles.get(key, key) for key in keys}
    if not isinstance(given.version.reads, FromSheet):
        return {key: telling.label(given, by, key, language()) for key in keys}
    return {key: _value(by, key) if key else _("Not recorded") for key in keys}


def _value(column: str, value: str) -> str:
    """This will word what a column of the sheet holds."""
    if column == "status":
        return statuses.in_words(value)
    if column == "lead_place":
        return policy.funder().place_label(value).said_in(language()) or value
    return schemes.group_title(column, value)


def beside(given: Given, compared: Compared) -> dict[str, Any]:
    """This will lay out this system's own count beside the published one, and what explains the difference, class by class."""
    said = {each.kind: each.text.said_in(language()) for each in given.version.beside.differences} if given.version.beside else {}
    return {
        "count": compared.count,
        "amount_cents": compared.amount_cents,
        "figure": given.version.beside.figure if given.version.beside else "",
        "rows": [{"label": _(DIFFERS_BY[each.kind]), "each": each, "text": said.get(each.kind, "")} for each in compared.classes],
        "others": [
            {"label": _(DIFFERS_BY[kind]), "text": text}
            for kind, text in said.items()
            if kind not in {each.kind for each in compared.classes}
        ],
    }
