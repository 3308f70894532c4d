"""Proves when a call is open, and that its closing only ever moves later — e.g. RAISe+ 2025 until midnight in Hong Kong."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from millrace.core.refusal import Refusal
from millrace.stages.call import actions, queries
from millrace.stages.call.models import Call, Extension
from millrace.web import access, clock

EARLY = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def raise_2025(announced_template, make):
    """The third exercise of RAISe+, open from 11 September to 31 October 2025."""
    return Call.objects.get(scheme="raise-plus", code="2025")


def test_a_call_closes_at_midnight_in_the_funders_zone(raise_2025):
    assert raise_2025.closes_at == datetime(2025, 10, 31, 16, tzinfo=UTC)
    last = raise_2025.closes_at - timedelta(microseconds=1)
    assert raise_2025 in queries.open_calls(last) and raise_2025 not in queries.open_calls(raise_2025.closes_at)
    assert queries.call_now("nifs", last).closes_at is None


def test_a_call_that_names_its_hour_closes_when_it_strikes(raise_2025):
    seam = Call.objects.get(scheme="innohk", code="seam-2025")
    assert seam.closes_at == datetime(2025, 8, 29, 9, tzinfo=UTC)
    last = seam.closes_at - timedelta(microseconds=1)
    assert seam in queries.open_calls(last) and seam not in queries.open_calls(seam.closes_at)
    assert "29 August 2025, 17:00" in Client().get("/schemes/innohk/").content.decode()


def test_what_was_open_all_year_ends_where_a_later_version_takes_applications_in_calls_alone(raise_2025):
    tvp = Call.objects.get(scheme="tvp", code="all-year")
    until = Call.objects.get(scheme="tvp", code="until-2024")
    assert tvp.closes_at == until.closes_at == datetime(2024, 12, 31, 16, tzinfo=UTC)
    before = until.closes_at - timedelta(microseconds=1)
    assert tvp in queries.open_calls(before)
    assert not queries.open_calls(until.closes_at).filter(scheme="tvp").exists()
    assert queries.call_now("nifs", until.closes_at).closes_at is None


def test_who_is_bound_by_no_window_has_a_call_all_year_beside_the_others(raise_2025):
    outside, inside = datetime(2024, 6, 3, tzinfo=UTC), datetime(2025, 1, 6, tzinfo=UTC)
    assert queries.call_now("itsp", outside).code == queries.call_now("itsp", inside).code == "all-year"
    assert queries.call_now("itsp", outside, is_bound=True).code == queries.call_now("itsp", inside, is_bound=True).code == "2024"


def test_announced_twice_a_call_is_written_once(raise_2025, make):
    actions.announce_calls(raise_2025.announced_by, by=make.person(), at=EARLY, command=uuid.uuid4())
    assert Call.objects.filter(scheme="raise-plus").count() == 3


def test_a_closing_moves_later_with_a_reason_or_not_at_all(raise_2025, make):
    officer, later = make.person(powers=("officer",)), raise_2025.closes_at + timedelta(days=14)
    for closes_at, reason in ((raise_2025.closes_at, "x"), (later, " ")):
        with pytest.raises(Refusal):
            actions.extend_call(raise_2025, closes_at=closes_at, reason=reason, by=officer, at=EARLY, command=uuid.uuid4())
    command = uuid.uuid4()
    first = actions.extend_call(raise_2025, closes_at=later, reason="Storm", by=officer, at=EARLY, command=command)
    assert actions.extend_call(raise_2025, closes_at=later, reason="Storm", by=officer, at=EARLY, command=command).pk == first.pk
    assert Extension.objects.count() == 1 and "Storm" not in first.body


def test_leave_is_for_one_applicant_alone(raise_2025, make):
    one, other, until = make.organisation(), make.organisation(), raise_2025.closes_at + timedelta(days=1)
    actions.grant_late_leave(raise_2025, organisation=one, until=until, reason="x", by=make.person(), at=EARLY, command=uuid.uuid4())
    assert queries.closing_moment(raise_2025, one) == until
    assert queries.closing_moment(raise_2025, other) == raise_2025.closes_at


def test_an_officer_extends_a_call_on_its_page(raise_2025, make, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 3, tzinfo=UTC))
    browser = Client()
    browser.force_login(make.person(powers=("officer",)), backend="millrace.web.sign_in.Backend")
    session = browser.session
    session[access.DEMONSTRATION] = True
    session.save()
    address = f"/desk/calls/{raise_2025.pk}/"
    assert browser.get(address).status_code == 200
    told = browser.get("/desk/calls/", headers={"accept-language": "zh-hant"}).content.decode()
    assert "2025年第三輪" in told and "至由新類別取代" in told and "until-replaced" not in told
    assert browser.post(address, {"all-last_day": "2025-10-01", "all-reason": "x", "command": uuid.uuid4()}).status_code == 422
    assert browser.post(address, {"all-last_day": "2025-11-14", "all-reason": "Storm", "command": uuid.uuid4()}).status_code == 302
    raise_2025.refresh_from_db()
    assert raise_2025.closes_at == datetime(2025, 11, 14, 16, tzinfo=UTC)
