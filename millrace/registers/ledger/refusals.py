"""Says no to a posting in words — e.g. "HK$3,000,000 was asked of this envelope; HK$1,200,000 is available."

The database's functions answer with a code and the figures; here each becomes the one Refusal every page knows how to show.
"""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext_noop as _

from millrace.core import ledger
from millrace.core.refusal import Refusal

OVERDRAWN, MONTH_CLOSED, WRONG = "ML001", "ML002", "ML003"

# Which account was short → (code, what, what the reader can do). The figures are in the unit's own minor units.
_SHORT = {
    "available": (
        "envelope-overdrawn",
        _("%(asked_cents)s was asked of this envelope; %(available_cents)s is available."),
        _("Approve a smaller amount, or ask finance to move money into the envelope."),
    ),
    "cash_available": (
        "cash-provision-overdrawn",
        _("%(asked_cents)s was asked of the year's cash provision; %(available_cents)s is left."),
        _("Pay a smaller amount now, or ask finance to raise the year's provision."),
    ),
    "match_verified": (
        "matching-not-verified",
        _("%(asked_cents)s of verified matching money is needed; %(available_cents)s is verified and unused."),
        _("Verify more evidence of matching money first, or release a smaller amount."),
    ),
}
_SHORT["receivable"] = _SHORT["interest_owed"] = (
    "more-than-owed",
    _("%(asked_cents)s was asked; only %(available_cents)s is still owed."),
    _("Check the amount against what is owed."),
)
_OTHERWISE = (
    "balance-overdrawn",
    _("%(asked_cents)s was asked; this account holds %(available_cents)s."),
    _("Check the amount against the statement of the case."),
)


def overdrawn(kind: str, unit: str, *, available: int, asked: int) -> Refusal:
    """This will refuse an entry that would take an account below zero, with both figures."""
    code, what, next_step = _SHORT.get(kind, _OTHERWISE)
    figures: dict[str, Any] = {"available_cents": available, "asked_cents": asked, "unit": unit, "account": kind}
    return Refusal(code, what=what, next_step=next_step, values=figures)


def month_closed(month: str) -> Refusal:
    """This will refuse a posting dated in a month finance has closed."""
    return Refusal(
        "month-closed",
        what=_("The books of %(month)s are closed."),
        why=_("Finance closed this month; nothing may be added to it or taken from it."),
        next_step=_("Date the entry in an open month and name the posting it corrects."),
        values={"month": month},
    )


def no_envelope(account: ledger.Account) -> Refusal:
    """This will refuse value asked of an envelope or a year's provision that was never opened."""
    if account.financial_year:
        what = _("%(scheme)s has no cash provision in %(unit)s for the financial year %(financial_year)s.")
    else:
        what = _("%(fund)s has no envelope for %(scheme)s in %(unit)s.")
    named = ("fund", "scheme", "unit", "financial_year")
    return Refusal(
        "no-envelope",
        what=what,
        next_step=_("Ask finance to open it first."),
        values={name: getattr(account, name) for name in named},
    )


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """This will turn the posting function's own errors into refusals; anything else passes as it is."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        detail = json.loads(getattr(getattr(cause, "diag", None), "message_detail", None) or "{}") if _is_ours(cause) else {}
        match getattr(cause, "sqlstate", ""):
            case "ML001":
                figures = {name: int(detail[name]) for name in ("available", "asked")}
                raise overdrawn(detail["kind"], detail["unit"], **figures) from error
            case "ML002":
                raise month_closed(detail["month"]) from error
            case _:
                raise


def _is_ours(cause: BaseException | None) -> bool:
    return getattr(cause, "sqlstate", "") in (OVERDRAWN, MONTH_CLOSED)
