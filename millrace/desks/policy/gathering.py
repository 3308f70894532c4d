"""Gathers what the desk shows, and keeps it by seal — e.g. the first page of 31 March at seal 4,211, for a reader without conflicts.

A sealed answer never changes: what was made once for a seal, a day, a language and a reader's narrowing is given again. The narrowing
is the very list of cases the reader may not see, so that nobody is given a number with a case in it that is closed to them. What is
not sealed — drafts, names, free text — is never kept here.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django.db import connection
from django.utils import translation

from millrace.core import months
from millrace.core.ledger import Envelope
from millrace.core.service_clock import STAGES, WorkingDays, within
from millrace.desks.policy import ahead, pictures, service, standing, targets, visits
from millrace.desks.policy.asked import Asked
from millrace.desks.policy.pictures import Shown
from millrace.registers.ledger import queries as ledger
from millrace.registers.ledger.queries import EnvelopeState
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row
from millrace.stages.call import enquiring
from millrace.web import schemes
from millrace.web.forms import said

Made = TypeVar("Made")
KEPT, MONTHS = 200, 12
_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.Lock()


def once(asked: Asked, what: str, make: Callable[[], Made]) -> Made:
    """This will give what was made before for the same seal, day, language and narrowing, or make it now.

    The seal's chained hash stands for all that was known: two databases with the same seal number never share an answer.
    """
    key = (
        str(connection.settings_dict["NAME"]),
        asked.seal.number,
        bytes(asked.seal.chain),
        asked.as_at,
        translation.get_language(),
        asked.hidden,
        what,
    )
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]  # type: ignore[no-any-return]  # kept under a key that names what it is
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def forget() -> None:
    """This will forget everything kept; for tests and measurements."""
    _kept.clear()


def counted(asked: Asked) -> dict[str, standing.Counted]:
    """This will count the cases of every scheme by where they stand."""
    return once(asked, "by scheme", lambda: standing.by_scheme(asked))


def enquiries(asked: Asked) -> dict[str, int]:
    """This will count the enquiries received by the day, by scheme."""
    return once(asked, "enquiries", lambda: enquiring.counts_known(asked.seal.number, asked.as_at))


def chain(asked: Asked) -> Shown:
    """This will be the picture from upstream to downstream."""
    return once(asked, "chain", lambda: pictures.of_chain(asked, standing.flows(asked)))


def partners(asked: Asked) -> Shown:
    """This will be the map of partners."""
    unit = asked.funder.currency if asked.funder else ""
    return once(asked, "partners", lambda: pictures.of_places(asked, standing.partners(asked, unit), unit))


def held(asked: Asked) -> list[targets.Held]:
    """This will give every target with what came of it."""
    return once(asked, "targets", lambda: targets.held(asked))


def late(asked: Asked) -> list[ahead.Late]:
    """This will find the applications open for longer than was said."""
    return once(asked, "late", lambda: ahead.late(asked))


def coming(asked: Asked) -> list[ahead.Coming]:
    """This will list the rules about to change."""
    return once(asked, "coming", lambda: ahead.coming(asked))


def visited(asked: Asked) -> list[visits.Listed]:
    """This will list the visits for exchange, in codes alone."""
    return once(asked, "visits", lambda: visits.known(asked))


def history(asked: Asked) -> list[dict[Envelope, EnvelopeState]]:
    """This will give every envelope at the ends of twelve months and on the day itself."""
    return once(asked, "history", lambda: ledger.envelope_history(months.ends(asked.as_at, MONTHS), seal=asked.seal.number))


def title_of(asked: Asked, envelope: Envelope) -> str:
    """This will title an envelope by its fund as it was published then."""
    fund = next((said(one.title) for one in asked.funds if one.id == envelope.fund), envelope.fund)
    return schemes.with_fund(fund, envelope.scheme)


def burn_down(asked: Asked, envelope: str = "") -> Shown | None:
    """This will be the burn-down of one envelope, unasked of the one of which the largest share is taken; None of one there is not."""
    return once(asked, f"burn-down {envelope}", lambda: _burn_down(asked, envelope))


def _burn_down(asked: Asked, envelope: str) -> Shown | None:
    days, held = months.ends(asked.as_at, MONTHS), history(asked)
    funded = [one for one, state in held[-1].items() if state.voted]
    if envelope:
        key = next((one for one in held[-1] if one.address == envelope), None)
    else:
        key = max(funded, key=lambda one: (bool(one.scheme), _taken(held[-1][one]), one.address), default=None)
    if key is None:
        return None
    states = [day.get(key, EnvelopeState(key)) for day in held]
    return pictures.of_envelope(key.address, title_of(asked, key), key.unit, days, states)


def _taken(state: EnvelopeState) -> float:
    return (state.voted - state.available) / state.voted


def funnel(asked: Asked, scheme: str) -> Shown | None:
    """This will be the funnel of a scheme; None of one without an application."""
    return once(asked, f"funnel {scheme}", lambda: _funnel(asked, scheme))


def _funnel(asked: Asked, scheme: str) -> Shown | None:
    found = counted(asked).get(scheme)
    return pictures.of_funnel(asked, scheme, found, _took(asked, scheme)) if found and asked.funder else None


def _took(asked: Asked, scheme: str) -> dict[str, int | None]:
    """The median working days of each part of the way: of the stages as the service clock tells them, and from approval on by the days."""
    assert asked.funder is not None
    calendar, hidden = asked.funder.calendar, set(asked.hidden)
    clocks = service.kept(asked.seal.number, bytes(asked.seal.chain), asked.as_at, calendar, scheme)
    mine = [clock for case, _scheme, found in clocks if case not in hidden for clock in found if clock.is_over]
    stages = {stage: within((clock.days for clock in mine if clock.stage == stage), 50) for stage in STAGES}
    working = WorkingDays(calendar.is_working_day, date(min(calendar.years, default=asked.as_at.year), 1, 1), asked.as_at)
    way = _after_approval(asked, scheme)
    signed = [working.between(approved, agreed) for approved, agreed, _completed in way if agreed and agreed <= asked.as_at]
    done = [working.between(agreed, completed) for _approved, agreed, completed in way if agreed and completed and completed <= asked.as_at]
    return {
        "screened": stages["screening"],
        "supported": stages["assessment"],
        "approved": stages["decision"],
        "agreed": within(signed, 50),
        "completed": within(done, 50),
    }


def _after_approval(asked: Asked, scheme: str) -> list[tuple[date, date | None, date | None]]:
    rows = sheet.counted(Row.objects.filter(asked.known, valid_from__lte=asked.as_at, scheme=scheme, approved_on__lte=asked.as_at))
    now = rows.exclude(valid_before__lte=asked.as_at).exclude(case__in=asked.hidden)
    return list(now.values_list("approved_on", "agreed_on", "completed_on"))
