"""Records an exchange rate with its day and source, and finds the one a claim line counts by — e.g. US$1 = HK$7.8125 on 5 January 2026."""

import uuid
from datetime import date, datetime
from functools import cache

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import exchange, money
from millrace.core.refusal import Refusal
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import ExchangeRate

MOST_MILLIONTHS = 10**12


@cache
def currencies(unit: str) -> tuple[str, ...]:
    """This will list the currencies an invoice may be in beside the claim's own; none where the claim is not in money."""
    return tuple(sorted(money.CURRENCIES - {unit, "XXX"})) if unit in money.CURRENCIES else ()


def record_rate(currency: str, *, unit: str, on: date, millionths: int, source: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record how much of `unit` one unit of a currency was worth on a day, and where that was published."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        gather.must_hold(by, frozenset({"finance"}), at)
        if currency not in currencies(unit):
            raise Refusal("unknown-currency", what=_("Choose one of the currencies listed."), field="currency", status=422)
        if on > gather.local_day(at):
            raise Refusal("rate-of-the-future", what=_("A rate is recorded once its day has come."), field="on", status=422)
        if not 0 < millionths <= MOST_MILLIONTHS:
            raise Refusal("rate-not-positive", what=_("A rate is more than nothing."), field="millionths", status=422)
        if not source.strip():
            raise Refusal(
                "rate-without-source",
                what=_("Say where the rate was published."),
                why=_("A rate without a source cannot be checked."),
                field="source",
                status=422,
            )
        event = timeline.reserve_id()
        ExchangeRate.objects.create(
            currency=currency, unit=unit, on=on, millionths=millionths, source=source.strip(), recorded_at=at, recorded_by=by, event=event
        )
        facts = {"currency": currency, "unit": unit, "on": on, "millionths": millionths}
        day = gather.local_day(at)
        return timeline.record(
            "exchange_rate_recorded", command=command, by=by, at=at, event_id=event, fund="all", happened_on=day, facts=facts
        )


def rate_for(scheme: str, *, unit: str, currency: str, on: date) -> ExchangeRate | None:
    """This will give the rate a payment of a day counts by: the last one recorded of that day or of the few before it."""
    days = policy.handling().number("exchange-rate-days", scheme, on)
    rows = {row.pk: row for row in ExchangeRate.objects.filter(unit=unit, currency=currency, on__lte=on).order_by("-on", "-pk")[:10]}
    # In the order they were recorded: of two of one day core takes the later.
    rates = [exchange.Rate(row.pk, row.currency, row.on, row.millionths) for row in sorted(rows.values(), key=lambda row: row.pk)]
    found = exchange.rate_on(rates, currency, on, days=days)
    return rows[found.key] if found else None
