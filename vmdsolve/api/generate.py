"""Random problems with exactly one solution, of any domain.

Where the domain has one board, its problems differ in their givens, and the native generator makes them. Where
each problem has clues of its own, boards are invented until the clues of one have a single solution; if none does
in a few tries, givens settle what the clues of the last leave open.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from .. import domains, search
from ..domains import Clued, Domain, Family
from ..errors import InvalidInput
from ..problem import OPEN, Board, Problem, Rules
from ..search.breed import breed
from ..search.threads import spread

__all__ = ["generate"]

BOARDS = 16  # invented for one problem, at most
TEST_NODES = 20_000  # propagations that the proof of uniqueness may cost before a board counts as hopeless
CELLS_AT_ONCE = 4096  # small enough that Ctrl-C is heard


def generate(
    domain: str | Domain,
    n: int = 1,
    *,
    seed: int = 0,
    first: int = 0,
    clues: int | None = None,
    size: int | None = None,
    density: float | None = None,
    harder: int = 0,
    threads: int = 0,
) -> Iterator[tuple[Problem, Board]]:
    """Problems with exactly one solution, each with its solution [L].

    >>> [(problem.layout.write(problem.values), answer.tolist()) for problem, answer in generate("latin-2", 2)]
    [('...1', [0, 1, 1, 0]), ('..2.', [0, 1, 1, 0])]

    Problem i is a function of the domain, the options, seed and first + i only.

    Arguments
        clues      givens to leave; None: none can be spared, and where a problem has other clues, none if possible
        size       of the board, where problems have boards of their own; None: the domain's own choice
        density    how many other clues there are, above 0 to 1, where problems have them; None: likewise. What it
                   counts is said by the domain's class
        harder     rounds of breeding (see breeding.py), where the domain has one board: each may make a problem harder
                   for exact search; 100 rounds bring a 9x9 Sudoku from 5 to about 60 propagations
        threads    0: all cores; the result does not depend on it

    Raises InvalidInput (unknown domain, an argument out of range), RuntimeError (no solution found to start from).
    """
    where = domains.get(domain) if isinstance(domain, str) else domain
    if n < 0 or first < 0:
        raise InvalidInput(f"n and first are {n} and {first}; wanted 0 or more")
    if not 0 <= seed < 2**64:
        raise InvalidInput(f"seed must be in 0..2**64 - 1, got {seed}")
    if harder < 0 or (harder and (clues is not None or isinstance(where, Family))):
        raise InvalidInput(f"harder is {harder}; wanted 0 or more rounds, for a domain of one board and without clues")
    if not isinstance(where, Family):
        if (size, density) != (None, None):
            raise InvalidInput(f"{where.name} has one board; size and density are for domains that make boards")
        return _on_one_board(where, n, seed, first, clues, harder, threads)
    kind = where.kind
    size = kind.size if size is None else size
    density = kind.density if density is None else density
    if size not in kind.sizes:
        raise InvalidInput(f"size is {size}; {where.name} is made in sizes {', '.join(map(str, kind.sizes))}")
    if not 0 < density <= 1:
        raise InvalidInput(f"density is {density}; wanted above 0, to 1")
    return spread(partial(_invented, kind, seed, clues, size, density), range(first, first + n), threads)


def _on_one_board(
    domain: Domain, n: int, seed: int, first: int, clues: int | None, harder: int, threads: int
) -> Iterator[tuple[Problem, Board]]:
    chunk = max(1, CELLS_AT_ONCE // domain.rules.L)
    for i in range(0, n, chunk):
        puzzles, answers = search.generate_values(
            domain.rules, min(chunk, n - i), seed=seed, first=first + i, clues=clues, threads=threads
        )
        if harder:
            puzzles, _ = breed(
                domain.rules, puzzles, answers, rounds=harder, seed=seed, first=first + i, threads=threads
            )
        for puzzle, answer in zip(puzzles, answers, strict=True):
            yield Problem(domain.name, domain.rules, puzzle, domain), answer


def _invented(
    kind: type[Clued], seed: int, clues: int | None, size: int, density: float, index: int
) -> tuple[Problem, Board]:
    rng = np.random.default_rng((seed, index))

    def draw(rules: Rules, givens: int | None) -> tuple[Board, Board]:
        puzzles, answers = search.generate_values(rules, 1, seed=int(rng.integers(2**63)), clues=givens, threads=1)
        return puzzles[0], answers[0]

    def fill(rules: Rules) -> Board:
        return draw(rules, rules.L)[1]

    board = kind.invent(rng, size, density, fill)
    for _ in range(0 if clues else BOARDS):
        nothing = np.full((1, board.rules.L), OPEN, np.int32)
        found = search.solve_values(board.rules, nothing, limit=2, node_limit=TEST_NODES, threads=1)
        if found.complete[0] and found.counts[0] == 1:
            return Problem(board.name, board.rules, nothing[0], board), found.values[0]
        board = kind.invent(rng, size, density, fill)
    puzzle, answer = draw(board.rules, clues)
    return Problem(board.name, board.rules, puzzle, board), answer
