"""Where cases stand on the way from receipt to completion — e.g. of 160 NIFS cases 9 are in screening, 21 in force, 17 completed.

Every status that is not a draft is in exactly one state; drafts are their applicants' alone and are counted nowhere.
"""

from millrace.core import lifecycle, service_clock

OFFERED, ENDED = "offered", "ended"
STATES = (*service_clock.STAGES[:-1], OFFERED, "in_force", "completed", "terminated", ENDED)
_STATE_OF = {
    **service_clock.STAGE_OF,
    "approved": OFFERED,
    **dict.fromkeys(lifecycle.IN_FORCE, "in_force"),
    "closed": "completed",
    "terminated": "terminated",
    **dict.fromkeys(lifecycle.ENDED_WITHOUT, ENDED),
}
# What is asked of a case, in order; the sheet's column that holds the day of each.
STEPS = (
    ("received", "received_on"),
    ("screened", "screened_on"),
    ("supported", "supported_on"),
    ("approved", "approved_on"),
    ("agreed", "agreed_on"),
    ("completed", "completed_on"),
)


def state_of(status: str) -> str | None:
    """Say in which state a status is; None for a draft, and for what is no status."""
    return _STATE_OF.get(status)


def statuses_in(state: str) -> tuple[str, ...]:
    """List the statuses of a state."""
    return tuple(status for status in lifecycle.STATUSES if _STATE_OF.get(status) == state)
