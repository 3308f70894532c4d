"""Funds: what was voted, for which schemes, and what of it may be paid in each financial year.

The commitment of HK$2,000,000,000 for NIFS has no year and gates approvals; the year's provision
gates payments. Yearly provisions are not published here, and are illustrative.
"""

from dataclasses import dataclass

from millrace.core.rules import read_rules
from millrace.core.texts import Text
from millrace.core.toml_text import Table


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in the fund's unit: a vote (with its day) or a year's provision (with its name). Of a vote whose amount alone was
    published, another day stands for its own."""

    amount: int
    on: str
    source: str
    is_published: bool
    is_day_published: bool = True


@dataclass(frozen=True, slots=True)
class Fund:
    """Money (or hours) voted for some schemes; `unit` is a currency in minor units or an hour."""

    id: str
    title: Text
    unit: str
    schemes: tuple[str, ...]
    commitments: tuple[Amount, ...]
    provisions: tuple[Amount, ...]
    note: Text

    @property
    def committed(self) -> int:
        """Give the whole of what was voted."""
        return sum(vote.amount for vote in self.commitments)


def read(root: Table, languages: tuple[str, ...]) -> tuple[Fund, ...]:
    """Read funds.toml."""
    return tuple(_fund(table, languages) for table in root.tables("funds"))


def _fund(table: Table, languages: tuple[str, ...]) -> Fund:
    return Fund(
        id=table.string("id"),
        title=table.words("title", languages),
        unit=table.string("unit"),
        schemes=table.strings("schemes"),
        commitments=tuple(_vote(item) for item in table.tables("commitments")),
        provisions=tuple(_provision(item) for item in table.tables("provisions")),
        note=table.words("note", languages, is_required=False),
    )


def _vote(table: Table) -> Amount:
    starts = read_rules.start_of(table, "on")
    is_published = table.flag("published", True)
    is_day_published = is_published and table.flag("day_published", True)
    return Amount(table.integer("amount", least=1), str(starts), table.string("source", ""), is_published, is_day_published)


def _provision(table: Table) -> Amount:
    is_published = table.flag("published", True)
    if is_published and not table.has("source"):
        table.complain("a published provision names its source", "year", "add source, or published = false")
    return Amount(table.integer("amount", least=1), table.string("year"), table.string("source", ""), is_published)
