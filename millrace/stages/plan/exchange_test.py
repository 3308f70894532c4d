"""Visits for exchange: recorded with who and why, in codes alone on the timeline, struck where in error — e.g. two days in Shenzhen."""

import dataclasses
import uuid
from datetime import date
from typing import Any

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.plan import exchange
from millrace.stages.plan.models import ExchangeVisit
from millrace.testing.making import NOON

TOLD = exchange.Told(
    "Shenzhen", date(2025, 5, 12), date(2025, 5, 13), "partners", "To find partners", "Chan Tai-man, engineer\n\nLee Siu-ling"
)


def recorded(by: Any, told: exchange.Told = TOLD, command: uuid.UUID | None = None) -> Event:
    return exchange.record_exchange_visit(told, by=by, at=NOON, command=command or uuid.uuid4())


def test_the_timeline_keeps_codes_and_the_record_keeps_names(hong_kong: Any, make: Any) -> None:
    officer, company = make.person(powers=("policy",), at=NOON), make.organisation()
    command = uuid.uuid4()
    event = recorded(officer, dataclasses.replace(TOLD, organisations=(company.registration_number, " ")), command)
    visit = ExchangeVisit.objects.get()
    assert visit.who == "Chan Tai-man, engineer\nLee Siu-ling" and [one.organisation for one in visit.visitors.all()] == [company]
    assert event.facts == {
        "place": "Shenzhen",
        "starts_on": "2025-05-12",
        "ends_on": "2025-05-13",
        "aim": "partners",
        "people_count": 2,
        "organisations": [company.pk],
    }
    assert "Chan" not in event.body and "find" not in event.body
    assert recorded(officer, command=command) == event and ExchangeVisit.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"place": "Atlantis"}, "place"),
        ({"place": "HK"}, "place"),
        ({"ends_on": date(2025, 5, 11)}, "ends_on"),
        ({"ends_on": date(2099, 1, 1)}, "ends_on"),
        ({"who": " \n"}, "who"),
        ({"organisations": ("0000000",)}, "organisations"),
    ],
)
def test_what_cannot_have_been_is_refused_at_its_field(hong_kong: Any, make: Any, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        recorded(make.person(powers=("policy",), at=NOON), dataclasses.replace(TOLD, **change))
    assert refused.value.field == field and not ExchangeVisit.objects.exists()


def test_only_a_policy_officer_records_and_strikes(hong_kong: Any, make: Any) -> None:
    with pytest.raises(Refusal):
        recorded(make.person(powers=("officer",), at=NOON))
    recorded(make.person(powers=("policy",), at=NOON))
    with pytest.raises(Refusal):
        exchange.strike_exchange_visit(ExchangeVisit.objects.get(), by=make.person(), at=NOON, command=uuid.uuid4())


def test_a_struck_visit_is_counted_until_the_seal_that_says_so(hong_kong: Any, make: Any) -> None:
    officer = make.person(powers=("policy",), at=NOON)
    recorded(officer)
    first = sealer.seal(NOON)
    assert first is not None
    visit = ExchangeVisit.objects.get()
    exchange.strike_exchange_visit(visit, by=officer, at=NOON, command=uuid.uuid4())
    second = sealer.seal(NOON)
    assert second is not None
    assert [*exchange.visits_known(first.number, date(2025, 5, 13))] == [visit]
    assert not exchange.visits_known(first.number, date(2025, 5, 12)) and not exchange.visits_known(first.number - 1, date(2025, 5, 13))
    assert not exchange.visits_known(second.number, date(2025, 5, 13))
    with pytest.raises(Refusal, match="struck-already"):
        exchange.strike_exchange_visit(visit, by=officer, at=NOON, command=uuid.uuid4())
