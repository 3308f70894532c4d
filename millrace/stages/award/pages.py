"""The pages of the award: decide, answer an offer, open a stage, read a letter — e.g. /cases/NIFS-7KQ2-M4XD/decision/."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from millrace.core.envelopes import Nearness
from millrace.core.ledger import Envelope
from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.ledger import nearness
from millrace.registers.ledger import queries as ledger
from millrace.registers.messages import pdf
from millrace.registers.messages import queries as messages
from millrace.registers.people import queries as people
from millrace.stages.apply import preview, terms
from millrace.stages.assess import delegated, guard, judging
from millrace.stages.assess import queries as assess
from millrace.stages.assess import telling as assessed
from millrace.stages.assess.actions.recommendations import Advice, Held
from millrace.stages.assess.models import Assignment, Recommendation
from millrace.stages.assess.pages import address, crumbs
from millrace.stages.award import actions, agreements, forms, queries
from millrace.web import access, asking
from millrace.web.access import entry


def _near(request: HttpRequest, case: Case, envelope: Envelope, proposed: int | None) -> dict[str, Nearness]:
    """How near the envelope is to its end, now and after the approval proposed, for the one about to take from it."""
    near = nearness.of(envelope, terms.local_day(request.at), seen=access.visible_submitted(request.actor, request.at))
    return {"near": near, "after": near.after(proposed or case.requested_cents)}


def _beside(case: Case) -> list[tuple[Envelope, int]]:
    """This will give what is left in the other envelopes that an approval draws on: hours of a facility."""
    others = [Envelope(one.fund, case.scheme, one.unit) for one in terms.of_row(case.scheme_version).book.allocations]
    return [(one, ledger.available(one)) for one in others if one.unit != case.unit]


@entry(case="decide")
def decision(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show what the decision rests on, and take it."""
    case, held = request.case, terms.of_row(request.case.scheme_version)
    said, advice = judging.judge_again(case, at=request.at), assess.recommendation_for(case)
    proposed = advice.amount_cents if advice and advice.outcome == Recommendation.Outcome.RECOMMENDED else delegated.most_cents(case)
    form = forms.DecisionForm(
        request.POST or None,
        unit=case.unit,
        reasons=assessed.reason_choices(held.book),
        initial={"amount": proposed, "conditions": advice.conditions if advice else ""},
    )

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.decide(
            case,
            outcome=given["outcome"],
            amount_cents=given["amount"] or 0,
            conditions=given["conditions"].splitlines(),
            reasons=given["reasons"],
            remarks=given["remarks"],
            by=request.user,
            at=request.at,
            command=command,
        )

    asked = asking.Asked(
        title=_("Decision"),
        caption=f"{case.reference} · {case.title}",
        button=_("Decide"),
        back=address(case),
        done=_("The decision is recorded, and its letter is on its way."),
        above="award/decision_above.html",
        crumbs=crumbs(case),
        context={
            "case": case,
            "now": preview.in_words(said, held),
            "advice": advice,
            "reasons": assessed.reason_words(held.book, advice.reason_codes) if advice else [],
            "limit_cents": people.limit_of(request.user, request.at),
            **_near(request, case, agreements.envelope_of(case), proposed),
            "beside": _beside(case),
            **assessed.scores(assess.scores_of(case, held.book), held.book),
        },
    )
    return asking.ask(request, form, act, asked)


@entry(case="record_meeting")
def committee(request: HttpRequest, reference: str) -> HttpResponse:
    """This will record the decision of a committee that decides itself, and who was there."""
    case, held = request.case, terms.of_row(request.case.scheme_version)
    if guard.workflow_of(case)[-1:] != ("committee",):
        raise Refusal.not_found()
    said = judging.judge_again(case, at=request.at)
    called = assess.assignments_of(case).filter(role=Assignment.Role.COMMITTEE).exclude(outcome=Assignment.Outcome.DECLINED)
    form = forms.CommitteeDecisionForm(
        request.POST or None,
        members=[row.person for row in called],
        reasons=assessed.reason_choices(held.book),
        stages=assessed.stage_choices(held.book),
        is_for_stage=False,
        unit=case.unit,
        today=terms.local_day(request.at),
        findings=held.book.found_by_committee,
        initial={"amount": said.amount_cents, "stage_number": case.stage_number},
    )

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        met = Held(given["held_on"], form.people("present"), form.people("left"), given["by_circulation"] == "yes")
        decided = Advice(
            outcome=given["outcome"],
            amount_cents=given["amount"] or 0,
            stage_number=int(given.get("stage_number") or case.stage_number),
            conditions=given["conditions"],
            reasons=given["reasons"],
            reason_codes=given["reason_codes"],
            found=form.found(),
        )
        actions.decide_in_committee(case, held=met, advice=decided, by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Decision of the committee"),
        caption=f"{case.reference} · {case.title}",
        lead=_("This committee decides itself: what you record reserves the money and sends the letter."),
        button=_("Record the decision"),
        back=address(case),
        done=_("The decision is recorded, and its letter is on its way."),
        above="award/committee_above.html",
        crumbs=crumbs(case),
        context={
            "case": case,
            "called": called,
            "now": preview.in_words(said, held),
            **_near(request, case, agreements.envelope_of(case), said.amount_cents),
            "beside": _beside(case),
            **assessed.scores(assess.scores_of(case, held.book), held.book),
        },
        template="web/ask.html" if called else "assess/nobody_called.html",
    )
    return asking.ask(request, form, act, asked)


@entry(case="accept_offer")
def offer(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show an authorised person the offer and its agreement, and take the answer."""
    case, made = request.case, queries.offer_for(request.case)
    if made is None:
        raise Refusal.not_found()
    is_declining = request.POST.get("answer") == "decline"

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        if is_declining:
            actions.decline_offer(case, remarks=given["remarks"], by=request.user, at=request.at, command=command)
        else:
            actions.accept_offer(case, by=request.user, at=request.at, command=command)

    declined, accepted = _("You have declined the offer."), _("You have accepted the offer. The money is committed.")
    asked = asking.Asked(
        title=_("The offer"),
        caption=f"{case.reference} · {case.title}",
        button=_("Send your answer"),
        back=address(case),
        done=declined if is_declining else accepted,
        above="award/offer_above.html",
        crumbs=crumbs(case, (_("My applications"), "/home/")),
        context={"case": case, "offer": made},
    )
    return asking.ask(request, forms.OfferForm(request.POST or None), act, asked)


@entry(case="open_stage")
def stage(request: HttpRequest, reference: str) -> HttpResponse:
    """This will open the next stage of an agreement on the committee's recorded advice."""
    case = request.case

    def act(_given: dict[str, Any], command: uuid.UUID) -> None:
        actions.open_stage(case, number=case.stage_number + 1, by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("Open the next stage"),
        caption=f"{case.reference} · {case.title}",
        lead=_("It opens only on the committee's recorded advice after the stage before."),
        button=_("Open the stage"),
        back=address(case),
        done=_("The stage is open."),
        above="award/stage_above.html",
        crumbs=crumbs(case),
        context={"case": case, "advice": assess.recommendation_for(case, Recommendation.Purpose.STAGE_TWO)},
    )
    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


@entry(case="read_award")
def letter(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will give a letter on paper, made from the text that was sent."""
    found = messages.letters_of(request.case).filter(pk=number).first()
    if found is None:
        raise Refusal.not_found()
    name = found.number.replace("/", "-")
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(pdf.made(found), content_type="application/pdf", headers=headers)
