"""Judges every stored verdict again under the version it names — e.g. NIFS-7KQ2-M4XD on 3 June 2024 still gives the same bytes.

The frozen facts and the version's own text are all it needs; a difference is a finding, never mended.
"""

from millrace.core.findings import Part
from millrace.core.refusal import Refusal
from millrace.core.rules import facts, judge
from millrace.registers.cases.models import Verdict
from millrace.registers.policy import queries as policy

BATCH = 2_000


def is_repeated(row: Verdict) -> bool:
    """This will judge a stored verdict's facts again and say whether every byte is the same."""
    book = policy.read_version(row.scheme_version)
    again = judge.judge(book, facts.read(book.vocabulary.facts, row.facts), on=row.judged_on, as_told=bool(row.verdict["as_told"]))
    return again.sha256 == row.sha256


def verify() -> Part:
    """This will replay every verdict ever stored."""
    part = Part("verdicts", {"replayed": 0})
    rows = Verdict.objects.select_related("case", "scheme_version").defer("case__search_text", "scheme_version__text").order_by("pk")
    for row in rows.iterator(chunk_size=BATCH):
        part.counts["replayed"] += 1
        try:
            same = is_repeated(row)
        except (ValueError, Refusal) as wrong:
            part.found("verdict-unreadable", row.case.reference, f"{row.purpose} of {row.judged_on}: {wrong}")
            continue
        if not same:
            part.found("verdict-differs", row.case.reference, f"{row.purpose} of {row.judged_on} under {row.scheme_version}")
    return part
