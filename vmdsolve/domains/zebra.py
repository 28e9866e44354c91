"""Zebra puzzles: people in a row of houses, each attribute a different one in every house, placed by clues.

Text form: `houses n`; a line `attribute: item item ...` with n items for each attribute; a line for each clue:
    red = english           the same house                milk at 3           house 3 (or `at 1 5`: 1 or 5)
    red != english          different houses              fox next-to kools   neighbours, either way round
    ivory left-of green     just left of it               ivory before green  somewhere to the left
    green right-of ivory    just right of it              green after ivory   somewhere to the right
    milk between fox kools  right of fox and left of kools
then, if there are givens, one line with a character an item: its house. A name has no spaces and stands once.
Known counts: without clues (n!)^attributes; Einstein's puzzle has one solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Self

import numpy as np

from ..constraints import AllDifferent
from ..drawing import Cell, Drawn, Picture, Said, Sheet
from ..drawing.text import MARKS
from ..problem import OPEN, Board, Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Family, Fill, Lines
from .drawn import NONE, Looks, Notes
from .parts.houses import ITEMS, Clue, clue_text, mirrored, rules_of
from .worded import listed

__all__ = ["DOMAINS", "Zebra"]


class Zebra(Clued):
    """`attributes` name their items; each item is a cell, its value a house. Density: clues, 1 being 3 an item."""

    name = "zebra"
    sizes, size, density = range(3, 10), 5, 0.4
    marks = "#,"

    def __init__(self, attributes: dict[str, list[str]], clues: Sequence[Clue]) -> None:
        self.attributes, self.said = attributes, list(clues)
        n = len(next(iter(attributes.values())))
        self.shape, self.symbols = (len(attributes), n), SYMBOLS[:n]
        self.cell = {item: cell for cell, item in enumerate(chain.from_iterable(attributes.values()))}
        rows = np.arange(len(self.cell)).reshape(self.shape).tolist()
        rules = [(rule, clue) for clue in clues for rule in rules_of(clue, self.cell, n)]
        self.clue_of = dict(rules)
        self.constraints = (*(AllDifferent(row, "attribute") for row in rows), *(rule for rule, _ in rules))
        listed = (f"{name}: {' '.join(items)}" for name, items in attributes.items())
        self.clues = "/".join([f"houses {n}", *listed, *(" ".join(clue) for clue in clues)])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        head = lines.tokens("`houses n`", 2)
        if head[0] != "houses":
            lines.fail("wanted `houses n` first")
        n = lines.number(head[1], "the number of houses", 2, len(SYMBOLS))
        attributes: dict[str, list[str]] = {}
        items: set[str] = set()
        while ":" in lines.peek():
            name, _, listed = lines.line("an attribute").partition(":")
            name, named = " ".join(name.split()), listed.split()
            if len(named) != n or len({*named} - items) != n or name in attributes:
                lines.fail(f"wanted a new attribute with {n} items, each with a name of its own")
            attributes[name] = named
            items.update(named)
        if not attributes:
            lines.fail("wanted a line `attribute: item item ...` next")
        clues: list[Clue] = []
        while len(lines.peek().split()) > 1:
            clue = lines.tokens("a clue")
            wanted = ITEMS.get(clue[1], 0)
            places = [lines.number(token, "a house", 1, n) for token in clue[2:]] if clue[1] == "at" else []
            named = clue[:1] if places else clue[:1] + clue[2:]
            if len(clue) < 3 or len(named) != wanted or len({*named}) != wanted:
                lines.fail(f"{' '.join(clue)[:60]!r} is no clue; words are {', '.join(ITEMS)}")
            if unknown := [item for item in named if item not in items]:
                lines.fail(f"{unknown[0][:40]!r} is no item of any attribute")
            clues.append((*clue[:2], *(map(str, places) if places else clue[2:])))
        return cls(attributes, clues), lines.cells()

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        attributes = {letter: [f"{letter}{i}" for i in range(1, size + 1)] for letter in "abcde"[: max(2, size - 1)]}
        blank = cls(attributes, [])
        house = dict(zip(blank.cell, fill(blank.rules).tolist(), strict=True))
        clues: list[Clue] = []
        for _ in range(int(3 * density * len(house))):
            a, b, c = rng.choice(list(house), 3, replace=False).tolist()
            step = house[b] - house[a]
            true: list[Clue] = [(a, "before" if step > 0 else "after", b), (a, "!=", b)] if step else [(a, "=", b)] * 2
            if abs(step) == 1:
                true += [(a, "left-of" if step > 0 else "right-of", b), (a, "next-to", b)]
            if house[b] < house[a] < house[c]:
                true.append((a, "between", b, c))
            if rng.random() < 0.1:
                true.append((a, "at", str(house[a] + 1)))
            clues.append(true[int(rng.integers(len(true)))])
        return cls(attributes, list(dict.fromkeys(clues)))

    def image(self, rng: np.random.Generator) -> Image:
        """Shuffle attributes and items; perhaps count the houses from the other end."""
        n, turn = len(self.symbols), rng.random() < 0.5
        names = rng.permutation(list(self.attributes)).tolist()
        attributes = {name: rng.permutation(self.attributes[name]).tolist() for name in names}
        cells = np.array([self.cell[item] for item in chain.from_iterable(attributes.values())])

        said = [mirrored(clue, n) for clue in self.said] if turn else self.said
        return Zebra(attributes, said), cells, np.arange(n)[:: -1 if turn else 1]

    def symbol_text(self, value: int) -> str:
        return f"house {self.symbols[value]}"

    def fact_text(self, cell: int, value: int) -> str:
        return f"{list(self.cell)[cell]} lives in house {self.symbols[value]}"

    def absence_text(self, cells: Sequence[int], symbols: str) -> str:
        names = listed(list(self.cell)[cell] for cell in cells)
        return f"{names} {'do' if len(cells) > 1 else 'does'} not live in {symbols}"

    def unit_text(self, constraint: Constraint) -> str:
        if constraint.relation == "attribute":
            return f"attribute {list(self.attributes)[constraint.cells[0] // len(self.symbols)]}"
        return f"the clue that {clue_text(self.clue_of[constraint])}"

    def rule_text(self, constraint: Constraint) -> str:
        if constraint.relation == "attribute":
            return f"each house has one of {self.unit_text(constraint)}"
        return clue_text(self.clue_of[constraint])

    def cell_name(self, cell: int) -> str:
        return f"the house of {list(self.cell)[cell]}"

    def frame(self) -> str:
        wide = max(map(len, (*self.attributes, *self.cell)))
        rows = self.attributes.items()
        return "\n".join(f"{name:{wide}}" + "".join(f"  {item:>{wide}} {CELL}" for item in row) for name, row in rows)

    def picture(
        self, values: Board, *, givens: Board | None = None, looks: Looks = NONE, notes: Notes = NONE
    ) -> Picture:
        """A table with a row for each house; below, what has no house yet."""
        cells = self.cells_of(values, values if givens is None else givens, looks)
        table: list[list[list[tuple[str, str]]]] = [[[] for _ in self.attributes] for _ in self.symbols]
        waiting: list[str] = []
        for (item, cell), value, shown in zip(self.cell.items(), np.asarray(values).tolist(), cells, strict=True):
            if value == OPEN:
                waiting.append(f"{item} ({' '.join(notes[cell].strip('()'))})" if cell in notes else item)
            else:
                table[value][cell // len(self.symbols)].append((item, shown.style))
        houses = [[("/".join(item for item, _ in held) or ".", held) for held in row] for row in table]
        wide = [max(map(len, (name, *(row[i][0] for row in houses)))) for i, name in enumerate(self.attributes)]
        head = ["house", *(name.ljust(w) for name, w in zip(self.attributes, wide, strict=True))]
        body = [[house, *[CELL] * len(wide)] for house in self.symbols]
        sheet = Sheet([head, *body], [[0] * len(head), *[[1] * len(head)] * len(body)])
        style = [max((style for _, style in held), key=("given", "filled", "unit", *MARKS).index, default="open")
                 for row in houses for _, held in row]  # fmt: skip
        texts = [text.ljust(w) for row in houses for (text, _), w in zip(row, wide, strict=True)]
        drawn = Drawn(sheet, [Cell(text, look) for text, look in zip(texts, style, strict=True)])
        return Picture((drawn, Said(f"not placed: {', '.join(waiting)}")) if waiting else (drawn,))


DOMAINS = {"zebra": lambda: Family(Zebra)}
