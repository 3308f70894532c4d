"""Keys for programs: made once, shown once, kept as a hash — e.g. a university's own system reads its cases until 30 June.

Also remembers which idempotency key stood for which request, so that a program may safely send the same request twice.
"""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.people.models import ApiToken, Person, UsedKey

SCOPES = {
    "read_cases": _("Read the cases I may see, and their timelines"),
    "write_drafts": _("Open drafts and save answers"),
    "submit": _("Submit applications that I may sign"),
}
LONGEST_DAYS = 366
_PREFIX = "mr_"
_COMMANDS = uuid.UUID("0c2c9f0e-2f3d-5f43-9d5c-1d9f3c1b7a11")


def digest(key: str) -> bytes:
    """This will hash a key the way it is kept; keys are long and random, so one round suffices."""
    return hashlib.sha256(key.encode()).digest()


def make_token(person: Person, *, name: str, scopes: Sequence[str], days: int, at: datetime) -> tuple[ApiToken, str]:
    """This will make a key for a program that acts as `person`; gives the row and the key itself, which is never kept."""
    if not name.strip() or len(name) > 80:
        raise Refusal("token-name", what=_("Give the key a name of at most 80 characters."), field="name", status=422)
    if not scopes or set(scopes) - SCOPES.keys():
        raise Refusal("token-scopes", what=_("Choose at least one thing the key may do."), field="scopes", status=422)
    if not 1 <= days <= LONGEST_DAYS:
        what = _("A key may last from 1 to %(longest)s days.")
        raise Refusal("token-days", what=what, field="days", status=422, values={"longest": LONGEST_DAYS})
    key = _PREFIX + secrets.token_urlsafe(32)
    expires_at = at + timedelta(days=days)
    kept = {"name": name.strip(), "scopes": sorted(set(scopes)), "made_at": at, "expires_at": expires_at}
    return ApiToken.objects.create(person=person, sha256=digest(key), **kept), key


def revoke_token(token_id: int, *, by: Person, at: datetime) -> None:
    """This will end one of a person's own keys; ending it again changes nothing."""
    if not ApiToken.objects.filter(pk=token_id, person=by).exists():
        raise Refusal.not_found()
    ApiToken.objects.filter(pk=token_id, person=by, revoked_at__isnull=True).update(revoked_at=at)


def token_of(key: str, *, at: datetime) -> ApiToken | None:
    """This will find the key's row while it is neither expired nor revoked and its person may still sign in."""
    found = ApiToken.objects.select_related("person").filter(sha256=digest(key), revoked_at__isnull=True, expires_at__gt=at)
    return found.filter(person__is_active=True).first()


def command_for(person: Person, *, key: str, request_sha256: bytes, at: datetime) -> uuid.UUID:
    """This will give the command an idempotency key stands for; the same key with another request is refused."""
    command = uuid.uuid5(_COMMANDS, f"{person.pk}:{key}")
    kept = {"request_sha256": request_sha256, "command": command, "used_at": at}
    used, _made = UsedKey.objects.get_or_create(person=person, key=key, defaults=kept)
    if bytes(used.request_sha256) != request_sha256:
        what = _("This idempotency key was already used for another request.")
        raise Refusal("idempotency-key-reused", what=what, next_step=_("Send the new request with a new key."), status=422)
    return used.command
