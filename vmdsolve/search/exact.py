"""Exact search: propagate, solve, count, enumerate and generate, on arrays.

A thin layer over csrc/search. Everything here is exact: what is called complete is proved, and results depend on
neither threads nor batch. Letters: B problems, L cells, V symbols.

Rules without a native form (`Predicate`) cannot be propagated: solutions of the other rules are then taken
one by one and filtered, which is correct and slow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native

from ..errors import InvalidInput
from ..problem import Board, Rules
from .arguments import Floats, count_of, floats, integers, seconds_of
from .compiled import compiled, our_errors, silent
from .effort import Effort
from .enumeration import Enumeration, Limits

__all__ = ["SearchResult", "generate_values", "propagate", "solve_values"]

MINIMAL_CELLS = (
    256  # up to here a generated problem is minimal: whether a given can go is tested with all that it takes
)
TEST_NODES = 100_000, 200  # that such a test may cost, up to there and beyond, where one may take a minute


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
    board = integers(values)
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
    board, guide = integers(values), floats(marginals)
    most, nodes = count_of(limit, "limit", 1), count_of(node_limit, "node_limit")
    blind = made and bool(rules.predicates)  # then only check the arrays here: no nodes
    with our_errors():
        out = _native.solve_batch(native, board, most, 0 if blind else nodes, seconds, threads, guide)
    result = SearchResult(*out)
    return _solve_filtered(rules, board, (limit, node_limit, time_limit), guide, result) if blind else result


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
        return _native.generate(
            native, n, seed, first, count_of(clues, "clues"), seconds, threads, nodes, attempts, symmetric
        )


def _rules_and_seconds(rules: Rules, time_limit: float | None) -> tuple[_native.Rules, float, bool]:
    """The native rules, the seconds that are left, and whether they were made; else they say nothing."""
    native, left = compiled(rules, time_limit)
    return native or silent(rules), seconds_of(left), native is not None


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
