"""Checks the books against the pure core — e.g. that an envelope's balance is the sum of every posting ever made to it."""

from collections import defaultdict
from collections.abc import Iterator

from millrace.core import ledger
from millrace.core.findings import Part
from millrace.registers.ledger import models


def verify() -> Part:
    """This will recompute every balance from the postings alone, and see that no unit gained or lost anything."""
    part = Part("ledger", {"accounts": 0, "postings": 0})
    recomputed = ledger.recompute(_moves(part))
    totals: defaultdict[str, int] = defaultdict(int)
    for row in models.Account.objects.select_related("balance_row").order_by("pk").iterator(chunk_size=2_000):
        part.counts["accounts"] += 1
        stored, expected = row.balance_row.balance, recomputed.pop(row.pk, 0)
        totals[row.unit] += stored
        if stored != expected:
            part.found("balance", row.key, f"holds {stored:,}; its postings add up to {expected:,}")
        if stored < 0 and row.kind not in ledger.OUTSIDE_KINDS:
            part.found("floor", row.key, f"is below zero: {stored:,}")
        if row.key != row.value().key:
            part.found("key", row.key, "is keyed as another account")
    for account in sorted(recomputed):
        part.found("account", f"account {account}", "has postings and no row")
    for unit, total in totals.items():
        if total:
            part.found("conservation", unit, f"all accounts together hold {total:,} instead of nothing")
    part.counts["units"] = ", ".join(sorted(totals)) or "none"
    return part


def _moves(part: Part) -> Iterator[ledger.Move[int]]:
    postings = models.Posting.objects.order_by("pk").values_list("source_id", "target_id", "amount", "corrects_id")
    for source, target, amount, corrects in postings.iterator(chunk_size=5_000):
        part.counts["postings"] += 1
        yield ledger.Move(source, target, amount, corrects)
