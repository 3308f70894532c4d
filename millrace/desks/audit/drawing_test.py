"""A draw is the same for ever at its address, from what its reader may see — e.g. three of nine cases, whatever was learned later."""

import re
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from millrace.core import sampling
from millrace.desks.audit import drawing
from millrace.registers.cases.models import Case
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event

MARCH = datetime(2026, 3, 10, 4, tzinfo=UTC)
APRIL = datetime(2026, 4, 10, 4, tzinfo=UTC)
DAYS = {"first": "2026-03-01", "last": "2026-03-31"}


@pytest.fixture(autouse=True)
def policy(hong_kong: Any) -> None:
    """The words of amounts and schemes."""


def tell(case: Case, by: Any, at: datetime, kind: str = "case_corrected", facts: Any = None, **values: Any) -> None:
    with transaction.atomic():
        fields = {"command": uuid.uuid4(), "by": by, "at": at, "case": case, "facts": facts or {"corrected_kind": "x"}}
        timeline.record(kind, **fields, happened_on=values.pop("since", None), sheet=values or None)


@pytest.fixture
def nine(make: Any) -> list[Case]:
    """Nine cases received in March, of HK$100 to HK$900 approved, the last three paid; and one of April."""
    by, cases = make.person(powers=("officer",)), [make.case(status="in_force") for _place in range(10)]
    for place, case in enumerate(cases, 1):
        at = MARCH if place < 10 else APRIL
        tell(case, by, at, received_on=at.date().isoformat(), approved_cents=place * 100_00, unit="HKD", scheme="nifs")
        if place > 6:
            tell(case, by, at, "payment_settled", {"amount_cents": place * 50_00, "unit": "HKD", "run": "R-1", "settled_on": "2026-03-10"})
    sealer.seal(APRIL)
    sheet.project()
    return cases


def drawn(text: str) -> list[str]:
    return re.findall(r'<th scope="row" class="nowrap"><a href="/audit/cases/([^/]+)/', text)


def test_the_address_of_a_draw_gives_it_again_whatever_was_learned_later(make: Any, sign_in: Any, nine: list[Case]) -> None:
    auditor = sign_in(make.person(powers=("auditor",)))
    first = auditor.see(f"/audit/sample/?of=cases&chance=by_money&count=3&first={DAYS['first']}&last={DAYS['last']}")
    assert len(set(drawn(first))) == 3 and ">9<" in first
    assert nine[9].reference not in drawn(first)
    address = re.findall(r'href="(/audit/sample/[^"]+seal=\d+)"', first)[0].replace("&amp;", "&")
    known = sealer.last_number()
    tell(nine[0], make.person(powers=("officer",)), APRIL, approved_cents=90_000_00, since=MARCH.date())
    sealer.seal(APRIL)
    sheet.project()
    again = auditor.see(address)
    assert drawn(again) == drawn(first)
    later = auditor.see(address.replace(f"seal={known}", f"seal={sealer.last_number()}"))
    assert nine[0].reference in drawn(later) and "for certain" in later


def test_it_is_the_draw_of_the_core_and_equal_chances_ask_for_no_money(make: Any, nine: list[Case]) -> None:
    actor = drawing.access.actor_of(make.person(powers=("auditor",)), APRIL)
    seal = sealer.last_seal()
    for chance, size in ((drawing.EQUALLY, lambda _place: 1), (drawing.BY_MONEY, lambda place: place * 100_00)):
        asked = drawing.Asked(drawing.CASES, date(2026, 3, 1), date(2026, 3, 31), chance, 4)
        found = drawing.draw(asked, seal, actor, APRIL)
        items = [sampling.Item(case.pk, size(place)) for place, case in enumerate(nine[:9], 1)]
        wanted = sampling.draw(items, count=4, seed=asked.seed(seal))
        assert [(line.key, sure) for line, sure in found.lines] == [(one.item.key, one.is_certain) for one in wanted]
        assert (found.drawn_from, found.sha256) == (9, sampling.digest(items))


def test_payments_are_drawn_and_what_is_closed_to_the_reader_is_not(make: Any, sign_in: Any, nine: list[Case]) -> None:
    person = make.person(powers=("auditor",))
    address = f"/audit/sample/?of=payments&chance=equally&count=25&first={DAYS['first']}&last={DAYS['last']}"
    page = sign_in(person).see(address)
    assert sorted(drawn(page)) == sorted(case.reference for case in nine[6:9]) and "HK$450" in page
    nine[7].standings.create(person=person, relation="conflicted", starts_at=MARCH, granted_by=person)
    assert nine[7].reference not in sign_in(person).see(address)
    assert Event.objects.filter(kind="payment_settled").count() == 4


def test_what_cannot_be_asked_is_refused_in_words(make: Any, sign_in: Any, nine: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    auditor = sign_in(make.person(powers=("auditor",)))
    assert "The last day is not before the first." in auditor.see(
        "/audit/sample/?of=cases&chance=equally&count=3&first=2026-04-01&last=2026-03-01", 422
    )
    for wrong in ("count=0", "count=201", "count=x", "first=soon", "of=people", "seal=0"):
        auditor.see(f"/audit/sample/?of=cases&chance=equally&count=3&first=2026-03-01&last=2026-03-31&{wrong}", 422)
    address = "/audit/sample/?of=cases&chance=equally&count=3&first=2026-03-01&last=2026-03-31"
    assert "There is no seal" in auditor.see(f"{address}&seal=999", 422)
    assert "Nothing lies in these days" in auditor.see(address.replace("2026-03", "2020-03"))
    monkeypatch.setattr(drawing, "MOST_DRAWN_FROM", 8)
    assert "Choose fewer days." in auditor.see(address, 422)
