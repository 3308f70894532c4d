"""The terms of an agreement as they stood on any day, and what each change made different — e.g. /cases/NIFS-7KQ2-M4XD/terms/2/."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core import named_terms, term_differences
from millrace.core import terms as terms_
from millrace.core.refusal import Refusal
from millrace.stages.award.models import AgreedTerms
from millrace.stages.deliver import addenda, gather, showing
from millrace.stages.deliver.pages.evidence import crumbs
from millrace.web import asking
from millrace.web.access import entry


@entry(case="read_award")
def dated(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show one text of the terms, from when it is or was in force, and how it differs from another (the one before it)."""
    rows = {row.number: row for row in showing.terms_of(request.case)}
    if number not in rows:
        raise Refusal.not_found()
    other = _other(request, rows, number)
    context = {
        "case": request.case,
        "row": rows[number],
        "ends_on": rows[number + 1].from_on if number + 1 in rows else None,
        "rows": list(rows.values()),
        "other": other,
        "differences": _differences(request, other, rows[number]) if other else [],
        "told": showing.agreement_of(request.case, rows[number]),
        "desk": asking.is_desk(request),
        "crumbs": crumbs(request),
        "title": _("Terms %(number)s") % {"number": number},
    }
    return render(request, "deliver/terms.html", context)


def _other(request: HttpRequest, rows: dict[int, AgreedTerms], number: int) -> AgreedTerms | None:
    typed = request.GET.get("against", "")
    wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else number - 1
    return rows.get(wanted) if wanted != number else None


def _differences(request: HttpRequest, before: AgreedTerms, after: AgreedTerms) -> list[dict[str, str]]:
    found = term_differences.between(terms_.from_data(before.data), terms_.from_data(after.data))
    named = named_terms.between(named_terms.from_data(before.named), named_terms.from_data(after.named))
    return addenda.named_rows(named) + addenda.rows(request.case, found, gather.local_day(request.at))
