"""Sequences: rows of cells read as words, in which every character counts. The base of every token domain.

Text form: L characters as they stand, nothing folded and nothing dropped; a space is written '_', and either is read.
An open cell is '.', or where that is a symbol the first of "?*~^|#%", then of all ASCII, that is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..constraints import DFA
from ..drawing import Frame, Picture, Said
from ..drawing.text import MARKS
from ..errors import InvalidInput, InvalidProblem
from ..problem import Board, Constraint, Problem, Rules
from .base import Domain, codes_of
from .drawn import NONE, Looks, Notes

__all__ = ["TokenSequence", "automaton_of", "shown"]

OPEN_CHARACTERS = ".?*~^|#%" + "".join(map(chr, range(33, 127)))
BLANK = "_"


def shown(characters: Iterable[str]) -> str:
    """These characters as distinct symbols in order, a space as '_'.

    Raises
    ------
    InvalidInput
        For what is not printable ASCII, and where both a space and '_' occur.

    Examples
    --------
    >>> shown("hello world")
    '_dehlorw'
    """
    known = sorted(set(characters))
    for character in known:
        if not (character.isascii() and character.isprintable()):
            raise InvalidInput(f"character {character!r} cannot be a symbol; symbols are printable ASCII")
    if {" ", BLANK} <= set(known):
        raise InvalidInput("both a space and '_' occur, and '_' is how a space is written; replace one of them")
    return "".join(sorted(c.replace(" ", BLANK) for c in known))


class TokenSequence(Domain):
    """A row of `length` cells over `symbols`, under any constraints.

    Examples
    --------
    >>> row = TokenSequence("dna", "ACGT", 4)
    >>> row.format(row.parse("A.GT").values)
    'A.GT'
    """

    verbatim = True
    text_form = (
        "a character a cell, every one as it stands; a space as '_', an open cell as '.' or, if that is a symbol, '?'"
    )

    def __init__(self, name: str, symbols: str, length: int, constraints: Sequence[Constraint] = ()) -> None:
        self.name, self.symbols, self.shape = name, symbols, (1, length)
        self.constraints = tuple(constraints)

    @cached_property
    def rules(self) -> Rules:
        if shown(self.symbols) != "".join(sorted(self.symbols)):
            raise InvalidInput(f"symbols of {self.name} are {self.symbols!r}; wanted distinct ones, '_' for a space")
        return Rules(self.shape[1], len(self.symbols), self.constraints)

    @cached_property
    def open_character(self) -> str:
        """How an open cell is written."""
        return next(c for c in OPEN_CHARACTERS if c not in self.symbols)

    @cached_property
    def _code(self) -> npt.NDArray[np.int8]:
        code = np.full(256, -2, np.int8)
        for value, symbol in enumerate(self.symbols + self.open_character):
            code[ord(symbol)] = value if value < len(self.symbols) else -1
        code[ord(" ")] = code[ord(BLANK)]
        return code

    def cell_name(self, cell: int) -> str:
        return f"character {cell + 1}"

    def parse(self, text: str) -> Problem:
        line, L = text.rstrip("\r\n"), self.rules.L
        if len(line) != L:
            raise InvalidProblem(f"{self.name} needs {L} characters, got {len(line)}")
        values = self._code[codes_of(line)].astype(np.int32)
        for cell in np.flatnonzero(values < -1)[:1]:
            raise InvalidProblem(
                f"{self.cell_name(int(cell))} is {line[cell]!r}; "
                f"{self.name} uses {self.symbols} and {self.open_character!r} for open cells"
            )
        return Problem(self.name, self.rules, values, self)

    def format_many(self, boards: Board) -> list[str]:
        return self.texts_of(boards, self.symbols, self.open_character)

    def one_line(self, text: str) -> str:
        return text.rstrip("\r\n").replace(" ", BLANK)

    def is_part(self, line: str, answer: bool = False) -> bool:
        del line, answer
        return False

    def render(self, values: Board) -> str:
        return self.format(values)

    def picture(
        self, values: Board, *, givens: Board | None = None, looks: Looks = NONE, notes: Notes = NONE
    ) -> Picture:
        """The row as it is written; marks stand below their characters, and notes in lines of their own."""
        cells = self.cells_of(values, values if givens is None else givens, looks)
        row = tuple((cell.text if cell.style != "open" else self.open_character, cell.style) for cell in cells)
        marks = "".join(MARKS.get(cell.style, " ") for cell in cells).rstrip()
        told = (Said(f"{self.cell_name(cell)}: {' '.join(note.strip('()'))}", "open") for cell, note in notes.items())
        return Picture((Frame((row, ((marks, "next"),)) if marks else (row,)), *told))

    def unit_text(self, constraint: Constraint) -> str:
        return "the row" if len(constraint.cells) == self.rules.L > 1 else super().unit_text(constraint)


def automaton_of(words: Iterable[Sequence[int]], V: int) -> DFA:
    """The smallest automaton that accepts just these words over V values; of equal length, at least one of them.

    Examples
    --------
    >>> automaton_of([(0, 1), (1, 1)], 2).step
    ((-1, -1), (-1, 0), (1, 1))
    """
    states: dict[tuple[int, ...], int] = {(-1,) * V: 0}  # transitions -> number; 0 accepts, and words end there

    def state(suffixes: list[Sequence[int]], at: int) -> int:
        if at == len(suffixes[0]):
            return 0
        heads: dict[int, list[Sequence[int]]] = {}
        for word in suffixes:
            heads.setdefault(word[at], []).append(word)
        row = tuple(state(heads[v], at + 1) if v in heads else -1 for v in range(V))
        return states.setdefault(row, len(states))

    start = state(list(words), 0)
    return DFA(start, frozenset({0}), tuple(states))
