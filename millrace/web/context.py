"""What every template may count on — e.g. the funder's name, the language switch and the desks this person may enter."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from millrace.registers.policy import queries as policy
from millrace.web import demonstration, funder, navigation, words


def page(request: HttpRequest) -> dict[str, Any]:
    """This will add the page's frame; each part is computed only when a template asks for it."""
    return {
        "html_lang": words.tag(),
        "funder": funder.current(),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "is_demonstration": SimpleLazyObject(lambda: demonstration.is_here()),
        "unread": policy.unread(),
        "is_being_told": SimpleLazyObject(lambda: demonstration.is_being_told()),
    }


def _navigation(request: HttpRequest) -> dict[str, Any]:
    is_signed_in = bool(getattr(request, "user", None) and request.user.is_authenticated)
    actor = getattr(request, "actor", None)
    powers: frozenset[str] = actor.powers if actor else frozenset()
    return {
        "public": navigation.public(request.path, is_signed_in),
        "foot": navigation.foot(request.path),
        "desks": navigation.desks(request.path, powers),
    }
