"""The other funder of a case of two funders: who it is, what was filed with it, what it decided — e.g. the Ministry beside MHKJFS.

Which cases have one is said by their scheme's steps, for some streams perhaps. An approval of ours stands only with theirs.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules.rulebook import WorkflowStep
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.apply import terms
from millrace.stages.assess.models import JointContinuation, JointDecision, JointFiling
from millrace.web import access
from millrace.web.forms import said


def step_of(case: Case) -> WorkflowStep | None:
    """This will give the step of the other funder; None for a case of ours alone."""
    if case.scheme_version is None:
        return None
    steps = terms.of_row(case.scheme_version).book.workflow(case.stream, case.track)
    return next((step for step in steps if step.kind == "joint_funder"), None)


def is_joint(case: Case) -> bool:
    """This will say whether a second funder decides on its side of the project."""
    return step_of(case) is not None


def filing_of(case: Case) -> JointFiling | None:
    """This will give what was last recorded of the partner's filing."""
    return JointFiling.objects.filter(case=case).select_related("document", "recorded_by").order_by("-id").first()


def decision_of(case: Case) -> JointDecision | None:
    """This will give what was last recorded of the other funder's decision."""
    return JointDecision.objects.filter(case=case).select_related("document", "recorded_by").order_by("-id").first()


def is_supported(case: Case) -> bool:
    """This will say whether the other funder of a case of two approved its side, and has not taken that back."""
    theirs = decision_of(case) if is_joint(case) else None
    return theirs is not None and theirs.outcome == JointDecision.Outcome.APPROVED


def is_taken_back(case: Case) -> bool:
    """This will say whether the other funder refused what was once agreed, so that the authority decides what becomes of ours."""
    theirs = decision_of(case) if is_joint(case) else None
    return theirs is not None and theirs.outcome == JointDecision.Outcome.REFUSED


def continuation_of(case: Case) -> JointContinuation | None:
    """This will give the authority's last decision to go on without the other side."""
    return JointContinuation.objects.filter(case=case).select_related("decided_by").order_by("-id").first()


def must_be_filed(case: Case) -> None:
    """This will refuse to go on with a case that was filed on one side alone."""
    step = step_of(case)
    if step is None or JointFiling.objects.filter(case=case).exists():
        return
    raise Refusal(
        "filed-on-one-side",
        what=_("Only our side of this project is filed."),
        why=_(
            "The partner applies to %(partner)s at the same time, and that filing has not been recorded. A filing on one side is refused."
        ),
        next_step=_("Record the partner's filing with its document, or find the case ineligible."),
        values={"partner": said(step.partner)},
    )


def must_be_supported(case: Case) -> None:
    """This will refuse what needs the approval of both sides while the other has not given it, or has taken it back."""
    step = step_of(case)
    if step is None:
        return
    if is_supported(case):
        return
    theirs = decision_of(case)
    waiting = _("Its decision has not been recorded. An approval stands only with both sides.")
    refused = _("It refused its side. An approval stands only with both sides.")
    raise Refusal(
        "other-side-refused" if theirs else "other-side-missing",
        what=_("The other side, %(partner)s, has not approved."),
        why=refused if theirs else waiting,
        next_step=_("Wait for its decision, and record it with its document.") if theirs is None else _("Write to the case's officer."),
        values={"partner": said(step.partner)},
    )


def panel(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show the other funder, the filing with it and its decision; its money in its own currency, apart from ours."""
    step = step_of(case)
    if step is None:
        return None
    return {
        "case": case,
        "partner": said(step.partner),
        "place": said(step.place),
        "programme": said(step.programme),
        "filing": filing_of(case),
        "decision": decision_of(case),
        "continuation": continuation_of(case),
        "is_staff": access.may(access.actor_of(person, at), person, "record_joint", case, at).allowed,
    }
