"""What a final account would say today — e.g. HK$10m promised, HK$9.4m earned and paid, HK$0.6m to go back."""

from dataclasses import dataclass, replace
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from millrace.core.terms import Terms
from millrace.registers.cases.models import Case
from millrace.registers.facilities import queries as facilities
from millrace.registers.ledger import queries as ledger
from millrace.registers.people import prepared
from millrace.stages.close.models import FinalAccount, Refund
from millrace.stages.deliver import recovering, register, standing
from millrace.stages.deliver.models import Claim


@dataclass(frozen=True)
class Account:
    """The figures of a final account, what came back on other grounds than that it was not earned, what was given up of it, what
    came back and was earned since, and what still stands in the way of closing, in codes."""

    unit: str
    spent_cents: int
    earned_cents: int
    released_cents: int
    paid_cents: int
    unspent_cents: int
    matching_cents: int
    obstacles: tuple[str, ...]
    back_cents: int = 0
    given_up_cents: int = 0
    earned_again_cents: int = 0

    @property
    def refund_cents(self) -> int:
        """What was paid and not earned: the enterprise gives it back before the case closes, but for what an authority gave up.

        What came back on other grounds, such as a breach, is no refund of it and counts as paid here.
        """
        return max(0, self.paid_cents + self.back_cents - self.earned_cents - self.given_up_cents)


def account(case: Case, on: date) -> Account | None:
    """This will draw up the final account as it would stand now, or None for a case without an agreement."""
    agreed = standing.agreed_by(case, on)
    if agreed is None:
        return None
    unit, statement, released = agreed.terms.unit, standing.statement_of(case), standing.releases_of(case)
    decided = [claim for claim in standing.claims_of(case) if claim.state == Claim.State.DECIDED]
    used = _used(case, agreed.terms, unit)
    found = Account(
        unit=unit,
        spent_cents=sum(claim.allowed_cents for claim in decided),
        # What is granted to be used, such as hours, is earned and released by its use.
        earned_cents=sum(claim.payable_cents for claim in decided) + used,
        released_cents=sum(release.amount_cents for release in released) + used,
        paid_cents=statement.total("paid", unit),
        unspent_cents=statement.total("committed", unit) + statement.total("reserved", unit),
        matching_cents=statement.matched("consumed", unit=unit),
        obstacles=(),
        back_cents=recovering.back_on_other_grounds(case),
        given_up_cents=recovering.given_up(case),
        earned_again_cents=recovering.earned_after_return(case),
    )
    return replace(found, obstacles=_obstacles(case, statement, found, on))


def _used(case: Case, agreed: Terms, unit: str) -> int:
    return facilities.used_by(case, unit) if any(one.unit == unit for one in agreed.allocations) else 0


def _obstacles(case: Case, statement: ledger.Statement, found: Account, on: date) -> tuple[str, ...]:
    obstacles = []
    if any(claim.state == Claim.State.SUBMITTED for claim in standing.claims_of(case)):
        obstacles.append("claim_undecided")
    under_way = any(payment.is_under_way for payment in standing.payments_of(standing.releases_of(case)))
    if statement.total("due", found.unit) or under_way:
        obstacles.append("payment_under_way")
    if found.refund_cents:
        obstacles.append("refund_due")
    if found.earned_again_cents:
        obstacles.append("earned_after_return")
    if recovering.asked_of(case, on):
        obstacles.append("debt_open")
    if case.status == "in_force":
        obstacles += register.obstacles(case, on)
    return tuple(obstacles)


def standing_account(case: Case) -> FinalAccount | None:
    """This will give the final account that closed the case, unless it was reopened since."""
    return FinalAccount.objects.filter(case=case, reopened_at__isnull=True).first()


def _told(case: int) -> QuerySet[FinalAccount]:
    kept = ArraySubquery(register.kept_with(OuterRef("case")))
    return FinalAccount.objects.filter(case=case).annotate(kept=kept).order_by("number")


_accounts = prepared.Prepared(_told, case=int)


def accounts_of(case: Case) -> list[FinalAccount]:
    """This will give every final account of a case, reopened ones included, each with the items `kept` (see `register.Retained`)."""
    return _accounts(case=case.pk)


def refunds_of(case: Case) -> list[Refund]:
    """This will give the refunds received for a case, taken back ones included; its books tell whether there may be any."""
    if not any(line.paid or line.returned for line in standing.statement_of(case).envelopes):
        return []
    return list(Refund.objects.filter(case=case).select_related("taken_back_by").order_by("received_on", "id"))
