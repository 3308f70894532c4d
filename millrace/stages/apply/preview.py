"""Says what the rules make of a draft as it stands, with the arithmetic — e.g. "would give HK$10,000,000", one third of the cost.

A preview reads limits from what we counted just now; it decides nothing. The same words serve the stored verdict of a case.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from millrace.core.rules import explain, verdict
from millrace.core.rules.verdict import Outcome, RuleVerdict, Verdict
from millrace.stages.apply.ready import Gathered
from millrace.stages.apply.terms import Terms
from millrace.web import forms as described
from millrace.web import words


@dataclass(frozen=True)
class Shown:
    """One version's verdict in words: rules with what would change them, and how the amount comes about."""

    version: str
    title: str
    outcome: str  # pass | fail | unknown
    findings: list[dict[str, Any]]
    arithmetic: list[dict[str, Any]]
    amount_cents: int | None
    unit: str
    failed_count: int
    unknown_count: int


def of_draft(gathered: Gathered) -> list[Shown]:
    """This will preview a draft under each version that may be in force."""
    return [in_words(gathered.judged(held, as_told=True).said, held) for held in gathered.rules.candidates]


def of_stored(stored: dict[str, Any], held: Terms) -> Shown:
    """This will say a stored verdict in words."""
    return in_words(verdict.from_data(stored), held)


def in_words(said: Verdict, held: Terms) -> Shown:
    """This will say a verdict in the reader's language."""
    language = get_language() or "en"
    gates = [sentence for sentence in explain.sentences(said, held.book, language) if sentence.is_gate and sentence.kind != "window"]
    return Shown(
        version=held.row.version,
        title=described.said(held.book.title),
        outcome=_outcome(verdict.all_of(gate.outcome for gate in gates)),
        findings=[_finding(gate) for gate in gates],
        arithmetic=[_line(line) for line in explain.amount_lines(said, held.book, language)],
        amount_cents=said.amount_cents,
        unit=held.book.unit,
        failed_count=sum(gate.outcome is Outcome.FAIL for gate in gates),
        unknown_count=sum(gate.outcome is Outcome.UNKNOWN for gate in gates),
    )


def of_rules(said: Iterable[RuleVerdict], held: Terms) -> list[dict[str, Any]]:
    """This will say some rules in the reader's language, such as those judged again at a claim."""
    return [_finding(sentence) for sentence in explain.rule_sentences(said, held.book, get_language() or "en")]


def _outcome(outcome: Outcome) -> str:
    return "unknown" if outcome is Outcome.UNKNOWN else str(outcome)


def _finding(sentence: explain.Sentence) -> dict[str, Any]:
    first = next((finding for finding in sentence.findings if finding.outcome is sentence.outcome), None)
    return {
        "outcome": _outcome(sentence.outcome),
        "rule": sentence.statement,
        "required": f"{first.label}: {first.required}" if first else "",
        "found": " · ".join(filter(None, [first.found, first.standing])) if first else "",
        "would_change": " ".join(sentence.remedies),
        "clause": " · ".join(filter(None, [sentence.clause, sentence.label])),
        "clause_url": sentence.source.url if sentence.source else "",
    }


def _line(line: explain.AmountLine) -> dict[str, Any]:
    return {"op": "", "label": line.label, "amount": line.value, "note": line.clause, "total": line.depth == 0}


def amount_text(shown: Shown) -> str:
    """This will write the amount the rules would give, or nothing while it is not known."""
    return words.amount(shown.amount_cents, shown.unit) if shown.amount_cents is not None else ""
