"""One funded project as anyone may see it — e.g. a smart line of HK$15m under NIFS, agreed on 4 May 2025, HK$6m paid so far.

Each field declares why it is public; what no rule here names (the application, its assessment, claims, people) is never shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as word

from millrace.core.refusal import Refusal
from millrace.desks.public import register, telling
from millrace.registers.cases.models import Case, Party
from millrace.registers.policy import queries as policy
from millrace.registers.sheet import queries as sheet
from millrace.stages.assess import joint
from millrace.web import funder, statuses, words
from millrace.web.access import entry

MADE = word("Public from the day the agreement is in force")
PAID = word("Public when the bank has settled the payment")
ENDED = word("Public when the project ends")


@dataclass(frozen=True)
class Field:
    """One thing that is public: its name, since when it may be told, and how it is read; an empty value leaves it out."""

    label: str
    rule: str
    value: Callable[[Case, datetime], str]


def _names(case: Case, role: str) -> str:
    parties = Party.objects.filter(case=case, role=role, left_at=None).select_related("organisation").order_by("pk")
    return "; ".join(str(party.organisation) for party in parties)


def _day(column: str) -> Callable[[Case, datetime], str]:
    def value(case: Case, at: datetime) -> str:
        today = at.astimezone(funder.current().zone).date()
        return words.day(sheet.rows_as_at(today).filter(case=case).values_list(column, flat=True).first())

    return value


def _scheme(case: Case, _at: datetime) -> str:
    return telling.said(policy.read_version(case.scheme_version).title) if case.scheme_version else case.scheme


def _rules(case: Case, _at: datetime) -> str:
    if case.scheme_version is None:
        return ""
    start = telling.start_words(policy.read_version(case.scheme_version).starts)
    return _("Version %(version)s, in force from %(day)s") % {"version": case.scheme_version.version, "day": start}


def _money(field: str) -> Callable[[Case, datetime], str]:
    return lambda case, _at: words.amount(getattr(case, field), case.unit)


def _of_the_other_funder(case: Case, _at: datetime) -> str:
    step, theirs = joint.step_of(case), joint.decision_of(case)
    if step is None or theirs is None or not theirs.amount_cents:
        return ""
    return f"{words.amount(theirs.amount_cents, theirs.currency)} ({telling.said(step.partner)})"


FIELDS = (
    Field(word("Reference"), MADE, lambda case, _at: case.reference),
    Field(word("Organisation"), MADE, lambda case, _at: str(case.lead)),
    Field(word("Formerly"), MADE, lambda case, _at: "; ".join(map(str, case.lead.former_names.order_by("-until_on")))),
    Field(word("Partners"), MADE, lambda case, _at: _names(case, "partner")),
    Field(word("Scheme"), MADE, _scheme),
    Field(word("Rules it was judged by"), MADE, _rules),
    Field(word("Approved"), MADE, _money("approved_cents")),
    Field(word("Money of the other funder, not counted in ours"), MADE, _of_the_other_funder),
    Field(word("Agreement in force since"), MADE, _day("agreed_on")),
    Field(word("Paid so far"), PAID, _money("paid_cents")),
    Field(word("Now"), MADE, lambda case, _at: statuses.in_words(case.status)),
    Field(word("Completed"), ENDED, _day("completed_on")),
    Field(word("Terminated"), ENDED, _day("terminated_on")),
)


@entry("public")
def project(request: HttpRequest, reference: str) -> HttpResponse:
    """This will show one project of the register; what is not in the register does not exist here."""
    found = register.funded().filter(reference=reference).select_related("lead", "scheme_version").first()
    if found is None:
        raise Refusal.not_found()
    told = [(field, value) for field in FIELDS if (value := field.value(found, request.at))]
    rules: dict[str, list[str]] = {}
    for field, _value in told:
        rules.setdefault(_(field.rule), []).append(_(field.label))
    rows = [(_(field.label), value) for field, value in told]
    context = {"case": found, "rows": rows, "rules": rules.items(), "crumbs": [(_("What was funded"), "/register/")]}
    return render(request, "public/project.html", context)
