"""Small numbers in a table for everyone: which cells are withheld so that the totals shown give none of them away.

Withdrawn by scheme: 3, 9 and 14, in all 26. The 3 is withheld, and the 9 with it, or 26 - 9 - 14 would tell the 3.
"""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Cell = Hashable
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Line:
    """A row or a column: its cells, and the cell that is their sum."""

    cells: tuple[Cell, ...]
    total: Cell

    def sides(self) -> Iterator[tuple[Cell, int]]:
        """Give each cell with 1, and the total, on the other side of the sum, with -1."""
        yield from ((cell, 1) for cell in self.cells)
        yield self.total, -1


def withheld(counts: Mapping[Cell, int], lines: Sequence[Line], below: int) -> frozenset[Cell]:
    """Name the cells to withhold: those from 1 to `below` - 1, and others until no reader who knows the rule can work one out.

    Nought is always shown: it speaks of nobody. A cell stands in at most two lines, its row and its column. Method: complementary cell
    suppression (L. H. Cox, "Suppression methodology and statistical disclosure control", JASA 75, 1980). Whether a cell is given away
    is decided exactly, after D. Gusfield ("A graph theoretic approach to statistical data security", SIAM J. Comput. 17, 1988): lines
    are nodes and withheld cells are edges between their two; a cell could be another number if and only if a cycle of withheld cells
    passes through it, each raised or lowered by one so that every sum stays, and none falls below 1. Beyond that, what is withheld of
    a line whose total is shown must come to `below` at least. Which cell is added is greedy: the smallest of the same line, totals last.

    This guards one table. Whoever has two tables, of different days or of finer groups, may still subtract one from the other.
    """
    moves = _moves(counts, lines)
    held = {cell for cell, count in counts.items() if 0 < count < below}
    while (given_away := _given_away(held, counts, lines, moves, below)) is not None:
        held.add(_beside(given_away, held, counts, lines))
    return frozenset(held)


Moves = Mapping[Cell, Sequence[tuple[int, int]]]


def _moves(counts: Mapping[Cell, int], lines: Sequence[Line]) -> Moves:
    """Give each cell's moves as (from a line, to a line): raised it takes from the one and adds to the other, lowered the reverse; at 1
    it cannot be lowered. A cell of one line takes from nowhere, or adds to it."""
    sides: dict[Cell, list[tuple[int, int]]] = {cell: [] for cell in counts}
    for at, line in enumerate(lines):
        for cell, side in line.sides():
            sides[cell].append((at, side))
    turned = _turned(sides.values(), len(lines))
    moves = {}
    for cell, pair in sides.items():
        added = next((at for at, side in pair if turned[at] * side > 0), NOWHERE)
        taken = next((at for at, side in pair if turned[at] * side < 0), NOWHERE)
        moves[cell] = [(taken, added), *([(added, taken)] if counts[cell] > 1 else [])]
    return moves


def _turned(sides: Collection[list[tuple[int, int]]], count: int) -> list[int]:
    """Turn the sums of some lines round (-1), so that every cell of two lines adds to one what it takes from the other."""
    turned = [0] * count
    for first in range(count):
        todo = [] if turned[first] else [(first, 1)]
        while todo:
            at, way = todo.pop()
            if turned[at] and turned[at] != way:
                raise ValueError("these lines are not the rows and the columns of one table")
            if not turned[at]:
                turned[at] = way
                for one, other in (pair for pair in sides if len(pair) == 2 and at in (pair[0][0], pair[1][0])):
                    (_at, side), (next_at, next_side) = (one, other) if one[0] == at else (other, one)
                    todo.append((next_at, -way * side * next_side))
    return turned


def _given_away(held: Collection[Cell], counts: Mapping[Cell, int], lines: Sequence[Line], moves: Moves, below: int) -> Cell | None:
    for line in lines:
        hidden = [cell for cell in line.cells if cell in held]
        if hidden and line.total not in held and sum(counts[cell] for cell in hidden) < below:
            return hidden[0]
    return next((cell for cell in sorted(held, key=repr) if not _may_differ(cell, held, moves)), None)


def _may_differ(cell: Cell, held: Collection[Cell], moves: Moves) -> bool:
    others = [move for each in held if each != cell for move in moves[each]]
    return any(_leads(end, start, others) for start, end in moves[cell])


def _leads(start: int, end: int, moves: Sequence[tuple[int, int]]) -> bool:
    reached, grown = {start}, True
    while grown and end not in reached:
        more = {to for at, to in moves if at in reached} - reached
        reached |= more
        grown = bool(more)
    return end in reached


def _beside(given_away: Cell, held: Collection[Cell], counts: Mapping[Cell, int], lines: Sequence[Line]) -> Cell:
    near = {cell for line in lines if given_away in (*line.cells, line.total) for cell in (*line.cells, line.total)}
    totals = {line.total for line in lines}
    left = [cell for cell, count in counts.items() if count and cell not in held]
    return min(left, key=lambda cell: (cell not in near, cell in totals, counts[cell], repr(cell)))
