"""What waits for an officer in cases in force: claims to rule and evidence to verify — e.g. /desk/evidence/?scheme=nifs, oldest first."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.registers.cases.models import Case
from millrace.registers.facilities.models import Booking
from millrace.stages.deliver.models import Claim, Evidence
from millrace.web import access, schemes, tables, words
from millrace.web.access import entry
from millrace.web.tables import Column, Filter, Listing

FORMS = {"cash": word("In cash"), "in_kind": word("In kind")}


def _choices(labels: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, _(text)) for code, text in labels.items()]


def _schemes_of(model: type[Claim] | type[Evidence], state: str) -> Any:
    def known(_request: HttpRequest) -> Sequence[tuple[str, str]]:
        found = model._default_manager.filter(state=state).order_by("case__scheme").values_list("case__scheme", flat=True).distinct()
        return [(slug, schemes.short_title(slug)) for slug in found]

    return known


def _purposes(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(value, str(label)) for value, label in Evidence.Purpose.choices]


def _mine(request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(str(request.user.pk), _("Mine"))]


CASE = Column("case", word("Case"), "case__reference", url="/cases/{}/?show=delivery", note="case__lead__name", is_sortable=True)
OFFICER = Column("officer", word("Officer"), "case__officer__name")
OF_ME = Filter("officer", word("Officer"), "case__officer", _mine)

CLAIMS = Listing(
    page="claims-to-rule",
    caption=word("Claims to rule"),
    columns=(
        CASE,
        Column("claim", word("Claim"), "number", "count"),
        Column("submitted", word("Submitted"), "submitted_at", "moment", is_sortable=True),
        Column("claimed", word("Claimed"), "claimed_cents", "money", unit_field="unit", is_sortable=True),
        Column("lines", word("Lines"), "line_count", "count"),
        Column("open", word("Lines to rule"), "open_count", "count", is_sortable=True),
        OFFICER,
    ),
    filters=(Filter("scheme", word("Scheme"), "case__scheme", _schemes_of(Claim, "submitted")), OF_ME),
    order="submitted_at",
    search_fields=("case__reference", "case__lead__name", "case__lead__name_zh"),
)

EVIDENCE = Listing(
    page="evidence-to-verify",
    caption=word("Evidence to verify"),
    columns=(
        CASE,
        Column("number", word("Evidence"), "number", "count"),
        Column("purpose", word("Of what"), "purpose", "choice", labels=dict(Evidence.Purpose.choices)),
        Column("form", word("In cash or in kind"), "form", "choice", labels=FORMS),
        Column("amount", word("Amount"), "amount_cents", "money", unit_field="unit", is_sortable=True),
        Column("recorded", word("Recorded"), "recorded_at", "moment", is_sortable=True),
        OFFICER,
    ),
    filters=(
        Filter("purpose", word("Of what"), "purpose", _purposes),
        Filter("scheme", word("Scheme"), "case__scheme", _schemes_of(Evidence, "recorded")),
        OF_ME,
    ),
    order="recorded_at",
    search_fields=("case__reference", "case__lead__name", "case__lead__name_zh"),
)


BOOKINGS = Listing(
    page="bookings-to-answer",
    caption=word("Bookings"),
    columns=(
        Column("case", word("Case"), "allocation__case__reference", url="/cases/{}/hours/", note="allocation__case__lead__name"),
        Column("number", word("Booking"), "number", "count"),
        Column("facility", word("Facility"), "facility"),
        Column("state", word("State"), "state", "choice", labels=dict(Booking.State.choices)),
        Column("from", word("From"), "starts_at", "moment", is_sortable=True),
        Column("until", word("Until"), "ends_at", "moment"),
        Column("counts", word("Counts as"), "hours", "money", unit_field="unit"),
    ),
    filters=(Filter("state", word("State"), "state", lambda _request: _waiting_states()),),
    order="starts_at",
    search_fields=("allocation__case__reference", "allocation__case__lead__name", "allocation__case__lead__name_zh"),
)


def _waiting_states() -> Sequence[tuple[str, str]]:
    return [(state.value, str(state.label)) for state in (Booking.State.ASKED, Booking.State.CONFIRMED)]


def bookings_waiting(request: HttpRequest) -> QuerySet[Booking]:
    """This will give the bookings to confirm, and those confirmed whose use is still to be recorded."""
    language = str(request.LANGUAGE_CODE).lower().replace("-", "_")
    named = Booking.objects.annotate(unit=F("resource__unit"), facility=KeyTextTransform(language, "resource__names"))
    waiting = Q(state=Booking.State.ASKED) | Q(state=Booking.State.CONFIRMED, starts_at__lte=request.at)
    return named.filter(waiting, allocation__case__in=_visible(request))


def claims_waiting(request: HttpRequest) -> QuerySet[Claim]:
    """This will give the claims handed in whose case the reader may see, those with lines still to rule."""
    counted = Claim.objects.annotate(line_count=Count("lines"), open_count=Count("lines", filter=Q(lines__ruled_by__isnull=True)))
    return counted.filter(state=Claim.State.SUBMITTED, open_count__gt=0, case__in=_visible(request))


def evidence_waiting(request: HttpRequest) -> QuerySet[Evidence]:
    """This will give the evidence nobody has found on yet; who recorded it does not verify it."""
    waiting = Evidence.objects.filter(state=Evidence.State.RECORDED, case__in=_visible(request))
    return waiting.exclude(recorded_by=request.user)


def _visible(request: HttpRequest) -> QuerySet[Case]:
    return Case.objects.filter(access.visible(request.actor, request.user.pk, request.at, "verify_evidence"))


def _counted(rows: QuerySet[Any]) -> str:
    """How many wait: exact to 1,000, as the list itself says it."""
    found = rows.order_by()[: tables.COUNTED + 1].count()
    return f"{words.count(tables.COUNTED)}+" if found > tables.COUNTED else words.count(found)


def tabs(request: HttpRequest) -> list[tuple[str, ...]]:
    """This will name the worklists of cases in force, claims and evidence with how many wait; an authority has the changes alone."""
    if "officer" not in request.actor.powers:
        return [("changes", _("Changes to decide"), "/desk/changes/")]
    return [
        ("claims", _("Claims to rule"), "/desk/claims/", _counted(claims_waiting(request))),
        ("evidence", _("Evidence to verify"), "/desk/evidence/", _counted(evidence_waiting(request))),
        ("bookings", _("Bookings"), "/desk/bookings/"),
        ("changes", _("Changes to decide"), "/desk/changes/"),
        ("reports", _("Reports due"), "/desk/changes/reports/"),
        ("visits", _("Visits planned"), "/desk/changes/visits/"),
        ("findings", _("Findings to clear"), "/desk/changes/findings/"),
    ]


@entry(power="officer")
def claims(request: HttpRequest) -> HttpResponse:
    """This will list the claims that wait for an officer's rulings, oldest first."""
    context = {"title": _("Claims to rule"), "tab": "claims", "tabs": tabs(request)}
    return CLAIMS.answer(request, claims_waiting(request), "deliver/worklist.html", context)


@entry(power="officer")
def evidence(request: HttpRequest) -> HttpResponse:
    """This will list the evidence that waits for a finding, oldest first."""
    context = {"title": _("Evidence to verify"), "tab": "evidence", "tabs": tabs(request)}
    return EVIDENCE.answer(request, evidence_waiting(request), "deliver/worklist.html", context)


@entry(power="officer")
def bookings(request: HttpRequest) -> HttpResponse:
    """This will list the bookings to answer and those whose use is to be recorded, earliest first."""
    context = {"title": _("Bookings"), "tab": "bookings", "tabs": tabs(request)}
    return BOOKINGS.answer(request, bookings_waiting(request), "deliver/worklist.html", context)
