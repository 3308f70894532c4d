"""The application form as data: sections, questions, tables of budget lines, attachment slots.

The question "Machinery, installation and commissioning" of one scheme is a table whose total feeds
the fact `total_cost`, which the rules, the finder and the preview all read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from millrace.core.rules import facts as facts_
from millrace.core.rules.facts import Choice
from millrace.core.texts import Text

QUESTION_KINDS = frozenset({"text", "long_text", "money", "count", "share", "flag", "choice", "choices", "day", "table", "attachment"})
COLUMN_KINDS = frozenset({"text", "money", "count", "share", "choice", "day"})


@dataclass(frozen=True, slots=True)
class ShownWhen:
    """Shown only when another question was answered with one of these values."""

    question: str
    answers: tuple[bool | int | str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer must keep to; None where there is no such limit."""

    max_length: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    max_rows: int | None = None
    min_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table question."""

    id: str
    kind: str
    label: Text
    is_required: bool = True
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Slot:
    """What may be attached to an answer."""

    types: tuple[str, ...]  # file name endings: pdf, docx, xlsx, jpg, png
    max_bytes: int
    max_files: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `feeds` names the fact its answer becomes; for a table it is the total of the
    column `feeds_from`, over the rows whose `feeds_where` column holds one of the given choices."""

    id: str
    kind: str
    label: Text
    help: Text
    is_required: bool = True
    unit: str = ""
    feeds: str = ""
    feeds_from: str = ""
    feeds_where: tuple[str, tuple[str, ...]] | None = None
    shown_when: ShownWhen | None = None
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()
    limits: Limits = Limits()
    slot: Slot | None = None
    is_personal: bool = False  # blanked by retention; never frozen into facts or events
    beneficiary: str = ""  # the kind of registration number it takes, where its answer names who benefits: hk_br


@dataclass(frozen=True, slots=True)
class Section:
    """Questions asked together, on one page."""

    id: str
    title: Text
    intro: Text
    questions: tuple[Question, ...]
    part: str = "applicant"  # applicant | partner | sponsor: whose part of the form it is


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form of one version of a scheme."""

    sections: tuple[Section, ...]
    _named: Mapping[str, Question] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named: dict[str, Question] = {}
        for asked in self.questions():
            named.setdefault(asked.id, asked)
        object.__setattr__(self, "_named", named)

    def questions(self) -> Iterator[Question]:
        """Walk all questions in order."""
        for section in self.sections:
            yield from section.questions

    def question(self, question: str) -> Question | None:
        """Find one question."""
        return self._named.get(question)

    @property
    def beneficiary(self) -> Question | None:
        """Find the question whose answer names who benefits, by registration number."""
        return next((asked for asked in self.questions() if asked.beneficiary), None)


Answers = Mapping[str, Any]


def is_shown(question: Question, answers: Answers, form: Form) -> bool:
    """Say whether a question is asked given the answers so far; one that depends on a question
    which is itself not asked is not asked either."""
    when = question.shown_when
    if when is None:
        return True
    asked = form.question(when.question)
    if asked is None or not is_shown(asked, answers, form):
        return False
    given = answers.get(when.question)
    chosen: Sequence[Any] = given if isinstance(given, (list, tuple)) else [given]
    return any(answer in when.answers for answer in chosen)


def facts_from(form: Form, answers: Answers, vocabulary: facts_.Vocabulary) -> dict[str, facts_.FactValue]:
    """Read the facts that answers feed, all of them declared.

    Answers are plain data: money in minor units, days written 2024-01-08, tables as lists of rows.
    Hidden and empty questions feed nothing; an answer of the wrong kind feeds nothing either, since
    a draft may be half typed (`problems` of the form is where it is told). Questions that feed one
    fact are added together.
    """
    totals: dict[str, Any] = {}
    for question in form.questions():
        if not question.feeds or not is_shown(question, answers, form):
            continue
        given = _fed_value(question, answers.get(question.id))
        if given is None:
            continue
        try:
            value = facts_.checked(vocabulary[question.feeds], given)
        except facts_.WrongFact:
            continue
        before = totals.get(question.feeds)
        totals[question.feeds] = value if before is None or not isinstance(value, int) else before + value
    return {name: facts_.FactValue(value) for name, value in totals.items()}


def _fed_value(question: Question, given: Any) -> Any:
    if question.kind != "table" or not isinstance(given, (list, tuple)):
        return None if given in (None, "", [], ()) else given
    rows = [row for row in given if isinstance(row, Mapping)]
    if question.feeds_where is not None:
        column, wanted = question.feeds_where
        rows = [row for row in rows if row.get(column) in wanted]
    cells = [row.get(question.feeds_from) for row in rows]
    numbers = [cell for cell in cells if type(cell) is int]
    return sum(numbers) if given else None
