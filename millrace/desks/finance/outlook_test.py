"""An envelope's outlook over HTTP — e.g. HK$10m committed, due with its milestone of 2027, and low once little is left."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from millrace.core import dated
from millrace.core.policy_folder import handling
from millrace.core.texts import Text
from millrace.registers.ledger import actions as ledger
from millrace.registers.policy import queries as policy
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer

LANGUAGES = ("en", "zh-hant", "zh-hans")


@pytest.fixture
def clock_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    from millrace.web import clock

    return lambda at: monkeypatch.setattr(clock, "now", lambda: at)


@pytest.fixture
def threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth, from 2010 on."""
    value = handling.Value(1_000, dated.start("2010-01-01"), (), Text(), "", is_published=False, why=Text())
    measure = handling.Measure("envelope-low", Text(), "basis_points", "", (value,))
    monkeypatch.setattr(policy, "handling", lambda: handling.Handling({"envelope-low": measure}))


def voted(held: Any, amount: int) -> None:
    """This will put more into the case's envelope."""
    with transaction.atomic():
        event = timeline.record(
            "envelope_funded", command=uuid.uuid4(), by=held.finance, at=held.at, fund="itf", facts={"fund": "itf", "voted_cents": amount}
        )
        ledger.appropriate(held.envelope, amount, event=event.pk, on=held.at.date(), at=held.at)
    sealer.seal(held.at)


def test_an_envelope_is_told_on_any_day_and_its_promises_by_year(agree: Any, sign_in: Any, clock_at: Any, threshold: None) -> None:
    held = agree.nifs()
    voted(held, 1_000_000_00)
    clock_at(held.at)
    address = "/finance/outlook/?envelope=itf.nifs.HKD"
    page = sign_in(held.finance).see(address)
    assert "HK$1,000,000" in page and "This envelope is near its end" in page
    assert "2026-27" in page and page.count("HK$10,000,000") >= 3, "the milestone of 1 March 2027 is in 2026-27"
    assert "near its end" in page and "Low" in sign_in(held.finance).see("/finance/")
    before = sign_in(held.finance).see(f"{address}&on=2026-02-28")
    assert "HK$1,000,000" not in before.split("When promises")[0]
    for language in LANGUAGES:
        html = sign_in(held.finance, language).see(address)
        assert len(html) < 100_000 and html.count("<h1") == 1
    sign_in(held.finance).see("/finance/outlook/?envelope=none.such.HKD", 404)
    sign_in(held.member).see(address, 404)
    assert "error-summary" in sign_in(held.finance).see(f"{address}&on=yesterday", 422)
    assert sign_in(held.finance).see(f"{address}&known=2001-01-01T00:00", 422)
    assert date(2026, 3, 2) == held.at.date()


def test_what_undecided_cases_ask_for_is_warned_of_but_never_a_case_one_may_not_see(
    agree: Any, make: Any, sign_in: Any, clock_at: Any, threshold: None
) -> None:
    held = agree.nifs()
    voted(held, 5_000_000_00)
    waiting = make.case(status="submitted", requested_cents=7_000_000_00)
    make.case(status="draft", requested_cents=90_000_000_00)
    clock_at(held.at)
    address = "/finance/outlook/?envelope=itf.nifs.HKD"
    page = sign_in(held.finance).see(address)
    assert "HK$7,000,000" in page and "HK$2,000,000 would be missing" in page
    assert "Asked for more than is left" in sign_in(held.finance).see("/finance/")
    waiting.standings.create(person=held.finance, relation="conflicted", starts_at=held.at, granted_by=held.officer)
    assert "would be missing" not in sign_in(held.finance).see(address)
