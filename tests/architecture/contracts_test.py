"""Each import contract catches a seeded violation — e.g. a stage that imports a later stage breaks contract 3, by its name.

The package is copied to a scratch folder, one forbidden import is added, and the same linter with the same contracts is run.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# contract number → files added to the house, and what they say; the last named is the violation
VIOLATIONS: dict[int, dict[str, str]] = {
    1: {"millrace/registers/people/seeded.py": "import millrace.stages.plan"},
    2: {"millrace/core/seeded.py": "import random"},
    3: {"millrace/stages/plan/seeded.py": "import millrace.stages.learn"},
    4: {"millrace/registers/people/seeded.py": "import millrace.registers.ledger"},
    5: {"millrace/stages/apply/pages.py": "", "millrace/stages/apply/queries.py": "import millrace.stages.apply.pages"},
    6: {"millrace/stages/award/seeded.py": "import millrace.registers.ledger.models"},
    7: {"millrace/desks/audit/seeded.py": "import millrace.desks.finance"},
    8: {
        "millrace/core/seeded_one.py": "import millrace.core.seeded_two",
        "millrace/core/seeded_two.py": "import millrace.core.seeded_one",
    },
}


def _lint(folder: Path) -> str:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return run.stdout + run.stderr


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scratch copy of the package and its contracts."""
    copy = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__", "*.mo", "locale", "static", "templates")
    shutil.copytree(ROOT / "millrace", copy / "millrace", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_the_house_keeps_every_contract(house: Path) -> None:
    said = _lint(house)
    assert "8 kept, 0 broken" in said, said


@pytest.mark.parametrize("number", sorted(VIOLATIONS))
def test_a_seeded_violation_breaks_its_contract(house: Path, number: int, tmp_path: Path) -> None:
    broken = tmp_path / "house"
    shutil.copytree(house, broken)
    for path, line in VIOLATIONS[number].items():
        target = broken / path
        before = target.read_text() if target.exists() else '"""Seeded."""\n'
        target.write_text(f"{before}\n{line}\n")
    said = _lint(broken)
    # Underlined headings repeat the name without a verdict; "(12 ignored imports)" may follow one.
    verdicts = re.findall(rf"^{number}\. .* (KEPT|BROKEN)", said, re.MULTILINE)
    assert verdicts == ["BROKEN"], said
