"""What lists of finance may be narrowed by — e.g. the cases of one fund, of one officer, of the financial year 2025-26."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q
from django.http import HttpRequest
from django.utils import translation

from millrace.core.spans import Span
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import gather
from millrace.web import schemes
from millrace.web.tables import Filter


def scheme_choices(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    """This will list the schemes."""
    return list(schemes.short_titles().items())


def fund_choices(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    """This will list the funds by their titles."""
    return [(fund.id, fund.title.said_in(translation.get_language() or "en")) for fund in policy.funds_if_published()]


def officer_choices(request: HttpRequest) -> Sequence[tuple[str, str]]:
    """This will list who may be the officer of a case."""
    return officers_named(people.holders_of("officer", request.at))


def officers_named(officers: Iterable[Person]) -> Sequence[tuple[str, str]]:
    """This will offer these persons to choose from."""
    return [(str(person.pk), str(person)) for person in officers]


def year_choices(request: HttpRequest) -> Sequence[tuple[str, str]]:
    """This will list the financial years that some fund had cash for, up to the present one, the latest first."""
    now = gather.year_of(gather.local_day(request.at))
    years = {each.on for fund in policy.funds_if_published() for each in fund.provisions if each.on <= now} | {now}
    return [(year, year) for year in sorted(years, reverse=True)]


def schemes_of(fund: str) -> tuple[str, ...]:
    """This will name the schemes of a fund; none of one there is not."""
    return next((each.schemes for each in policy.funds_if_published() if each.id == fund), ())


def span_of(year: str) -> Span[date] | None:
    """This will give the days of a financial year by its name, such as 2025-26; None for no name."""
    funder = policy.funder_if_published()
    if funder is None or not year[:4].isdecimal() or not 1900 <= int(year[:4]) <= 9000:
        return None
    return funder.financial_year(date(int(year[:4]), *funder.year_starts))


def _of_funds(chosen: Sequence[str]) -> Q:
    return Q(case__scheme__in=[scheme for fund in chosen for scheme in schemes_of(fund)])


def by_fund(title: str) -> Filter:
    """This will narrow rows of cases to a fund's schemes."""
    return Filter("fund", title, "", fund_choices, narrows=_of_funds)


def by_year(title: str, field: str) -> Filter:
    """This will narrow rows to those whose moment lies in a financial year of the funder."""

    def narrows(chosen: Sequence[str]) -> Q:
        either = Q(pk__in=())
        for span in filter(None, map(span_of, chosen)):
            told = policy.funder()
            either |= Q(**{f"{field}__gte": told.first_moment(span.start), f"{field}__lt": told.first_moment(span.end)})
        return either

    return Filter("year", title, "", year_choices, narrows=narrows)
