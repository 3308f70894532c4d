"""What the invented applicants write — e.g. a line of HK$18m for optical lenses, of which the company pays two thirds.

Amounts are drawn so that the published rules give what is asked for.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from millrace.jobs.demonstration import names
from millrace.jobs.demonstration.tale import Tale

HUNDRED_THOUSAND = 100_000_00
TECHNOLOGIES = ("internet_of_things", "real_time_data", "artificial_intelligence", "automation", "sensors")


@dataclass(frozen=True)
class Written:
    """The sections of a form as answered, and the sums that the rest of the tale needs."""

    sections: dict[str, dict[str, Any]]
    asked_cents: int
    cost_cents: int
    files: tuple[str, ...]


def nifs(tale: Tale, *, name: str, email: str) -> Written:
    """This will answer the form of a smart production line; one case in four is small enough for the streamlined route."""
    dice = tale.dice
    asked = dice.randint(12, 28) * HUNDRED_THOUSAND if dice.random() < 0.25 else dice.randint(30, 140) * HUNDRED_THOUSAND
    cost = asked * 3
    product, product_zh, sector = names.LINES[tale.number % len(names.LINES)]
    title = f"Smart line for {product} (invented)" if tale.number % 2 else f"{product_zh}智能生產線（虛構）"
    training = cost // 20 if tale.number % 4 == 0 else 0
    months = dice.choice((12, 15, 18, 24))
    due = tale.today + timedelta(days=30 * months)
    sections: dict[str, dict[str, Any]] = {
        "eligibility": {
            "sector": sector,
            "contact_name": name,
            "contact_email": email,
        },
        "project": {
            "project_title": title,
            "project_purpose": "production_line",
            "project_summary": "An invented line: parts are made, inspected by camera and packed without a break. 虛構的生產線。",
            "is_smart_line": True,
            "smart_technologies": dice.sample(
                ["internet_of_things", "real_time_data", "artificial_intelligence", "automation", "sensors"], 3
            ),
            "line_count": dice.choice((1, 1, 1, 2)),
            "line_address": "Demonstration Estate, Yuen Long (invented)",
            "project_months": months,
            "milestones": [{"title": "Line runs and is accepted", "due_on": due.isoformat()}],
        },
        "budget": {
            "budget_lines": [
                {"head": "machinery", "item": "Machines, installed", "amount": cost - training},
                *([{"head": "testing_training", "item": "Trial runs and training", "amount": training}] if training else []),
            ],
            "own_money": cost - asked,
            "requested_amount": asked,
            "other_support": False,
        },
    }
    return Written(sections, asked, cost, ("quotations",))


def raise_plus(tale: Tale, *, name: str, email: str, is_direct: bool) -> Written:
    """This will answer the form of a university team: two stages, or directly the second with a prototype."""
    dice = tale.dice
    title, title_zh = names.INVENTIONS[tale.number % len(names.INVENTIONS)]
    first = 0 if is_direct else dice.randint(9, 24) * 10 * HUNDRED_THOUSAND  # matching of stage 1; the grant is twice that
    second = dice.randint(10, 20) * 10 * HUNDRED_THOUSAND  # matching of stage 2; the grant is as much
    asked = 2 * first + second
    start = tale.today
    stage = "stage_2" if is_direct else "stage_1"
    last = start + timedelta(days=(11 if is_direct else 35) * 30)
    milestones = [{"title": "Product on the market", "stage": "stage_2", "due_on": last.isoformat()}]
    if not is_direct:
        milestones = [
            {"title": "Prototype shown to the sponsor", "stage": "stage_1", "due_on": (start + timedelta(days=300)).isoformat()},
            {"title": "Prototype accepted", "stage": "stage_1", "due_on": (start + timedelta(days=700)).isoformat()},
            *milestones,
        ]
    sections: dict[str, dict[str, Any]] = {
        "team": {
            "sector": ("biotechnology", "electrical_electronic", "information_technology")[tale.number % 3],
            "contact_name": name,
            "contact_email": email,
            "team_members": [{"name": name, "standing": "faculty", "part": "Leads the team"}],
            "is_research_team_of_university": True,
        },
        "project": {
            "project_title": f"Bringing {title} to market (invented)" if tale.number % 2 else f"{title_zh}商品化（虛構）",
            "project_purpose": "transformation",
            "project_summary": "An invented project that takes a result of research to production. 虛構的項目。",
            "entry_stage": stage,
            "project_months": 12 if is_direct else 60,
            "milestones": milestones,
        },
        "stage_2": {
            "stage_2_budget": [{"head": "equipment", "item": "Pilot line", "amount": 2 * second}],
            "stage_2_industry": second,
        },
        "terms": {"is_money_non_repayable": True, "ip_share": 7000 + 500 * dice.randint(0, 4), "requested_amount": asked},
    }
    if is_direct:
        sections["project"]["has_prototype"] = True
    else:
        sections["stage_1"] = {
            "stage_1_budget": [
                {"head": "manpower", "item": "Engineers", "amount": 2 * first},
                {"head": "equipment", "item": "Instruments", "amount": first},
            ],
            "stage_1_industry_cash": first * 6 // 10,
            "stage_1_industry_in_kind": first * 2 // 10,
            "stage_1_university_cash": first - first * 6 // 10 - 2 * (first * 2 // 10) + first * 2 // 10,
            "stage_1_university_in_kind": 0,
        }
    return Written(sections, asked, 2 * second + 3 * first, ("sponsorship_letters", "selection_record"))
