"""Tells the whole story in order of time — e.g. of 190 cases, the earliest begun on 17 October 2023.

Each tale is woken at its own moment; every few days what happened is sealed on the story's clock.
"""

import gc
import heapq
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F

from millrace.core.refusal import Refusal
from millrace.jobs.demonstration import (
    answers,
    beginnings,
    cast,
    endings,
    enquiries,
    hours,
    judging,
    late,
    money,
    owing,
    policy_told,
    projects,
    replies,
    visits,
)
from millrace.jobs.demonstration.cast import Cast, Side
from millrace.jobs.demonstration.plan import FIRST_DAY, Planned, planned
from millrace.jobs.demonstration.tale import ZONE, Tale, Telling, moment
from millrace.registers.cases.models import Case
from millrace.registers.messages.models import Mail
from millrace.registers.people import actions as marking
from millrace.registers.people import queries as people
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import actions as sheet
from millrace.registers.timeline import sealer
from millrace.stages.call import actions as calls
from millrace.stages.deliver import keeping
from millrace.stages.plan import actions as plan
from millrace.stages.plan import envelopes

SHARED_ON = date(2024, 11, 4)


def fill(at: datetime, folder: policy_told.Folder, *, only: int | None = None) -> int:
    """This will fill an empty database with the demonstration up to `at`; gives how many cases it holds. Filled already, nothing happens.

    Commits are not waited for while it runs, and are again after it. One that was cut short is refused: it is begun again in an
    empty database.
    """
    if people.is_being_told():
        raise CutShort("the story in this database was begun and not told to its end")
    if Case.objects.exists():
        return Case.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    gc.disable()
    try:
        with policy.standing_still():
            Story(at, folder, only).tell()
    finally:
        gc.enable()
    sheet.project()
    keeping.keep_up(at)
    # Nobody invented waits for mail: what the story wrote counts as sent when it was written.
    Mail.objects.filter(sent_at=None).update(sent_at=F("written_at"))
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
    marking.mark_story(people.TOLD, at=at)
    return Case.objects.count()


class CutShort(Exception):
    """A story begun and not told to its end, by a process that no longer runs."""


class Story:
    """The cast, the tales still being told, and the day the teller has come to."""

    def __init__(self, until: datetime, folder: policy_told.Folder, only: int | None) -> None:
        self.until, self.folder = until, folder
        self.opening = Tale(0, "", moment(FIRST_DAY - timedelta(days=14), 9))
        marking.mark_as_demonstration(at=self.opening.at)
        marking.mark_story(people.TELLING, at=self.opening.at)
        self.cast = self._open()
        last_day = until.astimezone(ZONE).date()
        self.planned = planned(last_day)[:only]
        self._next_company = 0

    def _open(self) -> Cast:
        """Publish the policy (its figures and series when they were there), open the envelopes, hire and register."""
        tale = self.opening
        company = cast.staff_of(tale)
        policy_officer, finance = company.staff["policy"][0], company.staff["finance"][0]
        told = plan.publish_policy(policy_told.without_figures(self.folder), by=policy_officer, at=tale.at, command=tale.command())
        for event in told.events:
            if event.scheme_version is not None:
                tale.act(calls.announce_calls, event.scheme_version, by=policy_officer)
        sealer.seal(tale.at, is_story=True)
        self._next_seal = moment(tale.today, 23, 55)
        tale.on(FIRST_DAY - timedelta(days=10))
        for fund in policy.funds():
            tale.act(envelopes.fund_envelope, fund.id, by=finance)
        cast.register(company, tale)
        return company

    def tell(self) -> None:
        """This will wake the earliest tale again and again, and seal every third day."""
        waiting: list[tuple[datetime, int, Telling]] = []
        for number, telling in enumerate(self._tellings()):
            heapq.heappush(waiting, (next(telling), number, telling))
        while waiting:
            at, number, telling = heapq.heappop(waiting)
            if at > self.until:
                continue
            while at > self._next_seal:
                self._seal()
            if (then := next(telling, None)) is not None:
                heapq.heappush(waiting, (then, number, telling))
        self._seal()

    def _seal(self) -> None:
        """What happened is sealed at the end of every third day, and at the end of every month."""
        sealer.seal(min(self._next_seal, self.until), is_story=True)
        day = self._next_seal.astimezone(ZONE).date()
        month_end = (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        later = day + timedelta(days=3)
        self._next_seal = moment(month_end if day < month_end < later else later, 23, 55)

    def _tellings(self) -> Iterator[Telling]:
        for number, case in enumerate(self.planned, 1):
            yield self._case(case, Tale(number, case.ending, moment(case.begins_on, 9 + number % 8, number % 60)))
        yield late.told(self.cast, Tale(1001, "closed", moment(late.BEGINS_ON)), self._side())
        yield late.told(self.cast, Tale(1002, "declined", moment(late.BEGINS_ON, 11)), self._side())
        yield projects.research(self.cast, Tale(1101, "", moment(projects.RESEARCH_BEGINS)))
        yield projects.startup(self.cast, Tale(1102, "", moment(projects.STARTUP_BEGINS)))
        yield money.shared(self.cast, Tale(2501, "", moment(SHARED_ON)))
        yield money.year_ends(self.cast, Tale(2502, "", moment(FIRST_DAY, 2, 10)))
        yield endings.payment_runs(self.cast, Tale(2001, "", moment(FIRST_DAY + timedelta(days=2))))
        yield replies.published(self.cast, Tale(6001, "", moment(replies.RELEASED_ON, 11)))
        yield replies.drafted(self.cast, Tale(6002, "", moment(replies.BEGUN_ON)))
        yield enquiries.told(self.cast, Tale(7002, "", moment(enquiries.ENQUIRIES[0][0], 12)))
        yield visits.told(self.cast, Tale(7001, "", moment(visits.VISITS[0][0], 12)))
        last_day = self.until.astimezone(ZONE).date()
        for number, (ending, days) in enumerate(owing.STORIES):
            yield owing.told(self.cast, Tale(4001 + number, ending, moment(last_day - timedelta(days=days))))
        yield hours.told(self.cast, Tale(5001, "", moment(last_day - hours.BEGINS_BEFORE)))
        votes = {date.fromisoformat(vote.on) for fund in policy.funds() for vote in fund.commitments if len(vote.on) == len("2024-02-28")}
        later = sorted(day + timedelta(days=1) for day in votes if day > FIRST_DAY)
        for number, day in enumerate([FIRST_DAY + timedelta(days=7), *later]):
            yield self._fund(Tale(2002 + number, "", moment(day)))
        for number, (day, shown) in enumerate(policy_told.publications(self.folder)):
            yield self._publish(Tale(3001 + number, "", moment(day)), shown)

    def _side(self) -> Side:
        self._next_company += 1
        return self.cast.companies[self._next_company % len(self.cast.companies)]

    def _case(self, case: Planned, tale: Tale) -> Telling:
        yield tale.at
        try:
            yield from self._nifs(tale) if case.scheme == "nifs" else self._raise_plus(tale)
        except Refusal as refused:
            raise RuntimeError(f"tale {tale.number} ({case.scheme}, {tale.ending}) on {tale.today}: {refused}") from refused

    def _nifs(self, tale: Tale) -> Telling:
        side = self._side()
        case, told = beginnings.nifs(self.cast, side, tale)
        yield from beginnings.written(case, side, told, tale)
        yield from beginnings.signed(case, side, tale)
        if tale.ending in ("draft", "awaiting_sign_off", "submitted"):
            return
        yield from judging.judged(self.cast, case, side, told.asked_cents, tale)
        case.refresh_from_db()
        if case.status == "in_force":
            yield from endings.nifs(self.cast, case, side, told.cost_cents, tale)

    def _raise_plus(self, tale: Tale) -> Telling:
        side = self.cast.universities[tale.number % len(self.cast.universities)]
        sponsor = self.cast.companies[tale.number % len(self.cast.companies)]
        told = answers.raise_plus(tale, name=side.writer.name, email=side.writer.email, is_direct=tale.ending == "direct")
        case = beginnings.drafted(self.cast, side, "raise-plus", tale)
        yield from beginnings.written(case, side, told, tale)
        yield from beginnings.sponsored(case, side, sponsor, told.asked_cents // 10, tale)
        yield from beginnings.signed(case, side, tale)
        yield from judging.judged(self.cast, case, side, told.asked_cents, tale)
        case.refresh_from_db()
        if case.status == "in_force":
            yield from endings.raise_plus(self.cast, case, side, sponsor, tale)

    def _fund(self, tale: Tale) -> Telling:
        """What was voted meanwhile goes into the envelopes."""
        yield tale.at
        for fund in policy.funds():
            tale.act(envelopes.fund_envelope, fund.id, by=self.cast.staff["finance"][0])

    def _publish(self, tale: Tale, shown: policy_told.Folder) -> Telling:
        yield tale.at
        plan.publish_policy(shown, by=self.cast.staff["policy"][0], at=tale.at, command=tale.command())
