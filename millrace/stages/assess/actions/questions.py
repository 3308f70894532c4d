"""Asks the applicant back on single questions and takes the answers to those alone — e.g. "Who quoted line 3?", due in two weeks.

Silence past the due day lets the application lapse, by the nightly job.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.messages import actions as messages
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, moves, terms
from millrace.stages.assess import guard, post, queries
from millrace.stages.assess.models import InformationRequest, Question

MOST_QUESTIONS = 20


def ask_back(case: Case, *, questions: Sequence[tuple[str, str]], due_on: date, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will send the applicant these (form question or "", text) and stop at "information needed" until all are answered."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "ask_back", case, at)
        guard.must_not_be_party(by, case, at)
        held = terms.of_row(case.scheme_version)
        target, today = guard.must_move(case, "ask_back"), terms.local_day(at)
        _must_be_unanswered_once(case)
        wanted = [(name, text.strip()) for name, text in questions if text.strip()]
        _must_be_askable(wanted, [name for name, _text in wanted if name and held.book.form.question(name) is None], due_on, today)
        request = InformationRequest.objects.create(case=case, due_on=due_on, status_before=case.status, asked_at=at, asked_by=by)
        Question.objects.bulk_create(
            Question(request=request, number=number, form_question=name, text=text) for number, (name, text) in enumerate(wanted, 1)
        )
        event_id = timeline.reserve_id()
        asked = [f"{number}. {text}" for number, (_name, text) in enumerate(wanted, 1)]
        post.send(case, "information_request", {"questions": asked, "reply_by": due_on}, event_id=event_id, by=by, at=at)
        guard.set_status(case, target, today)
        return timeline.record(
            "information_requested",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=today,
            facts={"question_count": len(wanted), "due_on": due_on},
            sheet={"status": target},
        )


def _must_be_unanswered_once(case: Case) -> None:
    """One set of questions at a time: the applicant is never asked two things with two days."""
    if queries.open_request(case) is not None:
        raise Refusal(
            "already-asked",
            what=_("Questions are already open on this application."),
            why=_("The applicant is asked one set of questions at a time, with one day to answer by."),
            next_step=_("Wait for the answers; then ask again if need be."),
        )


def _must_be_askable(wanted: Sequence[tuple[str, str]], unknown: Sequence[str], due_on: date, today: date) -> None:
    if not wanted or len(wanted) > MOST_QUESTIONS or unknown:
        raise Refusal(
            "no-question",
            what=_("Write between one and %(most)s questions, each about one question of the form or about none."),
            next_step=_("Type the question as the applicant should read it."),
            field="questions",
            status=422,
            values={"most": MOST_QUESTIONS},
        )
    if due_on <= today:
        raise Refusal(
            "due-too-early",
            what=_("The answers must be due after today."),
            next_step=_("Give a later day; applicants need time to gather papers."),
            field="due_on",
            status=422,
        )


def answer_questions(case: Case, *, answers: Mapping[int, str], by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will take the applicant's answers by question number: to all that were asked and to nothing else."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "supply_information", case, at)
        request = queries.open_request(case)
        if request is None:
            raise Refusal(
                "nothing-asked",
                what=_("No question is open on this application."),
                why=_("The questions were answered already, or their day has passed."),
                next_step=_("Look at the case's timeline."),
            )
        questions = list(request.questions.order_by("number"))
        for question in questions:
            question.answer = answers.get(question.number, "").strip()
        _must_be_whole(questions, set(answers))
        Question.objects.bulk_update(questions, ["answer"])
        request.answered_at, request.answered_by = at, by
        request.save(update_fields=["answered_at", "answered_by"])
        event_id, today = timeline.reserve_id(), terms.local_day(at)
        if case.officer is not None:
            messages.send_notice([case.officer], event_id=event_id, case=case, at=at)
        target = guard.must_move(case, "answer")
        guard.set_status(case, target, today)
        return timeline.record(
            "information_supplied",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=case.lead,
            happened_on=today,
            facts={"question_count": len(questions)},
            sheet={"status": target},
        )


def _must_be_whole(questions: Sequence[Question], answered: set[int]) -> None:
    if strangers := answered - {question.number for question in questions}:
        raise Refusal(
            "not-asked",
            what=_("Question %(number)s was not asked."),
            why=_("Only the questions that were sent back may be answered; the rest of the application stays as submitted."),
            next_step=_("Write in the question thread of the case if something else is wrong."),
            status=422,
            values={"number": min(strangers)},
        )
    for question in questions:
        if not question.answer:
            raise Refusal(
                "answer-missing",
                what=_("Question %(number)s has no answer yet."),
                next_step=_("Answer every question; say so where you cannot."),
                field=f"answer_{question.number}",
                status=422,
                values={"number": question.number},
            )


def lapse_request(request: InformationRequest, *, by: Person, at: datetime, command: uuid.UUID) -> Event | None:
    """This will let an application lapse whose questions were not answered by the end of their day; None when it need not."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(request.case)
        if done := timeline.replay(command, case):
            return done
        still_open, today = queries.open_request(case), terms.local_day(at)
        # Screening may go on while questions stand open: then nothing waits for them any more.
        waits = still_open is not None and still_open.pk == request.pk and moves.may(case, "lapse")
        if still_open is None or not waits or today <= still_open.due_on:
            return None
        target = guard.must_move(case, "lapse")
        still_open.lapsed_at = at
        still_open.save(update_fields=["lapsed_at"])
        event_id = timeline.reserve_id()
        post.send(case, "lapsed", {"lapsed_on": still_open.due_on}, event_id=event_id, by=by, at=at)
        guard.set_status(case, target, today)
        return timeline.record(
            "information_lapsed",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=today,
            facts={"due_on": still_open.due_on},
            sheet={"status": target, "withdrawn_on": today},
        )


def lapse_unanswered(by: Person, *, at: datetime) -> int:
    """This will let lapse what waits in vain, and say how many; the nightly job calls it, as the person "system"."""
    today = terms.local_day(at)
    waiting = InformationRequest.objects.filter(answered_at=None, lapsed_at=None, due_on__lt=today, case__status="information_needed")
    waiting = waiting.select_related("case").order_by("id")
    done = [lapse_request(row, by=by, at=at, command=uuid.uuid5(uuid.NAMESPACE_OID, f"lapse-request-{row.pk}")) for row in waiting]
    return sum(event is not None for event in done)
