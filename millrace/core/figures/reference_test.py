"""Proves how references in a text are read — e.g. that what is no reference is named with its line and nothing of the text is lost."""

from datetime import date

import pytest

from millrace.core.figures import reference
from millrace.core.figures.reference import Malformed, Reference

TEXT = """As at {{mainland-collaboration-approved day @2024-01-31}},
{{ mainland-collaboration-approved  count of tcfs @ 2024-01-31 seal 7 }} projects."""


def test_a_text_is_cut_into_words_and_references_and_nothing_is_lost() -> None:
    said, first, between, second, last = reference.pieces(TEXT)
    assert (said, between, last) == ("As at ", ",\n", " projects.")
    assert first == Reference("mainland-collaboration-approved", "day", "", date(2024, 1, 31), None, 1)
    assert second == Reference("mainland-collaboration-approved", "count", "tcfs", date(2024, 1, 31), 7, 2)
    assert second.written == "{{mainland-collaboration-approved count of tcfs @2024-01-31 seal 7}}"
    assert reference.references(second.written)[0].bare == second.bare


def test_the_first_number_needs_no_name_and_a_row_may_be_within_a_programme() -> None:
    assert reference.references("{{nifs-supported @2025-07-30}}")[0].part == ""
    assert reference.references("{{nifs-supported of mhkjfs/it-sector @2025-07-30}}")[0].row == "mhkjfs/it-sector"
    assert reference.references(reference.EXAMPLE)[0].written == reference.EXAMPLE


@pytest.mark.parametrize(
    "written",
    ["{{nifs-supported}}", "{{nifs-supported @2025-02-30}}", "{{Two words here @2025-02-03}}", "{{", "}}", "{{nifs @2025-02-03 seal}}"],
)
def test_braces_that_are_no_reference_are_named_with_their_line(written: str) -> None:
    assert [piece for piece in reference.pieces(f"one\ntwo {written} three") if not isinstance(piece, str)] == [Malformed(written, 2)]
