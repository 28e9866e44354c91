"""The training data of one set of weights for queens on boards of 4 to 12 rows, drawn from the laws of all answers."""

from __future__ import annotations

import numpy as np

from ..domains import Domain
from ..domains.queens import Queens
from ..model.sizes import Sizes
from .mixture import Mixture, fixed

__all__ = ["SIZES", "Chessboards"]

# How often: rows. What is learned on small boards serves large ones, and costs far less there.
SIZES = {2: [4], 4: [5], 6: [6, 9], 8: [7, 8], 5: [10], 3: [11, 12]}


class Chessboards(Mixture):
    """Chessboards of many sizes."""

    name = "queens"
    relations = ("row", "column", "diagonal")
    sources = ("law",)
    many_answers = True
    pool = "sum"

    def __init__(self) -> None:
        super().__init__(fixed({often: [Queens(n) for n in rows] for often, rows in SIZES.items()}))

    @property
    def sizes(self) -> Sizes:
        return Sizes.of(Queens(n) for rows in SIZES.values() for n in rows)

    def examples(self, n: int, rng: np.random.Generator) -> list[Domain]:
        """Two boards."""
        del rng
        return [Queens(rows) for rows in (8, 10)[:n]]
