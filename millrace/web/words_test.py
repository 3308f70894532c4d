"""What amounts read like — e.g. 240 tool-hours of a pilot line, in three languages."""

from typing import Any

import pytest
from django.utils import translation

from millrace.core.figures import rounding
from millrace.core.policy_folder import blueprint
from millrace.core.texts import text
from millrace.web import places, words

UNITS = {"gpu_hours": ("GPU-hour", "GPU-hours", "GPU小時", "GPU小时"), "tool_hours": ("tool-hour", "tool-hours", "機時", "机时")}


@pytest.fixture(autouse=True)
def facilities(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy names its units; a unit of no facility keeps its code."""

    def facility(unit: str, one: str, many: str, hant: str, hans: str) -> blueprint.Facility:
        chinese = {"zh_hant": hant, "zh_hans": hans}
        said = {"unit_title": text({"en": many} | chinese), "unit_title_of_one": text({"en": one} | chinese)}
        return blueprint.Facility(unit, text({"en": unit}), unit, False, text({}), **said)

    monkeypatch.setattr(places, "current", lambda: [facility(unit, *words) for unit, words in UNITS.items()])


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


@pytest.mark.parametrize(
    ("language", "cents", "places", "said"),
    [
        ("en", 121_280_000_000, rounding.USUAL.places, "HK$1,212.8m"),
        ("en", 143_220_000_000, rounding.USUAL.places, "HK$1,432.2m"),
        ("en", 5_568_250_000_000, rounding.USUAL.places, "HK$55.7bn"),
        ("en", -24_700_000_000, rounding.USUAL.places, "−HK$247m"),
        ("en", 99_999_999, rounding.USUAL.places, "HK$999,999.99"),
        ("zh-hant", 121_280_000_000, rounding.USUAL.places, "HK$12.13 億"),
        ("zh-hans", 4_310_000_000, rounding.USUAL.places, "HK$4,310 万"),
        ("en", 5_568_250_000_000, (("million", 1), ("ten_thousand", 0)), "HK$55,682.5m"),
        ("en", 121_280_000_000, (("million", 0), ("hundred_million", 3)), "HK$1,213m"),
        ("zh-hant", 121_280_000_000, (("million", 0), ("hundred_million", 3)), "HK$12.128 億"),
        ("zh-hant", 4_310_000_000, (("million", 0), ("hundred_million", 3)), "HK$43,100,000"),
        ("en", 121_280_000_000, (), "HK$1,212,800,000"),
    ],
)
def test_an_amount_in_short_is_rounded_as_its_definition_says(language: str, cents: int, places: Any, said: str) -> None:
    with translation.override(language):
        assert words.amount_in_short(cents, "HKD", rounding.Rounding(places)) == said
        if places == rounding.USUAL.places:
            assert words.amount_in_short(cents, "HKD") == said
