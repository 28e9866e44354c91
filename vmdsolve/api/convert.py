"""convert: one puzzle in the forms that people and other programs read, each by its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Unpack

from ..deadline import Deadline, within
from ..domains import Domain, layout_of, notations
from ..domains.reading import Grid, read
from ..errors import InvalidInput, VmdsolveError
from ..plain import clean
from ..problem import Board, Problem
from .dimacs import to_dimacs
from .option import takes
from .options import Options, TimedOptions

__all__ = ["TEXTS", "convert", "endings", "forms_of"]

# forms of a board with what it holds, and what writes them; all others say the puzzle alone
TEXTS: dict[str, Callable[[Domain, Board], str]] = {
    "line": lambda layout, values: layout.write(values),
    "board": lambda layout, values: layout.render(values),
    "cells": lambda layout, values: layout.format(values),
}


@takes(TimedOptions)
def convert(problem: Grid, to: str = "line", **options: Unpack[TimedOptions]) -> str:
    """Write a puzzle as others read it.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    to
        "line", "board" (as drawn) or "cells" (without clues); a link or ID: "f-puzzles", "sudokupad", "puzz.link",
        "tatham", "non"; "dimacs", clauses as those of `to_dimacs`.
    {options}

    Returns
    -------
    str
        The text. Lines, links and IDs are read again as the same puzzle, or refused.

    Raises
    ------
    InvalidInput
        As `solve` does; another form; or one that cannot hold this puzzle.
    TimeoutError
        The time limit ran out.

    Examples
    --------
    >>> convert([[1, 0], [0, 0]], domain="latin-2"), convert("1......2..4..3..", "tatham")
    ('1...', '2x2:1f2b4b3b')
    >>> convert("1......2..4..3..", "f-puzzles")[:29]
    'https://f-puzzles.com/?load=N'
    """
    checked = Options(TimedOptions, **options)
    given = read(problem, checked.domain)
    if to not in endings():
        raise InvalidInput(f"nothing is written as {clean(str(to)[:40])!r}; wanted one of {', '.join(endings())}")
    with within(Deadline(checked.time_limit)):
        return _writer(to)(given)


def forms_of(given: Problem) -> list[str]:
    """The names of all forms that can hold a problem; clauses are not tried, for that may take long.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> forms_of(get("latin-3").problem()), "puzz.link" in forms_of(get("sudoku-4x4").problem())
    (['line', 'board', 'cells', 'f-puzzles', 'sudokupad', 'dimacs'], True)
    """
    return [name for name in endings() if name in (*TEXTS, "dimacs") or _holds(name, given)]


def endings() -> dict[str, str]:
    """The ending of a file in each form.

    Examples
    --------
    >>> endings()["non"], endings()["dimacs"]
    ('.non', '.cnf')
    """
    names = (*TEXTS, *notations.names(), "dimacs")
    return {name: {"non": ".non", "dimacs": ".cnf"}.get(name, ".txt") for name in names}


def _holds(name: str, given: Problem) -> bool:
    try:
        notations.write(name, given)
    except VmdsolveError:
        return False
    return True


def _writer(name: str) -> Callable[[Problem], str]:
    if name == "dimacs":
        return lambda given: to_dimacs(given).text
    if name in TEXTS:
        return lambda given: TEXTS[name](layout_of(given), given.values)
    return partial(notations.write, name)
