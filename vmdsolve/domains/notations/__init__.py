"""How other programs write single puzzles: links, IDs, files of one puzzle. A module a notation, one interface.

The modules are loaded when a text looks like one of theirs: plain puzzles need none.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module

from ...errors import InvalidInput
from ...problem import Problem
from .base import Notation as Notation
from .base import refused

__all__ = ["Notation", "find", "get", "names", "write"]

PLAIN = re.compile(r"[\d.]*", re.ASCII)  # nearly all there is in large files
MARKS = re.compile(
    r"[:?{]|^\s*[a-z]+/|^\s*(?:N4|scl|fpuz|ctc)|\d#\d|^width ", re.MULTILINE
)  # one of them has each notation
NOTATIONS = {"fpuzzles": "FPuzzles", "sudokupad": "SudokuPad", "puzzlink": "PuzzLink", "tatham": "Tatham", "non": "Non"}


@cache
def _notations() -> tuple[Notation, ...]:
    return tuple(getattr(import_module(f".{module}", __name__), name)() for module, name in NOTATIONS.items())


def names() -> list[str]:
    """Names of all notations.

    Examples
    --------
    >>> "f-puzzles" in names()
    True
    """
    return [notation.name for notation in _notations()]


def find(text: str) -> Notation | None:
    """The notation that a text looks like, or None.

    Examples
    --------
    >>> find("https://f-puzzles.com/?load=N4Ig").name
    'f-puzzles'
    """
    if PLAIN.fullmatch(text) or not MARKS.search(text):
        return None
    return next((notation for notation in _notations() if notation.detects(text)), None)


def get(name: str) -> Notation:
    """The notation of that name.

    Raises
    ------
    InvalidInput
        For a name that is none of theirs.
    """
    found = next((notation for notation in _notations() if notation.name == name.lower()), None)
    if found is None:
        raise InvalidInput(f"unknown notation {name[:40]!r}; there are {', '.join(names())}")
    return found


def write(name: str, problem: Problem) -> str:
    """A problem in the notation of that name, as its programs read it.

    Raises
    ------
    InvalidInput
        For an unknown name, and where the notation cannot hold the problem, all of it.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> write("f-puzzles", get("sudoku-4x4").parse("1..............."))[:40]
    'https://f-puzzles.com/?load=N4IgzglgXgpi'
    """
    notation = get(name)
    text = notation.write(problem)
    back = notation.read(text)
    if _units(back) != _units(problem) or back.rules.V != problem.rules.V or (back.values != problem.values).any():
        raise refused(problem, f"{notation.name}", "it would lose some of its rules")
    return text


def _units(problem: Problem) -> set[frozenset[int]]:
    """What each rule is about; how it is said may differ."""
    return {frozenset(rule.cells) for rule in problem.rules.constraints}
