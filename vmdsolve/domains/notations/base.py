"""What a notation is: a way in which other programs write single puzzles, known by how its text looks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from ...errors import InvalidProblem
from ...problem import OPEN, Problem

__all__ = ["MAX_TEXT", "Notation", "Scanner", "none_given", "numbers_of", "refused", "rows_of"]

MAX_TEXT = 1 << 18  # characters of one puzzle: what is longer is refused before it is looked at


class Notation(ABC):
    """A notation of single puzzles.

    Attributes
    ----------
    name
        by which it is asked for, for example "puzz.link"
    """

    name: str

    @abstractmethod
    def detects(self, text: str) -> bool:
        """True if this text looks like the notation, whether or not it can be read; quick."""

    @abstractmethod
    def read(self, text: str, domain: str | None = None) -> Problem:
        """The problem that a text describes.

        Parameters
        ----------
        domain
            the one asked for, where the text alone may mean several

        Raises
        ------
        InvalidProblem
            Names what is wrong, or which rule there is no kind for.
        """

    @abstractmethod
    def write(self, problem: Problem) -> str:
        """The text of a problem, as `read` reads it.

        Raises
        ------
        InvalidProblem
            Where the notation cannot hold it, all of it.
        """


def refused(problem: Problem, notation: str, why: str) -> InvalidProblem:
    """The error where a notation cannot hold a problem.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> str(refused(get("latin-3").problem(), "a .non", "it holds nonograms"))
    'latin-3 cannot be written as a .non: it holds nonograms'
    """
    return InvalidProblem(f"{problem.domain} cannot be written as {notation}: {why}")


def none_given(problem: Problem, notation: str) -> None:
    """InvalidProblem where cells are given: some notations hold clues alone."""
    if (problem.values != OPEN).any():
        raise refused(problem, notation, "it has no place for given cells")


class Scanner:
    """Text taken from left to right; whatever is wrong is said with its place.

    Examples
    --------
    >>> scanner = Scanner("12ab", "this ID")
    >>> scanner.digits(), scanner.take(), scanner.rest
    ('12', 'a', 'b')
    """

    def __init__(self, text: str, what: str) -> None:
        self.text, self.what, self.at = text, what, 0

    @property
    def rest(self) -> str:
        """What is left."""
        return self.text[self.at :]

    def peek(self) -> str:
        """The next character, which stays; "" at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, n: int = 1) -> str:
        """The next `n` characters."""
        taken = self.text[self.at : self.at + n]
        if len(taken) < n:
            raise self.error(f"the text ends too early, {n - len(taken)} more wanted here")
        self.at += n
        return taken

    def digits(self) -> str:
        """The digits that come next, perhaps none, nine at most."""
        end = self.at
        while end < len(self.text) and self.text[end] in "0123456789":
            end += 1
        if end - self.at > 9:
            raise self.error("a number of over nine digits")
        self.at, start = end, self.at
        return self.text[start:end]

    def error(self, reason: str) -> InvalidProblem:
        """InvalidProblem about what comes next."""
        where = (
            f"character {self.at + 1}" if self.at < len(self.text) else f"after character {len(self.text)}, its last"
        )
        return InvalidProblem(f"{self.what}, {where}: {reason}")


def rows_of(tokens: Sequence[str], columns: int) -> str:
    """Tokens of cells as the lines of a text, parted by '/'."""
    return "/".join(" ".join(tokens[i : i + columns]) for i in range(0, len(tokens), columns))


def numbers_of(problem: Problem) -> list[int | None]:
    """[L] the numbers given, from 1; None where open."""
    return [None if value == OPEN else int(value) + 1 for value in np.asarray(problem.values)]
