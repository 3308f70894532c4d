"""Signs and submits an application, gives its receipt, and withdraws it — e.g. NIFS-7KQ2-M4XD, received at 16:59:58 HKT.

Everything that counts is read under two locks, applicant first and then case: the window by the server's own moment, the version
in force, the limits per applicant and call, and what is frozen. The judgement is stored before anyone is told.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core import codes
from millrace.core.access import DRAFT_STATUSES
from millrace.core.refusal import Refusal
from millrace.registers.cases import models as cases
from millrace.registers.cases import queries as cases_
from millrace.registers.cases.models import Case
from millrace.registers.people import prepared
from millrace.registers.people import queries as people
from millrace.registers.people.models import Membership, Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline import sealer
from millrace.registers.timeline.models import Event
from millrace.stages.apply import freeze, locks, moves, post, readings, ready, refusals, sheet, terms
from millrace.stages.apply.actions import drafts
from millrace.stages.apply.models import Submission
from millrace.stages.call import actions as calls

# What the case itself keeps of its submission.
FROZEN = (
    *("scheme_version", "status", "status_on", "submitted_at", "stream", "track", "sector"),
    *("requested_cents", "unit", "stage_number", "beneficiary"),
)


def request_sign_off(case: Case, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will send a draft to the organisation's authorised person; it can still be changed until they sign."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        if case.status != "draft":
            raise refusals.not_a_draft()
        gathered = ready.gather(case, at=at)
        refusals.unless_complete(gathered)
        _move(case, "ask_sign_off", at)
        return timeline.record("sign_off_requested", command=command, by=by, at=at, case=case, on_behalf_of=case.lead, facts={})


def return_to_draft(case: Case, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will hand a draft back from the authorised person to its writers."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        if case.status != "awaiting_sign_off":
            raise refusals.not_a_draft()
        _move(case, "return_to_draft", at)
        return timeline.record("sign_off_returned", command=command, by=by, at=at, case=case, on_behalf_of=case.lead, facts={})


def submit_application(case: Case, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will sign and submit a draft, bind it to the version in force at `at`, and write its receipt."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        drafts.must_be_draft(case)
        _must_be_signatory(case, by, at)
        gathered = ready.gather(case, at=at)
        refusals.unless_in_time(gathered, at)
        refusals.unless_ready(gathered)
        if gathered.closes_at is not None:
            calls.lock_applicant(gathered.draft.call, case.lead)
        case.beneficiary = gathered.beneficiary
        locks.lock_beneficiary(gathered.rules.terms.book, case.beneficiary)
        judged = [gathered.judged(each, as_told=False) for each in gathered.rules.candidates]
        refusals.unless_rules_met(judged)
        submission = _write(gathered, judged, by=by, at=at, command=command)
        return _announce(gathered, submission, judged[0], by=by, at=at, command=command)


def _must_be_signatory(case: Case, by: Person, at: datetime) -> None:
    organisation = case.lead
    if case.is_test:
        if cases_.standings_of(by, case, at) != {"tester"}:
            raise refusals.not_signatory()
        return
    if organisation.confirmed_at is None:
        raise refusals.not_confirmed()
    if Membership.Power.SIGNATORY not in people.organisations_of(by, at).get(organisation.pk, ()):
        raise refusals.not_signatory()


def _write(gathered: ready.Gathered, judged: Sequence[ready.Judged], *, by: Person, at: datetime, command: uuid.UUID) -> Submission:
    """Keep the verdict of every version that may be in force, and what was received; the first one is the certain one."""
    kept = [
        cases.Verdict(
            case=gathered.case,
            purpose="submission",
            scheme_version=each.terms.row,
            judged_on=gathered.rules.on,
            facts=each.said.facts,
            verdict=each.said.to_data(),
            sha256=each.said.sha256,
            recorded_at=at,
            recorded_by=by,
        )
        for each in judged
    ]
    for verdict in kept:
        prepared.insert(verdict)
    received = freeze.frozen(gathered, judged[0].terms, by=by, at=at)
    sealed = sealer.seal_as_known(gathered.rules.funder.first_moment(gathered.rules.on))
    submission = Submission(
        case=gathered.case,
        number=1,
        call=gathered.draft.call,
        version=judged[0].terms.row,
        organisation=gathered.case.lead,
        verdict=kept[0],
        text=received.text,
        sha256=received.sha256,
        receipt=f"{'TEST' if gathered.case.is_test else 'R'}-{codes.spoken(command, purpose='receipt')}",
        day_hash=bytes(sealed.chain).hex() if sealed else "",
        day_hash_on=sealed.sealed_at.date() if sealed else None,
        is_in_doubt=len(judged) > 1,
        submitted_at=at,
        submitted_by=by,
    )
    prepared.insert(submission)
    return submission


def _announce(
    gathered: ready.Gathered, submission: Submission, judged: ready.Judged, *, by: Person, at: datetime, command: uuid.UUID
) -> Event:
    case, held, said = gathered.case, judged.terms, judged.said
    columns = sheet.columns_of(gathered, judged)
    case.status = moves.must(case, "submit")
    case.scheme_version, case.status_on, case.submitted_at = held.row, gathered.rules.on, at
    case.stream, case.track, case.sector = columns["stream"], columns["track"], columns["sector"]
    case.requested_cents, case.unit, case.stage_number = columns["requested_cents"], columns["unit"], columns["stage_number"]
    prepared.update(case, *FROZEN)
    event_id = timeline.reserve_id()
    if not case.is_test:
        receipt = {"received_at": at, "sha256": submission.sha256}
        post.send(case, "receipt", receipt, event_id=event_id, by=by, at=at, today=gathered.rules.on)
    return timeline.record(
        "application_submitted",
        event_id=event_id,
        command=command,
        by=by,
        at=at,
        case=case,
        on_behalf_of=case.lead,
        scheme_version=held.row,
        happened_on=gathered.rules.on,
        facts={
            "scheme": case.scheme,
            "version": held.row.version,
            "call": gathered.draft.call.code,
            "receipt": submission.receipt,
            "sha256": submission.sha256,
            "verdict_sha256": said.sha256,
            "outcome": str(said.outcome),
            "requested_cents": case.requested_cents,
            "unit": case.unit,
            "is_in_doubt": submission.is_in_doubt,
        },
        sheet=columns | {"status": "submitted"},
        sheet_from=gathered.rules.on,
    )


def choose_reading(case: Case, *, version_id: int, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will record an officer's choice where a start known only to its month leaves two versions open."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        submission = Submission.objects.select_for_update().get(case=case)
        verdict = readings.settle(case, submission, version_id)
        if verdict is None:
            raise refusals.no_doubt()
        case.save(update_fields=["scheme_version", "track"])
        return timeline.record(
            "reading_chosen",
            command=command,
            by=by,
            at=at,
            case=case,
            scheme_version=verdict.scheme_version,
            facts={"version": verdict.scheme_version.version, "verdict_sha256": verdict.sha256},
            sheet={"version": verdict.scheme_version.version, "track": case.track},
            sheet_from=verdict.judged_on,
        )


def withdraw_application(case: Case, *, by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will end a case at its applicant's wish, at any moment before a decision; what was written is kept."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        if not moves.may(case, "withdraw"):
            raise Refusal(
                "not-withdrawable",
                what=_("The application was not withdrawn."),
                why=_("It was decided or has ended already."),
                next_step=_("If you were made an offer, you may decline it."),
            )
        was_submitted = case.status not in DRAFT_STATUSES
        on = _move(case, "withdraw", at)
        event_id = timeline.reserve_id()
        if was_submitted:
            post.send(case, "withdrawn", {"withdrawn_on": on}, event_id=event_id, by=by, at=at)
        return timeline.record(
            "application_withdrawn",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            on_behalf_of=case.lead,
            happened_on=on,
            facts={"was_submitted": was_submitted},
            # A draft that was never received is in no figure.
            sheet={"status": "withdrawn", "withdrawn_on": on} if was_submitted else None,
            sheet_from=on if was_submitted else None,
        )


def _move(case: Case, name: str, at: datetime) -> date:
    on = terms.local_day(at)
    moves.to(case, moves.must(case, name), on)
    return on
