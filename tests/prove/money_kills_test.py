"""Money released and paid over HTTP while servers are killed — e.g. web and database by signal 9 between an order and its check.

Four people of finance each carry a case's instalments from release to the bank's answer. Whoever gets no answer clicks again, with the
same command. In the end everything acknowledged is there, once, and the books are whole.
"""

import http.client
import os
import re
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.db import connections, transaction

from millrace.core import bank_status_test as bank
from millrace.jobs import verify
from millrace.registers.ledger import actions as ledger
from millrace.registers.ledger import queries as balances
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.site import serve
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import Payment, PaymentRun, Release
from millrace.testing.agreeing import Agreeing
from millrace.testing.live import Site
from millrace.testing.making import Making
from millrace.testing.pressing import Pressing
from millrace.web import clock
from tests.prove.kills_test import own_server  # noqa: F401  # the fixture is found by name

pytestmark = pytest.mark.prove
CASES, INSTALMENTS, EACH_CENTS = 4, 40, 40_000_00
# What is killed in each round, and how long after all of it stood again.
ROUNDS = (("web", 0.7), ("database", 0.9), ("both", 0.6), ("web", 1.1), ("both", 0.8))
PATIENCE_SECONDS = 120


@pytest.fixture
def site(own_server: Any, collected_static: Any, settings: Any, tmp_path: Any) -> Iterator[Site]:  # noqa: F811  # the fixture
    """The web server on a database of its own that may be killed."""
    _cluster, target = own_server
    settings.SECRET_KEY = target.home.keys()["secret_key"]  # by which it knows the sessions made here
    (target.home.path / "static").symlink_to(collected_static)
    made = Site(target, target.home, serve.free_port(0), tmp_path / "site.log")
    made.start(workers=2)
    yield made
    made.stop()


class Browser:
    """One person who clicks again, with the same command, until there is an answer."""

    def __init__(self, port: int, person: Any) -> None:
        session = Pressing(person).client.cookies[django_settings.SESSION_COOKIE_NAME].value
        self.port, self.token = port, uuid.uuid4().hex
        self.cookies = f"{django_settings.SESSION_COOKIE_NAME}={session}; {django_settings.CSRF_COOKIE_NAME}={self.token}"
        self.unanswered = 0

    def press(self, address: str, *, file: bytes = b"", **typed: Any) -> str:
        """This will send a form until it is answered, and give where it leads."""
        typed |= {"csrfmiddlewaretoken": self.token, "command": str(uuid.uuid4())}
        body, kind = _multipart(typed, file) if file else (urlencode(typed, doseq=True).encode(), "application/x-www-form-urlencoded")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                line.request("POST", address, body, {"Cookie": self.cookies, "Content-Type": kind})
                answer = line.getresponse()
                text = answer.read().decode()
            except (OSError, http.client.HTTPException):
                answer, text = None, ""
            if answer is not None and answer.status < 500:
                to = str(answer.headers["Location"])
                assert answer.status == 302 and "sign-in" not in to, (address, answer.status, to, re.sub(r"<[^>]+>", " ", text)[:2000])
                return to
            self.unanswered += 1
            assert time.monotonic() < deadline, f"{address} is not answered any more"
            time.sleep(0.05)


def _multipart(typed: dict[str, Any], file: bytes) -> tuple[bytes, str]:
    mark = uuid.uuid4().hex
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in typed.items()]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\nContent-Type: application/xml\r\n\r\n'.encode()
    return b"".join([*parts, head, file, f"\r\n--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


class Working(threading.Thread):
    """Carries one case's instalments from release to the bank's answer, and keeps what it was told was done."""

    def __init__(self, held: Any, port: int) -> None:
        super().__init__()
        self.held, self.reference = held, held.case.reference
        self.finance, self.maker, self.checker = (Browser(port, person) for person in (held.finance, held.maker, held.checker))
        self.runs: list[str] = []
        self.wrong: BaseException | None = None

    def run(self) -> None:
        try:
            for instalment in range(1, INSTALMENTS + 1):
                self._pay(instalment)
        except BaseException as raised:
            self.wrong = raised
        finally:
            connections.close_all()

    def _pay(self, instalment: int) -> None:
        self.finance.press(f"/cases/{self.reference}/instalments/{instalment}/release/", expected_cents=EACH_CENTS)
        release = asked(lambda: Release.objects.get(case=self.held.case, instalment=instalment))
        run = self.maker.press("/finance/runs/order/", release=[release.pk], pay_on="")
        self.checker.press(f"{run}act/", do="check")
        [payment] = asked(lambda: list(Payment.objects.filter(release=release)))
        original = run.rstrip("/").rsplit("/", 1)[1]
        paid = bank.transaction(payment.end_to_end, "ACSC", on=str(gather.local_day(clock.now())))
        told = bank.file(paid, original=original, message=uuid.uuid4().hex)
        self.finance.press(f"{run}answer/", file=told)
        self.runs.append(original)


def asked(ask: Any) -> Any:
    """This will ask the database until it answers."""
    from django.db import DatabaseError, InterfaceError

    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connections.close_all()
            assert time.monotonic() < deadline, "the database does not come back"
            time.sleep(0.05)


def a_case(agree: Agreeing) -> Any:
    """One case whose instalments may all be released, with cash in the year of today."""
    held = agree.releasable(INSTALMENTS, EACH_CENTS)
    at = clock.now()
    day = gather.local_day(at)
    with transaction.atomic(durable=True):
        event = timeline.record("envelope_funded", command=uuid.uuid4(), by=held.authority, at=at, fund="itf", facts={})
        ledger.provide_cash(held.envelope, gather.year_of(day), INSTALMENTS * EACH_CENTS, event=event.pk, on=day, at=at)
    return held


def test_what_was_released_and_paid_while_servers_were_killed_is_there_once(own_server: Any, site: Site) -> None:  # noqa: F811  # the fixture
    cluster, _target = own_server
    agree = Agreeing(Making())
    working = [Working(a_case(agree), site.port) for _case in range(CASES)]
    for one in working:
        one.start()
    for what, after in ROUNDS:
        time.sleep(after)
        assert any(one.is_alive() for one in working), [one.wrong or "everything was paid before the last kill" for one in working]
        if what in ("database", "both"):
            os.kill(cluster._postmaster(), signal.SIGKILL)
        if what in ("web", "both"):
            site.kill()
        time.sleep(0.1)
        cluster.revive()
        if what in ("web", "both"):
            site.start(workers=2)
    for one in working:
        one.join(PATIENCE_SECONDS)
    assert [one.wrong for one in working] == [None] * CASES
    connections.close_all()
    cut = sum(each.unanswered for one in working for each in (one.finance, one.maker, one.checker))
    assert cut >= len(ROUNDS), "nobody was left without an answer: nothing was cut in the middle"
    _holds(working)


def _holds(working: list[Working]) -> None:
    """Everything acknowledged is there, once; the books say the same, and verify finds nothing."""
    said = [run for one in working for run in one.runs]
    assert len(said) == len(set(said)) == CASES * INSTALMENTS
    assert sorted(PaymentRun.objects.filter(state="settled").values_list("reference", flat=True)) == sorted(said)
    for one in working:
        case, whole = one.held.case, INSTALMENTS * EACH_CENTS
        case.refresh_from_db()
        assert sorted(Release.objects.filter(case=case).values_list("instalment", flat=True)) == list(range(1, INSTALMENTS + 1))
        for kind in ("instalment_released", "payment_ordered", "payment_checked", "payment_settled"):
            assert Event.objects.filter(case=case, kind=kind).count() == INSTALMENTS, kind
        statement = balances.statement(case)
        assert (statement.total("paid", "HKD"), statement.total("due", "HKD"), statement.total("committed", "HKD")) == (whole, 0, 0)
        assert statement.matched("consumed", unit="HKD") == 2 * whole and case.paid_cents == whole
    sealer.seal(clock.now())
    sheet.project()
    report = verify.verify()
    assert report.is_whole, list(report.lines())
