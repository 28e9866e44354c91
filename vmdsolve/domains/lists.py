"""Lists and what becomes of them: two rows, a list of items and its answer, in the spirit of arXiv 2510.04767.

    list-copy     the answer is the list                                     8^n solutions
    list-reverse  the answer is the list, last item first                    8^n
    list-permute  the answer holds the same items in any order               (8)_n n!, (8)_n = 8 * 7 * ... (n factors)
    list-choice   the answer is one item of the list, n times                (8)_n n

Items of the last two are distinct. With the list given, copy and reverse can be answered cell by cell; the cells of a
permutation or a choice, filled together, must agree with each other. With nothing given, those of all four must.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..constraints import DFA, Regular, Table
from ..errors import InvalidInput
from ..problem import Constraint
from .base import Domain
from .kind import Kind, number_in
from .parts.automata import explore

__all__ = ["DOMAINS", "TASKS", "ListTask"]

ITEMS = "abcdefgh"
V = len(ITEMS)
TASKS = {
    "copy": "the answer repeats the list",
    "reverse": "the answer is the list, last item first",
    "permute": "the answer holds the items of the list, all distinct, in any order",
    "choice": "the answer holds one item of the list again and again; the list's are distinct",
}


class ListTask(Domain):
    """A list of n items above its answer; `task` is one of TASKS.

    Examples
    --------
    >>> from vmdsolve.checker import accepts
    >>> domain = ListTask("reverse", 3)
    >>> boards = np.stack([domain.parse(text).values for text in ("abccba", "abcabc")])
    >>> accepts(domain.rules, domain.problem().values, boards).tolist()
    [True, False]
    """

    many_answers = True
    text_form = "an item a cell, 'a' to 'h', '.' where open: the list, then its answer; or the two rows"

    def __init__(self, task: str, n: int) -> None:
        if task not in TASKS:
            raise InvalidInput(f"the task of a list is {task!r}; wanted one of {', '.join(TASKS)}")
        if not 2 <= n <= V:
            raise InvalidInput(f"a list of list-{task} has 2 to {V} items, got {n}")
        self.task, self.name, self.symbols, self.shape = task, f"list-{task}-{n}", ITEMS, (2, n)
        self.about = f"A list of items and its answer: {TASKS[task]}."
        self.example = ITEMS[:n] + "." * n
        every = range(2 * n)
        if task in ("copy", "reverse"):
            same = [(v, v) for v in range(V)]
            answer = [n + i if task == "copy" else 2 * n - 1 - i for i in range(n)]
            self.constraints = tuple(Table([i, to], same, task) for i, to in enumerate(answer))
        else:
            self.constraints = (Regular(every, _permuted(n) if task == "permute" else _chosen(n), task),)

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        return np.arange(self.rules.L), rng.permutation(V)

    def cell_name(self, cell: int) -> str:
        row, place = divmod(cell, self.shape[1])
        return f"item {place + 1} of the {'answer' if row else 'list'}"

    def rule_text(self, constraint: Constraint) -> str:
        if isinstance(constraint, Table):
            return f"{self.cells_text(constraint.cells)} are the same"
        return TASKS[self.task]


def _permuted(n: int) -> DFA:
    """States: how many cells are read, as far as it matters, and the items of the list that the answer still lacks."""

    def step(state: tuple[bool, int], v: int) -> tuple[bool, int] | None:
        listing, held = state
        if listing == bool(held >> v & 1):
            return None
        held ^= 1 << v
        return listing and held.bit_count() < n, held

    return explore((True, 0), V, step, lambda state: state == (False, 0))


def _chosen(n: int) -> DFA:
    """States: the items of the list so far, or the one that the answer holds, or cells that are left to hold it."""

    def step(state: tuple[int, int], v: int) -> tuple[int, int] | None:
        held, left = state
        if left == n and held.bit_count() < n:
            return None if held >> v & 1 else (held | 1 << v, n)
        return (1 << v, left - 1) if left and held >> v & 1 else None

    return explore((0, n), V, step, lambda state: not state[1])


def _kind(task: str) -> Kind:
    return Kind(
        lambda size: ListTask(task, number_in(size, f"list-{task}")), f"2 to {V} items",
        {f"list-{task}-{n}": str(n) for n in (3, 4)}, shown="4", bare=False,
    )  # fmt: skip


DOMAINS = {f"list-{task}": _kind(task) for task in TASKS}
