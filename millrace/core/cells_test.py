"""What begins like a formula is written as words, whatever made it — e.g. "=HYPERLINK(1)"."""

import pytest

from millrace.core import cells


@pytest.mark.parametrize("text", ["=1+1", "+852 2123 4567", "-1", "@a", "\tx", "\rx"])
def test_a_formula_is_words(text: str) -> None:
    assert cells.safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "NIFS", "智能 = 生產"])
def test_words_stay_as_they_are(text: str) -> None:
    assert cells.safe(text) == text
