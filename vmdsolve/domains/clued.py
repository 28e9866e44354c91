"""Clued boards: kinds of problems in which every problem brings clues, and often a size, of its own.

A subclass of Clued is one such board: an ordinary Domain whose constraints come from the clues, and which knows how
to be read from text and how to be invented. Its Family is what the registry knows by name: it reads a text, makes
the board, and leaves everything else to the board. How to write one: futoshiki.py is a short example.

Text         several lines (a '/' in them, as in KenKen, is read as ':'), or one line with '/' between them; blank
             lines are dropped. Lines of clues, then (unless the clues have places for them, as futoshiki has) one line
             of cells, left out where nothing is given
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Self

import numpy as np

from ..errors import InvalidInput, InvalidProblem
from ..problem import Board, Problem, Rules
from .base import DECORATION, SYMBOLS, Domain

__all__ = ["Clued", "Family", "Fill", "Lines"]

Fill = Callable[[Rules], Board]  # a random solution [L] of the rules


class Lines:
    """The lines of a puzzle's text, taken one after another; whatever is wrong is said with the number of its line.

    Examples
    --------
    >>> lines = Lines("killer", "2 2/9 -")
    >>> lines.numbers("rows and columns", 2), lines.tokens("totals", 2), lines.left
    ([2, 2], ['9', '-'], 0)
    """

    def __init__(self, name: str, text: str) -> None:
        self.name, self.taken = name, 0
        several = "\n" in text.strip()
        parts = text.replace("/", ":").split("\n") if several else text.split("/")
        self.lines = [line.strip() for line in parts if line.strip()]

    @property
    def left(self) -> int:
        """Lines not yet taken."""
        return len(self.lines) - self.taken

    def fail(self, reason: str) -> NoReturn:
        """InvalidProblem about the line taken last."""
        raise InvalidProblem(f"{self.name}, line {self.taken}: {reason}")

    def peek(self) -> str:
        """The next line, which stays; "" at the end."""
        return self.lines[self.taken] if self.left else ""

    def line(self, what: str, length: int | None = None) -> str:
        """The next line, of `length` characters."""
        if not self.left:
            raise InvalidProblem(f"{self.name} ends after line {self.taken}; wanted {what}")
        self.taken += 1
        line = self.lines[self.taken - 1]
        if length is not None and len(line) != length:
            self.fail(f"{len(line)} characters, wanted {length}: {what}")
        return line

    def tokens(self, what: str, n: int | None = None) -> list[str]:
        """The next line, split at white space into `n` entries."""
        tokens = self.line(what).split()
        if n is not None and len(tokens) != n:
            self.fail(f"{len(tokens)} entries, wanted {n}: {what}")
        return tokens

    def number(self, token: str, what: str, low: int = 0, high: int = 2**31) -> int:
        """An entry of the line taken last as a number within bounds."""
        if not (token.isascii() and token.isdigit() and len(token) < 12 and low <= int(token) <= high):
            self.fail(f"{what} is {token[:40]!r}; wanted a whole number from {low} to {high}")
        return int(token)

    def numbers(self, what: str, n: int | None = None, low: int = 0, high: int = 2**31) -> list[int]:
        """The next line as whole numbers."""
        return [self.number(token, what, low, high) for token in self.tokens(what, n)]

    def givens(self, rows: int, columns: int, symbols: str = SYMBOLS) -> str:
        """The next lines as cells: symbols, or numbers from 1; '-', '.', 0 and -1 are open unless they are symbols."""
        cells = ""
        for _ in range(rows):
            for token in self.tokens("numbers, or - where open", columns):
                if token in ("-", ".", "-1", "0") and token not in symbols:
                    cells += "."
                else:
                    cells += token if len(token) == 1 else SYMBOLS[self.number(token, "a cell", 1, len(SYMBOLS)) - 1]
        return cells

    def cells(self) -> str:
        """The last line, of cells; "" if there is none. Anything after it is refused."""
        cells = self.line("cells") if self.left else ""
        if self.left:
            self.line("nothing")
            self.fail("wanted the end: clues and cells are complete")
        return cells


class Clued(Domain):
    """One board with clues of its own. Subclasses set what a Domain sets, `clues`, and these:

    Attributes
    ----------
    sizes
        that `invent` can make, the smallest first
    size
        which of them it makes if nobody says
    density
        how many clues `invent` gives if nobody says, 0 to 1; what that counts, the subclass says
    marks
        which of '#', ',' and '{' its text may hold: in files these mean something of their own
    """

    sizes: Sequence[int]
    size: int
    density: float
    marks: str = ""

    def write(self, values: Board) -> str:
        return _on_one_line(super().write(values))

    @classmethod
    @abstractmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        """The board that a text describes, and its cells ("" if nothing is given); see `Lines` for errors."""

    @classmethod
    @abstractmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """A random board of this size that has a solution; how many is for the generator to settle by givens.

        fill(rules) draws a random solution [L] of rules, to take clues from; InvalidInput if they have none.
        """


class Family(Domain):
    """A kind of problem by name; each problem that it reads has a board of its own.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> problem = get("futoshiki").parse(".>1/v__/._.")
    >>> problem.layout.shape, problem.layout.cell_name(3)
    ((2, 2), 'row 2, column 2')
    """

    def __init__(self, kind: type[Clued]) -> None:
        self.name, self.kind = kind.name, kind

    def __getattr__(self, attribute: str) -> Any:
        if attribute in ("shape", "symbols", "constraints"):  # unset here, so whatever needs them ends here
            raise InvalidInput(
                f"every problem of {self.name} has a board of its own; give its text, or a Problem that "
                f"get({self.name!r}).parse(text) has read"
            )
        raise AttributeError(attribute)

    def parse(self, text: str) -> Problem:
        """Read a problem, board and all; see the board's own file for its text.

        Raises
        ------
        InvalidProblem
            Names the line, or the cell.
        """
        board, cells = self.kind.read(Lines(self.name, text))
        return board.parse(cells or "." * board.rules.L)

    def parse_many(self, lines: Sequence[str]) -> None:
        """None: each line needs `parse`."""
        del lines

    def one_line(self, text: str) -> str:
        return _on_one_line("/".join(" ".join(line.split()) for line in Lines(self.name, text).lines))

    def has(self, character: str) -> bool:
        return character in self.kind.marks

    def is_comment(self, line: str, begun: bool = False) -> bool:
        return line.lstrip().startswith("#") and not (begun and self.has("#"))

    def is_part(self, line: str, answer: bool = False) -> bool:
        drawn = any(c.isspace() or c in DECORATION for c in line.strip())
        return drawn if answer else "/" not in line


def _on_one_line(text: str) -> str:
    """With a '/' at least: a line without one is a part of a problem."""
    return text if "/" in text else text + "/"
