"""A case's row of the sheet in words — e.g. the column `lead_place` holding "HK" reads "Place of the lead applicant: Hong Kong"."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.registers.cases.models import Case
from millrace.registers.policy import queries as policy
from millrace.web import forms as described
from millrace.web import schemes, statuses, words

COLUMNS = {
    "status": word("Status"),
    "scheme": word("Scheme"),
    "version": word("Version"),
    "stream": word("Stream"),
    "track": word("Track"),
    "sector": word("Sector"),
    "stage_number": word("Stage"),
    "lead_place": word("Place of the lead applicant"),
    "partner_places": word("Places of the partners"),
    "is_mainland_collaboration": word("With a body in the Mainland"),
    "requested_cents": word("Asked for"),
    "approved_cents": word("Approved"),
    "committed_cents": word("Committed"),
    "paid_cents": word("Paid"),
    "unit": word("Unit"),
    "received_on": word("Received"),
    "screened_on": word("Found eligible"),
    "supported_on": word("Supported"),
    "approved_on": word("Decided"),
    "refused_on": word("Refused"),
    "agreed_on": word("Agreed"),
    "completed_on": word("Completed"),
    "withdrawn_on": word("Withdrawn"),
    "terminated_on": word("Terminated"),
    "closed_on": word("Closed"),
    "is_test": word("A test"),
    "is_demonstration": word("Invented for the demonstration"),
}


def values(case: Case, row: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """This will put each column that says something into words."""
    unit = case.unit
    return [(_(COLUMNS.get(name, name)), _value(case, name, value, unit)) for name, value in row]


def _value(case: Case, name: str, value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name.endswith("_cents"):
        return words.amount(value, unit)
    if hasattr(value, "isoformat"):
        return words.day(value)
    if isinstance(value, list | tuple):
        return _(", ").join(_value(case, name, one, unit) for one in value)
    match name:
        case "status":
            return statuses.in_words(value)
        case "scheme":
            return schemes.short_title(value)
        case "lead_place" | "partner_places":
            return described.said(policy.funder().place_label(str(value))) or str(value)
        case "sector" | "stream" | "track":
            return _choice(case, str(value))
    return str(value)


def _choice(case: Case, value: str) -> str:
    """The words the form itself offered for a code."""
    sections = policy.form(case.scheme_version).sections if case.scheme_version else ()
    for question in (question for section in sections for question in section.questions):
        for choice in question.choices:
            if choice.id == value:
                return described.said(choice.label)
    return value
