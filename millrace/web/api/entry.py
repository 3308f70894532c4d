"""Who may enter an endpoint: a browser's session with its CSRF token, or a program's key with the right scope.

For example: a university's system sends `Authorization: Bearer mr_…`; its key may read cases but not submit.
"""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from ninja.utils import check_csrf

from millrace.core.refusal import Refusal
from millrace.registers.people import tokens
from millrace.registers.people.models import Person
from millrace.web import clock


class Key(HttpBearer):
    """A program's key, valid now and of the scope the endpoint asks for; the request is then made as the key's person."""

    openapi_description = "A key made under “Keys for programs”, sent as a bearer token."

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """This will give the person behind the key, refuse a key of another scope, and let an unknown key fail as unknown."""
        found = tokens.token_of(token, at=clock.now())
        if found is None:
            return None
        if self.scope not in found.scopes:
            what = _("This key may not do that.")
            raise Refusal(
                "key-scope", what=what, next_step=_("Make a key with the scope %(scope)s."), status=403, values={"scope": self.scope}
            )
        request.user = found.person
        return found.person


class Session(APIKeyCookie):
    """The session of a signed-in browser; a request that changes something must carry its CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Person | None:
        """This will give the signed-in person, or refuse a forged request."""
        if not isinstance(request.user, Person):
            return None
        if check_csrf(request):
            what = _("This request did not come from a page of this site.")
            raise Refusal("csrf", what=what, next_step=_("Send the X-CSRFToken header, or use a key."), status=403)
        return request.user

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        """Never reached: `__call__` decides alone."""
        return None


def open_to(scope: str) -> list[Key | Session]:
    """This will let in a key of this scope, or a signed-in browser."""
    return [Key(scope), Session()]
