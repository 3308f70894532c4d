"""Proves how what a case was put under is worded — e.g. `tsssu_o`, a stream, and `biotechnology`, a sector that forms offer."""

from typing import Any

import pytest
from django.utils import translation

from millrace.web import schemes


@pytest.mark.parametrize(
    ("language", "column", "code", "words"),
    [
        ("en", "stream", "tsssu_o", "TSSSU-O"),
        ("en", "sector", "biotechnology", "Biotechnology"),
        ("zh-hant", "sector", "biotechnology", "生物科技"),
        ("en", "sector", "never_offered", "never_offered"),
    ],
)
def test_a_group_is_worded_and_one_that_nothing_words_is_shown_by_its_code(
    hong_kong: Any, language: str, column: str, code: str, words: str
) -> None:
    with translation.override(language):
        assert words in schemes.group_title(column, code)
