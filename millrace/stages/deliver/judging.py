"""Judges at each claim and release what the scheme's rules judge again then — e.g. at most half of the spending in the Mainland.

The facts are worked out from the lines of claims: what was allowed so far, by place. A rule that fails bars the act; one that
is not yet known does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from millrace.core.refusal import Refusal
from millrace.core.rules import claimed, judge
from millrace.core.rules import facts as facts_
from millrace.core.rules.verdict import Outcome, RuleVerdict, rule_data, rule_from
from millrace.registers.cases.models import Case
from millrace.stages.apply import preview, terms
from millrace.stages.deliver.models import Claim, ClaimLine
from millrace.web.forms import said


@dataclass(frozen=True)
class Judged:
    """What the rules say of the claims so far, and the facts it rests on."""

    rules: tuple[RuleVerdict, ...]
    facts: dict[str, facts_.FactValue]

    def to_data(self) -> dict[str, Any]:
        """This will be plain data to keep with a claim; nothing where no rule is judged."""
        return {"facts": facts_.to_data(self.facts), "rules": [rule_data(rule) for rule in self.rules]} if self.rules else {}


def places(case: Case) -> list[tuple[str, str]]:
    """This will offer the places a line may be spent in, in the scheme's words; none where no rule asks."""
    if case.scheme_version is None:
        return []
    fact = claimed.place_of(terms.of_row(case.scheme_version).book)
    return [(choice.id, said(choice.label)) for choice in fact.choices] if fact else []


def judged(case: Case, on: date, *, claim: Claim | None = None) -> Judged:
    """This will judge all that was allowed by decided claims, and by the rulings on `claim`."""
    if case.scheme_version is None:
        return Judged((), {})
    book = terms.of_row(case.scheme_version).book
    if not claimed.asked(book):
        return Judged((), {})
    counted = Q(claim__state=Claim.State.DECIDED) | Q(claim=claim) if claim else Q(claim__state=Claim.State.DECIDED)
    lines = ClaimLine.objects.filter(counted, claim__case=case, allowed_cents__isnull=False)
    spent = [claimed.Spent(*row) for row in lines.values_list("head", "place", "allowed_cents")]
    facts = claimed.from_lines(book, spent)
    return Judged(judge.at_claim(book, facts, on=on), facts)


def must_hold(case: Case, found: Judged) -> None:
    """This will refuse to go on while a rule judged at claims fails, naming it with what was found."""
    failing = [rule for rule in found.rules if rule.outcome is Outcome.FAIL and rule.is_gate]
    if not failing:
        return
    told = preview.of_rules(failing, terms.of_row(case.scheme_version))[0]
    raise Refusal(
        "rule-broken-at-claim",
        what=_("A rule of the scheme that is judged at each claim does not hold."),
        why=_("%(rule)s Found over all claims so far: %(found)s."),
        next_step=_("Allow less of what breaks it, or ask the enterprise for other spending."),
        clause=failing[0].clause,
        values={"rule": told["rule"], "found": told["found"]},
    )


def in_words(case: Case, kept: dict[str, Any] | Sequence[RuleVerdict]) -> list[dict[str, Any]]:
    """This will say the rules judged at a claim, as kept with it or as just judged."""
    rules = [rule_from(row) for row in kept.get("rules", [])] if isinstance(kept, dict) else kept
    return preview.of_rules(rules, terms.of_row(case.scheme_version)) if rules else []
