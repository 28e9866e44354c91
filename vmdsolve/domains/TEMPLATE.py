"""TEMPLATE: copy this file to start a new domain; this one is the pairs puzzle, a row of `n` cells in which
neighbours differ and symbol 1 stands exactly twice. docs/adapters.md goes through all of it, step by step.

1. Copy it into your own package and rename the class.
2. Say the rules with the constraints of vmdsolve.constraints. Each names its relation.
3. Say which changes keep the rules (`symmetry`), if there are any: training needs fewer puzzles then.
   If problems of yours have many answers, any of which will do, say `many_answers = True`: training then goes by that.
4. Register it in your pyproject.toml, and it appears in `vmdsolve domains`, `solve` and `train`:
       [project.entry-points."vmdsolve.domains"]
       pairs = "your_package.pairs:DOMAINS"
   Names that end in a size are one kind: `pairs-5` is `pairs:5`. A vmdsolve.domains.Kind makes any size, see kind.py.
5. Write down a count that you know (here: n = 5 has 26 rows), and hold the adapter to all laws:
       vmdsolve check-domain pairs-5 --count 26
   and in a test of your own vmdsolve.testing.check_domain("pairs-5", count=26).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from vmdsolve.constraints import AllDifferent, Count
from vmdsolve.domains import Domain

__all__ = ["DOMAINS", "Pairs"]


class Pairs(Domain):
    """A row of `n` cells over 3 symbols: neighbours differ, symbol 1 stands exactly twice."""

    def __init__(self, n: int) -> None:
        self.name = f"pairs-{n}"
        self.about = "Fill a row so that neighbours differ and symbol 1 stands exactly twice."  # for `vmdsolve domains`
        self.symbols = "123"  # V characters; value v is shown as symbols[v]
        self.shape = (1, n)  # rows, columns: L = rows * columns
        neighbours = tuple(AllDifferent([i, i + 1], "neighbour") for i in range(n - 1))
        self.constraints = (*neighbours, Count(range(n), symbol=0, low=2, high=2, relation="ones"))

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Read the row backwards; swap symbols 2 and 3, about which the rules say the same."""
        cells, values = np.arange(self.rules.L), np.arange(3)
        return cells[:: rng.choice([1, -1])], np.append(0, rng.permutation(values[1:]))


DOMAINS: dict[str, Callable[[], Domain]] = {f"pairs-{n}": partial(Pairs, n) for n in range(3, 9)}
