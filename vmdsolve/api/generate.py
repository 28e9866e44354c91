"""Random problems with exactly one solution, of any domain.

Where the domain has one board, its problems differ in their givens, and the native generator makes them. Where
each problem has clues of its own, boards are invented until the clues of one have a single solution; if none does
in a few tries, givens settle what the clues of the last leave open. How hard problems are made: graded.py.
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
from .checked import MOST_NATIVE
from .graded import Generated, Unpicked, picked
from .option import takes
from .options import GenerateOptions, Options

__all__ = ["Generated", "generate"]

BOARDS = 16  # invented for one problem, at most
TEST_NODES = 20_000  # propagations that the proof of uniqueness may cost before a board counts as hopeless
CELLS_AT_ONCE = 4096  # of puzzles made together, so that the first ones come soon
FEWEST = {  # givens of a puzzle with one answer, where that is proved
    "sudoku-4x4": (4, "every grid was searched"),
    "sudoku-9x9": (17, "McGuire, Tugemann and Civario searched every grid, 2012"),
}


@takes(GenerateOptions)
def generate(domain: str | Domain, n: int = 1, **options: Unpack[GenerateOptions]) -> Iterator[Generated]:
    """Problems with exactly one solution, each with its solution [L].

    Problem i is a function of the domain, the options, seed and first + i only. What size and density count, the
    domain's class says; their defaults are its own. Unless clues or a difficulty ask for more givens, none can be
    spared; on boards of more than 256 cells perhaps some can, for there proving that would take minutes.

    Parameters
    ----------
    domain
        Its name or a Domain.
    n
        How many.
    {options}

    Yields
    ------
    Generated
        As soon as they are made: pairs of a Problem and its answer, which know how hard they are.

    Raises
    ------
    InvalidInput
        At the call: unknown domain, an option out of range or not for this domain.
    RuntimeError
        What was asked for was not found: a solution to start from, so few clues, so hard a problem. Says what was.
    TimeoutError
        A puzzle took longer than the time limit; those that are made together share theirs.

    Examples
    --------
    >>> [(problem.layout.write(problem.values), answer.tolist()) for problem, answer in generate("latin-2", 2)]
    [('...1', [0, 1, 1, 0]), ('..2.', [0, 1, 1, 0])]
    >>> next(generate("sudoku-9x9", difficulty="hard")).grade.difficulty
    'hard'
    """
    where = domain if isinstance(domain, Domain) else domains.get(domain)
    n, checked = whole(n, "n", 0), Options(GenerateOptions, **options)
    if n > MOST_NATIVE - checked.first:
        raise InvalidInput(f"n is {n}; wanted fewer, as puzzles have numbers up to {MOST_NATIVE:,}")
    harder, others = checked.harder, (checked.clues, checked.difficulty, checked.symmetric or None)
    if harder and (isinstance(where, Family) or others != (None, None, None)):
        raise InvalidInput(
            f"harder is {harder}; wanted 0, unless the domain has one board, and clues, difficulty and symmetric are "
            "left out"
        )
    if isinstance(where, Family):
        make = _inventor(where.kind, checked)
    else:
        _check_on_one_board(where, checked)
        if checked.difficulty is None:
            return _on_one_board(where, n, checked)
        make = partial(_drawn, where, checked)
    return spread(partial(_picked, where.name, checked, make), range(checked.first, checked.first + n), checked.threads)


# Boards that a domain has one of ---------------------------------------------------------------------


def _check_on_one_board(domain: Domain, options: Options) -> None:
    name, L, clues = domain.name, domain.rules.L, options.clues
    if (options.size, options.density) != (None, None):
        raise InvalidInput(f"{name} has one board; size and density are for domains that make boards")
    if not domain.rules.constraints:
        raise InvalidInput(f"{name} has no rules, so nothing settles an open cell; to draw boards there is sample")
    if clues is None:
        return
    _check_clues(name, L, clues)
    fewest, why = FEWEST.get(name, (0, ""))
    if clues < fewest:
        raise InvalidInput(f"clues is {clues}; a puzzle of {name} with one answer has {fewest} or more ({why})")
    if options.symmetric and clues % 2 and L % 2 == 0:
        raise InvalidInput(f"clues is {clues}; symmetric givens of {L} cells come in pairs: wanted an even number")


def _check_clues(name: str, L: int, clues: int | None) -> None:
    if clues is not None and clues >= L:
        raise InvalidInput(f"clues is {clues}; this board of {name} has {L} cells: wanted at most {L - 1}")


def _attempts(L: int) -> int:
    """Solutions that are tried for a wanted number of givens; a 9x9 Sudoku takes half a millisecond."""
    return 2000 if L <= 100 else 32


def _enough(name: str, puzzle: Board, clues: int | None) -> None:
    """Say so where a puzzle keeps more givens than were asked for."""
    givens, tried = int((puzzle != OPEN).sum()), _attempts(puzzle.size)
    if clues is not None and givens > clues:
        raise RuntimeError(
            f"no puzzle of {name} with {clues} clues was found: the fewest are {givens}, in {tried:,} tries; "
            "ask for more clues, or take another seed"
        )


def _on_one_board(domain: Domain, n: int, options: Options) -> Iterator[Generated]:
    chunk, rules = max(1, CELLS_AT_ONCE // domain.rules.L), domain.rules
    for start in range(options.first, options.first + n, chunk):
        some = min(chunk, options.first + n - start)
        clock, same = Deadline(options.time_limit, n=some), {"seed": options.seed, "threads": options.threads}
        with _timed(_asked(domain.name, options), clock):
            puzzles, answers = search.generate_values(
                rules, some, first=start, clues=options.clues, symmetric=options.symmetric,
                attempts=_attempts(rules.L), time_limit=clock.limit_of_all, **same,
            )  # fmt: skip
            if options.harder:
                puzzles, answers, _ = breed(
                    rules, puzzles, answers, rounds=options.harder, hardest=True, first=start, clock=clock, **same
                )
        for puzzle, answer in zip(puzzles, answers, strict=True):
            _enough(domain.name, puzzle, options.clues)
            if (puzzle != OPEN).all():
                raise RuntimeError(f"no puzzle of {domain.name} was found: no cell follows from the others")
            yield Generated(Problem(domain.name, rules, puzzle, domain), answer)


def _drawn(domain: Domain, options: Options, rng: np.random.Generator, clock: Deadline) -> Generated:
    """A problem of a domain with one board, from a random stream."""
    puzzle, answer = _problem_of(domain.rules, options, rng, clock)
    _enough(domain.name, puzzle, options.clues)
    return Generated(Problem(domain.name, domain.rules, puzzle, domain), answer)


def _problem_of(
    rules: Rules, options: Options, rng: np.random.Generator, clock: Deadline, clues: int | None = None
) -> tuple[Board, Board]:
    """Givens and answer; `clues`: instead of those asked for."""
    puzzles, answers = search.generate_values(
        rules, 1, seed=int(rng.integers(2**63)), clues=options.clues if clues is None else clues,
        symmetric=options.symmetric, attempts=_attempts(rules.L), time_limit=clock.limit, threads=1,
    )  # fmt: skip
    return puzzles[0], answers[0]


# Boards that are invented -----------------------------------------------------------------------------


def _inventor(kind: type[Clued], options: Options) -> partial[Generated]:
    """What makes one problem of a kind from a random stream and a clock."""
    name = kind.name
    if options.symmetric:
        raise InvalidInput(f"symmetric is for domains with one board; puzzles of {name} need no givens, or few")
    size = kind.size if options.size is None else options.size
    density = kind.density if options.density is None else options.density
    if size not in kind.sizes:
        raise InvalidInput(f"size is {size}; {name} is made in sizes {', '.join(map(str, kind.sizes))}")
    return partial(_invented, kind, options, size, density)


def _invented(
    kind: type[Clued], options: Options, size: int, density: float, rng: np.random.Generator, clock: Deadline
) -> Generated:
    def fill(rules: Rules) -> Board:
        return _problem_of(rules, options, rng, clock, rules.L)[1]

    board = kind.invent(rng, size, density, fill)
    for _ in range(0 if options.clues else BOARDS):
        nothing = np.full((1, board.rules.L), OPEN, np.int32)
        found = search.solve_values(
            board.rules, nothing, limit=2, node_limit=TEST_NODES, time_limit=clock.limit, threads=1
        )
        if clock.over:
            raise TimeoutError
        if found.complete[0] and found.counts[0] == 1:
            return Generated(Problem(board.name, board.rules, nothing[0], board), found.values[0])
        board = kind.invent(rng, size, density, fill)
    _check_clues(kind.name, board.rules.L, options.clues)
    puzzle, answer = _problem_of(board.rules, options, rng, clock)
    _enough(kind.name, puzzle, options.clues)
    return Generated(Problem(board.name, board.rules, puzzle, board), answer)


# One problem by its number ------------------------------------------------------------------------------


def _picked(name: str, options: Options, make: partial[Generated], index: int) -> Generated:
    rng, clock = np.random.default_rng((options.seed, index)), Deadline(options.time_limit)
    with _timed(_asked(name, options), clock):
        return picked(_asked(name, options), iter(partial(make, rng, clock), None), options, rng, clock)


def _asked(name: str, options: Options) -> str:
    hard = f"{options.difficulty} " if options.difficulty else ""
    return f"{hard}puzzle of {name}" + ("" if options.clues is None else f" with {options.clues} clues")


@contextmanager
def _timed(what: str, clock: Deadline) -> Iterator[None]:
    """Say what was not made where the time runs out."""
    try:
        yield
    except TimeoutError as late:
        seen = f", but {late}" if isinstance(late, Unpicked) else ""
        raise TimeoutError(f"no {what} was made in {clock.seconds:g} s{seen}; allow more") from None
