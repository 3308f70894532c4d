"""The secret an invitation carries in its link — e.g. to a sponsor who has never signed in here: mailed once, kept as a hash, soon over.

The rows that hold the hash belong to whoever invites: staff to stage `plan`, colleagues and partners to stage `apply`.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal

LASTS = timedelta(days=14)


def new_secret() -> str:
    """This will make the secret of an invitation, which leaves in its mail alone."""
    return secrets.token_urlsafe(24)


def secret_hash(secret: str) -> str:
    """This will give what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def must_be_open(invited_at: datetime, at: datetime) -> None:
    """This will refuse an invitation that was left too long."""
    if at >= invited_at + LASTS:
        raise Refusal(
            "invitation-expired",
            what=_("This invitation is no longer open."),
            why=_("An invitation can be taken up for %(days)s days."),
            next_step=_("Ask whoever invited you to invite you again."),
            status=410,
            values={"days": LASTS.days},
        )
