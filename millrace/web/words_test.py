"""What amounts read like — e.g. 240 tool-hours of a pilot line, in three languages."""

import pytest
from django.utils import translation

from millrace.web import words


@pytest.mark.parametrize(
    ("language", "units", "unit", "said"),
    [
        ("en", 240, "tool_hours", "240 tool-hours"),
        ("en", 1, "gpu_hours", "1 GPU-hour"),
        ("en", 4_000, "gpu_hours", "4,000 GPU-hours"),
        ("zh-hant", 240, "tool_hours", "240 機時"),
        ("zh-hans", 4_000, "gpu_hours", "4,000 GPU小时"),
        ("en", 123_450, "HKD", "HK$1,234.50"),
        ("en", 3, "wafers", "3 wafers"),
    ],
)
def test_an_amount_names_its_unit(language: str, units: int, unit: str, said: str) -> None:
    with translation.override(language):
        assert words.amount(units, unit) == said
