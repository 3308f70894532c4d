"""A list as a spreadsheet, XLSX — e.g. what to release today, with amounts in dollars that add up and days that sort.

Cells are typed: money is a number in whole units of its currency, a day is a day. Text is text, also where it begins with an equals
sign: nothing in the file is a formula, and nothing becomes one when its cell is opened and closed again.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core import money
from millrace.web import access, funder

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576  # of a sheet, its head included; what is more goes on to another sheet
MOST_TEXT = 32_767
MOST_EXACT = 10**15  # minor units; a spreadsheet keeps fifteen digits, and what is longer is written as text
CHUNK_BYTES = 64 * 1024
EARLIEST = date(1900, 1, 1)
WIDTHS = {"money": 18, "count": 10, "day": 12, "moment": 18, "status": 20, "flag": 8}
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


class Column(Protocol):
    """What a sheet needs to know of a column; `web/tables.py` has them."""

    title: str
    field: str
    kind: str
    unit_field: str
    is_blank_at_zero: bool

    def text(self, row: Mapping[str, Any]) -> str: ...


def streamed(
    columns: Sequence[Column], caption: str, made_at: datetime, rows: Callable[[], Iterable[Mapping[str, Any]]], language: str
) -> Iterator[bytes]:
    """This will write the rows to a file as they are read, in one read-only transaction, and give its bytes."""
    with translation.override(language), tempfile.TemporaryFile() as file:
        with access.read_only():
            _write(file, columns, caption, made_at, rows())
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _write(file: Any, columns: Sequence[Column], caption: str, made_at: datetime, rows: Iterable[Mapping[str, Any]]) -> None:
    import xlsxwriter  # here, so that a web worker loads it when a spreadsheet is first asked for

    zone = funder.current().zone
    # Rows leave the memory as they are written; no text is looked at for being a formula, an address or a number.
    with xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
        book.set_properties({"created": made_at.astimezone(zone).replace(tzinfo=None)})
        sheets = _Sheets(book, columns, caption.translate(FORBIDDEN).strip() or "1", zone)
        for row in rows:
            sheets.add(row)


class _Sheets:
    """The sheets of one file: a new one begins where a sheet is full."""

    def __init__(self, book: Any, columns: Sequence[Column], caption: str, zone: ZoneInfo) -> None:
        self.book, self.columns, self.caption, self.zone = book, columns, caption, zone
        self.formats: dict[str, Any] = {}
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.plain_text = book.add_format({"quote_prefix": True})
        self._begin()

    def _begin(self) -> None:
        number = len(self.book.worksheets()) + 1
        self.sheet = self.book.add_worksheet(self.caption[:31] if number == 1 else f"{self.caption[:26]} {number}")
        self.sheet.freeze_panes(1, 1)
        for place, column in enumerate(self.columns):
            self.sheet.set_column(place, place, WIDTHS.get(column.kind, 24))
            self.sheet.write_string(0, place, _(column.title), self.head)
        self.next_row = 1

    def add(self, row: Mapping[str, Any]) -> None:
        if self.next_row >= MOST_ROWS:
            self._begin()
        for place, column in enumerate(self.columns):
            self._cell(place, column, row)
        self.next_row += 1

    def _cell(self, place: int, column: Column, row: Mapping[str, Any]) -> None:
        value = row[column.field]
        if value is None or value == "" or (column.is_blank_at_zero and not value):
            return
        unit = (row[column.unit_field] if column.unit_field else "") or funder.current().unit
        if column.kind == "money" and abs(value) < MOST_EXACT:
            self.sheet.write_number(self.next_row, place, _amount(value, unit), self._format(_number_format(unit)))
        elif column.kind == "count":
            self.sheet.write_number(self.next_row, place, value, self._format("#,##0"))
        elif isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) >= EARLIEST:
            self._day(place, column, value)
        else:
            self.sheet.write_string(self.next_row, place, column.text(row)[:MOST_TEXT], self.plain_text)

    def _day(self, place: int, column: Column, value: date) -> None:
        """Moments and days as the funder's own: a spreadsheet knows no zone."""
        local = value.astimezone(self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value
        if column.kind == "moment" and isinstance(local, datetime):
            self.sheet.write_datetime(self.next_row, place, local, self._format("yyyy-mm-dd hh:mm"))
        else:
            on = local.date() if isinstance(local, datetime) else local
            self.sheet.write_datetime(self.next_row, place, on, self._format("yyyy-mm-dd"))

    def _format(self, written: str) -> Any:
        if written not in self.formats:
            self.formats[written] = self.book.add_format({"num_format": written})
        return self.formats[written]


def _amount(value: int, unit: str) -> Decimal | int:
    return Decimal(value).scaleb(-money.decimals_of(unit)) if unit in money.CURRENCIES else value


def _number_format(unit: str) -> str:
    """The unit before the number, as it is written on pages: HK$1,234.50; hours are plain whole numbers."""
    if unit not in money.CURRENCIES:
        return f'#,##0 "{unit}"'
    decimals = money.decimals_of(unit)
    sign = money.written(0, currency=unit).rstrip("0.")
    return f'"{sign}"#,##0{"." + "0" * decimals if decimals else ""}'
