"""Puts what a payee owes into words for pages — e.g. HK$60,000 × 8% × 73 ÷ 365, line by line, rounded once.

Only words and figures: nothing is decided here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from millrace.core import access as rights
from millrace.core import money, recovery
from millrace.registers.cases.models import Case
from millrace.registers.people.models import Person
from millrace.stages.deliver import gather, letters, recovering, standing
from millrace.stages.deliver.models import Payment, Receipt, Receivable, RevenueDeclaration, Settlement
from millrace.web import access, fields, words

State = Receivable.State


def sums(debt: Receivable, found: recovery.Owed, settled: Sequence[recovery.Settled]) -> list[dict[str, Any]]:
    """This will lay out how what is owed was made: interest stretch by stretch, rounded once, less what was settled."""
    unit = debt.unit
    interest = sum(act.interest_cents for act in settled)
    lines = [_stretch(part, unit) for part in found.parts]
    lines.append(_line("=", _("Interest, rounded once to the cent"), found.accrued_cents, unit))
    if interest:
        lines.append(_line("−", _("Interest settled already"), interest, unit))
    lines.append(_line("+", _("Principal still owed"), found.principal_cents, unit))
    return [*lines, {**_line("=", _("Owed in all"), found.total_cents, unit), "total": True}]


def _line(op: str, label: str, cents: int, unit: str) -> dict[str, Any]:
    return {"op": op, "label": label, "amount": words.amount(cents, unit), "note": ""}


def _stretch(part: recovery.Stretch, unit: str) -> dict[str, Any]:
    label = _("%(since)s to before %(until)s") % {"since": words.day(part.since), "until": words.day(part.until)}
    note = f"{words.amount(part.principal_cents, unit)} × {fields.share_text(part.basis_points)}% × {part.days} ÷ {recovery.DAYS_OF_A_YEAR}"
    return {"op": "+", "label": label, "amount": _exact(Fraction(part.product, recovery.DENOMINATOR), unit), "note": note}


def _exact(cents: Fraction, unit: str) -> str:
    """Four decimals of the smallest unit more than an amount has: what is rounded only in the sum is not shown as if it were exact."""
    sign = words.amount(0, unit).replace("0", "")
    parts = round(cents * 10_000)
    places = money.decimals_of(unit) + 4
    whole, rest = divmod(parts, 10**places)
    return f"{sign}{whole:,}.{rest:0{places}d}".rstrip("0").rstrip(".")


def history(debt: Receivable) -> list[dict[str, Any]]:
    """This will list what was settled, with the day interest was counted to."""
    rows = Settlement.objects.filter(receivable=debt).select_related("recorded_by").order_by("number")
    return [{"row": row, "total_cents": row.principal_cents + row.interest_cents} for row in rows]


def receipts(debt: Receivable) -> list[dict[str, Any]]:
    """This will list what came in at the bank for a debt: what of it is held, where a payment of that stands, or that it was taken back."""
    rows = list(Receipt.objects.filter(receivable=debt).select_related("recorded_by", "taken_back_by").order_by("number"))
    undone = Payment.objects.filter(receipt__in=rows).exclude(state__in=Payment.UNDONE)
    paid = {payment.receipt_id: payment for payment in undone.select_related("run")}
    return [{"row": row, "payment": paid.get(row.pk)} for row in rows]


def plans(debt: Receivable) -> list[dict[str, Any]]:
    """This will list the plans of a debt, the last first, with each instalment and whether what was paid covers it."""
    found = []
    settled = recovering.settled_cents(debt)
    for plan in debt.plans.order_by("-number"):
        parts, left = [], settled - plan.settled_before_cents
        for part in recovering.parts_of(plan):
            left -= part.amount_cents
            parts.append({"due_on": part.due_on, "amount_cents": part.amount_cents, "is_paid": left >= 0 and plan.ending != "replaced"})
        found.append({"row": plan, "parts": parts})
    return found


def revenue_sums(row: RevenueDeclaration) -> list[dict[str, Any]]:
    """This will lay out how a share of revenue was made."""
    steps, unit = row.steps, row.unit
    points = next((one["number"] for one in steps.get("measures", []) if one["measure"] == recovering.REVENUE_SHARE), 0)
    lines = [
        _line("", _("Revenue declared"), steps["revenue_cents"], unit),
        {**_line("→", _("Share that comes back"), steps["share_cents"], unit), "note": f"× {fields.share_text(points)}%"},
        _line("≤", _("Left of the cap after earlier years"), max(0, steps["cap_cents"] - steps["before_cents"]), unit),
    ]
    return [*lines, {**_line("=", _("To be paid"), steps["amount_cents"], unit), "total": True}]


def years(case: Case, on: date) -> list[dict[str, Any]]:
    """This will list the years of revenue that are over, each with its declaration or the day by which it is due."""
    held, agreed = recovering.revenue_of(case, on), standing.agreed_by(case, on)
    if held is None or agreed is None:
        return []
    told = {row.year: row for row in agreed.declared}
    return [
        {
            "year": year,
            "row": told.get(year.number),
            "sums": revenue_sums(told[year.number]) if year.number in told else [],
            "is_overdue": year.number not in told and year.declare_by < on,
        }
        for year in held[1]
    ]


def panel(case: Case, person: Person, at: datetime) -> dict[str, Any] | None:
    """This will show what is owed on a case: to its parties once it is confirmed, to the funder's people from the first word."""
    today = gather.local_day(at)
    agreed, subject, actor = standing.agreed_by(case, today), access.subject_of(person, case, at), access.actor_of(person, at)
    if agreed is None:
        return None
    rows = [row for row in agreed.debts if actor.powers or row.confirmed_on]
    may = {name: rights.decide(actor, name, subject).allowed for name in ("recover", "declare_revenue")}
    declared = years(case, today)
    may["recover"] = may["recover"] and (case.paid_cents > 0 or bool(declared))
    if not rows and not declared and not may["recover"]:
        return None
    found = []
    for row in rows:
        row.case = case
        found.append({"row": row, "owed": recovering.owed(row, today, agreed.settled[row.pk]) if row.state == State.CONFIRMED else None})
    return {"case": case, "debts": found, "years": declared, "may": may, "rates": letters.interest_lines(case.scheme) if found else []}
