"""Clued boards: kinds of problems in which every problem brings clues, and often a size, of its own.

A subclass of Clued is one such board: an ordinary Domain whose constraints come from the clues, and which knows how
to be read from text and how to be invented. Its Family is what the registry knows by name: it reads a text, makes
the board, and leaves everything else to the board. How to write one: futoshiki.py is a short example.

Text         see lines.py. Lines of clues, then (unless the clues have places for them, as futoshiki has) one line
             of cells, left out where nothing is given
Values       what Python and JSON hold, see `Family.problem`: each kind turns them into the lines of its text. Cells are
             (row, column) from 0, or "r1c1", which counts from 1
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from ..errors import InvalidInput, InvalidProblem
from ..problem import Board, Problem, Rules
from ..untrusted import loads
from .base import DECORATION, Domain
from .kind import Kind
from .lines import Lines

__all__ = ["Clued", "Family", "Fill", "Lines", "kind_of"]

KIND = ("domain", "kind")  # keys of objects that say which kind it is
ABOUT = {
    "id",
    "name",
    "title",
    "source",
    "author",
    "solution",
    "answer",
    "rating",
    "difficulty",
}  # no part of a problem
GRIDS = ("grid", "puzzle", "board", "cells", "given")  # what people call the givens
Fill = Callable[[Rules], Board]  # a random solution [L] of the rules


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
    whole_line
        True if a line without '/' may be a whole problem, see `is_whole`; else it is one of several
    words
        other names that people have for parameters of `lines_of`: "hor=rows ver=columns"
    """

    sizes: Sequence[int]
    size: int
    density: float
    marks: str = ""
    whole_line: bool = False
    words: str = ""

    def write(self, values: Board) -> str:
        text = super().write(values)
        return text if self.whole_line else _on_one_line(text)

    @classmethod
    def is_whole(cls, line: str) -> bool:
        """True if this line, without a '/', may be a whole problem."""
        del line
        return cls.whole_line

    @classmethod
    @abstractmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        """The board that a text describes, and its cells ("" if nothing is given); see `Lines` for errors."""

    @classmethod
    def lines_of(cls, *values: Any, **named: Any) -> list[str]:
        """The lines of the text that says the same as these Python values; each kind has parameters of its own."""
        del values
        raise InvalidInput(f"{cls.name} is read from text, not from {', '.join(named) or 'values'}")

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
        self.about, self.text_form, self.example = kind.about, kind.text_form, kind.example
        self.many_answers = kind.many_answers

    def __getattr__(self, attribute: str) -> Any:
        if attribute in ("shape", "symbols", "constraints"):  # unset here, so whatever needs them ends here
            raise InvalidInput(
                f"every problem of {self.name} has a board of its own; give its text, or a Problem that "
                f"get({self.name!r}).parse(text) has read"
            )
        raise AttributeError(attribute)

    def parse(self, text: str) -> Problem:
        """Read a problem, board and all; see the board's own file for its text, or `problem` for an object of JSON.

        Raises
        ------
        InvalidProblem
            Names the line, or the cell.
        """
        if text.lstrip().startswith("{") and text.rstrip().endswith("}"):
            return self.problem(**self._object(text))
        return self._read(Lines(self.name, text))

    def _object(self, text: str) -> dict[str, Any]:
        try:
            value = {key: held for key, held in loads(text).items() if key not in ABOUT}
        except ValueError as error:
            raise InvalidProblem(f"{self.name}: this looks like an object of JSON, but is none: {error}") from error
        if other := [said for key in KIND if (said := value.pop(key, self.name)) != self.name]:
            raise InvalidProblem(f"{self.name}: this object says that it is of the domain {str(other[0])[:40]!r}")
        return value

    def _read(self, lines: Lines) -> Problem:
        board, cells = self.kind.read(lines)
        return board.parse(cells or "." * board.rules.L)

    def from_numbers(self, grid: Any) -> Problem:
        """A problem from one grid, of a kind that needs no more: the cells of takuzu, the regions of star battle.

        Raises
        ------
        InvalidInput
            Of a kind that needs more than a grid.
        InvalidProblem
            As `problem`.
        """
        wanted = inspect.signature(self.kind.lines_of).parameters.values()
        if sum(parameter.default is parameter.empty for parameter in wanted) != 1:
            raise InvalidInput(
                f"a puzzle of {self.name} is more than a grid: give its text, or get_domain({self.name!r}).problem(...)"
                f" of {self.parameters}"
            )
        return self.problem(grid)

    def problem(self, *values: Any, **named: Any) -> Problem:
        """A problem from Python values: lists, tuples, arrays, dicts.

        Cells are pairs (row, column) counted from 0, or text "r1c1", which counts from 1. Grids are rows of symbols or
        numbers, with None, ".", "" or 0 (unless 0 is a symbol) where a cell is open.

        Parameters
        ----------
        values, named
            Those of the kind, `vmdsolve domains KIND` lists them: `killer` takes cages, size and givens.

        Raises
        ------
        InvalidProblem
            Names the value at fault.
        InvalidInput
            Names a parameter that the kind does not have, or that is missing.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> problem = get("killer").problem(cages=[(3, [(0, 0), (0, 1)])], size=4, givens=["1...", *3 * ["...."]])
        >>> problem.layout.write(problem.values)
        '4 4/3 - - -/- - - -/- - - -/- - - -/1 1 - -/- - - -/- - - -/- - - -/1...............'
        """
        if not values and not named:
            self.shape  # noqa: B018, which says that there is none
        wanted = inspect.signature(self.kind.lines_of)
        words = dict(word.split("=") for word in self.kind.words.split())
        words = {name: "givens" for name in GRIDS if "givens" in wanted.parameters} | words
        known = {name: name if name in wanted.parameters else words.get(name, name) for name in named}
        if len({*known.values()}) < len(known):
            raise InvalidInput(f"{self.name}: of {', '.join(named)} two say the same; leave one out")
        try:
            bound = wanted.bind(*values, **{known[name]: value for name, value in named.items()})
        except TypeError as error:
            raise InvalidInput(f"{self.name}: {error}; wanted {self.parameters}") from error
        try:
            lines = self.kind.lines_of(*bound.args, **bound.kwargs)
        except InvalidInput:
            raise
        except (
            TypeError,
            ValueError,
            AttributeError,
            LookupError,
            ArithmeticError,
        ) as error:  # of values within values
            what = f"{self.name}: these values cannot be read ({str(error)[:120]})"
            raise InvalidProblem(f"{what}; `vmdsolve domains {self.name}` shows what is wanted") from error
        return self._read(Lines.of(self.name, lines))

    from_lists = problem

    @property
    def parameters(self) -> str:
        """Those of `problem`, as Python writes them."""
        wanted = inspect.signature(self.kind.lines_of).parameters.values()
        return ", ".join(str(p.replace(annotation=p.empty)) for p in wanted)

    def parse_many(self, lines: Sequence[str]) -> None:
        """None: each line needs `parse`."""
        del lines

    def one_line(self, text: str) -> str:
        line = "/".join(" ".join(line.split()) for line in Lines(self.name, text).lines)
        return line if self.kind.whole_line else _on_one_line(line)

    def has(self, character: str) -> bool:
        return character in self.kind.marks

    def is_comment(self, line: str, begun: bool = False) -> bool:
        return line.lstrip().startswith("#") and not (begun and self.has("#"))

    def is_part(self, line: str, answer: bool = False) -> bool:
        if not answer and self.kind.is_whole(line):
            return False
        drawn = any(c.isspace() or c in DECORATION for c in line.strip())
        return drawn if answer else "/" not in line


def kind_of(board: type[Clued], *aliases: str) -> Kind:
    """What the registry is told of boards that bring sizes of their own; `aliases` are other names that they go by."""
    return Kind(lambda _: Family(board), named={board.name: ""}, default="", aliases=dict.fromkeys(aliases, ""))


def _on_one_line(text: str) -> str:
    """With a '/' at least: a line without one is a part of a problem."""
    return text if "/" in text else text + "/"
