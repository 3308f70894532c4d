"""Keeps the register of what a project brought forth — e.g. a patent filed in June, 70% of it the team's.

The shares of a title come to the whole; who holds them stands in the row, the timeline holds the team's part alone.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import holdings
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.deliver import gather
from millrace.stages.deliver.models import Title

WRONG = {
    "share_of_nothing": _("Every holder has a part above nothing."),
    "holder_twice": _("A holder stands there twice."),
    "not_the_whole": _("The shares do not come to the whole."),
}


def record_title(
    case: Case,
    *,
    number: int | None = None,
    kind: str,
    name: str = "",
    registration: str = "",
    filed_on: date | None = None,
    state: str = Title.State.FILED,
    shares: Sequence[holdings.Share] = (),
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will enter a title, or write one anew under its number; "none" says that nothing arose, and has no shares."""
    with transaction.atomic(durable=True):
        case = gather.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        gather.must(by, "claim", case, at)
        is_nothing = kind == Title.Kind.NONE
        found = () if is_nothing else holdings.problems(shares)
        if found or (not is_nothing and not name.strip()):
            what = WRONG[found[0]] if found else _("Say what the title is.")
            raise Refusal(found[0].replace("_", "-") if found else "no-name", what=what, field="shares" if found else "name", status=422)
        title = Title.objects.filter(case=case, number=number).first() if number else None
        title = title or Title(case=case, number=Title.objects.filter(case=case).count() + 1)
        title.kind, title.state, title.name, title.registration, title.filed_on = kind, state, name, registration, filed_on
        title.shares = [] if is_nothing else [asdict(share) for share in shares]
        title.recorded_at, title.recorded_by = at, by
        title.save()
        team = None if is_nothing else holdings.team_basis_points([shares])
        facts = {"number": title.number, "title_kind": kind, "state": state, "filed_on": filed_on, "team_basis_points": team}
        kind_of = "nothing_arose" if is_nothing else "title_recorded"
        return timeline.record(kind_of, command=command, by=by, at=at, case=case, happened_on=gather.local_day(at), facts=facts)
