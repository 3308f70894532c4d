"""The access tab says who read a case and why a person may see it — e.g. an officer, by the power granted on 2 March."""

from typing import Any

from django.test import Client

from millrace.registers.cases import actions as cases
from millrace.web import access


def test_an_officer_reads_why_and_the_reading_is_noted(make: Any) -> None:
    case, officer, assessor = make.case(status="submitted"), make.person("Ho Wai Yan", powers=("officer",)), make.person("Dr Yip")
    cases.grant_standing(assessor, case, "conflicted", by=officer, at=case.opened_at)
    client = Client()
    client.force_login(officer, backend="millrace.web.sign_in.Backend")
    session = client.session
    session[access.DEMONSTRATION] = True
    session.save()
    page = client.get(f"/cases/{case.reference}/?show=access").text
    assert "Dr Yip" in page
    assert "Conflicted" in page
    why = client.get(f"/cases/{case.reference}/why/?person={assessor.pk}").text
    assert "No: a conflict of interest closes the case" in why
    assert "Programme officer" in client.get(f"/cases/{case.reference}/why/?person={officer.pk}").text


def test_an_applicant_has_no_such_page(make: Any) -> None:
    case = make.case(status="submitted")
    client = Client()
    client.force_login(make.member(case.lead), backend="millrace.web.sign_in.Backend")
    assert client.get(f"/cases/{case.reference}/why/").status_code == 404
