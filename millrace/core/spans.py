"""Half-open spans of days and of moments: from the first, up to but not including the last.

A call open from 11 September to 31 October 2025 is the span [2025-09-11, 2025-11-01).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

When = TypeVar("When", date, datetime)


@dataclass(frozen=True, slots=True, order=False)
class Span(Generic[When]):
    """A span that starts at `start` and ends just before `end`; no end means "until changed"."""

    start: When
    end: When | None = None

    def __post_init__(self) -> None:
        if isinstance(self.start, datetime) and self.start.tzinfo is None:
            raise ValueError("a span of moments needs aware moments")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"a span must end after it starts: {self.start} to {self.end}")

    def __contains__(self, when: When) -> bool:
        return self.start <= when and (self.end is None or when < self.end)

    def overlaps(self, other: "Span[When]") -> bool:
        """Say whether any day or moment lies in both."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def meet(self, other: "Span[When]") -> "Span[When] | None":
        """Give what lies in both, or None."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Span(max(self.start, other.start), min(ends) if ends else None)


def days(first: date, last: date) -> Span[date]:
    """Give the span of whole days from the first to the last, both included, as notices say it."""
    return Span(first, last + timedelta(days=1))


def length_days(span: Span[date]) -> int:
    """Count the days of a closed span."""
    if span.end is None:
        raise ValueError("an open span has no length")
    return (span.end - span.start).days


def overlapping(spans: Iterable[Span[When]]) -> list[tuple[Span[When], Span[When]]]:
    """List neighbouring pairs that overlap, in order of their starts."""
    ordered = sorted(spans, key=lambda span: span.start)
    pairs: list[tuple[Span[When], Span[When]]] = []
    reaching: Span[When] | None = None
    for span in ordered:
        if reaching is not None and reaching.overlaps(span):
            pairs.append((reaching, span))
        if reaching is None or _ends_later(span, reaching):
            reaching = span
    return pairs


def _ends_later(span: Span[When], other: Span[When]) -> bool:
    if other.end is None:
        return False
    return span.end is None or span.end > other.end
