"""grade: how hard a problem is for a person, by the hardest technique of hints that it takes (climb.py)."""

from __future__ import annotations

from typing import NamedTuple

from ..arguments import seconds
from ..deadline import Deadline, within
from ..domains import Domain
from ..domains.reading import Grid, read
from ..problem import Problem
from .climb import RANKS, Climb

__all__ = ["DIFFICULTIES", "Grade", "grade", "is_within"]

HARDEST = {"easy": "naked single", "medium": "locked candidates", "hard": "triple", "expert": "search"}
DIFFICULTIES = tuple(HARDEST)


class Grade(NamedTuple):
    """How hard a problem is for a person.

    Attributes
    ----------
    difficulty
        "easy": single symbols and single places are enough; "medium": narrowing or locked candidates are needed;
        "hard": pairs or triples; "expert": trial, or search
    technique
        the hardest that cannot be spared, one of `hint`'s; of a problem with no open cell, "solved"
    rating
        how many techniques are easier, and the share of the open cells that were left when these came to an end: 5.38
        is the sixth technique, locked candidates, needed when 38 % were left. 0: nothing was open
    """

    difficulty: str
    technique: str
    rating: float


def grade(problem: Grid, *, domain: str | Domain | None = None, time_limit: float | None = 10.0) -> Grade:
    """How hard a problem with one answer is for a person: by the hardest technique of hints that it takes.

    The technique is the same for every order of steps, and never a harder one with more givens.

    Parameters
    ----------
    problem
        Whatever `solve` takes.
    domain
        Its name, or a Domain; None: found by the problem's size.
    time_limit
        Seconds for all of it; None: no limit.

    Returns
    -------
    Grade

    Raises
    ------
    InvalidInput
        As `solve` does; and where there is no answer, or more than one.
    TimeoutError
        The time limit ran out.

    Examples
    --------
    >>> grade("1......2..4..3..")
    Grade(difficulty='easy', technique='hidden single', rating=3.0)
    >>> grade("8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..").difficulty
    'expert'
    """
    clock = Deadline(seconds(time_limit))
    given = read(problem, domain)
    try:
        with within(clock):
            climb = Climb(given, clock)
            begun = climb.open
            if not begun:
                return Grade("easy", "solved", 0.0)
            rank, left = climb.solve(len(RANKS) - 1)
    except TimeoutError:
        raise TimeoutError(f"the grade was not settled in {clock.seconds:g} s; allow more") from None
    difficulty = next(name for name, hardest in HARDEST.items() if rank <= RANKS.index(hardest))
    return Grade(difficulty, RANKS[rank], round(rank + left / begun, 2))


def is_within(problem: Problem, difficulty: str, clock: Deadline | None = None) -> bool:
    """True if techniques of this difficulty, or easier ones, solve the problem; faster than its grade.

    Examples
    --------
    >>> is_within(read("1......2..4..3.."), "easy"), is_within(read("1" + "." * 80), "hard")
    (True, False)
    """
    clock = clock or Deadline(None)
    with within(clock):
        climb = Climb(problem, clock)
        climb.solve(RANKS.index(HARDEST[difficulty]))
    return not climb.open
