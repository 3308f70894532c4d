"""Makes a repeated request change nothing twice — e.g. a submission sent again after a lost answer gets the first receipt.

The Idempotency-Key header stands for a command id; the same key with another request is refused.
"""

import hashlib
import uuid

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.registers.people import tokens
from millrace.registers.people.models import Person
from millrace.web import clock

HEADER = "Idempotency-Key"
LONGEST = 200
# What the endpoint's description says of the header, in OpenAPI's own shape.
PARAMETER = {
    "parameters": [
        {
            "in": "header",
            "name": HEADER,
            "required": True,
            "description": "Any text of your choice, new for each change; sent again, it returns the first result.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
        }
    ]
}


def command_of(request: HttpRequest) -> uuid.UUID:
    """This will give the command id of this request, from its idempotency key."""
    key = request.headers.get(HEADER, "")
    if not key or len(key) > LONGEST or not all("!" <= letter <= "~" for letter in key):
        what = _("A request that changes something needs an Idempotency-Key header of 1 to %(longest)s printable characters.")
        raise Refusal(
            "idempotency-key", what=what, next_step=_("Choose a new key for each change."), status=400, values={"longest": LONGEST}
        )
    person = request.user
    assert isinstance(person, Person), "an endpoint that writes lets in only persons"
    digest = hashlib.sha256(b"\n".join([(request.method or "").encode(), request.path.encode(), request.body])).digest()
    return tokens.command_for(person, key=key, request_sha256=digest, at=clock.now())
