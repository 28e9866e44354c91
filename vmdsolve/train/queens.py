"""The training data of one set of weights for queens on boards of 4 to 12 rows, drawn from the laws of all answers."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..domains import Domain
from ..domains.queens import Queens
from ..model.sizes import Sizes
from ..problem import Rules
from .mixture import Draw, Mixture

__all__ = ["SIZES", "Chessboards"]

# Rows: how often. What is learned on small boards serves large ones, and costs far less there.
SIZES = {4: 2, 5: 4, 6: 6, 7: 8, 8: 8, 9: 6, 10: 5, 11: 3, 12: 3}


def _board(board: Domain, rng: np.random.Generator) -> Domain:
    del rng
    return board


class Chessboards(Mixture):
    """Chessboards of many sizes."""

    name = "queens"
    relations = Queens(8).rules.relations
    sources = ("law",)

    def __init__(self) -> None:
        boards: dict[str, tuple[float, Draw]] = {
            board.name: (share, partial(_board, board)) for board, share in ((Queens(n), s) for n, s in SIZES.items())
        }
        super().__init__(boards)

    @property
    def sizes(self) -> Sizes:
        return Sizes.of(map(Queens, SIZES))

    def shown(self, rules: Rules, rng: np.random.Generator | None = None) -> Rules:
        """The rules as they are: all boards have the same relations."""
        del rng
        return rules

    def examples(self, n: int, rng: np.random.Generator) -> list[Domain]:
        """Two boards."""
        del rng
        return [Queens(rows) for rows in (8, 10)[:n]]
