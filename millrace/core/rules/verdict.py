"""What a judgement says: per rule the outcome, what was required, what was found and what would
change it — kept as data, so that it can be stored, hashed and replayed.

For a second application under the scheme of 2020: rule `one-at-a-time`, fail, required "fewer than
1 project", found "1 project (computed)".
"""

import enum
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from millrace.core import support

Plain = bool | int | str | list[str]


class Outcome(enum.StrEnum):
    """The three answers of a rule."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "not_yet_known"


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Fail if any fails; else not yet known if any is; else pass."""
    answer = Outcome.PASS
    for outcome in outcomes:
        if outcome is Outcome.FAIL:
            return outcome
        if outcome is Outcome.UNKNOWN:
            answer = outcome
    return answer


def any_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Pass if any passes; else not yet known if any is; else fail."""
    answer = Outcome.FAIL
    for outcome in outcomes:
        if outcome is Outcome.PASS:
            return outcome
        if outcome is Outcome.UNKNOWN:
            answer = outcome
    return answer


def negated(outcome: Outcome) -> Outcome:
    """Turn pass and fail round."""
    return {Outcome.PASS: Outcome.FAIL, Outcome.FAIL: Outcome.PASS}.get(outcome, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Check:
    """One node of a rule's reading: a comparison, or `all`, `any` or `not` over its parts.

    `required` and `found` are in `unit`; `found` is None while the fact is not known. A check whose
    fact is only declared where proof is needed is not yet known, and `needs_proof` says so.
    """

    how: str
    outcome: Outcome
    fact: str = ""
    required: Plain | None = None
    found: Plain | None = None
    unit: str = ""
    standing: str = ""
    needs_proof: bool = False
    parts: tuple["Check", ...] = ()

    def leaves(self) -> list["Check"]:
        """List the comparisons below, in reading order."""
        return [leaf for part in self.parts for leaf in part.leaves()] if self.parts else [self]


@dataclass(frozen=True, slots=True)
class Change:
    """What would change a rule's outcome: `fact` should be raised or lowered by `by` to `to`,
    become or stop being `to`, be told (`tell`), or be established by us (`prove`)."""

    fact: str
    how: str  # raise | lower | become | not_be | tell | prove | wait
    to: Plain | None = None
    by: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What one rule says of the facts.

    `is_gate` rules decide the whole; others (tracks, terms) only inform. `limits_amount` is true
    when this rule set the amount. An unpublished rule is illustrative and labelled so.
    """

    rule: str
    kind: str
    outcome: Outcome
    clause: str
    source: str
    is_gate: bool = True
    is_published: bool = True
    limits_amount: bool = False
    check: Check | None = None
    changes: tuple[Change, ...] = ()

    @property
    def required(self) -> Check | None:
        """Give the comparison that decided, whose `required` and `found` a summary shows."""
        if self.check is None:
            return None
        leaves = self.check.leaves()
        return next((leaf for leaf in leaves if leaf.outcome is self.outcome), leaves[0])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one version of a scheme says of one set of facts on one day.

    `as_told` is true when limits were read from what the applicant declares (a finder's answer or a
    preview); such a verdict never admits a case.
    """

    scheme: str
    version: str
    version_sha256: str
    on: date
    as_told: bool
    outcome: Outcome
    rules: tuple[RuleVerdict, ...]
    amount: support.Step
    track: str | None
    facts: dict[str, Any]

    def rule(self, rule: str) -> RuleVerdict:
        """Find what one rule said."""
        return next(said for said in self.rules if said.rule == rule)

    @property
    def fit(self) -> Outcome:
        """Say whether the scheme fits, leaving aside whether a call is open on the day."""
        return all_of(said.outcome for said in self.rules if said.is_gate and said.kind != "window")

    @property
    def failed(self) -> tuple[RuleVerdict, ...]:
        """List the gates that failed: the reasons of a refusal, by clause."""
        return tuple(said for said in self.rules if said.is_gate and said.outcome is Outcome.FAIL)

    @property
    def amount_cents(self) -> int | None:
        """Give the amount the rules would give, in minor units, when it is known."""
        return self.amount.value

    def to_data(self) -> dict[str, Any]:
        """Give the verdict as plain data, the same for the same judgement."""
        return {
            "scheme": self.scheme,
            "version": self.version,
            "version_sha256": self.version_sha256,
            "on": self.on.isoformat(),
            "as_told": self.as_told,
            "outcome": str(self.outcome),
            "track": self.track,
            "amount": self.amount.to_data(),
            "rules": [rule_data(said) for said in self.rules],
            "facts": self.facts,
        }

    def canonical_bytes(self) -> bytes:
        """Give the bytes to hash and compare."""
        return json.dumps(self.to_data(), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def sha256(self) -> str:
        """Give the hash of the canonical bytes."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()


def from_data(data: dict[str, Any]) -> Verdict:
    """Build a stored verdict back."""
    return Verdict(
        scheme=data["scheme"],
        version=data["version"],
        version_sha256=data["version_sha256"],
        on=date.fromisoformat(data["on"]),
        as_told=data["as_told"],
        outcome=Outcome(data["outcome"]),
        rules=tuple(rule_from(rule) for rule in data["rules"]),
        amount=support.from_data(data["amount"]),
        track=data["track"],
        facts=data["facts"],
    )


def rule_data(said: RuleVerdict) -> dict[str, Any]:
    """Give what was said of one rule as plain data."""
    return {
        "rule": said.rule,
        "kind": said.kind,
        "outcome": str(said.outcome),
        "clause": said.clause,
        "source": said.source,
        "is_gate": said.is_gate,
        "is_published": said.is_published,
        "limits_amount": said.limits_amount,
        "check": None if said.check is None else _check_data(said.check),
        "changes": [
            {"fact": change.fact, "how": change.how, "to": change.to, "by": change.by, "unit": change.unit} for change in said.changes
        ],
    }


def _check_data(check: Check) -> dict[str, Any]:
    if check.parts:
        return {"how": check.how, "outcome": str(check.outcome), "parts": [_check_data(part) for part in check.parts]}
    return {
        "how": check.how,
        "outcome": str(check.outcome),
        "fact": check.fact,
        "required": check.required,
        "found": check.found,
        "unit": check.unit,
        "standing": check.standing,
        "needs_proof": check.needs_proof,
    }


def rule_from(data: dict[str, Any]) -> RuleVerdict:
    """Build what was said of one rule back."""
    return RuleVerdict(
        rule=data["rule"],
        kind=data["kind"],
        outcome=Outcome(data["outcome"]),
        clause=data["clause"],
        source=data["source"],
        is_gate=data["is_gate"],
        is_published=data["is_published"],
        limits_amount=data["limits_amount"],
        check=None if data["check"] is None else _check_from(data["check"]),
        changes=tuple(Change(**change) for change in data["changes"]),
    )


def _check_from(data: dict[str, Any]) -> Check:
    plain = {key: value for key, value in data.items() if key not in ("outcome", "parts")}
    parts = tuple(_check_from(part) for part in data.get("parts", ()))
    return Check(outcome=Outcome(data["outcome"]), parts=parts, **plain)
