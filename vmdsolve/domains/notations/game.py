"""What a game of Simon Tatham's collection is: how its parameters and descriptions are read and written."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import ClassVar

from ...errors import InvalidProblem
from ...problem import Problem
from ..base import SYMBOLS, Domain
from .base import Scanner
from .variant import LARGEST

__all__ = ["Game", "cells_of", "sized"]


class Game(ABC):
    """One game.

    Attributes
    ----------
    name
        as its save files call it
    params
        what its parameters look like; those that only say how hard to make one are skipped
    """

    name: ClassVar[str]
    params: ClassVar[re.Pattern[str]]
    layout: ClassVar[type[Domain]]

    @abstractmethod
    def read(self, params: re.Match[str], desc: Scanner) -> Problem:
        """Reads all of a description."""

    @abstractmethod
    def write(self, problem: Problem, what: str) -> tuple[str, str]:
        """Parameters and description."""


def sized(n: int, what: str, least: int = 2, most: int = LARGEST) -> int:
    if not least <= n <= most:
        raise InvalidProblem(f"this {what} ID is of size {n}; wanted {least} to {most}")
    return n


def cells_of(numbers: list[int | None], n: int, what: str) -> str:
    if any(number is not None and not 1 <= number <= n for number in numbers):
        raise InvalidProblem(f"this {what} ID gives a number beyond 1 to {n}")
    return "".join("." if number is None else SYMBOLS[number - 1] for number in numbers)
