"""Writes the reference page of the vocabulary of facts from the policies: what `total_cost` is, who establishes it, who asks.

`millrace policy facts` writes docs/reference/facts.md with it; a house test keeps the page current.
"""

from collections.abc import Iterator, Mapping

from millrace.core.policy_folder.read import Policy
from millrace.core.rules.facts import BENEFICIARY, MEASURES, Fact


def page(policies: Mapping[str, Policy]) -> str:
    """This will give the page as Markdown."""
    return "\n".join(_lines(policies)) + "\n"


def _lines(policies: Mapping[str, Policy]) -> Iterator[str]:
    yield "# The vocabulary of facts"
    yield ""
    yield "Made by `millrace policy facts`; do not edit. What the rules, the forms and the finder of each policy speak of."
    yield "How a rule uses a fact: [Write a rule](../howto/write-a-rule.md)."
    for name, policy in policies.items():
        yield ""
        yield f"## {name}"
        yield ""
        yield "| fact | what it is | type, unit | established by | used by |"
        yield "|---|---|---|---|---|"
        used = _used(policy)
        for fact in policy.vocabulary.facts.values():
            yield f"| `{fact.name}` | {_what(fact)} | {_type(fact)} | {_established(fact)} | {', '.join(used.get(fact.name, ())) or '–'} |"
    yield ""
    yield "## Measures"
    yield ""
    yield "| measure | what the system counts |"
    yield "|---|---|"
    for measure, told in MEASURES.items():
        yield f"| `{measure}` | {told} |"


def _used(policy: Policy) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for scheme in policy.schemes.values():
        for name in dict.fromkeys(name for version in scheme.versions for name in version.vocabulary.facts):
            found.setdefault(name, []).append(scheme.slug)
    return found


def _what(fact: Fact) -> str:
    told = fact.label.said_in("en")
    if fact.choices:
        told += ": " + ", ".join(f"`{choice.id}`" for choice in fact.choices)
    if fact.derived:
        joined = (" + " if fact.derived.how == "sum" else " − ").join(f"`{part}`" for part in fact.derived.parts)
        told += f" = {joined}"
    return told.replace("|", "\\|")


def _type(fact: Fact) -> str:
    return f"{fact.type}, {fact.unit}" if fact.unit and fact.unit not in ("basis_points", "day") else str(fact.type)


def _established(fact: Fact) -> str:
    if fact.derived:
        return "reckoned"
    if fact.counted is None:
        return fact.established if fact.assumed is None else f"{fact.established} (else {fact.assumed})"
    where = f" of {fact.counted.scheme}" if fact.counted.scheme else ""
    stream = {"": "", "same": ", own stream"}.get(fact.counted.stream, f", stream {fact.counted.stream}")
    whom = ", of the beneficiary" if fact.counted.of == BENEFICIARY else ""
    return f"system: {fact.counted.measure}{where}{stream}{whom}"
