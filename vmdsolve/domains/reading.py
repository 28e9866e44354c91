"""From what people hand over (text, lists, arrays, tensors) to problems, and back in the same shape and kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ..errors import InvalidInput, InvalidProblem
from ..problem import Board, Problem
from . import registry
from .base import DECORATION, Domain, plain_line
from .objects import of_object

__all__ = ["Grid", "find_domain", "is_part", "is_problem", "read", "read_answer", "read_each", "read_many", "same_kind"]


class _Array(Protocol):
    """A NumPy array, a torch tensor, a data frame."""

    def __array__(self, *args: Any, **kwargs: Any) -> Any: ...


Grid = str | Problem | Sequence[Any] | Mapping[str, Any] | _Array  # a sequence: of whole numbers or None, or of rows
FEW = 8  # grids that are read one by one rather than halved again


def find_domain(grid: Grid, name: str | Domain | None = None) -> Domain:
    """The domain named (or given itself), or the one that a grid of this size means.

    Raises
    ------
    InvalidInput
        Where the name is unknown, or no domain, or more than one, fits the size.

    Examples
    --------
    >>> find_domain("." * 81).name
    'sudoku-9x9'
    """
    if isinstance(name, Domain):
        return name
    if name is None and isinstance(grid, Problem):
        return registry.layout_of(grid)
    if name is not None:
        return registry.get(name)
    cells = len(plain_line(grid)) if isinstance(grid, str) else int(np.size(np.asarray(grid, dtype=object)))
    sizes = registry.by_cells()
    found = sizes.get(cells, ())
    if len(found) == 1:
        return registry.get(found[0])
    known = ", ".join(f"{n} ({'/'.join(names)})" for n, names in sorted(sizes.items()))
    if found:
        raise InvalidProblem(f"{cells} cells may be {' or '.join(found)}; name one with domain=")
    raise InvalidProblem(f"no domain goes by {cells} cells; known by size are {known}. Name another with domain=")


def is_problem(text: str, name: str | Domain | None = None) -> bool:
    """True if this text is a whole problem that can be read.

    Examples
    --------
    >>> is_problem("." * 81), is_problem("oops")
    (True, False)
    """
    try:
        read(text, name)
    except InvalidInput:
        return False
    return True


def is_part(line: str, name: str | Domain | None = None, *, answer: bool = False) -> bool:
    """True if this line is one of several of a puzzle: a row or a border of a drawn board, or a line of clues.

    `answer`: of an answer, which has no clues.

    Examples
    --------
    >>> is_part("12 34 56 789"), is_part("1" * 81), is_part("4 4/1 1", "killer"), is_part("4 4", "killer")
    (True, False, False, True)
    """
    if name is not None:
        return (registry.get(name) if isinstance(name, str) else name).is_part(line, answer)
    cells, sizes = sum(not (c.isspace() or c in DECORATION) for c in line), registry.by_cells()
    return not cells or (cells * cells in sizes and cells < min(sizes))


def read(grid: Grid, name: str | Domain | None = None) -> Problem:
    """One problem from anything that `solve` takes.

    Raises
    ------
    InvalidProblem
        Names the cell.
    InvalidInput

    Examples
    --------
    >>> read([[1, 0, 0, 0], [0, 0, 0, 4], [0, 0, 0, 0], [0, 0, 2, 0]]).domain
    'sudoku-4x4'
    """
    if isinstance(grid, Mapping):
        grid, name = of_object(grid, name)
    if isinstance(grid, Problem):
        wanted = name.name if isinstance(name, Domain) else name
        if wanted not in (None, grid.domain):
            raise InvalidInput(f"the problem is of domain {grid.domain}, not {wanted}")
        return grid
    grid = grid if isinstance(grid, str) else _array(grid)
    return _read_on(find_domain(grid, name), grid)


def read_answer(grid: Grid, problem: Problem) -> Problem:
    """What is proposed as an answer to `problem`, read on its board: cells alone, without clues.

    Raises
    ------
    InvalidProblem
        Names the cell.
    InvalidInput
        Where it is a Problem on another board.
    """
    board = registry.layout_of(problem)
    if not isinstance(grid, Problem):
        return _read_on(board, grid if isinstance(grid, str) else _array(grid))
    if (grid.domain, grid.rules.L, grid.rules.V) != (problem.domain, problem.rules.L, problem.rules.V):
        raise InvalidInput(f"the answer is of domain {grid.domain}, L = {grid.rules.L}; not one to this {board.name}")
    return grid


def _read_on(domain: Domain, grid: Grid) -> Problem:
    return domain.parse(grid) if isinstance(grid, str) else domain.from_numbers(grid)


def read_many(grids: Sequence[Grid], name: str | Domain | None) -> tuple[Domain, Board] | None:
    """Values [B, L] of plain one-line texts of one domain, fast; None if any of them needs `read`."""
    lines = [grid for grid in grids if isinstance(grid, str)]
    if len(lines) < len(grids):
        return None
    try:
        domain = find_domain(grids[0], name)
    except InvalidInput:
        return None
    boards = domain.parse_many(lines)
    return None if boards is None else (domain, boards)


def read_each(grids: Sequence[Grid], name: str | Domain | None) -> Iterator[Problem | InvalidInput]:
    """Each grid as a problem, or why it is none: what is plain is read together, and only the rest one by one.

    Examples
    --------
    >>> [type(found).__name__ for found in read_each(["." * 16, "oops"], "sudoku-4x4")]
    ['Problem', 'InvalidProblem']
    """
    if len(grids) > FEW and (plain := read_many(grids, name)) is None:
        half = len(grids) // 2
        yield from read_each(grids[:half], name)
        yield from read_each(grids[half:], name)
    elif len(grids) > FEW and plain is not None:
        domain, boards = plain
        yield from (Problem(domain.name, domain.rules, values, domain) for values in boards)
    else:
        for grid in grids:
            try:
                yield read(grid, name)
            except InvalidInput as error:
                yield error


def same_kind(grid: Any, domain: Domain, values: Board) -> Any:
    """The answer `values` [L] in the shape and kind of the input `grid`."""
    if isinstance(grid, str):
        return domain.format(values)
    numbers = domain.to_numbers(values)
    if isinstance(grid, Problem):
        return numbers.reshape(domain.shape)
    if isinstance(grid, Mapping):
        return numbers.reshape(domain.shape).tolist()
    shaped = numbers.reshape(np.shape(_array(grid)))
    if isinstance(grid, np.ndarray):
        return shaped.astype(np.int64 if grid.dtype == object else grid.dtype)
    if type(grid).__module__.partition(".")[0] == "torch":
        return grid.new_tensor(shaped.tolist())
    return shaped.tolist()


def _array(grid: Any) -> Any:
    """Lists, arrays and tensors as an array of objects; ragged or absurd input is refused."""
    if isinstance(grid, bytes) or grid is None:
        raise InvalidProblem(f"a grid is text, nested lists or an array, got {type(grid).__name__}")
    if type(grid).__module__.partition(".")[0] == "torch":
        grid = grid.detach().cpu().numpy()
    try:
        array = np.array(grid, dtype=object)
    except ValueError as error:
        raise InvalidProblem(f"the rows of the grid differ in length: {error}") from error
    if array.ndim not in (1, 2) or any(isinstance(item, (list, tuple, str)) for item in array.ravel()):
        raise InvalidProblem("a grid is flat or has rows of equal length, of whole numbers")
    return array
