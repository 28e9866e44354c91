"""Adapters with one fault each, in symmetries and weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from vmdsolve.constraints import Table
from vmdsolve.domains.toys import Toy
from vmdsolve.problem import Board

from .base import Fault, Four


class RowsAcrossBands(Four):
    """Any rows are swapped: right for rows and columns, wrong for boxes."""

    def symmetry(self, rng: np.random.Generator) -> tuple[Any, Any]:
        return (rng.permutation(4)[:, None] * 4 + np.arange(4)).ravel(), rng.permutation(4)


class RarelyWrong(Four):
    """A symmetry that is wrong once in twenty times."""

    def symmetry(self, rng: np.random.Generator) -> tuple[Any, Any]:
        cells, values = super().symmetry(rng)
        return (np.roll(cells, 1) if rng.random() < 0.05 else cells), values


class LosesASymbol(Four):
    def symmetry(self, rng: np.random.Generator) -> tuple[Any, Any]:
        return np.arange(16), rng.integers(0, 4, 4)


class LosesACell(Four):
    def symmetry(self, rng: np.random.Generator) -> tuple[Any, Any]:
        del rng
        return np.where(np.arange(16) == 15, 0, np.arange(16)), np.arange(4)


class ChangesWeight(Toy):
    def __init__(self) -> None:
        super().__init__("pair-skew", Table([0, 1], [(k, (k + 1) % 10) for k in range(10)], "pair"), skew=True)

    def symmetry(self, rng: np.random.Generator) -> tuple[Any, Any]:
        return np.arange(2), np.roll(np.arange(10), rng.integers(10))


class NegativeWeight(Four):
    def weight(self, boards: Board) -> Any:
        return np.where(boards[:, 0] == 0, -1.0, 1.0)


class NormalisedWeight(Four):
    def weight(self, boards: Board) -> Any:
        return np.full(len(boards), 1 / len(boards))


FAULTS: list[Fault] = [
    (RowsAcrossBands, "symmetry"),
    (RarelyWrong, "symmetry"),
    (LosesASymbol, "symmetry"),
    (LosesACell, "symmetry"),
    (ChangesWeight, "symmetry"),
    (NegativeWeight, "weight"),
    (NormalisedWeight, "weight"),
]
