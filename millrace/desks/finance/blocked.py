"""What holds single instalments back, and where each is freed — e.g. an overdue report of RAISE-7KQ2-M4XD, at the page of that report.

What stands against an instalment is kept beside the timeline (`deliver.keeping`): here it is narrowed by, counted and put into words. What
only the day decides (a report overdue, a finding not cleared) is asked of the days kept with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import delegation
from millrace.stages.award.models import ReportDue
from millrace.stages.deliver import queries as deliver
from millrace.stages.deliver.models import Claim, OpenInstalment, Report
from millrace.stages.deliver.models.reports import HANDED_IN

ABOVE_LIMIT = "above_your_limit"
READY = "ready"
SHORT_OF_MATCHING = "matching_short"
# What a list may be narrowed by, in a few words: what may be released, what less may be released of than planned, what is blocked.
SHORT = {
    READY: word("May be released"),
    SHORT_OF_MATCHING: word("Re-sized: matching money"),
    "suspended": word("Suspended"),
    "account_not_verified": word("Payee account"),
    "report_overdue": word("Report overdue"),
    "finding_open": word("Finding of a visit"),
    "stage_not_open": word("Stage not opened"),
    "milestones_not_accepted": word("Milestone"),
    "claim_undecided": word("Claim undecided"),
    "nothing_payable": word("Nothing earned"),
    "no_verified_matching": word("Matching money"),
    "nothing_committed": word("Nothing committed"),
    "advance_not_asked": word("Advance not asked for"),
    "advance_to_clear": word("Advance to clear"),
}


@dataclass(frozen=True)
class Block:
    """One reason why nothing is released, and the page where it is dealt with (none for the reader's own limit)."""

    code: str
    words: str
    address: str


def holds(code: str, today: date) -> Q:
    """This will be the open instalments that a code stands against today; `is_of` says the same of one that was read."""
    if code == "report_overdue":
        return Q(report_from__lte=today)
    if code == "finding_open":
        return Q(finding_from__lte=today)
    if code in (READY, SHORT_OF_MATCHING):
        in_time = (Q(report_from=None) | Q(report_from__gt=today)) & (Q(finding_from=None) | Q(finding_from__gt=today))
        found = Q(release_cents__gt=0) & in_time
        return found if code == READY else found & Q(limited_by="matching_carries")
    return Q(blocks__contains=[code])


def is_of(row: OpenInstalment, code: str, today: date) -> bool:
    """This will say of one row what `holds` asks of many."""
    found = row.blocks_on(today)
    if code in (READY, SHORT_OF_MATCHING):
        return not found and (code == READY or row.limited_by == "matching_carries")
    return code in found


def with_numbers(rows: QuerySet[Any], case: str) -> QuerySet[Any]:
    """This will bring each row's undecided claims and missing reports, so that a block can lead to them; `case` names its case."""
    of_case = {"case": OuterRef(case)}
    handed_in = Report.objects.filter(case=OuterRef("case"), number=OuterRef("number"), state__in=HANDED_IN)
    undecided = Claim.objects.filter(state=Claim.State.SUBMITTED, **of_case)
    missing = ReportDue.objects.filter(~Exists(handed_in), **of_case)
    return rows.annotate(
        undecided=ArraySubquery(undecided.order_by("number").values("number")),
        missing=ArraySubquery(missing.order_by("due_on", "number").values("number")),
    )


def blocks_of(row: Any, today: date, *, stop: delegation.Stop | None) -> list[Block]:
    """This will say what stands against a release: of the case and the instalment, or else the reader's own delegated limit."""
    found = [Block(code, _(deliver.BLOCK_WORDS[code]), address(row, code)) for code in row.blocks_on(today)]
    if stop is not None and not found:
        found.append(Block(ABOVE_LIMIT, _(STOPS[stop.code]), ""))
    return found


STOPS = {
    "no-limit": word("Nobody has given you a limit to release under; an administrator records one."),
    "limit-unreadable": word("The limit of your grade cannot be read."),
    "limit-in-another-unit": word("Your limit is in another currency."),
    "above-limit": word("It is above your delegated limit; a colleague with a higher one releases it."),
}


def address(row: Any, code: str) -> str:
    """This will give the page on which a block is dealt with: the very claim or report where there is one."""
    reference = row.case.reference
    numbered = {"claim_undecided": ("deliver:claim", row.undecided), "report_overdue": ("deliver:report", row.missing)}
    page, numbers = numbered.get(code, ("", ()))
    if numbers:
        return reverse(page, args=[reference, numbers[0]])
    if code == "account_not_verified":
        return reverse("finance_desk:accounts")
    return f"/cases/{reference}/?show={PLACES.get(code, 'money')}"


# Under which heading of a case's page what a block waits for is found, and where there.
PLACES: Mapping[str, str] = {
    "suspended": "changes#changes",
    "report_overdue": "changes#reports",
    "finding_open": "changes#inspections",
    "claim_undecided": "delivery#claims",
    "milestones_not_accepted": "delivery#delivery",
    "no_verified_matching": "delivery#delivery",
    "nothing_payable": "delivery#claims",
    "advance_to_clear": "delivery#claims",
    "stage_not_open": "award#agreement",
}


def choices(counts: Mapping[str, str | None], chosen: str) -> Sequence[tuple[str, str, str]]:
    """This will list what the list may be narrowed by, with how many instalments each holds: those of any, and the one chosen."""
    return [(code, _(text), counts.get(code) or "0") for code, text in SHORT.items() if counts.get(code, "0") != "0" or code == chosen]
