"""Pages of a claim: its lines, its proofs, what was ruled and why — e.g. /cases/NIFS-7KQ2-M4XD/claims/1/."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millrace.core.claims import Examination
from millrace.core.refusal import Refusal
from millrace.stages.award import heads
from millrace.stages.deliver import actions, alike, forms, gather, giving, judging, queries, telling
from millrace.stages.deliver.models import Claim, ClaimLine
from millrace.stages.deliver.pages.evidence import case_address, crumbs
from millrace.web import access, asking, words
from millrace.web.access import entry


def _claim(request: HttpRequest, number: int) -> Claim:
    found = Claim.objects.filter(case=request.case, number=number).select_related("decided_by", "submitted_by").first()
    is_own = str(request.because).startswith("party:")
    if found is None or (found.state == Claim.State.DRAFT and not is_own):
        raise Refusal.not_found()
    found.case = request.case
    return found


def _address(request: HttpRequest, claim: Claim, step: str = "") -> str:
    return f"{case_address(request)}claims/{claim.number}/{step}"


@entry(case="claim")
@require_POST
def begin(request: HttpRequest, reference: str) -> HttpResponse:
    """This will open the case's claim, or go on with the one already open."""
    claim = actions.open_claim(request.case, by=request.user, at=request.at)
    return HttpResponseRedirect(_address(request, claim, "lines/" if claim.state == Claim.State.DRAFT else ""))


@entry(case="claim")
def edit_lines(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show a draft's lines in a table to write in, and save them."""
    claim = _claim(request, number)
    if claim.state != Claim.State.DRAFT:
        return HttpResponseRedirect(_address(request, claim))
    terms = gather.terms_of(request.case, gather.local_day(request.at))
    choices = forms.head_choices(terms, heads.words_of(request.case))
    first = {"lines": forms.lines_of(claim), "stated_cents": claim.stated_cents}
    asked = {"unit": claim.unit, "places": judging.places(request.case), "is_monthly": bool(terms.allowances)}
    form = forms.LinesForm(request.POST or None, heads=choices, **asked, initial=first)
    status = 200
    if request.method == "POST" and not form.wants_more_lines:
        if form.is_valid():
            entries = [_line_entry(line) for line in form.cleaned_data["lines"]]
            actions.save_claim(claim, lines=entries, stated_cents=form.cleaned_data["stated_cents"], by=request.user, at=request.at)
            if "leave" in request.POST:
                messages.success(request, _("Your claim is saved."))
                return HttpResponseRedirect(case_address(request))
            return HttpResponseRedirect(_address(request, claim, "proofs/"))
        status = 422
    context = {"form": form, "claim": claim, "crumbs": crumbs(request), "step": 1, "steps": _steps()}
    return render(request, "deliver/claim_lines.html", context, status=status)


def _steps() -> list[str]:
    return [_("Lines"), _("Proofs"), _("Check and submit")]


def _line_entry(line: dict[str, Any]) -> actions.LineEntry:
    return actions.LineEntry(
        head=line["head"],
        item=line["item"],
        claimed_cents=line["claimed_cents"],
        supplier=line.get("supplier") or "",
        invoice=line.get("invoice") or "",
        spent_on=_day(line["spent_on"]),
        paid_on=_day(line["paid_on"]),
        place=line.get("place") or "",
        supplier_registration=line.get("supplier_registration") or "",
        quantity_hundredths=line.get("quantity_hundredths"),
        unit_price_cents=line.get("unit_price_cents"),
        currency=line.get("currency") or "",
        until_on=_day(line.get("until_on")),
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


@entry(case="claim")
def add_proofs(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will take a receipt and a proof of payment for each line of a draft."""
    claim = _claim(request, number)
    rows = list(claim.lines.select_related("receipt", "payment_proof").order_by("number"))
    form = forms.ProofsForm(request.POST or None, request.FILES or None, rows=rows)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _attach(request, form, {line.number: line for line in rows}):
            return HttpResponseRedirect(_address(request, claim, "proofs/" if "stay" in request.POST else "check/"))
    context = {"form": form, "claim": claim, "rows": rows, "crumbs": crumbs(request), "step": 2, "steps": _steps()}
    return render(request, "deliver/claim_proofs.html", context, status=status)


def _attach(request: HttpRequest, form: forms.ProofsForm, rows: dict[int, ClaimLine]) -> bool:
    """This will keep every file that can be kept; those that cannot are named at their field."""
    is_good = True
    for proof, number, file in form.given():
        try:
            taken = actions.File(file.name, file.read())
            rows[number] = actions.attach_proof(rows[number], proof=proof, file=taken, by=request.user, at=request.at)
        except Refusal as refusal:
            refusal.field, is_good = f"{proof}-{number}", False
            asking.put_on(form, refusal)
    return is_good


@entry(case="claim")
def check(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show a draft as an officer will see it, with what the terms leave room for, and submit it."""
    claim = _claim(request, number)
    if claim.state != Claim.State.DRAFT:
        return HttpResponseRedirect(_address(request, claim))
    asked = asking.Asked(
        title=_("Check your claim and submit it"),
        caption=request.case.reference,
        button=_("Submit"),
        back=_address(request, claim, "lines/"),
        done=_("Your claim has been submitted."),
        template="deliver/claim_check.html",
        context={**_shown(request, claim), "step": 3, "steps": _steps()},
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.submit_claim(claim, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


@entry(case="read_money")
def claim_page(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will show a claim: every line, what was ruled and why, and the arithmetic of its decision."""
    claim = _claim(request, number)
    if claim.state == Claim.State.DRAFT:
        return HttpResponseRedirect(_address(request, claim, "lines/"))
    return render(request, "deliver/claim.html", {**_shown(request, claim), "desk": asking.is_desk(request)})


def _shown(request: HttpRequest, claim: Claim) -> dict[str, Any]:
    terms = gather.terms_of(request.case, gather.local_day(request.at))
    examined = {} if claim.state == Claim.State.DECIDED else queries.examinations(claim, terms)
    names = dict(forms.head_choices(terms, heads.words_of(request.case)))
    is_staff, places = asking.is_desk(request), dict(judging.places(request.case))
    rows = [
        telling.line(line, examined.get(line.number), names, unit=claim.unit, is_staff=is_staff) | {"place": places.get(line.place, "")}
        for line in claim.lines.select_related("receipt", "payment_proof", "rate").order_by("number")
    ]
    may = {action: _may(request, action) for action in ("rule_claim", "approve_claim")}
    total = sum(row["claimed_cents"] for row in rows)
    is_shown = is_staff or claim.state == Claim.State.DECIDED
    return {
        "claim": claim,
        "rows": rows,
        "total_cents": claim.claimed_cents or total,
        "stated_gap": telling.stated_gap(claim),
        "moves": [row for row in rows if row["sums"] and row["moved_cents"]],
        "tolerance": giving.tolerance(request.case, queries.day_of(claim), claim.unit),
        "sums": telling.sums(claim.steps, claim.unit),
        "judged": _judged(request, claim) if is_shown else [],
        "may": may,
        "rulings_shown": is_shown,
        "all_ruled": all(row["outcome"] for row in rows),
        "crumbs": crumbs(request),
        "address": _address(request, claim),
    }


def _judged(request: HttpRequest, claim: Claim) -> list[dict[str, Any]]:
    """The rules judged again at this claim: as they were at its decision, or on the rulings so far."""
    if claim.state == Claim.State.DECIDED:
        return judging.in_words(request.case, claim.judged)
    return judging.in_words(request.case, judging.judged(request.case, gather.local_day(request.at), claim=claim).rules)


def _may(request: HttpRequest, action: str) -> bool:
    return access.may(request.actor, request.user, action, request.case, request.at).allowed


@entry(case="rule_claim")
def rule(request: HttpRequest, reference: str, number: int, line: int) -> HttpResponse:
    """This will ask an officer for the ruling on one line."""
    claim = _claim(request, number)
    row = claim.lines.select_related("receipt", "payment_proof", "claim", "rate").filter(number=line).first()
    if row is None:
        raise Refusal.not_found()
    row.claim.case = request.case
    likes = alike.of_line(row, request.case, by=request.user, at=request.at)
    terms = gather.terms_of(request.case, gather.local_day(request.at))
    examined = queries.examination(row, terms)
    names = dict(forms.head_choices(terms, heads.words_of(request.case)))
    told = telling.line(row, examined, names, unit=claim.unit, is_staff=True)
    asked = asking.Asked(
        title=_("Rule on line %(line)s") % {"line": line},
        caption=f"{request.case.reference} · {_('Claim %(number)s') % {'number': number}}",
        button=_("Record the ruling"),
        back=_next_address(request, claim, line),
        done=_("The ruling is recorded."),
        facts=tuple(_line_facts(row, examined, names, dict(judging.places(request.case)))),
        above="deliver/line_findings.html",
        context={
            "crumbs": [*crumbs(request), (_("Claim %(number)s") % {"number": number}, _address(request, claim))],
            "row": told,
            "likes": [telling.like(one) for one in likes],
            "tolerance": giving.tolerance(request.case, queries.day_of(claim), claim.unit),
        },
    )
    form = forms.RulingForm(request.POST or None, line=row, examined=examined)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.rule_line(
            row,
            allowed_cents=data["allowed_cents"],
            reason=data["reason"] if data["allowed_cents"] < row.claimed_cents else "",
            note=data["note"],
            by=request.user,
            at=request.at,
            command=command,
        )

    return asking.ask(request, form, act, asked)


def _next_address(request: HttpRequest, claim: Claim, line: int) -> str:
    """This will lead to the next line without a ruling, or back to the claim."""
    waiting = claim.lines.filter(ruled_by__isnull=True).exclude(number=line).order_by("number").values_list("number", flat=True)
    after = next((number for number in waiting if number > line), None)
    return _address(request, claim, f"lines/{after}/rule/" if after else "")


def _line_facts(row: ClaimLine, examined: Examination, names: dict[str, str], places: dict[str, str]) -> list[tuple[str, Any]]:
    unit = row.claim.unit
    return [
        (_("Item"), row.item),
        (_("Kind of cost"), names.get(row.head, row.head)),
        (_("Supplier"), row.supplier or "—"),
        (_("Invoice"), row.invoice or "—"),
        (_("Dated"), words.day(row.spent_on) or "—"),
        (_("Paid on"), words.day(row.paid_on) or "—"),
        *([(_("Where it was spent"), places.get(row.place, "—"))] if places else []),
        (_("Claimed"), words.amount(row.claimed_cents, unit)),
        *([(_("As invoiced"), telling.foreign(row, unit))] if row.currency else []),
        (_("The terms leave room for"), words.amount(examined.room_cents, unit)),
    ]


@entry(case="approve_claim")
def decide(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will ask the second person to decide a claim, with the arithmetic it comes to."""
    claim = _claim(request, number)
    terms = gather.terms_of(request.case, gather.local_day(request.at))
    is_ruled = not claim.lines.filter(ruled_by__isnull=True).exists()
    steps = [step.as_json() for step in queries.payable(claim, terms).steps] if is_ruled else []
    asked = asking.Asked(
        title=_("Decide claim %(number)s") % {"number": number},
        caption=request.case.reference,
        button=_("Decide"),
        back=_address(request, claim),
        done=_("The claim is decided."),
        above="deliver/claim_sums.html",
        context={**_shown(request, claim), "sums": telling.sums(steps, claim.unit)},
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.decide_claim(claim, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)
