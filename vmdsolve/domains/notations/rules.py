"""The rules that f-puzzles states beside rows, columns and regions, as constraints: a function a key of its JSON.

What its JSON holds is what the editor offers: a key is a rule, and its value says where that holds. `RULES` has those
that our constraints can say; a rule that is not in it, nor only drawn, must be refused by name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ...constraints import DFA, AllDifferent, Count, Less, Regular, Sum, Table, Tuples
from ...errors import InvalidProblem
from ...plain import many
from ...problem import Constraint
from ..parts.automata import sandwich
from ..parts.grids import KING, KNIGHT, box_shape, leaps, neighbours
from ..parts.sides import views
from ..parts.straights import straight

__all__ = ["MAX_PARTS", "RULES", "Place", "diagonal"]

MAX_PARTS = 2000  # of one rule; boards have 625 cells at most
MOST_ROWS = 16  # of a board whose lines need tables of many rows
CELL = re.compile(r"R(\d{1,2})C(\d{1,2})", re.ASCII)
STEPS = {"UR": (-1, 1), "UL": (-1, -1), "DR": (1, 1), "DL": (1, -1)}


class Place:
    """Where a rule is being read: an n x n board and the rule's name, for messages."""

    def __init__(self, n: int, key: str) -> None:
        self.n, self.key, self.drawn = n, key, 0

    def error(self, reason: str) -> InvalidProblem:
        return InvalidProblem(f"f-puzzles, {self.key}: {reason}")

    def parts(self, value: Any, most: int = MAX_PARTS) -> list[dict[str, Any]]:
        """The places where the rule holds."""
        if not isinstance(value, list) or len(value) > most or not all(isinstance(part, dict) for part in value):
            raise self.error(f"wanted a list of at most {most} objects")
        return value

    def row_and_column(self, name: Any) -> tuple[int, int]:
        """Of a name such as R1C9, from 0; outside of the board they may be -1 and n."""
        found = CELL.fullmatch(name) if isinstance(name, str) else None
        row, column = (int(found[1]) - 1, int(found[2]) - 1) if found else (-2, -2)
        if not (-1 <= row <= self.n and -1 <= column <= self.n):
            raise self.error(f"a cell is {str(name)[:40]!r}; wanted R1C1 to R{self.n}C{self.n}")
        return row, column

    def cell(self, name: Any) -> int:
        row, column = self.row_and_column(name)
        if not (0 <= row < self.n and 0 <= column < self.n):
            raise self.error(f"a cell is {name!r}; wanted R1C1 to R{self.n}C{self.n}")
        return row * self.n + column

    def cells(self, names: Any, least: int = 1, most: int = 625) -> list[int]:
        if not isinstance(names, list) or not least <= len(names) <= most:
            raise self.error(f"wanted a list of {least} to {most} cells")
        cells = [self.cell(name) for name in names]
        if len(set(cells)) < len(cells):
            raise self.error("a cell is named twice")
        return cells

    def lines(self, part: dict[str, Any]) -> Iterator[list[int]]:
        """The lines of a part, each of two cells at least."""
        lines = part.get("lines")
        if not isinstance(lines, list):
            raise self.error("wanted a list of lines")
        for line in lines:
            self.drawn += len(cells := self.cells(line, least=2))
            if self.drawn > 2 * self.n**2:
                raise self.error(f"lines of over {2 * self.n**2} cells")
            yield cells

    def number(self, value: Any, most: int, least: int = 0) -> int:
        """A number, as it is or as text."""
        text = value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""
        if not (re.fullmatch(r"\d{1,6}", text, re.ASCII) and least <= int(text) <= most):
            raise self.error(f"a value is {str(value)[:40]!r}; wanted a number from {least} to {most}")
        return int(text)


@lru_cache(maxsize=512)
def pairs(n: int, rule: str, value: int = 0) -> Tuples:
    """Values of two cells that obey a rule."""
    holds: Callable[[int, int], bool] = {
        "same": lambda a, b: a == b,
        "rising": lambda a, b: a <= b,
        "apart": lambda a, b: abs(a - b) >= value,
        "difference": lambda a, b: abs(a - b) == value,
        "ratio": lambda a, b: a == b * value or b == a * value,
    }[rule]
    return Tuples((a, b) for a in range(n) for b in range(n) if holds(a + 1, b + 1))


def diagonal(n: int, rising: bool) -> list[int]:
    """The cells of one of the two: `rising` from the lower left to the upper right.

    Examples
    --------
    >>> diagonal(3, rising=False), diagonal(3, rising=True)
    ([0, 4, 8], [2, 4, 6])
    """
    return [row * n + (n - 1 - row if rising else row) for row in range(n)]


def _diagonal(rising: bool) -> Callable[[Place, Any], Iterator[Constraint]]:
    def read(at: Place, value: Any) -> Iterator[Constraint]:
        if value is not True:
            raise at.error("wanted true or false")
        yield AllDifferent(diagonal(at.n, rising), "diagonal")

    return read


def _leaps(steps: tuple[tuple[int, int], ...], relation: str) -> Callable[[Place, Any], Iterator[Constraint]]:
    def read(at: Place, value: Any) -> Iterator[Constraint]:
        if value is not True:
            raise at.error("wanted true or false")
        yield from (AllDifferent(pair, relation) for pair in leaps(at.n, steps))

    return read


def nonconsecutive(at: Place, value: Any) -> Iterator[Constraint]:
    if value is not True:
        raise at.error("wanted true or false")
    for pair in neighbours(at.n, at.n):
        yield Table(pair, pairs(at.n, "apart", 2), "nonconsecutive")


def disjoint_groups(at: Place, value: Any) -> Iterator[Constraint]:
    if value is not True:
        raise at.error("wanted true or false")
    h, w = box_shape(at.n)
    for i in range(at.n):
        row, column = divmod(i, w)
        corners = [(r, c) for r in range(0, at.n, h) for c in range(0, at.n, w)]
        yield AllDifferent([(r + row) * at.n + c + column for r, c in corners], "disjoint group")


def killer_cage(at: Place, value: Any) -> Iterator[Constraint]:
    for part in at.parts(value):
        cells = at.cells(part.get("cells"))
        if part.get("value") not in (None, ""):
            yield Sum(cells, at.number(part["value"], 10_000), "cage")
        if len(cells) > 1:
            yield AllDifferent(cells, "cage")


def little_killer(at: Place, value: Any) -> Iterator[Constraint]:
    for part in at.parts(value):
        step = STEPS.get(str(part.get("direction")))
        if step is None:
            raise at.error(f"a direction is {str(part.get('direction'))[:40]!r}; wanted UR, UL, DR or DL")
        row, column = at.row_and_column(part.get("cell"))
        cells = []
        for i in range(1, at.n + 1):
            r, c = row + i * step[0], column + i * step[1]
            if 0 <= r < at.n and 0 <= c < at.n:
                cells.append(r * at.n + c)
        if not cells or (0 <= row < at.n and 0 <= column < at.n):
            raise at.error(f"{part.get('cell')!r} and {part['direction']} point at no diagonal")
        if part.get("value") not in (None, "", "0"):
            yield Sum(cells, at.number(part["value"], 10_000), "little killer")


def _parity(odd: int) -> Callable[[Place, Any], Iterator[Constraint]]:
    def read(at: Place, value: Any) -> Iterator[Constraint]:
        allowed = [(v,) for v in range(at.n) if (v + 1) % 2 == odd]
        for part in at.parts(value):
            yield Table([at.cell(part.get("cell"))], allowed, "odd" if odd else "even")

    return read


def _extreme(minimum: bool) -> Callable[[Place, Any], Iterator[Constraint]]:
    def read(at: Place, value: Any) -> Iterator[Constraint]:
        marked = {at.cell(part.get("cell")) for part in at.parts(value)}
        for a, b in neighbours(at.n, at.n):
            if a in marked and b in marked:
                raise at.error("two such cells are neighbours, which can be meant in two ways")
            if a in marked or b in marked:
                low, high = (a, b) if (a in marked) == minimum else (b, a)
                yield Less(low, high, at.key)

    return read


def extra_region(at: Place, value: Any) -> Iterator[Constraint]:
    for part in at.parts(value):
        yield AllDifferent(at.cells(part.get("cells"), most=at.n), "extra region")


def thermometer(at: Place, value: Any) -> Iterator[Constraint]:
    for part in at.parts(value):
        for line in at.lines(part):
            yield from (Less(a, b, "thermometer") for a, b in pairwise(line))


def _along(rule: str, relation: str, default: int = 0) -> Callable[[Place, Any], Iterator[Constraint]]:
    """A rule of each two neighbours on a line."""

    def read(at: Place, value: Any) -> Iterator[Constraint]:
        for part in at.parts(value):
            amount = at.number(part.get("value") or default, at.n)
            for line in at.lines(part):
                yield from (Table(pair, pairs(at.n, rule, amount), relation) for pair in pairwise(line))

    return read


def renban(at: Place, value: Any) -> Iterator[Constraint]:
    if at.n > MOST_ROWS:
        raise at.error(f"there is such a rule here only on boards of at most {MOST_ROWS} rows")
    for part in at.parts(value):
        for line in at.lines(part):
            if len(line) > at.n:
                raise at.error(f"a line of {len(line)} cells; wanted at most {at.n}")
            yield from straight(line, at.n, "renban")


def palindrome(at: Place, value: Any) -> Iterator[Constraint]:
    for part in at.parts(value):
        for line in at.lines(part):
            for a, b in zip(line[: len(line) // 2], line[::-1], strict=False):
                yield Table([a, b], pairs(at.n, "same"), "palindrome")


def clone(at: Place, value: Any) -> Iterator[Constraint]:
    for part in at.parts(value):
        cells, others = at.cells(part.get("cells")), at.cells(part.get("cloneCells"))
        if len(cells) != len(others):
            raise at.error(f"{many(len(cells), 'cell')} and {many(len(others), 'clone')}; wanted as many")
        for a, b in zip(cells, others, strict=True):
            if a != b:
                yield Table([a, b], pairs(at.n, "same"), "clone")


def _dot(rule: str, relation: str, default: int) -> Callable[[Place, Any], Iterator[Constraint]]:
    def read(at: Place, value: Any) -> Iterator[Constraint]:
        for part in at.parts(value):
            amount = at.number(part.get("value") or default, at.n)
            yield Table(at.cells(part.get("cells"), 2, 2), pairs(at.n, rule, amount), relation)

    return read


def xv(at: Place, value: Any) -> Iterator[Constraint]:
    totals = {"X": 10, "V": 5, "XV": 15}
    for part in at.parts(value):
        said = part.get("value")
        total = totals.get(said) if isinstance(said, str) else None
        if total is None:
            raise at.error(f"a value is {str(said)[:40]!r}; wanted X or V")
        yield Sum(at.cells(part.get("cells"), 2, 2), total, "XV")


def quadruple(at: Place, value: Any) -> Iterator[Constraint]:
    for part in at.parts(value):
        cells, values = at.cells(part.get("cells"), 2, 4), part.get("values")
        if not isinstance(values, list) or len(values) > len(cells):
            raise at.error("wanted a list of values, not more than cells")
        for number, n in Counter(at.number(value, at.n, 1) for value in values).items():
            yield Count(cells, number - 1, n, len(cells), "quadruple")


def between_line(at: Place, value: Any) -> Iterator[Constraint]:
    numbers = range(at.n)
    if at.n > MOST_ROWS:
        raise at.error(f"there is such a rule here only on boards of at most {MOST_ROWS} rows")
    rows = Tuples((a, x, b) for a in numbers for x in numbers for b in numbers if a < x < b or b < x < a)
    for part in at.parts(value):
        for line in at.lines(part):
            yield from (Table([line[0], cell, line[-1]], rows, "between line") for cell in line[1:-1])


def arrow(at: Place, value: Any) -> Iterator[Constraint]:
    """The number in the circle is the sum along the arrow: each number there takes its part of what is left."""
    left = [[i - v - 1 if v < i else -1 for v in range(at.n)] for i in range(at.n + 1)]
    adds_up = DFA(at.n + 1, frozenset({0}), (*map(tuple, left), tuple(range(1, at.n + 1))))
    for part in at.parts(value):
        circle = at.cells(part.get("cells"))
        if len(circle) != 1:
            raise at.error(
                f"a circle of {many(len(circle), 'cell')}; there is no such rule here, only circles of one cell"
            )
        for line in at.lines(part):
            if line[0] != circle[0]:
                raise at.error("an arrow does not begin in its circle")
            yield Regular(line, adds_up, "arrow")


def sandwich_sum(at: Place, value: Any) -> Iterator[Constraint]:
    for part in at.parts(value, 4 * at.n):
        row, column = at.row_and_column(part.get("cell"))
        beside, above = column in (-1, at.n), row in (-1, at.n)
        if beside == above:
            raise at.error(f"{part.get('cell')!r} stands beside no row or column")
        if part.get("value") not in (None, ""):
            cells = views(at.n)[2 * at.n + row if beside else column]
            yield Regular(cells, sandwich(at.n, at.number(part["value"], sum(range(2, at.n)))), "sandwich")


RULES: dict[str, Callable[[Place, Any], Iterator[Constraint]]] = {
    "diagonal+": _diagonal(rising=True),
    "diagonal-": _diagonal(rising=False),
    "antiknight": _leaps(KNIGHT, "knight's move"),
    "antiking": _leaps(KING, "king's move"),
    "nonconsecutive": nonconsecutive,
    "disjointgroups": disjoint_groups,
    "killercage": killer_cage,
    "littlekillersum": little_killer,
    "odd": _parity(odd=1),
    "even": _parity(odd=0),
    "minimum": _extreme(minimum=True),
    "maximum": _extreme(minimum=False),
    "extraregion": extra_region,
    "thermometer": thermometer,
    "slowthermometer": _along("rising", "slow thermometer"),
    "whispers": _along("apart", "whispers", 5),
    "renban": renban,
    "palindrome": palindrome,
    "clone": clone,
    "difference": _dot("difference", "difference", 1),
    "ratio": _dot("ratio", "ratio", 2),
    "xv": xv,
    "quadruple": quadruple,
    "betweenline": between_line,
    "arrow": arrow,
    "sandwichsum": sandwich_sum,
}
