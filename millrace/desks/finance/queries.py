"""What the finance desk gathers from several stages — e.g. every envelope as it stands, and the claims that wait to be decided."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from millrace.core import delegation
from millrace.core.access import Actor
from millrace.core.envelopes import Nearness
from millrace.desks.finance import outlook
from millrace.registers.cases.models import Case
from millrace.registers.ledger import nearness
from millrace.registers.ledger import queries as ledger
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.stages.deliver import gather
from millrace.stages.deliver import queries as deliver
from millrace.stages.deliver.models import Claim, ClaimLine, PayeeAccount, PaymentRun
from millrace.web import access, counting


def visible_cases(actor: Actor, at: datetime) -> QuerySet[Case]:
    """This will give the cases whose money this person may read."""
    return Case.objects.filter(access.visible_submitted(actor, at, "read_money"))


@dataclass(frozen=True)
class Envelope:
    """One envelope's line: the commitment (no year), how near its end it is and, beside it, the cash provision of the year."""

    title: str
    address: str
    unit: str
    state: ledger.EnvelopeState
    cash: ledger.CashState
    near: Nearness


def envelopes(actor: Actor, at: datetime) -> list[Envelope]:
    """This will give every envelope as it stands now."""
    today, states = gather.local_day(at), ledger.envelope_states()
    near = nearness.of_states(states, today, seen=access.visible_submitted(actor, at, "read_money"))
    year = gather.year_of(today)
    return [
        Envelope(outlook.title(key), key.address, key.unit, state, state.cash.get(year, ledger.CashState()), near[key])
        for key, state in states.items()
    ]


def waiting(actor: Actor, at: datetime) -> dict[str, Any]:
    """This will count what waits for someone of finance."""
    mine = access.without_conflicts(actor, at)
    unruled = ClaimLine.objects.filter(claim=OuterRef("pk"), ruled_by__isnull=True)
    found = counting.added(
        {
            "to_decide": Claim.objects.filter(mine, ~Exists(unruled), state=Claim.State.SUBMITTED),
            "unpaid": deliver.unpaid_releases().filter(mine).select_related(None),
            "to_check": PaymentRun.objects.filter(state=PaymentRun.State.ORDERED),
            "at_bank": PaymentRun.objects.filter(state=PaymentRun.State.CHECKED),
            "accounts": PayeeAccount.objects.filter(ended_at__isnull=True, second_by__isnull=True),
        },
        sums={"unpaid": "to_pay_cents"},
    )
    return {name: count for name, (count, _sum) in found.items()} | {"unpaid_cents": found["unpaid"][1]}


def officers_and_limit(reader: Person, at: datetime) -> tuple[list[Person], delegation.Delegated]:
    """This will list who may be the officer of a case, and give the reader's own limit in releasing, by one question."""
    asked = Q(power="officer", person__is_active=True) | Q(power="finance", person=reader)
    held = list(people.powers_held(at).filter(asked).select_related(None).select_related("person"))
    officers = [each.person for each in held if each.power == "officer"]
    own = next((each for each in held if each.power == "finance"), None)
    return list(dict.fromkeys(officers)), delegation.Delegated(own.limit_cents, own.grade) if own else delegation.Delegated(None, "")


def months(today: date) -> list[dict[str, Any]]:
    """This will give the last twelve months, each closed or open."""
    closed = set(ledger.closed_months())
    found, month = [], today.replace(day=1)
    for _number in range(12):
        month = (month.replace(day=1) - date.resolution).replace(day=1)
        found.append({"month": month, "is_closed": month in closed})
    return found
