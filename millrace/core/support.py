"""The arithmetic of support: shares by ratio, the lower of several ceilings, what is left of a
cumulative one — kept as a tree, so that a person can follow every step.

HK$60,000,000 of cost at one part government to two parts company is HK$20,000,000; the lower of
that and HK$15,000,000 a project is HK$15,000,000.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from millrace.core import money


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the arithmetic and the steps it rests on.

    `kind` is fact (a value given), share (a ratio of its one part), ceiling (a fixed limit), room
    (ceiling less what was used), total (sum of the parts) or lower_of (least of the parts).
    `value` is None while something it needs is not yet known.
    """

    kind: str
    value: int | None
    unit: str
    rule: str = ""
    fact: str = ""
    ratio: tuple[int, int] = (0, 0)
    parts: tuple["Step", ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Give the tree as plain data, the same bytes for the same tree."""
        data: dict[str, Any] = {"kind": self.kind, "value": self.value, "unit": self.unit}
        if self.rule:
            data["rule"] = self.rule
        if self.fact:
            data["fact"] = self.fact
        if self.kind == "share":
            data["ratio"] = list(self.ratio)
        if self.parts:
            data["parts"] = [part.to_data() for part in self.parts]
        return data


def from_data(data: dict[str, Any]) -> Step:
    """Build a tree back from plain data."""
    government, partner = data.get("ratio", (0, 0))
    return Step(
        kind=data["kind"],
        value=data["value"],
        unit=data["unit"],
        rule=data.get("rule", ""),
        fact=data.get("fact", ""),
        ratio=(government, partner),
        parts=tuple(from_data(part) for part in data.get("parts", ())),
    )


def given(fact: str, value: int | None, *, unit: str) -> Step:
    """Start from a value that was given."""
    return Step("fact", value, unit, fact=fact)


def share(cost: Step, *, government: int, partner: int, rule: str) -> Step:
    """Take the government's part of a cost shared government : partner, rounded down to a cent."""
    value = None if cost.value is None else money.portion(cost.value, government, government + partner)
    return Step("share", value, cost.unit, rule=rule, ratio=(government, partner), parts=(cost,))


def ceiling(amount: int, *, unit: str, rule: str) -> Step:
    """State a fixed ceiling."""
    return Step("ceiling", amount, unit, rule=rule)


def room(amount: int, used: Step, *, rule: str) -> Step:
    """Take what a cumulative ceiling leaves after what was used; never below nothing."""
    value = None if used.value is None else max(0, amount - used.value)
    return Step("room", value, used.unit, rule=rule, parts=(ceiling(amount, unit=used.unit, rule=rule), used))


def total(parts: Sequence[Step], *, unit: str) -> Step:
    """Add the parts; unknown while any part is."""
    if len(parts) == 1:
        return parts[0]
    values = [part.value for part in parts if part.value is not None]
    return Step("total", sum(values) if len(values) == len(parts) else None, unit, parts=tuple(parts))


def lower_of(parts: Sequence[Step], *, unit: str) -> Step:
    """Take the least of the parts; unknown while any part is, because the unknown one may be the
    least."""
    if len(parts) == 1:
        return parts[0]
    values = [part.value for part in parts if part.value is not None]
    return Step("lower_of", min(values) if len(values) == len(parts) else None, unit, parts=tuple(parts))


def binding(step: Step) -> Step | None:
    """Name the part of a lower-of that set its value; the earliest when several are equal."""
    if step.kind != "lower_of" or step.value is None:
        return None
    return next(part for part in step.parts if part.value == step.value)
