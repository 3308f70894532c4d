"""A table of lines in a form — e.g. the budget of a smart production line: item, kind, quantity, cost — that works without scripts.

Each line is a row of inputs; empty rows are left out, and "Add more lines" sends the form round for three empty rows more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_noop as word

from millrace.web import fields, words

SPARE_LINES = 3
LONGEST_CELL = 500


@dataclass(frozen=True)
class Column:
    """One column: `kind` is text, money, count, share, day or choice; `is_total` is what is summed, else the last of money."""

    id: str
    label: str
    kind: str = "text"
    is_required: bool = True
    unit: str = ""
    choices: Sequence[tuple[str, str]] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    is_total: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in ("money", "count", "share")

    @property
    def input_type(self) -> str:
        return "date" if self.kind == "day" else "text"

    def show(self, value: Any) -> str:
        """This will write a stored or typed value as the input shows it."""
        if value is None:
            return ""
        if isinstance(value, int) and self.kind == "money":
            return fields.plain_amount(value, self.unit)
        if isinstance(value, int) and self.kind == "share":
            return fields.share_text(value)
        return str(value)

    def read(self, typed: str, label: str) -> Any:
        """This will read one cell, or refuse in a sentence naming line and column."""
        if self.kind == "money":
            return fields.read_amount(typed, label, self.unit)
        if self.kind == "count":
            return fields.read_count(typed, label, self.minimum, self.maximum)
        if self.kind == "share":
            return fields.read_share(typed, label)
        if self.kind == "day":
            return fields.read_day(typed, label).isoformat()
        if self.kind == "choice" and typed not in dict(self.choices):
            raise fields.refused(word("“%(label)s”: choose one of those listed."), "invalid_choice", label=label)
        most = self.max_length or LONGEST_CELL
        if len(typed) > most:
            sentence = word("“%(label)s” may have %(most)s characters; yours has %(length)s. Shorten it by %(over)s.")
            raise fields.refused(sentence, "too_long", label=label, most=most, length=len(typed), over=len(typed) - most)
        return typed


class LinesInput(forms.Widget):
    """Draws the lines, each cell with a spoken name of its own ("Line 2, Cost")."""

    template_name = "web/widgets/lines.html"
    is_wide = True

    def __init__(self, columns: Sequence[Column], max_lines: int) -> None:
        super().__init__()
        self.columns, self.max_lines = columns, max_lines
        self.wrong: list[tuple[int, str]] = []
        self.label = ""

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        """This will gather the lines as typed; how many there are is posted beside them and capped."""
        count = str(data.get(f"{name}-lines", ""))
        lines = min(int(count), self.max_lines + SPARE_LINES) if count.isascii() and count.isdigit() else 0
        return [{c.id: fields.typed(data.get(f"{name}-{i}-{c.id}", "")) for c in self.columns} for i in range(lines)]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-lines" not in data

    def error_targets(self, bound: forms.BoundField) -> list[str]:
        """For each error in turn the cell at fault, or the first cell for an error of the table as a whole."""
        return [f"{bound.auto_id}_{line}_{column}" for line, column in self.wrong or [(0, self.columns[0].id)]]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = [line for line in value or [] if isinstance(line, Mapping)]
        filled = len([line for line in given if any(line.values())])
        shown = min(max(len(given), filled + SPARE_LINES), self.max_lines) or 1
        auto_id = (attrs or {}).get("id", f"id_{name}")
        lines = [self._line(name, auto_id, i, given[i] if i < len(given) else {}) for i in range(shown)]
        context["widget"] |= {
            "columns": self.columns,
            "lines": lines,
            "line_count": shown,
            "may_grow": shown < self.max_lines,
            "label": self.label,
            "total": self._total(given),
        }
        return context

    def _line(self, name: str, auto_id: str, i: int, line: Mapping[str, Any]) -> dict[str, Any]:
        cells = [
            {
                "column": column,
                "name": f"{name}-{i}-{column.id}",
                "id": f"{auto_id}_{i}_{column.id}",
                "value": column.show(line.get(column.id)),
                "spoken": f"{i + 1} {column.label}",
                "is_wrong": (i, column.id) in self.wrong,
            }
            for column in self.columns
        ]
        return {"number": i + 1, "cells": cells}

    def _total(self, lines: Sequence[Mapping[str, Any]]) -> str:
        """The sum of one money column, once every cell of it can be read."""
        summed = [c for c in self.columns if c.is_total] or [c for c in reversed(self.columns) if c.kind == "money"]
        column = next(iter(summed), None)
        # Amounts of several currencies have no sum here.
        if column is None or any(line.get("currency") for line in lines):
            return ""
        total = 0
        for line in lines:
            cell = line.get(column.id)
            if cell in (None, ""):
                continue
            try:
                total += cell if isinstance(cell, int) else fields.read_amount(str(cell), column.label, column.unit)
            except ValidationError:
                return ""
        return words.amount(total, column.unit) if total else ""


class LinesField(fields.Plain, forms.Field):
    """A list of lines; every cell at fault is named by line and column, and nothing typed is lost."""

    widget: LinesInput

    def __init__(self, *, columns: Sequence[Column], min_lines: int = 0, max_lines: int = 50, **kwargs: Any) -> None:
        super().__init__(widget=LinesInput(columns, max_lines), **kwargs)
        self.columns, self.min_lines, self.max_lines = columns, min_lines, max_lines

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        self.widget.label = str(self.label)
        return super().get_bound_field(form, field_name)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        self.name_required()
        self.widget.wrong = []
        errors: list[ValidationError] = []
        read = [self._read_line(i, line, errors) for i, line in enumerate(value or []) if any(line.values())]
        if errors:
            raise ValidationError(errors)
        if not read:
            self.validate(None)
        if 0 < len(read) < self.min_lines:
            raise fields.refused(
                word("“%(label)s” needs at least %(limit)s lines; yours has %(given)s."),
                "too_few",
                label=self.label,
                limit=self.min_lines,
                given=len(read),
            )
        return read

    def _read_line(self, i: int, line: Mapping[str, str], errors: list[ValidationError]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for column in self.columns:
            label = f"{self.label} – {i + 1} – {column.label}"
            text = line.get(column.id, "")
            try:
                if not text and column.is_required:
                    raise fields.refused(word("“%(label)s” must be filled in, or the whole line left empty."), "required", label=label)
                read[column.id] = column.read(text, label) if text else None
            except ValidationError as wrong:
                self.widget.wrong.append((i, column.id))
                errors.append(wrong)
        return read
