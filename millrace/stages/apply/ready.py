"""Gathers all that a draft's judgement needs and says what still keeps it from being signed — e.g. a sponsor who has not confirmed.

The preview beside the form, the check page before signing and the submission itself ask here, so that they cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from millrace.core.rules import facts as facts_
from millrace.core.rules import form, judge, rulebook
from millrace.core.rules.verdict import Outcome, Verdict
from millrace.registers.cases.models import Case
from millrace.registers.documents import queries as documents
from millrace.registers.documents.models import Document
from millrace.stages.apply import beneficiaries, facts, queries, terms
from millrace.stages.apply.models import Draft, Part
from millrace.stages.call import queries as calls
from millrace.web import forms as described


@dataclass(frozen=True)
class Problem:
    """One question still to be answered, or answered wrongly."""

    section: str
    question: str
    sentence: str
    part: Part | None = None


@dataclass(frozen=True)
class Gathered:
    """One draft at one moment: its rules, answers, parts, files and call."""

    case: Case
    draft: Draft
    rules: terms.InForce
    saved: queries.Saved
    parts: tuple[Part, ...]
    documents: tuple[Document, ...]
    closes_at: datetime | None

    @property
    def held(self) -> terms.Terms:
        """The version the draft stands under, if that may be in force; else the one that is."""
        return self.rules.find(self.draft.version_id) or self.rules.terms

    @property
    def is_under_rules_in_force(self) -> bool:
        return self.rules.find(self.draft.version_id) is not None

    def problems(self, book: rulebook.SchemeVersion) -> list[Problem]:
        """What is missing or wrong in the lead's sections and in each part's, with the sentence to show."""
        held = [document.place for document in self.documents if document.state != Document.State.REFUSED]
        sides = [("applicant", None), *((part.role, part) for part in self.parts)]
        found = [
            Problem(section.id, question.id, sentence, part)
            for side, part in sides
            for section, question, sentence in described.problems(book.form, self.saved.as_typed(part), part=side, files_held=held)
        ]
        return found + self._unreadable_beneficiary(book)

    def _unreadable_beneficiary(self, book: rulebook.SchemeVersion) -> list[Problem]:
        given = beneficiaries.number(book.form, self.saved.answers())
        if given is None or given.is_good:
            return []
        asked = book.form.beneficiary
        section = next(one for one in book.form.sections if asked in one.questions)
        return [Problem(section.id, asked.id, _("This number has the wrong form. Write it as it stands on the certificate."))]

    @property
    def beneficiary(self) -> str:
        """Who benefits by the answers, as it is kept with the case; "" where the form asks no such number."""
        return beneficiaries.key(self.rules.terms.book.form, self.saved.answers())

    def facts(self, book: rulebook.SchemeVersion) -> dict[str, facts_.FactValue]:
        """Every fact known; what parts declare is added to what the lead declares."""
        applying = facts.Applying(self.case.lead, self.draft.call, self.case, self.rules.on)
        found = facts.gathered(book, self.saved.answers(), applying)
        for part in self.parts:
            own = form.Form(queries.sections_for(book.form, part.role))
            for name, value in form.facts_from(own, self.saved.answers(part), book.vocabulary.facts).items():
                found[name] = _together(found.get(name), value)
        return found

    def judged(self, on_terms: terms.Terms, *, as_told: bool) -> "Judged":
        """What one version says of the draft today. Limits are counted anew each time: call it under the locks that guard them."""
        known = self.facts(on_terms.book)
        return Judged(on_terms, known, judge.judge(on_terms.book, known, on=self.rules.on, as_told=as_told))


@dataclass(frozen=True)
class Judged:
    """A version, the facts it was asked about, and what it says of them."""

    terms: terms.Terms
    facts: Mapping[str, facts_.FactValue]
    said: Verdict


def _together(first: facts_.FactValue | None, second: facts_.FactValue) -> facts_.FactValue:
    is_sum = first is not None and type(first.value) is int and type(second.value) is int
    if first is None or not is_sum:
        return second
    return facts_.FactValue(first.value + second.value, facts_.weakest([first.standing, second.standing]))


def gather(case: Case, *, at: datetime) -> Gathered:
    """This will read one draft as it is now; five queries and the policy by its hash."""
    draft = queries.draft_of(case)
    if draft is None:
        raise LookupError(f"{case.reference} has no draft")
    return Gathered(
        case=case,
        draft=draft,
        rules=terms.under_test(draft.version, at) if case.is_test else terms.in_force(case.scheme, at),
        saved=queries.saved_answers(case),
        parts=tuple(queries.parts_of(case)),
        documents=tuple(documents.documents_of(case)),
        closes_at=calls.closing_moment(draft.call, case.lead),
    )


def failed_rules(said: Verdict) -> list[str]:
    """This will name the gates that failed, the window apart: that one is told by its moment, not by its day."""
    return [rule.rule for rule in said.rules if rule.is_gate and rule.outcome is Outcome.FAIL and rule.kind != "window"]
