"""Begins a draft and shows what is still to be done in it — e.g. the task list of NIFS-7KQ2-M4XD."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.core.rules import explain
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Organisation
from millrace.stages.apply import facts, preview, queries, ready, terms
from millrace.stages.apply.actions import drafts
from millrace.stages.apply.forms import OpenDraftForm
from millrace.stages.call import queries as calls
from millrace.web import commands, words
from millrace.web import forms as described
from millrace.web.access import entry


@entry("signed_in")
def open_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """This will ask which organisation applies, and begin its draft."""
    held = terms.in_force(slug, request.at)
    organisations = Organisation.objects.filter(pk__in=_may_draft_for(request)).order_by("name")
    is_bound = all(facts.is_bound_by_windows(held.terms.book, each) for each in organisations)
    call = calls.call_now(slug, request.at, is_bound=is_bound)
    if call is None:
        raise Refusal.not_found()
    form = OpenDraftForm(request.POST or None, organisations=[(str(each.pk), str(each)) for each in organisations])
    if request.method == "POST" and form.is_valid():
        organisation = next(each for each in organisations if str(each.pk) == form.cleaned_data["organisation"])
        event = drafts.open_draft(organisation, scheme=slug, by=request.user, at=request.at, command=commands.of(request))
        return redirect("apply:draft", reference=event.case.reference)
    is_late = call.closes_at is not None and call.closes_at <= request.at
    context = {"form": form, "book": held.terms.book, "title": described.said(held.terms.book.title), "call": call, "is_late": is_late}
    context |= {"has_organisations": bool(organisations), "is_early": call.opens_at > request.at, "slug": slug}
    context["open_all_year"] = words.open_all_year(held.terms.book)
    return render(request, "apply/open.html", context, status=422 if form.errors else 200)


def _may_draft_for(request: HttpRequest) -> list[int]:
    return [organisation for organisation, powers in request.actor.organisations.items() if "member" in powers]


@entry(case="edit_draft")
def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show the sections and steps of a draft, each with its state, and what the rules make of it."""
    gathered = gathered_or_case(request)
    if isinstance(gathered, HttpResponse):
        return gathered
    problems = gathered.problems(gathered.held.book)
    context = frame(gathered) | {
        "tasks": _section_tasks(gathered, problems) + _other_tasks(gathered),
        "open_count": len(problems),
        "is_ready": not problems and all(part.confirmed_at for part in gathered.parts),
        "previews": preview.of_draft(gathered),
    }
    return render(request, "apply/draft.html", context)


def gathered_or_case(request: HttpRequest) -> ready.Gathered | HttpResponse:
    """This will gather the draft of the address; what is no longer a draft is shown on the case page instead."""
    case: Case = request.case
    if case.status not in ("draft", "awaiting_sign_off"):
        return redirect("case_desk:case", reference=case.reference)
    return ready.gather(case, at=request.at)


def frame(gathered: ready.Gathered) -> dict[str, Any]:
    """This will give what every page of a draft shows: the case, its scheme, its closing moment, whether the rules changed."""
    case = gathered.case
    return {
        "case": case,
        "scheme_title": described.said(gathered.held.book.short_title),
        "closes_at": gathered.closes_at,
        "is_under_rules_in_force": gathered.is_under_rules_in_force,
        "is_in_doubt": gathered.rules.is_in_doubt,
        "crumbs": [
            (_("My applications"), "/home/"),
            (case.title or case.reference, reverse("case_desk:case", args=[case.reference])),
        ],
        "draft_url": reverse("apply:draft", args=[case.reference]),
    }


def _section_tasks(gathered: ready.Gathered, problems: list[ready.Problem]) -> list[dict[str, Any]]:
    lacking = {problem.section for problem in problems if problem.part is None}
    tasks = []
    for section in queries.sections_for(gathered.held.book.form, "applicant"):
        url = reverse("apply:section", args=[gathered.case.reference, section.id])
        count = sum(problem.section == section.id and problem.part is None for problem in problems)
        told = _("%(count)s still to be answered") % {"count": count} if count and gathered.saved.row(section.id) else ""
        tasks.append(
            {"title": described.said(section.title), "url": url, "status": "to_do" if section.id in lacking else "done", "help": told}
        )
    return tasks


def _other_tasks(gathered: ready.Gathered) -> list[dict[str, Any]]:
    reference = gathered.case.reference
    waiting = sum(part.confirmed_at is None for part in gathered.parts)
    told = (
        _("%(count)s of %(all)s confirmed") % {"count": len(gathered.parts) - waiting, "all": len(gathered.parts)} if gathered.parts else ""
    )
    state = "pending" if waiting else "done" if gathered.parts else "optional"
    return [
        {"title": _("Partners and sponsors"), "url": reverse("apply:parts", args=[reference]), "status": state, "help": told},
        {"title": _("Check the answers and send them to be signed"), "url": reverse("apply:check", args=[reference]), "status": ""},
    ]


@entry(case="edit_draft")
def rules_changed(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show what changed since the draft was begun, and take its applicant's word to go on."""
    gathered = gathered_or_case(request)
    if isinstance(gathered, HttpResponse):
        return gathered
    if request.method == "POST":
        drafts.confirm_version(gathered.case, by=request.user, at=request.at, command=commands.of(request))
        return redirect("apply:draft", reference=reference)
    before, after = terms.of_row(gathered.draft.version), gathered.rules.terms
    context = frame(gathered) | {
        "before": before,
        "after": after,
        "changes": rule_changes(before, after),
        "questions": question_changes(before, after),
    }
    return render(request, "apply/rules_changed.html", context)


def rule_changes(before: terms.Terms, after: terms.Terms) -> list[dict[str, str]]:
    """This will list each rule said differently by two versions, as both say it."""
    language = described.translation.get_language() or "en"
    old = {rule.id: explain.statement(rule, before.book, language) for rule in before.book.rules}
    new = {rule.id: explain.statement(rule, after.book, language) for rule in after.book.rules}
    clauses = {rule.id: rule.clause for rule in (*before.book.rules, *after.book.rules)}
    return [
        {"before": old.get(rule, ""), "after": new.get(rule, ""), "clause": clauses[rule]}
        for rule in dict.fromkeys([*old, *new])
        if old.get(rule) != new.get(rule)
    ]


def question_changes(before: terms.Terms, after: terms.Terms) -> list[dict[str, str]]:
    """This will list the questions asked by only one of two versions."""
    old = {question.id: described.said(question.label) for question in before.book.form.questions()}
    new = {question.id: described.said(question.label) for question in after.book.form.questions()}
    gone = [{"before": label, "after": "", "clause": ""} for question, label in old.items() if question not in new]
    return gone + [{"before": "", "after": label, "clause": ""} for question, label in new.items() if question not in old]
