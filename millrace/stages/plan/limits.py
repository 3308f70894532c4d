"""Stops money above what a person was delegated — e.g. HK$300m moved between two schemes under a grade's limit of HK$200m.

A limit that is missing, or that the policy no longer says, stops the act with a sentence; it never lets it pass.
"""

from datetime import datetime

from django.utils.translation import gettext_noop as _

from millrace.core import delegation
from millrace.core.delegation import Delegated
from millrace.core.refusal import Refusal
from millrace.registers.policy import queries as policy

WHY = {
    "no-limit": _("Nobody has given you a limit for this, and without one you may move no money."),
    "limit-unreadable": _("The limit of your grade cannot be read: the policy does not say it for this day."),
    "limit-in-another-unit": _("Your limit is in another currency, and there is no limit for this one."),
    "above-limit": _("It is above your delegated limit of %(limit_cents)s."),
}


def must_be_within(held: Delegated, act: str, amount_cents: int, *, unit: str, at: datetime) -> None:
    """This will refuse an act on money above what is delegated, or under a limit that cannot be read."""
    told = policy.funder_if_published()
    handling = policy.handling() if held.limit_cents is None else delegation.NO_HANDLING
    on, limit_unit = (told.day_of(at), told.currency) if told else (at.date(), unit)
    stop = delegation.stop(held, act, amount_cents, unit, handling=handling, scheme="", on=on, limit_unit=limit_unit)
    if stop is not None:
        raise Refusal(
            stop.code,
            what=_("%(amount_cents)s is not yours to move."),
            why=WHY[stop.code],
            next_step=_("Ask a colleague with a higher limit, or an administrator to record yours."),
            status=403,
            values={"amount_cents": amount_cents, "limit_cents": stop.limit_cents, "unit": unit},
        )
