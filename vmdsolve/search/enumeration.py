"""Solutions of one problem, one after another, none lost."""

from __future__ import annotations

import time
from enum import IntEnum
from math import inf

import numpy.typing as npt

import vmdsolve._native as _native

from ..deadline import seconds_left
from ..problem import Board, Rules
from .arguments import count_of, floats, integers, seconds_of
from .boards import Boards
from .compiled import compiled, our_errors, silent

__all__ = ["Enumeration", "Limits", "SearchStatus", "enumerate_values"]

Limits = tuple[int | None, int | None, float | None]  # solutions, nodes, seconds


class SearchStatus(IntEnum):
    """How the search of one problem ended. The numbers are those of csrc/search/search.hpp."""

    SOLVED = 0  # found as many as asked for, or all there are
    UNSATISFIABLE = 1  # proved: there is none
    NODE_LIMIT = 2  # stopped early; what was found is still right
    TIME_LIMIT = 3


class Enumeration(Boards):
    """Solutions of one problem, each int32 [L], found one at a time; see `enumerate_values` and `Boards`.

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
        self._rules, self._problem = rules, (integers(values).copy(), floats(marginals))
        self._left = count_of(limit, "limit", 1)
        self._node_limit = count_of(node_limit, "node_limit")
        self._taken = 0  # from native search
        self._any = False
        self.status: SearchStatus | None = None
        self._begin(seconds_of(seconds))

    def _begin(self, seconds: float) -> None:
        """Make the search, in so many seconds; where they do not suffice, one that finds nothing stands in."""
        native, left = compiled(self._rules, None if seconds < 0 else seconds)
        with our_errors():
            self._search = _native.Search(native or silent(self._rules), *self._problem)
        self._seconds_left = -1.0 if seconds < 0 else max(0.0, seconds if left is None else left)
        self._begun = native is not None

    @property
    def complete(self) -> bool:
        return self._search.complete and self._search.found == self._taken and self.found is None

    @property
    def nodes(self) -> int:
        return self._search.nodes

    @property
    def clauses(self) -> int:
        return self._search.clauses

    def look(self) -> Board | None:
        """The next solution, which stays in `found`; None, with `status` set: there is none, or a limit is reached."""
        while self.found is None and self.status is None:
            if self._left == 0:
                self.status = SearchStatus.SOLVED
                break
            board = self._solution()
            if board is None:
                continue
            fits = not any(p.violations(board.tolist()) for p in self._rules.predicates)
            # Signals are heard at calls, so not within these lines: all of them are done, or none is.
            self._taken += 1
            if fits:
                self.found, self._any = board, True
                self._left -= 1
        return self.found

    def go_on(self, time_limit: float | None) -> None:
        """Where time ran out, take up the search again where it was left off, for so many seconds more."""
        if self.status is SearchStatus.TIME_LIMIT:
            self.status = None
        self._seconds_left = seconds_of(time_limit)

    def _solution(self) -> Board | None:
        """The next solution of the native rules, or None, with `status` set: this is the end."""
        if not self._begun:
            self._begin(self._seconds_left)
        if not self._begun:
            self.status = SearchStatus.TIME_LIMIT
            return None
        nodes = self._node_limit - self.nodes if self._node_limit >= 0 else -1
        began, left = time.monotonic(), seconds_left()
        try:
            with our_errors():
                seconds = min(left, inf if self._seconds_left < 0 else self._seconds_left)
                code, board = self._search.next(nodes, -1.0 if seconds == inf else seconds, self._taken)
        finally:
            if self._seconds_left >= 0:
                self._seconds_left = max(0.0, self._seconds_left - (time.monotonic() - began))
        if board is None:
            status = SearchStatus(code)
            if status in (SearchStatus.SOLVED, SearchStatus.UNSATISFIABLE):
                status = SearchStatus.SOLVED if self._any else SearchStatus.UNSATISFIABLE
            self.status = status
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
