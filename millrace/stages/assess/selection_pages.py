"""The page of a selection a university makes for the funder — e.g. /cases/TSSSU-7KQ2-M4XD/selection/, with every start-up that waits."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from millrace.core.refusal import Refusal
from millrace.registers.cases.models import Case
from millrace.registers.timeline import actions as timeline
from millrace.stages.apply import terms
from millrace.stages.assess import delegated
from millrace.stages.assess.actions import selections as actions
from millrace.stages.assess.pages import address, crumbs
from millrace.web import asking, commands, fields, lines, words
from millrace.web.access import entry

SELECTED, NOT, LATER = "selected", "not", "later"


class SelectionForm(forms.Form):
    """When the panel met, who was there with which interest, and what it said of each start-up."""

    def __init__(self, *args: Any, cases: Sequence[Case], today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cases = cases
        titles = [(case.reference, case.title or case.reference) for case in cases]
        columns = [
            lines.Column("name", _("Name"), max_length=200),
            lines.Column("interest", _("Declared interest, if any"), is_required=False, max_length=300),
            lines.Column("interest_in", _("In which start-up"), "choice", is_required=False, choices=titles),
            lines.Column("has_left", _("Left for it"), "choice", is_required=False, choices=[("yes", _("Yes")), ("no", _("No"))]),
        ]
        self.fields["met_on"] = fields.DayField(label=_("Day of the panel's meeting"), latest=today)
        self.fields["members"] = lines.LinesField(label=_("Members present"), columns=columns, max_lines=30)
        outcomes = [(SELECTED, _("Selected")), (NOT, _("Not selected")), (LATER, _("Not considered yet"))]
        for case in cases:
            name = f"{case.title or case.reference} ({case.reference})"
            asked = words.amount(case.requested_cents, case.unit)
            self.fields[f"outcome_{case.pk}"] = fields.ChoiceField(
                label=name, choices=outcomes, initial=LATER, help_text=_("Asks for %(amount)s.") % {"amount": asked}
            )
            self.fields[f"amount_{case.pk}"] = fields.MoneyField(
                label=_("Amount for %(name)s") % {"name": name}, unit=case.unit, required=False, initial=case.requested_cents
            )
            self.fields[f"reason_{case.pk}"] = fields.TextField(
                label=_("If not selected, why: %(name)s") % {"name": name}, max_length=2000, is_long=True, required=False
            )

    @property
    def wants_more_lines(self) -> bool:
        return self.is_bound and "more_lines" in self.data

    def members(self) -> list[actions.Present]:
        """This will give the members present."""
        return [
            actions.Present(row["name"], row["interest"] or "", row["interest_in"] or "", row["has_left"] == "yes")
            for row in self.cleaned_data["members"]
        ]

    def said(self) -> dict[str, actions.Said]:
        """This will give what was said of each start-up that was considered, by reference."""
        given, found = self.cleaned_data, {}
        for case in self._cases:
            outcome = given[f"outcome_{case.pk}"]
            if outcome != LATER:
                amount, reason = given[f"amount_{case.pk}"] or 0, given[f"reason_{case.pk}"]
                found[case.reference] = actions.Said(outcome == SELECTED, amount, reason)
        return found


@entry(case="record_selection")
def selection(request: HttpRequest, reference: str) -> HttpResponse:
    """This will record the panel's selection among the start-ups that wait, within what is left of the block grant."""
    case = request.case
    if not delegated.is_delegated(case):
        raise Refusal.not_found()
    # Once recorded, no start-up waits and the form of a second click could not be read: the first answer is given again.
    if request.method == "POST" and timeline.replay(commands.given(request), case):
        return HttpResponseRedirect(address(case))
    waiting = delegated.waiting(case, request.at)
    form = SelectionForm(request.POST or None, cases=waiting.cases, today=terms.local_day(request.at))

    def act(given: dict[str, Any], command: uuid.UUID) -> None:
        actions.record_selection(
            case, met_on=given["met_on"], members=form.members(), said=form.said(), by=request.user, at=request.at, command=command
        )

    grant = waiting.grant
    asked = asking.Asked(
        title=_("The panel's selection"),
        caption=f"{case.lead} · {case.reference}",
        lead=_("The university's panel selects within its block grant. What you record under your authority is its record."),
        button=_("Record the selection"),
        back=address(case),
        done=_("The panel's selection is recorded."),
        facts=(
            (_("Block grant"), words.amount(grant.block_cents, case.unit)),
            (_("Granted or selected before"), words.amount(grant.used_cents, case.unit)),
            (_("Left"), words.amount(grant.left_cents, case.unit)),
        ),
        crumbs=crumbs(case, (_("My applications"), "/home/")),
    )
    return asking.more_lines(request, form, asked) if form.wants_more_lines else asking.ask(request, form, act, asked)
