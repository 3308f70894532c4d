"""Draws a form described by policy data, and reads it back — e.g. the section "The production line" of a NIFS application.

Every question works without scripts: one that depends on another answer appears when the section is sent, or at once where
htmx sends it. What cannot be read is told in a sentence and shown again as it was typed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core.rules import form as described
from millrace.core.rules.form import Column, Form, Question, Section
from millrace.core.texts import Text
from millrace.web import fields, lines, words

ASKED = "asked"
Answers = Mapping[str, Any]


def said(text: Text) -> str:
    """This will give a policy text in the reader's language."""
    return text.said_in(translation.get_language() or "en")


class UploadInput(forms.ClearableFileInput):
    """A file input that takes several files where the slot does."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class UploadField(fields.Plain, forms.FileField):
    """Files for a slot; their kind and size are judged by the register of documents, by their bytes."""

    def __init__(self, slot: described.Slot | None, **kwargs: Any) -> None:
        accept = ",".join(f".{ending}" for ending in slot.types) if slot else ""
        many = {"multiple": True} if slot and slot.max_files > 1 else {}
        super().__init__(widget=UploadInput({"accept": accept, **many}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        self.name_required()
        given = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if not given and not initial:
            self.validate(None)
        return given


@dataclass(frozen=True)
class Worded:
    """One question in one language: its label, its choices and the columns of its table."""

    question: Question
    label: str
    choices: Mapping[str, str]
    columns: Sequence[lines.Column]


_worded: dict[tuple[int, str], Worded] = {}


def worded(question: Question, language: str) -> Worded:
    """This will word a question; made once for each question and language."""
    key = (id(question), language)
    kept = _worded.get(key)
    if kept is None or kept.question is not question:
        with translation.override(language):
            choices = {choice.id: said(choice.label) for choice in question.choices}
            kept = _worded[key] = Worded(question, said(question.label), choices, [column(told) for told in question.columns])
    return kept


def column(told: Column) -> lines.Column:
    """This will make the column of a table from its description."""
    choices = [(choice.id, said(choice.label)) for choice in told.choices]
    limits = told.limits
    kept = {"minimum": limits.minimum, "maximum": limits.maximum, "max_length": limits.max_length}
    return lines.Column(told.id, said(told.label), told.kind, told.is_required, told.unit, choices, **kept)


def field(question: Question, *, is_demanded: bool = True, has_files: bool = False) -> forms.Field:
    """This will make the field of one question; an answer is demanded unless a draft is being kept."""
    limits, choices = question.limits, [(choice.id, said(choice.label)) for choice in question.choices]
    shown: dict[str, Any] = {
        "label": said(question.label),
        "help_text": said(question.help),
        "required": question.is_required and is_demanded and not has_files,
    }
    match question.kind:
        case "money":
            made: forms.Field = fields.MoneyField(unit=question.unit, minimum=limits.minimum, maximum=limits.maximum, **shown)
        case "count":
            made = fields.CountField(minimum=limits.minimum, maximum=limits.maximum, **shown)
        case "share":
            made = fields.ShareField(**shown)
        case "flag":
            made = fields.FlagField(**shown)
        case "choice":
            made = fields.ChoiceField(choices=choices, **shown)
        case "choices":
            made = fields.ChoicesField(choices=choices, **shown)
        case "day":
            made = fields.DayField(**shown)
        case "table":
            columns = [column(told) for told in question.columns]
            made = lines.LinesField(columns=columns, min_lines=limits.min_rows or 0, max_lines=limits.max_rows or 50, **shown)
        case "attachment":
            made = UploadField(question.slot, **shown)
        case _:
            made = fields.TextField(max_length=limits.max_length, is_long=question.kind == "long_text", **shown)
    made.hide_optional = not is_demanded and question.is_required  # type: ignore[attr-defined]  # read by the field's template
    return made


class AskedField(forms.CharField):
    """Which questions a page asks. Drawn again, it names those on the new page: one just revealed is asked from then on."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class DescribedForm(forms.Form):
    """One section of a described form, with the questions that the answers so far call for."""

    def __init__(
        self,
        whole: Form,
        section: Section,
        answers: Answers,
        data: Any = None,
        files: Any = None,
        *,
        is_demanded: bool = True,
        files_held: Iterable[str] = (),
    ) -> None:
        self.whole, self.section, self.kept = whole, section, dict(answers)
        super().__init__(data, files, initial=dict(answers))
        held = set(files_held)
        made = {q.id: field(q, is_demanded=is_demanded, has_files=q.id in held) for q in section.questions}
        so_far = {**self.kept, **self._typed(made)}
        self.shown = [q for q in section.questions if described.is_shown(q, so_far, whole)]
        self.fields.update({q.id: made[q.id] for q in self.shown})
        self.fields[ASKED] = AskedField(widget=forms.HiddenInput, required=False, initial=" ".join(q.id for q in self.shown))

    def _typed(self, made: Mapping[str, forms.Field]) -> dict[str, Any]:
        """What was just answered to the questions others may depend on, as plain values."""
        if not self.is_bound:
            return {}
        typed: dict[str, Any] = {}
        for question in self.section.questions:
            if question.kind in ("flag", "choice", "choices") and question.id in self._asked():
                widget = made[question.id].widget
                value = widget.value_from_datadict(self.data, self.files, question.id)
                typed[question.id] = {"yes": True, "no": False}.get(value) if question.kind == "flag" else value
        return typed

    def _asked(self) -> set[str]:
        return set(str(self.data.get(ASKED, "")).split())

    @property
    def revealed(self) -> list[Question]:
        """The questions that the answers just given call for and that were not on the page: show the section again."""
        return [question for question in self.shown if question.id not in self._asked()] if self.is_bound else []

    @property
    def wants_more_lines(self) -> bool:
        """Whether "Add more lines" was pressed: show the section again with what was typed."""
        return self.is_bound and "more_lines" in self.data

    def has_reveals(self) -> bool:
        """Whether an answer here decides which other questions are asked here."""
        here = {question.id for question in self.section.questions}
        return any(question.shown_when and question.shown_when.question in here for question in self.section.questions)

    def _clean_fields(self) -> None:
        """This will check what was on the page; a question just revealed is not yet blamed for having no answer."""
        for question in self.revealed:
            self.fields[question.id].required = False
        super()._clean_fields()

    def answers(self) -> dict[str, Any]:
        """This will give what was answered well, as plain data: cents, days as 2024-01-08, lines as rows."""
        return {q.id: plain(self.cleaned_data[q.id]) for q in self._answered() if q.id in self.cleaned_data}

    def draft(self) -> dict[str, Any]:
        """This will give what to keep of a draft: answers where they can be read, the typed text where they cannot."""
        wrong = {q.id: self[q.id].data for q in self._answered() if q.id in self.errors}
        return {**self.answers(), **wrong}

    def uploads(self) -> dict[str, list[Any]]:
        """This will give the files just sent, by question."""
        return {q.id: self.cleaned_data.get(q.id) or [] for q in self.shown if q.kind == "attachment"}

    def _answered(self) -> list[Question]:
        """The questions that were on the page, files apart."""
        return [q for q in self.shown if q.kind != "attachment" and q.id in self._asked()]


def plain(value: Any) -> Any:
    """This will make an answer into plain data."""
    return value.isoformat() if isinstance(value, date) else value


def section_of(whole: Form, section_id: str, part: str = "applicant") -> Section | None:
    """This will find a section of one's own part of the form."""
    return next((section for section in whole.sections if section.id == section_id and section.part == part), None)


def problems(
    whole: Form, answers: Answers, *, part: str = "applicant", files_held: Iterable[str] = ()
) -> Iterator[tuple[Section, Question, str]]:
    """This will name each question still to be answered or answered wrongly, with the sentence to show."""
    held, language = set(files_held), translation.get_language() or "en"
    for section in whole.sections:
        for question in section.questions if section.part == part else ():
            if not described.is_shown(question, answers, whole):
                continue
            asked = _checking_field(question, question.id in held, language)
            try:
                asked.clean([] if question.kind == "attachment" else as_typed(question, answers.get(question.id), asked, language))
            except forms.ValidationError as wrong:
                yield section, question, wrong.messages[0]


_checking: dict[tuple[int, str, bool], tuple[Question, forms.Field]] = {}


def _checking_field(question: Question, has_files: bool, language: str) -> forms.Field:
    """This will give a field to check answers by; made once for each question and language, since checking leaves no trace on it."""
    key = (id(question), language, has_files)
    kept = _checking.get(key)
    if kept is None or kept[0] is not question:
        kept = _checking[key] = (question, field(question, has_files=has_files))
    return kept[1]


def as_typed(question: Question, answer: Any, made: forms.Field, language: str) -> Any:
    """This will write a kept answer the way its input would send it; `made` is the question's field."""
    if question.kind == "table":
        columns, rows = worded(question, language).columns, answer if isinstance(answer, list) else []
        return [{c.id: c.show(row.get(c.id)) for c in columns} for row in rows if isinstance(row, Mapping)]
    shown = made.prepare_value(answer)
    return made.widget.format_value(shown) if question.kind in ("money", "day") else "" if shown is None else shown


def in_words(whole: Form, section: Section, answers: Answers) -> list[dict[str, Any]]:
    """This will word a section's answers for a summary: label, and a value or a table of rows."""
    language = translation.get_language() or "en"
    asked = [worded(q, language) for q in section.questions if q.kind != "attachment" and described.is_shown(q, answers, whole)]
    return [{"id": one.question.id, "label": one.label, **_in_words(one, answers.get(one.question.id))} for one in asked]


def answer_in_words(question: Question, answer: Any) -> dict[str, Any]:
    """This will word one answer; what could not be read is shown as it was typed."""
    return _in_words(worded(question, translation.get_language() or "en"), answer)


def _in_words(one: Worded, answer: Any) -> dict[str, Any]:
    if answer in (None, "", []):
        return {"value": ""}
    kind = one.question.kind
    if kind == "table" and isinstance(answer, list):
        rows = [[cell_in_words(c.kind, row.get(c.id), c.unit, dict(c.choices)) for c in one.columns] for row in answer]
        return {"table": {"columns": one.columns, "rows": rows}}
    if kind == "choices" and isinstance(answer, list):
        return {"value": _(", ").join(one.choices.get(chosen, chosen) for chosen in answer)}
    return {"value": cell_in_words(kind, answer, one.question.unit, one.choices)}


def cell_in_words(kind: str, value: Any, unit: str, choices: Mapping[str, str]) -> str:
    """This will word one plain value."""
    if value is None:
        return ""
    if kind == "flag":
        return _("Yes") if value is True else _("No") if value is False else str(value)
    if kind == "money" and isinstance(value, int):
        return words.amount(value, unit)
    if kind == "share" and isinstance(value, int):
        return f"{fields.share_text(value)}%"
    if kind == "day":
        try:
            return words.day(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return choices.get(str(value), str(value)) if kind == "choice" else str(value)
