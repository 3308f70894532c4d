"""Records what screening found — e.g. NIFS-7KQ2-M4XD passed on the verdict stored that day, or is ineligible by "Funding ratio".

The case is judged again under the applicant's lock: it cannot pass on a rule that fails or is not yet known. Ineligible is
found by rules, each with its clause; an officer who learnt that a declared fact is wrong names the rule it breaks.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules.verdict import Verdict
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy.models import SchemeVersion
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, readings, terms
from millrace.stages.assess import guard, joint, judging, post
from millrace.stages.assess.models import Screening

_MOVES = {Screening.Outcome.PASSED: "pass_screening", Screening.Outcome.INELIGIBLE: "find_ineligible"}


def record_screening(
    case: Case,
    *,
    outcome: str,
    reasons: Sequence[str] = (),
    remarks: str = "",
    version: SchemeVersion | None = None,
    by: Person,
    at: datetime,
    command: uuid.UUID,
) -> Event:
    """This will find the case eligible or ineligible; `reasons` are rules, `version` the reading chosen where the start was in doubt."""
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "screen", case, at)
        guard.must_not_be_party(by, case, at)
        _settle_version(case, version)
        held = terms.of_row(case.scheme_version)
        target = guard.must_move(case, _MOVES[Screening.Outcome(outcome)])
        said = judging.judge_again(case, at=at)
        if outcome == Screening.Outcome.PASSED:
            joint.must_be_filed(case)
            _must_pass(said)
            chosen: list[str] = []
        else:
            chosen = _reasons(said, reasons)
        row = judging.store(case, said, purpose="screening", by=by, at=at)
        event_id, today = timeline.reserve_id(), terms.local_day(at)
        clauses = [{"rule": rule, "clause": held.book.rule(rule).clause} for rule in chosen]
        Screening.objects.create(
            case=case, outcome=outcome, verdict=row, reasons=clauses, remarks=remarks, recorded_at=at, recorded_by=by, event_id=event_id
        )
        sheet = {"status": target, "screened_on": today, "track": said.track or case.track}
        if chosen:
            told = post.clauses(held.book, chosen, post.language_of(case))
            post.send(case, "ineligible", {"reasons": told}, event_id=event_id, by=by, at=at)
            sheet = {"status": target, "refused_on": today}
        guard.set_status(
            case, target, today, officer=case.officer or by, track=said.track or case.track, scheme_version=case.scheme_version
        )
        return timeline.record(
            "found_ineligible" if chosen else "found_eligible",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            scheme_version=case.scheme_version,
            happened_on=today,
            facts={"verdict": row.sha256, "version": held.row.version, "reasons": clauses},
            sheet={**sheet, "version": held.row.version},
        )


def _settle_version(case: Case, version: SchemeVersion | None) -> None:
    """Where more than one version may have been in force, an officer chooses one, once, and the choice is on the event."""
    submission = judging.submission_of(case)
    if not submission.is_in_doubt:
        return
    if version is None or readings.settle(case, submission, version.pk) is None:
        raise Refusal(
            "version-in-doubt",
            what=_("Choose the version of the scheme that applies."),
            why=_("The first day of the later version was published only to the month, and the case was received within it."),
            next_step=_("Compare both readings on this page and record which one applies."),
            field="version",
            status=422,
        )


def _must_pass(said: Verdict) -> None:
    failing, unsettled = judging.failing(said), judging.unsettled(said)
    if failing or unsettled:
        raise Refusal(
            "cannot-pass",
            what=_("The case cannot pass: %(count)s rules do not hold or are not yet known."),
            why=_("They are marked on this page, each with its clause."),
            next_step=_("Ask the applicant back on what is not known, or find the case ineligible by the rules that fail."),
            values={"count": len(failing) + len(unsettled), "rules": [*failing, *unsettled]},
        )


def _reasons(said: Verdict, reasons: Sequence[str]) -> list[str]:
    """The rules an ineligible finding rests on: what the officer named, or what failed; never nothing, never an unknown rule."""
    known = {rule.rule for rule in judging.standing_gates(said)}
    chosen = [rule for rule in dict.fromkeys(reasons or judging.failing(said)) if rule in known]
    if not chosen:
        raise Refusal(
            "no-reason",
            what=_("An application is found ineligible by at least one rule of its scheme."),
            why=_("The letter gives the applicant each reason with its clause."),
            next_step=_("Mark the rules that the application breaks."),
            field="reasons",
            status=422,
        )
    return chosen
