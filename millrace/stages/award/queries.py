"""What was decided, offered and agreed — e.g. the terms of NIFS-7KQ2-M4XD as they stood on 1 March 2025."""

from datetime import date

from millrace.core import terms
from millrace.registers.cases.models import Case
from millrace.stages.award.models import AgreedTerms, Decision, Offer


def decision_on(case: Case) -> Decision | None:
    """This will give the authority's decision, if there is one."""
    return Decision.objects.filter(case=case).select_related("decided_by", "recommendation", "verdict").first()


def offer_for(case: Case) -> Offer | None:
    """This will give the offer made to the applicant, with its two letters, if there is one."""
    return Offer.objects.filter(case=case).select_related("letter", "agreement", "decision").first()


def terms_row(case: Case, on: date) -> AgreedTerms | None:
    """This will give the row of the terms in force on a day: the last that began by then."""
    return AgreedTerms.objects.filter(case=case, from_on__lte=on).order_by("-from_on", "-number").first()


def terms_of(case: Case, on: date) -> terms.Terms | None:
    """This will give the agreement's terms as they stood on a day; None before they began."""
    row = terms_row(case, on)
    return terms.from_data(row.data) if row else None


def milestone_titles(case: Case, on: date) -> dict[int, str]:
    """This will give the applicant's own words for the milestones, by number."""
    row = terms_row(case, on)
    return {int(number): title for number, title in row.milestone_titles.items()} if row else {}
