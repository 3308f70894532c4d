"""The service clock: how long applications take, stage by stage, beside what was published — e.g. NIFS, median 31 working days, said 35.

Days are the sheet's, as known at its last seal; who waits for whom is `core/service_clock`. A case the reader may not see is in no number.
"""

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import service_clock
from millrace.core.policy_folder.funder import Calendar, Pledge
from millrace.core.refusal import Refusal
from millrace.core.service_clock import RESULT, STAGES, Clock, Spell, WorkingDays
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row
from millrace.stages.learn import queries as learn
from millrace.web import access, schemes
from millrace.web.access import entry
from millrace.web.forms import said

READERS = ("policy", "authority", "officer", "auditor")
NAMES = {
    "screening": word("Screening"),
    "assessment": word("Assessment"),
    "decision": word("Decision"),
    RESULT: word("From receipt to the result"),
}
STATES = ("done", "open", "waiting", "over")
# Open applications by how long the clock has run, in working days: up to 10, 11 to 20, 21 to 35, longer.
AGES = ((0, 10), (11, 20), (21, 35), (36, None))
NOBODY, LISTED = 0, 500


@dataclass(frozen=True)
class Timed:
    """One case with one of its clocks."""

    case: int
    scheme: str
    officer: int
    clock: Clock


@functools.lru_cache(maxsize=24)
def kept(seal: int, _chain: bytes, today: date, calendar: Calendar, scheme: str = "") -> tuple[tuple[int, str, tuple[Clock, ...]], ...]:
    """This will read the clocks of every case, or of a scheme's alone, once per process, seal and day; of them each reader is shown those
    of the cases they may see."""
    rows = sheet.counted(Row.objects.filter(sheet.known(seal), received_on__isnull=False, valid_from__lte=today))
    rows = rows.filter(scheme=scheme) if scheme else rows
    told = rows.order_by("case_id", "valid_from").values_list("case_id", "scheme", "valid_from", "status")
    working = WorkingDays(calendar.is_working_day, date(min(calendar.years, default=today.year), 1, 1), today)
    found = []
    for case, group in itertools.groupby(told.iterator(chunk_size=5_000), key=lambda row: row[0]):
        held = list(group)
        spells = [Spell(day, status) for _case, _scheme, day, status in held]
        found.append((case, held[-1][1], tuple(service_clock.clocks(spells, working, today))))
    return tuple(found)


def timed(request: HttpRequest) -> list[Timed]:
    """This will give every clock of the cases the reader may see, as known at the last seal."""
    funder, seal = policy.funder(), learn.last_seal()
    visible = Case.objects.filter(access.visible_submitted(request.actor, request.at)).values_list("pk", "officer")
    officers = {case: officer or NOBODY for case, officer in visible}
    read = kept(seal.number, bytes(seal.chain), funder.day_of(request.at), funder.calendar)
    return [Timed(case, scheme, officers[case], clock) for case, scheme, clocks in read if case in officers for clock in clocks]


@entry(power=READERS)
def service(request: HttpRequest) -> HttpResponse:
    """This will show, scheme by scheme, how long each stage took and what is open, and how old each officer's open cases are."""
    if not policy.is_published():
        return render(request, "policy/service.html", {"is_published": False})
    known = timed(request)
    titles = schemes.short_titles()
    by_scheme = sorted({each.scheme for each in known}, key=lambda scheme: titles.get(scheme, scheme))
    context = {
        "is_published": True,
        "schemes": [
            (titles.get(scheme, scheme), _stages(scheme, [each for each in known if each.scheme == scheme])) for scheme in by_scheme
        ],
        "ages": [_age(least, most) for least, most in AGES],
        "officers": _by_officer(known),
        "seal": learn.last_seal(),
    }
    return render(request, "policy/service.html", context)


def _stages(scheme: str, known: Sequence[Timed]) -> list[dict[str, Any]]:
    rows = []
    for stage in STAGES:
        mine = [each for each in known if each.clock.stage == stage]
        if not mine:
            continue
        pledge, done = _pledge(scheme, stage), [each.clock for each in mine if each.clock.is_over]
        states = {state: [each for each in mine if _is(state, each)] for state in STATES}
        rows.append(
            {
                "title": _(NAMES[stage]),
                "median": service_clock.within((clock.days for clock in done), 50),
                "ninetieth": service_clock.within((clock.days for clock in done), 90),
                "waited": service_clock.within((clock.waited_days for clock in done), 90),
                "pledge": pledge,
                "note": said(pledge.note) if pledge else "",
                **{state: (len(cases), address(scheme=scheme, stage=stage, state=state)) for state, cases in states.items()},
            }
        )
    return rows


def _pledge(scheme: str, stage: str) -> Pledge | None:
    return next((each for each in policy.funder().pledges if (each.scheme, each.stage) == (scheme, stage)), None)


def _is(state: str, each: Timed) -> bool:
    """Over: open, and for longer than was published."""
    clock = each.clock
    if state == "done":
        return clock.is_over
    if state == "over":
        pledge = _pledge(each.scheme, clock.stage)
        return not clock.is_over and pledge is not None and clock.days > pledge.working_days
    return not clock.is_over and (state == "open" or clock.is_waiting)


def _by_officer(known: Iterable[Timed]) -> list[dict[str, Any]]:
    """This will count each officer's open cases by age, the one with the oldest first."""
    held: dict[int, list[Timed]] = {}
    for each in known:
        if each.clock.stage == RESULT and not each.clock.is_over:
            held.setdefault(each.officer, []).append(each)
    names = {person.pk: str(person) for person in Person.objects.filter(pk__in=held)}
    rows = []
    for officer, cases in sorted(held.items(), key=lambda item: (-max(each.clock.days for each in item[1]), item[0])):
        common = {"stage": RESULT, "officer": officer}
        ages = [
            (_age(least, most), sum(_is_aged(each, least, most) for each in cases), address(**common, state="open", least=least, most=most))
            for least, most in AGES
        ]
        counts = {state: (sum(_is(state, each) for each in cases), address(**common, state=state)) for state in STATES[1:]}
        oldest = max(each.clock.days for each in cases)
        rows.append({"name": names.get(officer) or _("No officer yet"), "ages": ages, "oldest": oldest, **counts})
    return rows


def _age(least: int, most: int | None) -> str:
    return f"{least}+" if most is None else f"{least}–{most}"


def _is_aged(each: Timed, least: int, most: int | None) -> bool:
    return least <= each.clock.days and (most is None or each.clock.days <= most)


def address(**asked: Any) -> str:
    """This will be where the cases behind one number are listed."""
    return f"/policy/service/cases/?{urlencode({name: value for name, value in asked.items() if value is not None})}"


@entry(power=READERS)
def cases(request: HttpRequest) -> HttpResponse:
    """This will list the cases behind one number of the service clock, the longest first."""
    asked = request.GET
    stage, state = asked.get("stage", RESULT), asked.get("state", "open")
    if stage not in STAGES or state not in STATES or not policy.is_published():
        raise Refusal.not_found()
    least, most, officer = (_number(asked.get(name, "")) for name in ("least", "most", "officer"))
    found = [
        each
        for each in timed(request)
        if each.clock.stage == stage
        and _is(state, each)
        and each.scheme == (asked.get("scheme") or each.scheme)
        and (officer is None or each.officer == officer)
        and _is_aged(each, least or 0, most)
    ]
    found.sort(key=lambda each: (-each.clock.days, each.case))
    shown = Case.objects.filter(pk__in=[each.case for each in found[:LISTED]]).select_related("lead", "officer").defer(*Case.SEARCHED_BY)
    by_id = {case.pk: case for case in shown}
    context = {
        "title": _(NAMES[stage]),
        "state": state,
        "rows": [(by_id[each.case], each.clock, schemes.short_title(each.scheme)) for each in found[:LISTED]],
        "count": len(found),
        "is_cut": len(found) > LISTED,
        "crumbs": [(_("Service clock"), "/policy/service/")],
    }
    return render(request, "policy/service_cases.html", context)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
