"""Puts what was voted for a fund into its envelopes — e.g. the HK$2bn of NIFS, and what of it may be paid in 2025-26.

Reads the published policy: a vote counts from its day, a year's cash from the first call on. Called again, it adds only what
is new; so a fund raised by a later vote is topped up, and nothing is ever put in twice. From the pages it is done by an order of
two people (`orders`).
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.ledger import Account, Envelope
from millrace.core.policy_folder.funds import Fund
from millrace.core.refusal import Refusal
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.plan.models import FundOrder

LAPSING = uuid.UUID("6f0a8f0e-53a1-5b0c-9e51-0f6c7d1f2a10")


def fund_envelope(name: str, *, by: Person, at: datetime, command: uuid.UUID) -> Event | None:
    """This will appropriate what was voted for fund `name` by the day of `at`, and provide each year's cash, as far as it is new.

    A fund of one scheme goes to that scheme's envelope; of several, to the fund's own, to be shared out. Gives None if
    nothing is new.
    """
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        must_be_finance(by, at)
        return funded(name, by=by, at=at, command=command)


def funded(name: str, *, by: Person, at: datetime, command: uuid.UUID, order: FundOrder | None = None) -> Event | None:
    """This will do what `fund_envelope` does, inside the transaction of an order that two people gave; the event names the order."""
    fund, day = policy.fund(name), policy.funder().day_of(at)
    envelope = ledger.envelope(fund.id, fund.schemes[0] if len(fund.schemes) == 1 else "", fund.unit)
    for source in _sources(fund):  # locked, so that two who do this at once do not both put it in
        ledger.lock_balance(source)
    voted, cash = new_money(fund, day)
    if voted <= 0 and not cash:
        return None
    event_id = timeline.reserve_id()
    if voted > 0:
        ledger.appropriate(envelope, voted, event=event_id, on=day, at=at)
    for year, amount in cash.items():
        ledger.provide_cash(envelope, year, amount, event=event_id, on=day, at=at)
    facts = {"fund": fund.id, "scheme": envelope.scheme, "unit": fund.unit, "voted_cents": max(voted, 0), "cash": cash}
    facts |= order.told if order else {}
    return timeline.record("envelope_funded", command=command, by=by, at=at, event_id=event_id, fund=fund.id, facts=facts)


def new_money(fund: Fund, day: date) -> tuple[int, dict[str, int]]:
    """This will give what the policy votes by a day, and provides each year, beyond what the ledger already has.

    A source below zero has given; so its balance is added.
    """
    given = balances.balances(_sources(fund))
    voted = sum(vote.amount for vote in fund.commitments if vote.on <= day.isoformat()[: len(vote.on)])
    cash = {each.on: each.amount + given[_year_source(fund, each.on)] for each in fund.provisions}
    return voted + given[_sources(fund)[0]], {year: amount for year, amount in cash.items() if amount > 0}


def _sources(fund: Fund) -> list[Account]:
    """Where a fund's money comes from: the vote, then each year's cash."""
    return [Account("appropriation", fund.unit, fund.id), *(_year_source(fund, each.on) for each in fund.provisions)]


def _year_source(fund: Fund, year: str) -> Account:
    return Account("cash_vote", fund.unit, fund.id, "", year)


def share_out(
    name: str, scheme: str, amount_cents: int, *, by: Person, at: datetime, command: uuid.UUID, financial_year: str = ""
) -> Event:
    """This will move part of what a fund of several schemes has not yet shared out into one scheme's envelope: of the commitment,
    or of a year's cash."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        must_be_finance(by, at)
        return shared_out(name, scheme, amount_cents, by=by, at=at, command=command, financial_year=financial_year)


def shared_out(
    name: str,
    scheme: str,
    amount_cents: int,
    *,
    by: Person,
    at: datetime,
    command: uuid.UUID,
    financial_year: str = "",
    order: FundOrder | None = None,
) -> Event:
    """This will do what `share_out` does, inside the transaction of an order that two people gave, which the event names; of a year's
    cash where one is named."""
    fund, day = policy.fund(name), policy.funder().day_of(at)
    if scheme not in fund.schemes or len(fund.schemes) == 1:
        raise Refusal.not_found()
    pool, share = Envelope(fund.id, "", fund.unit), ledger.envelope(fund.id, scheme, fund.unit)
    event_id = timeline.reserve_id()
    facts = {"fund": fund.id, "scheme": scheme, "unit": fund.unit, "amount_cents": amount_cents}
    facts |= order.told if order else {}
    if financial_year:
        ledger.share_cash(pool, share, financial_year, amount_cents, event=event_id, on=day, at=at)
        facts["financial_year"] = financial_year
    else:
        ledger.transfer(pool, share, amount_cents, event=event_id, on=day, at=at)
    kind = "cash_shared_out" if financial_year else "envelope_shared_out"
    return timeline.record(kind, command=command, by=by, at=at, event_id=event_id, fund=fund.id, facts=facts)


def transferred(order: FundOrder, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will move what one scheme's share has available to another's, inside the transaction of an order that two people gave: of
    the commitment, or of a year's cash where one is named. Out of one and into the other are one entry."""
    fund, day = policy.fund(order.fund), policy.funder().day_of(at)
    source, target = Envelope(fund.id, order.giver, fund.unit), ledger.envelope(fund.id, order.scheme, fund.unit)
    event_id, amount = timeline.reserve_id(), order.amount_cents
    facts = {"fund": fund.id, "giver": order.giver, "scheme": order.scheme, "unit": fund.unit, "amount_cents": amount, **order.told}
    if order.financial_year:
        ledger.share_cash(source, target, order.financial_year, amount, event=event_id, on=day, at=at)
        facts["financial_year"] = order.financial_year
    else:
        ledger.transfer(source, target, amount, event=event_id, on=day, at=at)
    kind = "cash_transferred" if order.financial_year else "envelope_transferred"
    return timeline.record(kind, command=command, by=by, at=at, event_id=event_id, fund=fund.id, facts=facts)


def lapse_year(name: str, financial_year: str, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will lapse what is left of a year's cash once the year is over; the commitment stays."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        must_be_finance(by, at)
        return lapsed(name, financial_year, by=by, at=at, command=command)


def lapsed(name: str, financial_year: str, *, by: Person, at: datetime, command: uuid.UUID, order: FundOrder | None = None) -> Event:
    """This will do what `lapse_year` does, inside the transaction of an order that two people gave, which the event names. What lapses
    by night has no order to name."""
    fund, day = policy.fund(name), policy.funder().day_of(at)
    must_be_over(financial_year, day)
    event_id = timeline.reserve_id()
    amount = 0
    for envelope in envelopes_of(fund):
        account = envelope.account("cash_available", financial_year=financial_year)
        if balances.balance(account):
            amount += ledger.lock_balance(account)
            ledger.lapse_cash(envelope, financial_year, event=event_id, on=day, at=at)
    facts = {"fund": fund.id, "financial_year": financial_year, "unit": fund.unit, "amount_cents": amount, "reason": "year_ended"}
    facts |= order.told if order else {}
    return timeline.record("cash_lapsed", command=command, by=by, at=at, event_id=event_id, fund=fund.id, facts=facts)


def lapse_ended_years(by: Person, *, at: datetime) -> int:
    """This will lapse what is left of the cash of every year that has ended, and give how many years of funds lapsed.

    Asked again it finds nothing left; after days off it does all that were missed. Commitments stay. What is due and unpaid is paid
    from the year it is paid in.
    """
    if not policy.is_published():
        return 0
    today = policy.funder().day_of(at)
    this_year = policy.funder().financial_year_name(today)
    done = 0
    for fund in policy.funds():
        for year in sorted(year for year in _years_with_cash(fund) if year < this_year):
            with transaction.atomic(durable=True):
                if _lock_cash(fund, year):
                    lapsed(fund.id, year, by=by, at=at, command=uuid.uuid5(LAPSING, f"{fund.id}:{year}:{at.isoformat()}"))
                    done += 1
    return done


def _years_with_cash(fund: Fund) -> set[str]:
    held = balances.envelope_states()
    return {year for each in envelopes_of(fund) if each in held for year, cash in held[each].cash.items() if cash.available}


def _lock_cash(fund: Fund, financial_year: str) -> int:
    """What is left of a year's cash, kept as it is until the transaction ends: another process may just have let it lapse."""
    held = balances.balances(each.account("cash_available", financial_year=financial_year) for each in envelopes_of(fund))
    return sum(ledger.lock_balance(account) for account, left in held.items() if left)


def envelopes_of(fund: Fund) -> list[Envelope]:
    """This will name a fund's own envelope and each scheme's."""
    return [Envelope(fund.id, scheme, fund.unit) for scheme in ("", *fund.schemes)]


def must_be_over(financial_year: str, day: date) -> None:
    """This will refuse a year that has not ended by a day."""
    if policy.funder().financial_year_name(day) <= financial_year:
        raise Refusal(
            "year-not-over",
            what=_("The financial year %(financial_year)s is not over."),
            why=_("A year's cash provision lapses when the year has ended."),
            next_step=_("Come back after its last day."),
            values={"financial_year": financial_year},
        )


def must_be_finance(by: Person, at: datetime) -> None:
    """This will refuse everyone but the finance controllers."""
    if not by.is_system and "finance" not in people.powers_of(by, at):
        raise Refusal.not_found()
