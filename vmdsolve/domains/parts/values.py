"""Python values as entries of text: cells, grids and cages, whatever they were held in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import InvalidProblem
from ...plain import many
from ..base import SYMBOLS
from ..lines import Lines

__all__ = ["cage_lines", "cell_line", "cell_of", "grid_of", "is_open", "lines_of_grid", "listed", "order_of", "short"]

CELL = re.compile(r"[rR](\d{1,3})[cC](\d{1,3})")
TOTALS = ("total", "sum", "value", "target", "label", "result")
SIGNS = ("operator", "operation", "op", "sign")


def listed(value: Any, name: str, what: str) -> list[Any]:
    """A list, tuple, array or other iterable that is no text, as a list."""
    if hasattr(value, "tolist"):  # an array, a tensor
        value = value.tolist()
    elif hasattr(value, "to_numpy"):  # a data frame
        value = value.to_numpy().tolist()
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise InvalidProblem(f"{name}: {what} is {short(value)}; wanted a list")
    return list(value)


def grid_of(value: Any, name: str, what: str, rows: int | None = None, columns: int | None = None) -> list[list[Any]]:
    """Rows of entries, all of one length; a row may be text, a character an entry.

    Examples
    --------
    >>> grid_of(["AAB", [1, 2, None]], "jigsaw", "regions")
    [['A', 'A', 'B'], [1, 2, None]]
    """
    if isinstance(value, str):
        value = value.split()
    grid = [
        list(row) if isinstance(row, str) else listed(row, name, f"a row of {what}")
        for row in listed(value, name, what)
    ]
    wide = columns or (len(grid[0]) if grid else 0)
    if len(grid) != (rows or len(grid)) or not grid or not wide:
        raise InvalidProblem(
            f"{name}: {what} has {many(len(grid), 'row')}" + (f"; wanted {rows}" if rows else "; wanted one at least")
        )
    for number, row in enumerate(grid, 1):
        if len(row) != wide:
            raise InvalidProblem(
                f"{name}: row {number} of {what} has {many(len(row), 'entry', 'entries')}; wanted {wide}"
            )
    return grid


def lines_of_grid(value: Any, name: str, what: str, rows: int | None = None, columns: int | None = None) -> list[str]:
    """A grid as lines of text; None, NaN, "" and blanks are '-'."""
    return [" ".join(_entry(entry, name, what) for entry in row) for row in grid_of(value, name, what, rows, columns)]


def _entry(entry: Any, name: str, what: str) -> str:
    if is_open(entry):
        return "-"
    if isinstance(entry, float) and not entry.is_integer():
        raise InvalidProblem(f"{name}: {what} holds {entry!r}; wanted a whole number or a symbol")
    text = str(int(entry)) if isinstance(entry, (float, bool)) else str(entry).strip()
    if len(text.split()) != 1 or "/" in text:
        raise InvalidProblem(f"{name}: {what} holds {short(entry)}; wanted a number or a name without spaces")
    return text


def is_open(entry: Any) -> bool:
    """True of None, NaN, NA, "" and blanks, which stand for nothing given."""
    nothing = entry is None or type(entry).__name__ in ("NAType", "NaTType")
    return nothing or (isinstance(entry, float) and entry != entry) or (isinstance(entry, str) and not entry.strip())


def cell_of(cell: Any, rows: int, columns: int, name: str) -> int:
    """The number of a cell that is (row, column) from 0, or "r1c1" from 1.

    Examples
    --------
    >>> cell_of((1, 0), 3, 3, "killer"), cell_of("r2c1", 3, 3, "killer")
    (3, 3)
    """
    row = column = -1
    match = CELL.fullmatch(cell) if isinstance(cell, str) else None
    if match:
        row, column = int(match[1]) - 1, int(match[2]) - 1
    elif not isinstance(cell, (str, Mapping)) and hasattr(cell, "__len__") and len(cell) == 2:
        parts = [int(part) for part in cell if isinstance(part, int) or hasattr(part, "__index__")]
        row, column = parts if len(parts) == 2 else (-1, -1)
    if not (0 <= row < rows and 0 <= column < columns):
        raise InvalidProblem(
            f"{name}: a cell is {short(cell)}; wanted (row, column) from (0, 0) to ({rows - 1}, {columns - 1}), "
            f"or text from r1c1 to r{rows}c{columns}"
        )
    return row * columns + column


def order_of(size: Any, givens: Any, name: str, whole: Iterable[Any] = ()) -> int:
    """The order of a square board: as it is said, or that of its givens, or of clues `whole` that name all cells."""
    if givens is not None and size is None:
        return len(grid_of(givens, name, "givens"))
    if size is None:
        cells = {str(cell).lower() for cell in whole}
        size = round(len(cells) ** 0.5)
        if not cells or size * size != len(cells):
            raise InvalidProblem(f"{name}: nothing says the size of the board; add size=")
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 64:
        raise InvalidProblem(f"{name}: size is {short(size)}; wanted a whole number from 1 to 64")
    return size


def cage_lines(cages: Any, size: Any, givens: Any, name: str) -> list[str]:
    """The text of cages: pairs (total, cells), triples (total, sign, cells), or dicts of them; total None: no label."""
    read = [_cage(cage, name) for cage in listed(cages, name, "cages")]
    n = order_of(size, givens, name, (cell for _, cells in read for cell in cells))
    labels, numbers = ["-"] * (n * n), ["-"] * (n * n)
    for number, (label, cells) in enumerate(read, 1):
        for first, cell in enumerate(cell_of(cell, n, n, name) for cell in cells):
            if numbers[cell] != "-":
                raise InvalidProblem(f"{name}: row {cell // n + 1}, column {cell % n + 1} is in cages twice")
            numbers[cell] = str(number)
            if not first:
                labels[cell] = label
    rows = [" ".join(table[i : i + n]) for table in (labels, numbers) for i in range(0, n * n, n)]
    return [f"{n} {n}", *rows, *cell_line(givens, n, n, name)]


def cell_line(givens: Any, rows: int, columns: int, name: str, symbols: str = "") -> list[str]:
    """The line of cells at the end, if there are givens."""
    if givens is None:
        return []
    lines = Lines.of(name, lines_of_grid(givens, name, "givens", rows, columns))
    return [lines.givens(rows, columns, symbols or SYMBOLS[:rows])]


def _cage(cage: Any, name: str) -> tuple[str, list[Any]]:
    if isinstance(cage, Mapping):
        total = next((cage[key] for key in TOTALS if key in cage), None)
        sign = next((cage[key] for key in SIGNS if key in cage), "")
        cells = cage.get("cells")
    else:
        parts = listed(cage, name, "a cage")
        if len(parts) == 2 and not _is_cells(parts[1]) and _is_cells(parts[0]):
            parts = parts[::-1]
        total, sign, cells = parts if len(parts) == 3 else [*parts[:1], "", *parts[1:2], None][:3]
    if cells is None or not _is_cells(cells):
        raise InvalidProblem(f"{name}: a cage is {short(cage)}; wanted (total, cells), with cells as (row, column)")
    label = "-" if total is None or total == "" else f"{total}{sign or ''}"
    return label, list(cells)


def _is_cells(value: Any) -> bool:
    if hasattr(value, "tolist"):
        value = value.tolist()
    return (
        isinstance(value, (list, tuple, set, frozenset)) and bool(value) and not any(isinstance(v, int) for v in value)
    )


def short(value: Any) -> str:
    """A value as messages show it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
