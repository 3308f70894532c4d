"""Holds the measures of handling to their days, schemes and provenance — e.g. RAISe+'s own tolerance before the common one."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from millrace.core import toml_text
from millrace.core.policy_folder import handling, read

LANGUAGES = ("en",)
WORDED = 'title = { en = "Tolerance" }'


def read_text(text: str) -> tuple[handling.Handling, list[Any]]:
    findings: list[Any] = []
    document = toml_text.parse("handling.toml", text.encode(), findings)
    made = handling.read(document.root, LANGUAGES)
    document.root.finish()
    return made, findings


def measure(*values: str) -> str:
    return f'[[measures]]\nid = "tolerance"\nunit = "basis_points"\n{WORDED}\n' + "\n".join(f"[[measures.values]]\n{one}" for one in values)


PUBLISHED = 'published = true\nclause = { en = "5.2" }\nsource = "guide"'
ILLUSTRATIVE = 'published = false\nwhy = { en = "Not found." }'


def test_a_schemes_own_value_stands_before_the_common_one_and_each_from_its_day() -> None:
    common = f'from = "2020-01-01"\nnumber = 1000\n{ILLUSTRATIVE}'
    later = f'from = "2024-01-01"\nnumber = 1500\n{PUBLISHED}'
    own = f'from = "2022-01-01"\nnumber = 500\nschemes = ["raise-plus"]\n{PUBLISHED}'
    made, findings = read_text(measure(later, own, common))
    assert findings == []
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2023, 1, 1), date(2024, 1, 1)]
    assert [made.number("tolerance", "nifs", day, -1) for day in days] == [-1, 1000, 1000, 1500]
    assert [made.number("tolerance", "raise-plus", day, -1) for day in days] == [-1, 1000, 500, 500]
    found = made.found("tolerance", "raise-plus", days[-1])
    assert found is not None
    assert found.as_json() == {
        "measure": "tolerance",
        "number": 500,
        "from": "2022-01-01",
        "title": {"en": "Tolerance"},
        "clause": {"en": "5.2"},
        "source": "guide",
        "published": True,
    }


def test_the_first_day_is_that_of_the_first_value_of_any_measure_that_holds_for_the_scheme_for_certain() -> None:
    own = f'from = "2022-01"\nnumber = 500\nschemes = ["raise-plus"]\n{PUBLISHED}'
    made, findings = read_text(measure(f'from = "2024-01-01"\nnumber = 1\n{PUBLISHED}', own))
    assert findings == []
    told = [made.first_day(["unheard-of", "tolerance"], scheme) for scheme in ("nifs", "raise-plus")]
    assert told == [date(2024, 1, 1), date(2022, 1, 31)]
    assert made.first_day(["unheard-of"], "nifs") is None and made.of_group("") == ("tolerance",)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('from = "2020-01-01"\nnumber = 10', "a published value names its source"),
        ('from = "2020-01-01"\nnumber = 10\npublished = false', "why is missing"),
        (f'from = "soon"\nnumber = 10\n{ILLUSTRATIVE}', "from must be a day"),
        (f'from = "2020-01-01"\nnumber = -1\n{ILLUSTRATIVE}', "number must be at least 0"),
        (f'from = "2020-01-01"\nnumber = 1\nuntil = "x"\n{ILLUSTRATIVE}', "until is not known here"),
    ],
)
def test_what_is_amiss_is_found(value: str, message: str) -> None:
    _made, findings = read_text(measure(value))
    assert any(message in str(one) for one in findings), findings


def test_the_folder_of_the_house_is_read_and_reads_back_from_its_paper() -> None:
    folder = Path(__file__).resolve().parents[3] / "policies" / "hong-kong"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    policy = read.policy(files)
    paper = next(one for one in policy.papers if one.kind == "handling")
    assert read.from_paper("handling", paper.text) == policy.handling
    assert policy.handling.group("in_kind_rate", "raise-plus", date(2026, 1, 1))
    del files["handling.toml"]
    assert read.policy(files).handling == handling.NONE
    files["handling.toml"] = (measure(f'from = "2020-01-01"\nnumber = 1\nschemes = ["nowhere"]\n{ILLUSTRATIVE}')).encode()
    with pytest.raises(toml_text.Unreadable, match="nowhere"):
        read.policy(files)
