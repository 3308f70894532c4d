"""How money is handled after an award: dated rates, caps and tolerances, each with its clause and source or a word on why it has none.

For example "a head of expenditure may be exceeded by 10% from the room of another, from 1 April 2020; not published, illustrative".
A value may hold for every scheme or for some; one named for a scheme stands before the common one. No measure admits or refuses a
case: these say how what was agreed is reckoned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from millrace.core import dated
from millrace.core.rules import read_rules
from millrace.core.texts import Text
from millrace.core.toml_text import Table

UNITS = ("cents", "basis_points", "months", "days", "count")
# What a measure is for: a list a person chooses from, or (empty) one value the reckoning asks for by name.
GROUPS = ("", "in_kind_rate", "in_kind_life", "limit_order", "limit_check", "limit_release", "limit_transfer", "limit_write_off")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a measure and where it stands: for these schemes (none named: for all), from a day on."""

    number: int
    starts: dated.Start
    schemes: tuple[str, ...]
    clause: Text
    source: str
    is_published: bool
    why: Text


@dataclass(frozen=True, slots=True)
class Measure:
    """One rate, cap or tolerance with all its values, oldest first."""

    id: str
    title: Text
    unit: str
    group: str
    values: tuple[Value, ...]

    def value(self, scheme: str, on: date) -> Value | None:
        """Give the value that holds for a scheme on a day: its own before the common one; None where none has begun for certain."""
        begun = [value for value in self.values if value.starts.has_begun(on)]
        own = [value for value in begun if scheme in value.schemes]
        held = own or [value for value in begun if not value.schemes]
        return held[-1] if held else None


@dataclass(frozen=True, slots=True)
class Found:
    """A measure as it stood for one scheme on one day."""

    measure: Measure
    value: Value

    @property
    def number(self) -> int:
        """Give the bare number, in the measure's unit."""
        return self.value.number

    def as_json(self) -> dict[str, object]:
        """Give what is kept beside a reckoning, so that it can be shown and made again: which value, from when, and whose word it is."""
        value, title = self.value, dict(self.measure.title.wordings)
        said = {"clause": dict(value.clause.wordings), "source": value.source, "published": value.is_published}
        return {"measure": self.measure.id, "number": value.number, "from": str(value.starts), "title": title, **said}


@dataclass(frozen=True, slots=True)
class Handling:
    """Every measure of a policy, by name."""

    measures: Mapping[str, Measure]

    def found(self, measure: str, scheme: str, on: date) -> Found | None:
        """Give a measure as it stood; None where the policy does not have it, or not yet, or not for this scheme."""
        known = self.measures.get(measure)
        value = known.value(scheme, on) if known else None
        return Found(known, value) if known and value else None

    def number(self, measure: str, scheme: str, on: date, default: int = 0) -> int:
        """Give the bare number of a measure, or the default where it does not stand."""
        found = self.found(measure, scheme, on)
        return found.number if found else default

    def group(self, group: str, scheme: str, on: date) -> tuple[Found, ...]:
        """List the measures of a group that stood, in the order of the policy's own text."""
        return tuple(found for name in self.of_group(group) if (found := self.found(name, scheme, on)) is not None)

    def of_group(self, group: str) -> tuple[str, ...]:
        """Name the measures of a group, in the order of the policy's own text."""
        return tuple(name for name, measure in self.measures.items() if measure.group == group)

    def first_day(self, measures: Iterable[str], scheme: str) -> date | None:
        """Give the first day on which any of these measures holds for a scheme for certain; None where none ever does."""
        known = [self.measures[name] for name in measures if name in self.measures]
        starts = [value.starts.latest for each in known for value in each.values if not value.schemes or scheme in value.schemes]
        return min(starts, default=None)


NONE = Handling({})


def read(root: Table, languages: tuple[str, ...]) -> Handling:
    """Read handling.toml."""
    return Handling({table.string("id"): _measure(table, languages) for table in root.tables("measures")})


def _measure(table: Table, languages: tuple[str, ...]) -> Measure:
    values = tuple(sorted((_value(item, languages) for item in table.tables("values")), key=lambda value: value.starts))
    if not values:
        table.complain("a measure needs its values", "", "add [[measures.values]] with from and number")
    for one in values:
        same = [other for other in values if other.starts == one.starts and set(other.schemes) == set(one.schemes)]
        if len(same) > 1:
            table.complain(f"two values begin on {one.starts} for the same schemes", "values", "keep one")
    return Measure(
        id=table.string("id"),
        title=table.words("title", languages),
        unit=table.one_of("unit", UNITS),
        group=table.one_of("group", GROUPS, ""),
        values=values,
    )


def _value(table: Table, languages: tuple[str, ...]) -> Value:
    is_published = table.flag("published", True)
    if is_published and not table.has("source"):
        table.complain("a published value names its source", "from", "add clause and source, or published = false and why")
    return Value(
        number=table.integer("number"),
        starts=read_rules.start_of(table, "from"),
        schemes=table.strings("schemes"),
        clause=table.words("clause", languages, is_required=is_published),
        source=table.string("source", ""),
        is_published=is_published,
        why=table.words("why", languages, is_required=not is_published),
    )
