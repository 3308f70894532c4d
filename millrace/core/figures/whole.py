"""Checks figures and series together: each figure reads what there is, e.g. no programme that its series does not name.

A figure that stands beside the system's own count names a figure counted over cases.
"""

from collections.abc import Mapping

from millrace.core.figures.definition import Figure, FigureVersion, FromSeries, FromSheet, FromStatements
from millrace.core.figures.figure_file import MalformedFile
from millrace.core.figures.series import WHOLE_TABLE, Series
from millrace.core.figures.stated import Statements


def check(files: Mapping[str, str], series: Mapping[str, Series | Statements], figures: Mapping[str, Figure]) -> None:
    """Refuse, with file and line, the first figure that reads something which is not there; keys are paths in the folder."""
    by_name = {each.name: each for each in series.values()}
    counts = {each.name: each for each in figures.values() if all(isinstance(version.reads, FromSheet) for version in each.versions)}
    for path, figure in figures.items():
        for version in figure.versions:
            if fault := _fault(version, by_name, counts):
                word, what = fault
                lines = files[path].splitlines()
                raise MalformedFile(path, next((number for number, line in enumerate(lines, 1) if line.startswith(word)), 1), what)


def _fault(version: FigureVersion, series: Mapping[str, Series | Statements], counts: Mapping[str, Figure]) -> tuple[str, str] | None:
    reads = version.reads
    if version.beside and version.beside.figure not in counts:
        return "beside", f"no figure counted over cases is called “{version.beside.figure}”"
    if isinstance(reads, FromSheet):
        return None
    found = series.get(reads.series)
    if isinstance(reads, FromStatements):
        if not isinstance(found, Statements) or not set(reads.measures) <= found.measures.keys():
            return "measures", f"the series “{reads.series}” states no such measure"
        return None if found.stating(reads.measures) else ("measures", "no statement gives the first of these measures")
    assert isinstance(reads, FromSeries)
    if not isinstance(found, Series) or not (reads.programmes == WHOLE_TABLE or set(reads.programmes) <= found.programmes.keys()):
        return "programmes", f"the series “{reads.series}” has no such programme"
    return None if found.tables_with(reads.programmes) else ("series", "no table gives all of these programmes")
