"""What a change request would do to its own case — e.g. a year more on a PRP project, judged again by the scheme's limit of months.

Facts are gathered here and decided in core; nothing here changes anything. The same answer is shown before anyone signs and acted
on when someone does.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Sum

from millrace.core import changes, months, named_terms
from millrace.core.rules import facts as facts_
from millrace.core.rules import judge, rulebook
from millrace.core.rules.verdict import Outcome, Verdict
from millrace.core.terms import Terms
from millrace.registers.cases.models import Case
from millrace.registers.ledger import queries as ledger
from millrace.stages.apply import preview
from millrace.stages.apply import queries as apply
from millrace.stages.apply import terms as versions
from millrace.stages.assess import judging
from millrace.stages.award import queries as award
from millrace.stages.deliver import gather, queries
from millrace.stages.deliver.models import ChangeRequest, Evidence, Release, Report
from millrace.stages.deliver.models.reports import HANDED_IN


@dataclass(frozen=True)
class Worked:
    """A change worked out: what core says of it, and what stands against it, the rules of its scheme included."""

    said: changes.Consequences
    objections: tuple[changes.Objection, ...]


def asked_of(change: ChangeRequest) -> changes.Asked:
    """This will be a request as core reads it."""
    return changes.asked_from(change.number, change.kind, change.asked)


def worked_out(case: Case, asked: changes.Asked, at: datetime) -> Worked:
    """This will work out a change of the terms in force now."""
    terms = gather.terms_of(case, gather.local_day(at))
    said = changes.consequences(terms, asked, done(case), by_officer=by_officer(case))
    if said.objections:
        return Worked(said, said.objections)
    return Worked(said, tuple(_of_rules(case, said, asked, at)))


def by_officer(case: Case) -> tuple[str, ...]:
    """This will name the kinds of change that the case's own version of the scheme lets an officer sign."""
    book = book_of(case)
    return book.changing.by_officer if book and book.changing else ()


def book_of(case: Case) -> rulebook.SchemeVersion | None:
    """This will give the version a case is bound to, where it is bound to one that can be read."""
    return versions.of_row(case.scheme_version).book if case.scheme_version and case.scheme_version.text else None


def named_on(case: Case, on: date) -> tuple[named_terms.Named, ...]:
    """This will give the key persons and equipment that the terms of a day name."""
    row = award.terms_row(case, on)
    return named_terms.from_data(row.named) if row else ()


def done(case: Case) -> changes.Done:
    """This will gather what has happened under the agreement."""
    released = Release.objects.filter(case=case).values_list("instalment").annotate(sum=Sum("amount_cents"))
    accepted = Evidence.objects.filter(case=case, purpose=Evidence.Purpose.MILESTONE, state=Evidence.State.VERIFIED)
    reported = Report.objects.filter(case=case, state__in=HANDED_IN)
    unit = case.unit
    return changes.Done(
        released=dict(released),
        allowed=queries.allowed_by_head(case),
        accepted=frozenset(accepted.values_list("milestone", flat=True)),
        reported=frozenset(reported.values_list("number", flat=True)),
        pledged={(line.sponsor, line.form): line.pledged for line in ledger.statement(case).matching if line.unit == unit},
        lead=case.lead_id,
    )


def _of_rules(case: Case, said: changes.Consequences, asked: changes.Asked, at: datetime) -> list[changes.Objection]:
    """What the rules of the scheme, judged again with the new length, cost and grant, no longer bear and did before."""
    book = book_of(case)
    if book is None or asked.kind not in (changes.TIME_EXTENSION, changes.SCOPE) or not apply.submissions_of(case).exists():
        return []
    before = judging.judge_again(case, at=at)
    changed = _facts(book, before, case, asked, said.after)
    if not changed:
        return []
    again = judge.with_facts(before, book, changed)
    known = {*judging.failing(before), *judging.unsettled(before)}
    broken = [rule for rule in judging.standing_gates(again) if rule.outcome in (Outcome.FAIL, Outcome.UNKNOWN) and rule.rule not in known]
    told = preview.of_rules(broken, versions.of_row(case.scheme_version)) if broken else []
    found = [
        changes.Objection("rule_broken", "", {"rule": row["rule"], "found": row["found"], "clause": rule.clause})
        for rule, row in zip(broken, told, strict=True)
    ]
    gives = again.amount_cents
    if said.grant_change_cents > 0 and (gives is None or gives < said.after.grant_cents):
        found.append(changes.Objection("above_rules", "grant_cents", {"rules_give_cents": gives or 0}))
    return found


def _facts(book: rulebook.SchemeVersion, before: Verdict, case: Case, asked: changes.Asked, after: Terms) -> dict[str, facts_.FactValue]:
    """The facts that the change makes other than they were judged, each with the standing it had."""
    known = facts_.read(book.vocabulary.facts, before.facts)
    values: dict[str, int] = {}
    if asked.kind == changes.TIME_EXTENSION:
        length = next((question.feeds for question in book.form.questions() if question.id == "project_months"), "")
        values[length] = months.between(after.starts_on, after.ends_before)
    else:
        if asked.grant_cents is not None:
            values[book.asked] = after.grant_cents
        if asked.heads:
            values |= _costs(book, case, after)
        if asked.pledge_cents:
            matched = [part.matching for part in judge.parts_of(book, before) if part.matching]
            held = known.get(matched[0]) if matched else None
            if held is not None and type(held.value) is int:
                values[matched[0]] = held.value + asked.pledge_cents
    return {name: replace(known[name], value=value) for name, value in values.items() if name in known}


def _costs(book: rulebook.SchemeVersion, case: Case, after: Terms) -> dict[str, int]:
    """The costs of the new plan of spending, table by table of the application, as `core/agreement` made heads of them."""
    answers = apply.saved_answers(case).answers()
    left = {head.code: head.approved_cents for head in after.heads}
    found: dict[str, int] = {}
    for question in book.form.questions():
        rows = answers.get(question.id)
        if question.kind == "table" and question.feeds and isinstance(rows, list):
            codes = dict.fromkeys(str(row.get("head") or question.id) for row in rows if isinstance(row, Mapping))
            cents = [left.pop(code) for code in codes if code in left]
            if cents:
                found[question.feeds] = found.get(question.feeds, 0) + sum(cents)
    return found


@functools.lru_cache(maxsize=1)
def kinds() -> tuple[tuple[str, Any], ...]:
    """This will list the kinds of change, in the order in which they are offered."""
    return tuple(ChangeRequest.Kind.choices)


def may_ask(on_status: str, kind: str) -> bool:
    """This will say whether a kind can be asked for where the case stands: a suspended agreement can only be ended."""
    return on_status == "in_force" or (on_status == "suspended" and kind == changes.TERMINATION)


def due_from(terms: Terms, on: date) -> date:
    """This will be the first day a new end may be: after the present one, and not in the past."""
    return max(terms.ends_before, on)
