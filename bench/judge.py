"""How fast rules are read: `python -m bench judge [--scheme nifs] [--one 4000] [--many 1000000]`.

One by one with the full explanation (what a page, a submission and the API do), and a million applications at once over columns, each
on facts drawn from the scheme's worked cases with the amounts moved; a sample of the many is judged one by one and must agree to the cent.
"""

import argparse
import itertools
import time
from pathlib import Path

import numpy as np

from millrace.core.policy_folder import read
from millrace.core.rules import columns, explain, judge, judge_many
from millrace.core.rules import facts as facts_
from millrace.core.rules.facts import FactType, FactValue
from millrace.core.rules.rulebook import SchemeVersion
from millrace.site import folders

POLICY = Path(__file__).resolve().parents[1] / "policies" / "hong-kong"
SEED = 7


def drawn(version: SchemeVersion, worked: list[dict[str, FactValue]], count: int) -> dict[str, columns.Column]:
    """This will lay out many applications: worked cases in turn, their amounts moved by up to a half either way."""
    rows = columns.of_cases(version.vocabulary.facts, worked)
    random = np.random.default_rng(SEED)
    which = random.integers(0, len(worked), count)
    found = {}
    for name, one in rows.items():
        values = one.values[which]
        if version.vocabulary.facts[name].type is FactType.MONEY:
            values = values * random.integers(50, 150, count) // 100
        known = None if one.known is None else one.known[which]
        declared = one.declared if isinstance(one.declared, bool) else one.declared[which]
        found[name] = columns.column(values, known=known, declared=declared)
    return found


def one_by_one(version: SchemeVersion, worked: list[dict[str, FactValue]], count: int) -> float:
    """This will judge and explain so many, and give how many a second of this process's time."""
    day = version.starts.latest
    began = time.process_time()
    for facts in itertools.islice(itertools.cycle(worked), count):
        said = judge.judge(version, facts, on=day, as_told=True)
        explain.sentences(said, version, "en")
        explain.amount_lines(said, version, "en")
    return count / (time.process_time() - began)


def agree(version: SchemeVersion, laid_out: dict[str, columns.Column], found: judge_many.Judged, sample: range) -> int:
    """This will judge some of the many one by one, and count them; a difference stops the measurement."""
    for row in sample:
        facts = {}
        for name, one in laid_out.items():
            fact = version.vocabulary.facts[name]
            if one.known is None or one.known[row]:
                facts[name] = FactValue(columns.decoded(fact, int(one.values[row])), facts_.natural_standing(fact))
        said = judge.judge(version, facts, on=version.starts.latest, as_told=True)
        same = bool(found.is_amount_known[row]) == (said.amount_cents is not None)
        if not same or (said.amount_cents is not None and said.amount_cents != int(found.amount[row])):
            raise SystemExit(f"row {row}: {said.amount_cents} one by one, {found.amount[row]} at once")
    return len(sample)


def main() -> None:
    """This will print both measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scheme", default="nifs")
    parser.add_argument("--one", type=int, default=4_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    chosen = parser.parse_args()
    policy = read.policy(folders.files_of(POLICY))
    version = policy.schemes[chosen.scheme].versions[-1]
    known = version.vocabulary.facts
    worked = [
        facts_.read(known, {name: value for name, value in case.facts.items() if name in known}, standing=None)
        for case in policy.cases[chosen.scheme]
    ]
    print(f"{chosen.scheme} {version.id}: {len(version.rules)} rules, {len(worked)} worked cases")
    print(f"{'judged and explained one by one':40} {one_by_one(version, worked, chosen.one):>12,.0f} a second of CPU")
    laid_out = drawn(version, worked, chosen.many)
    times = []
    for _ in range(3):
        began, spent = time.perf_counter(), time.process_time()
        found = judge_many.judge(version, laid_out, on=version.starts.latest, count=chosen.many, as_told=True, with_rules=False)
        times.append((time.perf_counter() - began, time.process_time() - spent))
    wall, cpu = min(times)
    print(f"{'judged at once':40} {cpu * 1e9 / chosen.many:>12.1f} ns CPU an application ({wall * 1e9 / chosen.many:.1f} ns by the clock)")
    checked = agree(version, laid_out, found, range(0, chosen.many, max(1, chosen.many // 500)))
    print(f"{'of them judged again one by one':40} {checked:>12,} agree to the cent")
    total = int(found.amount[found.is_amount_known].sum())
    print(f"{'amounts together':40} {total:>12,} cents, {int((found.fit == 2).sum()):,} fit")


if __name__ == "__main__":
    main()
