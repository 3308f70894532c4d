"""What the case page shows of this stage, in panels — e.g. matching money per sponsor: pledged, evidenced, verified, consumed.

Each gives the context of its template, or None where there is nothing to show yet.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from millrace.registers.cases.models import Case
from millrace.registers.facilities import queries as facilities
from millrace.registers.people.models import Organisation, Person
from millrace.stages.award import queries as award
from millrace.stages.deliver import gather, queries, telling
from millrace.stages.deliver.models import Claim, Evidence
from millrace.web import access


def _may(case: Case, person: Person, at: datetime, *actions: str) -> dict[str, bool]:
    """This will say which of these acts this person may do now: none once the case is not in force."""
    actor = access.actor_of(person, at)
    decided = access.subject_of(person, case, at)
    from millrace.core.access import decide

    return {action: case.status == "in_force" and decide(actor, action, decided).allowed for action in actions}


def delivery(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show milestones, matching money and the evidence for both."""
    standing = queries.standing(case, at)
    if standing is None:
        return None
    titles = award.milestone_titles(case, gather.local_day(at))
    latest = {one.milestone: one for one in standing.evidence if one.purpose == Evidence.Purpose.MILESTONE}
    sponsors = Organisation.objects.in_bulk({line.sponsor for line in standing.statement.matching})
    return {
        "case": case,
        "unit": standing.terms.unit,
        "milestones": [
            {
                "number": one.number,
                "stage": one.stage,
                "title": titles.get(one.number) or _("Milestone %(number)s") % {"number": one.number},
                "due_on": one.due_on,
                "state": latest[one.number].state if one.number in latest else "planned",
                "is_open": one.stage <= case.stage_number,
                "evidence": latest.get(one.number),
            }
            for one in standing.terms.milestones
        ],
        "matching": [{"line": line, "sponsor": sponsors[line.sponsor]} for line in standing.statement.matching],
        "evidence": [one for one in standing.evidence if one.purpose == Evidence.Purpose.MATCHING],
        "may": _may(case, person, at, "record_evidence", "verify_evidence"),
    }


def claims(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will list the claims: in what state, what was claimed, allowed, refused and payable."""
    may = _may(case, person, at, "claim", "rule_claim", "approve_claim")
    rows = Claim.objects.filter(case=case).order_by("number")
    shown = [claim for claim in rows if claim.state != Claim.State.DRAFT or may["claim"]]
    if not shown and not may["claim"]:
        return None
    return {"case": case, "claims": shown, "may": may, "has_open": any(claim.state != Claim.State.DECIDED for claim in rows)}


def money(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show each instalment with its arithmetic and what it waits for, the payments, and the books of the case."""
    standing = queries.standing(case, at)
    if standing is None:
        return None
    account = queries.live_account(case.lead)
    unit = standing.terms.unit
    return {
        "case": case,
        "unit": unit,
        "states": [
            (_("Committed"), standing.statement.total("committed", unit)),
            (_("Due"), standing.statement.total("due", unit)),
            (_("Paid"), standing.statement.total("paid", unit)),
            (_("Returned"), standing.statement.total("returned", unit)),
        ],
        "instalments": [telling.instalment(one, standing.terms) for one in standing.planned],
        "releases": [{"release": one, "sums": telling.sums(one.steps, one.unit)} for one in standing.releases],
        "payments": standing.payments,
        "account": account,
        "hours": list(facilities.allocations_of(case)),
        "may": _may(case, person, at, "release", "change_account"),
    }
