"""Whoever runs a facility confirms its bookings and records its hours, over HTTP — e.g. an engineer of the pilot line, named to it.

The officer no longer does it for them; they read nothing else of the case; and once ended, nothing of it either.
"""

from datetime import date
from typing import Any

from millrace.registers.cases.models import Standing
from millrace.registers.facilities.models import Allocation, Booking, Operator, Usage
from millrace.registers.messages.models import Notice
from millrace.registers.timeline.models import Event
from millrace.stages.apply.conftest import published  # noqa: F401  # a fixture found by name in this module
from tests.journeys import chain_story, kinds
from tests.journeys.hours_test import TRIAL, begun  # noqa: F401  # a fixture found by name in this module
from tests.journeys.raise_plus_story import Play, enter

PLACE = "microelectronics-pilot-line"


def granted(play: Play, make: Any) -> Allocation:
    kinds.company(play, make)
    kinds.submitted(play, "pilot-line-access", TRIAL)
    kinds.screened(play)
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="240")
    kinds.accepted(play, has_money=False)
    return Allocation.objects.get()


def named(administrator: Any, email: str, status: int = 200) -> Any:
    page = enter(administrator).open(f"/desk/facilities/{PLACE}/name/")
    return page.submit("Name", email=email, status=status)


def test_its_own_people_run_a_facility_in_the_officers_place(begun: Any, make: Any) -> None:  # noqa: F811  # the fixture
    play = begun(date(2026, 3, 2), "pilot-line-hours")
    held = granted(play, make)
    early = chain_story.EARLY
    administrator, engineer, other = (
        make.person(powers=("administrator",), at=early),
        make.person("Engineer", at=early),
        make.person(at=early),
    )
    enter(engineer).open("/facilities/", status=404)
    named(administrator, administrator.email, 409).sees("Nobody names themselves")
    named(administrator, "nobody@example.org", 422).sees("Nobody signs in here")
    named(administrator, engineer.email)
    assert Event.objects.get(kind="operator_named").facts == {"resource": PLACE}
    enter(engineer).open("/facilities/").sees(play.reference, "240 tool-hours")

    play.at("writer", f"hours/{held.pk}/book/").submit("Book", tool="ion-implanter", on="2026-03-09", from_hour="09:00", hours="8")
    assert Notice.objects.filter(person=engineer, case=play.case()).exists()
    answer = f"/cases/{play.reference}/bookings/1/answer/"
    play.at("officer", "bookings/1/answer/").submit("Record the answer", answer="yes", status=403).sees("run by its own people")
    enter(other).open(answer, status=404)
    for closed in ("", "?show=money", "hours/", "?show=application", "close/"):
        enter(engineer).open(f"/cases/{play.reference}/{closed}", status=404)
    enter(engineer).open("/facilities/").click("Answer").submit("Record the answer", answer="yes").sees("Facilities you run")
    assert Booking.objects.get().answered_by == engineer
    play.clock.to(date(2026, 3, 10))
    play.at("officer", "bookings/1/use/").submit("Record", hours="6", status=403)
    enter(engineer).open("/facilities/").click("Record what was used").submit("Record", hours="6", times=2)
    reading = {"hours": "3", "used_on": "2026-03-10", "source_key": "log-1"}
    enter(engineer).open("/facilities/").click("Record a reading").submit("Record", **reading)
    assert list(Usage.objects.order_by("pk").values_list("recorded_by", flat=True)) == [engineer.pk] * 2

    operator = Operator.objects.get()
    page = enter(administrator).open("/desk/facilities/").sees("Engineer")
    page.submit("End Engineer")
    enter(engineer).open("/facilities/", status=404)
    enter(engineer).open(f"/cases/{play.reference}/hours/{held.pk}/reading/", status=404)
    operator.refresh_from_db()
    assert operator.ends_at and not Standing.objects.filter(relation="operator", ends_at=None).exists()
    # Nobody is named now: the officer does it again.
    play.at("officer", f"hours/{held.pk}/reading/").submit("Record", **reading | {"source_key": "log-2"})


def test_who_is_named_first_stands_to_the_cases_granted_later_and_never_to_ones_own(begun: Any, make: Any) -> None:  # noqa: F811  # the fixture
    play = begun(date(2026, 3, 2), "pilot-line-hours")
    granted(play, make)
    administrator, engineer = (make.person(at=chain_story.EARLY, powers=powers) for powers in (("administrator",), ()))
    named(administrator, engineer.email)
    first = play.reference
    granted_later = dict(TRIAL)
    kinds.submitted(play, "pilot-line-access", granted_later)
    kinds.screened(play)
    play.at("authority", "decision/").submit("Decide", outcome="approved", amount="240")
    play.at("signatory", "offer/").submit("Send your answer", answer="accept")
    enter(engineer).open("/facilities/").sees(first, play.reference)
    # One who also belongs to the applicant does not meter its hours.
    play.case().lead.memberships.create(person=engineer, power="member", starts_at=chain_story.EARLY, granted_by=administrator)
    held = Allocation.objects.get(case=play.case())
    reading = {"hours": "3", "used_on": "2026-03-02", "source_key": "log-9"}
    page = enter(engineer).open(f"/cases/{play.reference}/hours/{held.pk}/reading/")
    page.submit("Record", **reading, status=403).sees("own organisation")
