"""Adapters with one fault each: they remember, draw by chance, or make boards of their own wrongly."""

from __future__ import annotations

from typing import Any

import numpy as np

from vmdsolve.domains import Family
from vmdsolve.domains.futoshiki import Futoshiki
from vmdsolve.problem import Problem, Rules

from .base import Fault, Four


class Remembers(Four):
    """The first text of a length is the answer to all later ones of the same first symbol."""

    def parse(self, text: str) -> Problem:
        return self.__dict__.setdefault(f"_{text.strip()[:1]}", super().parse(text))


class GlobalChance(Four):
    def symmetry(self, rng: np.random.Generator) -> tuple[Any, Any]:
        del rng
        return np.arange(16), np.random.permutation(4)  # noqa: NPY002


class RulesAnew(Four):
    @property
    def rules(self) -> Rules:
        return Rules(16, 4, self.constraints)


class Reversed(Four):
    """Undoes its last symmetry."""

    turned = False

    def symmetry(self, rng: np.random.Generator) -> tuple[Any, Any]:
        self.turned = not self.turned
        cells = np.arange(16)
        return (cells[::-1] if self.turned else cells), rng.permutation(4)


# Boards of their own ----------------------------------------------------------------------------------


class ForgetsASign(Futoshiki):
    """What is written has a sign less than the board."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for sign in "<>^v":
            self.clues = self.clues.replace(sign, "_", 1)


class InventsByGlobalChance(Futoshiki):
    @classmethod
    def invent(cls, rng: Any, size: int, density: float, fill: Any) -> Any:  # noqa: ARG003
        return super().invent(np.random.default_rng(), size, density, fill)


class TurnsWrong(Futoshiki):
    """An image is another board, but signs stay where they were."""

    def image(self, rng: np.random.Generator) -> tuple[Any, Any, Any]:
        _, cells, values = super().image(rng)
        return self, cells, values


FAULTS: list[Fault] = [
    (Remembers, "text"),
    (GlobalChance, "repeatable"),
    (RulesAnew, "repeatable"),
    (Reversed, "repeatable"),
    (lambda: Family(ForgetsASign), "text"),
    (lambda: Family(InventsByGlobalChance), "generation"),
    (lambda: Family(TurnsWrong), "symmetry"),
]
