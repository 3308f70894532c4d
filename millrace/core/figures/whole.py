"""Checks figures and series together: each figure reads what there is, e.g. no programme that its series does not name.

A figure that stands beside the system's own count names a figure counted over cases.
"""

from collections.abc import Mapping

from millrace.core.figures import told_as
from millrace.core.figures.definition import Figure, FigureVersion, FromSeries, FromSheet, FromStatements
from millrace.core.figures.figure_file import File, MalformedFile
from millrace.core.figures.series import WHOLE_TABLE, Series
from millrace.core.figures.stated import Statements


def check(files: Mapping[str, str], series: Mapping[str, Series | Statements], figures: Mapping[str, Figure]) -> None:
    """Refuse, with file and line, the first figure that reads something which is not there; keys are paths in the folder."""
    by_name = {each.name: each for each in series.values()}
    counts = {each.name: each for each in figures.values() if all(isinstance(version.reads, FromSheet) for version in each.versions)}
    for path, figure in figures.items():
        for index, version in enumerate(figure.versions):
            if fault := _fault(version, figure.currency, by_name, counts):
                word, what = fault
                raise _at(File(path, files[path]), word, index, what)


def _at(file: File, word: str, index: int, what: str) -> MalformedFile:
    """Refuse at the line of a version that begins with the word, at its heading where none does, or above all versions."""
    first, after = file.line_of("[[versions]]", index), file.line_of("[[versions]]", index + 1) or len(file.lines) + 1
    found = [number for number, line in enumerate(file.lines, 1) if line.startswith((word, f"[versions.{word}")) and number < after]
    return MalformedFile(file.name, next((number for number in found if number >= first), found[0] if found else first), what)


def _fault(
    version: FigureVersion, currency: str, series: Mapping[str, Series | Statements], counts: Mapping[str, Figure]
) -> tuple[str, str] | None:
    reads = version.reads
    if version.beside and version.beside.figure not in counts:
        return "beside", f"no figure counted over cases is called “{version.beside.figure}”"
    if isinstance(reads, FromSheet):
        return told_as.fault(version, {}, currency)
    found = series.get(reads.series)
    if isinstance(reads, FromStatements):
        if not isinstance(found, Statements) or not set(reads.measures) <= found.measures.keys():
            return "measures", f"the series “{reads.series}” states no such measure"
        if not found.stating(reads.measures):
            return "measures", "no statement gives the first of these measures"
        return told_as.fault(version, found.measures, currency)
    assert isinstance(reads, FromSeries)
    if not isinstance(found, Series) or not (reads.programmes == WHOLE_TABLE or set(reads.programmes) <= found.programmes.keys()):
        return "programmes", f"the series “{reads.series}” has no such programme"
    if not found.tables_with(reads.programmes):
        return "series", "no table gives all of these programmes"
    return told_as.fault(version, {}, currency)
