"""Problems of a wanted difficulty, picked from those that a generator makes.

A problem that is too easy is dropped. One that is too hard gets givens back, in random order, the fewest that bring it
down: more givens never make a problem harder, so bisection finds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Self

import numpy as np

from ..deadline import Deadline
from ..hints.grade import DIFFICULTIES, Grade, grade, is_within
from ..problem import OPEN, Board, Problem
from .options import Options

__all__ = ["Generated", "Unpicked", "picked"]

MOST_TRIED, CELLS_TRIED = 500, 40_000  # problems that are looked at for one, and their cells


class Generated(tuple[Problem, Board]):
    """A problem and its answer [L], as a pair.

    Examples
    --------
    >>> from vmdsolve import generate
    >>> problem, answer = made = next(generate("sudoku-4x4", seed=1))
    >>> made.problem is problem, made.grade
    (True, Grade(difficulty='easy', technique='hidden single', rating=3.0))
    """

    def __new__(cls, problem: Problem, answer: Board) -> Self:
        return super().__new__(cls, (problem, answer))

    def __getnewargs__(self) -> tuple[Problem, Board]:
        return self[0], self[1]

    @property
    def problem(self) -> Problem:
        return self[0]

    @property
    def answer(self) -> Board:
        return self[1]

    @cached_property
    def grade(self) -> Grade:
        """How hard the problem is for a person, see `grade`."""
        return grade(self.problem, time_limit=None)


class Unpicked(TimeoutError):
    """The time ran out; says how hard those problems were that were made."""


def picked(
    what: str, source: Iterator[Generated], options: Options, rng: np.random.Generator, clock: Deadline
) -> Generated:
    """The first of them that is as hard as the options ask for, or becomes so; without such an option the first.

    Raises
    ------
    RuntimeError
        None is.
    Unpicked
        None was in time.
    """
    if options.difficulty is None:
        return next(source)
    rank = DIFFICULTIES.index(options.difficulty)
    seen: Counter[str] = Counter()
    try:
        for made in source:
            found = _rank(made.problem, rank, clock)
            if found > rank and options.clues is None:
                made = _eased(made, rank, options, rng, clock)
                found = _rank(made.problem, rank, clock)
            if found == rank and (made.problem.values == OPEN).any():
                return made
            seen["harder" if found > rank else DIFFICULTIES[found]] += 1
            if seen.total() >= max(4, min(MOST_TRIED, CELLS_TRIED // len(made.answer))):
                break
    except TimeoutError:
        if not seen:
            raise
        raise Unpicked(_told(seen)) from None
    raise RuntimeError(f"no {what} was found, but {_told(seen)}")


def _told(seen: Counter[str]) -> str:
    kinds = ", ".join(f"{n} {name}" for name, n in sorted(seen.items(), key=lambda item: -item[1]))
    return f"{kinds} one{'s' * (seen.total() > 1)}"


def _rank(problem: Problem, most: int, clock: Deadline) -> int:
    """How hard a problem is, by its place in DIFFICULTIES; most + 1 if it is harder than `most`."""
    for rank in range(min(most, len(DIFFICULTIES) - 2), -1, -1):  # nothing is harder than the last
        if not is_within(problem, DIFFICULTIES[rank], clock):
            return rank + 1
    return 0


def _eased(made: Generated, rank: int, options: Options, rng: np.random.Generator, clock: Deadline) -> Generated:
    """With the fewest givens, in random order, that make it as easy as `rank`."""
    problem, answer = made
    order = rng.permutation(np.flatnonzero(problem.values == OPEN))

    def with_givens(n: int) -> Problem:
        values = problem.values.copy()
        values[order[:n]] = answer[order[:n]]
        if options.symmetric:
            values = np.where(values[::-1] != OPEN, answer, values)
        return replace(problem, values=values)

    low, high = 0, len(order)  # too few, enough
    while high - low > 1:
        middle = (low + high) // 2
        if is_within(with_givens(middle), DIFFICULTIES[rank], clock):
            high = middle
        else:
            low = middle
    return Generated(with_givens(high), answer)
