"""Tests the nightly work — e.g. that it is done once a day of the funder's calendar, and again where it was cut short."""

from datetime import UTC, date, datetime, timedelta

import pytest

from millrace.jobs import nightly
from millrace.jobs.models import Night
from millrace.stages.learn import publication

AT = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def broken(at):
    raise ValueError(at)


@pytest.fixture
def tasks(monkeypatch):
    done = []
    monkeypatch.setattr(nightly, "TASKS", (("good", done.append), ("bad", broken), ("last", done.append)))
    return done


def test_a_night_is_done_once_and_a_failing_task_keeps_no_other_from_its_turn(db_clone, tasks):
    night = nightly.run_if_due(at=AT)
    assert night.report == {"good": "done", "bad": "failed: ValueError", "last": "done"}
    assert nightly.run_if_due(at=AT + timedelta(hours=1)) is None
    assert nightly.run_if_due(at=AT + timedelta(days=1)) is not None
    assert tasks == [AT, AT, AT + timedelta(days=1), AT + timedelta(days=1)]


def test_the_open_data_are_written_every_night_before_the_backup():
    names = [name for name, _task in nightly.TASKS]
    assert dict(nightly.TASKS)["open_data"] is publication.publish and names.index("open_data") < names.index("backup")


def test_a_night_cut_short_is_done_again_after_an_hour(db_clone, tasks):
    Night.objects.create(day=nightly.due_day(AT), started_at=AT)
    assert nightly.run_if_due(at=AT + timedelta(minutes=5)) is None
    assert nightly.run_if_due(at=AT + timedelta(hours=2)) is not None


def test_before_two_in_the_morning_yesterday_is_due(db_clone):
    assert nightly.due_day(datetime(2026, 3, 2, 1, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert nightly.due_day(datetime(2026, 3, 2, 2, 0, tzinfo=UTC)) == date(2026, 3, 2)
