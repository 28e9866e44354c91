"""Regular: words that an automaton accepts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from vmdsolve._native import Kind

from .deadline import stop_point
from .errors import InvalidInput
from .problem import OPEN, Board, Constraint, Violation, as_cells

__all__ = ["DFA", "Regular"]

MOST_STATES = 2**28  # times cells, or symbols


@dataclass(frozen=True)
class DFA:
    """A deterministic automaton over values: `step[q][v]` is the next state, -1 = dead.

    Examples
    --------
    >>> no_two_ones = DFA(start=0, accept=frozenset({0, 1}), step=((0, 1), (0, -1)))
    """

    start: int
    accept: frozenset[int]
    step: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        states = len(self.step)
        if not 0 <= self.start < states:
            raise InvalidInput(f"DFA start is {self.start}; states are 0 to {states - 1}")
        if any(not 0 <= q < states for q in self.accept):
            raise InvalidInput(f"DFA accepts {sorted(self.accept)}; states are 0 to {states - 1}")
        for q, row in enumerate(self.step):
            if len(row) != len(self.step[0]):
                raise InvalidInput(f"DFA state {q} has {len(row)} transitions, state 0 has {len(self.step[0])}")
            if any(not -1 <= target < states for target in row):
                raise InvalidInput(f"DFA state {q} leads to {row}; states are 0 to {states - 1}, -1 = dead")

    def takes(self, word: Sequence[int]) -> bool:
        """Whether a full word is accepted; a value that it does not know is in none."""
        state, width = self.start, len(self.step[0])
        for value in word:
            state = self.step[state][value] if 0 <= value < width else -1
            if state < 0:
                return False
        return state in self.accept

    @cached_property
    def native(self) -> array[int]:
        """What the propagator is told; kept, because many units of many problems share an automaton."""
        flags = [int(q in self.accept) for q in range(len(self.step))]
        return array("q", [len(self.step), self.start, *flags, *chain.from_iterable(self.step)])


@dataclass(frozen=True)
class Regular(Constraint):
    """The cells' values, read in order, are a word that the automaton accepts."""

    cells: tuple[int, ...]
    dfa: DFA
    relation: str

    def __init__(self, cells: Iterable[int], dfa: DFA, relation: str = "regular") -> None:
        object.__setattr__(self, "cells", as_cells(cells, "Regular"))
        object.__setattr__(self, "dfa", dfa)
        object.__setattr__(self, "relation", relation)

    def violations(self, values: Sequence[int]) -> list[Violation]:
        word = [int(values[cell]) for cell in self.cells]
        if self.dfa.takes(word):
            return []  # as nearly always
        states = {self.dfa.start}
        for value in word:
            stop_point()
            rows = (self.dfa.step[q] for q in states)
            states = {t for row in rows for t in (row if value == OPEN else row[value : value + 1]) if t >= 0}
        if states & self.dfa.accept:
            return []
        return [Violation(self.relation, self.cells, "the word is not one that the rule accepts", rule=self)]

    def accepts(self, boards: Board) -> npt.NDArray[np.bool_]:
        dead, width = len(self.dfa.step), len(self.dfa.step[0])
        step = np.full((dead + 1, width + 1), dead)  # one more column: a value that the automaton does not know
        step[:dead, :width] = self.dfa.step
        step[step < 0] = dead
        state = np.full(len(boards), self.dfa.start)
        for cell in self.cells:
            state = step[state, np.minimum(boards[:, cell], width)]
        return np.isin(state, sorted(self.dfa.accept))

    def native(self) -> tuple[Kind, array[int]]:
        return Kind["Regular"], self.dfa.native

    def fault(self, V: int) -> str | None:
        states, width = len(self.dfa.step), len(self.dfa.step[0])
        if width != V:
            return f"has transitions for {width} symbols; wanted {V}, one for each (-1 = dead)"
        if states * max(len(self.cells) + 1, V) > MOST_STATES:
            return f"has {states} states for {len(self.cells)} cells; wanted at most 2**28 of both multiplied"
        return None
