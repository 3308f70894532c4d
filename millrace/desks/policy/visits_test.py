"""Visits for exchange, recorded by a form, shown with what followed, struck; and enquiries, with which the chain begins."""

import html
import re
import uuid
from datetime import date
from typing import Any

from millrace.desks.policy.desk_test import nothing_kept, sealed, told  # noqa: F401  # fixtures are found by name
from millrace.stages.call import enquiring
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


def test_the_whole_chain_begins_with_enquiries_and_each_number_opens_them(told: Any, make: Any, sign_in: Any) -> None:  # noqa: F811  # the fixture
    told("nifs", make.organisation(), received_on=date(2025, 6, 2))
    person = make.person(powers=("policy",), at=NOON)
    for scheme, day in (("nifs", 12), ("nifs", 13), ("raise-plus", 12), ("", 12)):
        about = enquiring.Told(date(2025, 5, day), "phone", "Lee", "What may be paid?", scheme)
        enquiring.record_enquiry(about, by=person, at=NOON, command=uuid.uuid4())
    sealed()
    policy = sign_in(person)
    page = policy.see("/policy/?as-at=2025-06-30")
    links = [html.unescape(each) for each in re.findall(r'href="(/desk/enquiries/\?scheme=[^"]+)"', page)]
    counts = {address.split("&as_at")[0]: len(set(re.findall(r'href="/desk/enquiries/(\d+)/"', policy.see(address)))) for address in links}
    assert (counts["/desk/enquiries/?scheme=nifs"], counts["/desk/enquiries/?scheme=raise-plus"]) == (2, 1)
    assert counts["/desk/enquiries/?scheme=-"] == 1
    assert "scheme=nifs" not in "".join(re.findall(r'href="(/desk/enquiries/\?[^"]+)"', policy.see("/policy/?as-at=2025-05-11")))
