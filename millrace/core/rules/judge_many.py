"""Judges many cases at once over columns: the same outcomes and amounts as `judge`, one array operation instead of a million readings.

A scheme of fourteen rules over a million applications takes some tens of milliseconds; comparisons and forecasts use it, decisions never.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from millrace.core.rules import bodies, conditions, tri
from millrace.core.rules.bodies import Option
from millrace.core.rules.columns import Column, Ints, Table, both, portion
from millrace.core.rules.rulebook import Rule, SchemeVersion
from millrace.core.rules.tri import Bools, Tri

ROWS_AT_ONCE = 16_384  # what a processor's own memory holds of the columns in hand


@dataclass(frozen=True, slots=True)
class Judged:
    """What a version says of many cases: codes FAIL 0, UNKNOWN 1, PASS 2 for the whole, without windows, and for each rule; the
    amount, and where it is known."""

    outcome: NDArray[np.int8]
    fit: NDArray[np.int8]
    amount: Ints
    is_amount_known: Bools
    rules: Mapping[str, NDArray[np.int8]]


@dataclass(frozen=True, slots=True)
class Number:
    """Amounts of many cases, known everywhere unless `known` says where."""

    values: Ints
    known: Bools | None = None
    bound: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule gives, where it counts."""

    rule: str
    counts: Tri
    value: Number
    cost: Number | None = None
    matching: str = ""


def judge(
    version: SchemeVersion, columns: Mapping[str, Column], *, on: date | Ints, count: int, as_told: bool = False, with_rules: bool = True
) -> Judged:
    """Judge `count` cases. `on` is their day, or the ordinals of their days; without `with_rules` no outcome is kept for each rule."""
    outcome, fit = np.empty(count, np.int8), np.empty(count, np.int8)
    amount, known = np.empty(count, np.int64), np.empty(count, np.bool_)
    rules = {rule.id: np.empty(count, np.int8) for rule in version.rules if with_rules}
    gates = [rule for rule in version.rules if rule.is_gate]
    for first in range(0, count, ROWS_AT_ONCE):
        rows = slice(first, min(first + ROWS_AT_ONCE, count))
        size = rows.stop - rows.start
        table = Table(version.vocabulary.facts, {name: one.part(rows) for name, one in columns.items()}, size, as_told)
        days = on.toordinal() if isinstance(on, date) else on[rows]
        bench = _Bench(version, table, days)
        said = {rule.id: bench.said(rule) for rule in version.rules}
        fits = tri.all_of([said[rule.id] for rule in gates if rule.kind != "window"])
        fit[rows] = fits.codes(size)
        outcome[rows] = tri.all_of([fits, *(said[rule.id] for rule in gates if rule.kind == "window")]).codes(size)
        amount[rows] = bench.amount.values
        known[rows] = True if bench.amount.known is None else bench.amount.known
        for name in rules:
            rules[name][rows] = said[name].codes(size)
    return Judged(outcome, fit, amount, known, rules)


def _plus(first: Bools | bool, second: Bools | None) -> Bools | None:
    """Say where something known is known, or else does not count."""
    return None if second is None else np.asarray(second | np.logical_not(first))


@dataclass
class _Bench:
    """Some rows before the judge."""

    version: SchemeVersion
    table: Table
    days: Ints | int
    parts: list[Part] = field(init=False)
    total: Number = field(init=False)
    amount: Number = field(init=False)

    def __post_init__(self) -> None:
        giving = [rule for rule in self.version.rules if isinstance(rule.body, bodies.Giving)]
        self.parts = [part for rule in giving for part in self._given(rule)]
        self.total = self._added([(part.counts, part.value) for part in self.parts])
        self.amount = self._lowest()

    def _number(self, fact: str, counts: Tri = tri.YES) -> Number:
        """A fact's number, not known where it is not known whether it counts; never below nothing."""
        found = self.table.fact(fact)
        derived = self.table.vocabulary[fact].derived
        values = np.maximum(found.values, 0) if derived and derived.how == "difference" else found.values
        return Number(values, self._counted(found.known, counts), found.bound)

    def _counted(self, known: Bools | None, counts: Tri) -> Bools | None:
        return known if counts.maybe is None else both(known, ~counts.maybe)

    def _added(self, parts: Sequence[tuple[Tri, Number]]) -> Number:
        """Add what counts; unknown while any of it is."""
        values: Ints = np.zeros(self.table.count, np.int64)
        known: Bools | None = None
        bound = 0
        for counts, part in parts:
            possible = counts.not_failed()
            inside = part.values if possible is True else part.values * possible
            values = inside if bound == 0 and len(parts) == 1 else values + inside
            known = both(known, _plus(possible, part.known))
            bound += part.bound
        return Number(values, known, bound)

    # What the rules give.

    def _given(self, rule: Rule) -> Iterator[Part]:
        counts = self.table.holds(rule.when)
        match rule.body:
            case bodies.Ratio():
                for share in rule.body.shares:
                    mine = self.table.holds(rule.when, share.when)
                    cost = self._number(share.cost, mine)
                    value = self._percent(cost, share.government, share.government + share.partner)
                    yield Part(rule.id, mine, value, cost, share.matching)
            case bodies.Percent():
                mine, rate = self._chosen(rule.body.rates, counts)
                cost = self._number(rule.body.of, counts)
                value = self._rated(cost, rule.body.rates, rate)
                yield Part(rule.id, mine, Number(value.values, self._counted(value.known, mine), value.bound), cost, rule.body.matching)
            case bodies.LumpSum():
                mine, chosen = self._chosen(rule.body.amounts, counts)
                yield Part(rule.id, mine, Number(chosen.values, self._counted(None, mine), chosen.bound))
            case bodies.Allowance():
                yield Part(rule.id, counts, self._allowance(rule.body, counts))
            case bodies.Tiers():
                yield Part(rule.id, counts, self._tiers(rule.body, counts))

    def _percent(self, of: Number, numerator: int, denominator: int) -> Number:
        bound = of.bound * numerator // denominator + 1
        return Number(portion(of.values, numerator, denominator, of.bound), of.known, bound)

    def _chosen(self, options: Sequence[Option], counts: Tri) -> tuple[Tri, Number]:
        """The first option that holds, and where one does; not yet known where an earlier one may."""
        values = np.zeros(self.table.count, np.int64)
        maybe = np.zeros(self.table.count, np.bool_)
        free = np.ones(self.table.count, np.bool_)
        for option in options:
            holds = self.table.holds(option.when)
            values[free & holds.yes] = option.number
            if holds.maybe is not None:
                maybe |= free & holds.maybe
            free &= np.logical_not(holds.not_failed())
        bound = max(option.number for option in options)
        return tri.all_of([counts, Tri(~free & ~maybe, maybe)]), Number(values, None, bound)

    def _rated(self, cost: Number, rates: Sequence[Option], rate: Number) -> Number:
        if len(rates) == 1:
            return self._percent(cost, rates[0].number, 10_000)
        quotient, rest = np.divmod(cost.values, 10_000)
        values = quotient * rate.values + rest * rate.values // 10_000
        return Number(values, cost.known, cost.bound * rate.bound // 10_000 + 1)

    def _allowance(self, body: bodies.Allowance, counts: Tri) -> Number:
        lines = []
        for line in body.lines:
            heads, months = self._number(line.heads), self._number(line.months, counts)
            if line.most_months is not None:
                months = Number(np.minimum(months.values, line.most_months), months.known, line.most_months)
            product = Number(
                heads.values * months.values * line.monthly, both(heads.known, months.known), heads.bound * months.bound * line.monthly
            )
            lines.append((tri.YES, product if line.basis_points == 10_000 else self._percent(product, line.basis_points, 10_000)))
        return self._added(lines)

    def _tiers(self, body: bodies.Tiers, counts: Tri) -> Number:
        of, low = self._number(body.of, counts), 0
        values = np.zeros(self.table.count, np.int64)
        bound = 0
        for tier in body.tiers:
            top = of.values if tier.up_to is None else np.minimum(of.values, tier.up_to)
            most = max(0, (of.bound if tier.up_to is None else tier.up_to) - low)
            values = values + portion(np.maximum(0, top - low), tier.basis_points, 10_000, most)
            bound += most * tier.basis_points // 10_000 + 1
            low = tier.up_to or low
        return Number(np.maximum(values, body.least), of.known, max(bound, body.least))

    # What limits the amount.

    def _lowest(self) -> Number:
        values, known = self.total.values, self.total.known
        for rule in self.version.rules:
            counts = self.table.holds(rule.when)
            for limit in self._limits(rule, counts):
                possible = counts.not_failed()
                lower = np.minimum(values, limit.values)
                values = lower if possible is True else np.where(possible, lower, values)
                known = both(known, _plus(possible, limit.known))
            asked = rule.body.asked if isinstance(rule.body, bodies.Giving) else ""
            if asked:
                values = self._at_most_asked(values, self.table.fact(asked), counts)
        return Number(values, known, self.total.bound)

    def _at_most_asked(self, values: Ints, asked: Column, counts: Tri) -> Ints:
        told = counts.not_failed() if asked.known is None else counts.not_failed() & asked.known
        lower = np.minimum(values, asked.values)
        return lower if told is True else np.where(told, lower, values)

    def _limits(self, rule: Rule, counts: Tri) -> list[Number]:
        if isinstance(rule.body, bodies.CumulativeCeiling):
            used = self.table.fact(rule.body.used)
            known = used.known
            if used.declared is not False and not self.table.as_told:
                known = both(known, np.broadcast_to(np.logical_not(used.declared), (self.table.count,)))
            return [Number(np.maximum(0, rule.body.amount_cents - used.values), self._counted(known, counts))]
        limit = self._ceiling(rule)
        return [] if limit is None else [Number(limit.values, self._counted(limit.known, counts))]

    def _ceiling(self, rule: Rule) -> Number | None:
        match rule.body:
            case bodies.Ceiling() if rule.body.per:
                per = self._number(rule.body.per)
                return Number(per.values * rule.body.amount_cents, per.known)
            case bodies.Ceiling():
                return Number(np.full(self.table.count, rule.body.amount_cents, np.int64))
            case bodies.RelativeCeiling():
                return self._percent(self._number(rule.body.of), rule.body.basis_points, 10_000)
            case _:
                return None

    # What each rule says.

    def said(self, rule: Rule) -> Tri:
        """Read one rule over all rows."""
        return tri.where_it_applies(self.table.holds(rule.when), self._said(rule))

    def _said(self, rule: Rule) -> Tri:
        match rule.body:
            case bodies.Requirement():
                check = self.table.read(rule.body.require, needs_proof=rule.body.is_limit)
                return tri.where_it_applies(self.table.holds(rule.body.when), check)
            case bodies.Floor():
                return self._when_known(self.amount.values >= rule.body.amount_cents, self.amount.known)
            case bodies.CumulativeCeiling():
                less = conditions.Comparison(rule.body.used, "less_than", conditions.Literal(rule.body.amount_cents))
                return self.table.read(less, needs_proof=True)
            case bodies.Points():
                return self._points(rule.body)
            case bodies.TrackChoice():
                return self.table.read(rule.body.when)
            case bodies.OpenCall():
                return self._open_call()
            case bodies.Ceiling() | bodies.RelativeCeiling():
                limit = self._ceiling(rule)
                return tri.YES if limit is None or limit.known is None else Tri(limit.known, ~limit.known)
            case bodies.Ratio() | bodies.Percent() | bodies.LumpSum() | bodies.Allowance() | bodies.Tiers():
                return self._giving(rule)
            case _:
                return tri.YES

    def _when_known(self, holds: Bools, known: Bools | None) -> Tri:
        return Tri(holds) if known is None else Tri(holds & known, ~known)

    def _points(self, body: bodies.Points) -> Tri:
        sure, possible = np.zeros(self.table.count, np.int64), np.zeros(self.table.count, np.int64)
        for award in body.awards:
            held = self.table.read(award.when)
            sure += np.multiply(held.yes, award.points, dtype=np.int64)
            possible += np.multiply(held.not_failed(), award.points, dtype=np.int64)
        enough = sure >= body.at_least
        return Tri(enough, ~enough & (possible >= body.at_least))

    def _open_call(self) -> Tri:
        spans = [(call.opens_on.toordinal(), call.closes_on.toordinal()) for call in self.version.calls]
        return Tri(
            np.any([np.broadcast_to((self.days >= opens) & (self.days <= closes), (self.table.count,)) for opens, closes in spans], axis=0)
            if spans
            else np.zeros(self.table.count, np.bool_)
        )

    def _giving(self, rule: Rule) -> Tri:
        mine = [part for part in self.parts if part.rule == rule.id]
        counted = np.logical_or.reduce([np.broadcast_to(part.counts.not_failed(), (self.table.count,)) for part in mine])
        known: Bools | None = None
        for part in mine:
            known = both(known, _plus(part.counts.not_failed(), part.value.known))
        said = tri.YES if known is None else Tri(known, ~known)
        matched = [np.broadcast_to(part.counts.not_failed(), (self.table.count,)) for part in mine if part.matching]
        if matched:
            said = tri.either(np.logical_or.reduce(matched), self._matching(rule, mine), said)
        if isinstance(rule.body, bodies.Ratio):
            return said
        return tri.all_of([Tri(counted), said])

    def _matching(self, rule: Rule, mine: Sequence[Part]) -> Tri:
        """Where the partners' money covers what support leaves of the cost; see the twin in `sayings`."""
        final = both(self.amount.known, self.total.known)
        granted = self._granted(final)
        checks = []
        for matching in dict.fromkeys(part.matching for part in mine if part.matching):
            against = [
                (part, grant) for part, grant in zip(self.parts, granted, strict=True) if part.rule == rule.id and part.matching == matching
            ]
            checks.append(self._covered(self.table.fact(matching), against, final))
        return tri.all_of(checks)

    def _covered(self, found: Column, against: Sequence[tuple[Part, Ints]], final: Bools | None) -> Tri:
        needed: Ints = np.zeros(self.table.count, np.int64)
        known, counted = found.known, np.zeros(self.table.count, np.bool_)
        for part, grant in against:
            possible = part.counts.not_failed()
            assert part.cost is not None
            left = part.cost.values - grant
            needed = needed + (left if possible is True else left * possible)
            known = both(known, _plus(possible, both(part.cost.known, part.value.known)))
            counted |= possible
        enough = found.values >= needed
        if known is None and final is None:
            return Tri(enough | ~counted)
        told = np.ones(self.table.count, np.bool_) if known is None else known
        settled = told if final is None else told & final
        fails = told & ~enough & counted
        yes = (settled & enough) | ~counted
        return Tri(yes, ~yes & ~fails)

    def _granted(self, final: Bools | None) -> list[Ints]:
        """Divide the amount among the parts as `money.share_out` does, where it is final; elsewhere each keeps its own."""
        if len(self.parts) == 1:
            value = self.parts[0].value.values
            if final is None:
                return [np.where(value > 0, self.amount.values, value)]
            return [np.where(final & (value > 0), self.amount.values, value)]
        values = [np.where(part.counts.not_failed(), part.value.values, 0) for part in self.parts]
        limited = (self.amount.values != self.total.values) & (self.total.values > 0)
        rows = np.flatnonzero(limited if final is None else limited & final)
        if rows.size:
            shared = _share_out(self.amount.values[rows], np.stack([value[rows] for value in values], axis=1))
            for place, value in enumerate(values):
                value[rows] = shared[:, place]
        return values


def _share_out(amounts: Ints, weights: Ints) -> Ints:
    """Divide each amount by its row of weights without losing a cent: largest remainder first, ties to the earlier part."""
    whole = weights.sum(axis=1)
    if int(amounts.max(initial=0)) * int(weights.max(initial=0)) >= 2**62:
        amounts, weights, whole = amounts.astype(object), weights.astype(object), whole.astype(object)
    products = weights * amounts[:, None]
    parts = (products // whole[:, None]).astype(np.int64)
    rests = (products % whole[:, None]).astype(np.int64)
    left = amounts.astype(np.int64) - parts.sum(axis=1)
    order = np.argsort(-rests, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(weights.shape[1]), order.shape), axis=1)
    return np.asarray(parts + (ranks < left[:, None]))
