"""What a check of the books and the past found — e.g. "seal 4,211: the event's body does not match its hash"."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be: which check, at which seal, case or account, and what was found."""

    check: str
    place: str
    what: str


@dataclass
class Part:
    """One part of a verification: what was looked at (counts), and what was found wrong, at most `LIMIT` of it."""

    name: str
    counts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    LIMIT = 20

    def found(self, check: str, place: str, what: str) -> None:
        """This will note a finding; past the limit they are only counted."""
        self.counts["findings"] = self.counts.get("findings", 0) + 1
        if len(self.findings) < self.LIMIT:
            self.findings.append(Finding(check, place, what))

    @property
    def is_whole(self) -> bool:
        return not self.findings


@dataclass
class Report:
    """A whole verification, ready to be written as JSON."""

    parts: list[Part]

    @property
    def is_whole(self) -> bool:
        return all(part.is_whole for part in self.parts)

    @property
    def exit_status(self) -> int:
        return 0 if self.is_whole else 1

    def as_json(self) -> dict[str, Any]:
        return {"is_whole": self.is_whole, "parts": [asdict(part) for part in self.parts]}

    def lines(self) -> Iterator[str]:
        """This will write the report in words, one line a part and one a finding."""
        for part in self.parts:
            counts = ", ".join(f"{name} {_written(value)}" for name, value in part.counts.items() if name != "findings")
            yield f"{'ok  ' if part.is_whole else 'WRONG'} {part.name}: {counts}"
            for finding in part.findings:
                yield f"      {finding.place}: {finding.what} ({finding.check})"


def _written(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
