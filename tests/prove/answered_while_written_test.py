"""Figures asked while sixteen write — every answer that was given for a seal is given again for it, during the minute and after it.

Half of the questions are asked on a connection of no transaction, as a program may; half over HTTP, as everybody does.
"""

import random
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from millrace.core.figures.definition import FromSheet
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Seal
from millrace.stages.learn import queries
from millrace.testing import racing
from millrace.testing.making import NOON
from tests.prove.thirty_two_test import published  # noqa: F401  # a fixture is found by its name in this module

pytestmark = pytest.mark.prove
WRITERS, SECONDS, CASES = 16, 60, 40
FIRST = date(2025, 1, 6)
Asked = tuple[str, date, int]


class Answers:
    """What was answered, and whatever was answered otherwise for the same seal."""

    def __init__(self) -> None:
        self.given: dict[Asked, Any] = {}
        self.broken: list[tuple[Asked, Any, Any]] = []
        self.times: defaultdict[str, int] = defaultdict(int)

    def keep(self, way: str, asked: Asked, said: Any) -> None:
        first = self.given.setdefault(asked, said)
        self.times[way] += 1
        if first != said:
            self.broken.append((asked, first, said))


def saying(chance: random.Random) -> dict[str, Any]:
    """One thing an event may say of a case; days are taken back too."""
    day = (FIRST + timedelta(chance.randrange(200))).isoformat()
    return chance.choice(
        [
            {"approved_on": day, "approved_cents": chance.randrange(1, 1_000_000)},
            {"approved_on": None, "approved_cents": 0},
            {"withdrawn_on": chance.choice([day, None])},
            {"received_on": day, "scheme": chance.choice(["nifs", "raise-plus", "tvp"])},
            {"completed_on": chance.choice([day, None]), "paid_cents": chance.randrange(1_000_000)},
        ]
    )


def until(end: float, act: Callable[[], None]) -> Callable[[], int]:
    """Do it again and again until the minute is over; gives how often."""

    def go() -> int:
        for done in count():
            if time.monotonic() > end:
                return done
            act()
        raise AssertionError("never")

    return go


@pytest.mark.usefixtures("published")
def test_every_answer_given_is_given_again_for_its_seal(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    by, cases = make.person(), [make.case() for _ in range(CASES)]
    sealer.seal(NOON)
    sheet.project()
    known = queries.known_now()
    names = [name for name, one in known.figures.items() if isinstance(one.versions[-1].reads, FromSheet)]
    assert len(names) >= 5
    monkeypatch.setattr(queries, "ANSWERS_KEPT", 0)  # each is asked of the database, none remembered
    answers, chance = Answers(), random.Random(29)

    def write() -> None:
        one = chance.choice(cases)
        with transaction.atomic():
            since = FIRST + timedelta(chance.randrange(200))
            timeline.record(
                "scheme_version_published", command=uuid.uuid4(), by=by, at=NOON, case=one, facts={}, sheet=saying(chance), sheet_from=since
            )

    def follow() -> None:
        sealer.seal(NOON)
        sheet.project()

    def question() -> tuple[str, date]:
        return chance.choice(names), FIRST + timedelta(chance.choice([60, 120, 600]))

    first = queries.last_seal().number  # the figures are defined by then

    def seal() -> Seal | None:
        """Mostly the last there is, which is the one about to be followed by the next; else any earlier one."""
        return None if chance.random() < 0.7 else queries.seal_numbered(chance.randrange(first, queries.last_seal().number + 1))

    def ask_bare() -> None:
        name, day = question()
        given = queries.ask(name, as_at=day, seal=seal())
        answers.keep("bare", (name, day, given.seal.number), (given.answer.count, given.answer.amount_cents, _lines(given.answer)))

    def ask_over_http() -> None:
        name, day = question()
        wanted = seal()
        asked = {"as_at": day.isoformat(), **({"seal": wanted.number} if wanted else {})}
        answered = client.get(f"/api/v1/figures/{name}", asked)
        assert answered.status_code == 200, answered.content
        told = answered.json()
        said = (told["count"], told["amount_minor"], str(told["breakdowns"]))
        answers.keep("http", (f"{name} over HTTP", day, told["as_known"]["seal"]), said)

    client = Client()
    end = time.monotonic() + SECONDS
    acts = [until(end, each) for each in [*[write] * WRITERS, follow, ask_bare, ask_bare, ask_over_http, ask_over_http]]
    done = racing.together(acts)
    assert all(isinstance(each, int) and each >= 5 for each in done), repr(done)
    follow()
    assert answers.broken == []
    seals = {asked[2] for asked in answers.given}
    assert len(seals) >= 5 and len(answers.times) == 2 and min(answers.times.values()) > 20, (len(seals), answers.times)
    for (name, day, number), said in answers.given.items():
        if not name.endswith("HTTP"):
            told = queries.ask(name, as_at=day, seal=queries.seal_numbered(number)).answer
            assert (told.count, told.amount_cents, _lines(told)) == said, (name, day, number)
    assert sheet.rebuild() == sealer.last_number()
    for (name, day, number), said in random.Random(7).sample(sorted(answers.given.items()), 50):
        if not name.endswith("HTTP"):
            told = queries.ask(name, as_at=day, seal=queries.seal_numbered(number)).answer
            assert (told.count, told.amount_cents, _lines(told)) == said, ("rebuilt", name, day, number)


def _lines(told: Any) -> list[tuple[str, int, int]]:
    return [(line.key, line.count, line.amount_cents) for line in told.breakdowns[0].lines]
