"""How Simon Tatham's games write cells in a run of characters, and cages and regions by the lines between cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ...plain import many
from .base import Scanner

__all__ = ["put_blocks", "put_grid", "take_blocks", "take_grid"]

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MAX_REPEAT = 10_000


def take_grid(scanner: Scanner, n: int) -> list[int | None]:
    """Numbers of `n` cells; a letter for 1 to 26 open ones, '_' between numbers side by side.

    Examples
    --------
    >>> take_grid(Scanner("1_23b", "this ID"), 4)
    [1, 23, None, None]
    """
    out: list[int | None] = []
    while len(out) < n:
        sign = scanner.peek()
        if sign == "_":
            scanner.take()
        elif sign and sign in LETTERS:
            out += [None] * (LETTERS.index(scanner.take()) + 1)
        elif number := scanner.digits():
            out.append(int(number))
        else:
            raise scanner.error(f"cells are described up to {len(out)} of {n}")
    if len(out) > n:
        raise scanner.error(f"{many(len(out), 'cell')}; wanted {n}")
    return out


def put_grid(numbers: Sequence[int | None]) -> str:
    """Their text.

    Examples
    --------
    >>> put_grid([1, 23, None, None])
    '1_23b'
    """
    out = ""
    for is_open, run in groupby(numbers, lambda number: number is None):
        if is_open:
            whole, rest = divmod(len(list(run)), 26)
            out += "z" * whole + (LETTERS[rest - 1] if rest else "")
        else:
            out += "_".join(map(str, run))
    return out


def _lines(n: int) -> list[tuple[int, int]]:
    """The cells on both sides of each line: those between cells of a row, row by row; then of a column, one by one."""
    upright = [(y * n + x, y * n + x + 1) for y in range(n) for x in range(n - 1)]
    return upright + [(y * n + x, (y + 1) * n + x) for x in range(n) for y in range(n - 1)]


def take_blocks(scanner: Scanner, n: int) -> list[int]:
    """[L] the block of each cell, numbered by first cells: how many places without a line stand before each line.

    A letter says how many, '_' none; z says 25, and no line after them; a number after one repeats it. There is one
    more line after the last place.

    Examples
    --------
    >>> take_blocks(Scanner("b__", "this ID"), 2)
    [0, 0, 1, 1]
    """
    places = _lines(n)
    joined: list[bool] = []
    while len(joined) <= len(places):
        sign = scanner.peek()
        if not sign or sign not in "_" + LETTERS:
            raise scanner.error("wanted lines between cells, '_' or letters")
        scanner.take()
        times = int(scanner.digits() or 1)
        if not 1 <= times <= MAX_REPEAT:
            raise scanner.error(f"a repeat of {times}")
        one = [True] * 25 if sign == "z" else [True] * ("_" + LETTERS).index(sign) + [False]
        joined += one * min(times, len(places) + 1)
    if len(joined) > len(places) + 1 or joined[-1]:
        raise scanner.error("lines do not fit the board")
    root = list(range(n * n))

    def find(cell: int) -> int:
        while root[cell] != cell:
            root[cell] = cell = root[root[cell]]
        return cell

    for (a, b), same in zip(places, joined, strict=False):
        if same:
            low, high = sorted((find(a), find(b)))
            root[high] = low
    numbers: dict[int, int] = {}
    return [numbers.setdefault(find(cell), len(numbers)) for cell in range(n * n)]


def put_blocks(blocks: Sequence[int], n: int, *, repeats: bool = False) -> str:
    """Their text; with `repeats` three and more of a letter are one with a number.

    Examples
    --------
    >>> put_blocks([0, 0, 1, 1], 2), put_blocks([0, 1, 2, 3], 2, repeats=True)
    ('b__', '_5')
    """
    out, run = "", 0
    for same in [*(blocks[a] == blocks[b] for a, b in _lines(n)), False]:
        if same:
            run += 1
            continue
        out += "z" * ((run - 1) // 25) if run > 25 else ""
        run = run - 25 * ((run - 1) // 25) if run > 25 else run
        out += ("_" + LETTERS)[run]
        run = 0
    if not repeats:
        return out
    groups = ((sign, len(list(same))) for sign, same in groupby(out))
    return "".join(sign * times if times < 3 else f"{sign}{times}" for sign, times in groups)
