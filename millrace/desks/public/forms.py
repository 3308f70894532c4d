"""The finder's questions as a plain form — e.g. "Who is applying?" and "What will the whole project cost?", none of them demanded."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from millrace.core.rules.facts import Fact
from millrace.core.rules.form import Question
from millrace.web import forms as described


class FactsForm(forms.Form):
    """One question for each fact; what is left empty is simply not yet known."""

    def __init__(self, facts: Iterable[Fact], data: Mapping[str, Any] | None) -> None:
        self.facts = list(facts)
        names = {fact.name for fact in self.facts}
        told = data if data is not None and names & set(data) else None
        super().__init__(told)
        for fact in self.facts:
            asked = Question(fact.name, str(fact.type), fact.question, fact.help, is_required=False, unit=fact.unit, choices=fact.choices)
            self.fields[fact.name] = described.field(asked, is_demanded=False)
            # Said once above the form, rather than beside every question.
            self.fields[fact.name].hide_optional = True  # type: ignore[attr-defined]  # read by the field's template

    def told(self) -> dict[str, Any]:
        """This will give what was answered and can be read, as plain data."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: described.plain(value) for name, value in self.cleaned_data.items() if value not in (None, "", [])}
