"""Puts what the core and the books say into words for pages — e.g. "Carried by verified matching money: HK$18m × 1 ÷ 2".

Only words and figures: nothing is decided here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from millrace.core import matching, releases
from millrace.core import money as money_
from millrace.core.claims import Examination, Flag, Reason, Step
from millrace.core.terms import Terms
from millrace.stages.deliver.alike import WHY_WORDS, Alike
from millrace.stages.deliver.models import Claim, ClaimLine
from millrace.stages.deliver.queries import BLOCK_WORDS, FLAG_WORDS, REASON_WORDS, STEP_WORDS
from millrace.stages.deliver.standing import Planned
from millrace.web import fields, words

OPERATORS = {"refused": "−", "allowed": "=", "payable": "=", "release": "=", "matching_used": "", "earned": "→", "within_award": "≤"}
OPERATORS |= {"declared_value": "≤", "counted": "=", "head_tolerance": "+", "budget_left": "≤", "head_room": "="}
LEASTS = ("planned_left", "committed_left", "advance_asked", "payable_left", "matching_carries")


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
        "total": code in ("allowed", "payable", "release", "counted", "head_room"),
    }


def _note(code: str, values: Mapping[str, int], unit: str) -> str:
    def money(name: str) -> str:
        return words.amount(values[name], unit)

    match code:
        case "earned":
            return f"{money('allowed_cents')} × {values['grant']} ÷ {values['whole']}"
        case "head_tolerance":
            share = f"{money('approved_cents')} × {fields.share_text(values['basis_points'])}%"
            return f"{share}, {_('at most %(amount)s') % {'amount': money('most_cents')}}" if "most_cents" in values else share
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
        case "payable_left" if values.get("uncleared_cents"):
            return _("%(amount)s of the advance is to be covered first") % {"amount": money("uncleared_cents")}
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


def flag(found: Flag, unit: str, currency: str = "") -> dict[str, str]:
    """This will word what to look at on a line, and why: the other lines it was seen in and the figures it rests on."""
    places = [
        (_("claim %(claim)s, line %(line)s") if claim else _("line %(line)s")) % {"claim": claim, "line": number}
        for claim, number in found.others
    ]
    return {"words": _(FLAG_WORDS[found.code]), "why": " · ".join(filter(None, [", ".join(places), _figures(found, unit, currency)]))}


def _figures(found: Flag, unit: str, currency: str) -> str:
    values = found.values
    match found.code:
        case "round_sum":
            return _("a multiple of %(amount)s") % {"amount": words.amount(values["of_cents"], unit)}
        case "just_below_threshold":
            return _("the threshold is %(amount)s") % {"amount": words.amount(values["threshold_cents"], unit)}
        case "split_invoice":
            told = {"together": words.amount(values["together_cents"], unit), "threshold": words.amount(values["threshold_cents"], unit)}
            return _("together %(together)s within %(days)s days; the threshold is %(threshold)s") % {**told, "days": values["days"]}
        case "arithmetic":
            price, product, amount = (
                in_currency(values[name], currency or unit) for name in ("unit_price_cents", "product_cents", "amount_cents")
            )
            return f"{fields.share_text(values['quantity_hundredths'])} × {price} = {product} ≠ {amount}"
    return ""


def in_currency(hundredths: int, currency: str) -> str:
    """This will write an amount of any currency from hundredths of its unit: JPY 12,000, USD 1,000.50."""
    return f"{currency} {money_.plain(hundredths, currency='XXX')}"


def foreign(row: ClaimLine, unit: str) -> str:
    """This will say how an amount of another currency became the claim's own: amount × rate, of which day, from where."""
    if not row.currency or row.invoiced_cents is None:
        return ""
    told = in_currency(row.invoiced_cents, row.currency)
    if row.rate is None:
        return _("%(amount)s: no rate is recorded yet") % {"amount": told}
    rate = f"{row.rate.millionths / 1_000_000:.6f}".rstrip("0").rstrip(".")
    return f"{told} × {rate} ({words.day(row.rate.on)}, {row.rate.source})"


def line(row: ClaimLine, examined: Examination | None, names: Mapping[str, str], *, unit: str, is_staff: bool) -> dict[str, Any]:
    """This will gather one claim line for a page: what was claimed, what the terms say, what was ruled."""
    return {
        "number": row.number,
        "item": row.item,
        "head": names.get(row.head, row.head),
        "supplier": row.supplier,
        "invoice": row.invoice,
        "spent_on": row.spent_on,
        "until_on": row.until_on,
        "paid_on": row.paid_on,
        "claimed_cents": row.claimed_cents,
        "receipt": row.receipt,
        "payment_proof": row.payment_proof,
        "room_cents": examined.room_cents if examined else None,
        "findings": [reason(found, unit) for found in examined.reasons] if examined else [],
        "flags": [flag(found, unit, row.currency) for found in examined.flags] if examined and is_staff else [],
        "moved_cents": row.moved_cents if row.outcome else examined.moved_cents if examined else 0,
        "sums": sums(examined.steps, unit) if examined else [],
        "foreign": foreign(row, unit),
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
    left = planned.planned_cents - planned.released_cents
    blocks = [_(BLOCK_WORDS[block]) for block in release.blocks]
    is_all = bool(planned.released_cents) and left <= 0
    # Where something blocks it, nothing is released whatever the limits are: a sum would mislead.
    steps = [step for step in release.steps if step.code != "release" or not release.blocks]
    return {
        "number": planned.instalment.number,
        "stage": planned.stage,
        "basis": basis(planned.instalment.basis),
        "planned_cents": planned.planned_cents,
        "may_be_asked_for": planned.instalment.basis == releases.ON_ADVANCE,
        "asked_cents": planned.asked_cents,
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
    return {
        "acceptance": _("On acceptance"),
        "milestone": _("On a milestone"),
        "completion": _("On completion"),
        "advance": _("In advance, on request"),
        "claim": _("As claims are decided"),
    }[code]


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


def stated_gap(claim: Claim) -> str:
    """This will say where the lines of a claim do not come to the total of the enterprise's own statement."""
    if claim.stated_cents is None or claim.stated_cents == claim.claimed_cents:
        return ""
    told = {"stated": words.amount(claim.stated_cents, claim.unit), "lines": words.amount(claim.claimed_cents, claim.unit)}
    return _("The statement says %(stated)s; the lines come to %(lines)s.") % told
