"""Reads how an agreement is changed and reported on — e.g. a change of key person signed by an officer, a report each half-year."""

from millrace.core import changes, reports
from millrace.core.rules import read_rules
from millrace.core.rules.read_conditions import Shelf
from millrace.core.rules.rulebook import Changing, Reporting
from millrace.core.toml_text import Table


def changing(root: Table, shelf: Shelf) -> Changing | None:
    """Read [changes]; a scheme that says nothing leaves every change to its authority."""
    if not root.has("changes"):
        return None
    table = root.table("changes")
    is_published, why = read_rules.published(table, shelf)
    kinds = table.strings("by_officer")
    for kind in kinds:
        if kind not in changes.KINDS or kind in changes.ALWAYS_AUTHORITY:
            known = [one for one in changes.KINDS if one not in changes.ALWAYS_AUTHORITY]
            table.complain(f"an officer alone cannot sign {kind!r}", "by_officer", f"any of: {', '.join(known)}")
    return Changing(kinds, is_published, why, read_rules.source(table, shelf, is_required=is_published))


def reporting(root: Table, shelf: Shelf) -> Reporting | None:
    """Read [reports]; a scheme that says nothing asks for none."""
    if not root.has("reports"):
        return None
    table = root.table("reports")
    is_published, why = read_rules.published(table, shelf)
    schedule = reports.Schedule(
        every_months=table.integer("every_months", least=0),
        progress_days=table.integer("progress_days", least=0),
        final_days=table.integer("final_days", least=0),
        is_audited=table.flag("audited"),
    )
    return Reporting(schedule, is_published, why, read_rules.source(table, shelf, is_required=is_published))
