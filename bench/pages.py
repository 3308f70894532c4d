"""What pages cost as the cases grow: `python -m bench.pages [--cases 1000 10000 100000]`.

For each page p50 and p95 of the whole request, CPU of the web process, queries (BEGIN and COMMIT not counted), its size and the
rows of its tables, since only pages of as many rows compare — e.g. the officer's list, searched, at 100,000 cases. The cases are the
demonstration's, copied (`millrace/jobs/bulk.py`); the slow few are those that ended in a query without an index.
"""

import argparse
import statistics
import time
from typing import Any

from bench import throwaway
from millrace.site import database

AROUND = 40
SOURCES = 250
FULL_PAGE = 50
AS_LONG = 10  # the rows of the own pages that are compared between sizes
FULLEST = " (fullest)"
OWN = ("", "assessor")
TABS = ("application", "assessment", "award", "delivery", "money", "access")
LINE = "applicant_kind=company&place_of_incorporation=hong_kong&project_purpose=production_line&total_cost=30,000,000&own_money=19,600,000"
Row = tuple[str, str, str]


def addresses(reference: str, lead: str) -> list[Row]:
    """This will list what is measured: its name, who asks, and where."""
    return [
        ("officer's list", "officer", "/desk/"),
        ("officer's list, filtered", "officer", "/desk/?scheme=nifs&status=in_force"),
        ("officer's list, searched", "officer", f"/desk/?q={lead}"),
        ("officer's list, a reference", "officer", f"/desk/?q={reference}"),
        ("officer's list, two characters", "officer", "/desk/?q=智能"),
        ("officer's list, all counted", "officer", "/desk/?count=all"),
        ("a queue", "officer", "/desk/queues/screen/"),
        ("one case", "officer", f"/cases/{reference}/"),
        *((f"one case, {tab}", "officer", f"/cases/{reference}/?show={tab}") for tab in TABS),
        ("finance desk", "finance", "/finance/"),
        ("to release", "finance", "/finance/to-release/"),
        ("claims", "finance", "/finance/claims/"),
        ("assessor's desk", "assessor", "/reviews/"),
        ("assessor's desk, fullest", "assessor" + FULLEST, "/reviews/"),
        ("policy desk", "policy", "/policy/"),
        ("audit desk", "auditor", "/audit/"),
        ("who read what", "auditor", "/audit/readings/"),
        ("applicant's desk", "", "/home/"),
        ("applicant's desk, fullest", FULLEST, "/home/"),
        ("front page", "public", "/"),
        ("finder, answered", "public", f"/find/?{LINE}"),
        ("schemes", "public", "/schemes/"),
        ("public register", "public", "/register/"),
        ("figures", "public", "/figures/"),
        ("figure of today", "public", "/figures/approved-by-scheme/"),
        ("figure of a past day", "public", "/figures/approved-by-scheme/?as-at=2025-03-31"),
    ]


def clients(roles: set[str]) -> dict[str, Any]:
    """This will sign in one invented person per role, past the second factor; "" is a member of an organisation.

    Of assessors and of members, who see their own cases alone, the one whose page is nearest to so many rows, since a page is compared
    with one as long; and beside it the one with the fullest.
    """
    from millrace.registers.people.models import Membership, Power
    from millrace.testing.pressing import Pressing

    found: dict[str, Any] = {}
    for asked in roles - {"public"}:
        role = asked.removesuffix(FULLEST)
        held = Power.objects.filter(power=role, ends_at=None) if role else Membership.objects.filter(ends_at=None)
        people = [each.person for each in held.select_related("person").order_by("pk")]
        if people:
            found[asked] = Pressing(_one_of(people, asked) if role in OWN else people[0]).client
    return found


def _one_of(people: list[Any], asked: str) -> Any:
    rows = {person: rows_of(person) for person in people}
    return max(rows, key=rows.__getitem__) if asked.endswith(FULLEST) else min(rows, key=lambda one: abs(rows[one] - AS_LONG))


def rows_of(person: Any) -> int:
    """This will count what a person's own desk lists, as far as one page goes."""
    from millrace.desks.assessor import queues
    from millrace.registers.cases.models import Party
    from millrace.registers.people.models import Membership
    from millrace.web import clock

    to_do = queues.narrowed(queues.asked(person, clock.now()), "")[:FULL_PAGE].count()
    own = Membership.objects.filter(person=person, ends_at=None).values("organisation")
    return to_do or Party.objects.filter(organisation__in=own, left_at=None)[:FULL_PAGE].count()


def measure(client: Any, address: str) -> str:
    """This will ask for a page again and again; the first answer warms what is kept in memory."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    answer = client.get(address)
    if answer.status_code != 200:
        return f"answers {answer.status_code}"
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    asked = [each for each in seen.captured_queries if not each["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET "))]
    took, began = [], time.process_time()
    for _ in range(AROUND):
        start = time.perf_counter()
        client.get(address)
        took.append((time.perf_counter() - start) * 1000)
    cpu = (time.process_time() - began) * 1000 / AROUND
    late = sorted(took)[int(AROUND * 0.95)]
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = body.count(b'<tr><th scope="row"') or body.count(b"<tr><td")
    return f"{statistics.median(took):>8.1f} {late:>8.1f} {cpu:>8.1f} {len(asked):>8} {len(body) / 1000:>8.1f} {rows:>6}"


def table(count: int) -> None:
    """This will print every page's line at this many cases."""
    from django.test import Client

    from millrace.registers.cases.models import Case

    # The first there was, and so the same one at every size: a word searched for is no rarer in one column than in the next.
    case = Case.objects.filter(status="in_force").select_related("lead").order_by("pk").first()
    if case is None:
        raise SystemExit("the demonstration has no case in force")
    pages = addresses(case.reference, case.lead.name.split()[0].lower())
    signed_in = {**clients({role for _, role, _ in pages}), "public": Client()}
    print(f"\n{f'{count:,} cases':<30} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8} {'queries':>8} {'kB':>8} {'rows':>6}")
    for name, role, address in pages:
        print(f"{name:<30} {measure(signed_in[role], address) if role in signed_in else 'nobody has this role'}", flush=True)


def fill(target: database.Database, count: int) -> None:
    """This will copy the demonstration's cases until there are `count`, and say how long that took."""
    from millrace.jobs import bulk, lives
    from millrace.registers.cases.models import Case
    from millrace.web import clock

    began, more = time.perf_counter(), count - Case.objects.count()
    if more <= 0:
        return
    told = Case.objects.filter(is_demonstration=True).order_by("pk").values_list("pk", flat=True)[:SOURCES]
    sources = [lives.gather(case) for case in told]
    with target.connect("owner") as owner:
        bulk.multiply(more, sources=sources, owner=owner, at=clock.now(), spread_days=600)
        owner.execute("VACUUM ANALYZE")
    took = time.perf_counter() - began
    print(f"\n({more:,} cases copied, sealed and projected in {took:,.0f} s: {more / took:,.0f} a second)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    asked = parser.parse_args()
    with throwaway.opened(portfolio=True) as target:
        throwaway.enter(target)
        for count in sorted(asked.cases):
            fill(target, count)
            table(count)


if __name__ == "__main__":
    main()
