"""Pages of the registers of equipment and of titles — e.g. /cases/NIFS-7KQ2-M4XD/equipment/, where a lathe is entered and checked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.stages.apply import preview, terms
from millrace.stages.deliver import actions, forms_register, gather, register
from millrace.stages.deliver.models import Breach, Disposal, Equipment, EquipmentCheck, Title
from millrace.stages.deliver.pages.evidence import crumbs
from millrace.web import access, asking, fields, words
from millrace.web.access import entry
from millrace.web.forms import said


def _address(request: HttpRequest) -> str:
    return f"/cases/{request.case.reference}/registers/"


def _crumbs(request: HttpRequest) -> list[tuple[str, str]]:
    return [*crumbs(request), (_("Equipment and intellectual property"), _address(request))]


@entry(case="read_money")
def registers(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show what was bought and what arose, what is missing from the registers, and what must still be kept."""
    case, kept = request.case, register.kept_of(request.case)
    if not kept.heads and not kept.team_share:
        raise Refusal.not_found()
    items = register.equipment_of(case)
    checks: dict[int, list[EquipmentCheck]] = {}
    for check in EquipmentCheck.objects.filter(equipment__in=items).order_by("checked_on", "pk"):
        checks.setdefault(check.equipment_id, []).append(check)
    asked: dict[int, Disposal] = {row.equipment_id: row for row in Disposal.objects.filter(equipment__in=items).order_by("pk")}
    titles = register.titles_of(case)
    judged = register.judged_at_closing(case, [title.shares for title in titles], gather.local_day(request.at))
    context = {
        "case": case,
        "kept": kept,
        "why": said(kept.why) if not kept.is_published else "",
        "items": [{"row": row, "checks": checks.get(row.pk, []), "asked": asked.get(row.pk)} for row in items],
        "wanted": [one for one in register.lines_of(case) if one.left_cents > 0],
        "breaches": Breach.objects.filter(case=case).select_related("equipment").order_by("number"),
        "titles": [{"row": row, "shares": [_share(share) for share in row.shares]} for row in titles],
        "rules": preview.of_rules(judged, terms.of_row(case.scheme_version)) if judged else [],
        "may": {
            action: access.may(request.actor, request.user, action, case, request.at).allowed for action in ("claim", "verify_evidence")
        },
        "desk": asking.is_desk(request),
        "crumbs": crumbs(request),
    }
    return render(request, "deliver/registers.html", context)


def _share(share: dict[str, Any]) -> dict[str, Any]:
    return {**share, "percent": fields.share_text(share["basis_points"])}


def _item(request: HttpRequest, number: int) -> Equipment:
    found = Equipment.objects.select_related("case").filter(case=request.case, number=number).first()
    if found is None:
        raise Refusal.not_found()
    return found


def _asked(request: HttpRequest, **said: Any) -> asking.Asked:
    return asking.Asked(caption=request.case.reference, back=_address(request), crumbs=_crumbs(request), **said)


def _facts(item: Equipment) -> tuple[tuple[str, str], ...]:
    return (
        (_("Item"), f"{item.item} ({item.serial_number})"),
        (_("Where it stands"), item.place),
        (_("Custodian"), item.custodian),
        (_("Cost"), words.amount(item.cost_cents, item.unit)),
        (_("To be kept until"), words.day(item.retain_until)),
    )


@entry(case="claim")
def enter(request: HttpRequest, reference: str, claim: int, line: int) -> HttpResponse:
    """This will enter an item bought on an allowed line of a claim."""
    lines = register.lines_of(request.case)
    wanted = next((one for one in lines if (one.line.claim.number, one.line.number) == (claim, line)), None)
    if wanted is None or wanted.left_cents <= 0:
        raise Refusal.not_found()
    unit = wanted.line.claim.unit
    asked = _asked(
        request,
        title=_("Enter equipment"),
        button=_("Enter it"),
        done=_("The item is in the register."),
        facts=((_("Line"), wanted.line.item), (_("Allowed and not yet entered"), words.amount(wanted.left_cents, unit))),
    )
    form = forms_register.EquipmentForm(
        request.POST or None, unit=unit, initial={"item": wanted.line.item, "cost_cents": wanted.left_cents}
    )

    def act(data: dict[str, Any], command: Any) -> None:
        actions.register_equipment(wanted.line, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="verify_evidence")
def check(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will record what an officer found of an item."""
    item = _item(request, number)
    lead = _("An item gone before its years are over, without consent, is recorded as a breach and may be recovered.")
    asked = _asked(
        request,
        title=_("Check equipment"),
        lead=lead,
        button=_("Record the finding"),
        done=_("The finding is recorded."),
        facts=_facts(item),
    )
    form = forms_register.CheckForm(request.POST or None, today=gather.local_day(request.at))

    def act(data: dict[str, Any], command: Any) -> None:
        actions.check_equipment(item, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)


@entry(case="claim")
def dispose(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will ask for consent to let an item go."""
    item = _item(request, number)
    lead = _("Until the day it need no longer be kept, an item may only go with our recorded consent.")
    asked = _asked(
        request, title=_("Ask to dispose of equipment"), lead=lead, button=_("Ask"), done=_("We will answer you here."), facts=_facts(item)
    )

    def act(data: dict[str, Any], command: Any) -> None:
        actions.ask_disposal(item, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, forms_register.DisposalForm(request.POST or None), act, asked)


@entry(case="verify_evidence")
def consent(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """This will record the funder's answer to a wish to let an item go."""
    item = _item(request, number)
    wish = Disposal.objects.filter(equipment=item, is_consented__isnull=True).first()
    if wish is None:
        raise Refusal.not_found()
    facts = (*_facts(item), (_("What is to become of it"), wish.get_manner_display()), (_("Why"), wish.why))
    asked = _asked(request, title=_("Answer a disposal"), button=_("Record the answer"), done=_("The answer is recorded."), facts=facts)

    def act(data: dict[str, Any], command: Any) -> None:
        told = {"is_consented": data["answer"] == "yes", "reason": data["reason"]}
        actions.answer_disposal(item, **told, by=request.user, at=request.at, command=command)

    return asking.ask(request, forms_register.ConsentForm(request.POST or None), act, asked)


@entry(case="claim")
def title(request: HttpRequest, reference: str, number: int = 0) -> HttpResponse:
    """This will enter a title to intellectual property, or write one anew."""
    if not register.kept_of(request.case).team_share:
        raise Refusal.not_found()
    held = Title.objects.filter(case=request.case, number=number).first() if number else None
    if number and held is None:
        raise Refusal.not_found()
    initial: dict[str, Any] = {}
    if held is not None:
        initial = {name: getattr(held, name) for name in ("kind", "name", "registration", "filed_on", "state")}
        initial["shares"] = [{**share, "is_team": "yes" if share["is_team"] else "no"} for share in held.shares]
    asked = _asked(
        request,
        title=_("Enter intellectual property"),
        lead=_("Enter each title with everybody who holds a part of it; or choose that nothing arose."),
        button=_("Enter it"),
        done=_("The register is up to date."),
    )
    form = forms_register.TitleForm(request.POST or None, today=gather.local_day(request.at), initial=initial)
    if form.wants_more_lines:
        return asking.more_lines(request, form, asked)

    def act(data: dict[str, Any], command: Any) -> None:
        actions.record_title(request.case, number=number or None, **data, by=request.user, at=request.at, command=command)

    return asking.ask(request, form, act, asked)
