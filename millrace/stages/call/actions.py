"""Announces calls from the published policy and moves their closing — e.g. RAISe+ extended by two weeks for everyone."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.registers.people.models import Organisation, Person
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import SchemeVersion
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.call.models import Applicant, Call, Extension, LateLeave

ALL_YEAR = Call.ALL_YEAR


def announce_calls(version: SchemeVersion, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will write the calls that a published version names and that are not there yet; a call once announced keeps its window."""
    with transaction.atomic(durable=True):
        SchemeVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
        if done := timeline.replay(command):
            return done
        known = set(Call.objects.filter(scheme=version.scheme).values_list("code", flat=True))
        windows = _windows(version, policy.read_version(version))
        new = [window for window in windows if window.code not in known]
        Call.objects.bulk_create(new)
        ended = _end_all_year(version.scheme)
        return timeline.record(
            "calls_announced",
            command=command,
            by=by,
            at=at,
            scheme_version=version,
            facts={"scheme": version.scheme, "calls": [window.code for window in new], **({"all_year_until": ended} if ended else {})},
        )


def _windows(version: SchemeVersion, book: rulebook.SchemeVersion) -> list[Call]:
    if book.is_always_open:
        return [Call(scheme=version.scheme, code=ALL_YEAR, announced_by=version, opens_at=version.effective_at)]
    funder = policy.funder()
    # Some applicants are bound by no window: they have a call of their own beside the others.
    unbound = [Call(scheme=version.scheme, code=ALL_YEAR, announced_by=version, opens_at=version.effective_at)]
    return (unbound if book.is_open_all_year_to_some else []) + [
        Call(
            scheme=version.scheme,
            code=call.id,
            announced_by=version,
            opens_at=funder.first_moment(call.opens_on),
            closes_at=funder.closing_moment(call.closes_on, call.closing_hour),
        )
        for call in book.calls
    ]


def _end_all_year(scheme: str) -> datetime | None:
    """This will end the call that was open all year where the scheme's last version takes applications only in calls: with the call
    that is open when that version begins, so that drafts begun before are still taken in it, or else as it begins."""
    call = Call.objects.filter(scheme=scheme, code=ALL_YEAR, closes_at=None).first()
    last = policy.scheme(scheme).versions[-1]
    if call is None or last.is_always_open or last.is_open_all_year_to_some:
        return None
    funder, begins = policy.funder(), last.starts.earliest
    running = last.call_on(begins)
    ends = funder.closing_moment(running.closes_on, running.closing_hour) if running else funder.first_moment(begins)
    call.closes_at = max(ends, call.opens_at + timedelta(microseconds=1))
    call.save(update_fields=["closes_at"])
    return call.closes_at


def call_for_tests(version: SchemeVersion, *, at: datetime) -> Call:
    """This will give the call under which a version of a draft is tried: always open, and announced to nobody."""
    told = {"announced_by": version, "opens_at": at, "is_test": True}
    return Call.every.get_or_create(scheme=version.scheme, code=f"test-{version.pk}", defaults=told)[0]


def extend_call(call: Call, *, closes_at: datetime, reason: str, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will move the closing of a call to a later moment, for everyone alike, with its reason."""
    with transaction.atomic(durable=True):
        call = Call.objects.select_for_update(no_key=True).select_related("announced_by").get(pk=call.pk)
        if done := timeline.replay(command):
            return done
        before = call.closes_at
        if before is None or closes_at <= before or not reason.strip():
            raise Refusal(
                "extension-not-later",
                what=_("The call was not extended."),
                why=_("A call is only ever extended: to a later moment, and with a reason."),
                next_step=_("Give a closing moment after the present one, and say why."),
                field="closes_at" if reason.strip() else "reason",
                status=422,
            )
        call.closes_at = closes_at
        call.save(update_fields=["closes_at"])
        Extension.objects.create(call=call, closed_at_before=before, closes_at=closes_at, reason=reason, extended_at=at, extended_by=by)
        return timeline.record(
            "window_extended",
            command=command,
            by=by,
            at=at,
            scheme_version=call.announced_by,
            facts={"scheme": call.scheme, "call": call.code, "closed_at_before": before, "closes_at": closes_at},
        )


def grant_late_leave(
    call: Call, *, organisation: Organisation, until: datetime, reason: str, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    """This will let one applicant be late, until a moment and for a reason."""
    with transaction.atomic(durable=True):
        call = Call.objects.select_for_update(no_key=True).select_related("announced_by").get(pk=call.pk)
        if done := timeline.replay(command):
            return done
        LateLeave.objects.update_or_create(
            call=call,
            organisation=organisation,
            defaults={"until": until, "reason": reason, "granted_at": at, "granted_by": by},
        )
        return timeline.record(
            "late_leave_granted",
            command=command,
            by=by,
            at=at,
            scheme_version=call.announced_by,
            organisation=organisation,
            facts={"scheme": call.scheme, "call": call.code, "until_at": until},
            visibility="staff",
        )


def lock_applicant(call: Call, organisation: Organisation) -> None:
    """This will lock the row of one organisation in one call, so that two submissions cannot both take the last place."""
    Applicant.objects.get_or_create(call=call, organisation=organisation)
    Applicant.objects.select_for_update(no_key=True).get(call=call, organisation=organisation)
