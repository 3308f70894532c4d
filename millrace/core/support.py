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

    `kind` is fact (a value given), share (a ratio of its one part), percent (basis points of it), lump
    (a fixed sum), rate (so much of each), product (the parts multiplied), band (the slice of a fact
    between two bounds), slice (basis points of a band), ceiling (a fixed limit), room (ceiling less what
    was used), total (sum of the parts), lower_of (least of the parts) or higher_of (greatest). `ratio`
    holds the two numbers of a share, percent, band or slice. `value` is None while something it needs is
    not yet known.
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
        if self.ratio != (0, 0):
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
    value = None if cost.value is None else money.portion(max(0, cost.value), government, government + partner)
    return Step("share", value, cost.unit, rule=rule, ratio=(government, partner), parts=(cost,))


def percent(of: Step, basis_points: int, *, rule: str, kind: str = "percent") -> Step:
    """Take so many basis points of a step, rounded down to a whole unit."""
    value = None if of.value is None else money.portion(max(0, of.value), basis_points, 10_000)
    return Step(kind, value, of.unit, rule=rule, ratio=(basis_points, 10_000), parts=(of,))


def lump(amount: int | None, *, unit: str, rule: str) -> Step:
    """State a fixed sum; None while it is not known which."""
    return Step("lump", amount, unit, rule=rule)


def product(rate: int, factors: Sequence[Step], *, unit: str, rule: str, kind: str = "rate") -> Step:
    """Multiply a rate (or, as a ceiling for each, a limit) by counts."""
    value: int | None = rate
    for factor in factors:
        value = None if value is None or factor.value is None else value * factor.value
    return Step("product", value, unit, rule=rule, parts=(Step(kind, rate, unit), *factors))


def sliced(of: Step, slices: Sequence[tuple[int | None, int]], *, rule: str) -> Step:
    """Take a percentage of each slice of a step: `slices` are (upper bound or None, basis points), lowest first."""
    parts, low = [], 0
    for high, basis_points in slices:
        inside = None
        if of.value is not None:
            inside = max(0, (of.value if high is None else min(of.value, high)) - low)
        band = Step("band", inside, of.unit, fact=of.fact, ratio=(low, high or 0))
        parts.append(percent(band, basis_points, rule=rule, kind="slice"))
        low = high or low
    values = [part.value for part in parts if part.value is not None]
    return Step("total", sum(values) if len(values) == len(parts) else None, of.unit, rule=rule, parts=tuple(parts))


def higher_of(step: Step, least: int, *, rule: str) -> Step:
    """Raise a step to a guaranteed least."""
    value = None if step.value is None else max(step.value, least)
    return Step("higher_of", value, step.unit, rule=rule, parts=(step, Step("lump", least, step.unit, rule=rule)))


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
