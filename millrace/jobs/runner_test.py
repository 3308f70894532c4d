"""Tests that a night's work is done by a process of its own — e.g. the copy of past cases, whose arrays leave with that process."""

import os

from django.db import connection

from millrace.jobs import nightly, runner
from millrace.jobs.models import Night
from millrace.jobs.nightly_test import AT


def test_a_night_is_done_apart_once_and_this_process_goes_on(db_clone, monkeypatch):
    monkeypatch.setattr(nightly, "TASKS", (("where", lambda _at: f"{os.getpid()}"), ("bad", lambda _at: 1 / 0)))
    mine = connection.connection
    runner.night(at=AT)
    (night,) = Night.objects.all()
    assert night.report["bad"] == "failed: ZeroDivisionError"
    assert night.report["where"] != str(os.getpid())
    runner.night(at=AT)
    assert Night.objects.get().finished_at == night.finished_at
    assert connection.connection is mine or mine is None


def test_work_that_fails_ends_its_own_process_alone(db_clone):
    runner.apart(lambda: 1 / 0)
    assert Night.objects.count() == 0
