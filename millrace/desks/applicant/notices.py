"""A person's inbox: what was told and sent to them, newest first — e.g. "Offer issued" of NIFS-7KQ2-M4XD, with its letter.

Opening a line marks it read and leads on; a page that is only looked at changes nothing.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millrace.core.refusal import Refusal
from millrace.registers.messages import actions as messages
from millrace.registers.messages import queries
from millrace.registers.messages.models import Notice
from millrace.web import access, funder, sentences
from millrace.web.access import entry

PER_PAGE = 50
DEEPEST_PAGE = 200
# The tab of a case's page on which what happened is shown, by the first word of its kind; the first tab for what is not named here.
TABS = {
    **dict.fromkeys(("question", "information"), "thread"),
    **dict.fromkeys(("milestone", "evidence", "claim", "line"), "delivery"),
    **dict.fromkeys(("change", "suspension", "report", "inspection"), "changes"),
    **dict.fromkeys(("advance", "instalment", "payment", "receivable", "recovery", "receipt", "refund", "release"), "money"),
}


@entry("signed_in")
def notices(request: HttpRequest) -> HttpResponse:
    """This will list what was told to the reader; what concerns a case they are in conflict with is not there."""
    typed = request.GET.get("page", "1")
    number = min(max(int(typed), 1), DEEPEST_PAGE) if typed.isascii() and typed.isdigit() else 1
    start = (number - 1) * PER_PAGE
    rows = queries.notices_of(request.user, at=request.at)
    is_unread_only = "unread" in request.GET
    if is_unread_only:
        rows = rows.filter(read_at=None)
    found = list(rows[start : start + PER_PAGE + 1])
    zone = funder.current().zone
    context = {
        "rows": [{"notice": row, "sentence": sentences.sentence(row.event, zone)} for row in found[:PER_PAGE]],
        "number": number,
        "has_next": len(found) > PER_PAGE and number < DEEPEST_PAGE,
        "is_unread_only": is_unread_only,
        "desk": bool(request.actor.powers),
        "crumbs": [] if request.actor.powers else [(_("My applications"), "/home/")],
    }
    return render(request, "applicant_desk/notices.html", context)


@require_POST
@entry("signed_in")
def open_notice(request: HttpRequest, notice: int) -> HttpResponse:
    """This will mark one notice read and lead to its letter, its case or wherever it is about."""
    found = queries.notices_of(request.user, at=request.at).filter(pk=notice).first()
    if found is None:
        raise Refusal.not_found()
    messages.mark_read([found], at=request.at)
    return redirect(_leads_to(request, found))


def _leads_to(request: HttpRequest, notice: Notice) -> str:
    """Where the reader may go from a notice: nobody is led to what they may not see, as after leaving a case."""
    case = notice.case
    if case is None:
        return "/me/"
    decided = access.may(request.actor, request.user, "read_award" if notice.letter_id else "read_case", case, request.at)
    if not decided.allowed:
        if access.may(request.actor, request.user, "meter_hours", case, request.at).allowed:
            return "/facilities/"
        asked = access.may(request.actor, request.user, "declare_interest", case, request.at)
        return f"/cases/{case.reference}/interest/" if asked.allowed else "/home/notices/"
    if notice.letter_id:
        return f"/cases/{case.reference}/letters/{notice.letter_id}/"
    tab = TABS.get(notice.event.kind.split("_")[0], "")
    return f"/cases/{case.reference}/" + (f"?show={tab}" if tab else "")


@require_POST
@entry("signed_in")
def read_all(request: HttpRequest) -> HttpResponse:
    """This will mark everything read."""
    unread = queries.notices_of(request.user, at=request.at).filter(read_at=None)
    messages.mark_read(list(unread), at=request.at)
    return redirect("applicant_desk:notices")
