"""The assessor's desk: proposals to declare on, reviews to write, papers to read, and what is done — e.g. /reviews/queues/review/.

A case in which the reader declared a conflict is not here in any form, nor counted.
"""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.desks.assessor import queues
from millrace.stages.assess.models import Assignment
from millrace.web import counting, schemes, tables
from millrace.web.access import entry
from millrace.web.tables import Column, Filter, Listing

ROLES = {code: str(label) for code, label in ((role.value, role._label_) for role in Assignment.Role)}


def _schemes(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return list(schemes.short_titles().items())


def _roles(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(code, _(label)) for code, label in ROLES.items()]


REVIEWS = Listing(
    page="reviews",
    caption=word("My reviews"),
    columns=(
        Column("case", word("Case"), "case__reference", note="case__title", is_sortable=True),
        Column("applicant", word("Applicant"), "case__lead__name"),
        Column("scheme", word("Scheme"), "case__scheme", "scheme", is_sortable=True),
        Column("role", word("Role"), "role", "choice", labels=ROLES),
        Column("due", word("Due on"), "due_on", "day", is_sortable=True),
        Column("next", word("Next step"), "step", "choice", labels=queues.STEPS, url="{}", url_field="address"),
    ),
    filters=(
        Filter("scheme", word("Scheme"), "case__scheme", _schemes),
        Filter("role", word("Role"), "role", _roles),
    ),
    order="due_on",
    has_grams=True,
    grams_of="case__",
    adds=queues.with_step,
)


@entry(power=("assessor", "committee"))
def reviews(request: HttpRequest, queue: str = "") -> HttpResponse:
    """This will list what the reader was asked, by what is to be done next."""
    if queue not in queues.QUEUES:
        raise Refusal.not_found()
    asked = queues.asked(request.user, request.at)
    counted = {} if tables.is_file_asked(request) else queues.counts(asked)
    tabs = [
        (code, _(title), f"/reviews/queues/{code}/" if code else "/reviews/", counting.shown(counted.get(code)))
        for code, title in queues.QUEUES.items()
    ]
    rows = queues.narrowed(asked, queue)
    context = {"tabs": tabs, "queue": queue, "is_empty": not any(counted.values())}
    return REVIEWS.answer(request, rows, "assessor_desk/reviews.html", context, count=counted.get(queue))
