"""What the finance desk's lists show and may be narrowed by — e.g. payment runs by state and year."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.desks.finance import narrowing
from millrace.desks.finance.blocked import Block
from millrace.stages.deliver.models import PaymentRun
from millrace.web import words
from millrace.web.tables import Column, Filter, Listing

CLAIM_STATES = {"submitted": word("Being checked"), "decided": word("Decided")}
RUN_STATES = {
    "ordered": word("To be checked"),
    "checked": word("Sent to the bank"),
    "settled": word("Answered by the bank"),
    "cancelled": word("Cancelled"),
}


def _choices(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, _(text)) for code, text in words.items()]


def _claim_states(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return _choices(CLAIM_STATES)


def _run_states(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return _choices(RUN_STATES)


def _years(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    known = PaymentRun.objects.order_by("-financial_year").values_list("financial_year", flat=True).distinct()
    return [(year, year) for year in known]


OF_CASES = (
    Filter("scheme", word("Scheme"), "case__scheme", narrowing.scheme_choices),
    narrowing.by_fund(word("Fund")),
    Filter("officer", word("Case officer"), "case__officer", narrowing.officer_choices),
)

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
    filters=(
        Filter("state", word("State"), "state", _claim_states),
        *OF_CASES,
        narrowing.by_year(word("Submitted in the financial year"), "submitted_at"),
    ),
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
    filters=(*OF_CASES, narrowing.by_year(word("Released in the financial year"), "released_at")),
    order="-released_at",
    search_fields=("case__reference", "case__lead__name", "case__lead__name_zh"),
)

# The rows of `releasing.every_instalment`, for the CSV file of what to release.
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


def to_release_body(rows: Iterable[Mapping[str, Any]], *, may_release: bool) -> SafeString:
    """This will write the rows of the page of what to release. Without templates: it has hundreds of cells."""
    said = {
        "instalment": escape(_("Instalment")),
        "left": escape(_("Not yet released")),
        "today": escape(_("Today")),
        "blocks": escape(_("What blocks it")),
        "release": escape(_("Release")),
        "resized": f'<span class="tag warn">{escape(_("Re-sized"))}</span>',
    }
    return SafeString("".join(_to_release(row, said, may_release=may_release) for row in rows))


def _to_release(one: Mapping[str, Any], said: Mapping[str, str], *, may_release: bool) -> str:
    reference, today = escape(one["case"].reference), "—"
    lead = f'<span class="soft small">{escape(str(one["case"].lead))}</span>'
    if one["release_cents"]:
        today = escape(words.amount(one["release_cents"], one["unit"]))
        if may_release and not one["is_held"]:
            address = reverse("deliver:release", args=[one["case"].reference, one["number"]])
            today = f'<a href="{address}">{today}<span class="away"> {said["release"]}</span></a>'
        if one["is_resized"]:
            today = f"{today}<br>{said['resized']}"
    return (
        f'\n<tr><th scope="row"><a href="/cases/{reference}/">{reference}</a><br>{lead}</th>'
        f'<td data-label="{said["instalment"]}">{one["number"]} · {escape(one["basis"])}</td>'
        f'<td data-label="{said["left"]}" class="num">{escape(words.amount(one["left_cents"], one["unit"]))}</td>'
        f'<td data-label="{said["today"]}" class="num">{today}</td>'
        f'<td data-label="{said["blocks"]}">{"<br>".join(_block(block) for block in one["blocks"])}</td></tr>'
    )


def _block(block: Block) -> str:
    """A reason, leading to where it is dealt with."""
    return f'<a class="words" href="{escape(block.address)}">{escape(block.words)}</a>' if block.address else escape(block.words)
