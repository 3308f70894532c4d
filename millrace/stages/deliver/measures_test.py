"""What is measured of a case is recorded by an officer on what shows it, added up by figures, and corrected by its day.

For example two smart production lines from 3 March, seen on a visit; then three, and as known before still two.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from millrace.core.refusal import Refusal
from millrace.registers.sheet import actions as sheet
from millrace.registers.sheet.queries import rows_as_at
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import actions as deliver
from millrace.stages.deliver import measured
from millrace.stages.deliver.deliver_test import reach, refused
from millrace.stages.deliver.measured import Ground
from millrace.stages.deliver.models import Inspection
from millrace.web import clock


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def recorded(held: Any, number: int, from_on: date, ground: Ground | None = None, measure: str = "production_lines") -> None:
    given = {"measure": measure, "number": number, "from_on": from_on, "rests_on": ground or Ground("milestone", 1)}
    held.act(deliver.record_measure, held.case, **given, by=held.officer)


def lines(held: Any, day: date, number: int | None = None) -> int | None:
    """The lines of the case on a day, as known at a seal."""
    sealer.seal(held.at)
    sheet.project()
    measures = rows_as_at(day, number).filter(case=held.case).values_list("measures", flat=True).first()
    return (measures or {}).get("production_lines")


def test_a_number_holds_from_its_day_and_is_corrected_by_its_day(hong_kong: Any, agree: Any) -> None:
    held = agree.nifs()
    reach(held, 1)
    held.at += timedelta(days=10)
    day = held.at.date()
    recorded(held, 2, day - timedelta(days=3))
    assert [lines(held, day - timedelta(days=gap)) for gap in (4, 3, 0)] == [None, 2, 2]
    known = sealer.last_number()
    recorded(held, 3, day - timedelta(days=3))
    recorded(held, 5, day)
    assert [lines(held, day - timedelta(days=gap)) for gap in (4, 3, 0)] == [None, 3, 5]
    assert lines(held, day, known) == 2
    told = measured.panel(held.case, held.officer, held.at)
    assert told and [(row["number"], row["ground"]) for row in told["rows"]] == [(5, "Milestone 1, accepted"), (3, "Milestone 1, accepted")]
    assert told["may_record"] and not (measured.panel(held.case, held.member, held.at) or {})["may_record"]


def test_a_number_rests_on_what_was_accepted_or_held_in_this_case(hong_kong: Any, agree: Any) -> None:
    held, other = agree.nifs(), agree.nifs()
    reach(other, 1)
    assert measured.grounds_of(held.case) == []
    for ground in (Ground("milestone", 1), Ground("report", 1), Ground("visit", 1), Ground("rumour", 1)):
        with refused("nothing-to-rest-on"):
            recorded(held, 2, held.at.date(), ground)
    visit = held.at.date()
    held.act(deliver.plan_inspection, held.case, planned_on=visit, place="Tai Po", by=held.officer)
    planned = Inspection.objects.get(case=held.case)
    held.act(deliver.hold_inspection, planned, held_on=visit, note="Two lines run.", by=held.officer)
    assert measured.grounds_of(held.case) == [Ground("visit", 1)]
    recorded(held, 2, visit, Ground("visit", 1))
    assert Event.objects.get(kind="measure_recorded").sheet == {"measures": {"production_lines": 2}}


def test_what_is_not_measured_or_cannot_be_so_is_refused(hong_kong: Any, agree: Any) -> None:
    held = agree.nifs()
    reach(held, 1)
    day = held.at.date()
    for given, code in (
        ({"number": 2, "from_on": day, "measure": "meals"}, "no-such-measure"),
        ({"number": -1, "from_on": day}, "measure-out-of-range"),
        ({"number": deliver.MOST_MEASURED + 1, "from_on": day}, "measure-out-of-range"),
        ({"number": 2, "from_on": day + timedelta(days=1)}, "measure-to-come"),
        ({"number": 2, "from_on": held.case.opened_at.date() - timedelta(days=1)}, "measure-before-case"),
    ):
        with refused(code):
            recorded(held, **given)
    for nobody in (held.member, held.finance):
        with pytest.raises(Refusal) as kept:
            given = {"measure": "production_lines", "number": 2, "from_on": day, "rests_on": Ground("milestone", 1)}
            held.act(deliver.record_measure, held.case, **given, by=nobody)
        assert kept.value.status == 404
    assert not Event.objects.filter(kind="measure_recorded").exists()


def test_the_page_records_a_number_says_why_it_cannot_and_is_an_officers_alone(
    hong_kong: Any, agree: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = agree.nifs()
    monkeypatch.setattr(clock, "now", lambda: held.at)
    address = f"/cases/{held.case.reference}/measures/"
    officer = sign_in(held.officer)
    case, told = f"/cases/{held.case.reference}/", "Smart production lines set up"
    assert "Nothing was accepted yet that a number could rest on" in officer.see(address)
    reach(held, 1)
    assert "Nothing was recorded yet." in officer.see(f"{case}?show=delivery") and address in officer.see(f"{case}?show=delivery")
    given = {"measure": "production_lines", "number": "2", "from_on": held.at.date().isoformat(), "rests_on": "milestone-1"}
    officer.press(address, 422, **given | {"number": "two"})
    officer.press(address, 422, **given | {"from_on": (held.at + timedelta(days=2)).date().isoformat()})
    officer.press(address, 302, **given)
    assert told in officer.see(f"{case}?show=delivery") and "Milestone 1, accepted" in officer.see(f"{case}?show=delivery")
    assert f"{told} from" in officer.see(case)
    sign_in(held.member).press(address, 404, **given)
