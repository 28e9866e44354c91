"""to_dimacs: a problem as a SAT solver takes it, and its answer as a board again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TextIO, Unpack

from ..atomic import write_lines
from ..bridges.answers import board_of, literals_of
from ..bridges.clauses import Cnf
from ..bridges.encode import encoded
from ..checker import accepts
from ..deadline import Deadline, within
from ..domains import layout_of
from ..domains.reading import Grid, read, read_answer, same_kind
from ..drawing import Picture, Said, Shown
from ..errors import InvalidInput
from ..plain import clean
from ..problem import OPEN, Board, Problem
from .option import takes
from .options import Options, TimedOptions

__all__ = ["Dimacs", "answer_of", "clauses_of", "opened", "to_dimacs"]

MOST_BYTES = 2**28  # of what another program wrote


@dataclass(frozen=True, eq=False, repr=False)
class Dimacs(Shown):
    """A problem as clauses, in the format DIMACS, with the way back.

    Attributes
    ----------
    problem
        What was read.
    cnf
        The clauses; variable cell * V + value + 1 is true where the cell holds the value, both from 0.
    grid
        What was handed in, whose form answers take.
    """

    problem: Problem
    cnf: Cnf
    grid: Any

    @property
    def text(self) -> str:
        """The file's text."""
        return "".join(f"{line}\n" for line in self._lines())

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the file, which appears when it is whole.

        Raises
        ------
        OSError, InvalidInput
            It cannot be written.
        """
        return write_lines(path, self._lines())

    def values(self, model: Iterable[int]) -> Board:
        """int32 [L], the board that a model says: its literals, or true variables alone.

        Raises
        ------
        InvalidInput
            A cell has no value or two, or the board breaks a rule.

        Examples
        --------
        >>> to_dimacs("12/21", domain="latin-2").values([1, 4, 6, 7]).tolist()
        [0, 1, 1, 0]
        """
        board = board_of(model, self.cnf.L, self.cnf.V)
        if not accepts(self.problem.rules, self.problem.values, board[None])[0]:
            raise InvalidInput("a model breaks a rule of the problem, or changes a given: it is not of these clauses")
        return board

    def values_in(self, path: str | PathLike[str]) -> Board | None:
        """The same of a file that a SAT solver printed, lines 's' and 'v'; None where it says UNSATISFIABLE.

        Raises
        ------
        InvalidInput
            It says that it found no answer, is no such file, or its model is not of these clauses.
        """
        with opened(path) as file:
            literals = literals_of(file)
        return None if literals is None else self.values(literals)

    def answer(self, model: Iterable[int]) -> Any:
        """What `values` says, in the shape and kind of the problem as it was handed in.

        Examples
        --------
        >>> to_dimacs([[1, 0], [0, 0]], domain="latin-2").answer([1, 4, 6, 7])
        [[1, 2], [2, 1]]
        """
        return same_kind(self.grid, layout_of(self.problem), self.values(model))

    def __repr__(self) -> str:
        return f"<{self._words}>"

    @property
    def _words(self) -> str:
        return f"{self.problem.domain}: {self.cnf.variables:,} variables, {self.cnf.count:,} clauses"

    def picture(self) -> Picture:
        return Picture((Said(self._words),))

    def _lines(self) -> Iterable[str]:
        layout = layout_of(self.problem)
        yield f"c {clean(self.problem.domain)}: {self.cnf.L} cells of {self.cnf.V} symbols {clean(layout.symbols)}"
        yield f"c cell c holds symbol s, both from 0: variable {self.cnf.V} * c + s + 1"
        yield from self.cnf.lines()


@takes(TimedOptions)
def to_dimacs(problem: Grid, *, but: Grid | None = None, **options: Unpack[TimedOptions]) -> Dimacs:
    """Write a problem as clauses for SAT solvers, in the direct encoding; models of the clauses are its solutions.

    The clauses have exactly as many models as the problem has solutions, so that model counters count right, too.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    but
        An answer that one clause more forbids: without a model, it is the only one.
    {options}

    Returns
    -------
    Dimacs

    Raises
    ------
    InvalidInput
        As `solve` does; and where there would be more than 4,194,304 clauses, or a constraint of a kind of your own has
        more than 65,536 fillings. The constraint is named.
    TimeoutError
        The time limit ran out.

    Examples
    --------
    >>> dimacs = to_dimacs("1......2..4..3..")
    >>> print(dimacs)
    sudoku-4x4: 64 variables, 452 clauses
    """
    checked = Options(TimedOptions, **options)
    given = read(problem, checked.domain)
    with within(Deadline(checked.time_limit)):
        return Dimacs(given, clauses_of(given, None if but is None else answer_of(but, given)), problem)


def clauses_of(given: Problem, but: Board | None) -> Cnf:
    """The clauses of a problem, and one that forbids the answer `but` [L]."""
    cnf = encoded(given)
    return cnf if but is None else cnf.without(but)


def answer_of(answer: Grid, given: Problem) -> Board:
    """The values [L] of a full answer.

    Raises
    ------
    InvalidInput
        A cell is open.
    """
    held = read_answer(answer, given)
    if (held.values == OPEN).any():
        raise InvalidInput("the answer has open cells; wanted a full one")
    return held.values


def opened(path: str | PathLike[str]) -> TextIO:
    """A file that another program wrote, to be read.

    Raises
    ------
    InvalidInput
        It is too large.
    OSError
        There is none.
    """
    file = Path(fspath(path))
    if file.stat().st_size > MOST_BYTES:
        raise InvalidInput(f"{file} holds {file.stat().st_size:,} bytes; wanted at most {MOST_BYTES:,}")
    return file.open(encoding="ascii", errors="replace")
