"""The ledger's one door to the database: opens accounts and posts entries — e.g. the two moves of one payment, all or nothing.

Everything else in this register is a name for some moves; `post` checks them with the pure core and calls the owner's function.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import DEFAULT_DB_ALIAS, connection

from millrace.core import ledger
from millrace.registers.ledger import refusals
from millrace.registers.ledger.models import Posting
from millrace.registers.people import wire

# Every other account is opened by the first posting that needs it; these are not, so that a mistyped fund or year is refused.
OPENED_BY_FINANCE = frozenset({"available", "cash_available"})

_ids = wire.Statement("SELECT key, id FROM ledger_account WHERE key = ANY(%s::text[])")
_posted = wire.Statement("SELECT ledger_post(%s, %s, %s, %s::text::bigint[], %s::text::bigint[], %s::text::bigint[], %s::text::bigint[])")


def open_account(account: ledger.Account) -> int:
    """This will give the account's id, opening it if it is new; a malformed key is a mistake of the program."""
    if wrong := ledger.account_problems(account):
        raise ValueError(f"{account}: {', '.join(wrong)}")
    fields = (account.kind, account.unit, account.fund, account.scheme, account.financial_year, account.case, account.sponsor, account.form)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_open(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", [account.key, *fields, account.may_be_negative])
        return int(cursor.fetchone()[0])


def ids_of(accounts: Iterable[ledger.Account]) -> dict[ledger.Account, int]:
    """This will give every account's id, opening what is new, refusing an envelope or provision never opened."""
    wanted = sorted(set(accounts))
    rows, _count = wire.ask(_ids, [[account.key for account in wanted]], DEFAULT_DB_ALIAS)
    known: dict[str, int] = dict(rows)
    found = {}
    for account in wanted:
        if account.key in known:
            found[account] = known[account.key]
        elif account.kind in OPENED_BY_FINANCE:
            raise refusals.no_envelope(account)
        else:
            found[account] = open_account(account)
    return found


def post(moves: Sequence[ledger.Move[ledger.Account]], *, event: int, on: date, at: datetime) -> list[int]:
    """This will write one entry, all its moves or none, and give the postings' ids in order.

    `event` is the id of the event that tells of it (written in the same transaction, before or after). Post last: from here on
    the balances touched are locked until the transaction ends.
    """
    if wrong := ledger.problems(moves):
        raise ValueError(f"{wrong[0].code}: {moves[wrong[0].index] if moves else 'nothing to post'}")
    ids = ids_of(account for move in moves for account in (move.source, move.target))
    columns = [
        _array(ids[move.source] for move in moves),
        _array(ids[move.target] for move in moves),
        _array(move.amount for move in moves),
        _array(move.corrects for move in moves),
    ]
    with refusals.in_words():
        [(written,)], _count = wire.ask(_posted, [event, on, at, *columns], DEFAULT_DB_ALIAS)
    return list(written)


def _array(numbers: Iterable[int | None]) -> str:
    """This will write them as one text: as lists, each mix of small and great numbers would be a statement of its own to prepare."""
    return "{" + ",".join("NULL" if number is None else str(number) for number in numbers) + "}"


def lock_balance(account: ledger.Account) -> int:
    """This will give what the account holds and keep it from changing until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lock_balance(%s)", [ids_of([account])[account]])
        return int(cursor.fetchone()[0])


def mirrored(posting_ids: Sequence[int]) -> list[ledger.Move[ledger.Account]]:
    """This will give the moves that undo these postings, each naming the one it corrects."""
    postings = Posting.objects.select_related("source", "target").in_bulk(posting_ids)
    return [
        ledger.Move(posting.target.value(), posting.source.value(), posting.amount, corrects=posting.pk)
        for posting in (postings[number] for number in posting_ids)
    ]
