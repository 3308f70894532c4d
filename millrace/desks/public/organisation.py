"""What one organisation was funded for — e.g. four projects of a company under two schemes, HK$31m approved, HK$22m paid so far."""

from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.desks.public import register
from millrace.registers.people.models import Organisation
from millrace.registers.policy import queries as policy
from millrace.web.access import entry


@entry("public")
def organisation(request: HttpRequest, organisation: int) -> HttpResponse:
    """This will list an organisation's funded projects with their sums, one per currency; one without any does not exist here."""
    found = Organisation.objects.filter(pk=organisation).first()
    rows = register.funded().filter(lead=organisation)
    sums: list[dict[str, Any]] = list(
        rows.order_by("unit").values("unit").annotate(count=Count("pk"), approved=Sum("approved_cents"), paid=Sum("paid_cents"))
    )
    if found is None or not sums:
        raise Refusal.not_found()
    former = found.former_names.order_by("-until_on")
    context = {"organisation": found, "former_names": former, "sums": sums, "crumbs": [(_("What was funded"), "/register/")]}
    return register.listing(policy.published_schemes(request.at)).answer(request, rows, "public/organisation.html", context)
