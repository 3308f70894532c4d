"""The page of exchange rates: which are recorded, with day and source, and a form to record one — /desk/exchange-rates/."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.people import queries as people
from millrace.stages.deliver import actions, forms, gather
from millrace.stages.deliver.models import ExchangeRate
from millrace.web import asking, funder
from millrace.web.access import entry

SHOWN = 50


@entry(power=("finance", "finance_maker", "finance_checker", "officer", "auditor"))
def rates(request: HttpRequest) -> HttpResponse:
    """This will list the latest rates, and let finance record one."""
    may_record = "finance" in people.powers_of(request.user, request.at)
    if request.method == "POST" and not may_record:
        raise Refusal.not_found()
    unit, today = funder.current().unit, gather.local_day(request.at)
    rows = list(ExchangeRate.objects.select_related("recorded_by").order_by("-on", "-pk")[:SHOWN])
    for row in rows:
        row.told = f"{row.millionths / 1_000_000:.6f}".rstrip("0").rstrip(".")  # type: ignore[attr-defined]  # read by the page
    asked = asking.Asked(
        title=_("Exchange rates"),
        lead=_("A claim line in another currency counts at the rate of its payment, or of the few days before it."),
        button=_("Record a rate"),
        back="/desk/exchange-rates/",
        done=_("The rate is recorded."),
        template="deliver/rates.html",
        context={"rates": rows, "may_record": may_record},
    )
    form = forms.RateForm(request.POST or None, unit=unit, today=today)

    def act(data: dict[str, Any], command: Any) -> None:
        kept = {"on": data["on"], "millionths": data["rate"], "source": data["source"]}
        actions.record_rate(data["currency"], unit=unit, **kept, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)
