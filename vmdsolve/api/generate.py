"""Random problems with exactly one solution, of any domain.

Where the domain has one board, its problems differ in their givens, and the native generator makes them. Where
each problem has clues of its own, boards are invented until the clues of one have a single solution; if none does
in a few tries, givens settle what the clues of the last leave open.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Unpack

import numpy as np

from .. import domains, search
from ..arguments import whole
from ..deadline import Deadline
from ..domains import Clued, Domain, Family
from ..errors import InvalidInput
from ..problem import OPEN, Board, Problem, Rules
from ..search.breed import breed
from ..search.threads import spread
from .option import takes
from .options import GenerateOptions, Options

__all__ = ["generate"]

BOARDS = 16  # invented for one problem, at most
TEST_NODES = 20_000  # propagations that the proof of uniqueness may cost before a board counts as hopeless
CELLS_AT_ONCE = 4096  # of puzzles made together, so that the first ones come soon


@takes(GenerateOptions)
def generate(
    domain: str | Domain, n: int = 1, **options: Unpack[GenerateOptions]
) -> Iterator[tuple[Problem, Board]]:
    """Problems with exactly one solution, each with its solution [L].

    Problem i is a function of the domain, the options, seed and first + i only. What size and density count, the
    domain's class says; their defaults are its own.

    Parameters
    ----------
    domain
        Its name or a Domain.
    n
        How many.
    {options}

    Yields
    ------
    tuple of Problem and array
        As soon as they are made.

    Raises
    ------
    InvalidInput
        At the call: unknown domain, an option out of range or not for this domain.
    RuntimeError
        No solution was found to start from.
    TimeoutError
        A puzzle took longer than the time limit; those that are made together share theirs.

    Examples
    --------
    >>> [(problem.layout.write(problem.values), answer.tolist()) for problem, answer in generate("latin-2", 2)]
    [('...1', [0, 1, 1, 0]), ('..2.', [0, 1, 1, 0])]
    """
    where = domain if isinstance(domain, Domain) else domains.get(domain)
    n, checked = whole(n, "n", 0), Options(GenerateOptions, **options)
    harder = checked.harder
    if harder and (checked.clues is not None or isinstance(where, Family)):
        raise InvalidInput(f"harder is {harder}; wanted 0, unless the domain has one board and clues are left open")
    if not isinstance(where, Family):
        if (checked.size, checked.density) != (None, None):
            raise InvalidInput(f"{where.name} has one board; size and density are for domains that make boards")
        return _on_one_board(where, n, checked)
    kind = where.kind
    size = kind.size if checked.size is None else checked.size
    density = kind.density if checked.density is None else checked.density
    if size not in kind.sizes:
        raise InvalidInput(f"size is {size}; {where.name} is made in sizes {', '.join(map(str, kind.sizes))}")
    make = partial(_invented, kind, checked, size, density)
    return spread(make, range(checked.first, checked.first + n), checked.threads)


def _on_one_board(domain: Domain, n: int, options: Options) -> Iterator[tuple[Problem, Board]]:
    chunk, rules = max(1, CELLS_AT_ONCE // domain.rules.L), domain.rules
    for start in range(options.first, options.first + n, chunk):
        some = min(chunk, options.first + n - start)
        clock, same = Deadline(options.time_limit, n=some), {"seed": options.seed, "threads": options.threads}
        with _timed(domain.name, clock):
            puzzles, answers = search.generate_values(
                rules, some, first=start, clues=options.clues, time_limit=clock.limit_of_all, **same
            )
            if options.harder:
                puzzles, _ = breed(rules, puzzles, answers, rounds=options.harder, first=start, clock=clock, **same)
        for puzzle, answer in zip(puzzles, answers, strict=True):
            yield Problem(domain.name, rules, puzzle, domain), answer


def _invented(kind: type[Clued], options: Options, size: int, density: float, index: int) -> tuple[Problem, Board]:
    rng, clock = np.random.default_rng((options.seed, index)), Deadline(options.time_limit)

    def draw(rules: Rules, givens: int | None) -> tuple[Board, Board]:
        puzzles, answers = search.generate_values(
            rules, 1, seed=int(rng.integers(2**63)), clues=givens, time_limit=clock.limit, threads=1
        )
        return puzzles[0], answers[0]

    def fill(rules: Rules) -> Board:
        return draw(rules, rules.L)[1]

    with _timed(kind.name, clock):
        board = kind.invent(rng, size, density, fill)
        for _ in range(0 if options.clues else BOARDS):
            nothing = np.full((1, board.rules.L), OPEN, np.int32)
            found = search.solve_values(
                board.rules, nothing, limit=2, node_limit=TEST_NODES, time_limit=clock.limit, threads=1
            )
            if clock.over:
                raise TimeoutError
            if found.complete[0] and found.counts[0] == 1:
                return Problem(board.name, board.rules, nothing[0], board), found.values[0]
            board = kind.invent(rng, size, density, fill)
        puzzle, answer = draw(board.rules, options.clues)
    return Problem(board.name, board.rules, puzzle, board), answer


@contextmanager
def _timed(what: str, clock: Deadline) -> Iterator[None]:
    """Say what was not made where the time runs out."""
    try:
        yield
    except TimeoutError:
        raise TimeoutError(f"no puzzle of {what} was made in {clock.seconds:g} s; allow more") from None
