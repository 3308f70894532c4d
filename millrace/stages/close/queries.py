"""What a final account would say today — e.g. HK$10m promised, HK$9.4m earned and paid, HK$0.6m to go back."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from millrace.core.terms import Terms
from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as ledger
from millrace.stages.award import queries as award
from millrace.stages.close.models import FinalAccount, Refund
from millrace.stages.deliver import queries as deliver
from millrace.stages.deliver.models import Claim, Release


@dataclass(frozen=True)
class Account:
    """The figures of a final account, and what still stands in the way of closing, in codes."""

    unit: str
    spent_cents: int
    earned_cents: int
    released_cents: int
    paid_cents: int
    unspent_cents: int
    matching_cents: int
    obstacles: tuple[str, ...]

    @property
    def refund_cents(self) -> int:
        """What was paid and not earned: the enterprise gives it back before the case closes."""
        return max(0, self.paid_cents - self.earned_cents)


def account(case: Case, on: date) -> Account | None:
    """This will draw up the final account as it would stand now, or None for a case without an agreement."""
    terms = award.terms_of(case, on)
    if terms is None:
        return None
    statement = ledger.statement(case)
    decided = Claim.objects.filter(case=case, state=Claim.State.DECIDED).aggregate(spent=Sum("allowed_cents"), earned=Sum("payable_cents"))
    released = Release.objects.filter(case=case).aggregate(sum=Sum("amount_cents"))["sum"] or 0
    found = Account(
        unit=terms.unit,
        spent_cents=decided["spent"] or 0,
        earned_cents=decided["earned"] or 0,
        released_cents=released,
        paid_cents=statement.total("paid", terms.unit),
        unspent_cents=statement.total("committed", terms.unit) + statement.total("reserved", terms.unit),
        matching_cents=statement.matched("consumed", unit=terms.unit),
        obstacles=(),
    )
    return Account(**{**vars(found), "obstacles": _obstacles(case, terms, statement, found)})


def _obstacles(case: Case, terms: Terms, statement: ledger.Statement, found: Account) -> tuple[str, ...]:
    obstacles = []
    if Claim.objects.filter(case=case, state=Claim.State.SUBMITTED).exists():
        obstacles.append("claim_undecided")
    if statement.total("due", terms.unit) or deliver.unsettled(case).exists():
        obstacles.append("payment_under_way")
    if found.refund_cents:
        obstacles.append("refund_due")
    return tuple(obstacles)


def standing_account(case: Case) -> FinalAccount | None:
    """This will give the final account that closed the case, unless it was reopened since."""
    return FinalAccount.objects.filter(case=case, reopened_at__isnull=True).first()


def accounts_of(case: Case) -> QuerySet[FinalAccount]:
    """This will give every final account of a case, reopened ones included."""
    return FinalAccount.objects.filter(case=case).select_related("made_by", "reopened_by").order_by("number")


def refunds_of(case: Case) -> QuerySet[Refund]:
    """This will give the refunds received for a case."""
    return Refund.objects.filter(Q(case=case)).order_by("received_on", "id")
