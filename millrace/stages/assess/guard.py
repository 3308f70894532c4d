"""What every action of assessment and award asks first: may this person, and may the case move — e.g. "screen" by a programme officer.

The answer is that of core/access from values read inside the action's own transaction, so that a power ended a moment ago no
longer counts.
"""

from datetime import date, datetime

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules import rulebook
from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.people import queries as people
from millrace.registers.people.models import Membership, Person
from millrace.stages.apply import moves
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
    """This will give the steps a case of the track and stream takes."""
    return moves.steps_of(book, track=track, stream=stream)


def workflow_of(case: Case) -> tuple[str, ...]:
    """This will give the steps that this case takes."""
    return moves.workflow(case)


def must_move(case: Case, name: str) -> str:
    """This will give the status the move leads to, or refuse it in words."""
    return moves.must(case, name)


def set_status(case: Case, status: str, on: date, **columns: object) -> None:
    """This will move the case's current row, where the workflow leads there."""
    moves.to(case, status, on, **columns)
