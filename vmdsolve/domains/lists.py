"""Lists and what becomes of them: two rows, a list of items and its answer, in the spirit of arXiv 2510.04767.

    list-copy     the answer is the list                                     8^n solutions
    list-reverse  the answer is the list, last item first                    8^n
    list-permute  the answer holds the same items in any order               (8)_n n!, (8)_n = 8 * 7 * ... (n factors)
    list-choice   the answer is one item of the list, n times                (8)_n n

Items of the last two are distinct. With the list given, copy and reverse can be answered cell by cell; the cells of a
permutation or a choice, filled together, must agree with each other. With nothing given, those of all four must.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..constraints import AllDifferent, Regular, Table, Tuples
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
    "permute": "the answer holds its items, all distinct, in any order",
    "choice": "the answer repeats one of its items, all distinct",
}


def _held(state: int, v: int) -> int:
    """States: 0 nothing read; v + 1 the value that the others are to hold; -1 one of them does."""
    return v + 1 if not state else -1 if v + 1 == state else state


HELD = explore(0, V, _held, lambda state: state == -1)  # the first value comes again


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
        self.about = f"A list and its answer: {TASKS[task]}."
        self.example = ITEMS[:n] + "." * n
        listed, answer, same = range(n), range(n, 2 * n), Tuples((v, v) for v in range(V))
        if task in ("copy", "reverse"):
            pairs = zip(listed, answer if task == "copy" else reversed(answer), strict=True)
            self.constraints = tuple(Table(pair, same, task) for pair in pairs)
        else:
            alike: list[Constraint] = [AllDifferent(answer, "answer")] if task == "permute" else []
            alike += [Table(pair, same, "answer") for pair in pairwise(answer) if task == "choice"]
            held = [Regular([cell, *listed], HELD, task) for cell in (answer if task == "permute" else answer[:1])]
            self.constraints = (AllDifferent(listed, "list"), *alike, *held)

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        return np.arange(self.rules.L), rng.permutation(V)

    def cell_name(self, cell: int) -> str:
        row, place = divmod(cell, self.shape[1])
        return f"item {place + 1} of the {'answer' if row else 'list'}"

    def rule_text(self, constraint: Constraint) -> str:
        if isinstance(constraint, Table):
            return f"{self.cells_text(constraint.cells)} are the same"
        if isinstance(constraint, Regular):
            return f"{self.cell_name(constraint.cells[0])} is one of the list"
        return f"the {constraint.relation} holds no item twice"


def _kind(task: str) -> Kind:
    return Kind(
        lambda size: ListTask(task, number_in(size, f"list-{task}")), f"2 to {V} items",
        {f"list-{task}-{n}": str(n) for n in (3, 4)}, shown="4", bare=False,
    )  # fmt: skip


DOMAINS = {f"list-{task}": _kind(task) for task in TASKS}
