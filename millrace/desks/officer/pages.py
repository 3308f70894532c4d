"""The officer's list of cases, with queues, search, filters, saved views and export — e.g. /desk/queues/screen/?scheme=nifs."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import lifecycle
from millrace.core.access import DRAFT_STATUSES
from millrace.core.refusal import Refusal
from millrace.desks.officer import queues
from millrace.registers.cases.models import Case
from millrace.web import access, counting, schemes, statuses, tables
from millrace.web.access import entry
from millrace.web.tables import Column, Filter, Listing


def _schemes(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return list(schemes.short_titles().items())


def _statuses(request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(code, statuses.in_words(code)) for code in lifecycle.STATUSES if code not in DRAFT_STATUSES]


def _stages(request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [("1", _("Stage 1")), ("2", _("Stage 2"))]


CASES = Listing(
    page="desk",
    caption=word("Cases"),
    columns=(
        Column("reference", word("Case"), "reference", is_sortable=True, url="/cases/{}/", note="title"),
        Column("lead", word("Applicant"), "lead__name"),
        Column("scheme", word("Scheme"), "scheme", "scheme", is_sortable=True),
        Column("status", word("Status"), "status", "status", is_sortable=True, note="status_on"),
        Column("since", word("Since"), "status_on", "day", is_sortable=True, is_in_file_only=True),
        Column("received", word("Received"), "submitted_at", "day", is_sortable=True),
        Column("requested", word("Asked for"), "requested_cents", "money", is_sortable=True, unit_field="unit"),
        Column("approved", word("Approved"), "approved_cents", "money", is_sortable=True, unit_field="unit", is_blank_at_zero=True),
        Column("officer", word("Officer"), "officer__name"),
    ),
    filters=(
        Filter("scheme", word("Scheme"), "scheme", _schemes),
        Filter("status", word("Status"), "status", _statuses),
        Filter("stage", word("Stage"), "stage_number", _stages),
    ),
    order="-submitted_at",
    has_grams=True,
)


@entry(power=("officer", "authority", "policy", "auditor"))
def cases(request: HttpRequest, queue: str = "") -> HttpResponse:
    """This will list the cases one may see; a conflict hides a case from the list, its counts and the file alike."""
    if queue not in queues.QUEUES:
        raise Refusal.not_found()
    visible = Case.objects.filter(access.visible_submitted(request.actor, request.at))
    rows = queues.narrowed(visible, queue, request.user)
    counted = {} if tables.is_file_asked(request) else queues.counts(visible, request.user)
    tabs = [
        (code, _(title), f"/desk/queues/{code}/" if code else "/desk/", counting.shown(counted.get(code)))
        for code, title in queues.QUEUES.items()
    ]
    context = {"tabs": tabs, "queue": queue, "title": _(queues.QUEUES[queue])}
    return CASES.answer(request, rows, "officer_desk/cases.html", context, count=counted.get(queue))
