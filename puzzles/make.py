"""Make the puzzle files beside this script, all from our own generator: `python puzzles/make.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from vmdsolve.checker import violations
from vmdsolve.domains import get
from vmdsolve.problem import OPEN, Board
from vmdsolve.search import generate_values, propagate, solve_values

SEED = 20251123
CANDIDATES = 20_000  # the hard puzzles are the hardest of so many


def some(domain: str, n: int, about: str, clues: int | None = None) -> Iterator[str]:
    """n puzzles with one solution each."""
    where = get(domain)
    yield f"# {n} {about}"
    yield from where.format_many(generate_values(where.rules, n, seed=SEED, clues=clues)[0])


def with_solutions(domain: str, n: int, clues: int) -> Iterator[str]:
    """n puzzles and their solutions, as csv."""
    where = get(domain)
    yield "puzzle,solution"
    made = generate_values(where.rules, n, seed=SEED, clues=clues)
    yield from map(",".join, zip(*map(where.format_many, made), strict=True))


def hard() -> Iterator[str]:
    """The 100 puzzles whose single solution takes the most search to prove."""
    where = get("sudoku-9x9")
    boards, _ = generate_values(where.rules, CANDIDATES, seed=SEED + 1)
    nodes = solve_values(where.rules, boards, limit=2).nodes
    hardest = np.argsort(-nodes, kind="stable")[:100]
    yield f"# 100 minimal 9x9 Sudoku puzzles, the hardest of {CANDIDATES:,} by nodes of exact search:"
    first, last = nodes[hardest[[0, -1]]].tolist()
    yield f"# {first} (the first puzzle) to {last} (the last); {(nodes == 1).mean():.0%} of all took 1"
    yield from where.format_many(boards[hardest])


def multiple() -> Iterator[str]:
    """Minimal puzzles short of one given: each has several solutions."""
    where = get("sudoku-9x9")
    boards, _ = generate_values(where.rules, 5, seed=SEED + 2)
    boards[np.arange(5), (boards != OPEN).argmax(axis=1)] = OPEN
    counts = solve_values(where.rules, boards, limit=None).counts.tolist()
    yield f"# 9x9 Sudoku puzzles with several solutions: {', '.join(map(str, counts))}"
    yield from where.format_many(boards)


def clash() -> Iterator[str]:
    """A puzzle whose givens clash, and one whose givens do not, yet that has no solution."""
    where = get("sudoku-9x9")
    board = generate_values(where.rules, 1, seed=SEED + 3)[0][0]
    first, second = np.flatnonzero(board[:9] != OPEN)[:2]
    seen = board.copy()
    seen[second] = seen[first]
    yield "# no solution, and the eye sees it: two givens of the first row are equal"
    yield where.format(seen)
    yield "# no solution, though no two givens clash; propagation alone does not see it"
    yield where.format(next(_unsolvable(board)))


def _unsolvable(board: Board) -> Iterator[Board]:
    rules = get("sudoku-9x9").rules
    for cell in np.flatnonzero(board == OPEN):
        for value in range(9):
            changed = board.copy()
            changed[cell] = value
            quiet = not violations(rules, changed) and not propagate(rules, changed[None])[1][0]
            if quiet and solve_values(rules, changed[None]).counts[0] == 0:
                yield changed


FILES: dict[str, Callable[[], Iterator[str]]] = {
    "sudoku/mini.txt": lambda: some("sudoku-4x4", 20, "minimal 4x4 Sudoku puzzles"),
    "sudoku/sudoku6.txt": lambda: some("sudoku-6x6", 50, "minimal 6x6 Sudoku puzzles, boxes of 2 rows by 3 columns"),
    "sudoku/easy.txt": lambda: some("sudoku-9x9", 100, "9x9 Sudoku puzzles with 36 givens", 36),
    "sudoku/hard.txt": hard,
    "sudoku/sudoku16.csv": lambda: with_solutions("sudoku-16x16", 10, 120),
    "sudoku/multiple.txt": multiple,
    "sudoku/clash.txt": clash,
    "latin/latin5.txt": lambda: some("latin-5", 50, "minimal Latin squares of order 5"),
}

if __name__ == "__main__":
    for name, lines in FILES.items():
        (Path(__file__).parent / name).write_text("\n".join(lines()) + "\n")
        print(name)
