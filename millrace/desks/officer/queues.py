"""What waits for whom, as queues over the cases one may see — e.g. "To screen": submitted applications not yet found eligible."""

from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop as word

from millrace.core import lifecycle
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.apply import queries as applications
from millrace.stages.assess.models import Assignment
from millrace.stages.award.models import Offer
from millrace.web import counting

QUEUES: Mapping[str, str] = {
    "": word("All cases"),
    "mine": word("My cases"),
    "screen": word("To screen"),
    "waiting": word("Waiting for applicant"),
    "questions": word("Questions to answer"),
    "assign": word("To assign"),
    "meeting": word("For the meeting"),
    "decide": word("To decide"),
}


def narrowed(cases: QuerySet[Case], queue: str, person: Person) -> QuerySet[Case]:
    """This will pick the cases of one queue from those the person may see; an unknown queue is the whole list."""
    match queue:
        case "mine":
            # Named one by one, not by what they are not: the index then gives these alone, not the thousands that have ended.
            return cases.filter(officer=person, status__in=[status for status in lifecycle.STATUSES if status not in lifecycle.ENDED])
        case "screen":
            return cases.filter(status="submitted")
        case "waiting":
            has_offer = Exists(Offer.objects.filter(case=OuterRef("pk"), state=Offer.State.OPEN))
            # Their two statuses beside the OR: the planner then reads these cases alone.
            either = cases.filter(status__in=("information_needed", "approved"))
            return either.filter(Q(status="information_needed") | Q(has_offer))
        case "questions":
            return cases.filter(pk__in=applications.open_questions().values("case"))
        case "assign":
            return cases.filter(status="screened")
        case "meeting":
            return cases.filter(~Exists(_unwritten_reviews()), status="under_assessment")
        case "decide":
            return cases.filter(status__in=("recommended", "not_recommended", "jointly_supported", "selected"))
        case _:
            return cases


def _unwritten_reviews() -> QuerySet[Assignment]:
    """Reviewers still asked who have not submitted: their case is not ready for the committee."""
    return Assignment.objects.filter(case=OuterRef("pk"), ended_at=None, written_at=None).exclude(role=Assignment.Role.COMMITTEE)


def counts(cases: QuerySet[Case], person: Person) -> dict[str, int]:
    """This will count every queue but the whole list in one query, each only as far as it is shown."""
    return counting.capped({queue: narrowed(cases, queue, person) for queue in list(QUEUES)[1:]})
