"""Drafts of the policy: their texts with the findings beside them, worked cases, what differs, what it would have meant, approval.

For example: NIFS with HK$20m a project — one officer writes it, the page compares it over past cases, another approves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core.policy_folder import difference, lint
from millrace.core.policy_folder.lint import Remark
from millrace.core.policy_folder.read import Policy
from millrace.core.refusal import Refusal
from millrace.core.rules import cases
from millrace.desks.policy import forms
from millrace.registers.cases.models import Case
from millrace.registers.policy import drafting
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Draft
from millrace.stages.apply import facts
from millrace.stages.apply.actions import trying
from millrace.stages.plan import drafts as actions
from millrace.web import asking, commands
from millrace.web import forms as described
from millrace.web.access import entry


@dataclass(frozen=True)
class Looked:
    """What looking at a folder found: its findings, and the policy and the failing worked cases where it can be read."""

    remarks: tuple[Remark, ...]
    policy: Policy | None
    case_count: int = 0
    wrong: tuple[tuple[str, str], ...] = ()


_looked: dict[str, Looked] = {}


def look(draft: Draft) -> Looked:
    """This will lint a draft and run its worked cases, once for the same texts."""
    if draft.sha256 not in _looked:
        if len(_looked) > 8:
            _looked.clear()
        _looked[draft.sha256] = _look({path: text.encode() for path, text in draft.files.items()})
    return _looked[draft.sha256]


def _look(files: Mapping[str, bytes]) -> Looked:
    remarks, whole = lint.looked_at(files)
    if whole is None:
        return Looked(remarks, None)
    worked = [(slug, case) for slug, listed in whole.cases.items() for case in listed]
    wrong = [
        (f"{case.file}:{case.line}", f"{case.title}: {said}") for slug, case in worked for said in cases.run(case, whole.schemes[slug])
    ]
    return Looked(remarks, whole, len(worked), tuple(wrong))


@entry(power="policy")
def listed(request: HttpRequest) -> HttpResponse:
    """This will list the drafts, and begin one."""
    form = forms.BeginForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        begun = actions.begin_draft(told["title"], files=told["folder"], by=request.user, at=request.at)
        return redirect("policy_desk:draft", draft=begun.pk)
    context = {"drafts": drafting.drafts()[:100], "form": form}
    return render(request, "policy/drafts.html", context, status=422 if form.errors else 200)


@entry(power="policy")
def draft(request: HttpRequest, draft: int) -> HttpResponse:
    """This will show one draft: findings, worked cases, what it would change, its texts; and approve or publish it."""
    held = get_object_or_404(Draft.objects.select_related("begun_by", "written_by", "approved_by"), pk=draft)
    form = forms.ApproveForm(request.POST or None, initial={"sha256": held.sha256})
    status = 200
    if request.method == "POST":
        status = 409
        if form.is_valid() and _decided(request, held, form):
            return redirect("policy_desk:draft", draft=held.pk)
    found = look(held)
    context = {
        "draft": held,
        "form": form,
        "found": found,
        "remarks": [(one.weight, one.finding, _address(held, one.finding.file)) for one in found.remarks],
        "is_clean": lint.is_clean(found.remarks),
        "files": [(path, _address(held, path)) for path in sorted(held.files)],
        "differences": _differences(found, request),
        "schemes": [(slug, described.said(one.versions[-1].title)) for slug, one in sorted(found.policy.schemes.items())]
        if found.policy
        else [],
        "crumbs": [(_("Drafts"), reverse("policy_desk:drafts"))],
    }
    return render(request, "policy/draft.html", context, status=status)


def _decided(request: HttpRequest, held: Draft, form: forms.ApproveForm) -> bool:
    """Approve or publish; a refusal is said on the form."""
    day = form.cleaned_data["from_day"]
    who: dict[str, Any] = {"by": request.user, "at": request.at, "command": commands.given(request)}
    try:
        if "publish" in request.POST:
            actions.publish_draft(held, **who)
        else:
            moment = policy.funder().first_moment(day) if day and policy.is_published() else None
            actions.approve_draft(held, sha256=form.cleaned_data["sha256"], effective_at=moment, **who)
    except Refusal as refusal:
        asking.put_on(form, refusal)
        return False
    messages.success(request, _("Published.") if "publish" in request.POST else _("Approved."))
    return True


def _address(held: Draft, path: str) -> str:
    return f"{reverse('policy_desk:draft_text', args=[held.pk])}?path={path}"


def _differences(found: Looked, request: HttpRequest) -> list[dict[str, Any]]:
    """What the draft says that is not published, each scheme with the address of its comparison."""
    if found.policy is None:
        return []
    published = {scheme.slug: scheme for scheme in policy.published_schemes(request.at)}
    language = (translation.get_language() or "en").replace("-", "_")
    told = difference.between(published, found.policy.schemes, language)
    rows = []
    for one in told:
        book = next((version for version in found.policy.schemes.get(one.scheme, _NOTHING).versions if version.id == one.version), None)
        moment = found.policy.funder.first_moment(book.starts.latest) if book else None
        rows.append({"one": one, "moment": moment, "is_compared": one.scheme in published and book is not None})
    return rows


class _NOTHING:
    versions = ()


@entry(power="policy")
def text(request: HttpRequest, draft: int) -> HttpResponse:
    """This will show one file of a draft with the findings beside it, and save it."""
    held = get_object_or_404(Draft, pk=draft)
    path = request.GET.get("path", "")
    form = forms.TextForm(request.POST or None, initial={"text": held.files.get(path, ""), "based_on": held.sha256})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            actions.write_texts(held, {path: told["text"]}, based_on=told["based_on"], by=request.user, at=request.at)
        except Refusal as refusal:
            asking.put_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(_address(held, path))
    context = {
        "draft": held,
        "path": path,
        "form": form,
        "remarks": [(one.weight, one.finding) for one in look(held).remarks if one.finding.file == path],
        "is_open": held.state in (Draft.State.OPEN, Draft.State.APPROVED),
        "crumbs": [(_("Drafts"), reverse("policy_desk:drafts")), (held.title, reverse("policy_desk:draft", args=[held.pk]))],
    }
    return render(request, "policy/draft_text.html", context, status=409 if form.errors else 200)


@entry(power="policy")
def tried(request: HttpRequest, draft: int, slug: str) -> HttpResponse:
    """This will begin a test application under a scheme's last version as a draft says it, and list one's own earlier tests."""
    held = get_object_or_404(Draft, pk=draft)
    whole = look(held).policy
    if whole is None or slug not in whole.schemes:
        raise Refusal.not_found()
    book = whole.schemes[slug].versions[-1]
    title, back = described.said(book.title), reverse("policy_desk:draft", args=[held.pk])
    form = forms.TestForm(request.POST or None, recorded=facts.recorded_facts(book))
    if request.method == "POST" and form.is_valid():
        event = trying.begin_test(
            book, draft=held, stands_for=form.cleaned_data, by=request.user, at=request.at, command=commands.given(request)
        )
        return redirect("apply:draft", reference=event.case.reference)
    own = Case.every.filter(is_test=True, opened_by=request.user, scheme=slug, scheme_version__draft=held).select_related("scheme_version")
    context = {
        "draft": held,
        "form": form,
        "book": book,
        "title": title,
        "rows": [(case, case.scheme_version.sha256 == book.sha256) for case in own.order_by("-pk")[:50]],
        "crumbs": [(_("Drafts"), reverse("policy_desk:drafts")), (held.title, back)],
    }
    return render(request, "policy/tried.html", context, status=422 if form.errors else 200)
