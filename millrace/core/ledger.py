"""Value moves between accounts and is never made or lost — e.g. NIFS's available cents becoming one case's reserved cents.

One set of books for every unit: minor units of a currency, GPU-hours, tool-hours. The database keeps the same books by the
same rules (`registers/ledger`); a property test holds the two equal, and `millrace verify` recomputes every balance from here.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

A = TypeVar("A", bound=Hashable)

# Where value comes from and goes back to; the only accounts that may go below zero.
OUTSIDE_KINDS = frozenset({"appropriation", "cash_vote", "sponsor", "debtor"})
COMMITMENT_KINDS = ("available", "reserved", "committed", "due", "paid", "returned")
# A return that was recorded in error goes by way of an account of its own from available to paid again, so that what came back can be told.
UNRETURNED = "unreturned"
# Value only passes through these: of them all that ever came in counts.
PASSING_KINDS = ("returned", UNRETURNED)
CASH_KINDS = ("cash_available", "cash_spent", "cash_lapsed")
ENVELOPE_KINDS = frozenset({*COMMITMENT_KINDS, UNRETURNED, *CASH_KINDS})
MATCH_KINDS = ("match_pledged", "match_evidenced", "match_verified", "match_consumed")
MATCH_FORMS = ("cash", "in_kind")
# What a payee owes the funder: raised from its debtor, then received, set off against a payment to it, or written off.
RECOVERY_KINDS = ("receivable", "received", "set_off", "written_off")
# The interest on it keeps accounts of its own: it is income, and never goes back to an envelope.
INTEREST_KINDS = ("interest_owed", "interest_received", "interest_set_off", "interest_written_off")
# What a payee paid beyond what it owed, held until it is paid back: the payee's own money, never an envelope's.
HELD = "held"
OWED_KINDS = (*RECOVERY_KINDS, *INTEREST_KINDS, HELD)
CASE_KINDS = frozenset({"reserved", "committed", "due", "paid", *PASSING_KINDS, "debtor", *MATCH_KINDS, *OWED_KINDS})
KINDS = frozenset({*OUTSIDE_KINDS, *COMMITMENT_KINDS, UNRETURNED, *CASH_KINDS, *MATCH_KINDS, *OWED_KINDS})

# From which kind to which: the commitment, the year's cash, the matching money and what is owed to us never touch one another.
PERMITTED: Mapping[str, frozenset[str]] = {
    "appropriation": frozenset({"available"}),
    "available": frozenset({"appropriation", "available", "reserved", UNRETURNED}),
    UNRETURNED: frozenset({"paid"}),
    "reserved": frozenset({"available", "committed"}),
    "committed": frozenset({"available", "due"}),
    "due": frozenset({"committed", "paid"}),
    "paid": frozenset({"due", "returned"}),
    "returned": frozenset({"available", "paid"}),
    "cash_vote": frozenset({"cash_available"}),
    "cash_available": frozenset({"cash_vote", "cash_available", "cash_spent", "cash_lapsed"}),
    "cash_spent": frozenset({"cash_available"}),
    "cash_lapsed": frozenset({"cash_available"}),
    "sponsor": frozenset({"match_pledged"}),
    "match_pledged": frozenset({"sponsor", "match_evidenced"}),
    "match_evidenced": frozenset({"match_pledged", "match_verified"}),
    "match_verified": frozenset({"match_evidenced", "match_consumed"}),
    "match_consumed": frozenset({"match_verified"}),
    "debtor": frozenset({"receivable", "interest_owed", HELD}),
    HELD: frozenset({"debtor"}),
    "receivable": frozenset({"debtor", "received", "set_off", "written_off"}),
    "received": frozenset({"receivable"}),
    "set_off": frozenset({"receivable"}),
    "written_off": frozenset({"receivable"}),
    "interest_owed": frozenset({"debtor", "interest_received", "interest_set_off", "interest_written_off"}),
    "interest_received": frozenset({"interest_owed"}),
    "interest_set_off": frozenset({"interest_owed"}),
    "interest_written_off": frozenset({"interest_owed"}),
}


@dataclass(frozen=True, order=True)
class Account:
    """Whose value this is and in which state; `case` and `sponsor` are the ids of the case and the organisation."""

    kind: str
    unit: str
    fund: str = ""
    scheme: str = ""
    financial_year: str = ""
    case: int | None = None
    sponsor: int | None = None
    form: str = ""

    @property
    def key(self) -> str:
        """This will spell the whole account in one line, as the database keys it."""
        case, sponsor = ("" if number is None else str(number) for number in (self.case, self.sponsor))
        return "|".join((self.kind, self.unit, self.fund, self.scheme, self.financial_year, case, sponsor, self.form))

    @property
    def may_be_negative(self) -> bool:
        return self.kind in OUTSIDE_KINDS


@dataclass(frozen=True)
class Envelope:
    """The part of a fund one scheme may use, in one unit; `scheme` is empty for what the fund has not yet shared out."""

    fund: str
    scheme: str
    unit: str

    @property
    def address(self) -> str:
        """This will name it in one word for an address."""
        return ".".join((self.fund, self.scheme, self.unit))

    def account(self, kind: str, *, case: int | None = None, financial_year: str = "") -> Account:
        """This will name the account of this envelope in state `kind`."""
        return Account(kind, self.unit, self.fund, self.scheme, financial_year, case)


@dataclass(frozen=True)
class Move(Generic[A]):
    """`amount` goes out of `source` into `target`: a whole number above zero, so that an unbalanced entry cannot be written."""

    source: A
    target: A
    amount: int
    corrects: int | None = None


@dataclass(frozen=True)
class Problem:
    """Why a move may not be made: a code, the move's place in its entry, and the figures."""

    code: str
    index: int
    available: int | None = None
    asked: int | None = None


def account_problems(account: Account) -> tuple[str, ...]:
    """This will say what is wrong with an account's key: an unknown kind, or a key its kind needs and lacks, or must not have."""
    found = []
    if account.kind not in KINDS:
        found.append("unknown-kind")
    if not account.unit:
        found.append("no-unit")
    if (account.kind in CASE_KINDS) != (account.case is not None) and account.kind != "sponsor":
        found.append("case-missing-or-unwanted")
    if (account.kind in (*CASH_KINDS, "cash_vote")) != bool(account.financial_year):
        found.append("financial-year-missing-or-unwanted")
    if (account.kind in (*MATCH_KINDS, "sponsor")) != (account.sponsor is not None and account.form in MATCH_FORMS):
        found.append("sponsor-missing-or-unwanted")
    return tuple(found)


def problems(moves: Sequence[Move[Account]]) -> tuple[Problem, ...]:
    """This will say which moves may not be written at all, whatever the balances are."""
    if not moves:
        return (Problem("no-moves", 0),)
    return tuple(Problem(code, index) for index, move in enumerate(moves) for code in _move_problems(move))


def _move_problems(move: Move[Account]) -> Iterable[str]:
    if isinstance(move.amount, bool) or not isinstance(move.amount, int):
        yield "amount-not-whole"
    elif move.amount <= 0:
        yield "amount-not-positive"
    if move.source == move.target:
        yield "same-account"
    if move.source.unit != move.target.unit:
        yield "unit-mismatch"
    if move.target.kind not in PERMITTED.get(move.source.kind, frozenset()):
        yield "move-not-permitted"
    if None not in (move.source.case, move.target.case) and move.source.case != move.target.case:
        yield "case-mismatch"
    if move.source.sponsor != move.target.sponsor or move.source.form != move.target.form:
        yield "sponsor-mismatch"
    yield from account_problems(move.source)
    yield from account_problems(move.target)


def net(moves: Iterable[Move[A]]) -> dict[A, int]:
    """This will give what each account gains (or, below zero, loses) by all the moves together."""
    change: defaultdict[A, int] = defaultdict(int)
    for move in moves:
        change[move.source] -= move.amount
        change[move.target] += move.amount
    return dict(change)


def overdrafts(balances: Mapping[Account, int], moves: Sequence[Move[Account]]) -> tuple[Problem, ...]:
    """This will say which accounts an entry would take below zero, with what they hold and what was asked of them.

    An entry is judged as a whole: what comes in by one of its moves may go out by another.
    """
    found = []
    for account, change in net(moves).items():
        held = balances.get(account, 0)
        if held + change < 0 and not account.may_be_negative:
            index = next(i for i, move in enumerate(moves) if move.source == account)
            found.append(Problem("overdrawn", index, available=held, asked=-change))
    return tuple(found)


def apply(balances: Mapping[Account, int], moves: Sequence[Move[Account]]) -> dict[Account, int] | tuple[Problem, ...]:
    """This will give the balances after an entry, or the problems that keep it from being written; all of it or nothing."""
    if found := problems(moves) or overdrafts(balances, moves):
        return found
    after = dict(balances)
    for account, change in net(moves).items():
        after[account] = after.get(account, 0) + change
    return after


def recompute(moves: Iterable[Move[A]]) -> dict[A, int]:
    """This will give every account's balance from the postings alone."""
    return net(moves)


def trial_balance(balances: Mapping[Account, int]) -> dict[str, int]:
    """This will give the sum of all accounts per unit, which is zero in every unit when nothing was made or lost."""
    total: defaultdict[str, int] = defaultdict(int)
    for account, balance in balances.items():
        total[account.unit] += balance
    return dict(total)
