"""The auditor's desk: a case as then known, powers of a day, grounds of access, readings, seals — and nobody else may enter."""

import uuid
from datetime import UTC, datetime

import pytest

from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.web import access

MARCH = datetime(2026, 3, 10, 4, tzinfo=UTC)
APRIL = datetime(2026, 4, 10, 4, tzinfo=UTC)


@pytest.fixture
def auditor(make, client):
    person = make.person("Wong the auditor", powers=("auditor",))
    client.force_login(person)
    session = client.session
    session[access.DEMONSTRATION] = True
    session.save()
    return person


@pytest.fixture
def case(make):
    """A case received in March, with something recorded in April."""
    case, by = make.case(status="submitted", title="Lens line"), make.person(powers=("officer",))
    for at, values in ((MARCH, {"status": "submitted", "requested_cents": 900_00, "unit": "HKD"}), (APRIL, {"status": "screened"})):
        fields = {"command": uuid.uuid4(), "by": by, "at": at, "case": case, "facts": {"corrected_kind": at.month}}
        timeline.record("case_corrected", sheet=values, **fields)
        sealer.seal(at)
    sheet.project()
    return case


def test_a_case_is_shown_as_then_known(auditor, case, client):
    then = client.get(f"/audit/cases/{case.reference}/", {"on": "2026-03-31", "known": "2026-04-01T00:00"}).text
    assert "1 events came later" in then and "HK$900" in then and "Received" in then
    now = client.get(f"/audit/cases/{case.reference}/").text
    assert "came later" not in now
    assert client.get(f"/audit/cases/{case.reference}/", {"known": "2020-01-01T00:00"}).status_code == 422
    assert client.get("/audit/", {"reference": case.reference.lower()}).status_code == 302
    assert client.get("/audit/", {"reference": "NIFS-NONE"}).status_code == 404


def test_reading_it_is_logged_and_listed(auditor, case, client):
    client.get(f"/audit/cases/{case.reference}/")
    page = client.get("/audit/readings/", {"reference": case.reference}).text
    assert "Wong the auditor" in page and "Auditor" in page


def test_powers_of_a_moment_and_grounds_of_access(auditor, case, make, client):
    officer = make.person("Lam the officer", powers=("officer",))
    assert "Lam the officer" in client.get("/audit/powers/").text
    assert "Lam the officer" not in client.get("/audit/powers/", {"at": "2020-01-01T00:00"}).text
    asked = {"person": officer.email, "reference": case.reference}
    assert "Programme officer" in client.get("/audit/why/", asked).text
    assert client.get("/audit/why/", {"person": "nobody", "reference": "X"}).status_code == 422


def test_seals_are_shown_and_everything_is_verified(auditor, case, client):
    page = client.get("/audit/seals/", {"verify": "1"}).text
    assert "Everything is whole" in page and bytes(sealer.last_seal().chain).hex() in page


@pytest.mark.parametrize("address", ["", "powers/", "why/", "readings/", "sample/", "seals/"])
def test_only_an_auditor_enters(make, client, address):
    client.force_login(make.person())
    assert client.get(f"/audit/{address}").status_code == 404
