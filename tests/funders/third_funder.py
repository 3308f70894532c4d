"""The texts of a third, invented funder, put over what `millrace policy new` begins — e.g. rates by firm size and kind of research.

Three schemes: `industry` (a table of rates, points, a cap a year), `institutions` (matching in tiers with a floor, a round and its
cap) and `next-phase`, which a completed project of `industry` opens.
"""

import json
from typing import Any

FACTS = """
[facts.firm_size]
type = "choice"
label = { en = "Size of the firm" }
question = { en = "How large is the firm?" }
choices = [{ id = "small", label = { en = "Small" } }, { id = "large", label = { en = "Large" } }]

[facts.research_kind]
type = "choice"
label = { en = "Kind of research" }
question = { en = "Which kind of research is it?" }
choices = [
  { id = "fundamental", label = { en = "Fundamental" } },
  { id = "industrial", label = { en = "Industrial" } },
  { id = "near_market", label = { en = "Near the market" } },
]

[facts.trains_apprentices]
type = "flag"
label = { en = "The firm trains apprentices" }
question = { en = "Does the firm train apprentices?" }

[facts.raised_money]
type = "money"
label = { en = "Money raised from donors" }
question = { en = "How much was raised from donors?" }

[facts.granted_this_year]
type = "money"
established = "system"
measure = "granted_in_year_cents"
label = { en = "Granted to the firm this year" }

[facts.granted_in_round]
type = "money"
established = "system"
measure = "granted_in_call_cents"
label = { en = "Granted to all in this round" }

[facts.first_phase_projects]
type = "count"
unit = "projects"
established = "system"
measure = "completed_projects"
of_scheme = "industry"
label = { en = "Completed projects of the first phase" }
"""

QUESTIONS = {
    "industry": ("firm_size", "research_kind", "trains_apprentices"),
    "institutions": ("raised_money",),
    "next-phase": (),
}
KINDS = {"firm_size": "choice", "research_kind": "choice", "trains_apprentices": "flag", "raised_money": "money"}

CALL = """
[[calls]]
id = "spring"
opens = "2026-03-01"
closes = "2026-04-30"
source = "guide"
title = { en = "Spring round" }
"""


def _value(name: str, body: str) -> str:
    return f'[[{name}.values]]\nfrom = "2026-01-01"\n{body}\nclause = {{ en = "The guide" }}\nsource = "guide"\n\n'


def _passes(amount: int, *rules: str) -> dict[str, Any]:
    return {"outcome": "pass", "amount_cents": amount, "rules": dict.fromkeys(rules, "pass")}


def _fails(rule: str) -> dict[str, Any]:
    return {"outcome": "fail", "rules": {rule: "fail"}}


RULES = {
    "industry": '[intervention]\nkind = "percent"\n'
    'statement = { en = "The rate depends on the size of the firm and the kind of research." }\n'
    'remedy = { en = "There is no rate for this size and kind, or {difference} of your own money is wanting." }\n'
    + _value(
        "intervention",
        'of = "total_cost"\nmatching = "own_money"\nasked = "requested_amount"\n'
        'table = { rows = "firm_size", columns = "research_kind", cells = { '
        'small = { fundamental = "80%", industrial = "60%", near_market = "30%" }, large = { fundamental = "60%", industrial = "40%" } } }',
    )
    + '[cap-of-the-year]\nkind = "cumulative_ceiling"\nstatement = { en = "At most {required} for one firm in a year." }\n'
    'remedy = { en = "The firm has had what it may have this year." }\n'
    + _value("cap-of-the-year", 'value_cents = 500_000_00\nused = "granted_this_year"')
    + '[enough-points]\nkind = "points"\nstatement = { en = "At least {required} points." }\n'
    'remedy = { en = "{difference} more would do." }\n'
    + _value(
        "enough-points",
        "at_least = 50\nawards = [\n"
        '  { points = 40, when = { fact = "firm_size", is = "small" } },\n'
        '  { points = 20, when = { fact = "trains_apprentices", is = true } },\n'
        '  { points = 30, when = { fact = "research_kind", is_not = "near_market" } },\n]',
    ),
    "institutions": '[matching]\nkind = "tiers"\n'
    'statement = { en = "Two for one of the first EUR 1,000,000 raised, one for one up to EUR 3,000,000, and EUR 50,000 at least." }\n'
    + _value(
        "matching",
        'of = "raised_money"\ntiers = [\n  { up_to_cents = 1_000_000_00, percent = "200%" },\n'
        '  { up_to_cents = 3_000_000_00, percent = "100%" },\n]\n'
        "least_cents = 50_000_00",
    )
    + '[round-open]\nkind = "window"\nstatement = { en = "Only while a round is open." }\n'
    + _value("round-open", "")
    + '[cap-of-the-round]\nkind = "cumulative_ceiling"\nstatement = { en = "At most {required} for all in a round." }\n'
    'remedy = { en = "The money of this round is used up." }\n'
    + _value("cap-of-the-round", 'value_cents = 5_000_000_00\nused = "granted_in_round"'),
    "next-phase": '[first-phase-done]\nkind = "limit"\nstatement = { en = "The firm has completed a project of the first phase." }\n'
    'remedy = { en = "Complete a project of the first phase." }\n'
    + _value("first-phase-done", 'require = { fact = "first_phase_projects", at_least = 1 }')
    + '[half]\nkind = "ratio"\nstatement = { en = "One to one." }\nremedy = { en = "A further {difference} would do." }\n'
    + _value(
        "half",
        'asked = "requested_amount"\nshares = [{ government = 1, partner = 1, cost = "total_cost", matching = "own_money" }]',
    ),
}

FIRM = {"firm_size": "small", "research_kind": "industrial", "trains_apprentices": False, "total_cost": 20_000_000}
FIRM |= {"own_money": 8_000_000, "granted_this_year": 0}
ROUND = {"raised_money": 200_000_000, "granted_in_round": 0}
NEXT = {"total_cost": 10_000_000, "own_money": 5_000_000, "first_phase_projects": 1}
CASES: dict[str, list[tuple[str, str, dict[str, Any], dict[str, Any]]]] = {
    "industry": [
        ("A small firm gets 60%", "2026-02-01", FIRM, _passes(12_000_000, "intervention", "cap-of-the-year", "enough-points")),
        ("A large one has no rate", "2026-02-01", FIRM | {"firm_size": "large", "research_kind": "near_market"}, _fails("intervention")),
        ("Its year is used up", "2026-02-01", FIRM | {"granted_this_year": 50_000_000}, _fails("cap-of-the-year")),
        ("Some of it is left", "2026-02-01", FIRM | {"granted_this_year": 49_000_000, "own_money": 19_000_000}, _passes(1_000_000)),
        ("Points are wanting", "2026-02-01", FIRM | {"firm_size": "large", "own_money": 12_000_000}, _fails("enough-points")),
    ],
    "institutions": [
        ("Two tiers", "2026-03-01", ROUND, _passes(300_000_000, "matching", "round-open", "cap-of-the-round")),
        ("Never less than the floor", "2026-04-30", ROUND | {"raised_money": 100}, _passes(5_000_000)),
        ("Never above the last tier", "2026-04-30", ROUND | {"raised_money": 900_000_000}, _passes(400_000_000)),
        ("The round is over", "2026-05-01", ROUND, _fails("round-open")),
        ("Its money is used up", "2026-03-01", ROUND | {"granted_in_round": 500_000_000}, _fails("cap-of-the-round")),
    ],
    "next-phase": [
        ("Opened by the first", "2026-02-01", NEXT, _passes(5_000_000, "first-phase-done", "half")),
        ("Not opened", "2026-02-01", NEXT | {"first_phase_projects": 0}, _fails("first-phase-done")),
        ("Own money is wanting", "2026-02-01", NEXT | {"own_money": 1_000_000}, _fails("half")),
    ],
}


def worked_cases(scheme: str) -> str:
    """This will write a scheme's worked cases as cases.yaml has them."""
    lines = ["cases:"]
    for title, day, facts, expect in CASES[scheme]:
        told = [f"day: {day}", "version: v1", f"facts: {json.dumps(facts)}", f"expect: {json.dumps(expect)}"]
        lines += [f"  - title: {title}", *(f"    {line}" for line in told)]
    return "\n".join(lines) + "\n"


def question(fact: str) -> str:
    """This will word a question that feeds a fact of the same name."""
    return f'\n[[sections.questions]]\nid = "{fact}"\nkind = "{KINDS[fact]}"\nfeeds = "{fact}"\nlabel = {{ en = "{fact}" }}\n'
