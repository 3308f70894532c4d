"""Keeps the figures that were given, and records late corrections — e.g. an approval dated 28 March that was signed on 3 April.

A correction never touches money: amounts move through the ledger, and a wrong payment is mended there.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import asat
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.learn import queries, telling
from millrace.web import access

REASONS = {
    "recorded_wrongly": _("It was recorded wrongly"),
    "learned_late": _("We learned of it late"),
    "source_corrected": _("The source corrected itself"),
}
# Who may give a figure in the funder's name, and to whom.
GIVERS = ("policy", "authority")
OCCASIONS = {
    "legislature": _("The legislature"),
    "audit": _("The auditors"),
    "press": _("The press"),
    "report": _("A published report"),
    "other": _("Someone else"),
}
# What a correction may set: descriptions and days. Status and money change only by the actions that move them.
CORRECTABLE = frozenset(
    name
    for name, column in asat.COLUMNS.items()
    if column.type in ("day", "codes") or name in ("stream", "track", "sector", "lead_place", "is_mainland_collaboration", "is_test")
)
KEPT_ON_CASE = frozenset({"stream", "track", "sector", "is_test"})


def give_figure(
    name: str, *, as_at: date, seal_number: int, occasion: str = "other", by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will keep that a figure was given, with its seal number, so that what changed since can be shown later. Refused: a day that
    has not come, and a seal that does not exist yet."""
    with transaction.atomic(durable=True):
        if done := timeline.replay(command):
            return done
        if not by.is_system and not people.powers_of(by, at) & set(GIVERS):
            raise Refusal.not_found()
        if occasion not in OCCASIONS:
            raise Refusal("no-such-occasion", what=_("Choose to whom the figure is given."), field="occasion", status=422)
        given = queries.ask_to_give(name, as_at=as_at, seal_number=seal_number)
        return keep_given(given, occasion=occasion, by=by, at=at, command=command)


def keep_given(given: queries.Given, *, occasion: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will write the event of a figure given, within the transaction of whoever gives it."""
    told = given.answer
    facts = {
        "figure": given.figure.name,
        "version": told.version,
        "as_at": told.as_at,
        "seal": given.seal.number,
        **telling.numbers(told),
        "sha256": telling.digest(given),
        "occasion": occasion,
    }
    return timeline.record("figure_given", command=command, by=by, at=at, person=by, facts=facts)


def correct_case(
    case: Case,
    *,
    values: Mapping[str, Any],
    corrects: Event,
    reason: str,
    from_day: date | None = None,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will set what an earlier event said wrongly, from the day that event spoke of or an earlier `from_day`.

    Both remain as they were known. Refused: columns of money or status, columns the event never set, an event of another case,
    one without effect, and the very person who recorded it.
    """
    with transaction.atomic(durable=True):
        case = Case.every.select_for_update().get(pk=case.pk)
        if done := timeline.replay(command, case):
            return done
        _must_be_second(by, case, corrects, at)
        wanted = _checked(case, values, corrects, reason)
        start = min(filter(None, (from_day, corrects.sheet_from)))
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in wanted.items()}
        for name in KEPT_ON_CASE & wanted.keys():
            setattr(case, name, wanted[name])
        case.save(update_fields=sorted(KEPT_ON_CASE & wanted.keys()))
        facts = {"corrects": corrects.pk, "corrected_kind": corrects.kind, "columns": sorted(plain), "reason": reason}
        return timeline.record("case_corrected", command=command, by=by, at=at, case=case, facts=facts, sheet=plain, sheet_from=start)


def _must_be_second(by: Person, case: Case, corrects: Event, at: datetime) -> None:
    """A correction is made by an officer of the funder who did not record what is corrected."""
    if not by.is_system and not access.may(access.actor_of(by, at), by, "correct", case, at).allowed:
        raise Refusal.not_found()
    if by.pk == corrects.by_id:
        what, step = _("Who recorded it does not correct it."), _("Ask a colleague to look and correct it.")
        raise Refusal("same-person", what=what, next_step=step, status=403)


def _checked(case: Case, values: Mapping[str, Any], corrects: Event, reason: str) -> dict[str, Any]:
    if reason not in REASONS:
        raise Refusal("correction-reason", what=_("Choose why this is corrected."), field="reason", status=422)
    if corrects.case_id != case.pk or not corrects.sheet:
        raise Refusal("correction-of-another", what=_("Choose an event of this case that a figure reads."), field="corrects", status=422)
    for name in values:
        if name not in CORRECTABLE:
            what = _("“%(column)s” cannot be corrected here.")
            why = _("Money and status change only by the actions that move them.")
            raise Refusal("not-correctable", what=what, why=why, field=name, status=422, values={"column": name})
        if name not in corrects.sheet:
            what = _("That event said nothing of “%(column)s”.")
            raise Refusal("not-said", what=what, field=name, status=422, values={"column": name})
    try:
        wanted, was = asat.read(values), asat.read(corrects.sheet)
    except ValueError as wrong:
        what = _("This value cannot be used: %(reason)s.")
        raise Refusal("wrong-value", what=what, status=422, values={"reason": str(wrong)}) from wrong
    changed = {name: value for name, value in wanted.items() if was[name] != value}
    if not changed:
        raise Refusal("nothing-corrected", what=_("This is what the event says already."), status=422)
    return changed
