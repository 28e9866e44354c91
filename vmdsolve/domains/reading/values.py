"""Values from Python: what is handed over as lists, arrays, tensors, frames, and the same kinds back.

A board has one item a cell, flat or in rows: whole numbers, texts of one symbol, or None, NaN, NA, masked, '' where it
is open; or texts of whole rows. Batches of one board lose that axis.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from numbers import Number
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InvalidInput, InvalidProblem
from ...plain import many
from ...problem import OPEN, Board, Problem
from ..base import Domain

__all__ = ["Items", "plain", "same_kind", "tokens", "values_of_numbers"]

Items = npt.NDArray[np.object_]
NONE = -2  # of a number that is no value
MOST = 1 << 17  # items of one grid; the largest problem has 65,536 cells


def plain(grid: Any) -> str | Items:
    """Text, or the items of a grid as an array [L] or [rows, columns].

    Raises
    ------
    InvalidProblem
        Says what was handed over, and what to give instead.

    Examples
    --------
    >>> plain(b"1..2"), plain(["12", ".."]), plain([[1, None]]).tolist()
    ('1..2', '12\\n..', [[1, None]])
    """
    if isinstance(grid, str):
        return str(grid)
    if isinstance(grid, (bytes, bytearray)):
        try:
            return grid.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidProblem(f"these bytes are not UTF-8 text: {error}; numbers go into a list or array") from error
    items = _items(grid)
    if items.ndim == 3 and len(items) == 1:
        items = items[0]
    if items.ndim == 0:
        items = items.reshape(1)
    if items.ndim not in (1, 2):
        what = f"a grid has 1 or 2 axes, this one is of shape {items.shape}"
        raise InvalidProblem(f"{what}: give many boards to solve_batch, and turn one-hot boards into numbers")
    flat = items.ravel().tolist()
    texts = flat if flat and items.shape[-1] in (1, items.size) else [""]
    worded = all(isinstance(text, str) and len(text) > 1 for text in texts)
    if worded and any(len(text) > 2 or not text.strip().isdigit() for text in texts):
        return "\n".join(texts)  # whole rows
    return items


def _items(grid: Any) -> Items:
    package = type(grid).__module__.partition(".")[0]
    if grid is None or isinstance(grid, Number):
        raise InvalidProblem(f"a grid is text, nested lists or an array, got {type(grid).__name__}")
    if isinstance(grid, os.PathLike):
        what = f"{os.fspath(grid)!r} is the path of a file, not a puzzle"
        raise InvalidProblem(f"{what}: give its text, path.read_text(), or the path to the command `vmdsolve solve`")
    if isinstance(grid, (Mapping, AbstractSet)):
        what = f"a {type(grid).__name__} has no order of rows and columns"
        raise InvalidProblem(f"{what}; give text, nested lists or an array")
    if package == "torch":
        if grid.layout.__str__() != "torch.strided" or grid.is_quantized:
            raise InvalidProblem("the tensor is sparse or packed; give tensor.to_dense()")
        grid = grid.detach().cpu()
        return np.asarray((grid.float() if grid.is_floating_point() else grid).numpy()).astype(object)
    if isinstance(grid, np.ma.MaskedArray):
        items = np.asarray(grid.data, dtype=object).copy()
        items[np.broadcast_to(grid.mask, grid.shape)] = None
        return items
    if package == "scipy" and hasattr(grid, "toarray"):
        raise InvalidProblem(f"a sparse {type(grid).__name__} does not say which cells are open; give grid.toarray()")
    if package in ("pandas", "polars") and hasattr(grid, "to_numpy"):  # pandas.NA has not
        return np.asarray(grid.to_numpy(), dtype=object)
    if hasattr(grid, "__array__") or isinstance(grid, np.generic):
        array = np.asarray(grid)
        if array.dtype.kind not in "biufOUS":
            raise InvalidProblem(f"the array holds {array.dtype}; wanted whole numbers or text")
        return array.astype(object)
    if not isinstance(grid, Iterable):
        raise InvalidProblem(f"a grid is text, nested lists or an array, got {type(grid).__name__}")
    return _stacked(grid, "grid", 3)


def _stacked(grid: Iterable[Any], what: str, depth: int) -> Items:
    """Nested lists as an array, if they are as long as each other."""
    rows: list[Any] = []
    for row in grid:
        rows.append(row)
        if len(rows) > MOST:
            raise InvalidProblem(f"the {what} has over {MOST:,} items")
    nested = [i for i, row in enumerate(rows) if _is_nested(row)]
    if not nested:
        out = np.empty(len(rows), object)
        out[:] = [row[()] if isinstance(row, np.ndarray) else row for row in rows]
        return out
    if len(nested) < len(rows) or depth == 1:
        odd = next((i for i in range(len(rows)) if i not in set(nested)), 0)
        why = f"item {odd + 1} of the {what} is {_short(rows[odd])}, others are lists" if depth > 1 else "too deep"
        raise InvalidProblem(f"a grid is flat or has rows of equal length, of numbers or symbols: {why}")
    parts = [_items(row) if not isinstance(row, (list, tuple)) else _stacked(row, "row", depth - 1) for row in rows]
    usual = max(parts, key=lambda part: sum(part.shape == other.shape for other in parts[:100])).shape
    for i, part in enumerate(parts):
        if part.shape != usual:
            raise InvalidProblem(
                f"row {i + 1} of the grid has {_length(part)}, other rows have {usual[0] if usual else 0}: "
                "they differ in length"
            )
    return np.stack(parts)


def _length(part: Items) -> str:
    return many(len(part), "cell") if part.ndim == 1 else f"shape {part.shape}"


def _is_nested(item: Any) -> bool:
    if isinstance(item, (str, bytes, Mapping, AbstractSet, Problem)) or item is None:
        return False
    if hasattr(item, "ndim"):  # an array, a tensor, a number of NumPy
        return bool(item.ndim)
    return isinstance(item, (list, tuple, Iterator)) or hasattr(item, "__array__") or isinstance(item, range)


def tokens(items: Items, name: Any) -> list[str]:
    """A token a cell: "" where it is open, numbers and texts as they are written; `name` calls a cell.

    Raises
    ------
    InvalidProblem
        Names the cell that holds something else.
    """
    return [_token(item, cell, name) for cell, item in enumerate(items.ravel())]


def _token(item: Any, cell: int, name: Any) -> str:
    if isinstance(item, (bytes, np.bytes_)):
        item = item.decode("ascii", "replace")
    if isinstance(item, str):
        return item.strip()
    if item is None or item is np.ma.masked or type(item).__name__ in ("NAType", "NaTType"):
        return ""
    if isinstance(item, Number) or hasattr(item, "__int__"):
        if item != item:  # NaN
            return ""
        try:
            if not isinstance(item, (bool, np.bool_)) and item == int(item):
                return str(int(item))
        except (TypeError, ValueError, OverflowError):  # a complex number, infinity
            pass
    raise InvalidProblem(f"{name(cell)} holds {_short(item)}; wanted a whole number or a symbol")


def values_of_numbers(domain: Domain, grids: npt.NDArray[Any]) -> Board | None:
    """Values [B, L] of an array of boards at once; None if any of them needs to be read by itself.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> values_of_numbers(get("latin-2"), np.array([[[0, 2], [2, 0]]])).tolist()
    [[-1, 1, 1, -1]]
    """
    table, L = domain.number_table, domain.rules.L
    plain = grids.dtype.kind in "iu" and grids.size > 0 and grids.shape[1:] in (domain.shape, (L,))
    if not plain or not table or min(table) < 0 or type(domain).from_numbers is not Domain.from_numbers:
        return None
    known = domain.parse_many([symbol * L for symbol in table.values()])
    least, most = int(grids.min()), int(grids.max())
    if known is None or least < OPEN or most > max(table) or (least == OPEN and (grids == 0).any()):  # which is open?
        return None
    values = np.full(max(table) + 2, NONE, np.int32)
    values[[*table, OPEN]] = [*known[:, 0], OPEN]
    boards: Board = values[grids.reshape(len(grids), L)]
    return None if (boards == NONE).any() else boards


def same_kind(grid: Any, domain: Domain, values: Board) -> Any:
    """The answer `values` [L] in the shape and kind of the input `grid`."""
    if isinstance(grid, Problem):
        return _cells(domain, values, worded=not domain.number_table).reshape(domain.shape)
    text = domain.format(values)
    if isinstance(grid, str):
        return text
    if isinstance(grid, (bytes, bytearray)):
        return type(grid)(text.encode())
    if isinstance(grid, (Mapping, Iterator)):  # what has been read is gone
        return _cells(domain, values, worded=not domain.number_table).reshape(domain.shape).tolist()
    found = plain(grid)
    if isinstance(found, str):
        rows = [text[at : at + domain.shape[1]] for at in range(0, len(text), domain.shape[1])]
        return _like(grid, np.array(rows if np.size(found.split("\n")) > 1 else [text], dtype=object))
    worded = any(isinstance(item, (str, bytes)) and item for item in found.ravel())
    cells, shape = _cells(domain, values, worded=worded), _shape(grid, found)
    if cells.size != np.prod(shape):  # the grid held more than cells: walls, regions
        return cells.reshape(domain.shape).tolist()
    return _like(grid, cells.reshape(shape))


def _cells(domain: Domain, values: Board, *, worded: bool) -> npt.NDArray[Any]:
    return np.array([*domain.format(values)]) if worded else domain.to_numbers(values)


def _shape(grid: Any, found: Items) -> tuple[int, ...]:
    return tuple(grid.shape) if hasattr(grid, "shape") else np.shape(_items(grid)) or found.shape


def _like(grid: Any, shaped: npt.NDArray[Any]) -> Any:
    package, worded = type(grid).__module__.partition(".")[0], shaped.dtype.kind in "UO"
    if package == "pandas":
        shaped = shaped.reshape(grid.shape)
        names = {"columns": grid.columns} if grid.ndim == 2 else {"name": grid.name}
        return type(grid)(shaped.astype(object) if worded else shaped, index=grid.index, **names)
    if package == "torch":
        return grid.new_tensor(shaped.tolist())
    if isinstance(grid, np.ndarray):
        shaped = shaped.reshape(grid.shape)
        if worded:
            return shaped.astype(grid.dtype if grid.dtype.kind in "US" else object)
        return shaped.astype(grid.dtype if grid.dtype.kind in "iuf" else np.int64)
    return shaped.tolist() if not hasattr(grid, "__array__") or isinstance(grid, (list, tuple)) else shaped


def _short(item: Any) -> str:
    try:
        text = repr(item)
    except Exception:  # an object's own
        text = type(item).__name__
    return text if len(text) < 60 else f"{text[:57]}..."


def listed(problems: Any) -> Iterable[Any]:
    """The boards of a batch: each item of a list, an array or a column; a table's rows.

    Raises
    ------
    InvalidInput
        For one text, a path, a dictionary, and whatever cannot be gone through.
    """
    what = type(problems).__name__
    if isinstance(problems, (str, bytes, bytearray, os.PathLike, Problem)):
        raise InvalidInput(f"a batch is a list of problems, got one {what}; put it into a list, or call solve")
    if isinstance(problems, (Mapping, AbstractSet)):
        raise InvalidInput(f"a batch is a list of problems in order, got a {what}; give list(its values)")
    if type(problems).__module__.partition(".")[0] in ("pandas", "polars") and getattr(problems, "ndim", 2) == 2:
        return _table(problems)
    if not isinstance(problems, Iterable) or getattr(problems, "ndim", 1) == 0:
        raise InvalidInput(f"a batch is a list of problems, got {_short(problems)}")
    return problems


PUZZLES = ("puzzle", "puzzles", "quizzes", "quiz", "problem", "problems", "question", "unsolved", "board", "grid")


def _table(frame: Any) -> Iterable[Any]:
    columns = list(frame.columns)
    named = {str(column).strip().lower(): column for column in columns}
    column = next((named[name] for name in PUZZLES if name in named), columns[0] if len(columns) == 1 else None)
    if column is not None:
        return list(frame[column])
    rows, width = frame.shape
    if rows == width or width < 16:
        raise InvalidInput(
            f"a table of {rows} rows and {width} columns is no batch: wanted a column 'puzzle', or a cell a column; "
            "give one board to solve"
        )
    return list(np.asarray(frame.to_numpy(), dtype=object))
