"""Pages for milestones, matching money and its verification — e.g. /cases/NIFS-7KQ2-M4XD/matching/record/."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.people.models import Organisation
from millrace.stages.award import queries as award
from millrace.stages.deliver import actions, alike, forms, gather, giving, telling
from millrace.stages.deliver.actions import matching
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
    terms, today = gather.terms_of(request.case, gather.local_day(request.at)), gather.local_day(request.at)
    is_priced = matching.is_priced_by_rule(request.case, today)
    asked = asking.Asked(
        title=_("Record matching money"),
        caption=request.case.reference,
        lead=_("Record each payment or contribution once, with its proof. It counts after an officer has verified it."),
        button=_("Record"),
        back=case_address(request),
        done=_("Your evidence has been recorded. An officer will look at it."),
        above="deliver/in_kind_hint.html" if is_priced else "",
        context={"crumbs": crumbs(request)},
    )
    about = {"sponsors": _sponsors(request), "unit": terms.unit, "today": today, "is_priced": is_priced}
    first = {"sponsor": str(request.case.lead_id)}
    form = forms.MatchingForm(request.POST or None, request.FILES or None, **about, initial=first)

    def act(data: dict[str, Any], command: Any) -> None:
        file = file_of(data)
        actions.record_matching(request.case, **{"form": "cash"} | data, file=file, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


def _sponsors(request: HttpRequest) -> list[Organisation]:
    parties = request.case.parties.filter(left_at__isnull=True, role__in=["lead", "sponsor", "partner"])
    return list(Organisation.objects.filter(pk__in=parties.values("organisation")).order_by("pk"))


@entry(case="record_evidence")
def record_in_kind(request: HttpRequest, reference: str) -> HttpResponse:
    """This will take a contribution in kind, priced by the policy's rule in one of its ways."""
    terms, today = gather.terms_of(request.case, gather.local_day(request.at)), gather.local_day(request.at)
    ways = giving.ways_of(request.case, today)
    way = request.GET.get("way", ways[0] if ways else "")
    if way not in ways:
        raise Refusal.not_found()
    offered = giving.measures_of(request.case, way, today)
    address = f"{case_address(request)}matching/in-kind/"
    asked = asking.Asked(
        title=_("Record a contribution in kind"),
        caption=request.case.reference,
        lead=_("What is given in kind counts at the value its rule gives it. It counts after an officer has verified it."),
        button=_("Record"),
        back=case_address(request),
        done=_("Your evidence has been recorded. An officer will look at it."),
        above="deliver/ways.html",
        context={
            "crumbs": crumbs(request),
            "tabs": [(one, _(giving.WAYS[one]), f"{address}?way={one}") for one in ways],
            "way": way,
            "rule": giving.measure(offered[0], terms.unit) if way == "goods" else "",
            "share": telling.share(terms.stage(request.case.stage_number).in_kind_share),
        },
    )
    about = {"way": way, "offered": offered, "sponsors": _sponsors(request), "unit": terms.unit, "today": today}
    form = giving.InKindForm(request.POST or None, request.FILES or None, **about, initial={"sponsor": str(request.case.lead_id)})

    def act(data: dict[str, Any], command: Any) -> None:
        file, kept = file_of(data), {name: data[name] for name in ("sponsor", "on", "valuation", "declared_cents")}
        actions.record_in_kind(request.case, **kept, given=form.given(), file=file, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="verify_evidence")
def verify(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will ask an officer for a finding on one piece of evidence."""
    found = Evidence.objects.filter(case=request.case, number=number).select_related("sponsor", "document", "recorded_by").first()
    if found is None:
        raise Refusal.not_found()
    likes = alike.of_evidence(found, by=request.user, at=request.at)
    asked = asking.Asked(
        title=_("Verify evidence"),
        caption=f"{request.case.reference} · {number}",
        button=_("Record the finding"),
        back=case_address(request),
        done=_("The finding is recorded."),
        facts=tuple(_facts(found)),
        above="deliver/evidence_above.html",
        context={
            "crumbs": crumbs(request),
            "evidence": found,
            "sums": telling.sums(found.steps, found.unit),
            "likes": [telling.like(one) for one in likes],
        },
    )
    form = forms.VerifyForm(request.POST or None, evidence=found, is_alike=bool(likes))

    def act(data: dict[str, Any], command: Any) -> None:
        actions.verify_evidence(
            found,
            is_accepted=data["finding"] == "yes",
            verified_cents=data.get("verified_cents"),
            note=data["note"],
            alike_reason=data.get("alike_reason", ""),
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
        *(_of_in_kind(found) if found.way else _of_payment(found)),
        *facts,
    ]


def _of_payment(found: Evidence) -> list[tuple[str, Any]]:
    return [
        (_("Day of payment"), words.day(found.paid_on) or "—"),
        (_("Paid to"), found.payee or "—"),
        (_("Invoice number"), found.invoice or "—"),
        (_("How it was valued"), found.valuation or "—"),
    ]


def _of_in_kind(found: Evidence) -> list[tuple[str, Any]]:
    return [
        (_("What was given"), found.valuation),
        (_("Last day it was given"), words.day(found.paid_on)),
        (_("Priced by"), giving.rule_of(found)),
    ]
