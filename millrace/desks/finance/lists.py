"""What the finance desk's lists show and may be narrowed by — e.g. payment runs by state and year."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.stages.deliver.models import PaymentRun
from millrace.web import schemes
from millrace.web.tables import Column, Filter, Listing

CLAIM_STATES = {"submitted": word("Being checked"), "decided": word("Decided")}
RUN_STATES = {
    "ordered": word("To be checked"),
    "checked": word("Sent to the bank"),
    "settled": word("Paid"),
    "cancelled": word("Cancelled"),
}


def _choices(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, _(text)) for code, text in words.items()]


def _claim_states(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return _choices(CLAIM_STATES)


def _run_states(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return _choices(RUN_STATES)


def _schemes(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return list(schemes.short_titles().items())


def _years(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    known = PaymentRun.objects.order_by("-financial_year").values_list("financial_year", flat=True).distinct()
    return [(year, year) for year in known]


CLAIMS = Listing(
    page="finance-claims",
    caption=word("Claims"),
    columns=(
        Column("case", word("Case"), "case__reference", url="/cases/{}/?show=delivery", note="case__lead__name", is_sortable=True),
        Column("claim", word("Claim"), "number", "count"),
        Column("scheme", word("Scheme"), "case__scheme", "scheme", is_sortable=True),
        Column("state", word("State"), "state", "choice", labels=CLAIM_STATES),
        Column("submitted", word("Submitted"), "submitted_at", "moment", is_sortable=True),
        Column("claimed", word("Claimed"), "claimed_cents", "money", unit_field="unit", is_sortable=True),
        Column("allowed", word("Allowed"), "allowed_cents", "money", unit_field="unit", is_sortable=True),
        Column("payable", word("Payable"), "payable_cents", "money", unit_field="unit", is_sortable=True),
    ),
    filters=(Filter("state", word("State"), "state", _claim_states), Filter("scheme", word("Scheme"), "case__scheme", _schemes)),
    order="-submitted_at",
    search_fields=("case__reference", "case__lead__name", "case__lead__name_zh"),
)

RUNS = Listing(
    page="finance-runs",
    caption=word("Payment runs"),
    columns=(
        Column("run", word("Run"), "reference", url="/finance/runs/{}/"),
        Column("state", word("State"), "state", "choice", labels=RUN_STATES),
        Column("year", word("Financial year"), "financial_year", is_sortable=True),
        Column("pay_on", word("Pay on"), "pay_on", "day", is_sortable=True),
        Column("count", word("Payments"), "payment_count", "count", is_sortable=True),
        Column("total", word("Total"), "total_cents", "money", unit_field="unit", is_sortable=True),
        Column("maker", word("Ordered by"), "ordered_by__name"),
        Column("checker", word("Checked by"), "checked_by__name"),
    ),
    filters=(Filter("state", word("State"), "state", _run_states), Filter("year", word("Financial year"), "financial_year", _years)),
    order="-ordered_at",
    search_fields=("reference", "ordered_by__name", "payments__case__reference"),
)

RELEASES = Listing(
    page="finance-releases",
    caption=word("Releases"),
    columns=(
        Column("case", word("Case"), "case__reference", url="/cases/{}/?show=money", note="case__lead__name", is_sortable=True),
        Column("scheme", word("Scheme"), "case__scheme", "scheme", is_sortable=True),
        Column("instalment", word("Instalment"), "instalment", "count"),
        Column("released", word("Released"), "released_at", "moment", is_sortable=True),
        Column("amount", word("Amount"), "amount_cents", "money", unit_field="unit", is_sortable=True),
        Column("matching", word("Matching money used"), "matching_cents", "money", unit_field="unit"),
        Column("by", word("Released by"), "released_by__name"),
    ),
    filters=(Filter("scheme", word("Scheme"), "case__scheme", _schemes),),
    order="-released_at",
    search_fields=("case__reference", "case__lead__name", "case__lead__name_zh"),
)

# The rows of `queries.every_instalment`, for the CSV file of what to release.
TO_RELEASE = (
    Column("case", word("Case"), "case"),
    Column("lead", word("Organisation"), "lead"),
    Column("scheme", word("Scheme"), "scheme"),
    Column("instalment", word("Instalment"), "number", "count"),
    Column("planned", word("Planned"), "planned_cents", "money", unit_field="unit"),
    Column("left", word("Not yet released"), "left_cents", "money", unit_field="unit"),
    Column("today", word("Today"), "release_cents", "money", unit_field="unit"),
    Column("blocks", word("What blocks it"), "blocks"),
)
