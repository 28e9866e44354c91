"""Reading: the calls through which everything that people hand over becomes a problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from ...errors import InvalidInput, InvalidProblem
from ...problem import Board, Problem
from .. import notations, registry
from ..base import DECORATION, Domain, plain_line
from ..clued import Family
from ..objects import of_object
from .spelling import OPEN_SIGNS, is_cell, problem_of
from .texts import by_size, problem_in, strictly
from .values import Items, plain, tokens, values_of_numbers

__all__ = [
    "FEW",
    "Grid",
    "Grids",
    "find_domain",
    "is_part",
    "is_problem",
    "one_line",
    "read",
    "read_answer",
    "read_each",
    "read_many",
]


class _Array(Protocol):
    """A NumPy array, a torch tensor, a data frame."""

    def __array__(self, *args: Any, **kwargs: Any) -> Any: ...


# A sequence: of cells, or of rows of them; a mapping: a problem with its clues, see `Family.problem`.
Grid = str | bytes | Problem | Sequence[Any] | Mapping[str, Any] | Iterator[Any] | _Array
Grids = Sequence[Grid] | npt.NDArray[Any]  # in an array a board each, or its text
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
    if name is not None:
        return _named(name)
    if isinstance(grid, Problem):
        return registry.layout_of(grid)
    if isinstance(grid, str):
        cells = len(plain_line(grid))
        if cells in registry.by_cells():
            return by_size(cells)
        return registry.layout_of(problem_in(grid, None))
    items = plain(grid)
    return find_domain(items) if isinstance(items, str) else by_size(items.size)


def _named(name: str | Domain) -> Domain:
    if isinstance(name, Domain):
        return name
    if not isinstance(name, str):
        raise InvalidInput(f"domain is {name!r}; wanted the name of a domain, or a Domain")
    return registry.get(name)


def is_problem(text: str, name: str | Domain | None = None) -> bool:
    """True if this text is a whole problem as its domain writes it.

    Examples
    --------
    >>> is_problem("." * 81), is_problem("oops")
    (True, False)
    """
    try:
        strictly(text, None if name is None else _named(name))
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
    >>> is_part("1,2,3,,5,6,,,9"), is_part("-6-75---9")
    (True, True)
    """
    if name is not None:
        domain = _named(name)
        return domain.is_part(line, answer) or (
            not (domain.verbatim or isinstance(domain, Family)) and _is_row(line, {domain.shape[1]})
        )
    cells, sizes = sum(not (c.isspace() or c in DECORATION) for c in line), registry.by_cells()
    return not cells or (cells * cells in sizes and cells < min(sizes)) or _is_row(line, _sides())


def _sides() -> set[int]:
    return {round(cells**0.5) for cells in registry.by_cells()}


def _is_row(line: str, widths: set[int]) -> bool:
    """True for a row of cells between commas, semicolons or tabs, or with '-' for open ones."""
    text = line.strip("\r\n")
    if len(text.strip()) in widths and "-" in text and not any(c.isspace() or c in "|+," for c in text.strip()):
        return len(text.strip()) not in registry.by_cells()
    for mark in ",;\t":
        fields = text.split(mark)
        fields = fields[:-1] if len(fields) - 1 in widths and not fields[-1].strip() else fields
        if len(fields) > 1 and len(fields) in widths:
            return all(is_cell(field.strip().strip("\"'")) and len(field.strip()) < 5 for field in fields)
    return False


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
    where = None if name is None else _named(name)
    if isinstance(grid, Problem):
        wanted = grid.domain if where is None else where.name
        if wanted != grid.domain:
            raise InvalidInput(f"the problem is of domain {grid.domain}, not {wanted}")
        return grid
    if isinstance(where, Family) and not isinstance(grid, (str, bytes)):
        return where.from_numbers(grid)
    found = plain(grid)
    return problem_in(found, where) if isinstance(found, str) else _of_items(found, where or by_size(found.size))


def one_line(text: str, name: str | Domain | None = None) -> str:
    """The same puzzle on one line, as `read` takes it: the text itself, if it is of one line and a character a cell.

    Raises
    ------
    InvalidInput
        As `read`.

    Examples
    --------
    >>> one_line("1...\\n...4\\n....\\n..2."), one_line("7 1......4......2. hard"), one_line("1______4______2_")
    ('1......4......2.', '1......4......2.', '1______4______2_')
    """
    where = None if name is None else _named(name)
    if where is not None and where.verbatim:
        return where.one_line(text)
    drawn = isinstance(where, Family) and "\n" in text.strip()  # what stands under what would be lost on a line
    if drawn or text.lstrip().startswith("{") or notations.find(text) is not None:
        problem = read(text, where)
        return registry.layout_of(problem).write(problem.values)
    if isinstance(where, Family):
        return where.one_line(text)
    line = text.strip()
    if (
        line.isascii()
        and not any(map(str.isspace, line))
        and (len(line) in registry.by_cells() if where is None else len(line) == where.rules.L)
    ):
        return line
    problem = read(text, where)
    layout = registry.layout_of(problem)
    plain_text = layout.one_line(text)
    return (
        plain_text if len(plain_text) == layout.rules.L and is_problem(text, layout) else layout.write(problem.values)
    )


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
        found = plain(grid)
        return problem_in(found, board) if isinstance(found, str) else _of_items(found, board)
    if (grid.domain, grid.rules.L, grid.rules.V) != (problem.domain, problem.rules.L, problem.rules.V):
        raise InvalidInput(f"the answer is of domain {grid.domain}, L = {grid.rules.L}; not one to this {board.name}")
    return grid


def _of_items(items: Items, domain: Domain) -> Problem:
    """The problem of one item a cell."""
    if items.shape not in (domain.shape, (domain.rules.L,)):
        rows, columns = domain.shape
        header = "; was its first row taken for a header?" if items.shape == (rows - 1, columns) else ""
        raise InvalidProblem(
            f"{domain.name} needs shape {domain.shape} or ({rows * columns},), got {items.shape}{header}"
        )
    cells = tokens(items, domain.cell_name)
    if not domain.verbatim:
        return problem_of(domain, cells)
    if domain.number_table or not all(
        isinstance(item, str) or token == "" for item, token in zip(items.ravel(), cells, strict=True)
    ):
        return domain.from_numbers(items)
    opened = (
        domain.format(np.full(1, -1, np.int32))[:1]
        if domain.rules.L == 1
        else domain.format(domain.problem().values)[0]
    )
    return domain.parse("".join(opened if item is None or item == "" else str(item) for item in items.ravel()))


def read_many(grids: Grids, name: str | Domain | None) -> tuple[Domain, Board] | None:
    """Values [B, L] of plain one-line texts of one domain, fast; None if any of them needs `read`."""
    if isinstance(grids, np.ndarray) and grids.ndim > 1:
        return _many_numbers(grids, name)
    if not isinstance(grids[0], str):
        return None
    lines = cast(Sequence[str], grids)
    try:
        domain = by_size(len(plain_line(lines[0]))) if name is None else _named(name)
    except InvalidInput:
        return None
    boards = domain.parse_many(lines) if _are_texts(lines, domain) else None
    if boards is None and (sign := _only_sign(lines, domain)):
        boards = domain.parse_many([line.replace(sign, ".").replace(sign.upper(), ".") for line in lines])
    return None if boards is None else (domain, boards)


def _are_texts(lines: Sequence[object], domain: Domain) -> bool:
    """Whether all are texts, where `parse_many` does not say so itself."""
    if type(domain).parse_many is Domain.parse_many:
        return True
    return all(issubclass(kind, str) for kind in set(map(type, lines)))  # a set: there are few types, and many lines


def _many_numbers(grids: npt.NDArray[Any], name: str | Domain | None) -> tuple[Domain, Board] | None:
    """The same of an array of boards [B, L] or [B, rows, columns]."""
    try:
        domain = by_size(int(np.prod(grids.shape[1:]))) if name is None else _named(name)
    except InvalidInput:
        return None
    boards = None if isinstance(domain, Family) else values_of_numbers(domain, grids)
    return None if boards is None else (domain, boards)


def _only_sign(lines: Sequence[Any], domain: Domain) -> str | None:
    """The one sign for open cells in all of these texts, where domains write another."""
    if (
        domain.verbatim
        or isinstance(domain, Family)
        or any(not isinstance(line, str) or len(line) != domain.rules.L for line in lines)
    ):
        return None
    used = {c.lower() for c in {*"".join(lines)} if not domain.is_symbol(c)}
    return used.pop() if len(used) == 1 and used <= {*OPEN_SIGNS} - {*" .0"} else None


def read_each(grids: Grids, name: str | Domain | None) -> Iterator[Problem | InvalidInput]:
    """Each grid as a problem, or why it is none: what is plain is read together, and only the rest one by one.

    Examples
    --------
    >>> [type(found).__name__ for found in read_each(["." * 16, "oops"], "sudoku-4x4")]
    ['Problem', 'InvalidProblem']
    """
    if len(grids) > FEW and (plain_ones := read_many(grids, name)) is None:
        half = len(grids) // 2
        yield from read_each(grids[:half], name)
        yield from read_each(grids[half:], name)
    elif len(grids) > FEW and plain_ones is not None:
        domain, boards = plain_ones
        yield from (Problem(domain.name, domain.rules, values, domain) for values in boards)
    else:
        for grid in grids:
            try:
                yield read(grid, name)
            except InvalidInput as error:
                yield error
