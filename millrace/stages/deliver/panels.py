"""What the case page shows of this stage, in panels — e.g. matching money per sponsor: pledged, evidenced, verified, consumed.

Each gives the context of its template, or None where there is nothing to show yet.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from millrace.core import access as rights
from millrace.core import money as money_
from millrace.registers.cases.models import Case
from millrace.registers.facilities import queries as facilities
from millrace.registers.facilities.models import Allocation
from millrace.registers.ledger import queries as ledger
from millrace.registers.people.models import Organisation, Person
from millrace.stages.deliver import gather, giving, leftover, register, standing, telling
from millrace.stages.deliver.models import Claim, Evidence
from millrace.web import access


def _may(case: Case, person: Person, at: datetime, *actions: str) -> dict[str, bool]:
    """This will say which of these acts this person may do now: none once the case is not in force."""
    actor = access.actor_of(person, at)
    decided = access.subject_of(person, case, at)
    return {action: case.status == "in_force" and rights.decide(actor, action, decided).allowed for action in actions}


def delivery(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show milestones, matching money and the evidence for both."""
    agreed = standing.agreed_by(case, gather.local_day(at))
    if agreed is None:
        return None
    statement, evidence = standing.statement_of(case), standing.evidence_of(case)
    latest = {one.milestone: one for one in evidence if one.purpose == Evidence.Purpose.MILESTONE}
    sponsors = _sponsors(case, statement, evidence)
    return {
        "case": case,
        "unit": agreed.terms.unit,
        "milestones": [
            {
                "number": one.number,
                "stage": one.stage,
                "title": agreed.titles.get(one.number) or _("Milestone %(number)s") % {"number": one.number},
                "due_on": one.due_on,
                "state": latest[one.number].state if one.number in latest else "planned",
                "is_open": one.stage <= case.stage_number,
                "evidence": latest.get(one.number),
            }
            for one in agreed.terms.milestones
        ],
        "matching": [{"line": line, "sponsor": sponsors[line.sponsor]} for line in statement.matching],
        "evidence": [_priced(one) for one in evidence if one.purpose == Evidence.Purpose.MATCHING],
        "ways": giving.ways_of(case, gather.local_day(at)),
        "may": _may(case, person, at, "record_evidence", "verify_evidence"),
    }


def _priced(one: Evidence) -> Evidence:
    """This will put beside evidence in kind the rule that priced it and its arithmetic."""
    one.rule, one.sums = giving.rule_of(one), telling.sums(one.steps, one.unit)  # type: ignore[attr-defined]  # read by the panel
    return one


def _sponsors(case: Case, statement: ledger.Statement, evidence: Sequence[Evidence]) -> dict[int, Organisation]:
    """This will name who brings matching money; most often the lead itself, or someone whose evidence is shown."""
    known = {case.lead_id: case.lead} | {one.sponsor.pk: one.sponsor for one in evidence if one.sponsor}
    others = {line.sponsor for line in statement.matching} - set(known)
    return known | Organisation.objects.in_bulk(others)


def claims(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will list the claims: in what state, what was claimed, allowed, refused and payable."""
    may = _may(case, person, at, "claim", "rule_claim", "approve_claim")
    rows = standing.claims_of(case)
    shown = [claim for claim in rows if claim.state != Claim.State.DRAFT or may["claim"]]
    if not shown and not may["claim"]:
        return None
    kept = register.kept_of(case)
    has_registers = bool(kept.heads or kept.team_share) and case.status not in ("approved", "submitted")
    return {
        "case": case,
        "has_registers": has_registers,
        "claims": shown,
        "may": may,
        "has_open": any(claim.state != Claim.State.DECIDED for claim in rows),
    }


def money(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show each instalment with its arithmetic and what it waits for, the payments, and the books of the case."""
    stands = standing.standing(case, gather.local_day(at))
    if stands is None:
        return None
    unit, statement = stands.terms.unit, stands.statement
    return {
        "case": case,
        "unit": unit,
        "states": [
            (_("Committed"), statement.total("committed", unit)),
            (_("Due"), statement.total("due", unit)),
            (_("Paid"), statement.total("paid", unit)),
            (_("Returned"), statement.total("returned", unit)),
        ],
        "instalments": [telling.instalment(one, stands.terms) for one in stands.planned],
        "releases": [{"release": one, "sums": telling.sums(one.steps, one.unit)} for one in stands.releases],
        "payments": standing.payments_of(stands.releases),
        "account": stands.account,
        "stages": leftover.settled_stages(case),
        "stage_over": case.stage_number - 1,
        "hours": _hours(case, statement),
        "may": _may(case, person, at, "release", "change_account", "claim", "settle_stage"),
    }


def _hours(case: Case, statement: ledger.Statement) -> list[Allocation]:
    """This will list the hours granted; only where the books of the case hold something else than money are there any."""
    return [] if all(line.unit in money_.CURRENCIES for line in statement.envelopes) else list(facilities.allocations_of(case))
