"""The cases behind a number of the policy desk — e.g. /policy/cases/?scheme=nifs&state=in_force&as-at=2026-03-31&seal=4211."""

import functools
import operator
from dataclasses import replace

from django.db.models import BigIntegerField, Func, JSONField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core import lifecycle, pipeline
from millrace.core.ledger import Envelope
from millrace.core.refusal import Refusal
from millrace.desks.policy import asked as asking
from millrace.desks.policy import gathering, pictures, standing
from millrace.desks.policy.asked import Asked
from millrace.registers.cases.models import Case, Party
from millrace.registers.ledger import queries as ledger
from millrace.registers.sheet import queries as sheet
from millrace.registers.sheet.models import Row
from millrace.stages.learn import forms
from millrace.web import access, schemes
from millrace.web import words as wording
from millrace.web.access import entry
from millrace.web.forms import said
from millrace.web.tables import Column, Listing

LISTING = Listing(
    page="policy-cases",
    caption=word("Cases behind this number"),
    columns=(
        Column("reference", word("Reference"), "case__reference", is_sortable=True, url="/cases/{}/", url_field="case__reference"),
        Column("scheme", word("Scheme"), "scheme", "scheme"),
        Column("status", word("Status"), "status", "status"),
        Column("received", word("Received"), "received_on", "day", is_sortable=True),
        Column("asked", word("Asked for"), "requested_cents", "money", is_sortable=True, unit_field="unit"),
        Column("approved", word("Approved"), "approved_cents", "money", is_sortable=True, unit_field="unit", is_blank_at_zero=True),
    ),
    order="-received_on",
    keeps=("as-at", "seal", "scheme", "part", "state", "step", "place", "source", "target", "late", "envelope", "held"),
)
NOT_FOUND = Q(pk__in=())
HELD = ("reserved", "committed", "due", "paid")


@entry(power="policy")
def cases(request: HttpRequest) -> HttpResponse:
    """This will list the cases that a number counts, as known at its seal, without those the reader may not see."""
    form = forms.QuestionForm(request.GET or None)
    if not form.is_bound or not form.is_valid():
        raise Refusal.not_found()
    asked = asking.read(request, form)
    visible = Case.objects.filter(access.visible_submitted(request.actor, request.at))
    rows = sheet.counted(Row.objects.filter(asked.known, valid_from__lte=asked.as_at, received_on__lte=asked.as_at))
    rows = rows.exclude(valid_before__lte=asked.as_at).exclude(status__in=lifecycle.DRAFT)
    rows = rows.filter(*narrowed(asked, request), case__in=visible.values("pk"))
    context = {"asked": asked, "title": _title(asked, request), "crumbs": [(_("The whole chain"), f"/policy/?{asked.query}")]}
    if found := _of_envelope(asked, request):
        envelope, held = found
        rows = rows.filter(case__in=held)
        amount = sum(held[case] for case in rows.values_list("case", flat=True))
        whole = sum(held.values())
        told = [wording.amount(each, envelope.unit) for each in (amount, whole)]
        context |= {"total": told[0], "whole": told[1] if amount != whole else ""}
        return _with_held(held, envelope.unit).answer(request, rows, "policy/cases.html", context)
    return LISTING.answer(request, rows, "policy/cases.html", context)


def _of_envelope(asked: Asked, request: HttpRequest) -> tuple[Envelope, dict[int, int]] | None:
    """This will give the envelope asked about and what each case holds of it in the state asked; None where none is asked about."""
    named, state = request.GET.get("envelope"), request.GET.get("held", "")
    if not named:
        return None
    envelope = next((one for one in gathering.history(asked)[-1] if one.address == named), None)
    if envelope is None or state not in HELD:
        raise Refusal.not_found()
    return envelope, ledger.held_by_case(envelope, state, on=asked.as_at, seal=asked.seal.number)


def _with_held(held: dict[int, int], unit: str) -> Listing:
    """The list with what each case holds, in the envelope's unit (a case of money may hold hours too); all amounts go as one value."""
    amount = Func(
        Value(held, JSONField()),
        Cast("case", TextField()),
        template="(%(expressions)s)::bigint",
        arg_joiner=" ->> ",
        output_field=BigIntegerField(),
    )
    column = Column("held", word("In this state"), "held", "money", unit_field="held_unit")
    return replace(LISTING, columns=(*LISTING.columns, column), adds=lambda rows: rows.annotate(held=amount, held_unit=Value(unit)))


def narrowed(asked: Asked, request: HttpRequest) -> list[Q]:
    """This will say what each part of the address means on the sheet; a word nobody knows finds no case."""
    told, found = request.GET, list[Q]()
    if scheme := told.get("scheme"):
        found.append(Q(scheme=scheme))
    if part := told.get("part"):
        found.append(_in_part(asked, part))
    if state := told.get("state"):
        found.append(Q(status__in=pipeline.statuses_in(state)))
    if step := told.get("step"):
        column = dict(pipeline.STEPS).get(step)
        found.append(Q(**{f"{column}__lte": asked.as_at}) if column else NOT_FOUND)
    if place := told.get("place"):
        found += [Q(partner_places__contains=[place]), _funded(asked)]
    if source := told.get("source"):
        found.append(_on_a_way(asked, source, told.get("target", "")))
    if late := told.get("late"):
        found.append(Q(case__in=[case for one in gathering.late(asked) if one.key == late for case in one.cases]))
    return found


def _funded(asked: Asked) -> Q:
    """As `standing.FUNDED` says it in SQL."""
    return Q(approved_on__lte=asked.as_at) & (Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=asked.as_at))


def _in_part(asked: Asked, part: str) -> Q:
    links = asked.blueprint.chain
    if part == "-":
        return ~Q(scheme__in=[scheme for link in links for scheme in link.every])
    return Q(scheme__in=[scheme for link in links if link.id == part for scheme in link.every])


def _on_a_way(asked: Asked, source: str, target: str) -> Q:
    """The funded cases of both parts in which the organisations that went from one to the other have a part."""
    found = standing.organisations_on_a_way(asked, source, target)
    parties: QuerySet[Party] = Party.objects.filter(organisation__in=found)
    parts = [_in_part(asked, part) for part in (source, target) if part != standing.NONE]
    return _funded(asked) & functools.reduce(operator.or_, parts, NOT_FOUND) & Q(case__in=parties.values("case"))


def _title(asked: Asked, request: HttpRequest) -> str:
    """The words of the number the list stands behind."""
    told = request.GET
    links = {link.id: said(link.title) for link in asked.blueprint.chain}
    words = [schemes.short_title(told["scheme"])] if told.get("scheme") else []
    words += [links[told["part"]]] if told.get("part") in links else []
    words += [_(pictures.STATES[told["state"]])] if told.get("state") in pictures.STATES else []
    words += [_(pictures.STEPS[told["step"]])] if told.get("step") in pictures.STEPS else []
    if told.get("place") and asked.funder:
        words.append(said(asked.funder.place_label(told["place"])) or _("A place that the policy does not name"))
    links[standing.NONE] = "–"
    if told.get("source") in links and told.get("target") in links:
        words.append(f"{links[told['source']]} → {links[told['target']]}")
    words += [f"{one.title} · {one.stage}" for one in gathering.late(asked) if told.get("late") == one.key] if told.get("late") else []
    if named := told.get("envelope"):
        words += [gathering.title_of(asked, one) for one in gathering.history(asked)[-1] if one.address == named]
        words += [_(pictures.LAYERS[told["held"]])] if told.get("held") in HELD else []
    return " · ".join(words) or _("All cases")
