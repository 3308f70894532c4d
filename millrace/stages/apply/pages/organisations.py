"""Organisations: registered by one of their people, confirmed by an officer, administered by themselves — e.g. Harbour Precision Ltd."""

import functools
import operator

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from millrace.core.refusal import Refusal
from millrace.registers.people import invitations
from millrace.registers.people import queries as people
from millrace.registers.people.models import Membership, Organisation
from millrace.registers.policy import queries as policy
from millrace.stages.apply import forms, queries
from millrace.stages.apply.actions import organisations, renaming
from millrace.stages.apply.models import Invitation
from millrace.web import asking, commands
from millrace.web.access import entry


@entry("signed_in")
def register(request: HttpRequest) -> HttpResponse:
    """This will register an organisation, its registrant pending as first authorised person."""
    language, funder = get_language() or "en", policy.funder()
    kinds = [(kind.id, kind.label.said_in(language)) for kind in funder.identifiers]
    places = [(place.id, place.label.said_in(language)) for place in funder.places]
    form = forms.OrganisationForm(request.POST or None, number_kinds=kinds, places=places)
    if request.method == "POST" and form.is_valid():
        told = organisations.Particulars(**form.cleaned_data)
        try:
            event = organisations.register_organisation(told, by=request.user, at=request.at, command=commands.of(request))
        except Refusal as no:
            if no.field not in form.fields:
                raise
            asking.put_on(form, no)
        else:
            return redirect(request.POST.get("next") if _is_ours(request.POST.get("next", "")) else _own(event.organisation))
    context = {
        "form": form,
        "next": request.GET.get("next", "") or request.POST.get("next", ""),
        "crumbs": [(_("My applications"), "/home/")],
    }
    return render(request, "apply/register.html", context, status=422 if form.errors else 200)


def _is_ours(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\"))


def _own(organisation: Organisation | None) -> str:
    return reverse("apply:organisation", args=[organisation.pk]) if organisation else "/home/"


@entry("signed_in")
def organisation(request: HttpRequest, organisation: int) -> HttpResponse:
    """This will show an organisation to its own members, and to its administrators who may act for it."""
    found = _of_mine(request, organisation)
    is_administrator = "administrator" in request.actor.organisations[found.pk]
    form = forms.ColleagueForm(request.POST or None)
    if request.method == "POST" and is_administrator and form.is_valid():
        _invite(request, found, **form.cleaned_data)
        said = {"email": form.cleaned_data["email"], "days": invitations.LASTS.days}
        messages.success(request, _("The invitation is on its way to %(email)s. Its link works once, for %(days)s days.") % said)
        return redirect("apply:organisation", organisation=found.pk)
    context = {
        "organisation": found,
        "members": people.memberships_held(found.pk, request.at),
        "invitations": queries.open_invitations(found, request.at) if is_administrator else Invitation.objects.none(),
        "is_administrator": is_administrator,
        "form": form,
        "crumbs": [(_("My applications"), "/home/")],
    }
    return render(request, "apply/organisation.html", context, status=422 if form.errors else 200)


def _invite(request: HttpRequest, found: Organisation, *, email: str, power: str) -> None:
    secret = invitations.new_secret()
    link = request.build_absolute_uri(reverse("apply:invitation", args=[secret]))
    common = {"by": request.user, "at": request.at, "command": commands.of(request)}
    organisations.invite_colleague(found, email=email, power=power, secret=secret, link=link, **common)


def _of_mine(request: HttpRequest, organisation: int) -> Organisation:
    """An organisation of the asker's own; anyone else's does not exist for them."""
    if organisation not in request.actor.organisations:
        raise Refusal.not_found()
    return Organisation.objects.get(pk=organisation)


@require_POST
@entry("signed_in")
def end_membership(request: HttpRequest, organisation: int, membership: int) -> HttpResponse:
    """This will end what a colleague may do."""
    found = Membership.objects.select_related("organisation").filter(pk=membership, organisation=_of_mine(request, organisation)).first()
    if found is None:
        raise Refusal.not_found()
    organisations.end_membership(found, by=request.user, at=request.at, command=commands.of(request))
    messages.success(request, _("The power was ended."))
    return redirect("apply:organisation", organisation=organisation)


@entry("signed_in")
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """This will let an invited colleague accept."""
    found = Invitation.objects.select_related("organisation").filter(secret_sha256=invitations.secret_hash(secret), ended_at__isnull=True)
    invited = found.filter(email=request.user.email).first()
    if invited is None:
        raise Refusal.not_found()
    if invited.accepted_at is None:
        invitations.must_be_open(invited.invited_at, request.at)
    if request.method == "POST":
        organisations.accept_invitation(secret=secret, by=request.user, at=request.at, command=commands.of(request))
        return redirect("apply:organisation", organisation=invited.organisation_id)
    return render(request, "apply/invitation.html", {"invitation": invited, "power": Membership.Power(invited.power).label})


@entry(power="officer")
def unconfirmed(request: HttpRequest) -> HttpResponse:
    """This will list the organisations that wait to be confirmed, oldest first, and find one by a name it has or had, or its number."""
    known = Organisation.objects.exclude(kind=Organisation.Kind.FUNDER)
    waiting = known.filter(confirmed_at__isnull=True).select_related("registered_by").order_by("registered_at")
    asked = request.GET.get("q", "").strip()
    confirmed = known.filter(confirmed_at__isnull=False).order_by("-confirmed_at")
    if asked:
        names = ("name", "name_zh", "registration_number", "former_names__name", "former_names__name_zh")
        either = functools.reduce(operator.or_, (Q(**{f"{name}__icontains": asked}) for name in names))
        confirmed = confirmed.filter(pk__in=known.filter(either).values("pk"))
    return render(request, "apply/unconfirmed.html", {"waiting": waiting[:200], "confirmed": confirmed[:50], "asked": asked})


@entry(power="officer")
def confirm(request: HttpRequest, organisation: int) -> HttpResponse:
    """This will confirm an organisation and its first authorised person, by an officer who saw the certificate."""
    found = Organisation.objects.select_related("registered_by", "confirmed_by").filter(pk=organisation).first()
    if found is None:
        raise Refusal.not_found()
    form = forms.ConfirmOrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        is_subvented = bool(form.cleaned_data["is_subvented"])
        organisations.confirm_organisation(found, is_subvented=is_subvented, by=request.user, at=request.at, command=commands.of(request))
        messages.success(request, _("The organisation is confirmed."))
        return redirect("apply:unconfirmed")
    language, funder = get_language() or "en", policy.funder()
    kinds = {kind.id: kind.label.said_in(language) for kind in funder.identifiers}
    places = {place.id: place.label.said_in(language) for place in funder.places}
    context = {
        "organisation": found,
        "form": form,
        "number_kind": kinds.get(found.registration_kind, found.registration_kind),
        "incorporated_in": places.get(found.incorporated_in, found.incorporated_in),
        "former_names": found.former_names.order_by("-until_on"),
        "crumbs": [(_("Organisations"), reverse("apply:unconfirmed"))],
    }
    return render(request, "apply/confirm.html", context, status=422 if form.errors else 200)


@entry(power="officer")
def rename(request: HttpRequest, organisation: int) -> HttpResponse:
    """This will record a confirmed organisation's new name, by an officer who saw the certificate of change of name."""
    found = Organisation.objects.filter(pk=organisation, confirmed_at__isnull=False).first()
    if found is None:
        raise Refusal.not_found()
    form = forms.RenameForm(request.POST or None, initial={"name": found.name, "name_zh": found.name_zh})
    if request.method == "POST" and form.is_valid():
        try:
            renaming.rename_organisation(found, **form.cleaned_data, by=request.user, at=request.at, command=commands.of(request))
        except Refusal as no:
            if no.field not in form.fields:
                raise
            asking.put_on(form, no)
        else:
            messages.success(request, _("The new name is recorded. Cases are found by both names."))
            return redirect("apply:confirm_organisation", organisation=found.pk)
    crumbs = [(_("Organisations"), reverse("apply:unconfirmed")), (str(found), reverse("apply:confirm_organisation", args=[found.pk]))]
    return render(request, "apply/rename.html", {"organisation": found, "form": form, "crumbs": crumbs}, status=422 if form.errors else 200)
