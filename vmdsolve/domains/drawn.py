"""How a domain's boards look. A kind of puzzle says what its `sheet` is; the rest follows."""

from __future__ import annotations

from abc import ABC
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from ..drawing import CELL, Cell, Drawn, Frame, Graph, Picture, Sheet
from ..drawing.text import MARKS
from ..problem import OPEN, Board

__all__ = ["Looks", "Notes", "Pictured", "fill"]

Looks = Mapping[int, str]  # cell -> style (drawing/text.py): broken, next, unit
Notes = Mapping[int, str]  # cell -> text in place of what it holds: candidates, or two symbols
NONE: Mapping[int, str] = MappingProxyType({})
OPEN_CELL = Cell(".", "open", "·")


def fill(frame: str, characters: str) -> str:
    """`frame` with its cells written in, in order.

    Examples
    --------
    >>> fill("□ < □", "1.")
    '1 < .'
    """
    parts = frame.split(CELL)
    return parts[0] + "".join(c + part for c, part in zip(characters, parts[1:], strict=True))


class Pictured(ABC):
    """The drawing half of a Domain.

    Attributes
    ----------
    glyphs
        V characters that drawings show instead of the symbols; "" for the symbols
    boxed
        V characters that stand for these where box-drawing characters can be shown; "" for the same
    legend
        a line below the board: what they mean, or clues that stand at no cell; "" for none
    """

    symbols: str
    shape: tuple[int, int]
    glyphs: str = ""
    boxed: str = ""
    legend: str = ""

    def sheet(self) -> Sheet:
        """The board as squares, a CELL in each that is a cell, and walls."""
        rows, columns = self.shape
        return Sheet([[CELL] * columns] * rows)

    def shaded(self) -> Collection[int]:
        """Cells that have a tone of their own."""
        return ()

    def graph(self) -> Sequence[tuple[int, int]] | None:
        """The edges between cells, of a board that is a graph to be drawn as one; None of any other."""
        return None

    def frame(self) -> str:
        """The drawing of the board in plain text, on several lines, with a CELL for every cell, in order."""
        return self.sheet().text()

    def render(self, values: Board) -> str:
        """The board as people draw it in plain text, on several lines."""
        glyphs = (self.glyphs or self.symbols) + OPEN_CELL.text
        return fill(self.frame(), "".join(glyphs[value] for value in np.asarray(values).tolist()))

    def picture(
        self, values: Board, *, givens: Board | None = None, looks: Looks = NONE, notes: Notes = NONE
    ) -> Picture:
        """The board with what it holds, givens and other symbols in styles of their own.

        Parameters
        ----------
        values, givens
            [L], OPEN where nothing stands, or nothing is given; givens None: all of `values` is given
        looks
            styles of cells that are to be seen
        notes
            text in place of what a cell holds

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> domain = get("latin-2")
        >>> print(domain.picture(domain.parse("1...").values, looks={1: "next"}).text())
         1*.
         . .
        """
        cells = self.cells_of(values, values if givens is None else givens, looks, notes)
        if type(self).frame is not Pictured.frame:  # a drawing of its own, in plain text
            return Picture((_framed(self.frame(), cells),))
        drawn, edges = Drawn(self.sheet(), cells, self.shaded()), self.graph()
        return Picture((drawn if edges is None else Graph(drawn, edges, np.asarray(values).tolist()),))

    def cells_of(self, values: Board, givens: Board, looks: Looks = NONE, notes: Notes = NONE) -> list[Cell]:
        """What each cell shows, and in which style."""
        plain = self.glyphs or self.symbols
        boxed = self.boxed or plain
        held = zip(np.asarray(values).tolist(), np.asarray(givens).tolist(), strict=True)
        out = [
            OPEN_CELL if value == OPEN else Cell(plain[value], "filled" if given == OPEN else "given", boxed[value])
            for value, given in held
        ]
        for cell, style in looks.items():
            out[cell] = out[cell]._replace(style=style)
        for cell, text in notes.items():
            out[cell] = Cell(text, looks.get(cell, "open"))
        return out


def _framed(frame: str, cells: Sequence[Cell]) -> Frame:
    """A frame in plain text with its cells written in; marks take the blank before a cell, if there is one."""
    marked = any(cell.style in MARKS for cell in cells)
    shift = marked and any(line.startswith(CELL) for line in frame.split("\n"))
    left = iter(cells)
    out = []
    for text in frame.split("\n"):
        line: list[tuple[str, str]] = []
        for number, piece in enumerate((" " * shift + text).split(CELL)):
            if number:
                cell = next(left)
                if cell.style in MARKS and line and line[-1][0].endswith(" "):
                    line[-1] = (line[-1][0][:-1], line[-1][1])
                    line.append((MARKS[cell.style], cell.style))
                line.append((cell.text, cell.style))
            line.append((piece, "wall"))
        out.append(tuple(span for span in line if span[0]))
    return Frame(tuple(out))
