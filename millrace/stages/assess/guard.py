"""What every action of assessment and award asks first: may this person, and may the case move — e.g. "screen" by a programme officer.

The answer is that of core/access from values read inside the action's own transaction, so that a power ended a moment ago no
longer counts.
"""

from datetime import date, datetime

from django.utils.translation import gettext_noop as _

from millrace.core import lifecycle
from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.people import queries as people
from millrace.registers.people.models import Membership, Person
from millrace.web import access


def must(person: Person, action: str, case: Case, at: datetime) -> None:
    """This will refuse without a hint what the person may not do; "system" does what no one clicks."""
    if person.is_system:
        return
    if not access.may(access.actor_of(person, at), person, action, case, at).allowed:
        raise Refusal.not_found()


def party_people(case: Case, at: datetime) -> frozenset[int]:
    """This will give the ids of everyone who acts for a party to the case."""
    members = Membership.objects.filter(people.at_moment(at), organisation__in=cases.parties_of(case, at).keys())
    return frozenset(members.values_list("person_id", flat=True))


def must_not_be_party(person: Person, case: Case, at: datetime) -> None:
    """This will refuse to let one act for the funder on an application of one's own organisation."""
    if person.pk in party_people(case, at):
        raise Refusal(
            "own-application",
            what=_("You act for a party to this case."),
            why=_("No one acts for the funder on an application of their own organisation."),
            next_step=_("Ask another person with this power."),
        )


def workflow(book: rulebook.SchemeVersion, track: str, stream: str = "") -> tuple[str, ...]:
    """This will give the steps a case of the stream takes. A streamlined track leaves out the reviews that were not published."""
    steps = {step.kind for step in book.workflow(stream) if step.is_published or track != "streamlined"}
    return tuple(kind for kind in lifecycle.STEPS if kind in steps)


def must_move(case: Case, book: rulebook.SchemeVersion, name: str) -> str:
    """This will give the status the move leads to, or refuse it in words."""
    target = lifecycle.after(workflow(book, case.track, case.stream), case.status, name)
    if target is None:
        raise Refusal(
            "not-now",
            what=_("This cannot be done where the case stands now."),
            why=_("The scheme's workflow does not lead from there to this step, or someone acted before you."),
            next_step=_("Look at the case's timeline for what happened."),
            values={"status": case.status, "move": name},
        )
    return target


def set_status(case: Case, status: str, on: date, **columns: object) -> None:
    """This will move the case's current row; what was so before is in the timeline."""
    changed = {"status": status, "status_on": on, **columns}
    for name, value in changed.items():
        setattr(case, name, value)
    case.save(update_fields=list(changed))
