"""The few pages that belong to no stage or desk — e.g. /me/, what Ms Chan may do here and since when."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from millrace.core.refusal import Refusal
from millrace.registers.facilities import queries as facilities
from millrace.registers.people import actions as people_actions
from millrace.registers.people import queries as people
from millrace.registers.people.models import Membership
from millrace.web import navigation, places
from millrace.web.access import entry


@entry("public")
def language(request: HttpRequest) -> HttpResponse:
    """This will switch the language of the pages, and remember it for letters to a person signed in."""
    response = set_language(request)
    if request.method == "POST" and request.user.is_authenticated and request.POST.get("language"):
        people_actions.choose_language(request.user, request.POST["language"][:10])
    return response


@entry("signed_in")
def me(request: HttpRequest) -> HttpResponse:
    """This will show a person what they may do here, since when, and who said so."""
    powers = people.powers_held(request.at).filter(person=request.user)
    memberships = Membership.objects.filter(people.at_moment(request.at), person=request.user).select_related("organisation", "granted_by")
    run = facilities.run_by(request.user, request.at)
    context = {"powers": powers, "memberships": memberships, "run": [places.title(one.code) for one in run]}
    return render(request, "web/me.html", context)


@entry("signed_in")
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """This will lead a person to their first desk, whoever runs a facility to it, or an applicant to their applications."""
    desks = navigation.desks(request.path, request.actor.powers)
    if not desks and facilities.run_by(request.user, request.at).exists() and navigation.is_served("/facilities/"):
        return HttpResponseRedirect("/facilities/")
    return HttpResponseRedirect(desks[0].items[0].url if desks else "/home/" if navigation.is_served("/home/") else "/me/")


@entry("signed_in")
@require_POST
def views(request: HttpRequest) -> HttpResponse:
    """This will keep or forget a view of a list, and go back to the list."""
    back, query = request.POST.get("next", "/"), request.POST.get("query", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        raise Refusal.not_found()
    if request.POST.get("do") == "drop":
        people_actions.drop_view(request.user, int(request.POST.get("dropped") or 0))
    else:
        name, page = request.POST.get("name", ""), request.POST.get("page", "")
        people_actions.save_view(request.user, page=page, name=name, query=query, at=request.at)
    return HttpResponseRedirect(f"{back}?{query}" if query else back)
