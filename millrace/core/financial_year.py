"""Names the financial year a day falls in — e.g. 31 March 2026 is in "2025-26" and 1 April 2026 in "2026-27" in Hong Kong."""

from datetime import date


def of(on: date, *, starts: str = "04-01") -> str:
    """This will name the year that began on the latest `starts` (month-day) not after `on`; a calendar year is named "2026"."""
    month, day = (int(part) for part in starts.split("-"))
    first = on.year if (on.month, on.day) >= (month, day) else on.year - 1
    return str(first) if (month, day) == (1, 1) else f"{first}-{(first + 1) % 100:02d}"
