"""Stops money above what a person was delegated — e.g. a run of HK$63m ordered under a grade's limit of HK$50m.

A limit that is missing, or that the policy no longer says, stops the act with a sentence; it never lets it pass.
"""

from datetime import datetime

from django.utils.translation import gettext_noop as _

from millrace.core import delegation
from millrace.core.refusal import Refusal
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.stages.deliver import gather

# Under which power each act on money is done.
POWERS = {
    delegation.ORDER: "finance_maker",
    delegation.CHECK: "finance_checker",
    delegation.RELEASE: "finance",
    delegation.WRITE_OFF: "authority",
}
WHY = {
    "no-limit": _("Nobody has given you a limit for this, and without one you may move no money."),
    "limit-unreadable": _("The limit of your grade cannot be read: the policy does not say it for this day."),
    "limit-in-another-unit": _("Your limit is in another currency, and there is no limit for this one."),
    "above-limit": _("It is above your delegated limit of %(limit_cents)s."),
}


def must_be_within(by: Person, act: str, amount_cents: int, *, unit: str, at: datetime) -> None:
    """This will refuse an act on money above the person's delegated limit, or without one that can be read."""
    if by.is_system:
        return
    is_authority = act == delegation.WRITE_OFF
    held = (
        delegation.Delegated(None, delegation.AUTHORITY)
        if is_authority
        else delegation.Delegated(*people.delegated_to(by, POWERS[act], at))
    )
    told = policy.funder_if_published()
    handling = policy.handling() if held.limit_cents is None else delegation.NO_HANDLING
    on = gather.local_day(at)
    limit_unit = told.currency if told else unit
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
