"""What was found, declared, scored and advised on a case — e.g. the two counted reviews of a RAISe+ application and their mean."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from millrace.core import scoring
from millrace.core.rules import rulebook
from millrace.registers.cases.models import Case, Standing
from millrace.registers.people import prepared
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.stages.assess.models import Assignment, InformationRequest, Interest, Recommendation, Reversal, Review, Screening, Seat


def criteria_of(book: rulebook.SchemeVersion) -> tuple[scoring.Criterion, ...]:
    """This will give the scheme's criteria as they are scored; a weight that was not published is illustrative."""
    return tuple(scoring.Criterion(one.id, one.weight_percent, not (one.is_published and one.is_weight_published)) for one in book.criteria)


_screening = prepared.Prepared(
    lambda case: (
        Screening.objects.filter(case=case)
        .select_related("verdict__scheme_version", "recorded_by", "reversal__recorded_by")
        .defer("verdict__scheme_version__text")
        .order_by("-id")[:1]
    ),
    case=int,
)
_assignments = prepared.Prepared(lambda case: Assignment.objects.filter(case=case).select_related("person").order_by("id"), case=int)
_counted = prepared.Prepared(
    lambda case: (
        Review.objects.filter(assignment__case=case)
        .exclude(assignment__outcome=Assignment.Outcome.CONFLICT)
        .order_by("assignment_id", "-version")
        .distinct("assignment_id")
        .select_related("assignment__person")
    ),
    case=int,
)
_recommendations = prepared.Prepared(
    lambda case: Recommendation.objects.filter(case=case).select_related("meeting", "recorded_by").order_by("-id"), case=int
)
_seats = prepared.Prepared(lambda case: Seat.objects.filter(recommendation__case=case).select_related("person").order_by("id"), case=int)
_conflicts = prepared.Prepared(
    lambda case: Interest.objects.filter(case=case, is_conflict=True).order_by("id").values_list("person_id", "kind"), case=int
)


def latest_screening(case: Case) -> Screening | None:
    """This will give the last finding of screening."""
    return _screening.first(case=case.pk)


def requests_of(case: Case) -> QuerySet[InformationRequest]:
    """This will list what was asked back, newest first."""
    return InformationRequest.objects.filter(case=case).prefetch_related("questions").order_by("-id")


def open_request(case: Case) -> InformationRequest | None:
    """This will give the questions the applicant has still to answer, if there are any."""
    return InformationRequest.objects.filter(case=case, answered_at=None, lapsed_at=None).first()


def assignments_of(case: Case) -> QuerySet[Assignment]:
    """This will list who was asked to assess a case, in the order asked."""
    return Assignment.objects.filter(case=case).select_related("person").order_by("id")


def everyone_asked(case: Case) -> list[Assignment]:
    """This will give the same as rows, for showing."""
    return _assignments(case=case.pk)


def own_assignments(person: Person, case: Case) -> QuerySet[Assignment]:
    """This will list what one person was asked on a case and has not ended."""
    return Assignment.objects.filter(case=case, person=person, ended_at=None).order_by("id")


def counted_reviews(case: Case) -> list[Review]:
    """This will give the last version of every review that counts: not those of a person since found in conflict."""
    return _counted(case=case.pk)


def own_review(person: Person, case: Case) -> Review | None:
    """This will give the last version of one person's own review."""
    return Review.objects.filter(assignment__case=case, assignment__person=person).order_by("-version").first()


@dataclass(frozen=True)
class Scores:
    """The reviews that count and what they come to together."""

    reviews: list[Review]
    summary: scoring.Summary | None


def scores_of(case: Case, book: rulebook.SchemeVersion) -> Scores:
    """This will put the counted reviews together by the scheme's criteria."""
    reviews = counted_reviews(case)
    criteria = criteria_of(book)
    whole = [review.marks for review in reviews if not scoring.problems(criteria, review.marks)]
    return Scores(reviews, scoring.summary(criteria, whole))


def recommendation_for(case: Case, purpose: str = Recommendation.Purpose.AWARD) -> Recommendation | None:
    """This will give the committee's last advice for a purpose."""
    found = Recommendation.objects.filter(case=case, purpose=purpose).select_related("meeting", "recorded_by")
    return found.order_by("-id").first()


def recommendations_of(case: Case) -> list[tuple[Recommendation, list[Seat]]]:
    """This will list the committee's advice on a case, newest first, each with who sat."""
    sat: dict[int, list[Seat]] = defaultdict(list)
    found = _recommendations(case=case.pk)
    for seat in _seats(case=case.pk) if found else ():
        sat[seat.recommendation_id].append(seat)
    return [(advice, sat[advice.pk]) for advice in found]


def advisers(case: Case) -> frozenset[int]:
    """This will give the ids of everyone who advised on the case: screened or reversed a finding, reviewed, sat or recorded advice."""
    found: set[int] = set(Screening.objects.filter(case=case).values_list("recorded_by_id", flat=True))
    found |= set(Reversal.objects.filter(screening__case=case).values_list("recorded_by_id", flat=True))
    found |= set(Review.objects.filter(assignment__case=case).values_list("assignment__person_id", flat=True))
    found |= set(Seat.objects.filter(recommendation__case=case, has_left=False).values_list("person_id", flat=True))
    found |= set(Recommendation.objects.filter(case=case).values_list("recorded_by_id", flat=True))
    return frozenset(found | ({case.officer_id} if case.officer_id else set()))


def conflicted_people(case: Case, at: datetime) -> frozenset[int]:
    """This will give the ids of everyone in conflict with the case."""
    held = Standing.objects.filter(people.at_moment(at), case=case, relation=Standing.Relation.CONFLICTED)
    return frozenset(held.values_list("person_id", flat=True))


def conflict_kinds(case: Case) -> dict[int, str]:
    """This will give the kind of conflict each person declared last."""
    return dict(_conflicts(case=case.pk))
