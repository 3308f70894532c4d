"""What is late and what is about to change — e.g. three NIFS applications beyond 35 working days, and rules in force from 8 January.

The clock is `core/service_clock`'s, over the days of the sheet as known at the seal; only open applications are read for it.
"""

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from millrace.core import dated, service_clock
from millrace.core.policy_folder import difference
from millrace.core.policy_folder.difference import Difference
from millrace.core.policy_folder.funder import Funder, Pledge
from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.core.service_clock import Spell, WorkingDays
from millrace.desks.policy import service
from millrace.desks.policy.asked import Asked
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import SchemeVersion
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row
from millrace.stages.learn import queries as learn
from millrace.web import schemes
from millrace.web.forms import said

OPEN = sorted(service_clock.STAGE_OF)


@dataclass(frozen=True)
class Late:
    """One pledge, and the open applications for which the clock has run longer."""

    pledge: Pledge
    title: str
    stage: str
    cases: tuple[int, ...]

    @property
    def key(self) -> str:
        """Name the pledge in an address."""
        return f"{self.pledge.scheme}.{self.pledge.stage}"


def late(asked: Asked) -> list[Late]:
    """This will find, for each pledge, the applications open for longer than was said."""
    funder = asked.funder
    if funder is None or not funder.pledges:
        return []
    days = _days(asked, funder)
    titles = schemes.short_titles()
    return [_late(pledge, titles.get(pledge.scheme, pledge.scheme), days) for pledge in funder.pledges]


def _late(pledge: Pledge, title: str, days: dict[tuple[int, str, str], int]) -> Late:
    of = (pledge.scheme, pledge.stage)
    cases = tuple(case for (case, scheme, stage), run in days.items() if (scheme, stage) == of and run > pledge.working_days)
    return Late(pledge, title, _(service.NAMES[pledge.stage]), cases)


def _days(asked: Asked, funder: Funder) -> dict[tuple[int, str, str], int]:
    """How long the clock of each open stage of the schemes with a pledge has run; what was received too lately cannot be late."""
    least = min(pledge.working_days for pledge in funder.pledges)
    on_day = sheet.counted(Row.objects.filter(asked.known, valid_from__lte=asked.as_at)).exclude(case__in=asked.hidden)
    now = on_day.exclude(valid_before__lte=asked.as_at).filter(
        scheme__in={pledge.scheme for pledge in funder.pledges}, status__in=OPEN, received_on__lt=asked.as_at - timedelta(days=least)
    )
    told = on_day.filter(case__in=now.values("case"), received_on__isnull=False).order_by("case_id", "valid_from")
    working = WorkingDays(funder.calendar.is_working_day, date(min(funder.calendar.years, default=asked.as_at.year), 1, 1), asked.as_at)
    rows = told.values_list("case_id", "scheme", "valid_from", "status")
    found: dict[tuple[int, str, str], int] = {}
    for case, group in itertools.groupby(rows, key=lambda row: row[0]):
        held = list(group)
        spells = [Spell(day, status) for _case, _scheme, day, status in held]
        for clock in service_clock.clocks(spells, working, asked.as_at):
            if not clock.is_over:
                found[case, held[-1][1], clock.stage] = clock.days
    return found


@dataclass(frozen=True)
class Coming:
    """A version of a scheme's rules that is published and not yet in force: from when, and the rules it says differently."""

    scheme: str
    title: str
    starts_on: str
    version: str
    before: str
    changes: tuple[Difference, ...]


def coming(asked: Asked) -> list[Coming]:
    """This will list the rules that were published by then and begin after the day asked about, the soonest first."""
    found, language = [], translation.get_language() or "en"
    for slug, rows in learn.versions_known(asked.seal.number).items():
        for earlier, version in itertools.pairwise((None, *_readable(rows))):
            if version is None or version.starts.has_begun(asked.as_at) is not False:
                continue
            changes = tuple(difference.rules(earlier, version, language)) if earlier else ()
            before = earlier.id if earlier else ""
            found.append(Coming(slug, said(version.title), str(version.starts), version.id, before, changes))
    return sorted(found, key=lambda one: (dated.start(one.starts_on), one.scheme))


def _readable(rows: Iterable[SchemeVersion]) -> Iterator[rulebook.SchemeVersion]:
    """What a later program cannot read any more is named at the top of the page; nothing is guessed of it."""
    for row in rows:
        with contextlib.suppress(Refusal):
            yield policy.read_version(row)
