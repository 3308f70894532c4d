"""Stops money above what a person was delegated — e.g. a run of HK$63m ordered under a grade's limit of HK$50m."""

from datetime import datetime

from millrace.core import delegation
from millrace.registers.people import queries as people
from millrace.registers.people.models import Person
from millrace.stages.plan import limits

# Under which power each act on money is done.
POWERS = {
    delegation.ORDER: "finance_maker",
    delegation.CHECK: "finance_checker",
    delegation.RELEASE: "finance",
    delegation.WRITE_OFF: "authority",
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
    limits.must_be_within(held, act, amount_cents, unit=unit, at=at)
