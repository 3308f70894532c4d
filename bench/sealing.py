"""How fast many cases are copied, sealed, projected, counted and verified: `python -m bench.sealing [--cases 10000]`.

The cases are copies of one life told in six events, from submission to closing — e.g. ten thousand NIFS lines.
"""

import argparse
import functools
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench import throwaway

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
STORY = (
    ("submitted", {"scheme": "nifs", "version": "v2", "requested_cents": 900_000_000, "received_on": date(2026, 3, 2)}),
    ("screened", {"screened_on": date(2026, 3, 3)}),
    ("recommended", {"supported_on": date(2026, 3, 4)}),
    ("approved", {"approved_cents": 800_000_000, "approved_on": date(2026, 3, 5), "is_mainland_collaboration": True}),
    ("in_force", {"committed_cents": 800_000_000, "agreed_on": date(2026, 3, 6)}),
    ("closed", {"paid_cents": 790_000_000, "closed_on": date(2026, 3, 7)}),
)


def source() -> int:
    """This will live one case and give its id."""
    from django.db import transaction

    from millrace.registers.ledger import actions as ledger
    from millrace.registers.timeline import actions as timeline
    from millrace.testing.making import Making

    make = Making()
    by = make.system()
    case = make.case(by=by, status="closed")
    for place, (status, columns) in enumerate(STORY):
        at = AT + timedelta(days=place)
        with transaction.atomic():
            event = timeline.reserve_id()
            if status == "approved":
                envelope = ledger.envelope("itf-nifs", "nifs", "HKD")
                ledger.appropriate(envelope, 800_000_000, event=event, on=at.date(), at=at)
                ledger.reserve(case, 800_000_000, envelope=envelope, event=event, on=at.date(), at=at)
            facts = {"reference": case.reference, "status": status}
            fields: dict[str, Any] = {"sheet": {"status": status, **columns}, "happened_on": at.date(), "facts": facts}
            timeline.record("offer_accepted", command=uuid.uuid4(), by=by, at=at, case=case, event_id=event, **fields)
    return int(case.pk)


def timed(name: str, count: int, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    given = work()
    took = time.perf_counter() - began
    print(f"{name:<44} {took * 1000:>12,.1f} ms {count / took if count else 0:>12,.0f} /s")
    return given


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    asked = parser.parse_args()
    with throwaway.opened() as target:
        throwaway.enter(target)
        from django.db.models import Count, Sum

        from millrace.jobs import bulk, verify
        from millrace.registers.sheet import actions as sheet
        from millrace.registers.sheet import queries as rows
        from millrace.registers.timeline import sealer

        first, events = source(), asked.cases * len(STORY)
        day = date(2025, 6, 30)

        def figure(seal: int | None) -> list[Any]:
            approved = rows.counted(rows.rows_as_at(day, seal)).filter(approved_on__isnull=False)
            grouped = approved.values("scheme", "status").annotate(cases=Count("pk"), cents=Sum("approved_cents"))
            return list(grouped.order_by("scheme", "status"))

        with target.connect("owner") as owner:
            timed("cases copied", asked.cases, lambda: bulk.copy(asked.cases, sources=[first], owner=owner, at=AT, spread_days=900))
            last = timed("events sealed at once", events, lambda: sealer.seal(AT + timedelta(days=9)))
            timed("events projected on the sheet", events, sheet.project)
            owner.execute("VACUUM ANALYZE")
        for name, seal in (("now", None), ("half-way", last.number // 2)):
            figure(seal)
            timed(f"figure as at a day, as known {name}", 1, functools.partial(figure, seal))
        timed("sheet rebuilt", events, sheet.rebuild)
        report = timed("everything verified", events, verify.verify)
        print("\n".join(report.lines()))


if __name__ == "__main__":
    main()
