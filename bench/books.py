"""What questions of a large ledger cost: `python -m bench books [--awards 10000] [--postings 10000000]`.

The hottest balance, the whole trial balance on a past day as known now and as known earlier, the finance desk, the journal and
`verify` — e.g. 31 March 2025 as the auditor knew it in May. What is kept is compared with what the postings add up to.
"""

import argparse
import functools
import itertools
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from bench import filling, pages, throwaway

AROUND = 15
PAST = date(2025, 3, 17)


def measured(name: str, target: str, ask: Callable[[], Any], around: int = AROUND) -> str:
    """This will ask again and again and give the table's line."""
    ask()
    took = []
    for _ in range(around):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return f"{name:<58} {statistics.median(took):>10.2f} {max(took):>10.2f} {target:>10}"


def prepared(target: Any, awards: int, postings: int) -> None:
    """This will fill the database unless it was kept from an earlier run."""
    from millrace.registers.cases.models import Case
    from millrace.registers.ledger.models import KeptRun
    from millrace.testing.making import Making

    if KeptRun.objects.exists():
        return
    make = Making()
    by, lead = make.person(powers=("finance",), at=filling.AT), make.organisation(at=filling.AT)
    told = {"scheme": filling.ENVELOPE.scheme, "unit": filling.ENVELOPE.unit, "status": "in_force", "status_on": filling.FIRST_DAY}
    told |= {"lead": lead, "opened_at": filling.AT, "submitted_at": filling.AT, "opened_by": by}
    cases = Case.objects.bulk_create(Case(reference=f"NIFS-{number:04d}-0000", **told) for number in range(awards))
    with target.connect("owner") as owner:
        filling.fill(owner, cases, postings=postings, by=by)


def equal(on: date, seal: int | None) -> bool:
    """This will compare what is read from kept days with all postings added up by account."""
    from django.db import connection

    from millrace.registers.ledger import kept_days

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT side.account, sum(side.change)::bigint FROM ledger_posting p
                CROSS JOIN LATERAL (VALUES (p.target_id, p.amount), (p.source_id, -p.amount)) AS side (account, change)
                WHERE p.happened_on <= %(on)s AND (%(seal)s::bigint IS NULL
                   OR EXISTS (SELECT 1 FROM timeline_seal s WHERE s.event_id = p.event_id AND s.number <= %(seal)s))
                GROUP BY side.account HAVING sum(side.change) <> 0""",
            {"on": on, "seal": seal},
        )
        added = dict(cursor.fetchall())
    return added == {account: held for account, held in kept_days.balances_at(on, seal).items() if held}


def seal_of(day: date) -> int:
    """This will give the last seal of the events that happened by a day."""
    from millrace.registers.timeline.models import Seal

    return int(Seal.objects.filter(sealed_at__date=day).order_by("-number").values_list("number", flat=True)[0])


def exported(limit: int) -> str:
    """This will write the journal of as many postings and say how fast."""
    from django.db import connection

    from millrace.registers.ledger import journal

    with connection.cursor() as cursor:
        cursor.execute("SELECT happened_on FROM ledger_posting ORDER BY happened_on OFFSET %s LIMIT 1", [limit])
        (on,) = cursor.fetchone() or (date.max,)
        cursor.execute("SELECT max(number), (SELECT count(*) FROM ledger_posting WHERE happened_on <= %s) FROM timeline_seal", [on])
        seal, count = cursor.fetchone()
    began = time.perf_counter()
    size = sum(len(piece) for piece in journal.beancount_lines(on=on, seal=seal, title="Bench", currency="HKD"))
    took = time.perf_counter() - began
    return f"journal of {count:,} postings: {took:,.1f} s, {count / took:,.0f} a second, {size / 1e6:,.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--awards", type=int, default=10_000)
    parser.add_argument("--postings", type=int, default=10_000_000)
    parser.add_argument("--without", nargs="*", default=[], choices=["equal", "journal", "verify"])
    asked = parser.parse_args()
    with throwaway.opened() as target:
        throwaway.enter(target)
        prepared(target, asked.awards, asked.postings)
        table(asked.without)


def table(without: list[str]) -> None:
    """This will print every line."""
    from millrace.registers.ledger import kept_days, models, queries, verify

    hot, earlier = filling.hottest(), seal_of(date(2025, 5, 12))
    accounts, postings = models.Account.objects.count(), models.Posting.objects.count()
    print(f"\n{accounts:,} accounts, {postings:,} postings, {models.KeptDay.objects.count()} kept days")
    print(f"\n{'':<58} {'p50 ms':>10} {'worst ms':>10} {'target':>10}")
    print(measured("hottest balance, now", "1", lambda: queries.balance(hot), 200))
    print(measured("trial balance of a past day, as known now", "100", lambda: kept_days.balances_at(PAST)))
    print(measured("trial balance of a past day, as known earlier", "1000", lambda: kept_days.balances_at(PAST, earlier)))
    print(measured("the same with every account named, as known now", "", lambda: queries.trial_balance(on=PAST)))
    print(measured("envelopes on a past day, as known now", "", lambda: queries.envelope_states(on=PAST)))
    print(measured("envelopes on a past day, as known earlier", "", lambda: queries.envelope_states(on=PAST, seal=earlier)))
    months = [date(year, month, 1) for year in (2024, 2025) for month in range(1, 13)]
    print(measured("envelopes at the start of 24 months", "", lambda: queries.envelope_history(months), 5))
    client = pages.clients({"finance"})["finance"]
    for address in ("/finance/", f"/finance/outlook/?on={PAST}"):
        print(measured(f"page {address}", "150", functools.partial(_page, client, address)), flush=True)
    if "equal" not in without:
        for on, seal in itertools.product((PAST, date(2024, 6, 30)), (None, earlier)):
            said = "equal" if equal(on, seal) else "NOT EQUAL"
            print(f"{on} as known {f'at seal {seal:,}' if seal else 'now'}: {said} to the postings added up", flush=True)
    if "journal" not in without:
        print(exported(1_000_000), flush=True)
    if "verify" not in without:
        began = time.perf_counter()
        part = verify.verify()
        print(f"verify of the ledger: {time.perf_counter() - began:,.0f} s, {part.counts}, {len(part.findings)} findings")


def _page(client: Any, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")


if __name__ == "__main__":
    main()
