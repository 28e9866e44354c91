"""Boards of one order that overlap, in the forms that people write: which squares are cells, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from ...plain import many
from ..base import SYMBOLS
from ..lines import NUMBERS, OPEN_TOKENS, Lines
from .grids import box_shape
from .values import cell_of

__all__ = ["NONE", "ORDER", "STANDARD", "WIDE", "Corner", "five_boards", "mask_of", "read_boards"]

Corner = tuple[int, int]  # row and column of the first cell of a board
Boards = tuple[list[Corner], int, str]  # their corners, their order, the cells
Mask = npt.NDArray[np.bool_]  # [rows, columns]
Table = npt.NDArray[np.str_]  # the same
ORDER, MAX_SIDE, MAX_BOARDS = 9, 63, 64
NONE, NONES = "@", "@#xX"  # squares outside of all boards, as written and as read
DRAWN = set("|+-=_ \t")
HEAD = "a line `rows columns order` and the first cell of each board first, as 21 21 9 r1c1 r1c13 r7c7 r13c1 r13c13"


def five_boards(n: int) -> list[Corner]:
    """Where the boards of a samurai begin."""
    h, w = box_shape(n)
    down, right = n - h, n - w
    return [(0, 0), (0, 2 * right), (down, right), (2 * down, 0), (2 * down, 2 * right)]


def mask_of(corners: Iterable[Corner], n: int, rows: int, columns: int) -> Mask:
    """[rows, columns] which squares are cells."""
    mask = np.zeros((rows, columns), np.bool_)
    for r, c in corners:
        mask[r : r + n, c : c + n] = True
    return mask


STANDARD = mask_of(five_boards(ORDER), ORDER, 21, 21)
WIDE = STANDARD.sum(axis=1).tolist()  # cells of each row


def read_boards(lines: Lines) -> Boards:
    """What all lines say."""
    head = lines.peek().split()
    if len(head) > 3 and head[3][:1] in ("r", "R"):
        return _headed(lines)
    return _plain(lines)


def _headed(lines: Lines) -> Boards:
    head = lines.tokens("rows, columns, order, first cells of boards", whole=True)
    rows, columns = (lines.number(token, "a side", 2, MAX_SIDE) for token in head[:2])
    n = lines.number(head[2], "the order", 2, 25)
    corners = [divmod(cell_of(name, rows, columns, lines.name), columns) for name in head[3:]]
    if len({*corners}) < len(corners) or len(corners) > MAX_BOARDS:
        lines.fail(f"{len(corners)} boards; wanted {MAX_BOARDS} at most, each once")
    if (max(r for r, _ in corners) + n, max(c for _, c in corners) + n) != (rows, columns):
        lines.fail(f"boards of {n}x{n} at these cells do not end where {rows} rows and {columns} columns do")
    if min(r for r, _ in corners) or min(c for _, c in corners):
        lines.fail("no board begins in the first row, or none in the first column")
    mask, first = mask_of(corners, n, rows, columns), lines.taken + 1
    table = [lines.tokens(f"cells, {NONE} outside of boards", columns) for _ in range(rows)] if lines.left else []
    cells = _cells(lines, table, mask, n, range(first, first + rows)) if table else ""
    return corners, n, cells + lines.cells()


def _plain(lines: Lines) -> Boards:
    """Without a first line: known by how many characters there are."""
    table, places = _table(lines)
    lines.taken = len(lines.lines)
    held, none = np.isin(table, [*SYMBOLS[:ORDER]]), np.isin(table, [*NONES])
    if table.shape == STANDARD.shape and not (none & STANDARD).any() and 2 * (held & ~STANDARD).sum() < 21:
        mask, corners = STANDARD, five_boards(ORDER)
    else:
        mask = ~none
        corners = _corners(lines, mask)
    return corners, ORDER, _cells(lines, table.tolist(), mask, ORDER, places)


def _table(lines: Lines) -> tuple[Table, Sequence[int]]:
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
        table, kept = _from_five(lines, whole), kept * 5
    elif sizes in ([21] * 21, [21 * 21]):
        table = np.array([*whole]).reshape(STANDARD.shape)
    elif len(rows) == 21 and max(map(len, rows)) <= 21 and " " in "".join(rows):
        # a character in its place, a blank where a cell is open
        table = np.array([[*row.ljust(21)] for row in rows])
    elif len({*sizes}) == 1 and {*whole} & {*NONES} and max(len(rows), sizes[0]) <= MAX_SIDE:
        table = np.array([[*row] for row in packed])
    else:
        like = [21] * 21 if sizes[:1] == [21] else WIDE
        odd = next((i for i, (size, wide) in enumerate(zip(sizes, like, strict=False)) if size != wide), 0)
        got = f"row {odd + 1} has {many(sizes[odd], 'cell')}" if len(rows) == 21 else f"got {many(len(rows), 'row')}"
        what = "wanted 21 rows of 21, or of 18, 21 and 9 without what is outside, five lines of 81"
        lines.fail(f"{got}; {what}, or {HEAD}", kept[odd] if rows else 0)
    return table, kept if len(kept) == len(table) else kept[:1] * len(table)


def _from_five(lines: Lines, whole: str) -> Table:
    """The rows of five boards, each from left to right and from above; what one gives counts for both."""
    table = np.full(STANDARD.shape, NONE)
    for number, (r, c) in enumerate(five_boards(ORDER)):
        for cell, sign in enumerate(whole[number * 81 : number * 81 + 81]):
            at = r + cell // ORDER, c + cell % ORDER
            if {str(table[at]), sign} <= {*SYMBOLS[:ORDER]} and table[at] != sign:
                where = f"row {at[0] + 1}, column {at[1] + 1}"
                lines.fail(f"two boards share {where}, and one says {str(table[at])!r}, the other {sign!r}")
            if str(table[at]) in (NONE, *OPEN_TOKENS):  # else it is a symbol, or what nobody may overwrite unseen
                table[at] = sign
    return table


def _corners(lines: Lines, mask: Mask) -> list[Corner]:
    """The boards that these cells are, if there is one way alone to see them: whole boxes apart, each needed.

    Squares around all of them do not count.
    """
    inside = [np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0)]
    if mask.any():
        mask = mask[tuple(slice(some[0], some[-1] + 1) for some in inside)]
    R, C = mask.shape
    found = [
        (r, c)
        for r, c in product(range(0, R - ORDER + 1, 3), range(0, C - ORDER + 1, 3))
        if mask[r : r + ORDER, c : c + ORDER].all()
    ]
    for left_out in [None, *found]:
        kept = [corner for corner in found if corner != left_out]
        if bool((mask_of(kept, ORDER, R, C) == mask).all()) == (left_out is not None) or not found:
            doubt = "cells are in no board of 9x9" if left_out is None else "more than one set of boards fits"
            lines.fail(f"{doubt}; wanted {HEAD}", 1)
    return found


def _cells(lines: Lines, table: Sequence[Sequence[str]], mask: Mask, n: int, places: Sequence[int]) -> str:
    """The cells of a table of squares, row by row."""
    symbols = {symbol: symbol for symbol in SYMBOLS[:n]}
    symbols |= {symbol.lower(): symbol for symbol in symbols if symbol.lower() not in symbols}
    symbols |= {number: symbol for number, symbol in NUMBERS.items() if symbol in symbols}
    cells = dict.fromkeys([" ", *OPEN_TOKENS], ".") | symbols
    for r, c in np.argwhere(mask | np.isin(table, [*symbols])).tolist():
        if (token := str(table[r][c])) not in cells or not mask[r, c]:
            where = f"row {r + 1}, column {c + 1}"
            what = f"{lines.name} uses {SYMBOLS[:n]} here, and . where a cell is open"
            outside = f"which is outside of all boards; wanted {NONE}"
            lines.fail(f"{where} holds {token[:40]!r}{'; ' + what if mask[r, c] else ', ' + outside}", places[r])
    return "".join(cells[str(table[r][c])] for r, c in np.argwhere(mask).tolist())
