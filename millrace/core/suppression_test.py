"""Proves that nothing withheld can be worked out — e.g. the 3 of 3, 9 and 14, in all 26 — by trying every other table there could be."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.core import suppression
from millrace.core.suppression import Line

Rows = Sequence[Sequence[int]]
Counts = dict[Any, int]


def table(rows: Rows) -> tuple[Counts, list[Line]]:
    """A table with its totals, as counts by (row, column) — None is the total — and its lines."""
    height, width = len(rows), len(rows[0])
    counts: Counts = {(r, c): rows[r][c] for r in range(height) for c in range(width)}
    counts |= {(r, None): sum(rows[r]) for r in range(height)} | {(None, c): sum(row[c] for row in rows) for c in range(width)}
    counts[None, None] = sum(map(sum, rows))
    lines = [Line(tuple((r, c) for c in range(width)), (r, None)) for r in [*range(height), None]]
    return counts, lines + [Line(tuple((r, c) for r in range(height)), (None, c)) for c in [*range(width), None]]


def one_line(numbers: Sequence[int]) -> tuple[Counts, list[Line]]:
    return {**dict(enumerate(numbers)), "total": sum(numbers)}, [Line(tuple(range(len(numbers))), "total")]


def told(counts: Counts, lines: Sequence[Line], held: Iterable[Any]) -> set[Any]:
    """The withheld cells that have one value in every table a reader could think of: all sums right, what is withheld 1 or more.

    Independent of the rule under test: it tries each change by one of each withheld cell, which by the theory of flows is enough.
    """
    cells = sorted(held, key=repr)
    changes = np.array(list(itertools.product((-1, 0, 1), repeat=len(cells))), dtype=np.int8)
    changes = changes[(changes + [counts[cell] for cell in cells] >= 1).all(axis=1)]
    for line in lines:
        side = np.array([(cell in line.cells) - (cell == line.total) for cell in cells], dtype=np.int8)
        changes = changes[changes @ side == 0]
    return {cell for at, cell in enumerate(cells) if not changes[:, at].any()}


NUMBERS = st.one_of(st.integers(0, 4), st.integers(0, 12))


@settings(max_examples=120, deadline=None)
@given(rows=st.sampled_from([(1, 2), (2, 2), (2, 3), (3, 2)]).flatmap(
    lambda shape: st.lists(st.lists(NUMBERS, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0])
), below=st.integers(2, 6))  # fmt: skip
def test_no_withheld_cell_of_rows_and_columns_can_be_recovered(rows: Rows, below: int) -> None:
    counts, lines = table(rows)
    held = suppression.withheld(counts, lines, below)
    assert {cell for cell, count in counts.items() if 0 < count < below} <= held
    assert not any(counts[cell] == 0 for cell in held)
    assert told(counts, lines, held) == set()


@settings(max_examples=150, deadline=None)
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=9), below=st.integers(2, 6))
def test_no_withheld_line_can_be_recovered_from_its_total(numbers: list[int], below: int) -> None:
    counts, lines = one_line(numbers)
    held = suppression.withheld(counts, lines, below)
    assert {cell for cell, count in counts.items() if 0 < count < below} <= held
    assert told(counts, lines, held) == set()
    if held and "total" not in held:
        assert sum(counts[cell] for cell in held) >= below


@pytest.mark.parametrize(
    ("numbers", "held"),
    [
        ((3, 9, 14), {0, 1}),
        ((3, 2, 14), {0, 1}),
        ((2, 1, 14), {0, 1, 2}),  # 17 - 14 would tell that the two have three
        ((3,), {0, "total"}),
        ((9, 14), set()),
        ((0, 9, 14), set()),
        ((0, 3, 40), {1, 2}),
    ],
)
def test_examples_by_hand(numbers: tuple[int, ...], held: set[Any]) -> None:
    counts, lines = one_line(numbers)
    assert suppression.withheld(counts, lines, 5) == held


def test_the_proof_notices_a_cell_that_its_column_tells() -> None:
    counts, lines = table([[3, 9], [8, 7]])
    assert told(counts, lines, {(0, 0), (0, 1)}) == {(0, 0), (0, 1)}
    assert told(counts, lines, {(0, 0), (0, 1), (1, 0), (1, 1)}) == set()


def test_lines_that_are_no_table_are_refused() -> None:
    with pytest.raises(ValueError, match="rows and the columns"):
        suppression.withheld({1: 1, 2: 2, 3: 3, 4: 0}, [Line((1, 2), 4), Line((2, 3), 4), Line((3, 1), 2)], 5)
