"""Gathers what the pages of dated terms, changes, reports and inspections show — e.g. what request 1 would do, line by line.

Only words and figures, and who may do what now: nothing is decided here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import access as rights
from millrace.core import changes as core
from millrace.core import lifecycle, named_terms, reports, term_differences
from millrace.core import terms as terms_
from millrace.core.access import Actor
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.award import heads
from millrace.stages.award import panels as award_panels
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import actions, addenda, changing, following, gather, queries, standing
from millrace.stages.deliver.models import ChangeRequest, Finding, Inspection, Report
from millrace.web import access, errors, forms, words

SIGNERS = {core.OFFICER: word("A programme officer"), core.AUTHORITY: word("The authority, on an officer's advice")}
REPORT_KINDS = {reports.PROGRESS: word("Progress report"), reports.FINAL: word("Final report")}
FIGURES = {reports.RECEIVED: word("Received from us"), reports.UNSPENT: word("Unspent")}


def terms_of(case: Case) -> list[AgreedTerms]:
    """This will list the dated terms of a case, the first first."""
    return list(AgreedTerms.objects.filter(case=case).order_by("number"))


def of_change(case: Case, change: ChangeRequest, at: datetime) -> dict[str, Any]:
    """This will show what a request does: as it was carried out, or as it would be today; nothing once it came to nothing."""
    today = gather.local_day(at)
    if change.terms_number:
        rows = {row.number: row for row in terms_of(case)}
        before, after = (terms_.from_data(rows[number].data) for number in (change.terms_number - 1, change.terms_number))
        names = [named_terms.from_data(rows[number].named) for number in (change.terms_number - 1, change.terms_number)]
        differences = addenda.named_rows(named_terms.between(*names))
        differences += addenda.rows(case, term_differences.between(before, after), today)
        return {"differences": differences, "is_done": True, "from_on": rows[change.terms_number].from_on}
    if not change.is_open or case.status not in lifecycle.IN_FORCE:
        return {"differences": [], "is_done": True}
    worked = changing.worked_out(case, changing.asked_of(change), at)
    said, unit = worked.said, case.unit
    # An agreement ends with its final account and the closing letter: no terms follow, and no addendum.
    ends = change.kind == core.TERMINATION
    named = addenda.named_rows(addenda.named(case, change, today)) if not worked.objections else []
    return {
        "is_done": False,
        "differences": [] if ends else named + addenda.rows(case, said.differences, today),
        "objections": [_objection(case, one) for one in worked.objections],
        "signer": _(SIGNERS[said.signer]),
        "signer_why": _signer_why(case),
        "money": following.money(case, change.kind, said),
        "follows": following.rows(case, change.kind, said),
        "matching": (
            (_("Matching money the instalments need"), words.amount(said.matching_after.needed_cents, unit)),
            (_("Matching money pledged"), words.amount(said.matching_after.pledged_cents, unit)),
            (_("Missing"), words.amount(said.matching_after.missing_cents, unit)),
        ),
        "addendum": None if worked.objections or ends else addenda.preview(case, change, said, today),
        # The addendum is in the language its applicant is written to in, whoever reads the page.
        "addendum_tag": words.tag(addenda.language_of(case)),
    }


def _objection(case: Case, one: core.Objection) -> str:
    what, why, next_step = actions.OBJECTIONS[one.code]
    values = {**one.values, "unit": case.unit}
    if "head" in values:
        values["head"] = heads.words_of(case).get(values["head"], values["head"])
    worded = errors.in_words(Refusal(one.code, what=what, why=why, next_step=next_step, values=values))
    sentence = " ".join(filter(None, [worded["what"], worded["why"], worded["next_step"]]))
    return f"{sentence} ({one.values['clause']})" if one.values.get("clause") else sentence


def _signer_why(case: Case) -> str:
    """Where it is not published who signs, the scheme's own words say so."""
    book = changing.book_of(case)
    if book is None or book.changing is None:
        return _("The scheme does not say who signs a change, so every change is the authority's.")
    return "" if book.changing.is_published else str(forms.said(book.changing.why))


def may_with(change: ChangeRequest, person: Person, actor: Actor, at: datetime) -> dict[str, bool]:
    """This will say what this person may do with a request as it stands."""
    subject = access.subject_of(person, change.case, at)

    def may(action: str) -> bool:
        return rights.decide(actor, action, subject).allowed

    own = may("raise_suspension" if change.is_by_funder else "request_change")
    is_unsent, is_waiting = change.state in ("draft", "asked_back"), change.state == "submitted"
    concerned = {change.submitted_by_id, change.opened_by_id, change.advised_by_id}
    return {
        "edit": own and is_unsent and not change.is_by_funder,
        "withdraw": own and change.is_open and not change.is_by_funder,
        "advise": is_waiting and not change.is_by_funder and may("advise_change"),
        "decide": is_waiting and may("decide_change") and person.pk not in concerned,
        "terminate": is_waiting and change.kind == core.TERMINATION and may("terminate"),
    }


def may_of(case: Case, person: Person, at: datetime, *asked: str) -> dict[str, bool]:
    actor, subject = access.actor_of(person, at), access.subject_of(person, case, at)
    return {action: rights.decide(actor, action, subject).allowed for action in asked}


def changes_panel(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will list the requests to change the agreement, and let who may begin one."""
    may = may_of(case, person, at, "request_change", "raise_suspension", "lift_suspension")
    held = ChangeRequest.objects.filter(case=case).order_by("number")
    rows = [one for one in held if one.state != "draft" or may["raise_suspension" if one.is_by_funder else "request_change"]]
    in_force = case.status in lifecycle.IN_FORCE
    agreed = standing.agreed_by(case, gather.local_day(at))
    if agreed is None or (not rows and not in_force):
        return None
    return {
        "case": case,
        "changes": rows,
        "may_ask": may["request_change"] and in_force,
        "may_suspend": may["raise_suspension"] and case.status == "in_force",
        "may_lift": may["lift_suspension"] and is_suspended_by_us(case),
        "terms_number": agreed.number,
        "is_suspended": case.status == lifecycle.SUSPENDED,
    }


def is_suspended_by_us(case: Case) -> bool:
    """This will say whether a request of ours suspends the agreement now."""
    return queries.suspension_of(case) is not None


def reports_panel(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will list the reports of the terms in force with their days and states, and say which hold money back."""
    today = gather.local_day(at)
    planned = due_reports(case, at)
    if not planned:
        return None
    held = {one.number: one for one in Report.objects.filter(case=case)}
    handed_in = {number for number, one in held.items() if one.state in ("submitted", "accepted")}
    late = {one.number for one in reports.overdue(planned, handed_in, today)}
    may = may_of(case, person, at, "report", "rule_report")
    rows = [
        {
            "due": one,
            "kind": _(REPORT_KINDS[one.kind]),
            "state": _state_of(held.get(one.number), one.number in late, may),
            "is_late": one.number in late,
            "is_open": case.status in lifecycle.IN_FORCE,
        }
        for one in planned
    ]
    return {"case": case, "rows": rows, "may": may, "has_late": bool(late)}


def _state_of(report: Report | None, is_late: bool, may: dict[str, bool]) -> str:
    """A draft is its writer's own: to everyone else the report is still to come."""
    state = report.state if report is not None and (report.state != Report.State.DRAFT or may["report"]) else "expected"
    return "overdue" if is_late and state in ("expected", "draft", "returned") else state


def due_reports(case: Case, at: datetime) -> Sequence[reports.Due]:
    """This will give the reports of the terms in force, none before an agreement."""
    held = standing.agreed_by(case, gather.local_day(at))
    return held.terms.reports if held else ()


def figures(case: Case, report: Report) -> list[dict[str, Any]]:
    """This will set the stated figures beside the books: as they stand, or as they were when the report was ruled on."""
    found = (
        [reports.Figure(**row) for row in report.figures]
        if report.figures and report.state != "submitted"
        else actions.reconciled(report, case)
    )
    named = heads.words_of(case)
    return [
        {
            "what": _(FIGURES[one.of]) if one.of in FIGURES else _("Spent on %(head)s") % {"head": named.get(one.head, one.head)},
            "stated_cents": one.stated_cents,
            "booked_cents": one.booked_cents,
            "difference_cents": one.difference_cents,
        }
        for one in found
    ]


def inspections_panel(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will list visits and their findings, and say which hold money back today."""
    today = gather.local_day(at)
    may = may_of(case, person, at, "inspect", "answer_finding")
    visits = list(Inspection.objects.filter(case=case).order_by("number"))
    if not visits and not may["inspect"]:
        return None
    found = list(Finding.objects.filter(case=case).order_by("number")) if visits else []
    rows = [{"finding": one, "is_gate": one.is_gate(today)} for one in found]
    return {
        "case": case,
        "visits": visits,
        "findings": rows,
        "may": may,
        "has_gate": any(row["is_gate"] for row in rows),
        "is_open": case.status in lifecycle.IN_FORCE,
    }


def agreement_of(case: Case, row: AgreedTerms) -> dict[str, Any]:
    """This will show one text of the terms, in force or not, as the case's page shows those in force."""
    return award_panels.told(case, row)
