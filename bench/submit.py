"""How many applications a second, and what one costs: `python -m bench submit [--applicants 16] [--each 8]`.

A cycle is what an authorised person's browser does: the signing page, the signature, the receipt. Every applicant has drafts of its own,
written beforehand; the client runs beside the server, on the same processors. CPU is that of the web workers alone.
"""

import argparse
import contextlib
import http.client
import os
import re
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bench import throwaway
from millrace.core.policy_folder import files
from millrace.site import database, serve
from millrace.site import home as homes

if TYPE_CHECKING:
    from millrace.registers.people.models import Organisation, Person

PORT_SECONDS = 60
PROJECTS = 3
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Applicant:
    """One signatory's session and the references of the drafts waiting to be signed."""

    cookie: str
    references: tuple[str, ...]


def main() -> None:
    """This will print the table."""
    parser = argparse.ArgumentParser(prog="bench submit")
    parser.add_argument("--applicants", type=int, default=16)
    parser.add_argument("--each", type=int, default=8)
    chosen = parser.parse_args()
    with throwaway.opened() as target:
        throwaway.enter(target)
        published()
        applicants = [_applicant(number, chosen.each) for number in range(chosen.applicants)]
        with served(target) as (port, pid):
            _cycle(http.client.HTTPConnection("127.0.0.1", port), applicants[0], applicants[0].references[-1])
            before, begun = _cpu_seconds(pid), time.monotonic()
            done, errors = _all_at_once(port, applicants)
            seconds, cpu = time.monotonic() - begun, _cpu_seconds(pid) - before
    print(f"{'applicants':>10} {'cycles':>7} {'errors':>7} {'seconds':>8} {'cycles/s':>9} {'CPU ms each':>12}")
    each = 1000 * cpu / max(done, 1)
    print(f"{chosen.applicants:>10} {done:>7} {errors:>7} {seconds:>8.1f} {done / seconds:>9.1f} {each:>12.1f}")


def published() -> None:
    """This will publish the policy and announce the calls, long ago."""
    from millrace.registers.people import queries as people
    from millrace.registers.people.models import Person
    from millrace.site.command import POLICY
    from millrace.stages.call import actions as calls
    from millrace.stages.plan import actions as plan

    early = datetime(2020, 7, 1, tzinfo=UTC)
    Person.objects.get_or_create(is_system=True, defaults={"email": "system@millrace.invalid", "name": "system", "joined_at": early})
    system = people.system_person()
    told = plan.publish_policy(files.files_of(POLICY), by=system, at=early, command=uuid.uuid4())
    for event in told.events:
        if event.scheme_version is not None:
            calls.announce_calls(event.scheme_version, by=system, at=early, command=uuid.uuid4())


def _applicant(number: int, each: int) -> Applicant:
    """An organisation for every three drafts: the published limit is three projects at a time for one."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from millrace.registers.people.models import Person

    at = datetime.now(UTC)
    person = Person(email=f"signatory-{number}@bench.invalid", name=f"Signatory {number}", joined_at=at)
    person.set_unusable_password()
    person.save()
    references: list[str] = []
    for position in range(each + 1):
        if position % PROJECTS == 0:
            organisation = _organisation(person, number * 1000 + position, at)
        references.append(_draft(person, organisation, number * 1000 + position, at))
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return Applicant(f"{settings.SESSION_COOKIE_NAME}={session.session_key}", tuple(references))


def _organisation(person: "Person", number: int, at: datetime) -> "Organisation":
    from millrace.registers.people.models import Membership, Organisation

    organisation = Organisation.objects.create(
        name=f"Bench {number} Ltd",
        kind="company",
        registration_kind="hk_cr",
        incorporated_in="HK",
        registration_number=f"{1_000_000 + number}",
        registered_at=at,
        registered_by=person,
        confirmed_at=at,
        confirmed_by=person,
    )
    for power in (Membership.Power.MEMBER, Membership.Power.SIGNATORY):
        Membership.objects.create(person=person, organisation=organisation, power=power, starts_at=at, granted_by=person)
    return organisation


def _draft(person: "Person", organisation: "Organisation", number: int, at: datetime) -> str:
    from millrace.jobs.demonstration import answers, beginnings
    from millrace.jobs.demonstration.cast import Cast, Side
    from millrace.jobs.demonstration.tale import Tale

    side, tale = Side(organisation, person, person), Tale(900_000 + number, "submitted", at)
    case = beginnings.drafted(Cast(person), side, "nifs", tale)
    told = answers.nifs(tale, name=person.name, email=person.email)
    tale.pause = lambda _low, _high: at  # type: ignore[method-assign]  # a draft for measuring is written at one sitting
    for _moment in beginnings.written(case, side, told, tale):
        pass
    return str(case.reference)


@contextlib.contextmanager
def served(target: database.Database) -> Iterator[tuple[int, int]]:
    """This will start the web server on it and give its port and process."""
    port = serve.free_port(None)
    environment = {**os.environ, **target.environment("app"), "MALLOC_ARENA_MAX": "1"}
    process = subprocess.Popen(serve.web_command(port, homes.current()), env=environment)
    try:
        _await(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _await(port: int) -> None:
    until = time.monotonic() + PORT_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/figures/")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise SystemExit("the web server does not answer")


def _all_at_once(port: int, applicants: list[Applicant]) -> tuple[int, int]:
    done: list[int] = []
    errors: list[BaseException] = []

    def work(applicant: Applicant) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for reference in applicant.references[:-1]:
            try:
                _cycle(connection, applicant, reference)
                done.append(1)
            except (AssertionError, OSError, http.client.HTTPException) as raised:
                errors.append(raised)

    threads = [threading.Thread(target=work, args=[applicant]) for applicant in applicants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        print(f"first error: {errors[0]!r}")
    return len(done), len(errors)


def _cycle(connection: http.client.HTTPConnection, applicant: Applicant, reference: str) -> None:
    """Form, post, receipt."""
    status, page, csrf = _ask(connection, "GET", f"/cases/{reference}/sign/", applicant.cookie)
    assert status == 200, f"form {status}"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    body = urlencode({**hidden, "is_true": "on"})
    cookie = f"{applicant.cookie}; {csrf}"
    status, _page, _csrf = _ask(connection, "POST", f"/cases/{reference}/sign/", cookie, body)
    assert status == 302, f"post {status}"
    status, page, _csrf = _ask(connection, "GET", f"/cases/{reference}/receipt/", cookie)
    assert status == 200 and "R-" in page, f"receipt {status}"


def _ask(connection: http.client.HTTPConnection, method: str, path: str, cookie: str, body: str = "") -> tuple[int, str, str]:
    headers = {"Cookie": cookie}
    if body:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{connection.port}{path}"}
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    text = response.read().decode()
    set_ = [value.split(";")[0] for name, value in response.getheaders() if name.lower() == "set-cookie" and "csrf" in value]
    return response.status, text, set_[0] if set_ else ""


def _cpu_seconds(root: int) -> float:
    """This will add up the processor time of the server and its workers."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if int(entry.name) == root or int(fields[1]) == root:
                    total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


if __name__ == "__main__":
    main()
