"""Hard: a problem that search did not settle in one go, put aside and worked on now and then.

A search that is left off goes on from where it was, so its result does not depend on the slices that it was given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from time import perf_counter
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from .. import search
from ..checker import accepts
from ..deadline import Deadline
from ..problem import Board, Status
from ..search import SearchStatus
from .work import Open, Settled, Task, Tried, alone

__all__ = ["Hard"]


class Hard:
    """One problem whose search goes on.

    Parameters
    ----------
    task
        The problem alone.
    spent
        Seconds that it has taken so far.
    guide
        uint8 [L, V], the model's order of symbols; None: there is none.
    cost
        Network evaluations, latents and block applications spent.
    known
        Its answer, where only the question is left whether there is another.
    traces
        As of `Open`.

    Attributes
    ----------
    spent
        Seconds of its time limit that are gone.
    size
        Symbols of all cells, which the memory of a search grows with.
    """

    def __init__(
        self, task: Task, spent: float, *, guide: npt.NDArray[np.uint8] | None = None,
        cost: tuple[int, int, int] = (0, 0, 0), known: Settled | None = None,
        traces: Mapping[int, Sequence[Tried]] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.task, self.spent, self.size = task, spent, task.rules.L * task.rules.V
        self._guide, self._known, self._traces = guide, known, traces
        nfe, tried, loops = (np.array([n]) for n in cost)
        self._cost = nfe, tried, loops
        self._boards: search.Enumeration | None = None  # only what is worked on takes memory
        self._found: list[Board] = []

    @staticmethod
    def of(task: Task, open_: Open, i: int, spent: float) -> Hard:
        """The i-th of the problems that are open."""
        guide = None if open_.guide is None else open_.guide[i].copy()
        cost = int(open_.nfe[i]), int(open_.tried[i]), int(open_.loops[i])
        row = int(open_.rows[i])
        return Hard(task.alone(row), spent, guide=guide, cost=cost, traces=alone(open_.traces, row))

    def work(self, seconds: float) -> Settled | None:
        """Search for so many seconds more, no longer than its time allows; None: nothing is settled yet."""
        left = Deadline(self.task.options.time_limit, spent=self.spent).left()
        limit, begun = min(seconds, left), perf_counter()
        if self._boards is None:
            several = self.task.options.unique or self._known is not None
            self._boards = search.enumerate_values(
                self.task.rules, self.task.givens[0], limit=2 if several else 1, marginals=self._guide
            )
        self._boards.go_on(None if limit == inf else limit)
        self._found += self._boards
        self.spent += perf_counter() - begun
        if self._boards.status is SearchStatus.TIME_LIMIT and limit < left:
            return None
        return self._settled(self._boards.complete)

    def _settled(self, complete: bool) -> Settled:
        said = False if len(self._found) > 1 else True if complete else None
        boards = self._boards
        took = (0, 0) if boards is None else (boards.nodes, boards.clauses)
        effort = search.Effort(*np.array(took)[:, None])
        if self._known is not None:
            return self._known._replace(unique=said, spent=self.spent, effort=effort)
        rows, values = np.zeros(1, np.int64), None
        if self._found:
            values = self._found[0][None]
            if not accepts(self.task.rules, self.task.givens, values)[0]:
                raise RuntimeError(
                    "search returned a board that the checker rejects: a bug in vmdsolve; please report it"
                )
            status = Status.SOLVED
        else:
            status = Status.UNSATISFIABLE if complete else Status.TIMEOUT
        method = None if status is Status.TIMEOUT else "search"
        unique = said if values is not None and self.task.options.unique else None
        return Settled(status, method, rows, values, *self._cost, self.spent, unique, self._traces, effort=effort)
