"""What the ledger answers when it is long: `python -m bench books [--postings 10000000] [--awards 10000]`.

The demonstration's awards are copied and paid year after year (`bench/long_books.py`); then it is asked for the balance of the account with
the most postings, for every account at the end of a past day as known now and as known earlier, for the finance desk over HTTP; the books
are written for outsiders and the whole verified. A home filled before is used as it is: name it with MILLRACE_BENCH_HOME.
"""

import argparse
import http.client
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bench import long_books, pages, submit, throwaway
from millrace.site import database

GIGABYTES_PER_MILLION, SPARE_GIGABYTES = 1.2, 5
PAST_ON = date(2024, 3, 20)  # between two kept days


def main() -> None:
    """This will fill the books and print one line for each question."""
    parser = argparse.ArgumentParser(prog="bench books")
    parser.add_argument("--postings", type=int, default=10_000_000)
    parser.add_argument("--awards", type=int, default=10_000)
    parser.add_argument("--exported", type=int, default=1_000_000)
    parser.add_argument("--without-verify", action="store_true")
    asked = parser.parse_args()
    _must_have_room(asked.postings)
    with throwaway.opened(portfolio=True) as target:
        throwaway.enter(target)
        began = time.perf_counter()
        fill(target, asked.awards, asked.postings)
        print(f"\n({_sizes(target)}; filled in {time.perf_counter() - began:,.0f} s; load {os.getloadavg()[0]:.1f})")
        print(f"{'what':<58} {'p50 ms':>10} {'p95 ms':>10} {'rows':>10}  target")
        _ask_accounts()
        _ask_desk(target)
        _export(asked.exported)
        if not asked.without_verify:
            _verify()
        print(f"(load {os.getloadavg()[0]:.1f})")


def fill(target: database.Database, awards: int, postings: int) -> None:
    """This will copy told cases that were paid until there are as many awards, then fill the ledger."""
    from millrace.jobs import bulk, lives
    from millrace.registers.cases.models import Case
    from millrace.registers.ledger.models import Account
    from millrace.web import clock

    paid = Account.objects.filter(kind="paid", unit="HKD", case__isnull=False)
    more = awards - paid.values("case").distinct().count()
    if more > 0:
        told = Case.objects.filter(is_demonstration=True, pk__in=paid.values("case")).order_by("pk").values_list("pk", flat=True)
        with target.connect("owner") as owner:
            bulk.multiply(more, sources=[lives.gather(case) for case in told], owner=owner, at=clock.now())
    long_books.fill(target, postings)


def _must_have_room(postings: int) -> None:
    home = Path(os.environ.get("MILLRACE_BENCH_HOME") or tempfile.gettempdir())
    needed = SPARE_GIGABYTES + GIGABYTES_PER_MILLION * postings / 1e6
    free = shutil.disk_usage(next(folder for folder in (home, *home.parents) if folder.exists())).free / 1e9
    if not (home / "home").exists() and free < needed:
        raise SystemExit(f"{needed:.0f} GB are needed at {home}; {free:.0f} GB are free")


def _sizes(target: database.Database) -> str:
    names = ("ledger_posting", "ledger_account", "timeline_event", "ledger_keptday")
    with target.connect("owner") as owner:
        counts = [(owner.execute(f"SELECT count(*) FROM {name}").fetchone() or (0,))[0] for name in names]  # noqa: S608  # ours
        size = (owner.execute("SELECT pg_database_size(current_database())").fetchone() or (0,))[0]
    postings, accounts, events, days = (f"{count:,}" for count in counts)
    return f"{postings} postings, {accounts} accounts, {events} events, {days} kept days, {size / 1e9:.1f} GB"


def _line(name: str, ask: Callable[[], Any], target: str, *, times: int = 20) -> None:
    """This will ask again and again and print the line; the first answer warms what is kept in memory."""
    found, took = ask(), []
    for _time in range(times):
        start = time.perf_counter()
        ask()
        took.append((time.perf_counter() - start) * 1000)
    rows = len(found) if hasattr(found, "__len__") else 1
    late = sorted(took)[int(times * 0.95)]
    print(f"{name:<58} {statistics.median(took):>10,.2f} {late:>10,.2f} {rows:>10,}  {target}", flush=True)


def _ask_accounts() -> None:
    from django.db import connection

    from millrace.registers.cases.models import Case
    from millrace.registers.ledger import kept_days, models, queries
    from millrace.registers.timeline import sealer

    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT account, count(*)
              FROM (SELECT source_id AS account FROM ledger_posting UNION ALL SELECT target_id FROM ledger_posting) each
             GROUP BY account ORDER BY 2 DESC LIMIT 1""")
        hottest, its_postings = cursor.fetchone()
    account, earlier = models.Account.objects.get(pk=hottest).value(), sealer.last_number() * 19 // 20
    case = Case.objects.get(pk=models.Account.objects.filter(kind="match_consumed").order_by("pk")[100:101].get().case_id)
    print(f"(the hottest account, {account.key}, has {its_postings:,} postings; earlier is seal {earlier:,}; the past day {PAST_ON})")
    _line("hottest balance", lambda: queries.balance(account), "1 ms", times=200)
    _line("hottest balance on a past day", lambda: queries.balance_as_at(account, PAST_ON), "1 ms", times=50)
    _line("the same, as known earlier", lambda: queries.balance_as_at(account, PAST_ON, earlier), "printed", times=50)
    _line("statement of one case on a past day", lambda: queries.statement(case, on=PAST_ON).matching, "printed", times=50)
    _line("every account on a past day", lambda: kept_days.balances_at(PAST_ON), "100 ms")
    _line("the same, as known earlier", lambda: kept_days.balances_at(PAST_ON, earlier), "1,000 ms")
    _line("the same with the accounts' names, known now", lambda: queries.trial_balance(on=PAST_ON), "printed", times=5)
    _line("every envelope on a past day", lambda: queries.envelope_states(on=PAST_ON), "100 ms")
    _line("the same, as known earlier", lambda: queries.envelope_states(on=PAST_ON, seal=earlier), "1,000 ms")


def _ask_desk(target: database.Database) -> None:
    """This will ask the web server for the finance desk and its lists, as someone of finance."""
    from django.conf import settings

    signed_in = pages.clients({"finance"})["finance"]
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={signed_in.cookies[settings.SESSION_COOKIE_NAME].value}"}
    with submit.served(target) as (port, _process):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

        def page(address: str) -> bytes:
            line.request("GET", address, headers=headers)
            answer = line.getresponse()
            body = answer.read()
            assert answer.status == 200, (address, answer.status)
            return body

        for _worker in range(4):  # each of two processes learns once what it keeps in memory
            page("/finance/")
        for name, address, most in (
            ("finance desk over HTTP (rows: bytes)", "/finance/", "150 ms"),
            ("to release", "/finance/to-release/", "printed"),
            ("claims", "/finance/claims/", "printed"),
            ("releases", "/finance/releases/", "printed"),
            ("payment runs", "/finance/runs/", "printed"),
        ):
            _line(name, lambda address=address: page(address), most, times=40)  # type: ignore[misc]  # each its own


def _export(postings: int) -> None:
    """This will write the books up to the day on which they had so many postings, and give the rate."""
    from django.db import connection

    from millrace.registers.ledger import journal
    from millrace.registers.timeline import sealer

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT day, total FROM (SELECT happened_on AS day, sum(count(*)) OVER (ORDER BY happened_on) AS total
                 FROM ledger_posting GROUP BY happened_on) days WHERE total <= %s ORDER BY day DESC LIMIT 1""",
            [postings],
        )
        day, count = cursor.fetchone()
    began, size = time.perf_counter(), 0
    with Path(os.devnull).open("w") as out:
        for piece in journal.beancount_lines(on=day, seal=sealer.last_number(), title="Bench", currency="HKD"):
            size += len(piece)
            out.write(piece)
    took = time.perf_counter() - began
    rate = f"{int(count) / took:,.0f} postings a second, {size / 1e6:,.0f} MB"
    print(f"{'journal to ' + str(day) + ': ' + rate:<58} {took * 1000:>10,.0f} {'':>10} {int(count):>10,}  printed", flush=True)


def _verify() -> None:
    """This will verify everything, part by part, and say how long each took."""
    from django.db import connection, transaction

    from millrace.registers.cases import replay
    from millrace.registers.ledger import verify as ledger
    from millrace.registers.messages import verify as messages
    from millrace.registers.sheet import verify as sheet
    from millrace.registers.timeline import verify as timeline

    parts = {"timeline": timeline, "sheet": sheet, "ledger": ledger, "verdicts": replay, "messages": messages}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name, part in parts.items():
            began = time.perf_counter()
            found = part.verify()
            told = "whole" if found.is_whole else f"{found.counts['findings']} FINDINGS, {list(found.findings)[:2]}"
            print(f"{'verify: ' + name + ', ' + told:<58} {(time.perf_counter() - began) * 1000:>10,.0f}", flush=True)


if __name__ == "__main__":
    main()
