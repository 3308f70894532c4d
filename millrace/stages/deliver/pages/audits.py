"""Pages of audit samples for auditors and finance: draw, work through, result, and the draw made again — /desk/audit-samples/."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.people import queries as people
from millrace.stages.deliver import actions, forms, gather, giving, sampled
from millrace.stages.deliver.models import AuditSample, Claim, SampledLine
from millrace.web import asking, funder, schemes, words
from millrace.web.access import entry

HERE = "/desk/audit-samples/"
AUDITORS = ("auditor", "finance")


def _crumbs(sample: AuditSample | None = None) -> list[tuple[str, str]]:
    own = [(_("Sample %(number)s") % {"number": sample.number}, f"{HERE}{sample.number}/")] if sample else []
    return [(_("Audit samples"), HERE), *own]


def _sample(request: HttpRequest, number: int) -> AuditSample:
    """A sample with a case the reader may not see is not there."""
    found = next((one for one in sampled.visible_samples(request.user, request.at) if one.number == number), None)
    if found is None:
        raise Refusal.not_found()
    return found


@entry(power=(*AUDITORS, "authority"))
def samples(request: HttpRequest) -> HttpResponse:
    """This will list the samples drawn, latest first."""
    rows = sampled.visible_samples(request.user, request.at)
    may_draw = bool(set(AUDITORS) & people.powers_of(request.user, request.at))
    told = [{"sample": row, "scheme": _scheme(row.scheme), "state": _state(row)} for row in rows]
    return render(request, "deliver/samples.html", {"rows": told, "may_draw": may_draw})


def _scheme(slug: str) -> str:
    return schemes.short_title(slug) if slug else _("Every scheme")


def _state(row: AuditSample) -> tuple[str, str]:
    if row.decided_at:
        return _("Decided"), "good"
    return (_("Concluded"), "busy") if row.concluded_at else (_("Being audited"), "warn")


@entry(power=AUDITORS)
def draw(request: HttpRequest) -> HttpResponse:
    """This will ask which decided claims to draw from, and draw."""
    today = gather.local_day(request.at)
    slugs = Claim.objects.filter(state=Claim.State.DECIDED).order_by("case__scheme").values_list("case__scheme", flat=True).distinct()
    choices = [("", _("Every scheme")), *[(slug, _scheme(slug)) for slug in slugs]]
    held, unit = sampled.measures("", today), funder.current().unit
    asked = asking.Asked(
        title=_("Draw an audit sample"),
        lead=_("Lines are drawn by what was allowed of them and by their risk. The seed comes from the last seal: nobody chooses it."),
        button=_("Draw"),
        back=HERE,
        done=_("The sample is drawn."),
        crumbs=_crumbs(),
        facts=tuple((_("Measure"), giving.measure(one, unit)) for one in held.values()),
    )
    form = forms.DrawForm(
        request.POST or None, schemes=choices, today=today, count=held[sampled.LINES].number if sampled.LINES in held else 30
    )

    def act(data: dict[str, Any], command: Any) -> None:
        asked_for = {"scheme": data["scheme"], "first": data["first"], "last": data["last"], "count": data["count"]}
        actions.draw_sample(**asked_for, unit=unit, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(power=(*AUDITORS, "authority"))
def sample(request: HttpRequest, number: int) -> HttpResponse:
    """This will show a sample: how it was drawn, the draw made again, its lines, and what was found."""
    row = _sample(request, number)
    powers = people.powers_of(request.user, request.at)
    lines = list(_lines(row))
    context = {
        "sample": row,
        "scheme": _scheme(row.scheme),
        "proof": sampled.proof(row),
        "lines": lines,
        "is_whole": all(line.error_cents is not None for line in lines),
        "result": sampled.told(row.result),
        "grants": [sum(sampled.grant_in_error(row).values()), sampled.grant_beyond(row)] if row.concluded_at else [],
        "confidence": f"{row.confidence_basis_points / 100:g}%",
        "may_audit": bool(set(AUDITORS) & powers) and row.concluded_at is None,
        "may_decide": bool({"finance", "authority"} & powers) and row.concluded_at is not None and row.decided_at is None,
        "reasons": dict(forms.reasons()),
        "crumbs": _crumbs(),
    }
    for line in lines:
        line.reason_words = context["reasons"].get(line.reason, "")  # type: ignore[attr-defined]  # read by the page
    return render(request, "deliver/sample.html", context)


def _lines(row: AuditSample) -> QuerySet[SampledLine]:
    return row.lines.select_related("line__claim__case", "audited_by").order_by("position")


@entry(power=AUDITORS)
def audit(request: HttpRequest, number: int, position: int) -> HttpResponse:
    """This will ask what was found on one line of a sample."""
    row = _sample(request, number)
    found = (
        _lines(row).filter(position=position).select_related("line__receipt", "line__payment_proof", "line__claim__case", "sample").first()
    )
    if found is None:
        raise Refusal.not_found()
    line, unit = found.line, row.unit
    address = f"{HERE}{number}/"
    following = row.lines.filter(error_cents__isnull=True).exclude(position=position).order_by("position").first()
    asked = asking.Asked(
        title=_("Audit line %(position)s of %(count)s") % {"position": position, "count": row.lines.count()},
        caption=_("Sample %(number)s") % {"number": number},
        button=_("Record the finding"),
        back=address,
        after=f"{address}{following.position}/" if following else address,
        done=_("The finding is recorded."),
        crumbs=_crumbs(row),
        facts=(
            (_("Case"), f"{line.claim.case.reference} · {_('Claim %(number)s') % {'number': line.claim.number}}"),
            (_("Item"), line.item),
            (_("Supplier"), line.supplier or "—"),
            (_("Invoice"), line.invoice or "—"),
            (_("Dated"), words.day(line.spent_on) or "—"),
            (_("Allowed"), words.amount(found.amount_cents, unit)),
            *(
                (label, proof.name)
                for label, proof in ((_("Invoice or receipt"), line.receipt), (_("Proof of payment"), line.payment_proof))
                if proof
            ),
        ),
        above="deliver/sampled_line.html",
        context={"claim_address": f"/cases/{line.claim.case.reference}/claims/{line.claim.number}/"},
    )
    form = forms.FindingForm(request.POST or None, row=found)

    def act(data: dict[str, Any], command: Any) -> None:
        reason = data["reason"] if data["error_cents"] else ""
        actions.audit_line(
            found, error_cents=data["error_cents"], reason=reason, note=data["note"], by=request.user, at=request.at, command=command
        )

    return asking.ask(request, form, act, asked)


@entry(power=AUDITORS)
def conclude(request: HttpRequest, number: int) -> HttpResponse:
    """This will conclude a sample whose every line has a finding."""
    row = _sample(request, number)
    asked = asking.Asked(
        title=_("Conclude sample %(number)s") % {"number": number},
        lead=_("The errors found are disallowed, and what they stand for in all lines is worked out. Nothing can be found again after."),
        button=_("Conclude"),
        back=f"{HERE}{number}/",
        done=_("The sample is concluded."),
        crumbs=_crumbs(row),
    )

    def act(_data: dict[str, Any], command: Any) -> None:
        actions.conclude_sample(row, by=request.user, at=request.at, command=command)

    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


@entry(power=("finance", "authority"))
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """This will ask a second person whether what was extrapolated beyond the errors found is recovered."""
    row = _sample(request, number)
    result = sampled.told(row.result)
    if result is None:
        raise Refusal.not_found()
    beyond, most = result.estimate_cents - result.found_cents, sampled.grant_beyond(row)
    asked = asking.Asked(
        title=_("Decide on recovery beyond the errors found"),
        caption=_("Sample %(number)s") % {"number": number},
        lead=_("The errors found are disallowed in any case. What they stand for beyond that is recovered only by this decision."),
        button=_("Decide"),
        back=f"{HERE}{number}/",
        done=_("The decision is recorded."),
        crumbs=_crumbs(row),
        facts=(
            (_("Cost extrapolated beyond the errors found"), words.amount(beyond, row.unit)),
            (_("Grant that cost had earned, the most to be recovered"), words.amount(most, row.unit)),
        ),
    )
    form = forms.RecoveryForm(request.POST or None, unit=row.unit, most=most)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.decide_recovery(row, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)
