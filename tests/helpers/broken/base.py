"""What most broken adapters are made of: a puzzle that is whole."""

from __future__ import annotations

from collections.abc import Callable

from vmdsolve.domains import Domain
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.problem import Constraint

Fault = tuple[Callable[[], Domain], str]  # an adapter, and the law that names what is wrong with it
GRIDS = 288  # of 4x4 Sudoku


class Four(Sudoku):
    """4x4 Sudoku, to be broken."""

    def __init__(self) -> None:
        super().__init__(2, 2)

    def swap(self, kind: Callable[..., Constraint], *relations: str) -> None:
        self.constraints = tuple(kind(c.cells, c.relation) if c.relation in relations else c for c in self.constraints)
