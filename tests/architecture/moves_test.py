"""A case's status changes by a move of core/lifecycle and in no other way — e.g. nobody writes `case.status = "closed"` anywhere.

Only stages/apply/moves.py sets a status, and it refuses what the table does not lead to; a submission takes its status from there.
Each check is proven by a seeded violation.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from millrace.core import lifecycle
from millrace.core.refusal import Refusal
from millrace.stages.apply import moves

ROOT = Path(__file__).resolve().parents[2]
SQL = re.compile(r"\bupdate\s+(only\s+)?\"?cases_case\"?\s", re.IGNORECASE)


def faults(name: str, source: str) -> Iterator[str]:
    """Every place that gives a case a status past the table: by assignment, by name, by update, on making it or in SQL."""
    tree = ast.parse(source)
    speaks_of_cases = "registers.cases" in source
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
            and any(map(_is_status, _targets(node)))
            and not _is_must(node.value)
        ):
            yield f"{name}:{node.lineno}: sets a case's status past the table of moves"
        if isinstance(node, ast.Call) and _names_status(node, speaks_of_cases):
            yield f"{name}:{node.lineno}: gives a case a status past the table of moves"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            yield f"{name}:{node.lineno}: updates the table of cases in SQL"


def _targets(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[ast.expr]:
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _is_status(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "status"


def _is_must(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "moves.must"


def _names_status(node: ast.Call, speaks_of_cases: bool) -> bool:
    called, words = ast.unparse(node.func), {word.arg for word in node.keywords}
    if called == "setattr":
        return len(node.args) > 1 and ast.unparse(node.args[1]) == "'status'"
    if called.endswith("bulk_update"):
        return "'status'" in ast.unparse(node)
    makes = called in ("Case", "models.Case") or called.endswith(("Case.objects.create", "Case.objects.update_or_create"))
    return "status" in words and (makes or (called.endswith(".update") and speaks_of_cases))


def test_only_moves_sets_a_status() -> None:
    mine = [path for path in ROOT.glob("millrace/**/*.py") if not path.name.endswith(("_test.py", "conftest.py"))]
    mine = [path for path in mine if "/testing/" not in str(path)]
    assert len(mine) > 300
    assert [fault for path in mine for fault in faults(str(path.relative_to(ROOT)), path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "source",
    [
        'case.status = "closed"',
        'row.status = "closed"',
        'self.case.status, x = "closed", 1',
        'case.status: str = "closed"',
        'setattr(case, "status", "closed")',
        'from millrace.registers.cases.models import Case\nCase.objects.filter(pk=1).update(status="closed")',
        'Case.objects.create(reference="NIFS-7KQ2-M4XD", status="closed")',
        'Case.objects.bulk_update(rows, ["status"])',
        "cursor.execute(\"UPDATE cases_case SET status = 'closed'\")",
    ],
)
def test_a_seeded_status_is_named(source: str) -> None:
    assert list(faults("seeded.py", source))


class Held(SimpleNamespace):
    """A case without a database."""

    saved: Any = None

    def save(self, *, update_fields: list[str]) -> None:
        self.saved = update_fields


@pytest.mark.parametrize("status", lifecycle.STATUSES)
def test_no_status_is_reached_but_by_the_table(status: str) -> None:
    """From every status: what the table leads to is set, anything else stops the action and changes nothing."""
    permitted = lifecycle.next_statuses(("authority",), status)
    for wanted in lifecycle.STATUSES:
        case = Held(reference="NIFS-7KQ2-M4XD", status=status, scheme_version=None)
        if wanted in permitted or wanted == status:
            moves.to(case, wanted, on=None)  # type: ignore[arg-type]  # neither a row nor a day is needed to decide
            assert case.status == wanted
        else:
            with pytest.raises(RuntimeError, match="no move of"):
                moves.to(case, wanted, on=None)  # type: ignore[arg-type]  # as above
            assert (case.status, case.saved) == (status, None)


def test_a_person_is_told_in_words() -> None:
    case = Held(reference="NIFS-7KQ2-M4XD", status="closed", scheme_version=None)
    with pytest.raises(Refusal) as no:
        moves.must(case, "approve")  # type: ignore[arg-type]  # not a row
    assert no.value.code == "not-now"
