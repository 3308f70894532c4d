"""Checking, signing, the receipt, and withdrawing — e.g. the receipt of NIFS-7KQ2-M4XD with its SHA-256, to keep and check later."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millrace.core.refusal import Refusal
from millrace.stages.apply import forms, preview, queries, ready, receipts, terms
from millrace.stages.apply.actions import submission
from millrace.stages.apply.models import Submission
from millrace.stages.apply.pages.drafts import frame, gathered_or_case
from millrace.web import commands
from millrace.web import forms as described
from millrace.web.access import entry


@entry(case="read_application")
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show every answer in words, what is still missing, and what the rules make of it."""
    gathered = gathered_or_case(request)
    return gathered if isinstance(gathered, HttpResponse) else render(request, "apply/check.html", _whole(gathered))


def _whole(gathered: ready.Gathered) -> dict[str, object]:
    book = gathered.held.book
    answers, case = gathered.saved.as_typed(), gathered.case
    problems = gathered.problems(book)
    sections = [
        {
            "title": described.said(section.title),
            "url": reverse("apply:section", args=[case.reference, section.id]),
            "rows": described.in_words(book.form, section, answers),
        }
        for section in queries.sections_for(book.form, "applicant")
    ]
    return frame(gathered) | {
        "sections": sections,
        "problems": [
            (f"{reverse('apply:section', args=[case.reference, problem.section])}#id_{problem.question}_field", problem.sentence)
            for problem in problems
            if problem.part is None
        ],
        "documents": gathered.documents,
        "parts": gathered.parts,
        "waiting": [part for part in gathered.parts if part.confirmed_at is None],
        "is_ready": not problems and all(part.confirmed_at for part in gathered.parts) and gathered.is_under_rules_in_force,
        "previews": preview.of_draft(gathered),
        "lead": case.lead,
    }


@require_POST
@entry(case="edit_draft")
def request_sign_off(request: HttpRequest, reference: str) -> HttpResponse:
    """This will send the draft to the organisation's authorised person."""
    submission.request_sign_off(request.case, by=request.user, at=request.at, command=commands.of(request))
    messages.success(request, _("Sent to your authorised person to sign. It can still be changed until they do."))
    return redirect("case_desk:case", reference=reference)


@entry(case="sign_off")
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show the authorised person the whole application, and take their signature: it is then submitted."""
    form = forms.SignForm(request.POST or None)
    if request.method == "POST" and "hand_back" in request.POST:
        submission.return_to_draft(request.case, by=request.user, at=request.at, command=commands.of(request))
        return redirect("case_desk:case", reference=reference)
    if request.method == "POST" and form.is_valid():
        submission.submit_application(request.case, by=request.user, at=request.at, command=commands.of(request))
        return redirect("apply:receipt", reference=reference)
    gathered = gathered_or_case(request)
    if isinstance(gathered, HttpResponse):
        return gathered
    return render(request, "apply/sign.html", _whole(gathered) | {"form": form}, status=422 if form.errors else 200)


def _submission(request: HttpRequest) -> Submission:
    found = queries.last_submission(request.case)
    if found is None:
        raise Refusal.not_found()
    return found


@entry(case="read_application")
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show the receipt: the server's time, the reference and the hash of what was received."""
    found = _submission(request)
    crumbs = [(_("My applications"), "/home/"), (request.case.title or reference, reverse("case_desk:case", args=[reference]))]
    context = {"case": request.case, "submission": found, "rows": receipts.rows(found, request.case), "crumbs": crumbs}
    return render(request, "apply/receipt.html", context)


@entry(case="read_application")
def receipt_file(request: HttpRequest, reference: str) -> HttpResponse:
    """This will give the receipt as a text file to keep."""
    found = _submission(request)
    response = HttpResponse(receipts.as_text(found, request.case), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.receipt}.txt"'
    return response


@entry(case="read_application")
def submission_file(request: HttpRequest, reference: str) -> HttpResponse:
    """This will give exactly the bytes that were hashed; anyone can work out the SHA-256 again."""
    found = _submission(request)
    response = HttpResponse(found.text.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{reference}.json"'
    return response


@entry("public")
def check_receipt(request: HttpRequest) -> HttpResponse:
    """This will say whether a reference and a hash belong to a receipt that was given, and nothing else about it."""
    form = forms.ReceiptForm(request.GET or None)
    found, is_asked = None, False
    if form.is_bound and form.is_valid():
        is_asked = True
        found = queries.receipt_for(form.cleaned_data["reference"], form.cleaned_data["sha256"])
    return render(request, "apply/check_receipt.html", {"form": form, "found": found, "is_asked": is_asked})


@entry(case="withdraw")
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """This will ask once more, and withdraw the application."""
    if request.method == "POST":
        submission.withdraw_application(request.case, by=request.user, at=request.at, command=commands.of(request))
        messages.success(request, _("The application was withdrawn."))
        return redirect("case_desk:case", reference=reference)
    return render(request, "apply/withdraw.html", {"case": request.case, "back": reverse("case_desk:case", args=[reference])})


@entry(case="screen")
def choose_reading(request: HttpRequest, reference: str) -> HttpResponse:
    """This will take an officer's choice where the day a version began is in doubt."""
    kept = list(request.case.verdicts.filter(purpose="submission").select_related("scheme_version").order_by("id"))
    if not _submission(request).is_in_doubt:
        return redirect("case_desk:case", reference=reference)
    if request.method == "POST":
        chosen = request.POST.get("version", "")
        version = int(chosen) if chosen.isascii() and chosen.isdigit() else 0
        submission.choose_reading(request.case, version_id=version, by=request.user, at=request.at, command=commands.of(request))
        messages.success(request, _("The reading is recorded."))
        return redirect("case_desk:case", reference=reference)
    readings = [(row.scheme_version_id, preview.of_stored(row.verdict, terms.of_row(row.scheme_version))) for row in kept]
    return render(request, "apply/reading.html", {"case": request.case, "readings": readings})
