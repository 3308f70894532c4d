"""The year turns on its first day — e.g. 1 April in Hong Kong."""

from datetime import date

import pytest

from millrace.core import financial_year


@pytest.mark.parametrize(
    ("on", "starts", "name"),
    [
        (date(2026, 3, 31), "04-01", "2025-26"),
        (date(2026, 4, 1), "04-01", "2026-27"),
        (date(2099, 12, 31), "04-01", "2099-00"),
        (date(2026, 1, 1), "01-01", "2026"),
    ],
)
def test_the_year_turns_on_its_first_day(on: date, starts: str, name: str) -> None:
    assert financial_year.of(on, starts=starts) == name
