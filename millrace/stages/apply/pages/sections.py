"""One section of a draft on one page: saved by hand or by itself, and never over someone else's words — e.g. "Cost and money".

A stale save shows both texts, question by question, and loses neither. Everything works without scripts.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.core.rules import form as form_
from millrace.core.rules import rulebook
from millrace.registers.documents import actions as documents_register
from millrace.registers.documents import queries as documents
from millrace.registers.documents.models import Document
from millrace.stages.apply import preview, queries, ready
from millrace.stages.apply.actions import attachments, drafts
from millrace.stages.apply.models import Answers
from millrace.stages.apply.pages.drafts import frame, gathered_or_case
from millrace.web import commands, errors
from millrace.web import forms as described
from millrace.web.access import entry


@dataclass
class Sheet:
    """One section as this request sees it."""

    request: HttpRequest
    gathered: ready.Gathered
    section: form_.Section
    row: Answers | None
    files: Mapping[str, list[Document]]

    @property
    def book(self) -> rulebook.SchemeVersion:
        return self.gathered.held.book

    def form(self, data: Any = None, files: Any = None) -> described.DescribedForm:
        answers = self.gathered.saved.as_typed()
        return described.DescribedForm(self.book.form, self.section, answers, data, files, is_demanded=False, files_held=list(self.files))

    def context(self, form: described.DescribedForm, **more: Any) -> dict[str, Any]:
        """This will give what the page shows."""
        sections = queries.sections_for(self.book.form, "applicant")
        place = [section.id for section in sections].index(self.section.id)
        return frame(self.gathered) | {
            "form": form,
            "section": self.section,
            "title": described.said(self.section.title),
            "intro": described.said(self.section.intro),
            "row": self.row,
            "based_on": self.row.number if self.row else 0,
            "page": self.request.POST.get("page") or uuid.uuid4(),
            "place": place + 1,
            "section_count": len(sections),
            "files": [
                (described.said(question.label), question, self.files.get(question.id, [])) for question in form.shown if question.slot
            ],
            "previews": preview.of_draft(self.gathered),
            **more,
        }


@entry(case="edit_draft")
def section(request: HttpRequest, reference: str, section: str) -> HttpResponse:
    """This will show one section, and keep what is sent."""
    gathered = gathered_or_case(request)
    if isinstance(gathered, HttpResponse):
        return gathered
    found = described.section_of(gathered.held.book.form, section)
    if found is None:
        raise Refusal.not_found()
    sheet = Sheet(request, gathered, found, gathered.saved.row(section), documents.documents_by_place(gathered.case))
    if request.method == "POST":
        return _keep(sheet)
    return render(request, "apply/section.html", sheet.context(sheet.form()))


def _keep(sheet: Sheet) -> HttpResponse:
    request, data = sheet.request, _chosen(sheet)
    form = sheet.form(data, request.FILES)
    form.is_valid()
    try:
        row = drafts.save_answers(
            request.case,
            section=sheet.section.id,
            answers=_answers(sheet, form),
            typed={name: form[name].data for name in form.errors if name in form.fields and name not in form.uploads()},
            based_on=_number(data.get("based_on")),
            page=_page(data),
            by=request.user,
            at=request.at,
        )
    except Refusal as no:
        if no.code != "stale-save":
            raise
        return _both_texts(sheet, form, no)
    _take_files(sheet, form, commands.of(request))
    return _answer(sheet, form, row)


def _answer(sheet: Sheet, form: described.DescribedForm, row: Answers) -> HttpResponse:
    """Say that it was kept: a fragment for the autosave, the page again where something is to be mended, or on to the next."""
    request = sheet.request
    is_changed = bool(form.revealed) or form.wants_more_lines
    if not request.htmx and not form.errors and not is_changed:
        return redirect(_next_address(sheet))
    gathered = ready.gather(request.case, at=request.at)
    fresh = Sheet(request, gathered, sheet.section, row, documents.documents_by_place(request.case))
    shown = {question.id for question in form.shown}
    context = fresh.context(form, is_redrawn=is_changed or shown != form._asked())
    if request.htmx:
        return render(request, "apply/parts/saved.html", context)
    return render(request, "apply/section.html", context | {"is_kept": True}, status=422 if form.errors else 200)


def _answers(sheet: Sheet, form: described.DescribedForm) -> dict[str, Any]:
    """What was on the page, and beside it what was answered before to questions that are not asked now: kept, should they be again."""
    asked = set(str(form.data.get(described.ASKED, "")).split())
    kept = {question: answer for question, answer in (sheet.row.answers if sheet.row else {}).items() if question not in asked}
    return kept | {question: answer for question, answer in form.answers().items() if answer not in (None, "", [])}


def _take_files(sheet: Sheet, form: described.DescribedForm, command: uuid.UUID) -> None:
    for question in form.shown:
        for number, file in enumerate(form.uploads().get(question.id, [])):
            try:
                _take_file(sheet, question, file, uuid.uuid5(command, f"{question.id} {number}"))
            except Refusal as no:
                told = errors.in_words(no)
                form.add_error(question.id, " ".join(filter(None, [f"“{file.name}”:", told["what"], told["why"], told["next_step"]])))


def _take_file(sheet: Sheet, question: form_.Question, file: Any, command: uuid.UUID) -> None:
    assert question.slot is not None  # an attachment question always has one: the policy refuses to load otherwise
    documents_register.must_fit(file.size, most_bytes=question.slot.max_bytes, field=question.id)
    attachments.upload_document(
        sheet.request.case,
        place=question.id,
        slot=question.slot,
        name=file.name,
        content=file.read(),
        organisation=sheet.request.case.lead,
        by=sheet.request.user,
        at=sheet.request.at,
        command=command,
    )


def _next_address(sheet: Sheet) -> str:
    reference = sheet.request.case.reference
    sections = [section.id for section in queries.sections_for(sheet.book.form, "applicant")]
    after = sections[sections.index(sheet.section.id) + 1 :]
    if "leave" in sheet.request.POST or not after:
        return reverse("apply:draft", args=[reference])
    return reverse("apply:section", args=[reference, after[0]])


def _number(text: Any) -> int:
    return int(text) if str(text).isascii() and str(text).isdigit() else 0


def _page(data: Mapping[str, Any]) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(data.get("page", "")))
    except ValueError:
        return None


def _chosen(sheet: Sheet) -> QueryDict:
    """What was posted, with the other person's text where the writer chose it over their own."""
    data = sheet.request.POST.copy()
    theirs = [name.removeprefix("keep-") for name in data if name.startswith("keep-") and data[name] == "theirs"]
    if not theirs or sheet.row is None:
        return data
    present = {**sheet.row.answers, **sheet.row.typed}
    for question in sheet.section.questions:
        if question.id in theirs:
            _put(data, question, present.get(question.id))
    return data


def _put(data: QueryDict, question: form_.Question, answer: Any) -> None:
    """Write a kept answer into posted data, the way its inputs would have sent it."""
    for name in [name for name in data if name == question.id or name.startswith(f"{question.id}-")]:
        del data[name]
    sent = described.as_typed(question, answer, described.field(question), get_language() or "en")
    if question.kind == "table":
        data[f"{question.id}-lines"] = str(len(sent))
        for number, line in enumerate(sent):
            for column, cell in line.items():
                data[f"{question.id}-{number}-{column}"] = cell
    elif isinstance(sent, list | tuple):
        data.setlist(question.id, [str(one) for one in sent])
    elif sent not in (None, ""):
        data[question.id] = str(sent)


def _both_texts(sheet: Sheet, form: described.DescribedForm, no: Refusal) -> HttpResponse:
    """Show both texts of every question that differs, to choose from; what the writer typed travels along, hidden."""
    request, row = sheet.request, queries.saved_section(sheet.request.case, sheet.section.id)
    theirs = {**row.answers, **row.typed} if row else {}
    mine = {**_answers(sheet, form), **{name: form[name].data for name in form.errors if name in form.fields}}
    differing = [
        {
            "id": question.id,
            "label": described.said(question.label),
            "mine": described.answer_in_words(question, mine.get(question.id)),
            "theirs": described.answer_in_words(question, theirs.get(question.id)),
        }
        for question in sheet.section.questions
        if question.kind != "attachment" and mine.get(question.id) != theirs.get(question.id)
    ]
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _NOT_CARRIED and not name.startswith("keep-")
    ]
    context = frame(sheet.gathered) | {
        "title": described.said(sheet.section.title),
        "refusal": errors.in_words(no),
        "row": row,
        "differing": differing,
        "carried": carried,
        "address": request.path,
    }
    if request.htmx:
        return render(request, "apply/parts/stale.html", context, status=409)
    return render(request, "apply/choose.html", context, status=409)


_NOT_CARRIED = ("csrfmiddlewaretoken", "based_on", "page", "more_lines", "leave", "command")


@entry(case="edit_draft")
def history(request: HttpRequest, reference: str, section: str) -> HttpResponse:
    """This will show every kept state of one section, latest first."""
    gathered = gathered_or_case(request)
    if isinstance(gathered, HttpResponse):
        return gathered
    found = described.section_of(gathered.held.book.form, section)
    if found is None:
        raise Refusal.not_found()
    whole = gathered.held.book.form
    rows = queries.history_of_section(request.case, section)[:20]
    states = [(row, described.in_words(whole, found, {**gathered.saved.as_typed(), **row.answers, **row.typed})) for row in rows]
    context = frame(gathered) | {"title": _("Earlier texts of “%(section)s”") % {"section": described.said(found.title)}, "states": states}
    return render(request, "apply/history.html", context | {"section_url": reverse("apply:section", args=[reference, section])})
