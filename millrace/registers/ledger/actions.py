"""Moves value, and is the only way value moves — e.g. approving HK$3m reserves it; the applicant's acceptance commits it.

Each takes the event's id (`timeline.reserve_id()`), the day it happened and the moment. Called inside an action's transaction,
after its rows: the balances are locked until it ends. Too little left anywhere raises a Refusal with the figures.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import connection

from millrace.core.ledger import Account, Envelope, Move
from millrace.registers.cases.models import Case
from millrace.registers.ledger import books
from millrace.registers.people.models import Organisation

open_account = books.open_account
post = books.post
lock_balance = books.lock_balance


class When(TypedDict):
    """What every posting carries: the event that tells of it, the day it counts from, the moment of recording."""

    event: int
    on: date
    at: datetime


# ── Envelopes: what a fund was given, and each scheme's share ────────────────────────────────────────────────────────────────


def envelope(fund: str, scheme: str, unit: str) -> Envelope:
    """This will give the envelope, opening its account if it is new; new ones hold nothing."""
    opened = Envelope(fund, scheme, unit)
    books.open_account(opened.account("available"))
    return opened


def appropriate(envelope: Envelope, amount: int, **when: Unpack[When]) -> list[int]:
    """This will add an approved commitment (no year) from the outside world to an envelope."""
    return post([_from_outside(envelope, amount)], **when)


def withdraw_appropriation(envelope: Envelope, amount: int, **when: Unpack[When]) -> list[int]:
    """This will give back what is available and no longer voted."""
    inward = _from_outside(envelope, amount)
    return post([Move(inward.target, inward.source, amount)], **when)


def _from_outside(envelope: Envelope, amount: int) -> Move[Account]:
    return Move(Account("appropriation", envelope.unit, envelope.fund), envelope.account("available"), amount)


def transfer(source: Envelope, target: Envelope, amount: int, **when: Unpack[When]) -> list[int]:
    """This will move what is available from one envelope to another of the same unit."""
    return post([Move(source.account("available"), target.account("available"), amount)], **when)


# ── The year's cash: gates payment, lapses at year end, never one balance with the commitment ────────────────────────────────


def provide_cash(envelope: Envelope, financial_year: str, amount: int, **when: Unpack[When]) -> list[int]:
    """This will add to the year's cash provision (in hours: the year's capacity), opening it if it is new."""
    target = envelope.account("cash_available", financial_year=financial_year)
    books.open_account(target)
    return post([Move(Account("cash_vote", envelope.unit, envelope.fund, "", financial_year), target, amount)], **when)


def share_cash(source: Envelope, target: Envelope, financial_year: str, amount: int, **when: Unpack[When]) -> list[int]:
    """This will move part of what is left of a year's cash from one envelope to another of the same unit."""
    books.open_account(target.account("cash_available", financial_year=financial_year))
    moved = [each.account("cash_available", financial_year=financial_year) for each in (source, target)]
    return post([Move(moved[0], moved[1], amount)], **when)


def lapse_cash(envelope: Envelope, financial_year: str, **when: Unpack[When]) -> list[int]:
    """This will close a year's provision: what was not paid lapses. Nothing to lapse posts nothing."""
    source = envelope.account("cash_available", financial_year=financial_year)
    left = books.lock_balance(source)
    lapsed = envelope.account("cash_lapsed", financial_year=financial_year)
    return post([Move(source, lapsed, left)], **when) if left else []


# ── One case's money: available → reserved → committed → due → paid → returned ───────────────────────────────────────────────


def reserve(case: Case, amount: int, *, envelope: Envelope, **when: Unpack[When]) -> list[int]:
    """This will set money aside with the authority's decision; refuses what the envelope does not have."""
    return _move(case, envelope, "available", "reserved", amount, when)


def release_reservation(case: Case, amount: int, *, envelope: Envelope, **when: Unpack[When]) -> list[int]:
    """This will give a reservation back: the offer was declined or lapsed, or the amount was reduced."""
    return _move(case, envelope, "reserved", "available", amount, when)


def commit(case: Case, amount: int, *, envelope: Envelope, **when: Unpack[When]) -> list[int]:
    """This will promise reserved money by agreement."""
    return _move(case, envelope, "reserved", "committed", amount, when)


def release_commitment(case: Case, amount: int, *, envelope: Envelope, **when: Unpack[When]) -> list[int]:
    """This will give back promised money that will not be claimed."""
    return _move(case, envelope, "committed", "available", amount, when)


def mark_due(case: Case, amount: int, *, envelope: Envelope, **when: Unpack[When]) -> list[int]:
    """This will release an instalment or an allowed claim: it is now owed."""
    return _move(case, envelope, "committed", "due", amount, when)


def cancel_due(case: Case, amount: int, *, envelope: Envelope, **when: Unpack[When]) -> list[int]:
    """This will take a release back before it is paid."""
    return _move(case, envelope, "due", "committed", amount, when)


def pay(case: Case, amount: int, *, envelope: Envelope, financial_year: str, **when: Unpack[When]) -> list[int]:
    """This will pay what is due, out of the year's cash provision: both or neither."""
    return post([_case_move(case, envelope, "due", "paid", amount), _spend(envelope, financial_year, amount)], **when)


def undo_payment(case: Case, amount: int, *, envelope: Envelope, financial_year: str, **when: Unpack[When]) -> list[int]:
    """This will take back a payment the bank rejected: due again, and the year's cash provision restored."""
    spent = _spend(envelope, financial_year, amount)
    return post([_case_move(case, envelope, "paid", "due", amount), Move(spent.target, spent.source, amount)], **when)


def return_unspent(case: Case, amount: int, *, envelope: Envelope, **when: Unpack[When]) -> list[int]:
    """This will put money the enterprise paid back into the envelope, by way of "returned" so that the statement keeps it.

    A refund is a receipt of its own year: it does not reopen the cash provision it was once paid from.
    """
    moves = [_case_move(case, envelope, "paid", "returned", amount), _case_move(case, envelope, "returned", "available", amount)]
    return post(moves, **when)


def take_back_return(case: Case, amount: int, *, envelope: Envelope, **when: Unpack[When]) -> list[int]:
    """This will undo a return that was recorded in error: the envelope gives the amount up, and it counts as paid again."""
    moves = [_case_move(case, envelope, "available", "unreturned", amount), _case_move(case, envelope, "unreturned", "paid", amount)]
    return post(moves, **when)


def _spend(envelope: Envelope, financial_year: str, amount: int) -> Move[Account]:
    source = envelope.account("cash_available", financial_year=financial_year)
    spent = envelope.account("cash_spent", financial_year=financial_year)
    return Move(source, spent, amount)


def _case_move(case: Case, envelope: Envelope, source: str, target: str, amount: int) -> Move[Account]:
    def account(kind: str) -> Account:
        return envelope.account(kind, case=None if kind == "available" else case.pk)

    return Move(account(source), account(target), amount)


def _move(case: Case, envelope: Envelope, source: str, target: str, amount: int, when: When) -> list[int]:
    return post([_case_move(case, envelope, source, target, amount)], **when)


# ── Matching money, per sponsor, cash and in-kind apart: pledged → evidenced → verified → consumed ───────────────────────────


def pledge_match(case: Case, sponsor: Organisation, form: str, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will record what a sponsor (or the enterprise itself) promised; `form` is cash or in_kind."""
    return _match(case, sponsor, form, unit, "sponsor", "match_pledged", amount, when)


def withdraw_pledge(case: Case, sponsor: Organisation, form: str, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will take back a promise not yet evidenced."""
    return _match(case, sponsor, form, unit, "match_pledged", "sponsor", amount, when)


def evidence_match(case: Case, sponsor: Organisation, form: str, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will record that evidence for pledged matching money has come in."""
    return _match(case, sponsor, form, unit, "match_pledged", "match_evidenced", amount, when)


def reject_evidence(case: Case, sponsor: Organisation, form: str, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will turn evidenced matching money back into a pledge."""
    return _match(case, sponsor, form, unit, "match_evidenced", "match_pledged", amount, when)


def verify_match(case: Case, sponsor: Organisation, form: str, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will accept evidenced matching money: releases may now rest on it."""
    return _match(case, sponsor, form, unit, "match_evidenced", "match_verified", amount, when)


def consume_match(case: Case, sponsor: Organisation, form: str, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will use verified matching money up for a release, so that no other release rests on it."""
    return _match(case, sponsor, form, unit, "match_verified", "match_consumed", amount, when)


def release_on_match(
    case: Case, due: Sequence[tuple[Envelope, int]], drawn: Sequence[tuple[int, str, int]], *, unit: str, **when: Unpack[When]
) -> list[int]:
    """This will make parts of the commitment due and use up the verified matching money they rest on, as one entry.

    `due` is amounts by envelope; `drawn` is amounts by sponsor's id and form.
    """

    def match(kind: str, sponsor: int, form: str) -> Account:
        return Account(kind, unit, case=case.pk, sponsor=sponsor, form=form)

    owed = [_case_move(case, envelope, "committed", "due", amount) for envelope, amount in due]
    used = [Move(match("match_verified", sponsor, form), match("match_consumed", sponsor, form), amount) for sponsor, form, amount in drawn]
    return post([*owed, *used], **when)


def _match(case: Case, sponsor: Organisation, form: str, unit: str, source: str, target: str, amount: int, when: When) -> list[int]:
    def account(kind: str) -> Account:
        return Account(kind, unit, case=case.pk, sponsor=sponsor.pk, form=form)

    return post([Move(account(source), account(target), amount)], **when)


# ── What a payee owes us: debtor → receivable → received, set off or written off; its interest beside it ─────────────────────


def raise_receivable(case: Case, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will record that a case's payee owes us an amount."""
    return _owed(case, unit, [("debtor", "receivable", amount)], when)


def charge_interest(case: Case, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will record interest that has accrued on what a case's payee owes."""
    return _owed(case, unit, [("debtor", "interest_owed", amount)], when)


def cancel_receivable(case: Case, amount: int, *, unit: str, interest: int = 0, **when: Unpack[When]) -> list[int]:
    """This will take back what was raised, and the interest charged on it, and proved not to be owed."""
    return _owed(case, unit, [("receivable", "debtor", amount), ("interest_owed", "debtor", interest)], when)


def receive(case: Case, amount: int, *, unit: str, interest: int = 0, **when: Unpack[When]) -> list[int]:
    """This will record money that came in for what is owed and its interest; more than is owed is refused."""
    return _owed(case, unit, [("receivable", "received", amount), ("interest_owed", "interest_received", interest)], when)


def take_back_receipt(case: Case, amount: int, *, unit: str, interest: int = 0, **when: Unpack[When]) -> list[int]:
    """This will undo a receipt that was recorded in error: what it settled is owed again."""
    return _owed(case, unit, [("received", "receivable", amount), ("interest_received", "interest_owed", interest)], when)


def hold(case: Case, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will hold for a payee what came in beyond what it owes."""
    return _owed(case, unit, [("debtor", "held", amount)], when)


def give_up_held(case: Case, amount: int, *, unit: str, **when: Unpack[When]) -> list[int]:
    """This will pay a payee what was held for it, or undo a holding recorded in error."""
    return _owed(case, unit, [("held", "debtor", amount)], when)


def set_off(case: Case, amount: int, *, unit: str, interest: int = 0, **when: Unpack[When]) -> list[int]:
    """This will settle part of what is owed by keeping it back from a payment to the same organisation."""
    return _owed(case, unit, [("receivable", "set_off", amount), ("interest_owed", "interest_set_off", interest)], when)


def write_off(case: Case, amount: int, *, unit: str, interest: int = 0, **when: Unpack[When]) -> list[int]:
    """This will give up part of what is owed."""
    return _owed(case, unit, [("receivable", "written_off", amount), ("interest_owed", "interest_written_off", interest)], when)


def _owed(case: Case, unit: str, moves: Sequence[tuple[str, str, int]], when: When) -> list[int]:
    """Principal and interest in one entry; where one of them is nothing it has no posting."""

    def account(kind: str) -> Account:
        return Account(kind, unit, case=case.pk)

    is_one = len(moves) == 1
    return post([Move(account(source), account(target), amount) for source, target, amount in moves if amount or is_one], **when)


# ── Months and corrections ───────────────────────────────────────────────────────────────────────────────────────────────────


def correct(posting_ids: Sequence[int], **when: Unpack[When]) -> list[int]:
    """This will undo postings by their mirror images, dated in an open month, each naming the one it corrects."""
    return post(books.mirrored(posting_ids), **when)


def close_month(month: date, *, event: int, at: datetime) -> None:
    """This will close the month of `month` for every account: later entries into it are refused. Closing twice changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_close_month(%s, %s, %s)", [month.replace(day=1), event, at])
