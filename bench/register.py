"""How fast the public register is searched: `python -m bench.register [--awards 100000 1000000]`.

Made-up awards in force, their words mixed as stated below, are written straight into rows: a register is read by anyone, and what is
measured is the whole request for its first page, newest first, the count stopping at 1,000. Each row: one word or two, how many
awards hold it, p50, p95 and the slowest of the requests; the last row is all of them in turn, as people ask in no order.
"""

import argparse
import random
import statistics
import time
from typing import Any

from bench import throwaway
from millrace.site import database

AROUND = 30
# Chinese and English words of titles and names, each with the share of awards that hold it.
MIX = {
    "香港": 0.30, "科技": 0.20, "smart": 0.15, "有限公司": 0.50, "智能": 0.05, "生產線": 0.02, "醫療": 0.005, "微電子": 0.002,
    "量子": 0.0005, "photonics": 0.001, "lens": 0.00005,
}  # fmt: skip
ASKED = (
    "香港", "科技", "香港 科技", "smart", "有限公司", "智能", "生產線", "生产线", "醫療", "香港 醫療", "微電子", "量子 科技", "photonics",
    "lens", "nothing", "科技 smart 微電子",
)  # fmt: skip
FILLERS = "精密自動檢測平台數據材料工程系統光學電池製藥機械環保食品能源運輸建築網絡安全設計研究應用開發"


def words_of(number: int, chance: random.Random) -> tuple[str, str]:
    """This will make one award's title and what it is searched by, the stated share of awards holding each word."""
    held = [word for word, share in MIX.items() if chance.random() < share]
    filler = "".join(chance.choices(FILLERS, k=6))
    title = " ".join([filler, *held, f"{chance.randrange(10**6)}"])
    return title, f"nifs-{number:07d} {title} invented {chance.randrange(10**5)} ltd"


def fill(target: database.Database, count: int) -> None:
    """This will write invented awards until there are `count`, received one after another in the ten years before."""
    from millrace.registers.cases import searching
    from millrace.registers.cases.models import Case

    began, chance = time.perf_counter(), random.Random(count)
    have, case = Case.objects.count(), Case.objects.order_by("pk").first()
    if case is None:
        raise SystemExit("the demonstration has no case")
    columns = (
        "reference, title, search_text, scheme, stream, track, sector, beneficiary, stage_number, status, status_on, lead_id, opened_at, "
        "opened_by_id, submitted_at, requested_cents, approved_cents, paid_cents, unit, is_test, is_demonstration"
    )
    with target.connect("owner") as owner:
        with owner.cursor().copy(f"COPY cases_case ({columns}) FROM STDIN") as copy:
            for number in range(have, count):
                title, searched = words_of(number, chance)
                at = f"{2016 + number * 10 // count}-{1 + number % 12:02d}-{1 + number % 28:02d} {number % 24:02d}:{number % 60:02d}+00"
                fixed = ("nifs", "", "", "", "", 1, "in_force", at[:10], case.lead_id, at, case.opened_by_id, at, 10**8, 10**8, 0, "HKD")
                copy.write_row((f"NIFS-{number:07d}", title, searching.folded(searched), *fixed, False, True))
        owner.commit()
        owner.autocommit = True
        owner.execute("VACUUM ANALYZE cases_case")
    print(f"\n({count - have:,} awards written in {time.perf_counter() - began:,.0f} s)", flush=True)


def measure(client: Any, word: str, around: int) -> list[float]:
    """This will ask for the register's first page with a word, again and again: milliseconds each."""
    took = []
    for _ in range(around):
        began = time.perf_counter()
        answer = client.get("/register/", {"q": word})
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{word}: answers {answer.status_code}")
    return took


def table(count: int) -> None:
    """This will print a line for each word and one for the whole mix."""
    from django.test import Client

    from millrace.registers.cases import searching
    from millrace.registers.cases.models import Case

    client = Client()
    print(f"\n{f'{count:,} awards':<24} {'held by':>10} {'p50 ms':>8} {'p95 ms':>8} {'most':>8}")
    every: list[float] = []
    for word in ASKED:
        rows = Case.objects.all()
        for part in searching.folded(word).split():
            rows = rows.filter(search_text__contains=part)
        client.get("/register/", {"q": word})
        took = measure(client, word, AROUND)
        every += took
        print(f"{word:<24} {rows.count():>10,} {line(took)}", flush=True)
    print(f"{'all, mixed':<24} {'':>10} {line(every)}")


def line(took: list[float]) -> str:
    return f"{statistics.median(took):>8.1f} {sorted(took)[int(len(took) * 0.95)]:>8.1f} {max(took):>8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--awards", type=int, nargs="+", default=[100_000])
    asked = parser.parse_args()
    with throwaway.opened(portfolio=True) as target:
        throwaway.enter(target)
        for count in sorted(asked.awards):
            fill(target, count)
            table(count)


if __name__ == "__main__":
    main()
