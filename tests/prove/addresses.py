"""Fills the arguments of an address in with what the database holds — e.g. `/cases/<reference>/claims/<number>/` with two claims each."""

import re
from collections.abc import Callable
from typing import Any

from millrace.desks.assessor import queues as reviews
from millrace.desks.officer import queues
from millrace.registers.cases.models import Case
from millrace.registers.documents.models import Document
from millrace.registers.facilities.models import Allocation, Operator, Resource
from millrace.registers.messages.models import Letter, Notice
from millrace.registers.people.models import Membership, Person, Power
from millrace.registers.policy import queries as policy
from millrace.registers.policy.models import Draft as PolicyDraft
from millrace.registers.policy.models import SchemeVersion
from millrace.registers.timeline.models import Event
from millrace.stages.apply.models import Part
from millrace.stages.assess.models import Meeting
from millrace.stages.award.models import AgreedTerms
from millrace.stages.call.models import Call, Enquiry
from millrace.stages.close.models import Refund
from millrace.stages.deliver import models as deliver
from millrace.stages.learn.models import Reply
from millrace.stages.plan.models import ExchangeVisit, FundOrder, StaffInvitation

SECRET = "a-secret-only-this-sweep-knows"


def arguments(route: str, case: Case | None, person: Person | None) -> list[str]:
    """This will fill an address's arguments in with what there is; an argument nobody foresaw is an error, not a page left out."""
    places = re.findall(r"<(?:\w+:)?(\w+)>", route)
    choices: list[dict[str, Any]] = [{}]
    for place in places:
        choices = [{**chosen, place: value} for chosen in choices for value in _values(place, route, case, person, chosen)]
    filled = []
    for chosen in choices:
        address = route
        for place, value in chosen.items():
            address = re.sub(rf"<(?:\w+:)?{place}>", str(value), address)
        filled.append(re.sub(r"\(\?P.*?\)", "none", address).removesuffix("$"))
    return filled


def _values(place: str, route: str, case: Case | None, person: Person | None, chosen: dict[str, Any]) -> list[Any]:
    """This will offer an argument's values: two of each kind suffice."""
    offered: dict[str, Callable[[], Any]] = {
        "reference": lambda: [case.reference] if case else [],
        "slug": lambda: _schemes(route),
        "name": lambda: ["approved-by-scheme", "mainland-collaboration-approved"],
        "section": lambda: _sections(case),
        "document": lambda: Document.objects.filter(case=case).values_list("pk", flat=True)[:2],
        "part": lambda: Part.objects.filter(case=case).values_list("pk", flat=True)[:2],
        "organisation": lambda: _organisations(route, person),
        "membership": lambda: [1],
        "secret": lambda: [SECRET],
        "call": lambda: Call.objects.order_by("closes_at").values_list("pk", flat=True)[:2],
        "milestone": lambda: [1, 2],
        "position": lambda: [1, 2],
        "allocation": lambda: Allocation.objects.filter(case=case).values_list("pk", flat=True)[:1],
        "claim": lambda: [1, 2],
        "line": lambda: (
            [1]
            if "claim" in chosen
            else deliver.ClaimLine.objects.filter(claim__case=case, claim__number=chosen["number"]).values_list("number", flat=True)[:1]
        ),
        "number": lambda: _numbers(route, case),
        "run": lambda: [run.reference for run in {run.state: run for run in deliver.PaymentRun.objects.all()}.values()],
        "account": lambda: deliver.PayeeAccount.objects.values_list("pk", flat=True)[:1],
        "queue": lambda: [queue for queue in (reviews.QUEUES if route.startswith("reviews/") else queues.QUEUES) if queue],
        "token": lambda: [1],
        "wish": lambda: [1],
        "receipt": lambda: [1],
        "refund": lambda: Refund.objects.filter(case=case).values_list("pk", flat=True)[:1],
        "year": lambda: [1],
        "key": lambda: ["none"],
        "power": lambda: Power.objects.filter(ends_at=None).order_by("pk").values_list("pk", flat=True)[:2],
        "invitation": lambda: StaffInvitation.objects.values_list("pk", flat=True)[:1],
        "fund": lambda: [fund.id for fund in policy.funds()][:3],
        "enquiry": lambda: Enquiry.objects.order_by("pk").values_list("pk", flat=True)[:2],
        "visit": lambda: ExchangeVisit.objects.order_by("pk").values_list("pk", flat=True)[:2],
        "picture": lambda: ["chain", "partners", "burn-down", "funnel", "targets"],
        "kind": lambda: ["docx"] if route.startswith("replies/") else FundOrder.Kind.values,
        "resource": lambda: Resource.objects.values_list("code", flat=True)[:1],
        "operator": lambda: Operator.objects.values_list("pk", flat=True)[:1],
        "order": lambda: FundOrder.objects.values_list("pk", flat=True)[:1],
        "meeting": lambda: Meeting.objects.values_list("pk", flat=True)[:2],
        "notice": lambda: Notice.objects.filter(person=person).values_list("pk", flat=True)[:1],
        "draft": lambda: PolicyDraft.objects.values_list("pk", flat=True)[:1],
        "event": lambda: Event.objects.filter(case=case).exclude(sheet=None).order_by("-pk").values_list("pk", flat=True)[:2],
        "reply": lambda: Reply.objects.filter(state="draft" if "drafts/" in route else "released").values_list("pk", flat=True)[:2],
        "language": lambda: ["zh-hant"],
        "uidb36": lambda: ["none"],
    }
    return list(offered[place]())


def _sections(case: Case | None) -> list[str]:
    return [section.id for section in policy.form(policy.scheme_versions(case.scheme)[-1]).sections] if case else []


def _schemes(route: str) -> list[str]:
    """Every scheme's own page; of what looks alike for all of them, three."""
    known = sorted(set(SchemeVersion.objects.values_list("scheme", flat=True)))
    return known if route == "schemes/<slug:slug>/" else ["nifs", "raise-plus", known[0]]


def _organisations(route: str, person: Person | None) -> list[int]:
    if route.startswith("register/"):
        return list(Case.objects.filter(status="in_force").order_by("pk").values_list("lead", flat=True)[:1])
    held = Membership.objects.filter(ends_at=None)
    mine = held.filter(person=person).values_list("organisation", flat=True) if person else []
    return [*list(mine)[:1], *held.values_list("organisation", flat=True)[:1]]


def _numbers(route: str, case: Case | None) -> list[Any]:
    if "given/" in route:
        return list(Event.objects.filter(kind="figure_given").values_list("pk", flat=True)[:1])
    for part, model in (
        ("changes/", deliver.ChangeRequest),
        ("reports/", deliver.Report),
        ("inspections/", deliver.Inspection),
        ("findings/", deliver.Finding),
        ("debts/", deliver.Receivable),
    ):
        if part in route:
            return list(model._default_manager.filter(case=case).order_by("-number").values_list("number", flat=True)[:2])
    if "terms/" in route:
        return list(AgreedTerms.objects.filter(case=case).order_by("-number").values_list("number", flat=True)[:2])
    if "claims/" in route:
        return list(deliver.Claim.objects.filter(case=case).values_list("number", flat=True)[:2])
    if "evidence/" in route:
        return list(deliver.Evidence.objects.filter(case=case).order_by("-state").values_list("number", flat=True)[:2])
    if "letters/" in route:
        return list(Letter.objects.filter(case=case).values_list("pk", flat=True)[:1])
    return [1, 2]
