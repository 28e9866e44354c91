"""Exact search: propagate, solve, count, enumerate and generate, on arrays.

A thin layer over csrc/search. Everything here is exact: what is called complete is proved, and results depend on
neither threads nor batch. Letters: B problems, L cells, V symbols.

Rules without a native form (`Predicate`) cannot be propagated: solutions of the other rules are then taken
one by one and filtered, which is correct and slow.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from enum import IntEnum
from math import inf
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native

from ..deadline import seconds_left
from ..errors import InvalidInput
from ..problem import Board, Rules
from .compiled import compiled, our_errors, silent
from .effort import Effort

__all__ = ["Enumeration", "SearchResult", "SearchStatus"]
__all__ += ["enumerate_values", "generate_values", "propagate", "solve_values"]

Floats = npt.NDArray[np.float32]
Limits = tuple[int | None, int | None, float | None]  # solutions, nodes, seconds
MINIMAL_CELLS = (
    256  # up to here a generated problem is minimal: whether a given can go is tested with all that it takes
)
TEST_NODES = 100_000, 200  # that such a test may cost, up to there and beyond, where one may take a minute


class SearchStatus(IntEnum):
    """How the search of one problem ended. The numbers are those of csrc/search/search.hpp."""

    SOLVED = 0  # found as many as asked for, or all there are
    UNSATISFIABLE = 1  # proved: there is none
    NODE_LIMIT = 2  # stopped early; what was found is still right
    TIME_LIMIT = 3


class SearchResult(NamedTuple):
    """What came of B problems.

    Attributes
    ----------
    values
        int32 [B, L] the first solution, OPEN everywhere if none was found
    counts
        int64 [B] solutions found, at most `limit`
    status
        int32 [B] a SearchStatus
    complete
        bool [B] no further solution exists; with counts == 1 the solution is unique
    nodes
        int64 [B] propagations run; how much one of them reasons depends on the rules
    clauses
        int64 [B] clauses learned from failures; 0 of what needed no search that learns
    """

    values: Board
    counts: npt.NDArray[np.int64]
    status: npt.NDArray[np.int32]
    complete: npt.NDArray[np.bool_]
    nodes: npt.NDArray[np.int64]
    clauses: npt.NDArray[np.int64]

    @property
    def effort(self) -> Effort:
        """Nodes and clauses."""
        return Effort(self.nodes, self.clauses)


def propagate(
    rules: Rules, values: npt.ArrayLike, *, time_limit: float | None = None, threads: int = 0
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """The values that each cell can still take, by reasoning without trial.

    Parameters
    ----------
    values
        int [B, L], OPEN where nothing is given
    time_limit
        seconds a problem may take; of one that takes longer, domains say what the givens say
    threads
        0: all cores; the result does not depend on it

    Returns
    -------
    domains
        uint64 [B, L]: bit v is set unless value v is excluded; no value of a solution is
    clash
        bool [B]: True means that no solution exists; the row of domains is then 0

    Raises
    ------
    InvalidInput
        For a value out of range (names the cell) or a wrong shape.

    Examples
    --------
    >>> from vmdsolve.constraints import Less
    >>> domains, clash = propagate(Rules(2, 3, (Less(0, 1),)), [[-1, 1]])
    >>> [f"{d:03b}" for d in domains[0].tolist()], clash.tolist()
    (['001', '010'], [False])
    """
    native, seconds, _ = _rules_and_seconds(rules, time_limit)
    board = _integers(values)
    with our_errors():
        return _native.propagate(native, board, seconds, threads)


def solve_values(
    rules: Rules,
    values: npt.ArrayLike,
    *,
    limit: int | None = 1,
    node_limit: int | None = None,
    time_limit: float | None = None,
    threads: int = 0,
    marginals: npt.ArrayLike | None = None,
) -> SearchResult:
    """Complete B problems exactly, or count their solutions.

    Parameters
    ----------
    values
        int [B, L], OPEN where nothing is given
    limit
        stop a problem at this many solutions; 2: is one unique? None: count all
    node_limit
        propagations a problem may cost
    time_limit
        seconds a problem may take
    threads
        0: all cores; results do not depend on it
    marginals
        float32 [B, L, V]: symbols with greater numbers are tried first. It changes which solution is found first and
        how fast, never which solutions exist.

    Raises
    ------
    InvalidInput
        For a value out of range (names the cell), a wrong shape or a NaN marginal.

    Examples
    --------
    >>> from vmdsolve.constraints import AllDifferent
    >>> result = solve_values(Rules(3, 3, (AllDifferent([0, 1, 2]),)), [[2, -1, -1], [0, 0, -1]], limit=None)
    >>> result.values.tolist(), result.counts.tolist(), result.complete.tolist()
    ([[2, 0, 1], [-1, -1, -1]], [2, 0], [True, True])
    """
    native, seconds, made = _rules_and_seconds(rules, time_limit)
    board, guide = _integers(values), _floats(marginals)
    most, nodes = _or_none(limit, least=1), _or_none(node_limit)
    blind = made and bool(rules.predicates)  # then only check the arrays here: no nodes
    with our_errors():
        out = _native.solve_batch(native, board, most, 0 if blind else nodes, seconds, threads, guide)
    result = SearchResult(*out)
    return _solve_filtered(rules, board, (limit, node_limit, time_limit), guide, result) if blind else result


class Enumeration(Iterator[Board]):
    """Solutions of one problem, each int32 [L], found one at a time; see `enumerate_values`.

    Attributes
    ----------
    status
        SearchStatus, or None while there may be more to come
    complete
        True once it is proved that no further solution exists
    nodes, clauses
        propagations run, and clauses learned from failures, so far
    """

    def __init__(self, rules: Rules, values: npt.ArrayLike, limits: Limits, marginals: npt.ArrayLike | None) -> None:
        limit, node_limit, seconds = limits
        self._rules, self._problem = rules, (_integers(values).copy(), _floats(marginals))
        self._left = _or_none(limit, least=1)
        self._node_limit = _or_none(node_limit)
        self._found = False
        self.status: SearchStatus | None = None
        self._begin(_or_none(seconds))

    def _begin(self, seconds: float) -> None:
        """Make the search, in so many seconds; where they do not suffice, one that finds nothing stands in."""
        native, left = compiled(self._rules, None if seconds < 0 else seconds)
        self._begun = native is not None
        self._seconds_left = -1.0 if seconds < 0 else max(0.0, seconds if left is None else left)
        with our_errors():
            self._search = _native.Search(native or silent(self._rules), *self._problem)

    @property
    def complete(self) -> bool:
        return self._search.complete

    @property
    def nodes(self) -> int:
        return self._search.nodes

    @property
    def clauses(self) -> int:
        return self._search.clauses

    def __next__(self) -> Board:
        while self.status is None:
            if self._left == 0:
                self.status = SearchStatus.SOLVED
                break
            board = self._solution()
            if board is not None and not any(p.violations(board.tolist()) for p in self._rules.predicates):
                self._left -= 1
                self._found = True
                return board
        raise StopIteration

    def go_on(self, time_limit: float | None) -> None:
        """Where time ran out, take up the search again where it was left off, for so many seconds more."""
        if self.status is SearchStatus.TIME_LIMIT:
            self.status = None
        self._seconds_left = _or_none(time_limit)

    def _solution(self) -> Board | None:
        """The next solution of the native rules, or None, with `status` set: this is the end."""
        if not self._begun:
            self._begin(self._seconds_left)
        if not self._begun:
            self.status = SearchStatus.TIME_LIMIT
            return None
        nodes = self._node_limit - self.nodes if self._node_limit >= 0 else -1
        began, left = time.monotonic(), seconds_left()
        with our_errors():
            seconds = min(left, inf if self._seconds_left < 0 else self._seconds_left)
            code, board = self._search.next(nodes, -1.0 if seconds == inf else seconds)
        if self._seconds_left >= 0:
            self._seconds_left = max(0.0, self._seconds_left - (time.monotonic() - began))
        if board is None:
            self.status = SearchStatus(code)
            if self.status in (SearchStatus.SOLVED, SearchStatus.UNSATISFIABLE):
                self.status = SearchStatus.SOLVED if self._found else SearchStatus.UNSATISFIABLE
        return board


def enumerate_values(
    rules: Rules,
    values: npt.ArrayLike,
    *,
    limit: int | None = None,
    node_limit: int | None = None,
    time_limit: float | None = None,
    marginals: npt.ArrayLike | None = None,
) -> Enumeration:
    """All solutions of one problem, lazily.

    Parameters
    ----------
    values
        int [L], OPEN where nothing is given
    limit
        stop after this many; None: all
    node_limit
        propagations that all solutions together may cost
    time_limit
        seconds of search, not counting what the caller does in between
    marginals
        float32 [L, V], see `solve_values`

    Returns
    -------
    An iterator; why it ended is in its `status` and `complete`

    Examples
    --------
    >>> from vmdsolve.constraints import AllDifferent
    >>> solutions = enumerate_values(Rules(2, 2, (AllDifferent([0, 1]),)), [-1, -1])
    >>> [board.tolist() for board in solutions], solutions.complete
    ([[0, 1], [1, 0]], True)
    """
    return Enumeration(rules, values, (limit, node_limit, time_limit), marginals)


def generate_values(
    rules: Rules,
    n: int,
    *,
    seed: int = 0,
    first: int = 0,
    clues: int | None = None,
    symmetric: bool = False,
    attempts: int = 32,
    time_limit: float | None = None,
    threads: int = 0,
) -> tuple[Board, Board]:
    """Problems with exactly one solution, and the solutions: both int32 [n, L].

    Problem i is a function of the rules, the seed and first + i only: ranges may be made in any order, in
    parallel, and any range repeated. Neither solutions nor problems are drawn uniformly.

    Parameters
    ----------
    clues
        None: minimal, no given can be removed; with more than 256 cells perhaps some can, but proving it would take
        long. Else stop at this many givens; where that cannot be reached, further solutions are tried and the fewest
        givens found are returned.
    symmetric
        cell i is given if and only if cell L - 1 - i is; minimal then means that no such pair can be removed
    attempts
        solutions tried for a wanted number of givens
    time_limit
        seconds that all of them together may take
    threads
        0: all cores; the result does not depend on it

    Raises
    ------
    InvalidInput
        the rules have no solution, or hold a Predicate (its uniqueness could not be tested)
    RuntimeError
        random search found no solution
    TimeoutError
        the time limit ran out

    Examples
    --------
    >>> from vmdsolve.constraints import AllDifferent
    >>> problems, solutions = generate_values(Rules(3, 3, (AllDifferent([0, 1, 2]),)), 2, seed=1)
    >>> (problems >= 0).sum(axis=1).tolist()
    [2, 2]
    """
    if rules.predicates:
        raise InvalidInput("cannot generate problems for rules with a Predicate: it cannot be propagated")
    if not 0 <= seed < 2**64:
        raise InvalidInput(f"seed must be in 0..2**64 - 1, got {seed}")
    native, seconds, _ = _rules_and_seconds(rules, time_limit)
    with our_errors():
        nodes = TEST_NODES[rules.L > MINIMAL_CELLS]
        return _native.generate(native, n, seed, first, _or_none(clues), seconds, threads, nodes, attempts, symmetric)


def _rules_and_seconds(rules: Rules, time_limit: float | None) -> tuple[_native.Rules, float, bool]:
    """The native rules, the seconds that are left, and whether they were made; else they say nothing."""
    native, left = compiled(rules, time_limit)
    return native or silent(rules), _or_none(left), native is not None


def _solve_filtered(
    rules: Rules, board: Board, limits: Limits, guide: Floats | None, result: SearchResult
) -> SearchResult:
    """`solve_values` for rules with predicates: fills in `result`."""
    for b in range(len(board)):
        solutions = Enumeration(rules, board[b], limits, None if guide is None else guide[b])
        for solution in solutions:
            if result.counts[b] == 0:
                result.values[b] = solution
            result.counts[b] += 1
        assert solutions.status is not None
        result.status[b] = solutions.status
        result.complete[b] = solutions.complete
        result.nodes[b], result.clauses[b] = solutions.nodes, solutions.clauses
    return result


def _integers(values: npt.ArrayLike) -> Board:
    array = np.asarray(values)
    if array.dtype == np.int32 and array.flags.c_contiguous and array.flags.aligned:
        return array
    fits = np.iinfo(np.int32)
    if array.dtype.kind not in "iu":
        raise InvalidInput(f"values: wanted integers, got {array.dtype}")
    if array.size and not fits.min <= int(array.min()) <= int(array.max()) <= fits.max:
        raise InvalidInput(f"values: wanted integers that fit int32, got {array.min()} to {array.max()}")
    return np.require(array, np.int32, ["C", "A", "E"])  # as native code reads them: no gaps, no odd addresses


def _floats(marginals: npt.ArrayLike | None) -> Floats | None:
    return None if marginals is None else np.require(marginals, np.float32, ["C", "A", "E"])


def _or_none(limit: Any, least: int = 0) -> Any:
    """None is -1 on the native side; -1 from a caller is a mistake."""
    if limit is None:
        return -1
    if not limit >= least:
        raise InvalidInput(f"limits are None or at least {least}, got {limit}")
    return limit
