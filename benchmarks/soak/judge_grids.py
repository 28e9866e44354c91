"""The judge's kinds that are known by name: one board, of which a text gives some cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import product
from math import isqrt

from .judge import DIGITS, Among, Between, Cells, Different, Holds, Puzzle, Rule, Unjudged, latin

__all__ = ["GRIDS", "REGEX", "boxes"]

BRACKETS = 12
CHAIN = 4
EQUATION = "0123456789+-*="
REGEX = "(ab|c)*d?"


def boxes(n: int, high: int) -> tuple[Rule, ...]:
    """The boxes of n x n cells, each `high` rows high."""
    wide = n // high
    return tuple(
        Different(tuple((top + r) * n + left + c for r in range(high) for c in range(wide)))
        for top in range(0, n, high)
        for left in range(0, n, wide)
    )


@lru_cache(maxsize=64)
def sudoku(n: int) -> tuple[Rule, ...]:
    """Rows, columns, and boxes that are as square as can be, rather wide than high."""
    return latin(n) + boxes(n, next(high for high in range(isqrt(n), 0, -1) if n % high == 0))


@lru_cache(maxsize=1)
def windoku() -> tuple[Rule, ...]:
    windows = [
        Different(tuple((top + r) * 9 + left + c for r in range(3) for c in range(3)))
        for top in (1, 5)
        for left in (1, 5)
    ]
    return (*sudoku(9), *windows)


@lru_cache(maxsize=1)
def diagonals() -> tuple[Rule, ...]:
    return (*sudoku(9), Different(tuple(range(0, 81, 10))), Different(tuple(range(8, 80, 8))))


def leaps(*steps: tuple[int, int]) -> tuple[Rule, ...]:
    """Sudoku in which no two cells that are one of these steps apart hold the same."""
    squares = list(product(range(9), repeat=2))
    ends = [((r, c), (r + down, c + right)) for r, c in squares for down, right in steps]
    pairs = [(9 * r + c, 9 * r2 + c2) for (r, c), (r2, c2) in ends if r2 < 9 and 0 <= c2 < 9]
    return (*sudoku(9), *map(Different, pairs))


@lru_cache(maxsize=1)
def queens() -> tuple[Rule, ...]:
    n, squares = 8, list(product(range(8), repeat=2))
    one = [line.cells for line in latin(n) if isinstance(line, Different)]
    slants = [tuple(n * r + c for r, c in squares if r + c == i) for i in range(2 * n - 1)]
    slants += [tuple(n * r + c for r, c in squares if r - c == i) for i in range(1 - n, n)]
    return (*(Between(line, 1, 1, 1) for line in one), *(Between(slant, 1, 0, 1) for slant in slants))


def balanced(values: Cells) -> bool:
    depth = 0
    for value in values:
        depth += 1 - 2 * value
        if depth < 0:
            return False
    return depth == 0


@lru_cache(maxsize=1)
def equations(length: int) -> frozenset[Cells]:
    """All true equations A+B=C, A-B=C, A*B=C of the length, without leading zeros."""
    found = set()
    for a in range(10 ** (length - 4)):
        for b in range(10 ** max(0, length - 3 - len(str(a)))):
            for text in (f"{a}+{b}={a + b}", f"{a + b}-{b}={a}", f"{a}*{b}={a * b}"):
                if len(text) == length:
                    found.add(tuple(EQUATION.index(sign) for sign in text))
    return frozenset(found)


def matched(values: Cells) -> bool:
    return re.fullmatch(REGEX, "".join("abcd"[value] for value in values)) is not None


def _board(symbols: str, cells: int, rules: Callable[[], tuple[Rule, ...]], text: str) -> Puzzle:
    if len(text) != cells or not set(text) <= {*symbols, "."}:
        raise Unjudged(text)
    return Puzzle(symbols, text, rules())


def _line(symbols: str, cells: int, rule: Callable[[Cells], Rule]) -> Callable[[str], Puzzle]:
    return partial(_board, symbols, cells, lambda: (rule(tuple(range(cells))),))


CHAINS = frozenset(tuple((k + i) % 10 for i in range(CHAIN)) for k in range(10))

GRIDS: dict[str, Callable[[str], Puzzle]] = {
    **{f"sudoku-{n}x{n}": partial(_board, DIGITS[:n], n * n, partial(sudoku, n)) for n in (4, 6, 9, 16)},
    "latin-7": partial(_board, DIGITS[:7], 49, partial(latin, 7)),
    "windoku": partial(_board, DIGITS[:9], 81, windoku),
    "sudoku-x": partial(_board, DIGITS[:9], 81, diagonals),
    "anti-knight": partial(_board, DIGITS[:9], 81, partial(leaps, (1, 2), (1, -2), (2, 1), (2, -1))),
    "anti-king": partial(_board, DIGITS[:9], 81, partial(leaps, (1, 1), (1, -1))),
    "queens-8": partial(_board, "_Q", 64, queens),
    "brackets-12": _line("()", BRACKETS, lambda cells: Holds(cells, balanced)),
    "equation-7": _line(EQUATION, 7, lambda cells: Among(cells, equations(7))),
    "chain": _line("0123456789", CHAIN, lambda cells: Among(cells, CHAINS)),
    f"regex:6:{REGEX}": _line("abcd", 6, lambda cells: Holds(cells, matched)),
}
