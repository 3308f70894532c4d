"""What the policy desk gathers: what was published when, and what another version would have meant for past cases.

For example: the cases of 2023 judged again under the NIFS version of 8 January 2024 — who gains, who loses, and by which rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from millrace.core.rules import compare, facts
from millrace.core.rules.compare import Comparison, PastCase
from millrace.core.rules.rulebook import Rule, SchemeVersion
from millrace.registers.cases.models import Case, Verdict
from millrace.registers.policy import models

MOST_CASES = 2_000


@dataclass(frozen=True)
class Tried:
    """A comparison, and how many past cases it rests on."""

    comparison: Comparison
    case_count: int
    is_cut: bool


def publications(scheme: str) -> list[models.SchemeVersion]:
    """This will list every text of a scheme ever published, errata among them, newest first."""
    rows = models.SchemeVersion.objects.filter(scheme=scheme).defer("text").select_related("published_by")
    return list(rows.order_by("-published_at", "-id"))


def tried(before: SchemeVersion, after: SchemeVersion, cases: Iterable[Case]) -> Tried:
    """This will judge the frozen facts of past submissions under both versions; tests and what this person may not see are left out."""
    rows = Verdict.objects.filter(case__in=cases, case__scheme=before.scheme, case__is_test=False, purpose="submission")
    rows = rows.order_by("case", "-recorded_at", "-id").distinct("case").select_related("case")
    held = list(rows[: MOST_CASES + 1])
    known = {**before.vocabulary.facts, **after.vocabulary.facts}
    past = [PastCase(row.case.reference, row.judged_on, _facts(row, known)) for row in held[:MOST_CASES]]
    return Tried(compare.compare(before, after, past), len(past), len(held) > MOST_CASES)


def _facts(row: Verdict, known: facts.Vocabulary) -> facts.Facts:
    return facts.read(known, {name: value for name, value in row.facts.items() if name in known})


def changed(before: SchemeVersion, after: SchemeVersion) -> list[tuple[Rule | None, Rule | None]]:
    """This will pair the rules that two versions say differently; None where a version does not have the rule."""
    earlier, later = ({rule.id: rule for rule in version.rules} for version in (before, after))
    names = dict.fromkeys([*earlier, *later])
    pairs = [(earlier.get(name), later.get(name)) for name in names]
    return [(old, new) for old, new in pairs if old is None or new is None or (old.body, old.statement) != (new.body, new.statement)]
