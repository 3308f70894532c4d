"""Moves a case from one status to the next, only as the workflow of its scheme permits — e.g. "approve" from recommended to approved.

The table is in core/lifecycle. No other code sets a case's status, so that nothing can be done by a way the table does not know.
"""

from datetime import date

from django.utils.translation import gettext_noop as _

from millrace.core import lifecycle
from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.registers.cases.models import Case
from millrace.stages.apply import terms


def steps_of(book: rulebook.SchemeVersion, *, track: str, stream: str) -> tuple[str, ...]:
    """This will name the steps that a case of this track and stream takes, in order."""
    return tuple(step.kind for step in book.workflow(stream, track))


def workflow(case: Case) -> tuple[str, ...]:
    """This will name the steps a case takes; one without a version has only the moves that are the same for every scheme."""
    if case.scheme_version is None:
        return ("authority",)
    return steps_of(terms.of_row(case.scheme_version).book, track=case.track, stream=case.stream)


def may(case: Case, name: str) -> bool:
    """This will say whether a case may make the move from where it stands."""
    return lifecycle.may_move(workflow(case), case.status, name)


def must(case: Case, name: str) -> str:
    """This will give the status a move leads to, or refuse it in words."""
    target = lifecycle.after(workflow(case), case.status, name)
    if target is None:
        raise Refusal(
            "not-now",
            what=_("This cannot be done where the case stands now."),
            why=_("The scheme's workflow does not lead from there to this step, or someone acted before you."),
            next_step=_("Look at the case's timeline for what happened."),
            values={"status": case.status, "move": name},
        )
    return target


def to(case: Case, status: str, on: date, **columns: object) -> None:
    """This will move the case's current row, with other columns; what was so before is in the timeline.

    A status the table does not lead to is a mistake of ours, never a person's: it stops the action.
    """
    if status != case.status and status not in lifecycle.next_statuses(workflow(case), case.status):
        raise RuntimeError(f"no move of {workflow(case)} leads {case.reference} from {case.status} to {status}")
    changed = {"status": status, "status_on": on, **columns}
    for name, value in changed.items():
        setattr(case, name, value)
    case.save(update_fields=list(changed))
