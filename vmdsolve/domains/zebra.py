"""Zebra puzzles: people in a row of houses, each attribute a different one in every house, placed by clues.

Clues, each on a line of its own:
    red = english           the same house                milk at 3           house 3 (or `at 1 5`: 1 or 5)
    red != english          different houses              fox next-to kools   neighbours, either way round
    ivory left-of green     just left of it               ivory before green  somewhere to the left
    green right-of ivory    just right of it              green after ivory   somewhere to the right
    milk between fox kools  right of fox and left of kools
Known counts: without clues (n!)^attributes; Einstein's puzzle has one solution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import chain
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent
from ..drawing import Cell, Drawn, Picture, Said, Sheet
from ..drawing.text import MARKS
from ..errors import InvalidProblem
from ..plain import many
from ..problem import OPEN, Board, Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Fill, kind_of
from .drawn import NONE, Looks, Notes
from .lines import Lines
from .parts.houses import ITEMS, Clue, clue_text, mirrored, rules_of
from .parts.values import listed, short
from .worded import listed as enumerated

__all__ = ["DOMAINS", "Zebra"]


class Zebra(Clued):
    """`attributes` name their items; each item is a cell, its value a house. Density: clues, 1 being 3 an item."""

    name = "zebra"
    about = "People live in a row of houses; find by clues which house has which pet, drink, colour and so on."
    text_form = (
        "`houses n`, which may be left out; a line `attribute: item item ...` for each attribute; a line for each "
        "clue: `red = english`, `red != english`, `milk at 3`, `fox next-to milk`, `ivory left-of green` (just left of "
        "it), `green right-of ivory`, `ivory before green` (somewhere left of it), `green after ivory`, `milk between "
        "fox dog`; perhaps one line with a character an item, its house. A name has no spaces and stands once"
    )
    example = "houses 3/pet: fox dog cat/drink: tea milk water/fox = tea/dog next-to milk/water at 1/cat before fox"
    words = "items=attributes"
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
        self.legend = "; ".join(map(clue_text, clues))

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        n = 0
        if ":" not in lines.peek():
            head = lines.tokens("`houses n`", 2, whole=True)
            if head[0].rstrip(":") != "houses":
                lines.fail("wanted `houses n` first, or a line `attribute: item item ...`")
            n = lines.number(head[1], "the number of houses", 2, len(SYMBOLS))
        attributes: dict[str, list[str]] = {}
        items: dict[str, str] = {}
        while ":" in lines.peek():
            name, _, named_there = lines.line("an attribute").partition(":")
            name, named = " ".join(name.split()), named_there.replace(",", " ").split()
            if name in attributes:
                lines.fail(f"the attribute {name[:40]!r} stands twice")
            n = n or max(1, len(named))
            for item in named:
                if item in items:
                    what = f"{item[:40]!r} stands twice, in {items[item][:40]!r} and {name[:40]!r}"
                    lines.fail(f"{what}; give one of them another name")
                items[item] = name
            if len(named) != n:
                lines.fail(f"{name[:40]!r} has {many(len(named), 'item')}; wanted {n}, one a house")
            attributes[name] = named
        if not attributes:
            lines.fail("wanted a line `attribute: item item ...` next")
        clues: list[Clue] = []
        if not 2 <= n <= len(SYMBOLS):
            lines.fail(f"{many(n, 'house')}; wanted 2 to {len(SYMBOLS)}")
        while len(lines.peek().split()) > 1:
            clue = lines.tokens("a clue", whole=True)
            wanted = ITEMS.get(clue[1], 0)
            places = [lines.number(token, "a house", 1, n) for token in clue[2:]] if clue[1] == "at" else []
            named = clue[:1] if places else clue[:1] + clue[2:]
            if len(clue) < 3 or len(named) != wanted or len({*named}) != wanted:
                lines.fail(f"{' '.join(clue)[:60]!r} is no clue; words are {', '.join(ITEMS)}")
            if unknown := [item for item in named if item not in items]:
                near = get_close_matches(unknown[0], items, 1)
                lines.fail(
                    f"{unknown[0][:40]!r} is no item of any attribute" + "".join(f"; the nearest is {i}" for i in near)
                )
            clues.append((*clue[:2], *(map(str, places) if places else clue[2:])))
        return cls(attributes, clues), lines.cells()

    @classmethod
    def lines_of(cls, attributes: Any, clues: Any, givens: Any = None) -> list[str]:
        """`attributes` is a dict of lists of names; clues are text as in the text form, or tuples of its words.

        Givens are a dict item -> house, counted from 1. Blanks in names become '-'.

        Examples
        --------
        >>> Zebra.lines_of({"pet": ["fox", "dog"], "hue": ["red", "blue"]}, [("fox", "=", "red"), "dog at 2"])
        ['houses 2', 'pet: fox dog', 'hue: red blue', 'fox = red', 'dog at 2']
        """
        if not isinstance(attributes, Mapping) or not attributes:
            raise InvalidProblem(f"zebra: attributes are {short(attributes)}; wanted a dict of lists of names")
        table = {str(key): [str(i) for i in listed(row, cls.name, str(key))] for key, row in attributes.items()}
        for item in (item for row in table.values() for item in row):
            if not item.strip() or set(item) & set("/:\n"):
                raise InvalidProblem(f"zebra: an item is called {short(item)}; wanted a name without '/' and ':'")
        apart = sorted((item for row in table.values() for item in row if " " in item), key=len, reverse=True)

        def joined(text: str) -> str:
            for item in apart:
                text = text.replace(item, item.replace(" ", "-"))
            return text

        said = [c if isinstance(c, str) else " ".join(map(str, listed(c, cls.name, "a clue"))) for c in clues]
        lines = [f"houses {len(next(iter(table.values())))}"]
        lines += [f"{key.replace(':', ' ')}: {' '.join(map(joined, row))}" for key, row in table.items()]
        lines += map(joined, said)
        if givens is not None:
            at = {joined(str(item)): house for item, house in dict(givens).items()}
            items = [joined(item) for row in table.values() for item in row]
            if unknown := [item for item in at if item not in items]:
                raise InvalidProblem(f"zebra: {short(unknown[0])} is no item of any attribute")
            houses = range(1, len(SYMBOLS) + 1)
            if wrong := [house for house in at.values() if house not in houses]:
                raise InvalidProblem(f"zebra: a house is {short(wrong[0])}; wanted its number, from 1")
            lines.append("".join(SYMBOLS[at[item] - 1] if item in at else "." for item in items))
        return lines

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
        names = enumerated(list(self.cell)[cell] for cell in cells)
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


DOMAINS = {"zebra": kind_of(Zebra, "einstein", "logic-grid")}
