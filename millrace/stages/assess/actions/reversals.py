"""Reverses an ineligible finding that was made in error — e.g. a second officer reads "smart line" again and NIFS-7KQ2-M4XD goes on.

The case is judged again under the applicant's lock: a limit reached since then keeps it out. It goes back to where it was screened
from; questions that stood open are open again, with the days the error took from the applicant given back.
"""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.core.rules.verdict import Verdict
from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.timeline import actions as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.apply import locks, terms
from millrace.stages.assess import guard, judging, post, queries
from millrace.stages.assess.models import InformationRequest, Reversal, Screening
from millrace.web import words

REASONS = {
    "fact_misread": word("A fact of the application was misread."),
    "rule_misapplied": word("A rule was applied that does not apply, or was read wrongly."),
    "shown_by_applicant": word("The applicant showed that what was declared is right."),
}


def reverse_ineligible(case: Case, *, reason: str, remarks: str = "", by: Person, at: datetime, command: uuid.UUID) -> Event:
    """This will put a case back to where it was screened from; `by` is another officer than the one who found it ineligible."""
    if reason not in REASONS:
        raise Refusal("reason-needed", what=word("Choose why the finding is reversed."), field="reason", status=422)
    with transaction.atomic(durable=True):
        case = locks.lock_case(case)
        if done := timeline.replay(command, case):
            return done
        guard.must(by, "reverse_finding", case, at)
        guard.must_not_be_party(by, case, at)
        asked = queries.open_request(case)
        target = guard.must_move(case, "reverse_ineligible_asked" if asked else "reverse_ineligible")
        found, today = queries.latest_screening(case), terms.local_day(at)
        assert found is not None, "a case is ineligible by a finding"
        _must_be_another(found, by)
        said = judging.judge_again(case, at=at)
        _must_fail_no_more(case, said)
        row = judging.store(case, said, purpose="reversal", by=by, at=at)
        event_id = timeline.reserve_id()
        Reversal.objects.create(
            screening=found, reason=reason, remarks=remarks, verdict=row, recorded_at=at, recorded_by=by, event_id=event_id
        )
        due_on = _give_back_days(asked, found, today) if asked else None
        _tell(case, due_on, today, event_id=event_id, by=by, at=at)
        guard.set_status(case, target, today)
        return timeline.record(
            "finding_reversed",
            event_id=event_id,
            command=command,
            by=by,
            at=at,
            case=case,
            happened_on=today,
            facts={"reason": reason, "finding": found.event_id, "verdict": row.sha256, **({"due_on": due_on} if due_on else {})},
            sheet={"status": target, "refused_on": None},
        )


def is_open_to(case: Case, person: Person, at: datetime) -> bool:
    """This will say whether a holder of the power is another than who made the finding, and no party to the case."""
    found = cases.once(case, queries.latest_screening)
    return found is not None and found.recorded_by_id != person.pk and person.pk not in guard.party_people(case, at)


def _must_be_another(found: Screening, by: Person) -> None:
    if found.recorded_by_id == by.pk:
        raise Refusal(
            "same-person",
            what=word("You recorded this finding."),
            why=word("A finding is reversed by another officer than the one who recorded it."),
            next_step=word("Ask a colleague to look at it."),
            status=403,
        )


def _must_fail_no_more(case: Case, said: Verdict) -> None:
    """A rule that fails today, by what was declared or by what we count, would only find the case ineligible once more."""
    if failing := judging.failing(said):
        rules = [terms.of_row(case.scheme_version).book.rule(rule) for rule in failing]
        clauses = ", ".join(rule.clause or rule.id for rule in rules)
        raise Refusal(
            "still-ineligible",
            what=word("The finding stands: the application does not meet the rules of its scheme."),
            why=word("Judged again today, these do not hold: %(clauses)s."),
            next_step=word("Leave the finding as it is; the applicant may apply again once they hold."),
            clause=clauses,
            values={"clauses": clauses, "rules": failing},
        )


def _give_back_days(asked: InformationRequest, found: Screening, today: date) -> date:
    """While the case was ineligible nobody could answer."""
    asked.due_on += today - terms.local_day(found.recorded_at)
    asked.save(update_fields=["due_on"])
    return asked.due_on


def _tell(case: Case, due_on: date | None, today: date, *, event_id: int, by: Person, at: datetime) -> None:
    """The letter of the case's own version; a version published before there was one is told without."""
    if "reinstated" not in terms.of_row(case.scheme_version).book.letters:
        post.tell_applicants(case, event_id=event_id, at=at)
        return
    with translation.override(post.language_of(case)):
        what_next = _("You need do nothing now.")
        if due_on:
            what_next = _("The questions we sent you are open again: please answer them by %(day)s.") % {"day": words.day(due_on)}
    post.send(case, "reinstated", {"reversed_on": today, "what_next": what_next}, event_id=event_id, by=by, at=at)
