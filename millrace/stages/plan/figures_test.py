"""Publishing figures: once word for word, all or nothing, and never a figure without its series."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.core.figures import parse
from millrace.registers.policy.models import Publication
from millrace.registers.timeline.models import Event
from millrace.stages.plan import figures

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
POLICY = Path(__file__).parents[3] / "policies" / "hong-kong"
FILES = {str(path.relative_to(POLICY)): path.read_text() for folder in ("figures", "series") for path in (POLICY / folder).glob("*.toml")}


def test_a_text_is_kept_once_and_again_only_when_it_changed(make):
    by = make.person(powers=("policy",))
    first = figures.publish_figures(FILES, by=by, at=NOON, command=uuid.uuid4())
    assert first and Publication.objects.count() == len(FILES)
    assert figures.publish_figures(FILES, by=by, at=NOON, command=uuid.uuid4()) is None
    changed = FILES | {"figures/nifs-approved.toml": FILES["figures/nifs-approved.toml"] + "# said again\n"}
    second = figures.publish_figures(changed, by=by, at=NOON, command=uuid.uuid4())
    assert second and second.facts["count"] == 1


def test_a_number_published_is_corrected_as_a_later_version_and_never_edited(make):
    by, path = make.person(powers=("policy",)), "series/itf-approved.toml"
    figures.publish_figures(FILES, by=by, at=NOON, command=uuid.uuid4())
    edited = FILES | {path: FILES[path].replace('["nifs", "", 32, "247.0"]', '["nifs", "", 33, "247.0"]')}
    with pytest.raises(parse.MalformedFile, match=r"“nifs” is changed.*write it as the next version") as refused:
        figures.publish_figures(edited, by=by, at=NOON, command=uuid.uuid4())
    assert '["nifs", "", 33' in edited[path].splitlines()[refused.value.line - 1]
    assert Publication.objects.count() == len(FILES)
    table = (
        '[[tables]]\nas_at = 2016-12-31\nversion = 2\nsource = "itf-statview101"\nrounding = "0.05"\nrows = [["", "", 5806, "11,898.4"]]\n'
    )
    assert figures.publish_figures(FILES | {path: f"{FILES[path]}\n{table}"}, by=by, at=NOON, command=uuid.uuid4())


def test_a_published_table_or_series_that_is_left_out_is_refused_and_stands(make):
    by, path = make.person(powers=("policy",)), "series/itf-approved.toml"
    figures.publish_figures(FILES, by=by, at=NOON, command=uuid.uuid4())
    start = FILES[path].index("[[tables]]\nas_at = 2017-04-30")
    without = FILES | {path: FILES[path][:start] + FILES[path][FILES[path].index("[[tables]]", start + 1) :]}
    with pytest.raises(parse.MalformedFile, match=r"as at 2017-04-30, version 1, is left out.*version = 2") as refused:
        figures.publish_figures(without, by=by, at=NOON, command=uuid.uuid4())
    assert (refused.value.file, without[path].splitlines()[refused.value.line]) == (path, "as_at = 2024-01-31")
    reads = 'series = "itf-approved-in-a-year"'
    unread = {name: text for name, text in FILES.items() if name != "series/itf-approved-in-a-year.toml" and reads not in text}
    assert len(unread) < len(FILES) - 1
    with pytest.raises(parse.MalformedFile, match=r"the file is left out.*\(tables: 1\).*Put the file back") as gone:
        figures.publish_figures(unread, by=by, at=NOON, command=uuid.uuid4())
    assert (gone.value.file, gone.value.line) == ("series/itf-approved-in-a-year.toml", 1)
    assert Publication.objects.count() == len(FILES)


def test_a_figure_of_a_series_that_is_not_there_publishes_nothing(make):
    without = {path: text for path, text in FILES.items() if not path.startswith("series/")}
    with pytest.raises(parse.MalformedFile, match="the series “stated” states no such measure"):
        figures.publish_figures(without, by=make.person(), at=NOON, command=uuid.uuid4())
    assert not Event.objects.exists()
