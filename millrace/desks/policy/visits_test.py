"""The pages of visits for exchange: recorded by a form, shown with what followed, struck — e.g. an application with a partner there."""

from datetime import date
from typing import Any

from millrace.desks.policy.desk_test import nothing_kept, sealed, told  # noqa: F401  # fixtures are found by name
from millrace.stages.plan.models import ExchangeVisit
from millrace.testing.making import NOON

FORM = {
    "place": "Shenzhen",
    "starts_on": "2025-05-12",
    "ends_on": "2025-05-13",
    "aim": "partners",
    "why": "To find partners",
    "who": "Chan",
}


def test_a_visit_is_recorded_shown_and_struck(told: Any, make: Any, sign_in: Any) -> None:  # noqa: F811  # the fixture
    company = make.organisation()
    after = told("nifs", company, partner_places=["Shenzhen"], received_on=date(2025, 6, 2))
    before = told("nifs", company, partner_places=["Shenzhen"], received_on=date(2025, 5, 2))
    elsewhere = told("nifs", company, partner_places=["Foshan"], received_on=date(2025, 6, 2))
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    assert "No visit is recorded yet" in officer.see("/policy/visits/")
    officer.press("/policy/visits/record/", **FORM, organisations=company.registration_number)
    sealed()
    visit = ExchangeVisit.objects.get()
    page = officer.see(f"/policy/visits/{visit.pk}/")
    assert "Chan" in page and str(company) in page and after.reference in page
    assert before.reference not in page and elsewhere.reference not in page
    first = officer.see("/policy/")
    assert f'href="/policy/visits/{visit.pk}/"' in first and "1 person" in first
    assert f'href="/policy/visits/{visit.pk}/"' not in officer.see("/policy/?as-at=2025-05-12")
    officer.press(f"/policy/visits/{visit.pk}/strike/")
    sealed()
    assert "recorded in error and counts no more" in officer.see(f"/policy/visits/{visit.pk}/")
    assert f'href="/policy/visits/{visit.pk}/"' not in officer.see("/policy/")


def test_what_is_wrong_is_said_at_its_field_and_nobody_else_records(hong_kong: Any, make: Any, sign_in: Any) -> None:
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    page = officer.press("/policy/visits/record/", 422, **FORM, organisations="0000000")
    assert "No organisation is registered under 0000000" in page
    for address in ("/policy/visits/", "/policy/visits/record/"):
        sign_in(make.person(powers=("officer",), at=NOON)).see(address, 404)
