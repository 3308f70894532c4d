"""Reads what each kind of rule says from its text — `kind = "ceiling"` with `value_cents = 15_000_000_00` — and refuses the rest.

One reader for each kind, named in `BODIES`; docs/howto/write-a-rule.md shows a text for every one of them.
"""

from collections.abc import Callable, Mapping

from millrace.core import money
from millrace.core.rules import bodies, conditions
from millrace.core.rules.bodies import Body, Option
from millrace.core.rules.facts import FactType
from millrace.core.rules.read_conditions import NEVER, Shelf, condition, known_fact, share_of, when
from millrace.core.toml_text import Table

RECORDED_ONLY = "name a fact that the system establishes, or that the register records"


def _requirement(table: Table, shelf: Shelf) -> Body:
    if not table.has("require"):
        table.lose("require is missing", "", 'add require = { fact = "…", is = … }')
        return bodies.Requirement(NEVER, when(table, shelf))
    return bodies.Requirement(condition(table.table("require"), shelf), when(table, shelf))


def _limit(table: Table, shelf: Shelf) -> Body:
    body = _requirement(table, shelf)
    assert isinstance(body, bodies.Requirement)
    for name in sorted(conditions.facts_of(body.require)):
        fact = shelf.facts.get(name)
        # What the register knows counts for a limit once it is verified; until then the limit stays unsettled.
        if fact is not None and fact.established == "applicant" and fact.derived is None and not fact.recorded:
            table.complain(f"a limit may not rest on {name}, which the applicant declares", "require", RECORDED_ONLY)
    return bodies.Requirement(body.require, body.when, is_limit=True)


def _points(table: Table, shelf: Shelf) -> Body:
    awards = tuple(bodies.Award(item.integer("points", least=1), condition(item.table("when"), shelf)) for item in table.tables("awards"))
    least = table.integer("at_least", least=1)
    if sum(award.points for award in awards) < least:
        table.complain("all points together do not reach at_least", "at_least", "no one could ever pass")
    return bodies.Points(awards, least)


def _asked(table: Table, shelf: Shelf) -> str:
    return amount_fact(table, "asked", shelf) if table.has("asked") else ""


def _stage(table: Table, shelf: Shelf) -> str:
    stage = table.string("stage", "")
    if stage and stage not in shelf.stages:
        table.complain(
            f"the stage {stage!r} is not in scheme.toml", "stage", f"one of: {', '.join(shelf.stages)}" if shelf.stages else "leave it out"
        )
    return stage


def amount_fact(table: Table, key: str, shelf: Shelf) -> str:
    """Read the name of a fact that is counted in the scheme's unit: money, or hours."""
    fact = known_fact(table, key, shelf)
    if fact is not None and fact.unit != shelf.unit:
        is_money = shelf.unit in money.CURRENCIES and fact.type is not FactType.MONEY
        wanted = "a fact of money" if is_money else f"a fact counted in {shelf.unit}"
        table.complain(
            f"{key} must be {wanted}; {fact.name} is {fact.type}{f' in {fact.unit}' if fact.unit else ''}", key, f"name {wanted}"
        )
    return fact.name if fact else ""


def _count_fact(table: Table, key: str, shelf: Shelf) -> str:
    fact = known_fact(table, key, shelf)
    if fact is not None and fact.type is not FactType.COUNT:
        table.complain(f"{key} must be a count; {fact.name} is {fact.type}", key, "name a fact of type count")
    return fact.name if fact else ""


def _amount(table: Table, shelf: Shelf, key: str = "value") -> int:
    """Read an amount: `value_cents` where the scheme counts money, `value` where it counts hours."""
    return table.integer(f"{key}_cents" if shelf.unit in money.CURRENCIES else key, least=1)


def _ratio(table: Table, shelf: Shelf) -> Body:
    shares = tuple(_share(item, shelf) for item in table.tables("shares"))
    if not shares:
        table.lose("a ratio needs its shares", "", "add [[….values.shares]] with government, partner, cost, matching")
    return bodies.Ratio(shares, _asked(table, shelf))


def _share(table: Table, shelf: Shelf) -> bodies.StageShare:
    partner = table.integer("partner")
    if partner and not table.has("matching"):
        table.complain("a share with a partner names the partners' money", "", 'add matching = "…"')
    return bodies.StageShare(
        government=table.integer("government", least=1),
        partner=partner,
        cost=amount_fact(table, "cost", shelf),
        matching=amount_fact(table, "matching", shelf) if table.has("matching") else "",
        stage=_stage(table, shelf),
        when=when(table, shelf),
    )


def _percent(table: Table, shelf: Shelf) -> Body:
    if table.has("table"):
        rates = _matrix(table.table("table"), shelf)
    elif table.has("rates"):
        rates = tuple(Option(share_of(item, "percent"), when(item, shelf)) for item in table.tables("rates"))
    else:
        rates = (Option(share_of(table, "percent")),)
    _must_be_reached(table, "rates", rates)
    return bodies.Percent(
        of=amount_fact(table, "of", shelf),
        rates=rates,
        matching=amount_fact(table, "matching", shelf) if table.has("matching") else "",
        stage=_stage(table, shelf),
        asked=_asked(table, shelf),
        is_more_meant=table.flag("more_than_the_whole"),
    )


def _matrix(table: Table, shelf: Shelf) -> tuple[Option, ...]:
    """Read rates laid out by two choices: a row for each size of firm, a column for each kind of research."""
    rows, columns = known_fact(table, "rows", shelf), known_fact(table, "columns", shelf)
    cells, found = table.table("cells"), []
    for row in cells.names():
        if rows is not None and row not in rows.choice_ids:
            cells.complain(f"{row!r} is no choice of {rows.name}", row, f"one of: {', '.join(sorted(rows.choice_ids))}")
        line = cells.table(row)
        for column in line.names():
            if columns is not None and column not in columns.choice_ids:
                line.complain(f"{column!r} is no choice of {columns.name}", column, f"one of: {', '.join(sorted(columns.choice_ids))}")
            here = [(rows.name if rows else "", row), (columns.name if columns else "", column)]
            both = conditions.All(tuple(conditions.Comparison(fact, "is", conditions.Literal(choice)) for fact, choice in here))
            found.append(Option(share_of(line, column), both))
    return tuple(found)


def _must_be_reached(table: Table, key: str, options: tuple[Option, ...]) -> None:
    if not options:
        table.lose(f"{key} is empty", key, "say at least one")
    if any(option.when is None for option in options[:-1]):
        table.complain(f"{key} after the one without a condition are never reached", key, "put the one without `when` last")


def _lump_sum(table: Table, shelf: Shelf) -> Body:
    if table.has("amounts"):
        amounts = tuple(Option(_amount(item, shelf), when(item, shelf)) for item in table.tables("amounts"))
        _must_be_reached(table, "amounts", amounts)
    else:
        amounts = (Option(_amount(table, shelf)),)
    return bodies.LumpSum(amounts, _stage(table, shelf), _asked(table, shelf))


def _allowance(table: Table, shelf: Shelf) -> Body:
    lines = tuple(_allowance_line(item, table, shelf) for item in table.tables("lines"))
    if not lines:
        table.lose("an allowance needs its lines", "", "add [[….values.lines]] with heads, months and monthly_cents")
    if table.has("most_months"):
        table.integer("most_months", least=1)
    return bodies.Allowance(lines, _stage(table, shelf), _asked(table, shelf))


def _allowance_line(table: Table, whole: Table, shelf: Shelf) -> bodies.AllowanceLine:
    most = table if table.has("most_months") else whole
    return bodies.AllowanceLine(
        monthly=_amount(table, shelf, "monthly"),
        heads=_count_fact(table, "heads", shelf),
        months=_count_fact(table if table.has("months") else whole, "months", shelf),
        most_months=most.integer("most_months", least=1) if most.has("most_months") else None,
        basis_points=share_of(table, "percent") if table.has("percent") else 10_000,
    )


def _tiers(table: Table, shelf: Shelf) -> Body:
    key = "up_to_cents" if shelf.unit in money.CURRENCIES else "up_to"
    items = table.tables("tiers")
    tiers = tuple(bodies.Tier(item.integer(key, least=1) if item.has(key) else None, share_of(item, "percent")) for item in items)
    if not tiers:
        table.lose("tiers is empty", "tiers", f'add {{ {key} = …, percent = "…" }}')
    for item, before, tier in zip(items[1:], tiers, tiers[1:], strict=False):
        if before.up_to is None or (tier.up_to is not None and tier.up_to <= before.up_to):
            item.complain("each tier ends above the one before it; only the last may be without end", key, "put the tiers in order")
    least = "least_cents" if shelf.unit in money.CURRENCIES else "least"
    return bodies.Tiers(
        of=amount_fact(table, "of", shelf),
        tiers=tiers,
        least=table.integer(least, 0),
        stage=_stage(table, shelf),
        asked=_asked(table, shelf),
    )


def _ceiling(table: Table, shelf: Shelf) -> Body:
    if table.has("percent"):
        return bodies.RelativeCeiling(share_of(table, "percent"), amount_fact(table, "of", shelf))
    return bodies.Ceiling(_amount(table, shelf), _count_fact(table, "per", shelf) if table.has("per") else "")


def _floor(table: Table, shelf: Shelf) -> Body:
    return bodies.Floor(_amount(table, shelf))


def _cumulative(table: Table, shelf: Shelf) -> Body:
    used = amount_fact(table, "used", shelf)
    if used and shelf.facts[used].established == "applicant":
        table.complain(f"a limit may not rest on {used}, which the applicant declares", "used", RECORDED_ONLY)
    return bodies.CumulativeCeiling(_amount(table, shelf), used)


def _track(table: Table, shelf: Shelf) -> Body:
    track = table.string("track")
    if track and track not in shelf.tracks:
        table.complain(
            f"the track {track!r} is not in scheme.toml", "track", f"one of: {', '.join(shelf.tracks)}" if shelf.tracks else "add it there"
        )
    return bodies.TrackChoice(track, condition(table.table("when"), shelf))


def _window(table: Table, shelf: Shelf) -> Body:
    return bodies.OpenCall()


def _term(table: Table, shelf: Shelf) -> Body:
    unit = table.string("unit", "")
    if unit and unit not in shelf.units and unit not in money.CURRENCIES:
        table.complain(f"the unit {unit!r} is not known", "unit", f"one of: {', '.join(sorted(shelf.units))}")
    value = table.anything("value")
    if value is not None and type(value) not in (int, str, bool):
        table.lose("value must be a whole number, a text, true or false", "value", 'write 12, "twelve", true or false')
        value = None
    return bodies.Term(value, unit, table.flag("open_all_year"))


BODIES: Mapping[str, Callable[[Table, Shelf], Body]] = {
    "requirement": _requirement,
    "limit": _limit,
    "points": _points,
    "ratio": _ratio,
    "percent": _percent,
    "lump_sum": _lump_sum,
    "allowance": _allowance,
    "tiers": _tiers,
    "ceiling": _ceiling,
    "floor": _floor,
    "cumulative_ceiling": _cumulative,
    "track": _track,
    "window": _window,
    "term": _term,
}
