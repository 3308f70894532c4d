"""Checks the reason of every order on a fund against what the timeline sealed of it — e.g. one letter of order 12's, altered since.

An event keeps of a reason only its digest, salted by who proposed the order; the words stand in an ordinary row. Where they were erased by
rule, an event says so, and nothing is left to compare.
"""

from typing import Any

from millrace.core.findings import Part
from millrace.registers.timeline import verify as timeline
from millrace.registers.timeline.models import Event
from millrace.stages.plan.models import FundOrder

TOLD = (
    *("fund_order_proposed", "fund_order_refused", "envelope_funded", "envelope_shared_out", "cash_shared_out"),
    *("envelope_transferred", "cash_transferred", "cash_lapsed"),
)


def verify() -> Part:
    """This will compare every event that names an order with the order and the reason it keeps."""
    part = Part("fund orders", {"orders": 0, "reasons": 0, "erased": 0})
    orders = {order.pk: order for order in FundOrder.objects.select_related("proposed_by")}
    erased = set(Event.objects.filter(kind=timeline.ERASURE, facts__has_key="order").values_list("facts__order", flat=True))
    part.counts["orders"] = len(orders)
    told = Event.objects.filter(kind__in=TOLD, facts__has_key="order").order_by("pk")
    for event, kind, facts in told.values_list("pk", "kind", "facts"):
        order = orders.get(facts["order"])
        if order is None:
            part.found("order-gone", f"event {event}", f"order {facts['order']}, which it names, is not there")
        elif order.pk in erased and not order.reason:
            part.counts["erased"] += "reason_sha256" in facts
        else:
            part.counts["reasons"] += "reason_sha256" in facts
            if wrong := _wrong(order, kind, facts):
                part.found("order-reason-differs", f"order {order.pk}", f"{wrong} (event {event})")
    return part


def _wrong(order: FundOrder, kind: str, facts: dict[str, Any]) -> str:
    """What is wrong with the reason kept, or nothing. Only what was told when it was proposed always tells the reason."""
    told = facts.get("reason_sha256")
    if told is None:
        return "its reason was not there when it was proposed" if order.reason and kind == "fund_order_proposed" else ""
    if not order.reason:
        return "its reason is gone, and no event says that it was erased"
    return "" if told in order.digests else "its reason is not the one the timeline tells of"
