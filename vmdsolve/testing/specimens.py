"""Specimens: boards of one domain for the laws to look at, each a function of a seed and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..api.generate import generate
from ..domains import Domain, Family, layout_of
from ..problem import OPEN, Board, Problem, Rules
from ..search import generate_values, solve_values

__all__ = ["Specimens", "problem", "solution"]

SOLUTIONS, PROBLEMS, BOARDS = 8, 3, 4  # how many of each; boards where a domain makes them
LARGE = 1024  # cells from which on there is one problem and two solutions: each takes a second
MOST_OPEN = 160  # cells of a larger problem, where not minimal
MINIMAL = 256  # cells up to which problems are minimal: beyond, that takes minutes
SECONDS = 2.0  # to find a solution where a Predicate is in the way


def problem(domain: Domain, index: int, seed: int = 0) -> tuple[Problem, Board]:
    """Problem `index` of the domain, with one solution [L]; small ones where it has boards of several sizes.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> made, answer = problem(get("latin-3"), 0)
    >>> made.layout.format(made.values), answer.tolist()
    ('3.......2', [2, 1, 0, 1, 0, 2, 0, 2, 1])
    """
    if isinstance(domain, Family):
        sizes = domain.kind.sizes[:3]
        return next(generate(domain, seed=seed, first=index, size=sizes[index % len(sizes)], threads=1))
    L = domain.rules.L
    clues = None if L <= MINIMAL else max(3 * L // 4, L - MOST_OPEN)
    [puzzle], [answer] = generate_values(domain.rules, 1, seed=seed, first=index, clues=clues)
    return Problem(domain.name, domain.rules, puzzle, domain), answer


def solution(rules: Rules, seed: int) -> Board | None:
    """A random solution int32 [L], or None if there is none, or none was found in time (rules with a Predicate).

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> solution(get("pair").rules, seed=0).tolist()
    [6, 7]
    """
    if not rules.predicates:
        answers = generate_values(rules, 1, seed=seed, clues=rules.L)[1]
        return np.asarray(answers[0], np.int32)
    marginals = np.random.default_rng(seed).random((1, rules.L, rules.V), np.float32)
    empty = np.full((1, rules.L), OPEN, np.int32)
    found = solve_values(rules, empty, marginals=marginals, time_limit=SECONDS)
    return found.values[0] if found.counts[0] else None


class Specimens:
    """What the laws look at: one board of a domain.

    Attributes
    ----------
    source
        the domain under test
    domain
        its board: itself, or one that it made
    index
        of that board's problem among the domain's
    """

    def __init__(self, source: Domain, seed: int = 0, index: int = 0) -> None:
        self.source, self.seed, self.index = source, seed, index
        self.domain = layout_of(problem(source, index, seed)[0]) if isinstance(source, Family) else source
        self.rules = self.domain.rules

    @classmethod
    def of(cls, domain: Domain, seed: int = 0) -> Iterator[Specimens]:
        """One for a domain that is a board, several for one that makes them."""
        return (cls(domain, seed, i) for i in range(BOARDS if isinstance(domain, Family) else 1))

    def rng(self) -> np.random.Generator:
        """A generator of its own for each law that asks: laws do not hang on each other's order."""
        return np.random.default_rng((self.seed, self.index))

    @cached_property
    def solutions(self) -> Board:
        """[S, L] random solutions; S = 0 if none was found."""
        n = SOLUTIONS if self.rules.L < LARGE else 2
        found = [solution(self.rules, self.seed + i) for i in range(n)]
        return np.array([f for f in found if f is not None], np.int32).reshape(-1, self.rules.L)

    @cached_property
    def problems(self) -> list[tuple[Problem, Board]]:
        """Problems of this board with their one solution; none where rules hold a Predicate."""
        if self.rules.predicates:
            return []
        n = 1 if isinstance(self.source, Family) or self.rules.L >= LARGE else PROBLEMS
        return [problem(self.source, self.index + i, self.seed) for i in range(n)]

    def any_boards(self, rng: np.random.Generator, n: int) -> Board:
        """[n, L] boards of any values, a third of them full; rules mostly broken."""
        boards = rng.integers(0, self.rules.V, (n, self.rules.L))
        holes = rng.random((n, self.rules.L)) < rng.choice([0.0, 0.3, 0.8], (n, 1))
        return np.where(holes, OPEN, boards).astype(np.int32)

    def near(self, rng: np.random.Generator, n: int) -> Board:
        """[n, L] full boards: solutions, some with one to three cells changed, some with two cells swapped."""
        boards = self.solutions[rng.integers(0, len(self.solutions), n)]
        for i, board in enumerate(boards):
            if i % 3 == 1:
                cells = rng.integers(0, self.rules.L, rng.integers(1, 4))
                board[cells] = rng.integers(0, self.rules.V, len(cells))
            elif i % 3 == 2 and self.rules.L > 1:
                a, b = rng.choice(self.rules.L, 2, replace=False)
                board[[a, b]] = board[[b, a]]
        return boards

    def opened(self, rng: np.random.Generator, board: Board, n: int | None = None) -> Board:
        """[L] `board` with n random cells open; None: any number."""
        n = int(rng.integers(0, self.rules.L + 1)) if n is None else n
        out = board.copy()
        out[rng.permutation(self.rules.L)[:n]] = OPEN
        return out

    def text(self, board: Board | npt.NDArray[np.int64]) -> str:
        """A board for messages: as the domain writes it, or its values where that fails."""
        try:
            return repr(self.domain.write(np.asarray(board, np.int32)))
        except Exception:  # the adapter under test may do anything
            return f"values {np.asarray(board).tolist()}"
