"""Checks that the sheet is what the timeline says — e.g. that no figure rests on a row somebody edited by hand."""

import itertools

from millrace.core import asat
from millrace.core.findings import Part
from millrace.registers.sheet import actions, queries


def verify() -> Part:
    """This will fold the whole timeline again, up to where the sheet stands, and compare it case by case with what is stored."""
    stands = queries.stands_at()
    part = Part("sheet", {"stands_at_seal": stands, "cases": 0, "rows": 0})
    stored, folded = queries.all_rows(), actions.folded(stands)
    for kept, told in itertools.zip_longest(stored, folded):
        if kept is None or told is None or kept[0] != told[0]:
            part.found("cases", f"case {min(pair[0] for pair in (kept, told) if pair)}", "is in the sheet or in the timeline, not in both")
            return part
        part.counts["cases"] += 1
        part.counts["rows"] += len(kept[1])
        if kept[1] != [_whole(row) for row in told[1]]:
            part.found("rows", f"case {kept[0]}", "the stored rows differ from those the timeline gives")
    return part


def _whole(row: asat.Row) -> asat.Row:
    return asat.Row(row.valid_from, row.valid_before, row.known_from, row.known_before, asat.complete(row.values))
