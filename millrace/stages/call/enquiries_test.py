"""Enquiries: recorded in codes on the timeline, counted as known at a seal, answered once — e.g. a question about NIFS by telephone."""

import dataclasses
import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.call import enquiring
from millrace.stages.call.models import Enquiry
from millrace.testing.making import NOON

DAY = date(2025, 5, 12)
TOLD = enquiring.Told(DAY, "phone", "Ms Lee, 2345 6789", "Does it pay for robots?", "nifs")


def recorded(by: Any, told: enquiring.Told = TOLD, command: uuid.UUID | None = None) -> Event:
    return enquiring.record_enquiry(told, by=by, at=NOON, command=command or uuid.uuid4())


def sealed() -> int:
    sealer.seal(NOON + timedelta(hours=1))
    return sealer.last_number()


def refused(act: Any, *args: Any, **fields: Any) -> Refusal:
    with pytest.raises(Refusal) as no:
        act(*args, at=NOON, command=uuid.uuid4(), **fields)
    return no.value


def test_the_timeline_keeps_codes_and_the_record_keeps_words(hong_kong: Any, make: Any) -> None:
    officer, company, command = make.person(powers=("officer",), at=NOON), make.organisation(), uuid.uuid4()
    event = recorded(officer, dataclasses.replace(TOLD, organisation=f" {company.registration_number.lower()} "), command)
    held = Enquiry.objects.get()
    assert (held.organisation, held.who, held.question) == (company, TOLD.who, TOLD.question)
    assert event.facts == {"received_on": "2025-05-12", "way": "phone", "scheme": "nifs", "organisation": company.pk}
    assert "Lee" not in event.body and "robots" not in event.body
    assert recorded(officer, command=command) == event and Enquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"received_on": date(2099, 1, 1)}, "received_on"), ({"scheme": "no-such"}, "scheme"), ({"organisation": "0000000"}, "organisation")],
)
def test_what_cannot_have_been_is_refused_at_its_field(hong_kong: Any, make: Any, change: dict[str, Any], field: str) -> None:
    officer = make.person(powers=("officer",), at=NOON)
    assert refused(enquiring.record_enquiry, dataclasses.replace(TOLD, **change), by=officer).field == field
    assert not Enquiry.objects.exists()


def test_it_is_answered_once_after_it_was_asked_and_by_who_may(hong_kong: Any, make: Any) -> None:
    officer, auditor = make.person(powers=("officer",), at=NOON), make.person(powers=("auditor",), at=NOON)
    recorded(officer)
    held = Enquiry.objects.get()
    said = {"answered_on": DAY, "answer": "Yes."}
    assert refused(enquiring.answer_enquiry, held, by=auditor, **said).code == "not-found"
    assert refused(enquiring.record_enquiry, TOLD, by=auditor).code == "not-found"
    assert refused(enquiring.answer_enquiry, held, by=officer, **said | {"answered_on": date(2025, 5, 11)}).code == "before-asked"
    assert refused(enquiring.answer_enquiry, held, by=officer, **said | {"answered_on": date(2099, 1, 1)}).code == "day-to-come"
    assert refused(enquiring.answer_enquiry, held, by=officer, **said | {"answer": " "}).code == "nothing-answered"
    event = enquiring.answer_enquiry(held, by=officer, at=NOON, command=uuid.uuid4(), **said)
    assert event.facts == {"recorded": held.event_id, "answered_on": "2025-05-12"} and "Yes" not in event.body
    assert refused(enquiring.answer_enquiry, held, by=officer, **said).code == "answered-already"


def test_what_is_counted_is_what_was_known_at_the_seal(hong_kong: Any, make: Any) -> None:
    officer = make.person(powers=("policy",), at=NOON)
    before = sealed()
    recorded(officer)
    recorded(officer, dataclasses.replace(TOLD, scheme=""))
    recorded(officer, dataclasses.replace(TOLD, received_on=DAY + timedelta(days=1)))
    after = sealed()
    enquiring.strike_enquiry(Enquiry.objects.order_by("pk")[0], by=officer, at=NOON, command=uuid.uuid4())
    assert refused(enquiring.strike_enquiry, Enquiry.objects.order_by("pk")[0], by=officer).code == "struck-already"
    last = sealed()
    assert enquiring.counts_known(before, DAY) == {}
    assert enquiring.counts_known(after, DAY) == {"nifs": 1, "": 1}
    assert enquiring.counts_known(after, DAY + timedelta(days=1)) == {"nifs": 2, "": 1}
    assert enquiring.counts_known(last, DAY) == {"": 1}


def test_the_pages_record_list_answer_and_strike(hong_kong: Any, make: Any, sign_in: Any) -> None:
    company = make.organisation()
    since = make.case(lead=company, status="submitted", submitted_at=NOON)
    before = make.case(lead=company, status="submitted", submitted_at=NOON - timedelta(days=9999))
    officer = sign_in(make.person(powers=("officer",), at=NOON))
    form = {"received_on": "2025-05-12", "way": "phone", "who": "Ms Lee", "question": "Does it pay for robots?", "scheme": "nifs"}
    assert "No organisation with this number is registered" in officer.press("/desk/enquiries/record/", 422, **form, organisation="0000000")
    officer.press("/desk/enquiries/record/", **form, organisation=company.registration_number)
    number, held = sealed(), Enquiry.objects.get()
    own = f"/desk/enquiries/{held.pk}/"
    for address in ("", "?state=open", "?scheme=nifs", "?q=robots", f"?seal={number}", f"?as_at=2025-05-12&seal={number}"):
        assert f'href="{own}"' in officer.see(f"/desk/enquiries/{address}"), address
    for address in ("?state=answered", "?scheme=-", "?as_at=2025-05-11", f"?as_at=2025-05-11&seal={number}"):
        assert f'href="{own}"' not in officer.see(f"/desk/enquiries/{address}"), address
    assert "robots" in officer.see(own) and since.reference in officer.see(own) and before.reference not in officer.see(own)
    assert "It was asked after that day." in officer.press(f"{own}answer/", 422, answered_on="2025-05-11", answer="Yes.")
    officer.press(f"{own}answer/", answered_on="2025-05-13", answer="It does, from 2024.")
    assert "It does, from 2024." in officer.see(own) and f'href="{own}"' in officer.see("/desk/enquiries/?state=answered")
    officer.press(f"{own}strike/")
    assert "recorded in error and counts no more" in officer.see(own)
    for address in ("?seal=99999", "?seal=x", "?as_at=never"):
        officer.see(f"/desk/enquiries/{address}", 404)
    for power in ("finance", "auditor", "assessor"):
        sign_in(make.person(powers=(power,), at=NOON)).see("/desk/enquiries/", 404)
