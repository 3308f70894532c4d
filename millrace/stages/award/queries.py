"""What was decided, offered and agreed — e.g. the terms of NIFS-7KQ2-M4XD as they stood on 1 March 2025."""

from datetime import date

from django.db.models import QuerySet

from millrace.core import terms
from millrace.registers.cases import queries as cases
from millrace.registers.cases.models import Case
from millrace.registers.people import prepared
from millrace.stages.award.models import AgreedTerms, Decision, Offer

_decision = prepared.Prepared(
    lambda case: Decision.objects.filter(case=case).select_related("decided_by", "recommendation", "verdict"), case=int
)
_offer = prepared.Prepared(lambda case: Offer.objects.filter(case=case).select_related("letter", "agreement", "decision"), case=int)


def decision_on(case: Case) -> Decision | None:
    """This will give the authority's decision, if there is one."""
    return _decision.first(case=case.pk)


def offer_for(case: Case) -> Offer | None:
    """This will give the offer made to the applicant, with its two letters, if there is one."""
    return _offer.first(case=case.pk)


def terms_rows(on: date) -> QuerySet[AgreedTerms]:
    """This will list the terms that had begun by a day, of every case, the latest first: a case's first is the one in force."""
    return AgreedTerms.objects.filter(from_on__lte=on).order_by("-from_on", "-number")


_terms = prepared.Prepared(lambda case, on: terms_rows(on).filter(case=case)[:1], case=int, on=date)


def terms_row(case: Case, on: date) -> AgreedTerms | None:
    """This will give the row of the terms in force on a day: the last that began by then."""
    return cases.once(case, _terms_row, on)


def _terms_row(case: Case, on: date) -> AgreedTerms | None:
    return _terms.first(case=case.pk, on=on)


def terms_of(case: Case, on: date) -> terms.Terms | None:
    """This will give the agreement's terms as they stood on a day; None before they began."""
    row = terms_row(case, on)
    return terms.from_data(row.data) if row else None


def milestone_titles(case: Case, on: date) -> dict[int, str]:
    """This will give the applicant's own words for the milestones, by number."""
    row = terms_row(case, on)
    return {int(number): title for number, title in row.milestone_titles.items()} if row else {}
