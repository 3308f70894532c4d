"""Begins drafts and keeps what is written in them, word by word — e.g. section "budget", saved as number 7 over number 6.

A save says which number it was based on. If someone saved meanwhile it is refused, and the page shows both texts to choose from.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import codes
from millrace.core.access import DRAFT_STATUSES
from millrace.core.refusal import Refusal
from millrace.registers.cases import searching
from millrace.registers.cases.models import Case, Party, Standing
from millrace.registers.people.models import Organisation, Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import facts, locks, terms
from millrace.stages.apply.models import Answers, Draft, Part
from millrace.stages.call import queries as calls


def reference_of(scheme: str, command: uuid.UUID) -> str:
    """This will make a case's reference, such as NIFS-7KQ2-M4XD."""
    return f"{scheme.split('-')[0].upper()[:8]}-{codes.spoken(command, purpose='case')}"


def open_draft(organisation: Organisation, *, scheme: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will begin a draft under the scheme's present rules, for an organisation that `by` is a member of."""
    with transaction.atomic(durable=True):
        organisation = locks.lock_organisation(organisation)
        if done := Event.objects.filter(command=command, kind="case_opened").select_related("case").first():
            return done
        held = terms.in_force(scheme, at).terms
        call = calls.call_now(scheme, at, is_bound=facts.is_bound_by_windows(held.book, organisation))
        if call is None:
            raise Refusal.not_found()
        case = Case.objects.create(
            reference=reference_of(scheme, command),
            scheme=scheme,
            scheme_version=held.row,
            status_on=terms.local_day(at),
            lead=organisation,
            unit=held.book.currency,
            opened_at=at,
            opened_by=by,
            is_demonstration=organisation.is_demonstration,
        )
        case.search_text = searching.text_of(case)
        case.save(update_fields=["search_text"])
        Party.objects.create(case=case, organisation=organisation, role=Party.Role.LEAD, joined_at=at)
        Standing.objects.create(person=by, case=case, relation=Standing.Relation.APPLICANT, starts_at=at, granted_by=by)
        Draft.objects.create(case=case, call=call, version=held.row, confirmed_at=at, confirmed_by=by)
        return timeline.record(
            "case_opened",
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=organisation,
            happened_on=terms.local_day(at),
            facts={"scheme": scheme, "version": held.row.version, "call": call.code},
        )


def save_answers(
    case: Case,
    *,
    section: str,
    answers: dict[str, Any],
    typed: dict[str, Any],
    based_on: int,
    by: Person,
    at: datetime,
    part: Part | None = None,
    page: uuid.UUID | None = None,
) -> Answers:
    """This will keep one section as its next number; the same content again changes nothing. It is not an event: drafts are private.

    `typed` holds what could not be read as an answer, so that even a mistyped amount is there on the next visit. What the same
    open `page` saved since `based_on`, by itself, makes nothing stale.
    """
    with transaction.atomic(durable=True):
        case = Case.every.select_for_update(no_key=True, of=("self",)).get(pk=case.pk)
        must_be_draft(case)
        later = list(Answers.objects.filter(case=case, section=section, part=part, number__gte=based_on).order_by("-number"))
        present = later[0] if later else None
        if present is not None and (present.answers, present.typed) == (answers, typed):
            return present
        number = present.number if present else 0
        if any(row.page is None or row.page != page for row in later if row.number > based_on) or number < based_on:
            raise Refusal(
                "stale-save",
                what=_("This section was saved by someone else while you were writing."),
                why=_("Saving now would have overwritten their text. Both texts are below, and nothing is lost."),
                next_step=_("Choose which text to keep for each question, then save."),
                values={"number": number},
            )
        kept = Answers.objects.create(
            case=case,
            section=section,
            part=part,
            number=number + 1,
            answers=answers,
            typed=typed,
            page=page,
            saved_at=at,
            saved_by=by,
        )
        _follow_title(case, answers, part)
        return kept


def _follow_title(case: Case, answers: dict[str, Any], part: Part | None) -> None:
    """The question named project_title, where a form has one, is the case's title from the first save on."""
    title = answers.get("project_title")
    if part is None and isinstance(title, str) and title != case.title:
        case.title = title[:400]
        case.search_text = searching.text_of(case)
        case.save(update_fields=["title", "search_text"])


def must_be_draft(case: Case) -> None:
    """This will refuse to change what is no longer a draft."""
    if case.status not in DRAFT_STATUSES:
        raise Refusal(
            "not-a-draft",
            what=_("The application can no longer be changed."),
            why=_("It was submitted, or it was withdrawn."),
            next_step=_("Write in the question thread of the case if something in it is wrong."),
        )


def confirm_version(case: Case, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will move a draft begun under earlier rules to those in force, with every answer kept, as its applicant agrees."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        must_be_draft(case)
        draft = Draft.objects.get(case=case)
        held = terms.in_force(case.scheme, at).terms
        draft.version, draft.confirmed_at, draft.confirmed_by = held.row, at, by
        draft.save(update_fields=["version", "confirmed_at", "confirmed_by"])
        case.scheme_version = held.row
        case.save(update_fields=["scheme_version"])
        return timeline.record(
            "draft_version_confirmed",
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=case.lead,
            facts={"version": held.row.version},
        )
