"""The judge's kinds whose puzzles bring clues of their own; lines of a text are parted by '/'."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, groupby, product
from math import isqrt, prod

from .judge import DIGITS, Between, Cells, Different, Holds, Puzzle, Rule, Total, Unjudged, Unlike, grid, latin, numbers
from .judge_grids import boxes, sudoku

__all__ = ["CLUED"]


def _given(cells: Iterator[str], symbols: str) -> str:
    """Cells as they stand; '-' is open, too."""
    text = "".join("." if cell == "-" else cell for cell in cells)
    if not set(text) <= {*symbols, "."}:
        raise Unjudged(text)
    return text


def _last(lines: Iterator[str], cells: int, symbols: str) -> str:
    """Perhaps one more line, of cells."""
    text = next(lines, "." * cells)
    if len(text) != cells or next(lines, None) is not None:
        raise Unjudged(text)
    return _given(iter(text), symbols)


def _square(line: str) -> int:
    head = numbers(line)
    if len(head) != 2 or head[0] != head[1] or not 2 <= head[0] <= len(DIGITS):
        raise Unjudged(line)
    return head[0]


def _groups(table: list[list[str]], *outside: str) -> dict[str, Cells]:
    """Cells by the name of their group."""
    names = list(chain.from_iterable(table))
    return {name: tuple(i for i, n in enumerate(names) if n == name) for name in names if name not in outside}


Place = tuple[int, int]


def _white(table: list[list[str]], signs: str) -> dict[Place, int]:
    """The numbers of the cells that are to be filled, by row and column."""
    places = [(r, c) for r, row in enumerate(table) for c, cell in enumerate(row) if cell in signs]
    return {place: number for number, place in enumerate(places)}


def _ways(rows: int, columns: int) -> tuple[list[list[Place]], list[list[Place]]]:
    """All rows, and all columns."""
    table = [[(r, c) for c in range(columns)] for r in range(rows)]
    return table, [list(column) for column in zip(*table, strict=True)]


def akari(lines: Iterator[str]) -> Puzzle:
    rows, columns = numbers(next(lines))
    table = grid(lines, rows, columns)
    white = _white(table, "-.")
    rules: list[Rule] = []
    sees: dict[int, set[int]] = {cell: {cell} for cell in white.values()}
    for way in _ways(rows, columns):
        for line in way:
            for is_white, run in groupby(line, white.__contains__):
                if is_white:
                    cells = tuple(white[where] for where in run)
                    rules.append(Between(cells, 1, 0, 1))
                    for cell in cells:
                        sees[cell] |= {*cells}
    rules += [Between(tuple(sorted(seen)), 1, 1, len(seen)) for seen in sees.values()]
    for r in range(rows):
        for c in range(columns):
            if (r, c) not in white and table[r][c] != "x":
                beside = [white[w] for w in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)) if w in white]
                [count] = numbers(table[r][c])
                rules.append(Between(tuple(beside), 1, count, count))
    return Puzzle("01", _last(lines, len(white), "01"), tuple(rules))


def colouring(lines: Iterator[str]) -> Puzzle:
    colours, edge = next(lines).split(), next(lines).split()
    if colours[0] != "colours" or edge[:2] != ["p", "edge"]:
        raise Unjudged("not a graph")
    k, n = int(colours[1]), int(edge[2])
    rules: list[Rule] = []
    line = next(lines, "")
    while line.startswith("e "):
        a, b = numbers(line[2:])
        rules.append(Different((a - 1, b - 1)))
        line = next(lines, "")
    if len(rules) != int(edge[3]):
        raise Unjudged("another number of edges")
    return Puzzle(DIGITS[:k], _last(iter([line] if line else []), n, DIGITS[:k]), tuple(rules))


def endview(lines: Iterator[str]) -> Puzzle:
    rows, columns, last = next(lines).split()
    n, letters = int(rows), "abcdefghijklmnopqrstuvwxyz".index(last) + 1
    if rows != columns or letters > n:
        raise Unjudged("head")
    blank = letters < n
    symbols = "0" * blank + "abcdefghijklmnopqrstuvwxyz"[:letters]
    rules: list[Rule] = [
        Between(line.cells, symbol, 1, 1)
        for line in latin(n)
        if isinstance(line, Different)
        for symbol in range(blank, len(symbols))
    ]
    for clue, cells in _looks(lines, n):
        if clue != "-":
            if clue not in symbols[blank:]:
                raise Unjudged(clue)
            rules.append(Holds(cells, _first(symbols.index(clue), blank)))
    return Puzzle(symbols, _rest(lines, n, symbols), tuple(rules))


def _first(letter: int, blank: bool) -> Callable[[Cells], bool]:
    return lambda values: next((value for value in values if not blank or value), None) == letter


def _looks(lines: Iterator[str], n: int) -> Iterator[tuple[str, Cells]]:
    """Clues above, below, left and right, each with the cells that are seen from there."""
    across = [tuple(range(r * n, r * n + n)) for r in range(n)]
    down = [tuple(range(c, n * n, n)) for c in range(n)]
    for seen in (down, [line[::-1] for line in down], across, [line[::-1] for line in across]):
        [clues] = grid(lines, 1, n)
        yield from zip(clues, seen, strict=True)


def _rest(lines: Iterator[str], n: int, symbols: str) -> str:
    """Perhaps n rows of cells."""
    left = list(lines)
    return _given(chain.from_iterable(grid(iter(left), n, n)), symbols) if left else "." * n * n


def futoshiki(lines: Iterator[str]) -> Puzzle:
    rows = list(lines)
    n = (len(rows) + 1) // 2
    if any(len(row) != 2 * n - 1 for row in rows):
        raise Unjudged("not square")
    rules: list[Rule] = [*latin(n)]
    for r, row in enumerate(rows):
        for c, sign in enumerate(row):
            if (r + c) % 2:
                a, b = r // 2 * n + c // 2, (r + 1) // 2 * n + (c + 1) // 2
                if sign not in ("_", "-", " ", *("<>" if c % 2 else "^v")):
                    raise Unjudged(sign)
                if sign in "<^>v":
                    rules.append(Holds((a, b) if sign in "<^" else (b, a), lambda pair: pair[0] < pair[1]))
    return Puzzle(DIGITS[:n], _given(chain.from_iterable(row[::2] for row in rows[::2]), DIGITS[:n]), tuple(rules))


def jigsaw(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))
    given = _given(chain.from_iterable(grid(lines, n, n)), DIGITS[:n])
    regions = _groups(grid(lines, n, n))
    if any(len(cells) != n for cells in regions.values()):
        raise Unjudged("regions")
    return Puzzle(DIGITS[:n], given, (*latin(n), *map(Different, regions.values())))


def kakuro(lines: Iterator[str]) -> Puzzle:
    rows, columns = numbers(next(lines))
    table = grid(lines, rows, columns)
    white = _white(table, ".123456789")
    rules: list[Rule] = []
    for part, way in zip((1, 0), _ways(rows, columns), strict=True):
        for line in way:
            wall = "-"
            for is_white, run in groupby(line, white.__contains__):
                places = list(run)
                total = wall.split("\\")[part] if "\\" in wall else ""
                if is_white:
                    cells = tuple(white[where] for where in places)
                    rules.append(Different(cells))
                    if total:
                        rules.append(Total(cells, *numbers(total)))
                else:
                    wall = table[places[-1][0]][places[-1][1]]
    given = "".join(table[r][c] for r, c in white)
    return Puzzle(DIGITS[:9], given, tuple(rules))


def _cages(lines: Iterator[str], n: int) -> Iterator[tuple[str, Cells]]:
    """Labels in a cell each, then names of cages; a cage without a label has ''."""
    labels, names = list(chain.from_iterable(grid(lines, n, n))), grid(lines, n, n)
    cages = _groups(names, "-")
    for cells in cages.values():
        said = [labels[cell] for cell in cells if labels[cell] != "-"]
        if len(said) > 1:
            raise Unjudged("two labels")
        yield "".join(said), cells
    if sum(label != "-" for label in labels) != sum(labels[cell] != "-" for cells in cages.values() for cell in cells):
        raise Unjudged("a label outside of cages")


def _result(sign: str, want: int) -> Callable[[Cells], bool]:
    tests: dict[str, Callable[[Cells], bool]] = {
        "-": lambda v: max(v) - min(v) == want,
        "*": lambda v: prod(x + 1 for x in v) == want,
        ":": lambda v: max(v) + 1 == want * (min(v) + 1),
    }
    return tests[sign]


def kenken(lines: Iterator[str]) -> Puzzle:
    n = _square(next(lines))
    rules: list[Rule] = [*latin(n)]
    for label, cells in _cages(lines, n):
        sign, number = (label[-1:], label[:-1]) if label[-1:] in "+-*:" else ("+", label)
        [want] = numbers(number)
        if (sign in "-:" and len(cells) != 2) or (label[-1:].isdecimal() and len(cells) != 1):
            raise Unjudged(label)
        rules.append(Total(cells, want) if sign == "+" else Holds(cells, _result(sign, want)))
    return Puzzle(DIGITS[:n], _last(lines, n * n, DIGITS[:n]), tuple(rules))


def killer(lines: Iterator[str]) -> Puzzle:
    head = next(lines)
    n = _square(head)
    rules: list[Rule] = [*latin(n), *boxes(n, next(high for high in range(isqrt(n), 0, -1) if n % high == 0))]
    for label, cells in _cages(lines, n):
        rules.append(Different(cells))
        if label:
            rules.append(Total(cells, *numbers(label)))
    return Puzzle(DIGITS[:n], _last(lines, n * n, DIGITS[:n]), tuple(rules))


def nonogram(lines: Iterator[str]) -> Puzzle:
    rows, columns = numbers(next(lines))
    down = [tuple(range(c, rows * columns, columns)) for c in range(columns)]
    across = [tuple(range(r * columns, (r + 1) * columns)) for r in range(rows)]

    def painted(want: list[int]) -> Callable[[Cells], bool]:
        return lambda values: [len(list(run)) for value, run in groupby(values) if value] == want

    rules = [Holds(line, painted([run for run in numbers(next(lines)) if run])) for line in (*down, *across)]
    return Puzzle("01", _last(lines, rows * columns, "01"), tuple(rules))


def _seen(towers: int) -> Callable[[Cells], bool]:
    return lambda values: sum(value > max(values[:i], default=-1) for i, value in enumerate(values)) == towers


def samurai(lines: Iterator[str]) -> Puzzle:
    rows, columns, order, *corners = next(lines).split()
    n, table = int(order), grid(lines, int(rows), int(columns))
    white = {place: cell for cell, place in enumerate(p for p in product(range(int(rows)), range(int(columns)))
                                                      if table[p[0]][p[1]] != "@")}  # fmt: skip
    rules: set[Different] = set()
    for corner in corners:
        r, c = (int(side) - 1 for side in corner[1:].split("c"))
        for unit in sudoku(n):
            if not isinstance(unit, Different):
                raise Unjudged("unit")
            rules.add(Different(tuple(white[r + cell // n, c + cell % n] for cell in unit.cells)))
    if {cell for rule in rules for cell in rule.cells} != {*white.values()}:
        raise Unjudged("cells of no board")
    return Puzzle(DIGITS[:n], _given((table[r][c] for r, c in white), DIGITS[:n]), tuple(rules))


def skyscrapers(lines: Iterator[str]) -> Puzzle:
    n, same, high = numbers(next(lines))
    if not n == same == high:
        raise Unjudged("head")
    rules: list[Rule] = [*latin(n)]
    for clue, cells in _looks(lines, n):
        if clue != "-":
            rules.append(Holds(cells, _seen(*numbers(clue))))
    return Puzzle(DIGITS[:n], _rest(lines, n, DIGITS[:n]), tuple(rules))


def starbattle(lines: Iterator[str]) -> Puzzle:
    rows, columns, stars = numbers(next(lines))
    table = grid(lines, rows, columns)
    lines_of = [tuple(range(r * columns, (r + 1) * columns)) for r in range(rows)]
    lines_of += [tuple(range(c, rows * columns, columns)) for c in range(columns)]
    regions = _groups(table, "@", "#")
    rules: list[Rule] = [Between(cells, 1, stars, stars) for cells in (*lines_of, *regions.values())]
    rules += [Between((cell,), 1, 0, 0) for cell, name in enumerate(chain.from_iterable(table)) if name in "@#"]
    for r in range(rows):
        for c in range(columns):
            for r2, c2 in ((r, c + 1), (r + 1, c - 1), (r + 1, c), (r + 1, c + 1)):
                if r2 < rows and 0 <= c2 < columns:
                    rules.append(Between((r * columns + c, r2 * columns + c2), 1, 0, 1))
    return Puzzle("01", _last(lines, rows * columns, "01"), tuple(rules))


def takuzu(lines: Iterator[str]) -> Puzzle:
    size, distinct, _ = next(lines).partition(" distinct")
    rows, columns = numbers(size)
    given = _given(chain.from_iterable(grid(lines, rows, columns)), "01")
    across = tuple(tuple(range(r * columns, (r + 1) * columns)) for r in range(rows))
    down = tuple(tuple(range(c, rows * columns, columns)) for c in range(columns))
    rules: list[Rule] = []
    for line in (*across, *down):
        rules.append(Between(line, 1, len(line) // 2, len(line) // 2))
        rules += [Between(three, 1, 1, 2) for three in zip(line, line[1:], line[2:], strict=False)]
    return Puzzle("01", given, (*rules, Unlike(across), Unlike(down)) if distinct else tuple(rules))


CLUES: dict[str, Callable[[Cells], bool]] = {
    "=": lambda v: v[0] == v[1],
    "!=": lambda v: v[0] != v[1],
    "next-to": lambda v: abs(v[0] - v[1]) == 1,
    "left-of": lambda v: v[0] == v[1] - 1,
    "right-of": lambda v: v[0] == v[1] + 1,
    "before": lambda v: v[0] < v[1],
    "after": lambda v: v[0] > v[1],
}


def zebra(lines: Iterator[str]) -> Puzzle:
    head = next(lines).split()
    if head[0] != "houses":
        raise Unjudged("head")
    n, where, rules, given = int(head[1]), dict[str, int](), list[Rule](), None
    for line in lines:
        words = line.split()
        if ":" in line:
            items = line.partition(":")[2].split()
            rules.append(Different(tuple(range(len(where), len(where) + n))))
            where |= {item: len(where) + i for i, item in enumerate(items)}
        elif len(words) == 1 and given is None:
            given = line
        elif len(words) == 4 and words[1] == "between":
            cells = tuple(where[words[i]] for i in (0, 2, 3))
            rules.append(Holds(cells, lambda v: v[1] < v[0] < v[2]))
        elif words[1] == "at":
            there = {(int(word) - 1,) for word in words[2:]}
            rules.append(Holds((where[words[0]],), there.__contains__))
        elif len(words) == 3 and words[1] in CLUES:
            rules.append(Holds((where[words[0]], where[words[2]]), CLUES[words[1]]))
        else:
            raise Unjudged(line)
    return Puzzle(DIGITS[:n], _given(iter(given or "." * len(where)), DIGITS[:n]), tuple(rules))


def _whole(read: Callable[[Iterator[str]], Puzzle]) -> Callable[[str], Puzzle]:
    """A text read to its end."""

    def puzzle(text: str) -> Puzzle:
        lines = iter(text.split("/"))
        try:
            found = read(lines)
        except (ValueError, KeyError, IndexError, TypeError, StopIteration) as error:
            raise Unjudged(str(error)) from error
        if next(lines, None) is not None:
            raise Unjudged("lines behind the puzzle")
        return found

    return puzzle


CLUED: dict[str, Callable[[str], Puzzle]] = {
    read.__name__: _whole(read)
    for read in (
        akari, colouring, endview, futoshiki, jigsaw, kakuro, kenken, killer, nonogram, samurai, skyscrapers,
        starbattle, takuzu, zebra,
    )
}  # fmt: skip
