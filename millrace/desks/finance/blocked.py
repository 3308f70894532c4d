"""What holds releases back, and where each is freed — e.g. an overdue report of RAISE-7KQ2-M4XD, at the page of that report.

What stands against a case as a whole is asked of the database, so that a list can be narrowed and counted by it. What only the sizing
of an instalment tells (no matching money left, nothing earned) is asked case by case, a window of cases at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import delegation, lifecycle, releases
from millrace.registers.cases.models import Case
from millrace.stages.award.models import ReportDue
from millrace.stages.deliver import queries as deliver
from millrace.stages.deliver.models import Claim, Finding, PayeeAccount, Report
from millrace.stages.deliver.models.inspections import gates
from millrace.stages.deliver.models.reports import HANDED_IN

ABOVE_LIMIT = "above_your_limit"
# A block in a few words, for the choice a list is narrowed by; those of a whole case first.
SHORT = {
    "suspended": word("Suspended"),
    "account_not_verified": word("Payee account"),
    "claim_undecided": word("Claim undecided"),
    "report_overdue": word("Report overdue"),
    "finding_open": word("Finding of a visit"),
    "stage_not_open": word("Stage not opened"),
    "milestones_not_accepted": word("Milestone"),
    "no_verified_matching": word("Matching money"),
    "nothing_payable": word("Nothing earned"),
    "advance_not_asked": word("Advance not asked for"),
    "advance_to_clear": word("Advance to clear"),
}
WHOLE = tuple(SHORT)[:5]
# Who has no verified account is known by going through all who have one: narrowed by, but not counted beside the others.
COUNTED = tuple(code for code in WHOLE if code != "account_not_verified")


@dataclass(frozen=True)
class Block:
    """One reason why nothing is released, and the page where it is dealt with (none for the reader's own limit)."""

    code: str
    words: str
    address: str


def of_cases(cases: QuerySet[Case], code: str, today: date) -> QuerySet[Case]:
    """This will narrow cases to those that a block of the whole case stands against."""
    of_case = {"case": OuterRef("pk")}
    if code == "suspended":
        return cases.filter(status=lifecycle.SUSPENDED)
    if code == "account_not_verified":
        # As a set made once, not looked up for each of the cases in force: nearly all have an account.
        verified = PayeeAccount.objects.filter(ended_at=None, second_by__isnull=False)
        return cases.exclude(lead__in=verified.values("organisation"))
    if code == "claim_undecided":
        return cases.filter(Exists(_undecided().filter(**of_case)))
    if code == "report_overdue":
        return cases.filter(Exists(_overdue(today).filter(**of_case)))
    return cases.filter(Exists(Finding.objects.filter(gates(today), **of_case)))


def _undecided() -> QuerySet[Claim]:
    return Claim.objects.filter(state=Claim.State.SUBMITTED)


def _overdue(today: date) -> QuerySet[ReportDue]:
    handed_in = Report.objects.filter(case=OuterRef("case"), number=OuterRef("number"), state__in=HANDED_IN)
    return ReportDue.objects.filter(~Exists(handed_in), due_on__lt=today)


def with_numbers(cases: QuerySet[Case], today: date) -> QuerySet[Case]:
    """This will bring each case's undecided claims and overdue reports by number, so that a block can lead to them."""
    of_case = {"case": OuterRef("pk")}
    return cases.annotate(
        undecided=ArraySubquery(_undecided().filter(**of_case).order_by("number").values("number")),
        overdue=ArraySubquery(_overdue(today).filter(**of_case).order_by("number").values("number")),
    )


def blocks_of(case: Any, release: releases.Release, *, stop: delegation.Stop | None) -> list[Block]:
    """This will say what stands against a release: of the case and the instalment, or else the reader's own delegated limit."""
    found = [Block(code, _(deliver.BLOCK_WORDS[code]), address(case, code)) for code in release.blocks]
    if stop is not None and release.amount_cents:
        found.append(Block(ABOVE_LIMIT, _(STOPS[stop.code]), ""))
    return found


STOPS = {
    "no-limit": word("Nobody has given you a limit to release under; an administrator records one."),
    "limit-unreadable": word("The limit of your grade cannot be read."),
    "limit-in-another-unit": word("Your limit is in another currency."),
    "above-limit": word("It is above your delegated limit; a colleague with a higher one releases it."),
}


def address(case: Any, code: str) -> str:
    """This will give the page on which a block of a case is dealt with: the very claim or report where there is one."""
    numbered = {
        "claim_undecided": ("deliver:claim", case.undecided),
        "report_overdue": ("deliver:report", case.overdue),
    }
    page, numbers = numbered.get(code, ("", ()))
    if numbers:
        return reverse(page, args=[case.reference, numbers[0]])
    if code == "account_not_verified":
        return reverse("finance_desk:accounts")
    return f"/cases/{case.reference}/?show={PLACES.get(code, 'money')}"


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


def choices(counts: Mapping[str, str | None]) -> Sequence[tuple[str, str]]:
    """This will list the blocks to choose from, with how many cases each of the whole-case ones holds."""
    return [(code, f"{_(text)} ({counts[code]})" if counts.get(code) else _(text)) for code, text in SHORT.items()]
