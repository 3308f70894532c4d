"""Pages for milestones, matching money and its verification — e.g. /cases/NIFS-7KQ2-M4XD/matching/record/."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.people.models import Organisation
from millrace.stages.award import queries as award
from millrace.stages.deliver import actions, forms, gather
from millrace.stages.deliver.models import Evidence
from millrace.web import asking, words
from millrace.web.access import entry


def case_address(request: HttpRequest) -> str:
    """This will give the address of the case's own page."""
    return f"/cases/{request.case.reference}/"


def crumbs(request: HttpRequest) -> list[tuple[str, str]]:
    """This will lead back to the case."""
    return [(request.case.reference, case_address(request))]


def file_of(data: dict[str, Any], name: str = "file") -> actions.File | None:
    """This will take the first file given, if any."""
    given = data.pop(name, None) or []
    return actions.File(given[0].name, given[0].read()) if given else None


@entry(case="record_evidence")
def report_milestone(request: HttpRequest, reference: str, milestone: int) -> HttpResponse:
    """This will take evidence that a milestone was reached."""
    day = gather.local_day(request.at)
    agreed = gather.terms_of(request.case, day).milestone(milestone)
    if agreed is None:
        raise Refusal.not_found()
    title = award.milestone_titles(request.case, day).get(milestone, "") or _("Milestone %(number)s") % {"number": milestone}
    asked = asking.Asked(
        title=_("Report a milestone"),
        caption=title,
        button=_("Submit"),
        back=case_address(request),
        done=_("Your evidence has been recorded. An officer will look at it."),
        facts=((_("Due on"), words.day(agreed.due_on)),),
        context={"crumbs": crumbs(request)},
    )
    form = forms.MilestoneForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any], command: Any) -> None:
        file = file_of(data)
        actions.report_milestone(
            request.case, milestone=milestone, file=file, note=data["note"], by=request.user, at=request.at, command=command
        )

    return asking.ask(request, form, act, asked)


@entry(case="record_evidence")
def record_matching(request: HttpRequest, reference: str) -> HttpResponse:
    """This will take a payment or a contribution in kind as matching money."""
    terms = gather.terms_of(request.case, gather.local_day(request.at))
    parties = request.case.parties.filter(left_at__isnull=True, role__in=["lead", "sponsor", "partner"])
    sponsors = list(Organisation.objects.filter(pk__in=parties.values("organisation")).order_by("pk"))
    asked = asking.Asked(
        title=_("Record matching money"),
        caption=request.case.reference,
        lead=_("Record each payment or contribution once, with its proof. It counts after an officer has verified it."),
        button=_("Record"),
        back=case_address(request),
        done=_("Your evidence has been recorded. An officer will look at it."),
        context={"crumbs": crumbs(request)},
    )
    today = gather.local_day(request.at)
    first = {"sponsor": str(request.case.lead_id)}
    form = forms.MatchingForm(request.POST or None, request.FILES or None, sponsors=sponsors, unit=terms.unit, today=today, initial=first)

    def act(data: dict[str, Any], command: Any) -> None:
        file = file_of(data)
        actions.record_matching(request.case, **data, file=file, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="verify_evidence")
def verify(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will ask an officer for a finding on one piece of evidence."""
    found = Evidence.objects.filter(case=request.case, number=number).select_related("sponsor", "document", "recorded_by").first()
    if found is None:
        raise Refusal.not_found()
    asked = asking.Asked(
        title=_("Verify evidence"),
        caption=f"{request.case.reference} · {number}",
        button=_("Record the finding"),
        back=case_address(request),
        done=_("The finding is recorded."),
        facts=tuple(_facts(found)),
        above="deliver/evidence_file.html",
        context={"crumbs": crumbs(request), "evidence": found},
    )
    form = forms.VerifyForm(request.POST or None, evidence=found)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.verify_evidence(
            found,
            is_accepted=data["finding"] == "yes",
            verified_cents=data.get("verified_cents"),
            note=data["note"],
            by=request.user,
            at=request.at,
            command=command,
        )

    return asking.ask(request, form, act, asked)


def _facts(found: Evidence) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [(_("Recorded by"), str(found.recorded_by)), (_("Note"), found.note or "—")]
    if found.purpose == Evidence.Purpose.MILESTONE:
        return [(_("Milestone"), found.milestone), *facts]
    return [
        (_("Brought by"), str(found.sponsor)),
        (_("Amount"), words.amount(found.amount_cents, found.unit)),
        (_("In cash or in kind"), _("In cash") if found.form == "cash" else _("In kind")),
        (_("Day of payment"), words.day(found.paid_on) or "—"),
        (_("Paid to"), found.payee or "—"),
        (_("Invoice number"), found.invoice or "—"),
        (_("How it was valued"), found.valuation or "—"),
        *facts,
    ]
