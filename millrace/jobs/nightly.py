"""What is done once a night — e.g. offers past their thirty days lapse, and the database is copied to the backups.

One row for each day says what was done; a night missed because the machine was off is made up for at the next start.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from millrace.jobs import backup
from millrace.jobs.models import Night
from millrace.registers.ledger import kept_days
from millrace.registers.people import queries as people
from millrace.stages.assess import actions as assess
from millrace.stages.award import actions as award
from millrace.stages.deliver import actions as deliver
from millrace.stages.learn import columnar, publication
from millrace.stages.learn import kept as kept_figures
from millrace.stages.learn import queries as figures
from millrace.stages.plan import envelopes
from millrace.web import funder

HOUR = 2
GIVEN_UP_AFTER = timedelta(hours=1)
Task = Callable[[datetime], object]
logger = logging.getLogger(__name__)


def lapse_requests(at: datetime) -> int:
    """This will let applications lapse whose questions were not answered in time."""
    return assess.lapse_unanswered(people.system_person(), at=at)


def lapse_offers(at: datetime) -> int:
    """This will let offers lapse that were not answered in time, and give their money back."""
    return award.lapse_offers(people.system_person(), at=at)


def lapse_cash(at: datetime) -> int:
    """This will let what is left of the cash of financial years that have ended lapse."""
    return envelopes.lapse_ended_years(people.system_person(), at=at)


def remind_of_reports(at: datetime) -> int:
    """This will remind of reports that are due within two weeks, and of those that have just become overdue."""
    return deliver.remind_of_reports(people.system_person(), at=at)


def end_missed_plans(at: datetime) -> int:
    """This will end plans of instalments of which one was missed: all that is owed falls due."""
    return deliver.end_missed_plans(people.system_person(), at=at)


def copy_past_cases(at: datetime) -> object:
    """This will bring the columnar copy of past cases up to date, so that a draft is tried on them without a wait."""
    from millrace.stages.plan import past  # NumPy with it: 13 MB, for the process that does the night

    return f"{past.up_to_date().copy.case_count} cases"


def keep_days(_at: datetime) -> object:
    """This will keep what every account held on the days that have filled, so that a past day need not be added up anew."""
    return f"{kept_days.keep_days()} days"


def keep_figures(_at: datetime) -> object:
    """This will keep what each figure had changed by every ten thousand seals, so that a figure of many cases need not be counted anew."""
    return f"{kept_figures.keep(figures.counts_ever_published())} blocks"


def copy_sheet(_at: datetime) -> object:
    """This will copy the sheet by columns where it has grown by ten thousand seals, for groupings of which nothing is kept."""
    return f"{columnar.keep()} rows"


TASKS: tuple[tuple[str, Task], ...] = (
    ("lapse_requests", lapse_requests),
    ("lapse_offers", lapse_offers),
    ("lapse_cash", lapse_cash),
    ("reports", remind_of_reports),
    ("missed_plans", end_missed_plans),
    ("past_cases", copy_past_cases),
    ("kept_days", keep_days),
    ("kept_figures", keep_figures),
    ("sheet_copy", copy_sheet),
    ("open_data", publication.publish),
    ("backup", backup.make),
)


def due_day(at: datetime) -> date:
    """This will name the last day whose night work should be done at `at`: today's from two o'clock on, else yesterday's."""
    local = at.astimezone(funder.current().zone)
    return local.date() if local.hour >= HOUR else local.date() - timedelta(days=1)


def is_due(at: datetime) -> bool:
    """This will say whether a night's work is still to be done and in nobody's hands."""
    night = Night.objects.filter(day=due_day(at)).first()
    return night is None or (night.finished_at is None and at - night.started_at >= GIVEN_UP_AFTER)


def run_if_due(*, at: datetime) -> Night | None:
    """This will do the night's work unless it was done or another process is at it."""
    night = _take(due_day(at), at)
    if night is None:
        return None
    for name, task in TASKS:
        try:
            night.report[name] = str(task(at) or "done")
        except Exception as failure:
            logger.exception("nightly work %s fails", name)
            night.report[name] = f"failed: {type(failure).__name__}"
    night.finished_at = at
    night.save(update_fields=["report", "finished_at"])
    return night


def _take(day: date, at: datetime) -> Night | None:
    """This will claim the day's work, also where a process began it and was killed; None when it is done or in good hands."""
    with transaction.atomic():
        night, is_new = Night.objects.select_for_update().get_or_create(day=day, defaults={"started_at": at})
        if not is_new:
            if night.finished_at or at - night.started_at < GIVEN_UP_AFTER:
                return None
            night.started_at = at
            night.save()
    return night
