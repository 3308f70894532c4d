"""Holds what is flagged of a claim line to what was noticed — e.g. two invoices just below the threshold that are one purchase."""

from datetime import date
from typing import Any

import pytest

from millrace.core.claim_lines import Flag, Line, Party, Watch, flags

DAY = date(2024, 5, 6)
WATCH = Watch(
    threshold_cents=200_000_00,
    just_below_basis_points=500,
    split_days=30,
    round_cents=10_000_00,
    parties=(Party(("Harbour Precision Ltd", "海港精密有限公司"), ("2000001",)),),
)


def line(number: int = 1, **changes: Any) -> Line:
    fields = {"claimed_cents": 120_000_01, "spent_on": DAY, "paid_on": DAY, "receipt": f"r{number}", "supplier": "Tools Ltd"}
    return Line(number, "machinery", **{**fields, "invoice": f"I-{number}", **changes})


def codes(*lines: Line, watch: Watch = WATCH) -> list[str]:
    return [flag.code for flag in flags(lines[0], lines, watch)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"is_related_supplier": True}, ["related_supplier"]),
        ({"supplier": "HARBOUR PRECISION LIMITED"}, ["related_supplier"]),
        ({"supplier": "海港精密"}, ["related_supplier"]),
        ({"supplier_registration": "200 0001"}, []),
        ({"supplier_registration": "2000001"}, ["related_supplier"]),
        ({"claimed_cents": 120_000_00}, ["round_sum"]),
        ({"claimed_cents": 189_999_99}, []),
        ({"claimed_cents": 190_000_01}, ["just_below_threshold"]),
        ({"claimed_cents": 199_999_99}, ["just_below_threshold"]),
        ({"claimed_cents": 200_000_01}, []),
        ({"spent_on": date(2024, 5, 11), "paid_on": date(2024, 5, 11)}, ["weekend"]),
        ({"paid_on": date(2024, 5, 5)}, ["paid_before_bought"]),
        ({"quantity_hundredths": 12_00, "unit_price_cents": 10_000_00}, ["arithmetic"]),
        ({"quantity_hundredths": 3_00, "unit_price_cents": 40_000_00, "claimed_cents": 119_999_99}, ["arithmetic"]),
        ({"quantity_hundredths": 3_00, "unit_price_cents": 40_000_00, "claimed_cents": 120_000_00}, ["round_sum"]),
        ({"quantity_hundredths": 1_50, "unit_price_cents": 333_33, "claimed_cents": 499_99}, []),
        ({"quantity_hundredths": 1_50, "unit_price_cents": 333_33, "claimed_cents": 500_00}, []),
        ({"quantity_hundredths": 2_00, "unit_price_cents": 100_00, "invoiced_cents": 200_00}, []),
    ],
)
def test_one_line_alone(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(line(**changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"receipt": "r1"}, ["same_receipt", "split_invoice"]),
        ({"invoice": "i 01"}, ["same_invoice", "split_invoice"]),
        ({"invoice": "i 01", "supplier": "Harbour Catering"}, []),
        ({"claimed_cents": 120_000_01, "supplier": "Harbour Catering"}, ["same_amount_and_day"]),
        ({"supplier": "TOOLS LIMITED"}, ["split_invoice"]),
        ({"spent_on": date(2024, 6, 5)}, ["split_invoice"]),
        ({"spent_on": date(2024, 6, 6)}, []),
        ({"claimed_cents": 79_999_98}, []),
        ({"claimed_cents": 79_999_99}, ["split_invoice"]),
        ({"claimed_cents": 250_000_00}, []),
    ],
)
def test_one_line_beside_another(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(line(), line(2, **{"claimed_cents": 100_000_01} | changes)) == expected


def test_a_flag_names_the_lines_of_earlier_claims_and_the_figures() -> None:
    earlier = line(1, claim=3, receipt="r9", claimed_cents=90_000_01, invoice="I-9")
    found = flags(line(), [line()], Watch(threshold_cents=200_000_00, split_days=30, earlier=(earlier,)))
    assert found == (Flag("split_invoice", ((3, 1),), {"together_cents": 210_000_02, "threshold_cents": 200_000_00, "days": 30}),)
