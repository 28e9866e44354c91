"""count_solutions and enumerate_solutions: how many solutions there are, and which, proved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple, Unpack

import numpy as np

from .. import search
from ..checker import accepts
from ..deadline import Deadline, stop_point, within
from ..domains import layout_of
from ..domains.reading import Grid, read, same_kind
from ..drawing import Picture, Said, Shown
from ..plain import many
from ..problem import Problem, Solution, Status
from .cells import cells_named
from .option import takes
from .options import CountOptions, EnumerateOptions, Options

__all__ = ["Count", "Solutions", "count_solutions", "enumerate_solutions"]


class _Count(NamedTuple):
    n: int
    complete: bool


class Count(_Count, Shown):
    """How many solutions were found, `n`, and whether these are all, `complete`.

    Examples
    --------
    >>> print(Count(1, True), Count(2, False), sep="; ")
    1 solution, the only one; 2 solutions, perhaps more
    """

    __slots__ = ()

    def picture(self) -> Picture:
        what = many(self.n, "solution")
        if self.complete:
            return Picture((Said(f"{what}, the only one" if self.n == 1 else what if self.n else "no solution"),))
        return Picture((Said(f"{what}, perhaps more" if self.n else "none found yet, perhaps there are some"),))


@takes(CountOptions)
def count_solutions(problem: Grid, **options: Unpack[CountOptions]) -> Count:
    """Count solutions exactly.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    {options}

    Returns
    -------
    Count
        `complete` is True where it is proved that there are no more: Count(1, True) means a unique solution. With
        `cells` fillings of these cells are counted that some solution has.

    Raises
    ------
    InvalidInput
        As `solve` does.

    Examples
    --------
    >>> count_solutions("." * 16, limit=None)
    Count(n=288, complete=True)
    >>> count_solutions("." * 16, limit=None, cells="r1")
    Count(n=24, complete=True)
    """
    checked = Options(CountOptions, **options)
    clock = Deadline(checked.time_limit)
    given = read(problem, checked.domain)
    if checked.cells is not None:
        boards = _boards(given, checked, clock)
        return Count(sum(1 for _ in boards), boards.complete)
    result = search.solve_values(given.rules, given.values[None], limit=checked.limit, time_limit=clock.limit)
    return Count(int(result.counts[0]), bool(result.complete[0]))


@takes(EnumerateOptions)
def enumerate_solutions(problem: Grid, **options: Unpack[EnumerateOptions]) -> Solutions:
    """Solutions of one problem, one after another, each as soon as it is found.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    {options}

    Returns
    -------
    Solutions
        An iterator; with `cells` it has one solution for each filling of these cells. The time limit is for all of
        them together, without what is done with them in between; once it is exhausted, `complete` says whether these
        were all.

    Raises
    ------
    InvalidInput
        At once, as `solve` does.

    Examples
    --------
    >>> solutions = enumerate_solutions("12..34..2143....")
    >>> [solution.text for solution in solutions], solutions.complete
    (['1234341221434321', '1234342121434312'], True)
    """
    checked = Options(EnumerateOptions, **options)
    clock = Deadline(checked.time_limit)
    given = read(problem, checked.domain)
    return Solutions(problem, given, _boards(given, checked, clock), clock.limit)


def _boards(given: Problem, checked: Options, clock: Deadline) -> search.Enumeration | search.Projection:
    """All solutions, or those that differ on the cells asked for."""
    if checked.cells is None:
        return search.enumerate_values(given.rules, given.values, limit=checked.limit, time_limit=clock.limit)
    cells = cells_named(layout_of(given), checked.cells)
    return search.Projection(given.rules, given.values, cells, checked.limit, clock.limit)


class Solutions(Iterator[Solution]):
    """What `enumerate_solutions` gives.

    Attributes
    ----------
    complete
        True once it is proved that there are no more.
    """

    def __init__(
        self, grid: Grid, given: Problem, boards: search.Enumeration | search.Projection, seconds: float | None = None
    ) -> None:
        self._grid, self._given, self._boards, self._left = grid, given, boards, seconds

    @property
    def complete(self) -> bool:
        return self._boards.complete

    @property
    def effort(self) -> tuple[int, int]:
        """Nodes and clauses of search so far; 0 where fillings of some cells are told apart."""
        boards = self._boards
        return (0, 0) if isinstance(boards, search.Projection) else (boards.nodes, boards.clauses)

    def __next__(self) -> Solution:
        begun, given, clock = time.perf_counter(), self._given, Deadline(self._left)
        try:
            with within(clock):
                stop_point()
                values, layout = self._boards.look(), layout_of(given)
        except TimeoutError:
            values = None
        if values is None:
            raise StopIteration
        if not accepts(given.rules, given.values, values[None])[0]:
            raise RuntimeError("search returned a board that the checker rejects: a bug in vmdsolve; please report it")
        nodes, clauses = self.effort
        found = Solution(
            Status.SOLVED.under(given.rules),
            same_kind(self._grid, layout, values),
            layout.format(np.asarray(values)),
            "search",
            seconds=time.perf_counter() - begun,
            layout=layout,
            givens=given.values,
            nodes=nodes,
            clauses=clauses,
        )
        self._left = clock.limit  # what is made of a solution takes longer than to find it
        self._boards.found = None  # signals are not heard from here on, so none is lost
        return found
