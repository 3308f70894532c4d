"""Judges a submitted case again on facts counted now, under the applicant's lock — e.g. projects open at approval, not at submission.

What the applicant declared stays as it was frozen; what the system counts is counted anew, the case itself left out. The
verdict is stored with its facts, so that it can be replayed.
"""

from collections.abc import Mapping
from datetime import datetime

from millrace.core.rules import facts as facts_
from millrace.core.rules import judge, rulebook
from millrace.core.rules.verdict import Outcome, RuleVerdict, Verdict
from millrace.core.rules.verdict import from_data as read_verdict
from millrace.registers.cases.models import Case
from millrace.registers.cases.models import Verdict as Row
from millrace.registers.people.models import Person
from millrace.stages.apply import facts, locks, queries, terms
from millrace.stages.apply.models import Submission


def judge_again(case: Case, *, at: datetime, found: Mapping[str, bool] | None = None) -> Verdict:
    """This will judge the case's frozen facts with the counted ones taken now, on the day it was submitted, and with what the
    deciding committee finds — or, unless it finds now, found when it decided. Call it under the lock."""
    book = terms.of_row(case.scheme_version).book
    stored = submitted_verdict(case)
    draft = queries.draft_of(case)
    frozen = facts_.read(book.vocabulary.facts, stored.facts)
    applying = facts.Applying(case.lead, draft.call if draft else None, case, terms.local_day(at), case.stream, case.beneficiary)
    locks.lock_what_others_share(book, case.beneficiary)
    counted = facts.computed(book, applying)
    return judge.judge(book, {**frozen, **counted, **_established(case, book, found)}, on=stored.on)


def _established(case: Case, book: rulebook.SchemeVersion, found: Mapping[str, bool] | None) -> dict[str, facts_.FactValue]:
    """Give what the committee that decides finds; what it found when it decided stands for every later judgement of the case."""
    theirs = {fact.name for fact in book.found_by_committee}
    if not theirs:
        return {}
    if found is None:
        decided = Row.objects.filter(case=case, purpose="approval").order_by("-recorded_at", "-pk").values_list("facts", flat=True).first()
        kept = {name: value for name, value in (decided or {}).items() if name in theirs}
        return facts_.read_known(book.vocabulary.facts, kept)
    return {name: facts_.FactValue(value, facts_.Standing.VERIFIED) for name, value in found.items() if name in theirs}


def submission_of(case: Case) -> Submission:
    """This will give the case's last submission."""
    return queries.submissions_of(case).select_related("verdict")[0]


def submitted_verdict(case: Case) -> Verdict:
    """This will give what was said at submission."""
    return read_verdict(submission_of(case).verdict.verdict)


def store(case: Case, said: Verdict, *, purpose: str, by: Person, at: datetime) -> Row:
    """This will keep a verdict with its facts, append-only."""
    return Row.objects.create(
        case=case,
        purpose=purpose,
        scheme_version=case.scheme_version,
        judged_on=said.on,
        facts=said.facts,
        verdict=said.to_data(),
        sha256=said.sha256,
        recorded_at=at,
        recorded_by=by,
    )


def standing_gates(said: Verdict) -> list[RuleVerdict]:
    """This will give the gates that still matter: whether the call was open was settled by the moment of submission."""
    return [rule for rule in said.rules if rule.is_gate and rule.kind != "window"]


def failing(said: Verdict) -> list[str]:
    """This will name the gates that failed."""
    return [rule.rule for rule in standing_gates(said) if rule.outcome is Outcome.FAIL]


def unsettled(said: Verdict) -> list[str]:
    """This will name the gates that are not yet known."""
    return [rule.rule for rule in standing_gates(said) if rule.outcome is Outcome.UNKNOWN]
