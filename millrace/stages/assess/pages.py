"""The pages of assessment, one act each — e.g. /cases/NIFS-7KQ2-M4XD/screening/ shows the verdict rule by rule and asks for the finding."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people import queries as people
from millrace.registers.policy import queries as policy
from millrace.stages.apply import preview, terms
from millrace.stages.apply import queries as apply
from millrace.stages.assess import actions, forms, guard, judging, panels, queries, telling
from millrace.stages.assess.actions.assignments import POWER_OF, STEP_OF
from millrace.stages.assess.actions.recommendations import Advice, Held
from millrace.stages.assess.models import Assignment, Recommendation, Screening
from millrace.web import asking, words
from millrace.web.access import entry
from millrace.web.forms import said


def address(case: Case, step: str = "") -> str:
    """This will give the case page's address, or that of a step of it."""
    return f"/cases/{case.reference}/{step}"


def crumbs(case: Case, desk: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    """This will lead back to the case, and to the desk it is worked from."""
    return [desk or (_("Cases"), "/desk/"), (case.reference, address(case))]


@entry(case="screen")
def screening(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show the stored verdict rule by rule and record the finding."""
    case, submission = request.case, judging.submission_of(request.case)
    held = terms.of_row(case.scheme_version)
    now = judging.judge_again(case, at=request.at)
    rows = policy.rows_in_force(case.scheme, terms.local_day(submission.submitted_at)) if submission.is_in_doubt else []
    versions = {str(row.pk): row for row in rows}
    form = forms.ScreeningForm(
        request.POST or None,
        reasons=telling.rule_choices(held.book, now),
        versions=[(key, f"{row.version} ({words.start(row.starts_on)})") for key, row in versions.items()],
    )

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.record_screening(
            case,
            outcome=given["outcome"],
            reasons=given["reasons"],
            remarks=given["remarks"],
            version=versions.get(given.get("version", "")),
            by=request.user,
            at=request.at,
            command=command,
        )

    shown = {"stored": preview.of_stored(submission.verdict.verdict, held), "now": preview.in_words(now, held), "submission": submission}
    asked = asking.Asked(
        title=_("Screening"),
        caption=f"{case.reference} · {case.title}",
        button=_("Record the finding"),
        back=address(case),
        done=_("The finding is recorded."),
        above="assess/screening_above.html",
        crumbs=crumbs(case),
        context={**shown, "case": case, "has_changed": judging.submitted_verdict(case).sha256 != now.sha256},
    )
    return asking.ask(request, form, act, asked)


@entry(case="reverse_finding")
def reverse_finding(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show the finding a second officer thinks wrong, what the rules say now, and record its reversal."""
    case, found = request.case, queries.latest_screening(request.case)
    if found is None or found.outcome != Screening.Outcome.INELIGIBLE:
        raise Refusal.not_found()
    form = forms.ReversalForm(request.POST or None)

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.reverse_ineligible(case, **given, by=request.user, at=request.at, command=command)

    held = terms.of_row(case.scheme_version)
    told = panels.screening(case, request.user, request.at)
    asked = asking.Asked(
        title=_("Reverse the finding"),
        caption=f"{case.reference} · {case.title}",
        lead=_("The application goes back to where it was screened from, and the applicant is told. Limits are counted anew."),
        button=_("Reverse the finding"),
        back=address(case),
        done=_("The finding is reversed, and the letter is on its way."),
        above="assess/reversal_above.html",
        crumbs=crumbs(case),
        context={"told": told, "now": preview.in_words(judging.judge_again(case, at=request.at), held)},
    )
    return asking.ask(request, form, act, asked)


@entry(case="ask_back")
def ask_back(request: HttpRequest, reference: str) -> HttpResponse:
    """This will send questions back to the applicant without reopening the rest."""
    case = request.case
    held = terms.of_row(case.scheme_version)
    form = forms.AskBackForm(request.POST or None, book=held.book, today=terms.local_day(request.at))

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        questions = [(line["about"] or "", line["text"]) for line in given["questions"]]
        actions.ask_back(case, questions=questions, due_on=given["due_on"], by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Ask the applicant"),
        caption=f"{case.reference} · {case.title}",
        lead=_("Only these questions are open to the applicant; the rest of the application stays as it was submitted."),
        button=_("Send the questions"),
        back=address(case),
        done=_("The questions are sent, and the letter is on its way."),
        crumbs=crumbs(case),
    )
    return _more_lines(request, form, asked) if form.wants_more_lines else asking.ask(request, form, act, asked)


def _more_lines(request: HttpRequest, form: forms.AskBackForm, asked: asking.Asked) -> HttpResponse:
    """Show the form again with what was typed and more room."""
    context = {"asked": asked, "form": form, "desk": asking.is_desk(request), "crumbs": asked.crumbs}
    return render(request, "web/ask.html", context)


@entry(case="supply_information")
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """This will take the applicant's answers to what was asked back."""
    case = request.case
    open_request = queries.open_request(case) if case.status == "information_needed" else None
    questions = list(open_request.questions.order_by("number")) if open_request else []
    labels = {question.id: said(question.label) for question in terms.of_row(case.scheme_version).book.form.questions()}
    form = forms.AnswersForm(request.POST or None, questions=questions, labels=labels)

    def act(_given: dict[str, Any], command: uuid.UUID) -> None:
        actions.answer_questions(case, answers=form.answers(), by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Answer the officer's questions") if questions else _("No question is open"),
        caption=f"{case.reference} · {case.title}",
        button=_("Send the answers"),
        back=address(case),
        done=_("Your answers are received."),
        above="assess/answer_above.html",
        crumbs=crumbs(case, (_("My applications"), "/home/")),
        context={"open_request": open_request},
    )
    return asking.ask(request, form, act, asked)


@entry(case="assign")
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """This will ask assessors and committee members to declare their interests."""
    case = request.case
    form = forms.AssignForm(request.POST or None, offered=_offered(case, request.at))

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.assign_assessors(case, people=form.chosen(), due_on=given["due_on"], by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Ask assessors"),
        caption=f"{case.reference} · {case.title}",
        lead=_("Each declares interests first; nobody sees the dossier by being asked."),
        button=_("Ask them"),
        back=address(case),
        done=_("They are asked to declare their interests."),
        crumbs=crumbs(case),
    )
    return asking.ask(request, form, act, asked)


def _offered(case: Case, at: datetime) -> dict[str, list[Any]]:
    """The people each role may still be asked of; who is in conflict or belongs to a party is not offered."""
    steps = guard.workflow(terms.of_row(case.scheme_version).book, case.track, case.stream)
    out = guard.party_people(case, at) | queries.conflicted_people(case, at) | ({case.officer_id} if case.officer_id else set())
    asked = set(queries.assignments_of(case).filter(ended_at=None).values_list("person_id", "role"))
    offered: dict[str, list[Any]] = {}
    for role, step in STEP_OF.items():
        if step in steps:
            held = people.holders_of(POWER_OF[role], at)
            offered[role] = [person for person in held if person.pk not in out and (person.pk, role) not in asked]
    return offered


@entry(case="declare_interest")
def interest(request: HttpRequest, reference: str) -> HttpResponse:
    """This will take a declaration before the dossier opens: who is involved is shown, and nothing more."""
    case = request.case
    form = forms.InterestForm(request.POST or None)
    has_conflict = request.POST.get("answer") == "conflict"

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.declare_interest(
            case, is_conflict=has_conflict, kind=given["kind"], details=given["details"], by=request.user, at=request.at, command=command
        )

    clear = _("Recorded: no conflict. The dossier is open to you.")
    closed = _("Recorded: the case is closed to you everywhere. Thank you for saying so.")
    asked = asking.Asked(
        title=_("Declare your interests"),
        caption=case.reference,
        button=_("Declare"),
        back="/reviews/",
        done=closed if has_conflict else clear,
        above="assess/interest_above.html",
        crumbs=[(_("My reviews"), "/reviews/")],
        context={"case": case, "parties": _party_names(case, request.at)},
    )
    return asking.ask(request, form, act, asked)


def _party_names(case: Case, at: datetime) -> list[str]:
    named = [case.lead.name, *[part.organisation.name for part in apply.parts_of(case) if part.organisation]]
    return list(dict.fromkeys(named))


@entry(case="decline_assignment")
def decline(request: HttpRequest, reference: str) -> HttpResponse:
    """This will let a person asked to assess say no for another reason than a conflict."""
    case = request.case

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.decline_assignment(case, reason=given["reason"], by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Say that you cannot assess it"),
        caption=case.reference,
        button=_("Decline"),
        back="/reviews/",
        done=_("Recorded. The officer will ask someone else."),
        crumbs=[(_("My reviews"), "/reviews/")],
    )
    return asking.ask(request, forms.DeclineForm(request.POST or None), act, asked)


@entry(case="score")
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """This will take a review: one mark for each criterion, and words."""
    case, book = request.case, terms.of_row(request.case.scheme_version).book
    assigned = queries.own_assignments(request.user, case).filter(outcome=Assignment.Outcome.CLEAR)
    role = next((row.role for row in assigned if row.role != Assignment.Role.COMMITTEE), "")
    earlier = queries.own_review(request.user, case)
    form = forms.ReviewForm(request.POST or None, book=book, earlier=earlier)

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.submit_review(
            case,
            role=role,
            marks=form.marks(),
            comments=form.comments(),
            summary=given["summary"],
            is_supporting=given["is_supporting"],
            by=request.user,
            at=request.at,
            command=command,
        )

    asked = asking.Asked(
        title=_("Your review"),
        caption=f"{case.reference} · {case.title}",
        lead=_("Marks are whole numbers from 0 to 100. A change after submission is kept as a new version."),
        button=_("Submit the review"),
        back="/reviews/",
        done=_("Your review is submitted."),
        crumbs=[(_("My reviews"), "/reviews/"), (case.reference, address(case))],
        context={"earlier": earlier},
    )
    return asking.ask(request, form, act, asked)


@entry(case="record_meeting")
def recommendation(request: HttpRequest, reference: str) -> HttpResponse:
    """This will record the committee's advice and who was there."""
    case, book = request.case, terms.of_row(request.case.scheme_version).book
    is_for_stage = case.status == "in_force"
    called = queries.assignments_of(case).filter(role=Assignment.Role.COMMITTEE).exclude(outcome=Assignment.Outcome.DECLINED)
    form = forms.RecommendationForm(
        request.POST or None,
        members=[row.person for row in called],
        reasons=telling.reason_choices(book),
        stages=telling.stage_choices(book),
        is_for_stage=is_for_stage,
        unit=case.unit,
        today=terms.local_day(request.at),
        initial={"amount": judging.submitted_verdict(case).amount_cents, "stage_number": case.stage_number},
    )

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        held = Held(given["held_on"], form.people("present"), form.people("left"), given["by_circulation"] == "yes")
        advice = Advice(
            outcome=given["outcome"],
            amount_cents=given.get("amount") or 0,
            purpose=Recommendation.Purpose.STAGE_TWO if is_for_stage else Recommendation.Purpose.AWARD,
            stage_number=int(given.get("stage_number") or case.stage_number),
            conditions=given["conditions"],
            reasons=given["reasons"],
            reason_codes=given["reason_codes"],
        )
        actions.record_recommendation(case, held=held, advice=advice, by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Advice on the next stage") if is_for_stage else _("Advice of the committee"),
        caption=f"{case.reference} · {case.title}",
        button=_("Record the advice"),
        back=address(case),
        done=_("The committee's advice is recorded."),
        above="assess/recommendation_above.html",
        crumbs=crumbs(case),
        context={"case": case, "called": called, **telling.scores(queries.scores_of(case, book), book)},
        template="web/ask.html" if called else "assess/nobody_called.html",
    )
    return asking.ask(request, form, act, asked)
