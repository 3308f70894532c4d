"""Says no in one place — e.g. a late submission becomes a page, a fragment for htmx, or an RFC 9457 problem document.

Also the pages for what is not there, not allowed, too often or broken, each in the reader's language, and the sentences for
the database's own constraints, so that a race lost at the last moment still answers in words.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.web import funder, words

NOT_FOUND = Refusal.not_found()
NOTHING_HERE = word("There is nothing at this address.")  # what core says, said here so that it is translated
ALREADY = word("This was already done, by you or someone else, a moment ago.")
LOOK = word("Look at the page again: it shows what stands now.")

# What a lost race or a repeated click says, by the name of the constraint that caught it.
CONSTRAINTS: dict[str, Refusal] = {
    "event_command_once": Refusal("already-done", what=ALREADY, next_step=LOOK),
    "idempotency_key_once": Refusal("already-done", what=ALREADY, next_step=LOOK),
    "party_once": Refusal("party-already", what=word("This organisation already has that part in the case."), next_step=LOOK),
    "standing_once": Refusal("standing-already", what=word("This person already stands so to the case."), next_step=LOOK),
    "membership_once": Refusal("membership-already", what=word("This person may already do that for the organisation."), next_step=LOOK),
    "power_once": Refusal("power-already", what=word("This person already holds that power."), next_step=LOOK),
    "organisation_registered_once": Refusal(
        "organisation-registered",
        what=word("An organisation with this registration number is registered already."),
        next_step=word("Ask its administrator to add you; an organisation is registered once."),
        field="registration_number",
    ),
    "saved_view_once": Refusal(
        "view-named-already", what=word("You have a view of this name."), next_step=word("Choose another name."), field="name"
    ),
    "evidence_used_once": Refusal(
        "evidence-used",
        what=word("This payment has already been recorded as evidence."),
        why=word("The same payment counts once."),
        next_step=LOOK,
        field="invoice",
    ),
    "payment_of_a_release_once": Refusal("already-in-a-run", what=word("A release is paid once."), next_step=LOOK),
    "payee_account_one_live": Refusal("already-done", what=ALREADY, next_step=LOOK),
    "refund_banked_once": Refusal(
        "receipt-recorded", what=word("Money with this bank reference is already recorded."), field="bank_reference", next_step=LOOK
    ),
    "balance_not_negative": Refusal(
        "balance-overdrawn", what=word("There is not enough money left for this."), next_step=word("Look at the envelope and ask for less.")
    ),
}
UNAVAILABLE = Refusal(
    "unavailable",
    what=word("The records cannot be reached just now. Nothing was changed by this click."),
    next_step=word("Wait a minute and try again."),
    status=503,
)
FORGED = Refusal(
    "form-expired",
    what=word("This form was open too long, or its cookie is missing, so it was not accepted."),
    why=word("Each form carries a mark that proves it came from you."),
    next_step=word("Go back, load the page again and send it once more; what you typed is still in the form."),
    status=403,
)
TOO_OFTEN = Refusal(
    "too-many-attempts",
    what=word("There were too many failed attempts to sign in."),
    why=word("The account is closed to further attempts for 15 minutes, to keep others out."),
    next_step=word("Wait, then try again or ask for a sign-in code by e-mail."),
    status=429,
)
NOT_ALLOWED = Refusal("not-allowed", what=word("This may not be done here."), next_step=LOOK, status=403)
MALFORMED = Refusal("malformed-request", what=word("The request could not be read."), next_step=word("Go back and try again."), status=400)


class RefusalMiddleware:
    """Turns a Refusal, a broken constraint or a lost database into an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refusal = as_refusal(exception)
        return answer(request, refusal) if refusal else None


def as_refusal(exception: Exception) -> Refusal | None:
    """This will read an exception as a refusal, or return None for a fault of ours."""
    if isinstance(exception, Refusal):
        return exception
    if isinstance(exception, IntegrityError):
        return CONSTRAINTS.get(constraint_of(exception))
    return UNAVAILABLE if isinstance(exception, OperationalError) else None


def constraint_of(exception: BaseException) -> str:
    """This will name the constraint a database error speaks of."""
    diagnosis = getattr(exception.__cause__, "diag", None)
    return str(getattr(diagnosis, "constraint_name", "") or "")


def said(sentence: str, values: dict[str, Any]) -> str:
    """This will put a msgid into the reader's language and fill its places."""
    if not sentence:
        return ""
    return _(sentence) % {name: shown(name, value, values) for name, value in values.items()}


def shown(name: str, value: Any, values: dict[str, Any]) -> str:
    """This will write one value: cents as money, days and moments in words, anything else as it is."""
    if isinstance(value, datetime):
        return words.moment(value, funder.current().zone)
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, int) and name.endswith("_cents"):
        return words.amount(value, str(values.get("unit", "")))
    return str(value)


def in_words(refusal: Refusal) -> dict[str, Any]:
    """This will word a refusal for a template: what, why, next_step and clause."""
    sentences = {name: said(getattr(refusal, name), refusal.values) for name in ("what", "why", "next_step")}
    return {**sentences, "clause": refusal.clause, "code": refusal.code, "field": refusal.field, "status": refusal.status}


def problem(refusal: Refusal) -> dict[str, Any]:
    """This will make the RFC 9457 document of a refusal; its type is stable and its figures are given as data too."""
    worded = in_words(refusal)
    document = {
        "type": f"urn:millrace:refusal:{refusal.code}",
        "title": worded["what"],
        "status": refusal.status,
        "detail": " ".join(filter(None, [worded["why"], worded["next_step"]])),
        "code": refusal.code,
        "field": refusal.field,
        "clause": refusal.clause,
        "values": refusal.values,
    }
    return {name: value for name, value in document.items() if value not in ("", {})}


def wants_problem(request: HttpRequest) -> bool:
    """This will say whether a program asks: under /api/, or by accepting JSON and not HTML."""
    accepts = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("json" in accepts and "html" not in accepts)


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """This will answer a refusal in the form the asker understands."""
    if wants_problem(request):
        return JsonResponse(problem(refusal), status=refusal.status, content_type="application/problem+json")
    context = {"refusal": in_words(refusal)}
    if getattr(request, "htmx", False):
        response = render(request, "web/parts/refusal.html", context, status=refusal.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#notices", "innerHTML show:#notices:top"
        return response
    return render(request, "web/refusal.html", context, status=refusal.status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This will answer for an address where nothing is."""
    return answer(request, NOT_FOUND)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This will answer for what may not be done."""
    return answer(request, NOT_ALLOWED)


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This will answer a request that cannot be read."""
    return answer(request, MALFORMED)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """This will answer a form without its mark."""
    return answer(request, FORGED)


def locked_out(request: HttpRequest, *_response: Any, **_credentials: Any) -> HttpResponse:
    """This will answer one who failed to sign in too often."""
    return answer(request, TOO_OFTEN)


def broken(request: HttpRequest) -> HttpResponse:
    """This will answer when the fault is ours, on a page that asks nothing of the database."""
    fault = Refusal(
        "fault",
        what=word("Something went wrong on our side."),
        why=word("Nothing you did caused it, and what was acknowledged before is kept."),
        next_step=word("Try again in a minute. If it happens again, tell us the time and the address of this page."),
        status=500,
    )
    if wants_problem(request):
        return JsonResponse(problem(fault), status=500, content_type="application/problem+json")
    return HttpResponse(render_to_string("web/broken.html", {"refusal": in_words(fault), "html_lang": words.tag()}), status=500)
