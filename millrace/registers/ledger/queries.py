"""What accounts hold, now or on another day as known then — e.g. one case's statement, or what NIFS's envelope had left in March."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Case as Choice
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import JSONArray

from millrace.core import ledger
from millrace.core.ledger import Account, Envelope
from millrace.registers.cases.models import Case
from millrace.registers.ledger import kept, kept_days, models
from millrace.registers.people import prepared


@dataclass(frozen=True)
class MatchLine:
    """One sponsor's matching money for one case in one form: what is pledged, evidenced, verified and consumed.

    Each is what stands in that state now; `verified` is what releases may still rest on.
    """

    sponsor: int
    form: str
    unit: str
    pledged: int = 0
    evidenced: int = 0
    verified: int = 0
    consumed: int = 0


@dataclass(frozen=True)
class EnvelopeLine:
    """One case's part of one envelope. `returned` is all that came back, less what was recorded so in error; the rest stands now."""

    fund: str
    scheme: str
    unit: str
    reserved: int = 0
    committed: int = 0
    due: int = 0
    paid: int = 0
    returned: int = 0

    @property
    def granted(self) -> int:
        """What the case may have in all: set aside, promised, owed and paid."""
        return self.reserved + self.committed + self.due + self.paid


@dataclass(frozen=True)
class RecoveryLine:
    """What a case's payee owes, and what became of what it owed: together all that was ever raised. Its interest is kept apart, and so is
    what it paid beyond that and gets back (`held`)."""

    unit: str
    receivable: int = 0
    received: int = 0
    set_off: int = 0
    written_off: int = 0
    interest_owed: int = 0
    interest_received: int = 0
    interest_set_off: int = 0
    interest_written_off: int = 0
    held: int = 0


@dataclass(frozen=True)
class Statement:
    """All the value of one case."""

    envelopes: tuple[EnvelopeLine, ...] = ()
    matching: tuple[MatchLine, ...] = ()
    recoveries: tuple[RecoveryLine, ...] = ()

    def total(self, state: str, unit: str) -> int:
        """This will add up one state (reserved, committed, due, paid, returned) over the case's envelopes."""
        return sum(getattr(line, state) for line in self.envelopes if line.unit == unit)

    def matched(self, state: str, *, form: str | None = None, unit: str) -> int:
        """This will add up one state (pledged, evidenced, verified, consumed) over the sponsors."""
        return sum(getattr(line, state) for line in self.matching if line.unit == unit and form in (None, line.form))

    def owed(self, state: str, unit: str) -> int:
        """This will give one state (receivable, received … interest_written_off) of what the case's payee owes."""
        return sum(getattr(line, state) for line in self.recoveries if line.unit == unit)


@dataclass(frozen=True)
class EnvelopeState:
    """Where an envelope's approved commitment stands. `returned` is all that came back, less what was recorded so in error."""

    envelope: Envelope
    available: int = 0
    reserved: int = 0
    committed: int = 0
    due: int = 0
    paid: int = 0
    returned: int = 0
    cash: dict[str, "CashState"] = field(default_factory=dict)

    @property
    def voted(self) -> int:
        """All that was put in, wherever it stands now."""
        return self.available + self.reserved + self.committed + self.due + self.paid


@dataclass(frozen=True)
class CashState:
    """Where a year's cash provision of an envelope stands."""

    available: int = 0
    spent: int = 0
    lapsed: int = 0


_balance = prepared.Prepared(lambda key: models.Balance.objects.filter(account__key=key).values_list("balance", flat=True), key=str)


def balance(account: Account) -> int:
    """This will give what the account holds now; 0 for one never opened."""
    return _balance.first(key=account.key) or 0


def balances(accounts: Iterable[Account]) -> dict[Account, int]:
    """This will give what each account holds now."""
    by_key = {account.key: account for account in accounts}
    rows = models.Balance.objects.filter(account__key__in=by_key).values_list("account__key", "balance")
    held = dict(rows)
    return {account: held.get(key, 0) for key, account in by_key.items()}


def available(envelope: Envelope) -> int:
    """This will give what the envelope may still reserve."""
    return balance(envelope.account("available"))


def statement(case: Case, *, on: date | None = None, seal: int | None = None) -> Statement:
    """This will give the case's money in every state, now or at the end of day `on` as known at a seal."""
    return _statement(_now(case.pk) if on is None and seal is None else _then(case.pk, on, seal))


_Line = tuple[Account, int, int]
"""An account of a case, what it holds, and all that ever came into it where that is what a statement tells."""


def _standing(accounts: QuerySet[models.Account]) -> QuerySet[models.Account, tuple[Any, ...]]:
    entered = models.Posting.objects.filter(target=OuterRef("pk")).order_by().values("target").annotate(sum=Sum("amount")).values("sum")
    named = accounts.annotate(held=F("balance_row__balance"), came_back=Choice(When(kind__in=ledger.PASSING_KINDS, then=Subquery(entered))))
    return named.order_by("pk").values_list(*_NAMES, "held", "came_back")


_NAMES = ("kind", "unit", "fund", "scheme", "financial_year", "case_id", "sponsor_id", "form")
_of_one = prepared.Prepared(lambda case: _standing(models.Account.objects.filter(case=case)), case=int)


def accounts_of(case: OuterRef) -> ArraySubquery:
    """This will read, with each row of another question, all that `statement_told` makes the case's statement of."""
    return ArraySubquery(_standing(models.Account.objects.filter(case=case)).values(told=JSONArray(*_NAMES, "held", "came_back")))


def statement_told(accounts: Sequence[Sequence[Any]]) -> Statement:
    """This will give the statement, as it stands now, of a case whose accounts came with another question."""
    return _statement(_lines(accounts))


def _now(case: int) -> list[_Line]:
    return _lines(_of_one(case=case))


def postings_of(case: Case, seal: int) -> list[tuple[str, str, int, int, date, int | None, int | None]]:
    """This will list what moved through a case's accounts as known at a seal: the accounts' keys (from, to), the amount, the event's id,
    the day, and whose cases the two accounts are."""
    own = models.Posting.objects.filter(Q(source__case=case) | Q(target__case=case), event__seal__number__lte=seal).order_by("pk")
    return list(own.values_list("source__key", "target__key", "amount", "event_id", "happened_on", "source__case", "target__case"))


def _lines(rows: Iterable[Sequence[Any]]) -> list[_Line]:
    return [(Account(*names), held or 0, int(came_back or 0)) for *names, held, came_back in rows]


def _then(case: int, on: date | None, seal: int | None) -> list[_Line]:
    accounts = {row.pk: row.value() for row in models.Account.objects.filter(case=case).order_by("pk")}
    held = _past(list(accounts), on, seal)
    came_back = _turnover([pk for pk, account in accounts.items() if account.kind in ledger.PASSING_KINDS], on, seal)
    return [(account, held.get(pk, 0), came_back.get(pk, 0)) for pk, account in accounts.items()]


def _statement(own: Iterable[_Line]) -> Statement:
    lines: defaultdict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    matching: defaultdict[tuple[int, str, str], dict[str, int]] = defaultdict(dict)
    owed: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for account, held, came_back in own:
        if account.kind in ledger.OWED_KINDS:
            owed[account.unit][account.kind] = held
        elif account.kind in ledger.MATCH_KINDS and account.sponsor is not None:
            matching[account.sponsor, account.form, account.unit][account.kind] = held
        elif account.kind in ledger.ENVELOPE_KINDS:
            is_passing = account.kind in ledger.PASSING_KINDS
            lines[account.fund, account.scheme, account.unit][account.kind] = came_back if is_passing else held
    return Statement(
        tuple(EnvelopeLine(*key, *_in_order(_net(amounts), ledger.COMMITMENT_KINDS[1:])) for key, amounts in lines.items()),
        tuple(MatchLine(*key, *_in_order(amounts, ledger.MATCH_KINDS)) for key, amounts in matching.items()),
        tuple(RecoveryLine(unit, *_in_order(amounts, ledger.OWED_KINDS)) for unit, amounts in owed.items()),
    )


def _net(amounts: dict[str, int]) -> dict[str, int]:
    """What came back, less what was recorded so in error."""
    return {**amounts, "returned": amounts.get("returned", 0) - amounts.get(ledger.UNRETURNED, 0)}


def _in_order(amounts: dict[str, int], kinds: Iterable[str]) -> tuple[int, ...]:
    return tuple(amounts.get(kind, 0) for kind in kinds)


def envelope_state(envelope: Envelope, *, on: date | None = None, seal: int | None = None) -> EnvelopeState:
    """This will give the envelope in every state, its cash provisions by year beside it, now or on a day as known at a seal."""
    return envelope_states(on=on, seal=seal, only=envelope).get(envelope, EnvelopeState(envelope))


def envelope_states(*, on: date | None = None, seal: int | None = None, only: Envelope | None = None) -> dict[Envelope, EnvelopeState]:
    """This will give every envelope in every state, by fund, scheme and unit."""
    if on is None and seal is None:
        return _states(kept.totals(), only)
    return _states(kept_days.totals_at([on or date.max], seal)[0], only)


def envelope_history(days: Sequence[date], *, seal: int | None = None) -> list[dict[Envelope, EnvelopeState]]:
    """This will give every envelope at the end of each of these days, oldest first, as known at a seal."""
    return [_states(totals) for totals in kept_days.totals_at(days, seal)]


def held_by_case(envelope: Envelope, kind: str, *, on: date, seal: int | None = None) -> dict[int, int]:
    """This will give what each case holds of an envelope in one state at the end of a day, as known at a seal."""
    named = models.Account.objects.filter(fund=envelope.fund, scheme=envelope.scheme, unit=envelope.unit, kind=kind, case__isnull=False)
    cases = dict(named.values_list("pk", "case"))
    held = _past(list(cases), on, seal)
    return {cases[account]: amount for account, amount in held.items() if amount}


def _states(totals: Mapping[kept_days.Names, int], only: Envelope | None = None) -> dict[Envelope, EnvelopeState]:
    sums: defaultdict[Envelope, dict[tuple[str, str], int]] = defaultdict(dict)
    for (fund, scheme, unit, kind, year), amount in totals.items():
        envelope = Envelope(fund, scheme, unit)
        if kind in ledger.ENVELOPE_KINDS and only in (None, envelope):
            sums[envelope][kind, year] = amount
    return {key: _state(key, amounts) for key, amounts in sorted(sums.items(), key=lambda item: str(item[0]))}


def _state(envelope: Envelope, amounts: dict[tuple[str, str], int]) -> EnvelopeState:
    years = sorted({year for _, year in amounts if year})
    cash = {year: CashState(**{kind.removeprefix("cash_"): amounts.get((kind, year), 0) for kind in ledger.CASH_KINDS}) for year in years}
    standing = _net({kind: amount for (kind, year), amount in amounts.items() if not year})
    return EnvelopeState(envelope, **{kind: standing.get(kind, 0) for kind in ledger.COMMITMENT_KINDS}, cash=cash)


_MOVED = """
    SELECT account, sum(amount)::bigint FROM (
        SELECT p.target_id AS account, p.amount, p.event_id FROM ledger_posting p
         WHERE p.target_id = ANY(%(accounts)s) AND p.happened_on <= %(on)s
        UNION ALL
        SELECT p.source_id, -p.amount, p.event_id FROM ledger_posting p
         WHERE NOT %(inward)s AND p.source_id = ANY(%(accounts)s) AND p.happened_on <= %(on)s
    ) moved
    WHERE %(seal)s::bigint IS NULL
       OR EXISTS (SELECT 1 FROM timeline_seal s WHERE s.event_id = moved.event_id AND s.number <= %(seal)s)
    GROUP BY account"""


def _past(accounts: list[int], on: date | None, seal: int | None, *, inward: bool = False) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"accounts": accounts, "on": on or date.max, "seal": seal, "inward": inward})
        return dict(cursor.fetchall())


def _turnover(accounts: list[int], on: date | None, seal: int | None) -> dict[int, int]:
    """This will give all that ever came into each account."""
    return _past(accounts, on, seal, inward=True) if accounts else {}


def balance_as_at(account: Account, on: date, seal: int | None = None) -> int:
    """This will give what the account held at the end of day `on`, as known at a seal (now, when none is given)."""
    found = models.Account.objects.filter(key=account.key).values_list("pk", flat=True).first()
    if not found:
        return 0
    # One case's accounts have few postings; an envelope's have those of all its cases, and are read from what is kept.
    return (_past([found], on, seal) if account.case is not None else kept_days.balances_at(on, seal, only=found)).get(found, 0)


def trial_balance(*, on: date | None = None, seal: int | None = None) -> dict[Account, int]:
    """This will give every account's balance; per unit they add up to zero."""
    is_now = on is None and seal is None
    held = dict(models.Balance.objects.values_list("account_id", "balance")) if is_now else kept_days.balances_at(on or date.max, seal)
    accounts = {row.pk: row.value() for row in models.Account.objects.all()}
    return {account: held.get(pk, 0) for pk, account in accounts.items()}


def posted_by(events: Iterable[int]) -> dict[tuple[str, str], int]:
    """This will add up what these events posted, by the kinds of account it went out of and into."""
    rows = models.Posting.objects.filter(event__in=list(events)).order_by().values_list("source__kind", "target__kind")
    return {(source, target): int(amount) for source, target, amount in rows.annotate(amount=Sum("amount"))}


def closed_months() -> list[date]:
    """This will list the months finance has closed, oldest first."""
    return list(models.ClosedMonth.objects.order_by("month").values_list("month", flat=True))
