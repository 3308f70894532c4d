"""Who may do what for the funder: on any day, granted, ended, invited — e.g. /desk/powers/?on=2026-03-31&power=finance_checker."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word
from django.views.decorators.http import require_POST

from millrace.core.refusal import Refusal
from millrace.registers.people import invitations
from millrace.registers.people.models import Person, Power
from millrace.stages.plan import forms, powers
from millrace.stages.plan.models import StaffInvitation
from millrace.web import asking, commands, funder
from millrace.web.access import entry
from millrace.web.tables import Column, Filter, Listing


def _kinds(_request: HttpRequest) -> Sequence[tuple[str, str]]:
    return [(value, str(label)) for value, label in Power.Kind.choices]


POWERS = Listing(
    page="powers",
    caption=word("Who may do what"),
    columns=(
        Column("person", word("Person"), "person__name", is_sortable=True, url="/desk/powers/{}/", url_field="pk", note="person__email"),
        Column("power", word("Power"), "power", "choice", labels=dict(Power.Kind.choices), is_sortable=True),
        Column("limit", word("Limit"), "limit_cents", "money", note="grade_title"),
        Column("grade", word("Grade"), "grade_title", is_in_file_only=True),
        Column("starts", word("From"), "starts_at", "moment", is_sortable=True),
        Column("ends", word("Until"), "ends_at", "moment", is_sortable=True),
        Column("granted", word("Granted by"), "granted_by__name"),
    ),
    filters=(Filter("power", word("Power"), "power", _kinds),),
    order="power",
    search_fields=("person__name", "person__name_zh", "person__email"),
    keeps=("on",),
)


@entry(power=("administrator", "auditor"))
def who(request: HttpRequest) -> HttpResponse:
    """This will answer who had which power on a day — anyone who held it at any moment of that day."""
    zone = funder.current().zone
    today = request.at.astimezone(zone).date()
    form = forms.DayForm(request.GET or None)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or today
    context = {
        "form": form,
        "on": on,
        "is_today": on == today,
        "invited": powers.still_open(StaffInvitation.objects.filter(invited_at__gt=request.at - invitations.LASTS)).order_by("-invited_at"),
        "kinds": dict(Power.Kind.choices),
        "may_grant": "administrator" in request.actor.powers,
    }
    held = with_grades(held_on(on, request.at if on == today else None), request.at.date())
    return POWERS.answer(request, held, "plan/powers.html", context)


def held_on(on: date, at: datetime | None = None) -> QuerySet[Power]:
    """This will pick the powers held at some moment of a day; `at` on the day asked leaves out what has ended by then."""
    starts = datetime.combine(on, time.min, funder.current().zone)
    ended = Q(ends_at__isnull=True) | Q(ends_at__gt=at or starts)
    # A grant ended in the moment it was made was never held.
    never = Q(ends_at=F("starts_at"))
    return Power.objects.filter(ended, starts_at__lt=starts + timedelta(days=1)).exclude(never)


def with_grades(rows: QuerySet[Power], on: date) -> QuerySet[Power]:
    """This will add `grade_title`: a grade by the policy's own words, or by its code where the policy says it no more."""
    told_in = translation.get_language() or "en"
    titles = [When(grade=code, then=Value(title.said_in(told_in))) for code, title in powers.grades(on)]
    return rows.annotate(grade_title=Case(*titles, default=F("grade"), output_field=CharField()))


@entry(power="administrator")
def grant(request: HttpRequest) -> HttpResponse:
    """This will grant a power to someone here, or invite someone who is not."""
    told_in = translation.get_language() or "en"
    grades = [(code, title.said_in(told_in)) for code, title in powers.grades(request.at.date())]
    form = forms.GrantForm(request.POST or None, grades=grades)

    def act(told: dict[str, Any], command: uuid.UUID) -> None:
        limits = {"limit_cents": told["limit_cents"], "grade": told.get("grade") or ""}
        wanted: dict[str, Any] = {**limits, "by": request.user, "at": request.at, "command": command}
        person = Person.objects.filter(email=told["email"], is_active=True, is_system=False).first()
        if person is not None:
            powers.grant_power(person, told["power"], **wanted)
            return
        secret = invitations.new_secret()
        link = request.build_absolute_uri(reverse("plan:join", args=[secret]))
        powers.invite_staff(told["email"], told["power"], secret=secret, link=link, **wanted)

    asked = asking.Asked(
        title=_("Grant a power"),
        button=_("Grant"),
        back=reverse("plan:powers"),
        done=_("Recorded. The person hears of it by e-mail."),
        lead=_("Nobody grants to themselves. Who orders payments does not check them; who audits or administers does nothing else."),
        crumbs=[(_("Powers"), reverse("plan:powers"))],
    )
    return asking.ask(request, form, act, asked)


@entry(power=("administrator", "auditor"))
def power(request: HttpRequest, power: int) -> HttpResponse:
    """This will show one grant, and every other power of the same person, past and present."""
    found = _power(power)
    every = Power.objects.filter(person=found.person).select_related("granted_by").order_by("-starts_at", "-pk")
    rows = with_grades(every, request.at.date())[:200]
    may_end = "administrator" in request.actor.powers and found.ends_at is None
    context = {"power": found, "rows": rows, "may_end": may_end, "crumbs": [(_("Powers"), reverse("plan:powers"))]}
    return render(request, "plan/power.html", context)


@entry(power="administrator")
def end(request: HttpRequest, power: int) -> HttpResponse:
    """This will end a power, after asking."""
    found = _power(power)

    def act(_told: dict[str, Any], command: uuid.UUID) -> None:
        powers.end_power(found, by=request.user, at=request.at, command=command)

    asked = asking.Asked(
        title=_("End a power"),
        caption=str(found.person),
        lead=_("What was done under it stands. Tasks that wait for this person must be given to someone else."),
        facts=((_("Power"), found.get_power_display()), (_("Person"), found.person), (_("Granted by"), found.granted_by)),
        button=_("End the power"),
        tone="danger",
        back=reverse("plan:powers"),
        done=_("The power has ended."),
        crumbs=[(_("Powers"), reverse("plan:powers"))],
    )
    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)


def _power(number: int) -> Power:
    found = Power.objects.select_related("person", "granted_by").filter(pk=number).first()
    if found is None:
        raise Refusal.not_found()
    return found


@require_POST
@entry(power="administrator")
def withdraw(request: HttpRequest, invitation: int) -> HttpResponse:
    """This will withdraw an invitation that nobody took up."""
    found = StaffInvitation.objects.filter(pk=invitation).first()
    if found is None:
        raise Refusal.not_found()
    powers.withdraw_invitation(found, by=request.user, at=request.at, command=commands.given(request))
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("plan:powers")


@entry("signed_in")
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """This will let whoever was invited by e-mail take up a power; a second factor is asked for on the next page."""
    found = StaffInvitation.objects.select_related("invited_by").filter(secret_sha256=invitations.secret_hash(secret)).first()
    if found is None or found.email != request.user.email or found.withdrawn_at:
        raise Refusal.not_found()
    if found.accepted_at:
        return redirect("web:after_sign_in")
    invitations.must_be_open(found.invited_at, request.at)

    def act(_told: dict[str, Any], command: uuid.UUID) -> None:
        powers.accept_invitation(secret, by=request.user, at=request.at, command=command)

    label = Power.Kind(found.power).label
    asked = asking.Asked(
        title=_("You are invited to work here"),
        lead=_("You would hold the power below. The next page asks you to set up a second factor, which everyone of the funder needs."),
        facts=((_("Power"), label), (_("Invited by"), found.invited_by)),
        button=_("Accept"),
        back="/",
        done=_("You are in."),
        after=reverse("web:after_sign_in"),
        context={"desk": False},
    )
    return asking.ask(request, asking.Nothing(request.POST if request.method == "POST" else None), act, asked)
