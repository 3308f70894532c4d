"""A case at a glance: who, which scheme and rules, how much, since when — e.g. Harbour Precision Ltd, NIFS, HK$10,000,000 asked for."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.registers.policy import queries as policy
from millrace.web import access, funder, statuses, words
from millrace.web import forms as described


def scheme_title(case: Case) -> str:
    """This will name the case's scheme as its version does."""
    return described.said(policy.read_version(case.scheme_version).short_title) if case.scheme_version else case.scheme


def summary(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will give the rows of the summary; amounts that are not known yet are left out."""
    unit = case.unit
    rows: list[tuple[str, str]] = [
        (_("Reference"), case.reference),
        (_("Lead applicant"), " ".join(filter(None, [case.lead.name, case.lead.name_zh if case.lead.name_zh != case.lead.name else ""]))),
        (_("Scheme"), scheme_title(case)),
    ]
    if case.scheme_version:
        rows.append((_("Rules"), _("Version %(version)s, in force from %(day)s") % _version(case)))
    if case.submitted_at:
        rows.append((_("Received"), words.moment(case.submitted_at, funder.current().zone)))
    rows.append((_("In this state since"), words.day(case.status_on)))
    # A partner or sponsor reads its own part alone: what the lead asks for and gets is not its business.
    actor = access.actor_of(person, at)
    reads_money = any(access.may(actor, person, action, case, at).allowed for action in ("read_application", "read_money"))
    for label, amount in ((_("Asked for"), case.requested_cents), (_("Approved"), case.approved_cents), (_("Paid"), case.paid_cents)):
        if amount and reads_money:
            rows.append((label, words.amount(amount, unit)))
    return {"rows": rows}


def _version(case: Case) -> dict[str, str]:
    return {"version": case.scheme_version.version, "day": words.start(case.scheme_version.starts_on)}


def status_for(case: Case, *, is_staff: bool) -> str:
    """This will give the status to show: applicants see theirs, never the internal one."""
    return case.status if is_staff else statuses.for_applicant(case.status)
