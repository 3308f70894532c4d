"""Reads how a version of a figure tells its numbers: of what each is, and to what money is rounded — e.g. projects and HKD, to 0.1 million.

A unit or a scale that is not known is refused with its line and what is known, and so is a unit that the version's own count does not have.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from millrace.core import money
from millrace.core.figures.definition import COUNTED, FigureVersion, FromSeries, FromSheet, FromStatements
from millrace.core.figures.figure_file import File
from millrace.core.figures.rounding import MOST_PLACES, NONE, SCALES, Rounding
from millrace.core.figures.stated import UNITS, Measure


def unit(file: File, table: Mapping[str, Any], at: int, reads: FromSeries | FromStatements | FromSheet, currency: str) -> tuple[str, ...]:
    """Read of what each number is, in the order they are told; nothing where it is not said."""
    if "unit" not in table:
        return ()
    told = table["unit"]
    added = [reads.adds_up] if isinstance(reads, FromSheet) and reads.adds_up else []
    known = [*COUNTED, *sorted(UNITS - {"money"}), *added, currency]
    if not isinstance(told, list) or not told or any(each not in known for each in told):
        raise file.refuse(f"“unit” lists of what each number is; known are {', '.join(known)}", "unit = ", after=at)
    if (wrong := _not_of(told, reads, currency)) is not None:
        raise file.refuse(f"this version tells {wrong}: “unit” lists these, in this order", "unit = ", after=at)
    return tuple(told)


def _not_of(told: list[str], reads: FromSeries | FromStatements | FromSheet, currency: str) -> str | None:
    """Say what a count or a table tells, where the units are others; of statements their series says it, which stands elsewhere."""
    if isinstance(reads, FromStatements):
        return None if len(told) == len(reads.measures) else f"{len(reads.measures)} measures ({', '.join(reads.measures)})"
    counted = [reads.adds_up or "cases"] if isinstance(reads, FromSheet) else list(COUNTED)
    wanted = [currency] if isinstance(reads, FromSeries) or reads.amount else []
    return None if told[0] in counted and told[1:] == wanted else ", ".join([" or ".join(counted), *wanted])


def rounding(file: File, table: Mapping[str, Any], at: int, unit: Iterable[str], currency: str) -> Rounding | None:
    """Read to what money is rounded when it is told: "none", or decimals by scale; None where it is not said."""
    if "rounding" not in table:
        return None
    told = table["rounding"]
    if told == "none":
        return NONE
    known = f"“none”, or decimals from 0 to {MOST_PLACES} for scales of {', '.join(SCALES)}"
    is_known = isinstance(told, dict) and all(name in SCALES for name in told)
    if not is_known or any(type(places) is not int or not 0 <= places <= MOST_PLACES for places in told.values()):
        raise file.refuse(f"“rounding” is {known}", "rounding = ", after=at)
    if {SCALES[name].is_of_ten_thousands for name in told} != {True, False}:
        what = "“rounding” names a scale of each way of counting: million or billion, and ten_thousand or hundred_million"
        raise file.refuse(what, "rounding = ", after=at)
    if currency not in unit:
        raise file.refuse("this version tells no money (“unit” names no currency): “rounding” is “none”", "rounding = ", after=at)
    return Rounding(tuple(told.items()))


def fault(version: FigureVersion, measures: Mapping[str, Measure], currency: str) -> tuple[str, str] | None:
    """Give the word and what is wrong, where a version that is to be published does not say how it is told, or other than its series does:
    the word begins the line; `measures` are those of the statements it reads."""
    if not version.unit:
        return "[[versions]]", f'a version says of what each of its numbers is, as in “unit = ["cases", "{currency}"]”'
    if version.rounding is None:
        return "[[versions]]", 'a version says to what its money is rounded when told: “rounding = "none"”, or as in “{ million = 1, … }”'
    if currency not in money.CURRENCIES:
        return "currency", f"“{currency}” is not a currency that is known"
    if isinstance(version.reads, FromStatements):
        said = [measures[name].unit for name in version.reads.measures]
        wanted = tuple(currency if each == "money" else each for each in said)
        if version.unit != wanted:
            return "unit = ", f"its measures are stated in {', '.join(wanted)}: “unit” lists these, in this order"
    return None
