"""Orders on a fund's money: one person proposes, another of finance confirms — e.g. what is left of 2025-26 lapses on 1 April.

Nothing moves when an order is proposed; what it would do is checked then and again when it is confirmed. A move between two schemes
needs a reason, and a confirmer whose delegated limit covers it.
"""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import delegation
from millrace.core.ledger import Envelope
from millrace.core.policy_folder.funds import Fund
from millrace.core.refusal import Refusal
from millrace.registers.ledger import queries as balances
from millrace.registers.messages import actions as messages
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.plan import envelopes, limits
from millrace.stages.plan.models import FundOrder

PROPOSERS = frozenset({"finance", "policy"})
Kind = FundOrder.Kind


def propose_order(
    kind: str,
    fund: str,
    *,
    scheme: str = "",
    giver: str = "",
    reason: str = "",
    amount_cents: int = 0,
    financial_year: str = "",
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will propose to take in what was voted, to share out to a scheme or to move from the share of
    `giver` to a scheme (the commitment, or the cash of `financial_year`), or to let a year's cash lapse."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        if not people.powers_of(by, at) & PROPOSERS:
            raise Refusal.not_found()
        told = {"scheme": scheme, "giver": giver, "financial_year": financial_year, "amount_cents": amount_cents, "reason": reason.strip()}
        order = FundOrder(kind=Kind(kind), fund=policy.fund(fund).id, proposed_at=at, proposed_by=by, **told)
        _must_be_possible(order, at)
        _must_be_alone(order)
        order.save()
        event_id = timeline.reserve_id()
        controllers = [person for person in people.holders_of("finance", at) if person.pk != by.pk]
        messages.send_notice(controllers, event_id=event_id, case=None, at=at)
        facts = _facts(order)
        return timeline.record("fund_order_proposed", command=command, by=by, at=at, event_id=event_id, fund=order.fund, facts=facts)


def confirm_order(order: FundOrder, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will carry out an order that someone else proposed."""
    with transaction.atomic(durable=True):
        order = FundOrder.objects.select_for_update().get(pk=order.pk)
        if done := timeline.replay(command):
            return done
        envelopes.must_be_finance(by, at)
        _must_be_open(order)
        if order.proposed_by_id == by.pk:
            raise Refusal(
                "same-person",
                what=_("Who proposed an order does not confirm it."),
                next_step=_("Ask a colleague of finance to look and confirm it."),
                status=403,
            )
        _must_be_possible(order, at)
        _must_be_within_limit(order, by, at)
        order.decided_at, order.decided_by, order.is_confirmed = at, by, True
        order.save(update_fields=["decided_at", "decided_by", "is_confirmed"])
        event = _carry_out(order, by=by, at=at, command=command)
        messages.send_notice([order.proposed_by], event_id=event.pk, case=None, at=at)
        return event


def _carry_out(order: FundOrder, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    common: dict[str, Any] = {"by": by, "at": at, "command": command}
    if order.kind == Kind.TRANSFER:
        return envelopes.transferred(order, **common)
    common["order"] = order
    if order.kind == Kind.SHARE:
        return envelopes.shared_out(order.fund, order.scheme, order.amount_cents, financial_year=order.financial_year, **common)
    if order.kind == Kind.LAPSE:
        return envelopes.lapsed(order.fund, order.financial_year, **common)
    if event := envelopes.funded(order.fund, **common):
        return event
    raise _nothing_new()


def refuse_order(order: FundOrder, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will put an order aside: by finance, or by who proposed it."""
    with transaction.atomic(durable=True):
        order = FundOrder.objects.select_for_update().get(pk=order.pk)
        if done := timeline.replay(command):
            return done
        if order.proposed_by_id != by.pk:
            envelopes.must_be_finance(by, at)
        _must_be_open(order)
        order.decided_at, order.decided_by, order.is_confirmed = at, by, False
        order.save(update_fields=["decided_at", "decided_by", "is_confirmed"])
        event_id = timeline.reserve_id()
        if order.proposed_by_id != by.pk:
            messages.send_notice([order.proposed_by], event_id=event_id, case=None, at=at)
        facts = _facts(order)
        return timeline.record("fund_order_refused", command=command, by=by, at=at, event_id=event_id, fund=order.fund, facts=facts)


def _facts(order: FundOrder) -> dict[str, Any]:
    said = {"scheme": order.scheme, "giver": order.giver, "financial_year": order.financial_year, "amount_cents": order.amount_cents}
    return {"fund": order.fund, "order_kind": order.kind, **order.told, **{name: value for name, value in said.items() if value}}


def _must_be_open(order: FundOrder) -> None:
    if order.decided_at is not None:
        raise Refusal("already-decided", what=_("This order was confirmed or put aside already."))


def _must_be_alone(order: FundOrder) -> None:
    same = {"kind": order.kind, "fund": order.fund, "giver": order.giver, "scheme": order.scheme, "financial_year": order.financial_year}
    if FundOrder.objects.filter(decided_at__isnull=True, **same).exists():
        raise Refusal("already-proposed", what=_("Such an order waits already."), next_step=_("Confirm it or put it aside first."))


def _must_be_possible(order: FundOrder, at: datetime) -> None:
    fund, day = policy.fund(order.fund), policy.funder().day_of(at)
    if order.kind == Kind.SHARE:
        _must_be_shareable(order, _left_to_share(fund, order.financial_year), fund.schemes)
    elif order.kind == Kind.TRANSFER:
        _must_be_transferable(order, fund, day)
    elif order.kind == Kind.LAPSE:
        envelopes.must_be_over(order.financial_year, day)
        left = [each.account("cash_available", financial_year=order.financial_year) for each in envelopes.envelopes_of(fund)]
        if not any(balances.balances(left).values()):
            raise Refusal("nothing-to-lapse", what=_("Nothing of that year's cash is left."), field="financial_year")
    else:
        voted, cash = envelopes.new_money(fund, day)
        if voted <= 0 and not cash:
            raise _nothing_new()


def _left_to_share(fund: Fund, financial_year: str) -> int:
    """What no scheme has yet, of the commitment or of a year's cash."""
    return _available(Envelope(fund.id, "", fund.unit), financial_year)


def _available(envelope: Envelope, financial_year: str) -> int:
    """What an envelope may still give, of the commitment or of a year's cash."""
    if not financial_year:
        return balances.available(envelope)
    return balances.balance(envelope.account("cash_available", financial_year=financial_year))


def _must_be_shareable(order: FundOrder, available: int, schemes: tuple[str, ...]) -> None:
    if len(schemes) < 2 or order.scheme not in schemes:
        raise Refusal("no-such-share", what=_("This fund is not shared out to that scheme."), field="scheme", status=422)
    if not 0 < order.amount_cents <= available:
        raise Refusal(
            "more-than-available",
            what=_("That much is not left to share out."),
            why=_("The fund has %(available_cents)s that no scheme has yet."),
            next_step=_("Give a smaller amount."),
            field="amount_cents",
            values={"available_cents": available, "unit": policy.fund(order.fund).unit},
        )


def _must_be_transferable(order: FundOrder, fund: Fund, day: date) -> None:
    if order.giver == order.scheme or not {order.giver, order.scheme} <= set(fund.schemes):
        raise Refusal("no-such-share", what=_("Choose two different schemes of this fund."), field="scheme", status=422)
    if not order.reason:
        raise Refusal("reason-missing", what=_("A move between two schemes needs a reason."), field="reason", status=422)
    if order.financial_year and order.financial_year < policy.funder().financial_year_name(day):
        raise Refusal(
            "year-over",
            what=_("The financial year %(financial_year)s is over."),
            why=_("What is left of its cash lapses, and pays nothing any more."),
            next_step=_("Choose the cash of this year or a later one."),
            field="financial_year",
            values={"financial_year": order.financial_year},
        )
    left = _available(Envelope(fund.id, order.giver, fund.unit), order.financial_year)
    if not 0 < order.amount_cents <= left:
        raise Refusal(
            "more-than-available",
            what=_("The share that gives has not that much."),
            why=_("It has %(available_cents)s available, and %(amount_cents)s was asked of it."),
            next_step=_("Give a smaller amount, or choose another scheme to give it."),
            field="amount_cents",
            values={"available_cents": left, "amount_cents": order.amount_cents, "unit": fund.unit},
        )


def _must_be_within_limit(order: FundOrder, by: Person, at: datetime) -> None:
    """This will hold a move between two schemes to the delegated limit of who confirms it."""
    if order.kind == Kind.TRANSFER:
        held = delegation.Delegated(*people.delegated_to(by, "finance", at))
        limits.must_be_within(held, delegation.TRANSFER, order.amount_cents, unit=policy.fund(order.fund).unit, at=at)


def _nothing_new() -> Refusal:
    return Refusal(
        "nothing-new",
        what=_("Nothing new was voted."),
        why=_("All that the published policy votes by today is in the envelopes already."),
        next_step=_("Publish the new vote first."),
    )
