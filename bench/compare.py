"""How long a draft takes over all past cases — e.g. NIFS with HK$20m a project: `python -m bench compare [--cases 100000]`.

The cases are submissions drawn from the worked cases, each with its verdict, frozen facts and sealed event. Printed: copying the
facts into columns, extending the copy, the comparison, and the page; a sample compared one by one must agree to the cent.
"""

import argparse
import itertools
import os
import random
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import throwaway

POLICY = Path(__file__).resolve().parents[1] / "policies" / "hong-kong"
RULES, DISTINCT, SAMPLE, SEED = "schemes/nifs/rules.toml", 1_500, 500, 7
NEW_RULE = """
[technology-company]
kind = "requirement"
statement = { en = "A large project is a technology company's.", zh_hant = "大型項目須屬科技公司。", zh_hans = "大型项目须属科技公司。" }
remedy = { en = "A technology company may apply.", zh_hant = "科技公司可申請。", zh_hans = "科技公司可申请。" }
[[technology-company.values]]
from = "2020-07-27"
when = { fact = "total_cost", at_least = 80_000_000_00 }
require = { fact = "is_technology_company", is = true }
clause = { en = "Draft", zh_hant = "草稿", zh_hans = "草稿" }
source = "rfs-launch-2020"
"""


def drawn(policy: Any, count: int) -> Iterator[tuple[str, date, Any]]:
    """This will judge applications one by one: worked cases with their amounts moved, on days from 2021 to 2025 — version, day, verdict."""
    from millrace.core.rules import facts, judge
    from millrace.core.rules.facts import FactType, FactValue

    chance, scheme = random.Random(SEED), policy.schemes["nifs"]
    worked = itertools.cycle(policy.cases["nifs"])
    for case in itertools.islice(worked, count):
        on = date(2021, 1, 4) + timedelta(days=chance.randrange(1_600))
        version = scheme.versions_on(on).candidates[0]
        known = version.vocabulary.facts
        told = facts.read(known, {name: value for name, value in case.facts.items() if name in known}, standing=None)
        for name, one in told.items():
            if known[name].type is FactType.MONEY and isinstance(one.value, int):
                told[name] = FactValue(one.value * chance.randrange(50, 150) // 100, one.standing)
        yield version.id, on, judge.judge(version, told, on=on)


def fill(policy: Any, count: int, first: int = 0) -> None:
    """This will put submitted cases into the database: the case, its verdict with the frozen facts, and the event, sealed."""
    from millrace.registers.cases.models import Case, Verdict
    from millrace.registers.people import queries as people
    from millrace.registers.people.models import Organisation
    from millrace.registers.policy.models import SchemeVersion
    from millrace.registers.timeline import actions as timeline
    from millrace.registers.timeline import sealer
    from millrace.registers.timeline.models import Event

    at, by = datetime(2026, 3, 2, 4, 0, tzinfo=UTC), people.system_person()
    lead = Organisation.objects.first() or Organisation.objects.create(
        name="Harbour Precision Ltd",
        kind="company",
        registration_kind="hk_cr",
        registration_number="2000001",
        registered_at=at,
        registered_by=by,
    )
    rows = {row.version: row for row in SchemeVersion.objects.filter(scheme="nifs").defer("text")}
    judged = [(version, on, said, said.to_data()) for version, on, said in drawn(policy, min(count, DISTINCT))]
    told = itertools.islice(itertools.cycle(judged), count)
    for batch in iter(lambda: list(itertools.islice(told, 1_000)), []):
        numbers = range(first, first + len(batch))
        first += len(batch)
        cases = [
            Case(reference=f"NIFS-B{number:07d}", scheme="nifs", scheme_version=rows[version], status="submitted", status_on=on, lead=lead)
            for number, (version, on, _said, _data) in zip(numbers, batch, strict=True)
        ]
        for case in cases:
            case.opened_at = case.submitted_at = at
            case.opened_by = by
        Case.objects.bulk_create(cases)
        both = list(zip(cases, batch, strict=True))
        made: dict[str, Any] = {"purpose": "submission", "recorded_at": at, "recorded_by": by}
        Verdict.objects.bulk_create(
            Verdict(case=case, scheme_version=rows[version], judged_on=on, facts=said.facts, verdict=data, sha256=said.sha256, **made)
            for case, (version, on, said, data) in both
        )
        Event.objects.bulk_create(
            timeline.compose(
                "application_submitted", command=uuid.uuid4(), by=by, at=at, event_id=timeline.reserve_id(), case=case, happened_on=on
            )
            for case, (_version, on, _said, _data) in both
        )
    sealer.seal(at)


def timed(name: str, count: int, work: Callable[[], Any]) -> Any:
    """This will print how long the work took, by the clock and of this process's time."""
    began, spent = time.perf_counter(), time.process_time()
    given = work()
    took, used = time.perf_counter() - began, time.process_time() - spent
    print(f"{name:<52} {count:>9,} {took * 1000:>10,.0f} ms {used * 1000:>10,.0f} ms CPU", flush=True)
    return given


def agree(draft: Any, found: Any) -> int:
    """This will compare a sample one by one; a difference stops the measurement."""
    from millrace.core.rules import compare, facts, verdict
    from millrace.registers.cases.models import Verdict

    known = draft.vocabulary.facts
    step = max(1, found.case_count // SAMPLE)
    rows = Verdict.objects.filter(case__reference__in=[f"NIFS-B{n:07d}" for n in range(0, found.case_count, step)]).select_related("case")
    told = [
        (compare.PastCase(row.case.reference, row.judged_on, facts.read_known(known, row.facts)), verdict.from_data(row.verdict))
        for row in rows
    ]
    expected = compare.with_stored(told, draft)
    names = {case.reference for case, _ in told}
    for direction, listed in ((1, expected.gainers), (-1, expected.losers)):
        if {one for one in found.summary.moved(direction) if one.reference in names} != set(listed):
            raise SystemExit("one by one and in columns differ")
    if names & set(found.summary.unjudged()) != set(expected.cannot_judge):
        raise SystemExit("one by one and in columns differ in what cannot be judged")
    return len(told)


def page(slug: str) -> Any:
    """This will make a policy officer's browser and give what asks for the page."""
    from millrace.registers.people.models import Person
    from millrace.testing.pressing import Pressing

    at = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
    officer = Person.objects.create(name="Lam", email="lam@example.org", joined_at=at)
    officer.powers.create(power="policy", starts_at=at, granted_by=officer)
    browser = Pressing(officer)
    timed("the site's first page (a new process loads site and policy)", 1, lambda: browser.see("/policy/"))
    return lambda: browser.see(f"/policy/compare/{slug}/?before=as-judged&after=v1")


def measure(count: int) -> None:
    """This will fill a database and print each line."""
    from django.conf import settings
    from django.db import connection

    from millrace.core.policy_folder import read
    from millrace.registers.people import queries as people
    from millrace.site import folders
    from millrace.stages.plan import actions as plan
    from millrace.stages.plan import comparing, past, past_files

    files = folders.files_of(POLICY)
    plan.publish_policy(files, by=people.system_person(), at=datetime(2026, 3, 1, tzinfo=UTC), command=uuid.uuid4())
    policy = read.policy(files)
    changed = files[RULES].replace(b"value_cents = 15_000_000_00", b"value_cents = 20_000_000_00") + NEW_RULE.encode()
    draft = read.policy({**files, RULES: changed}).schemes["nifs"].versions[-1]
    settings.PAST_CASES = Path(tempfile.mkdtemp(prefix="past-cases-", dir=os.environ["MILLRACE_HOME"]))
    timed("submitted cases written and sealed", count, lambda: fill(policy, count))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    timed("facts copied into columns (a copy made anew)", count, lambda: past.up_to_date(most=None))
    size = sum(file.stat().st_size for file in past_files.folder().glob("*.npz"))
    print(f"{'the copy on disk':<52} {size / 1e6:>12,.1f} MB")
    for _ in range(3):
        found = timed("draft over all past cases, beside what was said then", count, lambda: comparing.over_past_cases("nifs", draft))
    summary = found.summary
    moved = f"{summary.moved_count(1):,} gain, {summary.moved_count(-1):,} lose, {summary.unjudged_count:,} cannot be judged"
    print(f"  {moved}; change by year: {comparing.years(summary)}")
    print(f"  {agree(draft, found)} of them compared one by one agree to the cent")
    timed("the whole answer as data, every case named", count, lambda: comparing.as_data(summary))
    ask = page("nifs")
    for place in range(3):
        timed("the page" if place else "the page, its first opening in a process", count, ask)
    fill(policy, 100, first=count)
    timed("copy extended", 100, past.up_to_date)


def main() -> None:
    """This will measure on a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    asked = parser.parse_args()
    with throwaway.opened() as target:
        throwaway.enter(target)
        measure(asked.cases)


if __name__ == "__main__":
    main()
