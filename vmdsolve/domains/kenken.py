"""KenKen: a Latin square cut into cages; each shows what its numbers give when they are added, multiplied or so on.

A label without a sign holds for any of the four. Difference and quotient are the greatest number less, or divided by,
all others.
Known counts: without cages the Latin squares, 12 of order 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, Self

import numpy as np

from ..constraints import Regular, Sum, Table, Tuples
from ..drawing import Sheet
from ..plain import many
from ..problem import Constraint
from .base import SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .lines import Lines
from .parts.automata import with_product
from .parts.cages import Cage, cage_sheet, grow_cages, read_cages, write_cages
from .parts.grids import rows_and_columns, turned
from .parts.values import cage_lines

__all__ = ["DOMAINS", "KenKen"]

MAX_TOTAL = 10**9
SIGNS = str.maketrans({"x": "*", "X": "*", "×": "*", "·": "*", "−": "-", "–": "-", "÷": ":", "/": ":", "➗": ":"})
MAX_TUPLES = 20_000  # of a cage; above, its label has to name a sum or a product

Word = tuple[int, ...]
REACHED: dict[str, Callable[[list[int]], float]] = {
    "+": sum,
    "*": prod,
    "-": lambda numbers: 2 * max(numbers) - sum(numbers),
    ":": lambda numbers: max(numbers) ** 2 / prod(numbers),
}


@lru_cache(maxsize=16)
def _by_label(n: int, size: int) -> dict[tuple[str, float], list[Word]]:
    """Values of the cells of a cage, by the sign and the number that they give: looked through once for all labels."""
    out: dict[tuple[str, float], list[Word]] = {}
    for word in product(range(n), repeat=size):
        numbers = [v + 1 for v in word]
        for sign, reached in REACHED.items():
            out.setdefault((sign, reached(numbers)), []).append(word)
    return out


@lru_cache(maxsize=1024)
def tuples(n: int, size: int, label: str) -> Tuples:
    """Values of the cells of a cage that give its label."""
    total, signs = (int(label), "+-*:") if label.isdigit() else (int(label[:-1]), label[-1])
    return Tuples(sorted({word for sign in signs for word in _by_label(n, size).get((sign, total), ())}))


def rule(n: int, cells: list[int], label: str) -> Constraint:
    """What a cage asks for."""
    if label.endswith("+"):
        return Sum(cells, int(label[:-1]), "cage")
    if label.endswith("*"):
        return Regular(cells, with_product(n, int(label[:-1])), "cage")
    return Table(cells, tuples(n, len(cells), label), "cage")


class KenKen(Clued):
    """An n x n board, 2 to 25, with cages of (label, cells). Density: cages a cell; fewer are harder."""

    name = "kenken"
    about = "Fill the grid as a Latin square; each cage shows what its numbers give, added, multiplied and so on."
    text_form = (
        "`n n`; n rows of labels such as 12+, 3-, 24* (24x, 24×) and 2: (2/, 2÷), one in some cell of each cage and "
        "'-' in all others; n rows of cage numbers, '-' outside of cages; perhaps one line of cells"
    )
    example = "4 4/5+ 6* - 48*/- - 4: -/2 48* - -/- - - -/1 2 2 3/1 1 4 3/5 6 4 3/6 6 3 3"
    sizes, size, density = range(2, 10), 6, 0.45

    def __init__(self, n: int, cages: Iterable[Cage]) -> None:
        self.shape, self.symbols = (n, n), SYMBOLS[:n]
        self.cages = sorted(((label, sorted(cells)) for label, cells in cages), key=lambda cage: cage[1])
        self.constraints = (*rows_and_columns(n), *(rule(n, cells, label) for label, cells in self.cages))
        self.clues = write_cages(n, self.cages)

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n, _ = lines.square(2, 25, 2)
        cages: list[Cage] = []
        for shown, cells, line in read_cages(lines, n):
            label = shown.translate(SIGNS)
            if not label:
                lines.fail("a cage has no label; wanted one in some cell of it, or '-' for the number of no cage", line)
            sign = label[-1] if label[-1] in REACHED else ""
            low = 0 if sign in ("-", "") else 1
            total = lines.number(label.removesuffix(sign), "a label without its sign", low, MAX_TOTAL, line)
            cages.append((f"{total}{sign}", cells))
            if sign in ("-", ":", "") and n ** len(cells) > MAX_TUPLES:
                what = f"a cage of {many(len(cells), 'cell')} shows {shown[:40]!r}"
                lines.fail(f"{what}; wanted a sum or product, such as 12+ or 12*", line)
        return cls(n, cages), lines.cells()

    @classmethod
    def lines_of(cls, cages: Any, size: int | None = None, givens: Any = None) -> list[str]:
        """Cages are (label, cells) with labels such as "12+", (12, "+", cells), or dicts: `cells`, `value`, `operator`.

        Cells are (row, column) from 0, or "r1c1". `size` may be left out where the cages hold every cell, or with
        givens.

        Examples
        --------
        >>> KenKen.lines_of([("3+", [(0, 0), (0, 1)]), (2, ":", [(1, 0), (1, 1)])])
        ['2 2', '3+ -', '2: -', '1 1', '2 2']
        """
        return [line.replace("/", ":") for line in cage_lines(cages, size, givens, cls.name)]

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        """Pairs are divided where they can be, and else mostly subtracted; larger cages are added or multiplied."""
        answer = fill(cls(size, []).rules)
        cages = []
        for cells in grow_cages(rng, answer, density, distinct=False):
            numbers = sorted((int(k) for k in answer[cells] + 1), reverse=True)
            sums = {"+": sum(numbers), "*": prod(numbers)} if len(cells) < 7 else {"+": sum(numbers)}
            if len(cells) == 1:
                sums = {"": numbers[0]}
            elif len(cells) == 2 and numbers[0] % numbers[1] == 0:
                sums = {":": numbers[0] // numbers[1]}
            elif len(cells) == 2 and rng.random() < 0.7:
                sums = {"-": numbers[0] - numbers[1]}
            sign = str(rng.choice(list(sums)))
            cages.append((f"{sums[sign]}{sign}", cells))
        return cls(size, cages)

    def image(self, rng: np.random.Generator) -> Image:
        """Turn or reflect the board."""
        n, (_, cells, places) = self.shape[0], turned(rng, *self.shape)
        return KenKen(n, [(label, places[cage].tolist()) for label, cage in self.cages]), cells, np.arange(n)

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation != "cage":
            return super().unit_text(constraint)
        label = next(label for label, cells in self.cages if tuple(cells) == constraint.cells)
        return f"the cage {label} at {self.cell_name(constraint.cells[0])}"

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation != "cage":
            return super().rule_text(constraint)
        unit = self.unit_text(constraint)
        label = unit.split()[2]
        if len(constraint.cells) == 1:
            return f"{unit} is {label.rstrip('+-*:')}"
        asked = {"+": "adds up to", "*": "multiplies to", "-": "has the difference", ":": "has the quotient"}
        return f"{unit} {asked.get(label[-1], 'gives')} {label.rstrip('+-*:')}"

    def sheet(self) -> Sheet:
        return cage_sheet(self.shape[0], self.cages)


DOMAINS = {"kenken": kind_of(KenKen, "calcudoku", "mathdoku")}
