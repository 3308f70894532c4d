"""The service clock's pages: each number opens its cases, and a conflicted case is in none — e.g. two NIFS cases over Easter 2025."""

import uuid
from datetime import UTC, date, datetime

import pytest

from millrace.registers.cases import actions as cases
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.testing.making import NOON

AT = datetime(2025, 5, 20, 4, tzinfo=UTC)
REFUSED = {"2025-04-14": "submitted", "2025-04-23": "information_needed", "2025-05-01": "submitted", "2025-05-07": "refused"}
LISTED = "/policy/service/cases/?scheme=nifs&stage=result&state=done"


@pytest.fixture
def refused(hong_kong, make):
    """A case refused after 7 working days, of which none of the 6 that its applicant took."""
    case, by = make.case(scheme="nifs", status="refused", submitted_at=AT), make.person()
    for day, status in REFUSED.items():
        common = {"command": uuid.uuid4(), "by": by, "at": AT, "case": case, "happened_on": date.fromisoformat(day)}
        values = {"scheme": "nifs", "status": status, "received_on": "2025-04-14"}
        timeline.record("case_corrected", facts={"corrected_kind": ""}, sheet=values, sheet_from=date.fromisoformat(day), **common)
    sealer.seal(AT)
    sheet.project()
    return case


def test_a_stage_is_told_with_its_percentiles_the_published_mean_and_its_cases(refused, make, sign_in):
    officer = sign_in(make.person(powers=("policy",), at=NOON))
    page = officer.see("/policy/service/")
    assert ">7</a>" in page and ">35</a>" in page and "Published on 30 July 2025" in page
    assert 'href="/policy/service/cases/?scheme=nifs&amp;stage=result&amp;state=done"' in page
    listed = officer.see(LISTED)
    assert refused.reference in listed and '<td class="num" data-label="Working days">7</td>' in listed
    assert refused.reference not in officer.see("/policy/service/cases/?scheme=nifs&stage=result&state=open")
    officer.see("/policy/service/cases/?stage=lunch", 404)


def test_a_conflicted_case_is_in_no_number_and_who_is_no_staff_finds_no_page(refused, make, sign_in):
    person = make.person(powers=("policy",), at=NOON)
    cases.grant_standing(person, refused, "conflicted", by=make.system(), at=NOON)
    assert ">7</a>" not in sign_in(person).see("/policy/service/")
    assert refused.reference not in sign_in(person).see(LISTED)
    sign_in(make.person()).see("/policy/service/", 404)
