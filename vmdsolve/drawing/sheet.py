"""Sheets: boards as rows of squares, with walls between some of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ..plain import clean, cut
from .text import MARKS, Line

__all__ = ["CELL", "OUTSIDE", "SOLID", "Cell", "Drawn", "Sheet"]

CELL = "□"  # stands in frames and clue texts where the character of the next cell goes
SOLID = "█"  # of a square that is filled
WIDEST = 400  # characters of a square: a column is as wide as its widest
OUTSIDE = -1  # the region of squares that are no part of the board, as clues in its margin are
CORNERS = " ╵╷│╶└┌├╴┘┐┤─┴┬┼"  # by what meets there: 1 from above, 2 from below, 4 from the right, 8 from the left


class Cell(NamedTuple):
    """What stands in a cell: in plain text, in which style, and where box characters can be shown (None: the same)."""

    text: str
    style: str = ""
    boxed: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A board without what stands in its cells.

    Attributes
    ----------
    squares
        [rows][columns] their text, with a CELL where a cell's symbol goes; cells are in reading order
    regions
        [rows][columns] numbers; walls stand between squares of different regions, and around all but OUTSIDE.
        None: no walls at all
    blocks
        text of a whole square: what is shown instead where box characters can be
    paths
        numbers of cells that figures draw a line through, round at the first, before whose symbol nothing is written
    pointed
        paths are arrows: from a ring at the first cell to a point at the last
    tiled
        squares without a cell are as large as the others: walls, where `blocks` has a SOLID, or numbers
    ringed
        texts between cells stand in circles

    Examples
    --------
    >>> print(Sheet([["9 □", "□"], ["4 □", "□"]], [[0, 0], [1, 0]]).text())
    +---------+
    | 9 □   □ |
    +-----+   |
    | 4 □ | □ |
    +-----+---+
    """

    squares: Sequence[Sequence[str]]
    regions: Sequence[Sequence[int]] | None = None
    blocks: Mapping[str, str] = field(default_factory=dict)
    paths: Sequence[Sequence[int]] = ()
    pointed: bool = False
    tiled: bool = False
    ringed: bool = False

    def text(self) -> str:
        """The frame: plain text with a CELL for every cell."""
        return "\n".join("".join(text for text, _ in line) for line in Drawn(self, None).lines(boxes=False, width=0))

    def _region(self, row: int, column: int) -> int:
        if self.regions is None or not (0 <= row < len(self.squares) and 0 <= column < len(self.squares[0])):
            return OUTSIDE
        return self.regions[row][column]

    @cached_property
    def wall(self) -> str | None:
        """The text of a square that is black, where those without a cell are."""
        return next((text for text, block in self.blocks.items() if block == SOLID), None)

    def is_tile(self, row: int, column: int) -> bool:
        """Whether a square of the board stands where a cell could, and has none."""
        return self.tiled and CELL not in self.squares[row][column] and self._region(row, column) != OUTSIDE

    def labels(self, row: int, column: int) -> tuple[str, ...]:
        r"""What a wall shows: one text, or of the numbers below and to the right of it each its own.

        Examples
        --------
        >>> walls = Sheet([["9\\12", "4x"]], blocks={"x": SOLID}, tiled=True)
        >>> walls.labels(0, 0), walls.labels(0, 1)
        (('9', '12'), ('4',))
        """
        return tuple(self.squares[row][column].replace(self.wall or "", "").split("\\"))

    @cached_property
    def heads(self) -> frozenset[int]:
        """Cells in which paths begin."""
        return frozenset(path[0] for path in self.paths)

    @cached_property
    def left(self) -> list[list[bool]]:
        """[rows][columns + 1] whether a wall stands left of a square."""
        R, C = len(self.squares), len(self.squares[0])
        return [[self._region(r, c) != self._region(r, c - 1) for c in range(C + 1)] for r in range(R)]

    @cached_property
    def above(self) -> list[list[bool]]:
        """[rows + 1][columns] whether a wall stands above a square."""
        R, C = len(self.squares), len(self.squares[0])
        return [[self._region(r, c) != self._region(r - 1, c) for c in range(C)] for r in range(R + 1)]


@dataclass(frozen=True)
class Drawn:
    """A sheet with what stands in its cells, in order; None: a CELL in each. Figures give `shaded` cells a tone."""

    sheet: Sheet
    cells: Sequence[Cell] | None
    shaded: Collection[int] = ()

    def lines(self, *, boxes: bool, width: int) -> list[Line]:
        """Lines of styled text. A cell of a style that has a mark gets it in the place before it."""
        del width
        left, above = self.sheet.left, self.sheet.above
        rows = self._squares(boxes)
        R, C = len(rows), len(rows[0])
        wide = [max(sum(len(text) for text, _ in row[c][1]) for row in rows) for c in range(C)]
        upright = [any(line[c] for line in left) for c in range(C + 1)]
        lead = upright[0] or any(mark for row in rows for mark, _ in row)  # else nothing needs the first column
        room = [(c > 0 or lead) + wide[c] + upright[c + 1] for c in range(C)]
        out: list[Line] = []
        for r in range(R + 1):
            if any(above[r]):
                border = ""
                for c in range(C + 1):
                    if upright[c]:
                        border += _corner(
                            r > 0 and left[r - 1][c], r < R and left[r][c], c < C and above[r][c],
                            c > 0 and above[r][c - 1], boxes=boxes,
                        )  # fmt: skip
                    if c < C:
                        border += ("─" if boxes else "-") * room[c] if above[r][c] else " " * room[c]
                out.append([(border, "wall")])
            if r < R:
                line: Line = []
                for c, (mark, spans) in enumerate(rows[r]):
                    if upright[c]:
                        line.append((("│" if boxes else "|") if left[r][c] else " ", "wall"))
                    room_before = (c > 0 or lead) + wide[c] - sum(len(text) for text, _ in spans)
                    if (
                        mark and spans[0][1] == "clue" and spans[0][0].endswith(" ")
                    ):  # between the label and what it stands at
                        spans = [(spans[0][0][:-1], "clue"), (mark, MARKED[mark]), *spans[1:]]
                        mark = ""
                    line += [(" " * (room_before - len(mark)), ""), (mark, MARKED.get(mark, ""))]
                    line += [*spans, (" " * upright[c + 1], "")]
                if upright[C]:
                    line.append((("│" if boxes else "|") if left[r][C] else " ", "wall"))
                out.append([span for span in line if span[0]])
        return out

    def _squares(self, boxes: bool) -> list[list[tuple[str, Line]]]:
        """The mark and the styled text of every square."""
        cells = iter(self.cells or ())
        out = []
        for row in self.sheet.squares:
            line: list[tuple[str, Line]] = []
            for square in row:
                before, held, after = square.partition(CELL)
                if not held:
                    text = self.sheet.blocks.get(square, square) if boxes else square
                    line.append(("", [(_label(text), "clue")]))
                    continue
                cell = Cell(CELL) if self.cells is None else next(cells)
                text = cell.text if cell.boxed is None or not boxes else cell.boxed
                spans = [(_label(before), "clue"), (_label(text), cell.style), (_label(after), "clue")]
                line.append((MARKS.get(cell.style, ""), [span for span in spans if span[0]]))
            out.append(line)
        return out


MARKED = {mark: style for style, mark in MARKS.items()}


def _label(text: str) -> str:
    return clean(cut(text, WIDEST))


def _corner(up: bool, down: bool, right: bool, left: bool, *, boxes: bool) -> str:
    if boxes:
        return CORNERS[up + 2 * down + 4 * right + 8 * left]
    return "+" if (up or down) and (left or right) else "|" if up or down else "-" if left or right else " "
