"""Proves that a letter's layout follows its few marks and nothing else — e.g. that "*" and "#x" in a name stay as they are."""

from millrace.core import paper


def test_blocks_follow_the_marks_and_nothing_else_has_a_meaning() -> None:
    body = "Dear *all* #x $y$\nsecond line\n\n# Terms\n\n- a\n- b\n\n| No. | Day |\n| 1 | 2025-01-01 |\n| 2 |"
    text, heading, items, table = paper.blocks(body)
    assert text == paper.Block("text", ("Dear *all* #x $y$", "second line"))
    assert heading.lines == ("Terms",)
    assert items.lines == ("a", "b")
    assert table.rows == (("No.", "Day"), ("1", "2025-01-01"), ("2", ""))


def test_a_list_may_stand_right_under_its_sentence() -> None:
    assert [block.kind for block in paper.blocks("The reasons are:\n- one\n- two\nThank you.")] == ["text", "items", "text"]


def test_a_value_can_add_neither_a_column_nor_a_line() -> None:
    assert paper.row("a|b", "c\nd") == "| a/b | c d |"
    assert paper.items("one\n- two") == "- one - two"
