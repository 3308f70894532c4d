"""One-click sign-in per role — only in a database marked as a demonstration, and only on this very machine.

For example, `make demo` prints an address where one click signs in as the (invented) payment checker, second factor and all.
"""

import contextlib
import functools
import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import auth
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.registers.facilities.models import Operator
from millrace.registers.people import queries as people
from millrace.registers.people.models import Membership, Person, Power
from millrace.web import access, clock, errors, places
from millrace.web.access import entry

BACKEND = "millrace.web.sign_in.Backend"
SHOWN_PER_ROLE = 3
# Administrators of both sides are told apart, and members by what they are members of.
OF_FUNDER = {Power.Kind.ADMINISTRATOR: word("Administrator of the funder")}
OF_ORGANISATION = {
    Membership.Power.MEMBER: word("Member of an organisation"),
    Membership.Power.SIGNATORY: word("Authorised person of an organisation"),
    Membership.Power.ADMINISTRATOR: word("Administrator of an organisation"),
}
_asked: dict[str, tuple[bool, datetime]] = {}
_whole: set[str] = set()
STILL_TOLD = Refusal(
    "story-being-told",
    what=word("Nothing was changed: the demonstration is still being told."),
    why=word("Its cases are written on the story's own clock, and what you do now would stand among them."),
    next_step=word("Look around; in a few minutes it is complete, and you may act."),
    status=503,
)


def is_here() -> bool:
    """This will say whether this database is a demonstration; asked again at most every minute, since pages show it."""
    name, now = str(connection.settings_dict["NAME"]), clock.now()
    known, asked_at = _asked.get(name, (False, now - timedelta(hours=1)))
    if not known and now - asked_at > timedelta(minutes=1):
        with contextlib.suppress(OperationalError):  # the page that says the records cannot be reached asks too
            settled = people.is_settled_demonstration()
            if settled is None:  # asked before the story began: a "no" kept would show its people as real, and let others write among them
                return people.is_demonstration()
            known = settled
        _asked[name] = (known, now)
    return known


def is_being_told() -> bool:
    """This will say whether the story of this demonstration is still being told, so that nobody else may write yet."""
    name = str(connection.settings_dict["NAME"])
    if name in _whole or not is_here():
        return False
    if not people.is_being_told():
        _whole.add(name)
    return name not in _whole


class Telling:
    """Keeps the story's clock apart from people's: until it is told to its end everything may be read and nothing done.

    The seals of the story carry its own moments; an act of today among them would be sealed as of a day years ago.
    """

    OPEN = ("/demo/sign-in/", "/account/", "/language/", "/i18n/", "/api/v1/find")  # the finder keeps nothing

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_writing = request.method not in ("GET", "HEAD", "OPTIONS") and not request.path.startswith(self.OPEN)
        return errors.answer(request, STILL_TOLD) if is_writing and is_being_told() else self.get_response(request)


def is_on_loopback(request: HttpRequest) -> bool:
    """This will say whether the click came from this machine: address and host name both, and through no proxy."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    host = request.get_host().rsplit(":", 1)[0].strip("[]")
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback and (
            host == "localhost" or ipaddress.ip_address(host).is_loopback
        )
    except ValueError:
        return False


def only_here(view: access.View) -> access.View:
    """This will hide a page wherever it must not exist."""

    @functools.wraps(view)
    def hidden(request: HttpRequest) -> HttpResponse:
        if not (is_on_loopback(request) and people.is_demonstration()):
            raise Refusal.not_found()
        return view(request)

    return hidden


@entry("public")
@only_here
def sign_in(request: HttpRequest) -> HttpResponse:
    """This will show whom one may be, and on a click sign in as that person."""
    if request.method == "POST":
        person = Person.objects.filter(pk=request.POST.get("person", "0"), is_demonstration=True, is_system=False, is_active=True).first()
        if person is None:
            raise Refusal.not_found()
        auth.login(request, person, backend=BACKEND)
        request.session[access.DEMONSTRATION] = True
        return redirect("web:after_sign_in")
    return render(request, "web/demonstration.html", {"roles": roles(request.at)})


def roles(at: datetime) -> list[tuple[str, str, list[tuple[Person, str]]]]:
    """This will list the invented persons by what they may do: the role's code and words, and a few persons with whom they act for."""
    held = Power.objects.filter(people.at_moment(at), person__is_demonstration=True, person__is_active=True).select_related("person")
    members = Membership.objects.filter(people.at_moment(at), person__is_demonstration=True, person__is_active=True)
    operators = Operator.objects.filter(people.at_moment(at), person__is_demonstration=True, person__is_active=True)
    listed = []
    for code, label, rows in (
        *((kind.value, OF_FUNDER.get(kind, kind.label), held.filter(power=kind).order_by("person_id")) for kind in Power.Kind),
        *(
            (
                f"organisation-{power.value}",
                said,
                members.filter(power=power).select_related("person", "organisation").order_by("person_id"),
            )
            for power, said in OF_ORGANISATION.items()
        ),
        ("operator", word("Runs a facility"), operators.select_related("person", "resource").order_by("person_id")),
    ):
        shown = [(row.person, _side(row)) for row in rows[:SHOWN_PER_ROLE]]
        if shown:
            listed.append((code, _(label), shown))
    return listed


def _side(row: Power | Membership | Operator) -> str:
    """This will say whom a person acts for, or what they run."""
    return places.title(row.resource.code) if isinstance(row, Operator) else str(getattr(row, "organisation", ""))
