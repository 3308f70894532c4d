"""The forms of the award — e.g. the authority's decision: approve an amount, or refuse with reasons."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from millrace.core.rules.facts import Fact
from millrace.stages.assess.forms import RecommendationForm
from millrace.stages.assess.models import Recommendation
from millrace.stages.award.models import Decision
from millrace.web import fields
from millrace.web import forms as described

NOTE = 2000


class DecisionForm(forms.Form):
    """Approve an amount with conditions, or refuse by rules and criteria of the scheme."""

    def __init__(self, *args: Any, unit: str, reasons: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = [(Decision.Outcome.APPROVED, _("Approve")), (Decision.Outcome.REFUSED, _("Not approve"))]
        self.fields["outcome"] = fields.ChoiceField(label=_("Decision"), choices=outcomes)
        self.fields["amount"] = fields.MoneyField(
            label=_("Approved amount"), unit=unit, required=False, help_text=_("Reserved in the envelope the moment you approve.")
        )
        self.fields["conditions"] = fields.TextField(
            label=_("Conditions, one a line"),
            max_length=NOTE,
            is_long=True,
            required=False,
            help_text=_("They stand in the offer and the agreement as you write them."),
        )
        self.fields["reasons"] = fields.ChoicesField(
            label=_("Reasons of a refusal"), choices=reasons, required=False, help_text=_("The letter gives each with its clause.")
        )
        self.fields["remarks"] = fields.TextField(label=_("Note for the file"), max_length=NOTE, is_long=True, required=False)


class OfferForm(forms.Form):
    """The applicant's answer to an offer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = [("accept", _("Accept the offer and sign the agreement")), ("decline", _("Decline the offer"))]
        self.fields["answer"] = fields.ChoiceField(label=_("Your answer"), choices=answers)
        self.fields["remarks"] = fields.TextField(
            label=_("If you decline, why (if you wish)"), max_length=NOTE, is_long=True, required=False
        )


class CommitteeDecisionForm(RecommendationForm):
    """What a committee that decides itself decided, when, and who was there."""

    def __init__(self, *args: Any, findings: Sequence[Fact] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._findings = [fact.name for fact in findings]
        for fact in findings:
            answers = [("no", _("No")), ("yes", _("Yes"))]
            self.fields[f"found_{fact.name}"] = fields.ChoiceField(
                label=described.said(fact.question), help_text=described.said(fact.help), choices=answers, initial="no"
            )
        outcomes = [(Recommendation.Outcome.RECOMMENDED, _("Approve")), (Recommendation.Outcome.NOT_RECOMMENDED, _("Not approve"))]
        self.fields["outcome"] = fields.ChoiceField(label=_("Decision of the committee"), choices=outcomes)
        self.fields["amount"].label = _("Approved amount")
        self.fields["reason_codes"].label = _("The decision rests on")
        self.fields["reason_codes"].help_text = _("A refusal names at least one: the letter gives each with its clause.")
        self.fields["conditions"].help_text = _("They stand in the offer and the agreement as you write them.")

    def found(self) -> dict[str, bool]:
        """This will give what the committee established."""
        return {name: self.cleaned_data[f"found_{name}"] == "yes" for name in self._findings}
