"""Puts what the core and the books say into words for pages — e.g. "Carried by verified matching money: HK$18m × 1 ÷ 2".

Only words and figures: nothing is decided here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from millrace.core import matching
from millrace.core.claims import Examination, Reason, Step
from millrace.core.terms import Terms
from millrace.stages.deliver.alike import WHY_WORDS, Alike
from millrace.stages.deliver.models import ClaimLine
from millrace.stages.deliver.queries import BLOCK_WORDS, FLAG_WORDS, REASON_WORDS, STEP_WORDS
from millrace.stages.deliver.standing import Planned
from millrace.web import fields, words

OPERATORS = {"refused": "−", "allowed": "=", "payable": "=", "release": "=", "matching_used": "", "earned": "→", "within_award": "≤"}
OPERATORS |= {"declared_value": "≤", "counted": "="}
LEASTS = ("planned_left", "committed_left", "payable_left", "matching_carries")


def sums(steps: Iterable[Step | Mapping[str, Any]], unit: str) -> list[dict[str, Any]]:
    """This will word steps of arithmetic, each with the numbers it was made from."""
    plain = [step.as_json() if isinstance(step, Step) else dict(step) for step in steps]
    return [_sum(step, unit) for step in plain]


def _sum(step: Mapping[str, Any], unit: str) -> dict[str, Any]:
    code = step["code"]
    return {
        "op": OPERATORS.get(code, "≤" if code in LEASTS[1:] else ""),
        "label": _(STEP_WORDS[code]),
        "amount": words.amount(step["amount_cents"], unit),
        "note": _note(code, step.get("values") or {}, unit),
        "total": code in ("allowed", "payable", "release", "counted"),
    }


def _note(code: str, values: Mapping[str, int], unit: str) -> str:
    def money(name: str) -> str:
        return words.amount(values[name], unit)

    match code:
        case "earned":
            return f"{money('allowed_cents')} × {values['grant']} ÷ {values['whole']}"
        case "priced_hours":
            return f"{money('rate_cents')} × {fields.share_text(values['hours_hundredths'])}"
        case "priced_use":
            share = fields.share_text(values["share_basis_points"])
            return f"{money('cost_cents')} × {values['counted_months']} ÷ {values['life_months']} × {share}%"
        case "priced_goods":
            return f"{money('list_price_cents')} × {values['quantity']} × {fields.share_text(values['share_basis_points'])}%"
        case "in_kind_counts":
            share = fields.share_text(values["numerator"] * 10_000 // values["denominator"])
            told = _("at most %(share)s%% of all matching money used, with %(cash)s in cash beside it")
            return told % {"share": share, "cash": money("cash_cents")}
        case "matching_carries":
            return f"{money('verified_cents')} × {values['grant']} ÷ {values['matching']}"
        case "matching_used":
            return f"× {values['matching']} ÷ {values['grant']}"
        case "planned_left" if values.get("released_cents"):
            return f"{money('planned_cents')} − {money('released_cents')}"
        case "within_award":
            return _("Approved for this stage: %(amount)s") % {"amount": money("approved_cents")}
        case "payable" if values.get("before_cents"):
            return _("less %(amount)s payable under earlier claims") % {"amount": money("before_cents")}
    return ""


def reason(found: Reason, unit: str) -> dict[str, str]:
    """This will word why a line has no or less room."""
    facts = ""
    if found.required.isdigit() and found.found.isdigit():
        left, asked = words.amount(int(found.required), unit), words.amount(int(found.found), unit)
        facts = _("%(left)s left, %(asked)s claimed") % {"left": left, "asked": asked}
    return {"words": _(REASON_WORDS[found.code]), "clause": found.clause, "facts": facts}


def line(row: ClaimLine, examined: Examination | None, names: Mapping[str, str], *, unit: str, is_staff: bool) -> dict[str, Any]:
    """This will gather one claim line for a page: what was claimed, what the terms say, what was ruled."""
    return {
        "number": row.number,
        "item": row.item,
        "head": names.get(row.head, row.head),
        "supplier": row.supplier,
        "invoice": row.invoice,
        "spent_on": row.spent_on,
        "paid_on": row.paid_on,
        "claimed_cents": row.claimed_cents,
        "receipt": row.receipt,
        "payment_proof": row.payment_proof,
        "room_cents": examined.room_cents if examined else None,
        "findings": [reason(found, unit) for found in examined.reasons] if examined else [],
        "flags": [_(FLAG_WORDS[flag]) for flag in examined.flags] if examined and is_staff else [],
        "outcome": row.outcome,
        "allowed_cents": row.allowed_cents,
        "refused_cents": row.refused_cents,
        "reason": _(REASON_WORDS[row.reason]) if row.reason in REASON_WORDS else "",
        "clause": row.clause,
        "note": row.note,
    }


def instalment(planned: Planned, terms: Terms) -> dict[str, Any]:
    """This will gather one instalment: planned, released, what a release now comes to and what it waits for."""
    release, unit = planned.release, terms.unit
    left = planned.instalment.planned_cents - planned.released_cents
    blocks = [_(BLOCK_WORDS[block]) for block in release.blocks]
    is_all = bool(planned.released_cents) and left <= 0
    # Where something blocks it, nothing is released whatever the limits are: a sum would mislead.
    steps = [step for step in release.steps if step.code != "release" or not release.blocks]
    return {
        "number": planned.instalment.number,
        "stage": planned.stage,
        "basis": basis(planned.instalment.basis),
        "planned_cents": planned.instalment.planned_cents,
        "released_cents": planned.released_cents,
        "left_cents": left,
        "release_cents": release.amount_cents,
        "is_resized": bool(release.limited_by) and not release.blocks,
        "is_released": is_all,
        "blocks": [] if is_all else blocks,
        "sums": sums(steps, unit),
        "unit": unit,
        "ratio": f"{terms.stage(planned.stage).ratio.grant}:{terms.stage(planned.stage).ratio.matching}",
    }


def basis(code: str) -> str:
    """This will word what an instalment is released on."""
    return {"acceptance": _("On acceptance"), "milestone": _("On a milestone"), "completion": _("On completion")}[code]


def share(most: matching.Share) -> str:
    """This will word how much of the matching money may be in kind; nothing where all of it may."""
    if most.numerator == most.denominator:
        return ""
    return f"{fields.share_text(most.numerator * 10_000 // most.denominator)}%"


def like(found: Alike) -> dict[str, Any]:
    """This will gather a payment that may be the same one, as the officer compares it."""
    claim, number = found.place
    values = {"claim": claim, "line": number, "number": number}
    place = _("Claim %(claim)s, line %(line)s") % values if claim else _("Evidence %(number)s") % values
    why = _(" and ").join(_(WHY_WORDS[code]) for code in found.why)
    return {"case": found.case, "place": place, "why": why, "payee": found.payee, "invoice": found.invoice, "on": found.on} | {
        "amount": words.amount(found.amount_cents, found.unit)
    }
