"""The forms of assessment, made from the scheme's own rules and criteria — e.g. one mark for each criterion of RAISe+.

They read and check what is typed; what may be done with it is decided by the actions.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from millrace.core import scoring
from millrace.core.rules import rulebook
from millrace.registers.people.models import Person
from millrace.stages.assess.actions.reversals import REASONS
from millrace.stages.assess.interests import CONFLICT_KINDS, DECLINE_REASONS
from millrace.stages.assess.models import Assignment, Question, Recommendation, Review, Screening
from millrace.web import fields, lines
from millrace.web.forms import said

NOTE = 2000


class ScreeningForm(forms.Form):
    """The finding of a screening; reasons are offered in the scheme's own words."""

    def __init__(self, *args: Any, reasons: Sequence[tuple[str, str]], versions: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = [(Screening.Outcome.PASSED, _("Passed: eligible")), (Screening.Outcome.INELIGIBLE, _("Ineligible"))]
        if versions:
            self.fields["version"] = fields.ChoiceField(
                label=_("Which version applies"),
                choices=versions,
                help_text=_("The first day of the later version was published only to the month. Your choice is recorded."),
            )
        self.fields["outcome"] = fields.ChoiceField(label=_("Finding"), choices=outcomes)
        self.fields["reasons"] = fields.ChoicesField(
            label=_("Rules the application breaks"),
            choices=reasons,
            required=False,
            help_text=_("Only for an ineligible finding. The letter gives each with its clause."),
        )
        self.fields["remarks"] = fields.TextField(label=_("Note for the file"), max_length=NOTE, is_long=True, required=False)


class ReversalForm(forms.Form):
    """Why an ineligible finding was an error: one of a list, and a note."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = fields.ChoiceField(label=_("Reason"), choices=[(code, _(text)) for code, text in REASONS.items()])
        self.fields["remarks"] = fields.TextField(label=_("Note for the file"), max_length=NOTE, is_long=True, required=False)


class AskBackForm(forms.Form):
    """Questions for the applicant, each about one question of the form or about none."""

    def __init__(self, *args: Any, book: rulebook.SchemeVersion, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = [(question.id, said(question.label)) for question in book.form.questions()]
        columns = [
            lines.Column("about", _("About the answer"), "choice", is_required=False, choices=about),
            lines.Column("text", _("Question"), max_length=1000),
        ]
        self.fields["questions"] = lines.LinesField(label=_("Questions"), columns=columns, max_lines=20)
        self.fields["due_on"] = fields.DayField(
            label=_("Answers are due on"), help_text=_("If nothing comes by the end of that day, the application lapses.")
        )

    @property
    def wants_more_lines(self) -> bool:
        """Whether "Add more lines" was pressed: show the form again with what was typed."""
        return self.is_bound and "more_lines" in self.data


class AnswersForm(forms.Form):
    """One answer for each question asked back, and no other."""

    def __init__(self, *args: Any, questions: Sequence[Question], labels: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            about = labels.get(question.form_question, "")
            self.fields[f"answer_{question.number}"] = fields.TextField(
                label=f"{question.number}. {question.text}",
                max_length=NOTE,
                is_long=True,
                help_text=_("About your answer to: %(question)s") % {"question": about} if about else "",
            )

    def answers(self) -> dict[int, str]:
        """This will give the answers by the number of their question."""
        return {int(name.removeprefix("answer_")): text for name, text in self.cleaned_data.items()}


class AssignForm(forms.Form):
    """Whom to ask, by role; nobody who was asked already, acts for a party or declared a conflict is offered."""

    def __init__(self, *args: Any, offered: Mapping[str, Sequence[Person]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for people in offered.values() for person in people}
        self._roles = list(offered)
        titles = {
            Assignment.Role.EXPERT: _("Expert reviewers"),
            Assignment.Role.BUSINESS: _("Business reviewers"),
            Assignment.Role.COMMITTEE: _("Committee members"),
        }
        for role, people in offered.items():
            choices = [(str(person.pk), person.get_full_name()) for person in people]
            self.fields[role] = fields.ChoicesField(label=titles[Assignment.Role(role)], choices=choices, required=False)
        self.fields["due_on"] = fields.DayField(label=_("Reviews are due on"))

    def chosen(self) -> list[tuple[Person, str]]:
        """This will give each person chosen with the role."""
        return [(self._people[key], role) for role in self._roles for key in self.cleaned_data.get(role, [])]


class InterestForm(forms.Form):
    """A declaration: no conflict, or a conflict and of which kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = [("clear", _("I have no conflict of interest with this case")), ("conflict", _("I have a conflict of interest"))]
        kinds = [(code, _(words)) for code, words in CONFLICT_KINDS.items()]
        self.fields["answer"] = fields.ChoiceField(label=_("Your declaration"), choices=answers)
        self.fields["kind"] = fields.ChoiceField(
            label=_("Kind of conflict"), choices=kinds, required=False, as_list=True, help_text=_("Only where you have one.")
        )
        self.fields["details"] = fields.TextField(label=_("Details, if you wish"), max_length=NOTE, is_long=True, required=False)


class DeclineForm(forms.Form):
    """Why a person asked to assess cannot, other than a conflict."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, _(words)) for code, words in DECLINE_REASONS.items()]
        self.fields["reason"] = fields.ChoiceField(label=_("Why can you not assess this case?"), choices=choices)


class ReviewForm(forms.Form):
    """One mark and a comment for each criterion; the weight stands beside it, labelled where it is illustrative."""

    def __init__(self, *args: Any, book: rulebook.SchemeVersion, earlier: Review | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in book.criteria:
            weight = _("Weight %(percent)s%%") % {"percent": one.weight_percent}
            if not (one.is_published and one.is_weight_published):
                weight = _("Weight %(percent)s%% (not published; illustrative)") % {"percent": one.weight_percent}
            self.fields[f"mark_{one.id}"] = fields.CountField(
                label=said(one.title),
                help_text=" ".join(filter(None, [said(one.help), weight + "."])),
                minimum=scoring.LOWEST_MARK,
                maximum=scoring.HIGHEST_MARK,
                initial=earlier.marks.get(one.id) if earlier else None,
            )
            self.fields[f"comment_{one.id}"] = fields.TextField(
                label=_("Comment on: %(criterion)s") % {"criterion": said(one.title)},
                max_length=NOTE,
                is_long=True,
                required=False,
                initial=earlier.comments.get(one.id, "") if earlier else "",
            )
        self.fields["summary"] = fields.TextField(
            label=_("Overall assessment"), max_length=4000, is_long=True, initial=earlier.summary if earlier else ""
        )
        self.fields["is_supporting"] = fields.FlagField(
            label=_("Do you recommend support?"), initial=earlier.is_supporting if earlier else None
        )

    def marks(self) -> dict[str, int]:
        """This will give the mark of each criterion."""
        return self._of("mark_")

    def comments(self) -> dict[str, str]:
        """This will give the comment on each criterion."""
        return self._of("comment_")

    def _of(self, prefix: str) -> dict[str, Any]:
        return {name.removeprefix(prefix): value for name, value in self.cleaned_data.items() if name.startswith(prefix)}


class RecommendationForm(forms.Form):
    """What the committee advised, when, and who was there."""

    def __init__(
        self,
        *args: Any,
        members: Sequence[Person],
        reasons: Sequence[tuple[str, str]],
        stages: Sequence[tuple[str, str]],
        is_for_stage: bool,
        unit: str,
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._members = {str(member.pk): member for member in members}
        people = [(key, member.get_full_name()) for key, member in self._members.items()]
        outcomes = [(Recommendation.Outcome.RECOMMENDED, _("Recommended")), (Recommendation.Outcome.NOT_RECOMMENDED, _("Not recommended"))]
        ways = [("no", _("At a meeting")), ("yes", _("By circulation of papers"))]
        self.fields["held_on"] = fields.DayField(label=_("Day of the meeting, or of the last reply"), latest=today)
        self.fields["by_circulation"] = fields.ChoiceField(label=_("How"), choices=ways, initial="no")
        self.fields["present"] = fields.ChoicesField(label=_("Present, or replied"), choices=people)
        self.fields["left"] = fields.ChoicesField(
            label=_("Left the room for this item"),
            choices=people,
            required=False,
            help_text=_("Leaving is recorded as a conflict of interest: the case closes to that person."),
        )
        self.fields["outcome"] = fields.ChoiceField(label=_("Advice of the committee"), choices=outcomes)
        if not is_for_stage:
            self.fields["amount"] = fields.MoneyField(label=_("Recommended amount"), unit=unit, required=False)
            if stages:
                self.fields["stage_number"] = fields.ChoiceField(label=_("Stage the project enters"), choices=stages)
        self.fields["reason_codes"] = fields.ChoicesField(label=_("The advice rests on"), choices=reasons, required=False)
        self.fields["reasons"] = fields.TextField(label=_("Reasons"), max_length=4000, is_long=True, required=False)
        self.fields["conditions"] = fields.TextField(label=_("Conditions, one a line"), max_length=NOTE, is_long=True, required=False)

    def people(self, name: str) -> list[Person]:
        """This will give the members ticked under a question."""
        return [self._members[key] for key in self.cleaned_data[name]]
