"""Samurai and its kin (gattai, flower): Sudoku boards that overlap; each is a Sudoku of its own, and they share cells.

A samurai has five boards of 9x9: one in the middle shares a box with each of four at its corners, 369 cells.
Known counts: two boards of 4x4 that share a box have 288 * 12 = 3,456 grids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import product
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..constraints import AllDifferent
from ..drawing import CELL, OUTSIDE, Sheet
from ..errors import InvalidProblem
from ..problem import Constraint
from .base import SYMBOLS, Image
from .clued import Fill, kind_of
from .lines import NUMBERS, OPEN_TOKENS, Lines
from .parts.grids import box_shape
from .parts.values import cell_of, lines_of_grid, listed
from .parts.walled import Walled

__all__ = ["DOMAINS", "Samurai"]

Corner = tuple[int, int]  # row and column of the first cell of a board
Mask = npt.NDArray[np.bool_]  # [rows, columns]
Table = npt.NDArray[np.str_]  # the same
ORDER, MAX_SIDE, MAX_BOARDS = 9, 63, 64
NONE, NONES = "@", "@#xX"  # squares outside of all boards, as written and as read
DRAWN = set("|+-=_ \t")
HEAD = "a line `rows columns order` and the first cell of each board first, as 21 21 9 r1c1 r1c13 r7c7 r13c1 r13c13"


def _five(n: int) -> list[Corner]:
    """Where the boards of a samurai begin."""
    h, w = box_shape(n)
    down, right = n - h, n - w
    return [(0, 0), (0, 2 * right), (down, right), (2 * down, 0), (2 * down, 2 * right)]


def _mask(corners: Iterable[Corner], n: int, rows: int, columns: int) -> Mask:
    """[rows, columns] which squares are cells."""
    mask = np.zeros((rows, columns), np.bool_)
    for r, c in corners:
        mask[r : r + n, c : c + n] = True
    return mask


STANDARD = _mask(_five(ORDER), ORDER, 21, 21)
WIDE = STANDARD.sum(axis=1).tolist()  # cells of each row


class Samurai(Walled):
    """Boards of order n, 2 to 25, that begin at these corners. Density: not used, there are no clues but givens."""

    name = "samurai"
    about = "Fill overlapping Sudoku boards so that no row, column or box of any board repeats a symbol."
    text_form = (
        "21 rows of 21 characters, '.', '0' or '-' where open, blanks or any sign but a symbol outside of the boards; "
        "or the rows without what is outside; or the five boards, a line of 81 each. Boards that overlap otherwise: "
        "`rows columns order` and the first cell of each board, as r1c1; rows of cells, '@' outside. Other boards of "
        "9x9 that leave no doubt need no first line"
    )
    example = (
        "4..627318....946.3/7..4.86...395..8../..659....5..1...4./....36.9.9...2...4/.6.8..5....13...../"
        ".92175..32...5..../6.8...1.....3...1.4../.4.....85......63..8./2.578..3..8..2.9...6./.1.94.28./"
        "...2..9../32...85.7/..8.....2..........26/..5......427..38..4.7/....486..8.9.7.6.5.../"
        "3.1.5.2..3.7..864./4...23578...7..98./58.6....92...3..../.14...92..28...37./.....2......3..265/"
        ".634...8..3...4..."
    )
    words = "grid=givens boards=corners"
    sizes, size, density = (4, 6, 9), 9, 1.0
    marks = "#"

    def __init__(self, corners: Iterable[Corner], n: int = ORDER) -> None:
        self.corners, self.n = sorted(corners), n
        rows, columns = (max(side) + n for side in zip(*self.corners, strict=True))
        mask = _mask(self.corners, n, rows, columns)
        numbers = self.set_squares(np.where(mask, CELL, "").astype(object).tolist())
        self.symbols, (h, w) = SYMBOLS[:n], box_shape(n)
        units: dict[tuple[int, ...], str] = {}  # boards may share boxes, even lines
        for r, c in self.corners:
            board = numbers[r : r + n, c : c + n]
            boxes = board.reshape(n // h, h, n // w, w).swapaxes(1, 2).reshape(n, n)
            for relation, cells in (("row", board), ("column", board.T), ("box", boxes if h > 1 else board[:0])):
                units |= dict.fromkeys(map(tuple, cells.tolist()), relation)
        self.constraints = tuple(AllDifferent(cells, relation) for cells, relation in units.items())
        said = " ".join(f"r{r + 1}c{c + 1}" for r, c in self.corners)
        lines = (" ".join(square or NONE for square in row) for row in self.squares)
        self.clues = "/".join([f"{rows} {columns} {n} {said}", *lines])

    @classmethod
    def is_whole(cls, line: str) -> bool:
        return len("".join(line.split())) in (sum(WIDE), STANDARD.size, 5 * ORDER**2)

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        head = lines.peek().split()
        if len(head) > 3 and head[3][:1] in ("r", "R"):
            return cls._headed(lines)
        return cls._plain(lines)

    @classmethod
    def _headed(cls, lines: Lines) -> tuple[Self, str]:
        head = lines.tokens("rows, columns, order, first cells of boards", whole=True)
        rows, columns = (lines.number(token, "a side", 2, MAX_SIDE) for token in head[:2])
        n = lines.number(head[2], "the order", 2, 25)
        corners = [divmod(cell_of(name, rows, columns, cls.name), columns) for name in head[3:]]
        if len({*corners}) < len(corners) or len(corners) > MAX_BOARDS:
            lines.fail(f"{len(corners)} boards; wanted {MAX_BOARDS} at most, each once")
        if (max(r for r, _ in corners) + n, max(c for _, c in corners) + n) != (rows, columns):
            lines.fail(f"boards of {n}x{n} at these cells do not end where {rows} rows and {columns} columns do")
        if min(r for r, _ in corners) or min(c for _, c in corners):
            lines.fail("no board begins in the first row, or none in the first column")
        mask, first = _mask(corners, n, rows, columns), lines.taken + 1
        table = [lines.tokens(f"cells, {NONE} outside of boards", columns) for _ in range(rows)] if lines.left else []
        cells = cls._cells(lines, table, mask, n, range(first, first + rows)) if table else ""
        return cls(corners, n), cells + lines.cells()

    @classmethod
    def _plain(cls, lines: Lines) -> tuple[Self, str]:
        """Without a first line: known by how many characters there are."""
        table, places = cls._table(lines)
        lines.taken = len(lines.lines)
        held, none = np.isin(table, [*SYMBOLS[:ORDER]]), np.isin(table, [*NONES])
        if table.shape == STANDARD.shape and not (none & STANDARD).any() and 2 * (held & ~STANDARD).sum() < 21:
            mask, corners = STANDARD, _five(ORDER)
        else:
            mask = ~none
            corners = cls._corners(lines, mask)
        return cls(corners), cls._cells(lines, table.tolist(), mask, ORDER, places)

    @classmethod
    def _table(cls, lines: Lines) -> tuple[Table, Sequence[int]]:
        """[rows, columns] the characters of all squares, and the line that each row stands in."""
        rows = [line.rstrip() for line in lines.raw if line.strip()] if lines.places else [*lines.lines]
        kept = [place for place, line in enumerate(rows, 1) if len(rows) <= 21 or not {*line} <= DRAWN]
        rows = [rows[place - 1].replace("|", " ") for place in kept]
        if rows and (mark := next((mark for mark in ",;\t" if all(row.count(mark) == 20 for row in rows)), "")):
            rows = ["".join(field.strip() or " " for field in row.split(mark)) for row in rows]
        packed = ["".join(row.split()) for row in rows]
        sizes, whole = [*map(len, packed)], "".join(packed)
        if sizes in (WIDE, [sum(WIDE)]):
            table = np.full(STANDARD.shape, NONE)
            table[STANDARD] = [*whole]
        elif sizes in ([ORDER**2] * 5, [ORDER**2 * 5]):
            table, kept = cls._five_boards(lines, whole), kept * 5
        elif sizes in ([21] * 21, [21 * 21]):
            table = np.array([*whole]).reshape(STANDARD.shape)
        elif len(rows) == 21 and max(map(len, rows)) <= 21 and " " in "".join(rows):
            # a character in its place, a blank where a cell is open
            table = np.array([[*row.ljust(21)] for row in rows])
        elif len({*sizes}) == 1 and {*whole} & {*NONES} and max(len(rows), sizes[0]) <= MAX_SIDE:
            table = np.array([[*row] for row in packed])
        else:
            odd = next((i for i, both in enumerate(zip(sizes, WIDE, strict=False)) if both[0] not in (both[1], 21)), 0)
            got = f"row {odd + 1} has {sizes[odd]} cells" if len(rows) == 21 else f"there are {len(rows)} rows"
            what = "wanted 21 rows of 21, or of 18, 21 and 9 without what is outside, five lines of 81"
            lines.fail(f"{got}; {what}, or {HEAD}", kept[odd] if rows else 0)
        return table, kept if len(kept) == len(table) else kept[:1] * len(table)

    @classmethod
    def _five_boards(cls, lines: Lines, whole: str) -> Table:
        """The rows of five boards, each from left to right and from above; what one gives counts for both."""
        table = np.full(STANDARD.shape, NONE)
        for number, (r, c) in enumerate(_five(ORDER)):
            for cell, sign in enumerate(whole[number * 81 : number * 81 + 81]):
                at = r + cell // ORDER, c + cell % ORDER
                if {str(table[at]), sign} <= {*SYMBOLS[:ORDER]} and table[at] != sign:
                    where = f"row {at[0] + 1}, column {at[1] + 1}"
                    lines.fail(f"two boards share {where}, and one says {str(table[at])!r}, the other {sign!r}")
                table[at] = table[at] if table[at] in SYMBOLS[:ORDER] else sign
        return table

    @classmethod
    def _corners(cls, lines: Lines, mask: Mask) -> list[Corner]:
        """The boards that these cells are, if there is one way alone to see them: whole boxes apart, each needed."""
        R, C = mask.shape
        found = [
            (r, c)
            for r, c in product(range(0, R - ORDER + 1, 3), range(0, C - ORDER + 1, 3))
            if mask[r : r + ORDER, c : c + ORDER].all()
        ]
        for left_out in [None, *found]:
            kept = [corner for corner in found if corner != left_out]
            if bool((_mask(kept, ORDER, R, C) == mask).all()) == (left_out is not None) or not kept:
                doubt = "cells are in no board of 9x9" if left_out is None else "more than one set of boards fits"
                lines.fail(f"{doubt}; wanted {HEAD}", 1)
        return found

    @classmethod
    def _cells(cls, lines: Lines, table: Sequence[Sequence[str]], mask: Mask, n: int, places: Sequence[int]) -> str:
        """The cells of a table of squares, row by row."""
        symbols = {symbol: symbol for symbol in SYMBOLS[:n]}
        symbols |= {symbol.lower(): symbol for symbol in symbols if symbol.lower() not in symbols}
        symbols |= {number: symbol for number, symbol in NUMBERS.items() if symbol in symbols}
        cells = dict.fromkeys([" ", *OPEN_TOKENS], ".") | symbols
        for r, c in np.argwhere(mask | np.isin(table, [*symbols])).tolist():
            if (token := str(table[r][c])) not in cells or not mask[r, c]:
                where = f"row {r + 1}, column {c + 1}"
                what = f"{cls.name} uses {SYMBOLS[:n]} here, and . where a cell is open"
                outside = f"which is outside of all boards; wanted {NONE}"
                lines.fail(f"{where} holds {token[:40]!r}{'; ' + what if mask[r, c] else ', ' + outside}", places[r])
        return "".join(cells[str(table[r][c])] for r, c in np.argwhere(mask).tolist())

    @classmethod
    def lines_of(cls, givens: Any, corners: Any = None, order: int = ORDER) -> list[str]:
        """Givens are rows of symbols and None, "@" or None outside of boards; corners the first cells of boards.

        A corner is (row, column) from 0 or "r1c1"; without corners the boards are those of a samurai.

        Examples
        --------
        >>> Samurai.lines_of([[1, None, None, None], *[[None] * 4] * 3], corners=["r1c1"], order=4)[:2]
        ['4 4 4 r1c1', '1 - - -']
        """
        lines = lines_of_grid(givens, cls.name, "givens")
        if corners is None:
            return lines
        rows, columns = len(lines), len(lines[0].split())
        at = [cell_of(cell, rows, columns, cls.name) for cell in listed(corners, cls.name, "corners")]
        if not at:
            raise InvalidProblem(f"{cls.name}: corners is empty; wanted the first cell of each board")
        said = " ".join(f"r{cell // columns + 1}c{cell % columns + 1}" for cell in at)
        return [f"{rows} {columns} {order} {said}", *lines]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """The five boards of a samurai, of this order."""
        del rng, density, fill
        return cls(_five(size), size)

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the layout, as boxes allow; permute the symbols."""
        n, (h, w) = self.n, box_shape(self.n)
        mask = _mask(self.corners, n, len(self.squares), len(self.squares[0]))
        numbers = np.where(mask, np.cumsum(mask).reshape(mask.shape) - 1, -1)
        down, right = (int(rng.choice([1, -1])) for _ in range(2))
        numbers = numbers[::down, ::right]
        R, C = mask.shape
        corners = [(r if down > 0 else R - n - r, c if right > 0 else C - n - c) for r, c in self.corners]
        if h in (1, w) and rng.random() < 0.5:
            numbers, corners = numbers.T, [(c, r) for r, c in corners]
        return Samurai(corners, n), numbers[numbers >= 0], rng.permutation(n)

    @cached_property
    def _at(self) -> list[Corner]:
        """Row and column of each cell."""
        return [(r, c) for r, row in enumerate(self.squares) for c, square in enumerate(row) if square == CELL]

    def cell_name(self, cell: int) -> str:
        row, column = self._at[cell]
        return f"row {row + 1}, column {column + 1}"

    def unit_text(self, constraint: Constraint) -> str:
        (r, c), (last_r, last_c) = (self._at[constraint.cells[i]] for i in (0, -1))
        match constraint.relation:
            case "row":
                return f"row {r + 1} from column {c + 1} to {last_c + 1}"
            case "column":
                return f"column {c + 1} from row {r + 1} to {last_r + 1}"
        return f"the box at {self.cell_name(constraint.cells[0])}"

    def sheet(self) -> Sheet:
        units = [rule.cells for rule in self.constraints if rule.relation == "box"]
        inside = [tuple(number for number, cells in enumerate(units) if cell in cells) for cell in range(self.rules.L)]
        names = {boxes: number for number, boxes in enumerate(dict.fromkeys(inside))}
        regions, cells = [], iter(inside)
        for row in self.squares:
            regions.append([names[next(cells)] if square == CELL else OUTSIDE for square in row])
        return Sheet(self.squares, regions)


DOMAINS = {"samurai": kind_of(Samurai, "samurai-sudoku", "gattai", "gattai-5", "flower-sudoku")}
