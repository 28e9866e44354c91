"""The judge's kinds whose clues are marks on a board: signs, circles, bars, arrows, numbers in squares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain, pairwise

from .judge import (
    DIGITS,
    Between,
    Cells,
    Different,
    Holds,
    OneGroup,
    Puzzle,
    Rule,
    Total,
    Unjudged,
    grid,
    latin,
    numbers,
)
from .judge_clues import _given, _groups, _last, _result, _square, _whole
from .judge_grids import sudoku

__all__ = ["MARKED"]


def _board(lines: Iterator[str], rows: int, columns: int, symbols: str) -> str:
    return _given(chain.from_iterable(grid(lines, rows, columns)), symbols)


def _lines(rows: int, columns: int) -> tuple[list[Cells], list[Cells]]:
    across = [tuple(range(r * columns, (r + 1) * columns)) for r in range(rows)]
    return across, [tuple(range(c, rows * columns, columns)) for c in range(columns)]


def _touching(rows: int, columns: int) -> Iterator[Cells]:
    """Pairs of cells that touch, also at a corner."""
    for r in range(rows):
        for c in range(columns):
            for r2, c2 in ((r, c + 1), (r + 1, c - 1), (r + 1, c), (r + 1, c + 1)):
                if r2 < rows and 0 <= c2 < columns:
                    yield r * columns + c, r2 * columns + c2


def _looked(lines: Iterator[str], rows: int, columns: int) -> Iterator[tuple[int, Cells]]:
    """The clues above the columns and left of the rows, with their cells."""
    across, down = _lines(rows, columns)
    for cells in (down, across):
        clues = next(lines).split()
        if len(clues) != len(cells):
            raise Unjudged("clues")
        yield from ((int(clue), line) for clue, line in zip(clues, cells, strict=True) if clue != "-")


def tango(lines: Iterator[str]) -> Puzzle:
    rows = list(lines)
    n, width = len(rows) // 2 + 1, len(rows[0])
    m = width // 2 + 1
    if len(rows) != 2 * n - 1 or any(len(row) != 2 * m - 1 for row in rows) or n % 2 or m % 2:
        raise Unjudged("size")
    across, down = _lines(n, m)
    rules: list[Rule] = [Between(line, 1, len(line) // 2, len(line) // 2) for line in (*across, *down)]
    for line in (*across, *down):
        rules += [Between(three, 1, 1, 2) for three in zip(line, line[1:], line[2:], strict=False)]
    tests = {"=": lambda v: v[0] == v[1], "x": lambda v: v[0] != v[1]}
    for r, row in enumerate(rows):
        for c, sign in enumerate(row):
            if (r % 2 or c % 2) and sign != "_":
                if sign not in tests or (r % 2 and c % 2):
                    raise Unjudged(sign)
                rules.append(Holds((r // 2 * m + c // 2, (r + 1) // 2 * m + (c + 1) // 2), tests[sign]))
    return Puzzle("01", _given(chain.from_iterable(row[::2] for row in rows[::2]), "01"), tuple(rules))


def trinairo(lines: Iterator[str]) -> Puzzle:
    n, m = numbers(next(lines))
    table = grid(lines, n, m)
    across, down = _lines(n, m)
    rules: list[Rule] = [
        Between(line, v, len(line) // 3, len(line) // 3) for line in (*across, *down) for v in range(3)
    ]
    for line in (*across, *down):
        rules += [Different(pair) for pair in pairwise(line) if any(len(table[c // m][c % m]) == 2 for c in pair)]
    if n % 3 or m % 3 or any(len(word) > 2 or word[1:] not in ("", "x") for row in table for word in row):
        raise Unjudged("marks")
    return Puzzle("123", _given((word[0] for row in table for word in row), "123"), tuple(rules))


def kakurasu(lines: Iterator[str]) -> Puzzle:
    rows, columns = numbers(next(lines))

    def adds_up(want: int) -> Callable[[Cells], bool]:
        return lambda values: sum(place * value for place, value in enumerate(values, 1)) == want

    rules = tuple(Holds(cells, adds_up(clue)) for clue, cells in _looked(lines, rows, columns))
    return Puzzle("01", _last(lines, rows * columns, "01"), rules)


def minesweeper(lines: Iterator[str]) -> Puzzle:
    rows, columns, *mines = numbers(next(lines))
    squares = list(chain.from_iterable(grid(lines, rows, columns)))
    cell = {square: number for number, square in enumerate(s for s, sign in enumerate(squares) if sign in "-.")}
    around: dict[int, list[int]] = {square: [] for square in range(len(squares))}
    for a, b in _touching(rows, columns):
        around[a].append(b)
        around[b].append(a)
    rules: list[Rule] = []
    for square, sign in enumerate(squares):
        if square not in cell:
            near = tuple(cell[other] for other in around[square] if other in cell)
            if not sign.isdecimal() or (not near and sign != "0"):
                raise Unjudged(sign)
            rules.append(Between(near, 1, int(sign), int(sign)))
    rules += [Between(tuple(cell.values()), 1, *mines * 2)] if mines else []
    return Puzzle("01", _last(lines, len(cell), "01"), tuple(rules))


def hitori(lines: Iterator[str]) -> Puzzle:
    rows, columns = numbers(next(lines))
    table = list(chain.from_iterable(grid(lines, rows, columns)))
    across, down = _lines(rows, columns)
    sides = {pair for line in (*across, *down) for pair in pairwise(line)}
    rules: list[Rule] = [Between(pair, 1, 0, 1) for pair in sides]
    for line in (*across, *down):
        for number in {*map(table.__getitem__, line)}:
            rules.append(Between(tuple(c for c in line if table[c] == number), 0, 0, 1))
    return Puzzle("01", _last(lines, rows * columns, "01"), (*rules, OneGroup(frozenset(sides), 0)))


def tenner(lines: Iterator[str]) -> Puzzle:
    height, columns = numbers(next(lines))
    rows = height - 1
    given = _board(lines, rows, columns, "0123456789"[:columns])
    [totals] = grid(lines, 1, columns)
    across, down = _lines(rows, columns)
    rules: list[Rule] = [*map(Different, across), *map(Different, _touching(rows, columns))]
    rules += [Total(cells, int(total) + rows) for total, cells in zip(totals, down, strict=True) if total != "-"]
    return Puzzle("0123456789"[:columns], given, tuple(rules))


def suguru(lines: Iterator[str]) -> Puzzle:
    rows, columns = numbers(next(lines))
    given = _board(lines, rows, columns, DIGITS)
    regions = _groups(grid(lines, rows, columns))
    largest = max(map(len, regions.values()))
    rules: list[Rule] = [*map(Different, (*regions.values(), *_touching(rows, columns)))]
    rules += [
        Between((cell,), k, 0, 0) for cells in regions.values() for cell in cells for k in range(len(cells), largest)
    ]
    return Puzzle(DIGITS[:largest], _given(iter(given), DIGITS[:largest]), tuple(rules))


def even_odd(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))
    signs = list(chain.from_iterable(grid(lines, n, n)))
    if not {*signs} <= {"E", "O", "-"}:
        raise Unjudged("signs")
    marked = [Holds((cell,), _odd if sign == "O" else _even) for cell, sign in enumerate(signs) if sign != "-"]
    return Puzzle(DIGITS[:n], _last(lines, n * n, DIGITS[:n]), (*sudoku(n), *marked))


def _odd(values: Cells) -> bool:
    return all(value % 2 == 0 for value in values)  # value 0 is the number 1


def _even(values: Cells) -> bool:
    return all(value % 2 for value in values)


def consecutive(lines: Iterator[str]) -> Puzzle:
    head, boxed, rest = next(lines).partition(" boxes")
    n = _square(head)
    given = _board(lines, n, n, DIGITS[:n])
    bars = [int(word) for word in chain.from_iterable(grid(lines, n, n))]
    if rest or not all(0 <= bar < 16 for bar in bars):
        raise Unjudged("bars")
    rules: list[Rule] = [*(sudoku(n) if boxed else latin(n))]
    for cell, bar in enumerate(bars):
        for there, near, far, step in (((cell + 1) % n > 0, 1, 4, 1), (cell < n * (n - 1), 2, 8, n)):
            said = (bool(bar & near), bool(bars[cell + step] & far)) if there else (bool(bar & near),) * 2
            if said[0] != said[1] or (not there and said[0]):
                raise Unjudged("a bar on one side")
            if there:
                rules.append(Holds((cell, cell + step), _beside if said[0] else _apart))
    if any(bars[r * n] & 4 for r in range(n)) or any(bar & 8 for bar in bars[:n]):
        raise Unjudged("a bar outside")
    return Puzzle(DIGITS[:n], given, tuple(rules))


def _beside(values: Cells) -> bool:
    return abs(values[0] - values[1]) == 1


def _apart(values: Cells) -> bool:
    return abs(values[0] - values[1]) != 1


def _paths(lines: Iterator[str], n: int) -> tuple[list[Cells], str]:
    """Lines of cells as r1c2, and perhaps one of what is given."""
    paths: list[Cells] = []
    for line in lines:
        if not line.startswith("r"):
            return paths, _given(iter(line), DIGITS[:n]) if len(line) == n * n else _unread(line)
        found = [re.fullmatch(r"r(\d+)c(\d+)", word) for word in line.split()]
        places = [(int(one[1]), int(one[2])) if one else (0, 0) for one in found]
        if not all(1 <= r <= n and 1 <= c <= n for r, c in places) or len({*places}) != len(places):
            raise Unjudged(line)
        paths.append(tuple((r - 1) * n + c - 1 for r, c in places))
    return paths, "." * n * n


def _unread(line: str) -> str:
    raise Unjudged(line)


def thermo(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))
    paths, given = _paths(lines, n)
    rising = [Holds(pair, lambda v: v[0] < v[1]) for path in paths for pair in pairwise(path)]
    return Puzzle(DIGITS[:n], given, (*sudoku(n), *rising))


def arrow(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))
    paths, given = _paths(lines, n)
    return Puzzle(DIGITS[:n], given, (*sudoku(n), *(Holds(path, _adds_up) for path in paths)))


def _adds_up(values: Cells) -> bool:
    return values[0] + 1 == sum(value + 1 for value in values[1:])


def renban(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))
    given = _board(lines, n, n, DIGITS[:n])
    regions = _groups(grid(lines, n, n)).values()
    return Puzzle(DIGITS[:n], given, (*latin(n), *(Holds(cells, _in_a_row) for cells in regions)))


def _in_a_row(values: Cells) -> bool:
    return len({*values}) == len(values) == max(values) - min(values) + 1


def sandwich(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))

    def between(want: int) -> Callable[[Cells], bool]:
        def test(values: Cells) -> bool:
            if values.count(0) != 1 or values.count(n - 1) != 1:
                return False
            a, b = sorted((values.index(0), values.index(n - 1)))
            return sum(value + 1 for value in values[a + 1 : b]) == want

        return test

    rules = [Holds(cells, between(clue)) for clue, cells in _looked(lines, n, n)]
    return Puzzle(DIGITS[:n], _last(lines, n * n, DIGITS[:n]), (*sudoku(n), *rules))


def thermometers(lines: Iterator[str]) -> Puzzle:
    rows, columns = numbers(next(lines))
    rules: list[Rule] = [Between(cells, 1, clue, clue) for clue, cells in _looked(lines, rows, columns)]
    place: dict[tuple[int, int], int] = {}
    for cell, word in enumerate(chain.from_iterable(grid(lines, rows, columns))):
        name, _, number = word.partition(".")
        key = int(name), int(number)
        if key in place or key[1] < 1:
            raise Unjudged(word)
        place[key] = cell
    for (which, at), cell in place.items():
        if at > 1:
            rules.append(Holds((place[which, at - 1], cell), lambda v: v[0] >= v[1]))
    return Puzzle("01", _last(lines, rows * columns, "01"), tuple(rules))


def str8ts(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))
    squares = list(chain.from_iterable(grid(lines, n, n)))
    white = {s: number for number, s in enumerate(s for s, sign in enumerate(squares) if not sign.endswith("x"))}
    given = _given((squares[s] for s in white), DIGITS[:n])
    rules: list[Rule] = []
    for line in chain(*_lines(n, n)):
        held = [DIGITS[:n].index(squares[s][0]) for s in line if len(squares[s]) == 2 and s not in white]
        cells = tuple(white[s] for s in line if s in white)
        if len({*held}) != len(held) or any(len(squares[s]) > 2 for s in line):
            raise Unjudged("black squares")
        rules += [Different(cells), *(Between(cells, value, 0, 0) for value in held)]
        runs: list[list[int]] = [[]]
        for s in line:
            runs[-1].append(white[s]) if s in white else runs.append([])
        rules += [Holds(tuple(run), _in_a_row) for run in runs if run]
    last = _last(lines, len(white), DIGITS[:n])
    if any("." not in pair and pair[0] != pair[1] for pair in zip(given, last, strict=True)):
        raise Unjudged("given twice")
    both = "".join(a if a != "." else b for a, b in zip(given, last, strict=True))
    return Puzzle(DIGITS[:n], both, tuple(rules))


def mathrax(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))
    given = _board(lines, n, n, DIGITS[:n])
    rules: list[Rule] = [*latin(n)]
    for place, label in enumerate(chain.from_iterable(grid(lines, n - 1, n - 1))):
        a = place // (n - 1) * n + place % (n - 1)
        if label in ("e", "o"):
            rules.append(Holds((a, a + 1, a + n, a + n + 1), _even if label == "e" else _odd))
        elif label != "-":
            [want] = numbers(label[:-1])
            for pair in ((a, a + n + 1), (a + 1, a + n)):
                rules.append(Total(pair, want) if label[-1] == "+" else Holds(pair, _result(label[-1], want)))
    return Puzzle(DIGITS[:n], given, tuple(rules))


MARKED: dict[str, Callable[[str], Puzzle]] = {
    read.__name__.replace("_", "-"): _whole(read)
    for read in (
        arrow, consecutive, even_odd, hitori, kakurasu, mathrax, minesweeper, renban, sandwich, str8ts, suguru, tango,
        tenner, thermo, thermometers, trinairo,
    )
}  # fmt: skip
