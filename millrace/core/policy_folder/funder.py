"""Who the funder is: its zone, currency, languages, financial year, working days, and what
identifies an organisation.

Hong Kong's days begin at midnight in Asia/Hong_Kong; its financial year begins on 1 April; 18
April 2025, Good Friday, is no working day.
"""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from millrace.core import financial_year, identity, money, service_clock
from millrace.core.spans import Span
from millrace.core.texts import Text
from millrace.core.toml_text import Table

_SUNDAY, _SATURDAY = 6, 5


@dataclass(frozen=True, slots=True)
class IdentifierKind:
    """A kind of number that identifies an organisation, its shape and its check."""

    id: str
    label: Text
    pattern: str
    check: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organisation may be incorporated, and whether the policy counts a partner from there as collaboration; and its column and
    row on the policy's map of tiles, where it stands on it."""

    id: str
    label: Text
    is_collaboration: bool
    tile: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account the funder pays from, and is paid back to, in one currency; its bank is named by a code of a clearing system."""

    currency: str
    holder: str
    number: str
    bank_code: str
    clearing_system: str
    is_published: bool


@dataclass(frozen=True, slots=True)
class Pledge:
    """How long a scheme was said to take for a stage of the service clock, in working days: what exactly was said, and the figure of it."""

    scheme: str
    stage: str
    working_days: int
    note: Text
    figure: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days: Monday to Friday, general holidays left out, for the years whose lists are
    known."""

    holidays: frozenset[date]

    @property
    def years(self) -> range:
        """Give the years whose holidays are known."""
        years = [day.year for day in self.holidays]
        return range(min(years), max(years) + 1) if years else range(0)

    def is_known(self, day: date) -> bool:
        """Say whether the holidays of the day's year are known."""
        return day.year in self.years

    def is_working_day(self, day: date) -> bool:
        """Say whether offices work on the day; a year without a list counts weekdays only, and
        `is_known` tells the difference."""
        return day.weekday() not in (_SATURDAY, _SUNDAY) and day not in self.holidays

    def after(self, day: date, working_days: int) -> date:
        """Give the day that lies so many working days after a day."""
        if working_days < 0:
            raise ValueError("count working days forward")
        while working_days:
            day += timedelta(days=1)
            working_days -= self.is_working_day(day)
        return day

    def count(self, start: date, end: date) -> int:
        """Count the working days from a day up to, not including, another."""
        days = (end - start).days
        return sum(self.is_working_day(start + timedelta(days=offset)) for offset in range(days))


@dataclass(frozen=True, slots=True)
class Funder:
    """What the whole policy shares."""

    slug: str
    name: Text
    zone: str
    currency: str
    languages: tuple[str, ...]
    year_starts: tuple[int, int]
    identifiers: tuple[IdentifierKind, ...]
    places: tuple[Place, ...]  # the funder's own first
    cities: tuple[Place, ...]  # cities by name, where the policy tells them apart
    headlines: tuple[str, ...]  # the figures that stand on the first page
    calendar: Calendar
    accounts: tuple[BankAccount, ...] = ()
    pledges: tuple[Pledge, ...] = ()
    small_below: int = 0  # in tables for everyone, groups of fewer cases than this are withheld; 0 withholds none

    def account(self, currency: str) -> BankAccount | None:
        """Give the account of a currency."""
        return next((account for account in self.accounts if account.currency == currency), None)

    def place_label(self, id: str) -> Text:
        """Word a place or a city; one the policy does not name has no words."""
        return next((place.label for place in (*self.places, *self.cities) if place.id == id), Text())

    @property
    def tiles(self) -> tuple[Place, ...]:
        """List the places of the map, row by row."""
        found = [(place.tile[1], place.tile[0], number) for number, place in enumerate((*self.places, *self.cities)) if place.tile]
        return tuple((*self.places, *self.cities)[number] for _row, _column, number in sorted(found))

    @property
    def collaboration_places(self) -> frozenset[str]:
        """Name the places whose organisations count as collaboration."""
        return frozenset(place.id for place in self.places if place.is_collaboration)

    def day_of(self, at: datetime) -> date:
        """Give the funder's day in which a moment lies."""
        return at.astimezone(zoneinfo.ZoneInfo(self.zone)).date()

    def first_moment(self, day: date) -> datetime:
        """Give the first moment of the funder's day, in UTC."""
        return datetime.combine(day, time.min, zoneinfo.ZoneInfo(self.zone)).astimezone(UTC)

    def closing_moment(self, day: date, hour: str = "") -> datetime:
        """Give the moment at which the funder's day is over, or an hour of it such as 17:00 strikes, in UTC."""
        if hour:
            return datetime.combine(day, time.fromisoformat(hour), zoneinfo.ZoneInfo(self.zone)).astimezone(UTC)
        return self.first_moment(day + timedelta(days=1))

    def financial_year(self, day: date) -> Span[date]:
        """Give the financial year in which a day lies."""
        month, first = self.year_starts
        starts = date(day.year, month, first)
        if day < starts:
            starts = date(day.year - 1, month, first)
        return Span(starts, date(starts.year + 1, month, first))

    def financial_year_name(self, day: date) -> str:
        """Name the financial year in which a day lies: "2025-26"."""
        month, first = self.year_starts
        return financial_year.of(day, starts=f"{month:02d}-{first:02d}")


def languages_of(root: Table) -> tuple[str, ...]:
    """Read the languages in which every text of the policy is worded."""
    languages = root.strings("languages")
    if not languages:
        root.lose("a policy needs its languages", "languages", 'languages = ["en"]')
    return languages


def read(root: Table) -> Funder:
    """Read policy.toml."""
    languages = languages_of(root)
    return Funder(
        slug=root.string("slug"),
        name=root.words("name", languages),
        zone=_zone(root),
        currency=root.one_of("currency", money.CURRENCIES),
        languages=languages,
        year_starts=_year_starts(root),
        identifiers=tuple(
            IdentifierKind(
                id=table.string("id"),
                label=table.words("label", languages),
                pattern=_pattern(table),
                check=table.one_of("check", identity.CHECKS, "none"),
            )
            for table in root.tables("identifiers")
        ),
        **_all_places(root, languages),
        headlines=root.strings("headlines"),
        calendar=_calendar(root.table("holidays")),
        accounts=_accounts(root.tables("accounts")),
        pledges=tuple(
            Pledge(
                scheme=table.string("scheme"),
                stage=table.one_of("stage", service_clock.STAGES),
                working_days=table.integer("working_days", least=1),
                note=table.words("note", languages),
                figure=table.string("figure", ""),
            )
            for table in root.tables("pledges")
        ),
        small_below=_small_below(root.table("small_numbers")),
    )


def _small_below(table: Table) -> int:
    table.flag("published", True)
    return table.integer("below", 0)


def _accounts(tables: list[Table]) -> tuple[BankAccount, ...]:
    found = tuple(
        BankAccount(
            currency=table.one_of("currency", money.CURRENCIES),
            holder=table.string("holder"),
            number=table.string("number"),
            bank_code=table.string("bank_code"),
            clearing_system=table.string("clearing_system", ""),
            is_published=table.flag("published", True),
        )
        for table in tables
    )
    for table, account in zip(tables, found, strict=True):
        if not (account.holder and account.number and account.bank_code):
            table.complain("an account needs its holder, its number and its bank's code", "currency", "add holder, number and bank_code")
        if [other.currency for other in found].count(account.currency) > 1:
            table.complain(f"two accounts are in {account.currency}", "currency", "keep one")
    return found


def _all_places(root: Table, languages: tuple[str, ...]) -> dict[str, tuple[Place, ...]]:
    taken: set[tuple[int, int]] = set()
    return {key: tuple(_place(table, languages, taken) for table in root.tables(key)) for key in ("places", "cities")}


def _place(table: Table, languages: tuple[str, ...], taken: set[tuple[int, int]]) -> Place:
    tile = _tile(table) if table.has("tile") else None
    if tile is not None and tile in taken:
        table.complain(f"two places stand at column {tile[0]} and row {tile[1]} of the map", "tile", "move one")
    taken |= {tile} if tile else set()
    return Place(table.string("id"), table.words("label", languages), table.flag("collaboration"), tile)


def _tile(table: Table) -> tuple[int, int] | None:
    written = table.anything("tile")
    if isinstance(written, list) and len(written) == 2 and all(type(each) is int and 0 <= each < 12 for each in written):
        return written[0], written[1]
    table.lose(f"a tile is its column and its row, each from 0 to 11, not {written!r}", "tile", "such as [3, 1]")
    return None


def _zone(root: Table) -> str:
    zone = root.string("zone")
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        root.lose(f"the zone {zone!r} is not known", "zone", 'such as "Europe/Lisbon"')
        return "UTC"
    return zone


def _year_starts(root: Table) -> tuple[int, int]:
    written = root.string("financial_year_starts", "01-01")
    try:
        day = date.fromisoformat(f"2001-{written}")
    except ValueError:
        root.lose(f"a financial year starts on a day such as 04-01, not {written!r}", "financial_year_starts", "write a month and a day")
        return 1, 1
    return day.month, day.day


def _pattern(table: Table) -> str:
    pattern = table.string("pattern")
    try:
        re.compile(pattern)
    except re.error as error:
        table.lose(f"the pattern cannot be read: {error}", "pattern", "write a regular expression, such as [0-9]{8}")
        return "(?!)"
    return pattern


def _calendar(table: Table) -> Calendar:
    table.string("source", "")
    days = set()
    for written in table.strings("days"):
        try:
            days.add(date.fromisoformat(written))
        except ValueError:
            table.lose(f"{written!r} is no day", "days", "write days such as 2024-02-10")
    return Calendar(frozenset(days))
