"""What lies before the judge: a version, facts and a day, and how its conditions and numbers read from them.

On 15 July 2025, with HK$45,000,000 of cost declared and one open project counted, `number("open_projects")` is 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from millrace.core import support
from millrace.core.rules import conditions
from millrace.core.rules import facts as facts_
from millrace.core.rules.bodies import Option
from millrace.core.rules.conditions import Condition
from millrace.core.rules.facts import Facts, Standing
from millrace.core.rules.rulebook import SchemeVersion
from millrace.core.rules.verdict import Change, Check, Outcome
from millrace.core.support import Step


@dataclass(frozen=True, slots=True)
class Bench:
    """A version, the facts, the day, and whether limits may be read from what was only declared."""

    version: SchemeVersion
    facts: Facts
    on: date
    as_told: bool

    @property
    def vocabulary(self) -> facts_.Vocabulary:
        """Give the facts the version may speak of."""
        return self.version.vocabulary.facts

    def read(self, condition: Condition, *, is_limit: bool = False) -> Check:
        """Read a condition; a limit needs proof unless everything is read as told."""
        return conditions.read(condition, self.facts, self.vocabulary, needs_proof=is_limit and not self.as_told)

    def holds(self, *when: Condition | None) -> Outcome:
        """Say whether all of the conditions hold; one that is not there does."""
        outcome = Outcome.PASS
        for one in when:
            if one is None:
                continue
            found = self.read(one).outcome
            if found is Outcome.FAIL:
                return Outcome.FAIL
            if found is Outcome.UNKNOWN:
                outcome = Outcome.UNKNOWN
        return outcome

    def changes(self, check: Check) -> tuple[Change, ...]:
        """List what would change a reading."""
        return conditions.changes(check, self.facts, self.vocabulary)

    def number(self, fact: str) -> int | None:
        """Give a fact's number; None while it is not known."""
        found = facts_.value_of(fact, self.facts, self.vocabulary)
        return found.value if found is not None and type(found.value) is int else None

    def proven_number(self, fact: str) -> int | None:
        """Give a fact's number, unless it was only declared where proof is needed."""
        found = facts_.value_of(fact, self.facts, self.vocabulary)
        is_told = found is not None and found.standing is Standing.DECLARED
        return None if is_told and not self.as_told else self.number(fact)

    def given(self, fact: str, *, is_counted: bool = True) -> Step:
        """Give a fact as the first step of an arithmetic; unknown where it is not known whether it counts."""
        return support.given(fact, self.number(fact) if is_counted else None, unit=self.vocabulary[fact].unit)

    def chosen(self, options: Sequence[Option]) -> tuple[Outcome, Option | None]:
        """Give the first option that holds: fail where none does, not yet known where an earlier one may."""
        for option in options:
            holds = self.holds(option.when)
            if holds is not Outcome.FAIL:
                return holds, option if holds is Outcome.PASS else None
        return Outcome.FAIL, None
