"""Words what assessment knows for its pages — e.g. the mean of two reviews, 71.0 of 100, labelled where weights are illustrative."""

from typing import Any

from django.utils.translation import get_language

from millrace.core.rules import bodies, explain, rulebook
from millrace.core.rules.verdict import Verdict
from millrace.stages.assess import judging, queries
from millrace.web.forms import said


def rule_choices(book: rulebook.SchemeVersion, verdict: Verdict) -> list[tuple[str, str]]:
    """This will offer the gates of a verdict as reasons, clause first."""
    language = get_language() or "en"
    return [(gate.rule, _rule(book, gate.rule, language)) for gate in judging.standing_gates(verdict)]


def _rule(book: rulebook.SchemeVersion, rule: str, language: str) -> str:
    found = book.rule(rule)
    return ": ".join(filter(None, [found.heading.said_in(language), explain.statement(found, book, language)]))


def reason_choices(book: rulebook.SchemeVersion) -> list[tuple[str, str]]:
    """This will offer the scheme's criteria, and then its rules, as reasons of advice or refusal."""
    language = get_language() or "en"
    criteria = [(one.id, said(one.title)) for one in book.criteria]
    rules = [(rule.id, _rule(book, rule.id, language)) for rule in book.rules if not isinstance(rule.body, bodies.Term)]
    return criteria + rules


def reason_words(book: rulebook.SchemeVersion, codes: list[str]) -> list[str]:
    """This will say reasons by their codes."""
    known = dict(reason_choices(book))
    return [known.get(code, code) for code in codes]


def stage_choices(book: rulebook.SchemeVersion) -> list[tuple[str, str]]:
    """This will offer the scheme's stages by number; none where it has only one."""
    return [(str(number), said(stage.title)) for number, stage in enumerate(book.stages, start=1)]


def tenths(value: int) -> str:
    """This will write tenths of a mark: 710 is 71.0."""
    return f"{value // 10}.{value % 10}"


def scores(found: queries.Scores, book: rulebook.SchemeVersion) -> dict[str, Any]:
    """This will lay out the reviews: one row for each, and the means."""
    criteria: list[dict[str, Any]] = [{"id": one.id, "title": said(one.title), "weight": one.weight_percent} for one in book.criteria]
    rows = [
        {
            "person": review.assignment.person.get_full_name(),
            "role": review.assignment.get_role_display(),
            "version": review.version,
            "total": tenths(review.total_tenths),
            "is_supporting": review.is_supporting,
            "summary": review.summary,
            "comments": [(one["title"], review.comments[one["id"]]) for one in criteria if one["id"] in review.comments],
        }
        for review in found.reviews
    ]
    told = found.summary
    for one in criteria:
        one["marks"] = [(row["person"], review.marks.get(one["id"], "")) for row, review in zip(rows, found.reviews, strict=True)]
        one["mean"] = tenths(told.by_criterion_tenths[one["id"]]) if told else ""
    return {
        "criteria": criteria,
        "reviews": rows,
        "mean": tenths(told.total_tenths) if told else "",
        "spread": tenths(told.spread_tenths) if told else "",
        "is_illustrative": told.is_illustrative if told else False,
    }
