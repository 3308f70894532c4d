"""Finds what is wrong between the parts of a version that are each right: a formula that can exceed its cap, a chain that decides nothing.

A lump sum of HK$20m under a ceiling of HK$15m is told at the line of the sum, with what would mend it.
"""

from collections.abc import Sequence

from millrace.core import lifecycle, money, support
from millrace.core.rules import bodies
from millrace.core.rules import papers as papers_
from millrace.core.rules.bodies import Ceiling, Floor
from millrace.core.rules.papers import Papers
from millrace.core.rules.rulebook import Rule, SchemeVersion, WorkflowStep, facts_of_rule


def check(papers: Papers, version: SchemeVersion) -> None:
    """Complain in the papers' documents, each thing at its own line."""
    _weights(papers, version)
    _least(papers, version)
    _formulas(papers, version)
    _chains(papers, version)
    _findings_of_nobody(papers, version)
    for word in sorted(papers_.words_needed(version) - version.vocabulary.words.keys()):
        papers.facts.complain(("words",), f"the rules of {version.id} need the set phrase {word!r}", f"word it under [words]: {word} = …")


def _at(papers: Papers, rule: Rule, message: str, remedy: str) -> None:
    """Complain at the value of a rule that this version says."""
    values = papers.rules.root.data.get(rule.id, {}).get("values", ())
    place = next((n for n, value in enumerate(values) if str(value.get("from")) == str(rule.starts)), None)
    papers.rules.complain((rule.id,) if place is None else (rule.id, "values", place), message, remedy)


def _weights(papers: Papers, version: SchemeVersion) -> None:
    root = papers.scheme.root
    weights = sum(criterion.weight_percent for criterion in version.criteria)
    if version.criteria and weights != 100:
        root.complain(f"the criteria of {version.id} weigh {weights} in all, not 100", "criteria", "change their weights")
    by_stage: dict[str, int] = {}
    places: dict[str, int] = {}
    for place, instalment in enumerate(version.payment.instalments):
        by_stage[instalment.stage] = by_stage.get(instalment.stage, 0) + instalment.percent
        places.setdefault(instalment.stage, place)
    for stage, percent in by_stage.items():
        if percent != 100:
            said = f"the instalments of stage {stage or '(the whole)'} come to {percent}%, not 100%"
            papers.scheme.complain(("payment", "instalments", places[stage], "percent"), said, "change their shares")


def _least(papers: Papers, version: SchemeVersion) -> None:
    ceilings = [(rule.body.amount_cents, rule) for rule in version.rules if isinstance(rule.body, Ceiling)]
    floors = [rule.body.amount_cents for rule in version.rules if isinstance(rule.body, Floor)]
    if ceilings and floors:
        lowest, rule = min(ceilings, key=lambda pair: pair[0])
        if lowest < max(floors):
            amounts = [_written(amount, version) for amount in (lowest, max(floors))]
            said = f"in {version.id} the ceiling {amounts[0]} is below the least amount {amounts[1]}"
            _at(papers, rule, said, "raise the ceiling, or lower the least amount")


def _formulas(papers: Papers, version: SchemeVersion) -> None:
    """Find a formula that can come to more than its cap: a fixed amount or the whole of the tiers above the ceiling, or more than
    the cost itself."""
    fixed = [rule.body.amount_cents for rule in version.rules if isinstance(rule.body, Ceiling) and not rule.body.per and rule.when is None]
    for rule in version.rules:
        most = _most_given(rule)
        if fixed and most is not None and most > min(fixed) and rule.when is None:
            written = [_written(amount, version) for amount in (most, min(fixed))]
            said = f"in {version.id} the rule {rule.id} can come to {written[0]}, above the ceiling of {written[1]}"
            _at(papers, rule, said, "lower it, raise the ceiling, or say `when` each holds")
        if not isinstance(rule.body, bodies.Percent) or max((rate.number for rate in rule.body.rates), default=0) <= 10_000:
            continue
        if rule.body.matching:
            said = f"in {version.id} the rule {rule.id} gives more than 100% of a cost that others share"
            _at(papers, rule, said, "give at most 10000 basis points")
        elif not fixed and not rule.body.is_more_meant and not _is_bound(rule.body, version):
            said = f"in {version.id} the rule {rule.id} gives more than 100% of {rule.body.of}, and no ceiling binds it"
            _at(papers, rule, said, "give at most 100%, add a ceiling, or say more_than_the_whole = true where it is meant")


def _is_bound(body: bodies.Percent, version: SchemeVersion) -> bool:
    """Say whether a share of the same fact, at most the whole of it, is the most that anyone gets, whatever the percentage."""
    relative = [rule.body for rule in version.rules if isinstance(rule.body, bodies.RelativeCeiling) and rule.when is None]
    return any(ceiling.of == body.of and ceiling.basis_points <= 10_000 for ceiling in relative)


def _most_given(rule: Rule) -> int | None:
    """The most that a rule is known to give: what it never gives more than, or guarantees; None where facts alone say."""
    if isinstance(rule.body, bodies.LumpSum):
        return max(amount.number for amount in rule.body.amounts)
    if isinstance(rule.body, bodies.Tiers) and rule.body.tiers and rule.body.tiers[-1].up_to is None:
        return rule.body.least or None
    if isinstance(rule.body, bodies.Tiers) and rule.body.tiers and rule.body.tiers[-1].up_to is not None:
        slices = [(tier.up_to, tier.basis_points) for tier in rule.body.tiers]
        given = support.sliced(support.given("", rule.body.tiers[-1].up_to, unit=""), slices, rule="").value
        return None if given is None else max(given, rule.body.least)
    return None


def _chains(papers: Papers, version: SchemeVersion) -> None:
    """Find a chain of steps, of a stream and track, that does not lead to one who decides: the authority, or a committee said to
    decide by itself. What is wrong with several is said once."""
    found: dict[tuple[str, int], str] = {}
    for stream in [named.id for named in version.streams] or [""]:
        for track in ["", *(named.id for named in version.tracks)]:
            steps = version.workflow(stream, track)
            if wrong := _wrong_with(steps):
                where = ", ".join(f"{kind} {name}" for kind, name in (("stream", stream), ("track", track)) if name)
                place = next((n for n, step in enumerate(version.steps) if steps and step is steps[wrong[1]]), -1)
                found.setdefault((wrong[0], place), f"{where}: " if where else "")
    written = papers.scheme.root.data.get("steps", ())
    mine = [n for n, step in enumerate(written) if version.id in step.get("versions", [version.id])]
    for (wrong_, place), where in found.items():
        at = ("steps",) if place < 0 else ("steps", mine[place], "kind")
        papers.scheme.complain(at, f"{where}{wrong_}", "see the chains in docs/howto/write-a-rule.md")


def _wrong_with(steps: Sequence[WorkflowStep]) -> tuple[str, int] | None:
    """What is wrong with a chain, and with which of its steps: one that stands twice or out of order, or the last."""
    kinds = [step.kind for step in steps]
    try:
        lifecycle.table(tuple(kinds))
    except ValueError as error:
        odd = [n for n, kind in enumerate(kinds) if kind in kinds[:n] or not lifecycle.follows(kinds[:n], kind)]
        return str(error), (odd or [len(kinds) - 1])[0]
    if [step.kind for step in steps if step.decides] != [step.kind for step in steps[-1:] if step.kind == "committee"]:
        said = next((n for n, step in enumerate(steps) if step.decides), len(steps) - 1)
        return "decides = true is said of a committee that takes the last step, and of no other", said
    return None


def _findings_of_nobody(papers: Papers, version: SchemeVersion) -> None:
    """Find a rule that rests on what a committee establishes where no committee decides, so that nobody ever would."""
    if any(step.decides for step in version.steps):
        return
    theirs = {name for name, fact in version.vocabulary.facts.items() if fact.established == "committee"}
    for rule in version.rules:
        for name in sorted(theirs.intersection(facts_of_rule(rule))):
            said = f"in {version.id} the rule {rule.id} rests on {name}, which a committee that decides establishes; here none decides"
            _at(papers, rule, said, "say decides = true of the committee's step, or ask the applicant")


def _written(amount: int, version: SchemeVersion) -> str:
    return money.written(amount, currency=version.unit) if version.unit in money.CURRENCIES else f"{amount:,} {version.unit}"
