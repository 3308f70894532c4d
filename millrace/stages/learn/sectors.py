"""A published figure by sector on both sides of a change of lists — e.g. 82 projects of information technology, then 123 of ICT."""

from typing import Any

from django.utils.translation import gettext as _

from millrace.core.figures import vintages
from millrace.core.figures.definition import FromSeries
from millrace.core.figures.series import Series
from millrace.core.figures.vintages import Across, Side
from millrace.stages.learn.queries import Given
from millrace.stages.learn.wording import language


def across(given: Given) -> dict[str, Any] | None:
    """This will lay out the older list beside the newer, group by group; None where the figure has tables by one list alone."""
    reads = given.version.reads
    if not isinstance(given.series, Series) or not isinstance(reads, FromSeries):
        return None
    found = vintages.across(given.series, reads.programmes, given.answer.as_at)
    return found and _laid_out(given.series, found)


def _laid_out(series: Series, found: Across) -> dict[str, Any]:
    spoken = language()
    unmapped = [(side, tables) for side, tables in ((found.unmapped_before, "before"), (found.unmapped_after, "after")) if side.sectors]
    return {
        "before_title": found.before_title.said_in(spoken),
        "after_title": found.after_title.said_in(spoken),
        "before": found.before,
        "after": found.after,
        "before_source": _source(found.before, spoken),
        "after_source": _source(found.after, spoken),
        "rows": [(_named(series, before, spoken), before, _named(series, after, spoken), after) for before, after in found.lines],
        "unmapped": [(_named(series, side, spoken), side, which) for side, which in unmapped],
        "why_unmapped": found.why_unmapped.said_in(spoken),
        "is_published": found.is_published,
    }


def _source(table: Any, spoken: str) -> tuple[str, str]:
    return table.source.address, table.source.title.said_in(spoken)


def _named(series: Series, side: Side, spoken: str) -> list[str]:
    """Name the sectors of a group, those without a row as not found."""
    return [
        _("%(sector)s (not found)") % {"sector": series.sectors[each].said_in(spoken)}
        if each in side.missing
        else series.sectors[each].said_in(spoken)
        for each in side.sectors
    ]
