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
from millrace.core.rules.columns import BEYOND, Column, Ints, Table, both, portion, share_out
from millrace.core.rules.rulebook import Rule, SchemeVersion
from millrace.core.rules.tri import Answer, Bools, Tri

NOTHING = np.int64(0)
ROWS_AT_ONCE = 65_536  # enough that calling NumPy costs little, and what is in hand stays near the processor


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
    may_be_below: bool = False

    def not_below(self) -> Ints:
        """Give the values, or nothing where one is below nothing."""
        return np.maximum(self.values, 0) if self.may_be_below else self.values

    def only(self, counts: Tri) -> "Number":
        """Give the same number, nothing where it surely does not count."""
        possible = counts.not_failed()
        return self if possible is True else Number(_where(possible, self.values), self.known, self.bound, self.may_be_below)


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule gives, and its cost: both nothing where it does not count."""

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
        said = {rule.id: bench.said(rule) for rule in (version.rules if with_rules else gates)}
        fits = tri.all_of([said[rule.id] for rule in gates if rule.kind != "window"])
        fit[rows] = fits.codes(size)
        windows = [said[rule.id] for rule in gates if rule.kind == "window"]
        outcome[rows] = tri.all_of([fits, *windows]).codes(size) if windows else fit[rows]
        amount[rows] = bench.amount.values
        known[rows] = True if bench.amount.known is None else bench.amount.known
        for name in rules:
            rules[name][rows] = said[name].codes(size)
    return Judged(outcome, fit, amount, known, rules)


def _where(which: Answer, values: Ints, otherwise: np.int64 | Ints = NOTHING) -> Ints:
    """Keep values where `which` says so."""
    return values if which is True else np.where(which, values, otherwise)


def _counting(parts: Sequence[Part]) -> Answer:
    """Say where any of the parts counts, or may."""
    where: Answer = False
    for part in parts:
        where = tri.either_of(where, part.counts.not_failed())
    return where


def _plus(first: Answer, second: Bools | None) -> Bools | None:
    """Say where something known is known, or else does not count."""
    if second is None:
        return None
    known = tri.either_of(second, tri.other(first))
    return None if isinstance(known, bool) else known


@dataclass
class _Bench:
    """Some rows before the judge."""

    version: SchemeVersion
    table: Table
    days: Ints | int
    parts: list[Part] = field(init=False)
    total: Number = field(init=False)
    amount: Number = field(init=False)
    _shared: list[Ints] | None = None

    def __post_init__(self) -> None:
        giving = [rule for rule in self.version.rules if isinstance(rule.body, bodies.Giving)]
        self.parts = [part for rule in giving for part in self._given(rule)]
        self.total = self._added([(part.counts, part.value) for part in self.parts])
        self.amount = self._lowest()

    def _number(self, fact: str, counts: Tri = tri.YES) -> Number:
        """A fact's number, not known where it is not known whether it counts; a difference may be below nothing."""
        found, known = self.table.fact(fact), self.table.vocabulary
        derived = known[fact].derived
        is_below = derived is not None and (derived.how == "difference" or any(known[part].derived for part in derived.parts))
        return Number(self.table.number(fact), self._counted(found.known, counts), found.bound, is_below)

    def _counted(self, known: Bools | None, counts: Tri) -> Bools | None:
        return known if counts.maybe is None else both(known, ~counts.maybe)

    def _added(self, parts: Sequence[tuple[Tri, Number]]) -> Number:
        """Add numbers that are nothing where they do not count; unknown while any that counts, or may, is."""
        if not parts:
            return Number(np.zeros(self.table.count, np.int64))
        values, known, bound = parts[0][1].values, None, 0
        for _counts, part in parts[1:]:
            values = values + part.values
        for counts, part in parts:
            known = both(known, _plus(counts.not_failed(), part.known))
            bound += part.bound
        return Number(values, known, bound)

    # What the rules give.

    def _given(self, rule: Rule) -> Iterator[Part]:
        counts = self.table.holds(rule.when)
        match rule.body:
            case bodies.Ratio():
                for share in rule.body.shares:
                    mine = self.table.holds(rule.when, share.when)
                    cost = self._number(share.cost, mine).only(mine)
                    value = self._percent(cost, share.government, share.government + share.partner)
                    yield Part(rule.id, mine, value, cost, share.matching)
            case bodies.Percent():
                mine, rate = self._chosen(rule.body.rates, counts)
                cost = self._number(rule.body.of, counts).only(mine)
                value = self._rated(cost, rule.body.rates, rate)
                yield Part(rule.id, mine, Number(value.values, self._counted(value.known, mine), value.bound), cost, rule.body.matching)
            case bodies.LumpSum():
                mine, chosen = self._chosen(rule.body.amounts, counts)
                yield Part(rule.id, mine, Number(chosen.values, self._counted(None, mine), chosen.bound).only(mine))
            case bodies.Allowance():
                yield Part(rule.id, counts, self._allowance(rule.body, counts).only(counts))
            case bodies.Tiers():
                yield Part(rule.id, counts, self._tiers(rule.body, counts).only(counts))

    def _percent(self, of: Number, numerator: int, denominator: int) -> Number:
        bound = of.bound * numerator // denominator + 1
        return Number(portion(of.not_below(), numerator, denominator, of.bound), of.known, bound)

    def _chosen(self, options: Sequence[Option], counts: Tri) -> tuple[Tri, Number]:
        """The first option that holds, and where one does; not yet known where an earlier one may."""
        bound = max(option.number for option in options)
        if options[0].when is None:
            return counts, Number(np.full(self.table.count, options[0].number, np.int64), None, bound)
        values = np.zeros(self.table.count, np.int64)
        free: Answer = True
        taken: Answer = False
        maybe: Answer = False
        for option in options:
            holds = self.table.holds(option.when)
            mine = tri.also(free, holds.yes)
            values = _where(mine, np.full(self.table.count, option.number, np.int64), values)
            taken = tri.either_of(taken, mine)
            if holds.maybe is not None:
                maybe = tri.either_of(maybe, tri.also(free, holds.maybe))
            free = tri.also(free, tri.other(holds.not_failed()))
        return tri.all_of([counts, tri.of(taken, tri.either_of(taken, maybe))]), Number(values, None, bound)

    def _rated(self, cost: Number, rates: Sequence[Option], rate: Number) -> Number:
        if len(rates) == 1:
            return self._percent(cost, rates[0].number, 10_000)
        whole = cost.not_below()
        quotient = whole // 10_000
        rest = whole - quotient * 10_000
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
                values = np.minimum(values, _where(possible, limit.values, BEYOND))
                known = both(known, _plus(possible, limit.known))
            asked = rule.body.asked if isinstance(rule.body, bodies.Giving) else ""
            if asked:
                known_asked = self.table.fact(asked).known
                told = counts.not_failed() if known_asked is None else tri.also(counts.not_failed(), known_asked)
                values = np.minimum(values, _where(told, self.table.number(asked), BEYOND))
        return Number(values, known, self.total.bound)

    def _limits(self, rule: Rule, counts: Tri) -> list[Number]:
        if isinstance(rule.body, bodies.CumulativeCeiling):
            used = self.table.fact(rule.body.used)
            known = used.known
            if used.declared is not False and not self.table.as_told:
                known = both(known, tri.spread(tri.other(used.declared), self.table.count))
            left = np.maximum(rule.body.amount_cents - self.table.number(rule.body.used), 0)
            return [Number(left, self._counted(known, counts))]
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
            held, points = self.table.read(award.when), np.full(self.table.count, award.points, np.int64)
            sure += _where(held.yes, points)
            possible += _where(held.not_failed(), points)
        return tri.of(np.asarray(sure >= body.at_least), np.asarray(possible >= body.at_least))

    def _open_call(self) -> Tri:
        is_open: Answer = False
        for call in self.version.calls:
            within = (self.days >= call.opens_on.toordinal()) & (self.days <= call.closes_on.toordinal())
            is_open = tri.either_of(is_open, bool(within) if isinstance(self.days, int) else within)
        return Tri(is_open)

    def _giving(self, rule: Rule) -> Tri:
        mine = [part for part in self.parts if part.rule == rule.id]
        known: Bools | None = None
        for part in mine:
            known = both(known, _plus(part.counts.not_failed(), part.value.known))
        said = tri.YES if known is None else Tri(known, ~known)
        matched = [part for part in mine if part.matching]
        if matched:
            counted, matching = _counting(matched), self._matching(rule, mine)
            if isinstance(counted, bool):
                said = matching if counted else said
            else:
                said = tri.either(counted, matching, said)
        if isinstance(rule.body, bodies.Ratio):
            return said
        return tri.all_of([Tri(_counting(mine)), said])

    def _matching(self, rule: Rule, mine: Sequence[Part]) -> Tri:
        """Where the partners' money covers what support leaves of the cost; see the twin in `sayings`."""
        final = both(self.amount.known, self.total.known)
        granted = self._granted(final)
        checks = []
        for matching in dict.fromkeys(part.matching for part in mine if part.matching):
            against = [
                (part, grant) for part, grant in zip(self.parts, granted, strict=True) if part.rule == rule.id and part.matching == matching
            ]
            checks.append(self._covered(matching, against, final))
        return tri.all_of(checks)

    def _covered(self, matching: str, against: Sequence[tuple[Part, Ints]], final: Bools | None) -> Tri:
        needed: Ints | None = None
        known = self.table.fact(matching).known
        for part, grant in against:
            possible = part.counts.not_failed()
            assert part.cost is not None
            left = part.cost.values - grant
            needed = left if needed is None else needed + left
            known = both(known, _plus(possible, both(part.cost.known, part.value.known)))
        enough = np.asarray(self.table.number(matching) >= (NOTHING if needed is None else needed))
        counted = _counting([part for part, _ in against])
        free = tri.other(counted)
        if known is None and final is None:
            return Tri(tri.either_of(enough, free))
        told: Answer = True if known is None else known
        yes = tri.either_of(tri.also(enough, told if final is None else tri.also(told, final)), free)
        fails = tri.also(tri.also(told, ~enough), counted)
        return tri.of(yes, tri.other(fails))

    def _granted(self, final: Bools | None) -> list[Ints]:
        """Divide the amount among the parts as `money.share_out` does, where it is final; elsewhere each keeps its own."""
        if self._shared is None:
            self._shared = self._sharing(final)
        return self._shared

    def _sharing(self, final: Bools | None) -> list[Ints]:
        if len(self.parts) == 1:
            return [self.amount.values if final is None else np.where(final, self.amount.values, self.parts[0].value.values)]
        values = [part.value.values for part in self.parts]
        limited = (self.amount.values != self.total.values) & (self.total.values > 0)
        rows = np.flatnonzero(limited if final is None else limited & final)
        if rows.size:
            shared = share_out(self.amount.values[rows], np.stack([value[rows] for value in values]))
            values = [value.copy() for value in values]
            for value, mine in zip(values, shared, strict=True):
                value[rows] = mine
        return values
