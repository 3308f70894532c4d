"""What was acknowledged survives every kill, once — e.g. PostgreSQL and the writers ended by signal 9 in the middle of their writes."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from millrace.jobs import verify
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger.models import Posting
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.site import database, postgres
from millrace.site import home as homes
from millrace.testing import database as testing
from millrace.testing.making import Making

pytestmark = pytest.mark.prove
AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
REPOSITORY = testing.REPOSITORY


@pytest.fixture
def own_server(open_folder, django_db_blocker):
    """A server of this test's own, with every safety on, that may be killed."""
    cluster = postgres.Cluster(homes.Home(open_folder / "home"))
    with cluster.joined(adopt=True):
        target = database.embedded(cluster)
        testing.migrate(target)
        with django_db_blocker.unblock(), testing.entered(target):
            yield cluster, target


def writer(target, reference, log):
    environment = {**os.environ, **target.environment("app"), "DJANGO_SETTINGS_MODULE": "millrace.site.settings"}
    command = [sys.executable, "-m", "tests.prove.writing", reference]
    return subprocess.Popen(command, env={**environment, "PYTHONPATH": str(REPOSITORY)}, stdout=log.open("ab"), cwd=REPOSITORY)


def fund_an_envelope(by):
    with transaction.atomic():
        event = timeline.record("scheme_version_published", command=uuid.uuid4(), by=by, at=AT, fund="itf", happened_on=AT.date())
        ledger.appropriate(ledger.envelope("itf", "nifs", "HKD"), 10**12, event=event.pk, on=date(2026, 3, 2), at=AT)


def acknowledged(logs):
    """Whole lines only: a writer killed while printing had its answer lost."""
    return [line for log in logs for line in log.read_text().split("\n")[:-1] if len(line) == 36]


def test_writes_acknowledged_before_a_kill_are_there_once_and_nothing_is_half_done(own_server, tmp_path):
    cluster, target = own_server
    make = Making()
    fund_an_envelope(make.system())
    cases = [make.case() for _ in range(6)]
    logs = [tmp_path / f"{case.reference}.log" for case in cases]
    writers = [writer(target, case.reference, log) for case, log in zip(cases, logs, strict=True)]
    try:
        for round_number in range(1, 4):
            wait_for(lambda count=round_number * 60: len(acknowledged(logs)) >= count)
            os.kill(cluster._postmaster(), signal.SIGKILL)
            time.sleep(0.1)
            cluster.revive()
            slot = round_number % len(writers)
            writers[slot].kill()
            writers[slot].wait()
            writers[slot] = writer(target, cases[slot].reference, logs[slot])
        wait_for(lambda: len(acknowledged(logs)) >= 300)
    finally:
        for one in writers:
            one.kill()
            one.wait()
    connection.close()
    said = acknowledged(logs)
    assert len(said) == len(set(said))
    kept = [str(command) for command in Event.objects.filter(kind="offer_declined").values_list("command", flat=True)]
    assert len(kept) == len(set(kept)) and set(said) <= set(kept)
    assert Posting.objects.count() == Event.objects.count()
    sealer.seal(AT)
    sheet.project()
    report = verify.verify()
    assert report.is_whole, list(report.lines())


def wait_for(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the writers do not come back"
        time.sleep(0.05)


def test_the_web_server_killed_and_started_again_answers_on_its_port(live_site):
    site = live_site(workers=2)
    for _ in range(3):
        site.kill()
        site.start(workers=2)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{site.url}/no-such-page/", timeout=30)
    left = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    ours = [line for line in left.splitlines() if f"--port {site.port} " in line]
    assert 2 <= len(ours) <= 3, ours  # the server and its workers, no orphan
