"""Pages of a change: what is asked, what it would do, advice and decision — e.g. /cases/NIFS-7KQ2-M4XD/changes/1/."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core import changes as core
from millrace.core.refusal import Refusal
from millrace.registers.people.models import Organisation
from millrace.stages.award import heads
from millrace.stages.deliver import actions, changing, forms_changes, gather, showing
from millrace.stages.deliver.models import ChangeRequest
from millrace.stages.deliver.pages.evidence import case_address, crumbs
from millrace.web import asking
from millrace.web.access import entry


def _change(request: HttpRequest, number: int) -> ChangeRequest:
    """This will give the request, unless it is the other side's draft."""
    people = ("submitted_by", "advised_by", "decided_by", "letter")
    found = ChangeRequest.objects.filter(case=request.case, number=number).select_related(*people).first()
    is_own = str(request.because).startswith("party:") != (found is not None and found.is_by_funder)
    if found is None or (found.state == ChangeRequest.State.DRAFT and not is_own):
        raise Refusal.not_found()
    found.case = request.case
    return found


def _address(request: HttpRequest, change: ChangeRequest, step: str = "") -> str:
    return f"{case_address(request)}changes/{change.number}/{step}"


def _trail(request: HttpRequest, change: ChangeRequest) -> list[tuple[str, str]]:
    number = _("Change request %(number)s") % {"number": change.number}
    return [*crumbs(request), (number, _address(request, change))]


@entry(case="request_change")
def begin(request: HttpRequest, reference: str) -> HttpResponse:
    """This will ask what is to be changed, and begin the request."""
    offered = [one for one in changing.kinds() if one[0] not in actions.BY_FUNDER and changing.may_ask(request.case.status, one[0])]
    asked = asking.Asked(
        title=_("Ask for a change"),
        caption=request.case.reference,
        lead=_("A change is worked out on the terms as they stand. You see what it would do before you submit it."),
        button=_("Continue"),
        back=case_address(request),
        done="",
        context={"crumbs": crumbs(request)},
    )
    form = forms_changes.KindForm(request.POST or None, kinds=offered or changing.kinds())
    if request.method == "POST" and form.is_valid():
        try:
            change = actions.open_change(request.case, kind=form.cleaned_data["kind"], by=request.user, at=request.at)
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            asking.put_on(form, refusal)
            return asking.more_lines(request, form, asked)
        is_draft = change.state in (ChangeRequest.State.DRAFT, ChangeRequest.State.ASKED_BACK)
        return HttpResponseRedirect(_address(request, change, "edit/" if is_draft else ""))
    return asking.more_lines(request, form, asked)


@entry(case="request_change")
def edit(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will take what a request says; it is kept as a draft."""
    change = _change(request, number)
    if change.state not in (ChangeRequest.State.DRAFT, ChangeRequest.State.ASKED_BACK):
        return HttpResponseRedirect(_address(request, change))
    today = gather.local_day(request.at)
    terms = gather.terms_of(request.case, today)
    others = request.case.parties.filter(left_at__isnull=True).exclude(role="lead")
    form = forms_changes.ChangeForm(
        request.POST or None,
        change=change,
        terms=terms,
        heads=heads.words_of(request.case),
        parties=list(Organisation.objects.filter(pk__in=others.values("organisation")).order_by("pk")),
        lead=request.case.lead_id,
        earliest=changing.due_from(terms, today),
        named=changing.named_on(request.case, today),
    )
    asked = asking.Asked(
        title=str(change.get_kind_display()),
        caption=_("Change request %(number)s") % {"number": number},
        lead=change.note and _("Asked back: %(note)s") % {"note": change.note},
        button=_("Save and see what it would do"),
        back=_address(request, change),
        done=_("Your request is saved. It is not submitted yet."),
        context={"crumbs": crumbs(request)},
        after=_address(request, change),
    )

    def act(_data: dict[str, Any], _command: Any) -> None:
        actions.save_change(change, wish=form.wish(), by=request.user, at=request.at)

    return asking.ask(request, form, act, asked)


@entry(case="read_award")
def change_page(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show a request: what is asked, what it does or would do, what was advised and decided, and what may be done now."""
    change = _change(request, number)
    context = {
        "change": change,
        "case": request.case,
        "desk": asking.is_desk(request),
        "crumbs": crumbs(request),
        **showing.of_change(request.case, change, request.at),
        "may": showing.may_with(change, request.user, request.actor, request.at),
    }
    return render(request, "deliver/change.html", context)


def _on_consequences(request: HttpRequest, change: ChangeRequest, *, title: str, button: str, done: str, **more: Any) -> asking.Asked:
    """A page that asks for one act on a request, with what the change would do above the form."""
    return asking.Asked(
        title=title,
        caption=f"{request.case.reference} · {change.get_kind_display()}",
        button=button,
        back=_address(request, change),
        done=done,
        above="deliver/consequences.html",
        context={
            "crumbs": _trail(request, change),
            "change": change,
            "case": request.case,
            **showing.of_change(request.case, change, request.at),
        },
        **more,
    )


@entry(case="request_change")
def submit(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show once more what the change would do, and hand it in."""
    change = _change(request, number)
    asked = _on_consequences(
        request,
        change,
        title=_("Submit the request"),
        button=_("Submit"),
        done=_("Your request was submitted. You will be told the outcome."),
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.submit_change(change, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


@entry(case="request_change")
def withdraw(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will take a request back."""
    change = _change(request, number)
    asked = asking.Asked(
        title=_("Withdraw the request"),
        caption=f"{reference} · {change.get_kind_display()}",
        lead=_("The agreement stays as it is. You may ask again later."),
        button=_("Withdraw"),
        back=_address(request, change),
        done=_("The request was withdrawn."),
        tone="danger",
        context={"crumbs": _trail(request, change)},
        after=case_address(request),
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.withdraw_change(change, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


@entry(case="advise_change")
def ask_back(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will return a request with what is missing."""
    change = _change(request, number)
    asked = _on_consequences(
        request, change, title=_("Ask the enterprise back"), button=_("Send it back"), done=_("The request went back with your note.")
    )
    form = forms_changes.NoteForm(request.POST or None, label=_("What is missing or unclear"))

    def act(data: dict[str, Any], command: Any) -> None:
        actions.ask_back_change(change, note=data["note"], by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="advise_change")
def advise(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will record an officer's advice; another person decides."""
    change = _change(request, number)
    asked = _on_consequences(
        request, change, title=_("Advise on the change"), button=_("Record the advice"), done=_("Your advice is recorded.")
    )
    form = forms_changes.AdviceForm(request.POST or None)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.advise_change(change, advice=data["advice"], note=data["note"], by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="decide_change")
def decide(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will decide a request, on everything it would do; the end of an agreement is approved by its final account."""
    change = _change(request, number)
    ends = change.kind == core.TERMINATION
    lead = _("To approve it, open “Terminate the agreement”, which settles the final account. Here it can be refused.") if ends else ""
    asked = _on_consequences(
        request, change, title=_("Decide the change"), button=_("Decide"), done=_("The decision is recorded."), lead=lead
    )
    yes = _("Approve: the new terms begin today")
    form = forms_changes.OutcomeForm(request.POST or None, yes=yes, no=_("Refuse"), label=_("Note to the enterprise (a refusal needs one)"))

    def act(data: dict[str, Any], command: Any) -> None:
        is_approved = data["outcome"] == "yes"
        actions.decide_change(change, is_approved=is_approved, note=data["note"], by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="raise_suspension")
def suspend(request: HttpRequest, reference: str) -> HttpResponse:
    """This will put a suspension to the authority, with its reason."""
    asked = asking.Asked(
        title=_("Propose a suspension"),
        caption=request.case.reference,
        lead=_("The authority decides. While the agreement is suspended nothing is claimed, released or paid under it."),
        button=_("Put it to the authority"),
        back=case_address(request),
        done=_("The proposal waits for the authority."),
        tone="danger",
        context={"crumbs": crumbs(request)},
    )
    form = forms_changes.NoteForm(request.POST or None, label=_("Why the agreement should be suspended"))

    def act(data: dict[str, Any], command: Any) -> None:
        change = actions.open_change(request.case, kind=core.SUSPENSION, by=request.user, at=request.at)
        if change.state == ChangeRequest.State.DRAFT:
            actions.save_change(change, wish=actions.Wish(data["note"]), by=request.user, at=request.at)
            actions.submit_change(change, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="lift_suspension")
def lift(request: HttpRequest, reference: str) -> HttpResponse:
    """This will let a suspended agreement go on."""
    asked = asking.Asked(
        title=_("Lift the suspension"),
        caption=request.case.reference,
        button=_("Lift it"),
        back=case_address(request),
        done=_("The agreement goes on."),
        context={"crumbs": crumbs(request)},
    )
    form = forms_changes.NoteForm(request.POST or None, label=_("What was settled"))

    def act(data: dict[str, Any], command: Any) -> None:
        actions.lift_suspension(request.case, note=data["note"], by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)
