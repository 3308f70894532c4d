"""The page on which an officer records what is measured of a case — e.g. /cases/NIFS-7KQ2-M4XD/measures/, two lines from 3 May."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.stages.deliver import actions, forms_measures, gather, measured
from millrace.stages.deliver.pages.evidence import case_address, crumbs
from millrace.web import asking, schemes
from millrace.web.access import entry


@entry(case="record_measure")
def record(request: HttpRequest, reference: str) -> HttpResponse:
    """This will take a number of a case from a day on, with what it rests on."""
    titles = schemes.measures_of(request.case.scheme)
    if not titles or request.case.status not in measured.STATUSES:
        raise Refusal.not_found()
    grounds = {str(one): one for one in measured.grounds_of(request.case)}
    lead = _("The number holds from its day on. Record the same day again to correct it.")
    none = _("Nothing was accepted yet that a number could rest on. Accept a report or a milestone first, or record a visit.")
    asked = asking.Asked(
        title=_("Record what was achieved"),
        caption=request.case.reference,
        lead=lead if grounds else none,
        button=_("Record"),
        back=f"{case_address(request)}?show=delivery",
        done=_("The number is recorded."),
        context={"crumbs": crumbs(request)},
    )
    opened = gather.local_day(request.case.opened_at)
    form = forms_measures.MeasureForm(
        request.POST or None, titles=titles, grounds=grounds, earliest=opened, today=gather.local_day(request.at)
    )

    def act(data: dict[str, Any], command: Any) -> None:
        ground = grounds[data.pop("rests_on")]
        actions.record_measure(request.case, **data, rests_on=ground, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)
