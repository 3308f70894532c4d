"""Reads drafts, parts, submissions and threads — e.g. the present answers of every section of one NIFS draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from millrace.core.access import DRAFT_STATUSES
from millrace.core.rules import form
from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.documents import queries as documents
from millrace.registers.documents.models import Document
from millrace.registers.people import invitations, prepared
from millrace.registers.people.models import Organisation
from millrace.stages.apply.models import Answers, Draft, Invitation, Message, Part, Submission


@dataclass(frozen=True)
class Saved:
    """The present state of every section of a draft, the lead's own and each part's."""

    rows: Mapping[tuple[int | None, str], Answers]

    def row(self, section: str, part: Part | None = None) -> Answers | None:
        return self.rows.get((part.pk if part else None, section))

    def answers(self, part: Part | None = None) -> dict[str, Any]:
        """Every answer of one side together; question identifiers are unique in a form."""
        wanted = part.pk if part else None
        return {question: answer for (of, _), row in self.rows.items() if of == wanted for question, answer in row.answers.items()}

    def as_typed(self, part: Part | None = None) -> dict[str, Any]:
        """Every answer, and in place of what could not be read what was typed: what a page shows."""
        wanted = part.pk if part else None
        rows = [row for (of, _), row in self.rows.items() if of == wanted]
        return {question: answer for row in rows for question, answer in {**row.answers, **row.typed}.items()}


_draft = prepared.Prepared(lambda case: Draft.objects.select_related("call", "version").defer("version__text").filter(case=case), case=int)
_answers = prepared.Prepared(
    lambda case: Answers.objects.filter(case=case).order_by("part_id", "section", "-number").distinct("part_id", "section"), case=int
)
_parts = prepared.Prepared(
    lambda case: Part.objects.filter(case=case, ended_at__isnull=True).select_related("organisation").order_by("id"), case=int
)

_submission = prepared.Prepared(
    lambda case: (
        Submission.objects.filter(case=case).select_related("version", "organisation").defer("version__text").order_by("-number")[:1]
    ),
    case=int,
)
_submissions = prepared.Prepared(lambda case: Submission.objects.filter(case=case).order_by("-number"), case=int)


def draft_of(case: Case) -> Draft | None:
    """This will give the draft of a case, with its call and the version it stands under."""
    return _draft.first(case=case.pk)


def saved_answers(case: Case) -> Saved:
    """This will give the present state of all sections, in one query."""
    return Saved({(row.part_id, row.section): row for row in _answers(case=case.pk)})


def saved_section(case: Case, section: str, part: Part | None = None) -> Answers | None:
    """This will give the present state of one section."""
    return Answers.objects.filter(case=case, section=section, part=part).select_related("saved_by").order_by("-number").first()


def history_of_section(case: Case, section: str, part: Part | None = None) -> QuerySet[Answers]:
    """This will give every kept state of one section, latest first."""
    return Answers.objects.filter(case=case, section=section, part=part).select_related("saved_by").order_by("-number")


def parts_of(case: Case) -> list[Part]:
    """This will give the parts that were not taken off again, in the order of invitation."""
    return cases.once(case, _parts_of)


def _parts_of(case: Case) -> list[Part]:
    return _parts(case=case.pk)


def parts_of_organisation(case: Case, organisations: list[int]) -> list[Part]:
    """This will give the parts of these organisations in the case: what their members may see of it."""
    return [part for part in parts_of(case) if part.organisation_id in organisations]


def last_submission(case: Case) -> Submission | None:
    """This will give what a case's applicant submitted last, with its text."""
    return _submission.first(case=case.pk)


def files_of_part(part: Part) -> list[Document]:
    """This will give the files a partner or sponsor added to its own part."""
    return [document for document in documents.documents_of(part.case) if document.place == f"part-{part.pk}"]


def submissions_read(case: Case) -> list[Submission]:
    """This will give the submissions of a case, latest first, with their text: what its page shows of them, asked once."""
    return cases.once(case, _submissions_read)


def _submissions_read(case: Case) -> list[Submission]:
    return _submissions(case=case.pk)


def submissions_of(case: Case) -> QuerySet[Submission]:
    """This will give the submissions of a case, latest first, without their long text."""
    return Submission.objects.filter(case=case).select_related("version", "call", "organisation").defer("text").order_by("-number")


def receipt_for(reference: str, sha256: str) -> Submission | None:
    """This will find the receipt that a reference and a hash belong to; both must agree."""
    found = Submission.objects.filter(case__is_test=False).select_related("version", "case").defer("text")
    return found.filter(case__reference=reference.strip().upper(), sha256=sha256.strip().lower()).first()


def messages_of(case: Case) -> QuerySet[Message]:
    """This will give the question thread, oldest first."""
    return Message.objects.filter(case=case).select_related("written_by").order_by("id")


def open_questions() -> QuerySet[Message]:
    """This will give the messages of applicants that the funder has not replied to, at most one of a case."""
    return Message.objects.filter(is_open=True)


def open_invitations(organisation: Organisation, at: datetime) -> QuerySet[Invitation]:
    """This will give the invitations of colleagues that nobody has accepted yet and that can still be."""
    waiting = Invitation.objects.filter(organisation=organisation, accepted_at__isnull=True, ended_at__isnull=True)
    return waiting.filter(invited_at__gt=at - invitations.LASTS).order_by("-invited_at")


def sections_for(whole: form.Form, side: str) -> tuple[form.Section, ...]:
    """This will give the sections that one side fills in: applicant, partner or sponsor."""
    return tuple(section for section in whole.sections if section.part == side)


def parts_to_confirm(organisations: list[int]) -> list[Part]:
    """This will give the parts that these organisations were invited to and have not answered, of cases that are still drafts."""
    asked = Part.objects.filter(organisation__in=organisations, confirmed_at__isnull=True, declined_at__isnull=True, ended_at__isnull=True)
    return list(asked.filter(case__status__in=DRAFT_STATUSES).select_related("case").order_by("id"))
