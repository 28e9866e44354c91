"""Figures: pictures as marks; svg.py, raster.py and pdf.py write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ..plain import clean, cut
from .graph import PAINTS, Graph, around
from .marks import Area, Box, Disc, Mark, Stroke, Word, paler
from .paths import arrow, on_wall, tube
from .picture import Frame, Part, Picture
from .sheet import CELL, OUTSIDE, SOLID, Cell, Drawn, Sheet
from .signs import SIGNS
from .text import MARKS, STYLES

__all__ = ["Figure", "below", "beside", "board", "figure"]

SIZE, LOW = 40, 22  # of a square with a cell in it, and of the height of rows without
LETTER, LINE = 8.4, 20  # what a character of 14 pixels takes, and a line
GAP = 12
NARROW = 40  # characters a line, at least
WIDEST = 400  # characters of one word
ON_SOLID = "#ffffff"
OPEN = ("", ".", "·")  # what text shows of an open cell; a square is there without
INKS = {"filled": "#075985", "open": "#777777", "clue": "#444444", "aside": "#555555"}
ROOM, DISC = 48, 17  # of a vertex on the circle, and the radius of its disc
SHADE, WALL = "#e8ecef", "#444444"
GROUNDS = {"unit": "#fff0b8", "next": "#b7e4c0", "broken": "#ffc7bf"}


@dataclass(frozen=True)
class Figure:
    """Marks in the order in which they are drawn, within a width and a height."""

    marks: tuple[Mark, ...]
    width: float
    height: float

    def moved(self, x: float, y: float) -> tuple[Mark, ...]:
        """The marks at another place."""
        out: list[Mark] = []
        for mark in self.marks:
            if isinstance(mark, Stroke):
                out.append(mark._replace(x1=mark.x1 + x, y1=mark.y1 + y, x2=mark.x2 + x, y2=mark.y2 + y))
            elif isinstance(mark, Area):
                out.append(mark._replace(points=tuple((a + x, b + y) for a, b in mark.points)))
            else:
                out.append(mark._replace(x=mark.x + x, y=mark.y + y))
        return tuple(out)


def below(parts: Iterable[Figure]) -> Figure:
    """Figures one under another.

    Examples
    --------
    >>> below([Figure((), 10, 20), Figure((), 30, 5)])
    Figure(marks=(), width=30, height=37.0)
    """
    marks, width, height = list[Mark](), 0.0, float(-GAP)
    for part in parts:
        marks += part.moved(0, height + GAP)
        width, height = max(width, part.width), height + GAP + part.height
    return Figure(tuple(marks), width, max(0, height))


def beside(parts: Iterable[Figure]) -> Figure:
    """Figures side by side."""
    marks, width, height = list[Mark](), float(-GAP), 0.0
    for part in parts:
        marks += part.moved(width + GAP, 0)
        width, height = width + GAP + part.width, max(height, part.height)
    return Figure(tuple(marks), max(0, width), height)


def figure(picture: Picture, *, sure: Sequence[float] | None = None) -> Figure:
    """All parts of a picture, one under another.

    Parameters
    ----------
    sure
        [L] 0 to 1, how sure the symbol in each cell of its board is: pale where it is not
    """
    boards: dict[int, Figure] = {}
    for number, part in enumerate(picture.parts):
        if isinstance(part, Drawn):
            boards[number] = board(part, sure=sure)
        elif isinstance(part, Graph):
            boards[number] = graph(part, sure=sure)
    wide = max([NARROW, *(int(one.width / LETTER) for one in boards.values())])
    return below(boards.get(number) or _lines(part, wide) for number, part in enumerate(picture.parts))


def graph(drawn: Graph, *, sure: Sequence[float] | None = None) -> Figure:
    """A graph with its edges, and each vertex with its number beside it."""
    n = len(drawn.values)
    radius = max(ROOM, n * ROOM / 6)
    middle = radius + 2 * DISC + 4
    places, marks = [(middle + radius * x, middle + radius * y) for x, y in around(n)], list[Mark]()
    marks += [Stroke(*places[a], *places[b], "#777777", 1) for a, b in drawn.edges]
    for number, ((x, y), (dx, dy), cell, value) in enumerate(
        zip(places, around(n), drawn.cells, drawn.values, strict=True)
    ):
        if cell.style in GROUNDS:
            marks.append(Disc(x, y, DISC + 5, GROUNDS[cell.style], GROUNDS[cell.style]))
        marks.append(Disc(x, y, DISC, PAINTS[value % len(PAINTS)] if value >= 0 else "#ffffff", "#333333"))
        text = "" if cell.text in OPEN else cell.text
        marks += _word(text, x, y + 6, 18 if len(text) < 3 else 11, _dark(cell.style), pale=_pale(sure, number))
        marks += _word(str(number + 1), x + 1.7 * DISC * dx, y + 1.7 * DISC * dy + 4, 11, "clue")
    return Figure(tuple(marks), 2 * middle, 2 * middle)


def _dark(style: str) -> str:
    """On a painted ground a filled symbol is told from a given one by its weight alone."""
    return "" if style == "filled" else style


def _pale(sure: Sequence[float] | None, number: int) -> float:
    return 0.0 if sure is None else min(0.85, 1 - sure[number])


def board(drawn: Drawn, *, sure: Sequence[float] | None = None) -> Figure:
    """A sheet with what stands in its cells.

    Parameters
    ----------
    sure
        [L] 0 to 1, how sure each symbol is: pale where it is not
    """
    sheet, squares = drawn.sheet, drawn.sheet.squares
    cells = iter(drawn.cells if drawn.cells is not None else ())
    held = [[next(cells, Cell("")) if CELL in square else None for square in row] for row in squares]
    tiles = [[sheet.is_tile(r, c) for c in range(len(row))] for r, row in enumerate(squares)]
    wide = [max(_width(squares[r][c], held[r][c], tile=tiles[r][c]) for r in range(len(squares)))
            for c in range(len(squares[0]))]  # fmt: skip
    high = [SIZE if any(tiles[r]) or any(CELL in square for square in row) else LOW for r, row in enumerate(squares)]
    x, y = [0, *accumulate(wide)], [0, *accumulate(high)]
    grounds, words, number = list[Box](), list[Mark](), 0
    middles = list[tuple[float, float]]()
    for r, row in enumerate(squares):
        for c, square in enumerate(row):
            before, _, after = square.partition(CELL)
            cell, place = held[r][c], (x[c], y[r], wide[c], high[r])
            if cell is None and tiles[r][c] and sheet.wall is not None:
                grounds.append(Box(*place, WALL))
                words += on_wall(sheet.labels(r, c), *place)
            if cell is None:
                if not tiles[r][c] or sheet.wall is None:
                    words += _between(sheet, square, *place, 20 if tiles[r][c] else 14)
                continue
            text = cell.text if cell.boxed is None else cell.boxed
            if cell.style == "open" and text in OPEN:
                text = ""
            ground = GROUNDS.get(cell.style) or (SHADE if number in drawn.shaded else "")
            if ground:
                grounds.append(Box(*place, ground))
            pale = _pale(sure, number)
            size = 22 if len(text) < 3 else 15
            words += _in_square(text, *place, cell.style, size, pale)
            words += _word(MARKS.get(cell.style, ""), x[c + 1] - 7, y[r] + 13, 12, cell.style)
            before = "" if number in sheet.heads else before
            clues = _word(before, x[c] + 3, y[r] + 11, 10, "clue", at="start")
            clues += _word(after, x[c + 1] - 3, y[r] + high[r] - 4, 10, "clue", at="end")
            words += [word._replace(ink=ON_SOLID) for word in clues] if text == SOLID else clues
            middles.append((x[c] + wide[c] / 2, y[r] + high[r] / 2))
            number += 1
    draw = arrow if sheet.pointed else tube
    lines = (mark for path in sheet.paths for mark in draw([middles[cell] for cell in path]))
    return Figure((*grounds, *lines, *_walls(sheet, x, y), *words), x[-1], y[-1])


def _between(sheet: Sheet, square: str, x: float, y: float, width: float, height: float, size: float) -> list[Mark]:
    """What stands in a square without a cell: a clue, or a sign of the cells beside it."""
    text = sheet.blocks.get(square, square)
    ring = [Disc(x + width / 2, y + height / 2, 14, "#ffffff", "#777777")] * (sheet.ringed and bool(text.strip()))
    return [*ring, *_in_square(text, x, y, width, height, "clue", size)]


def _walls(sheet: Sheet, x: Sequence[int], y: Sequence[int]) -> list[Stroke]:
    """Lines between cells, and over them walls."""
    thin, thick = dict[Stroke, None](), dict[Stroke, None]()
    for r, row in enumerate(sheet.squares):
        for c, square in enumerate(row):
            inside = (CELL in square or sheet.tiled) and (sheet.regions is None or sheet.regions[r][c] != OUTSIDE)
            sides: tuple[tuple[bool, tuple[int, int, int, int]], ...] = (
                (sheet.left[r][c], (x[c], y[r], x[c], y[r + 1])),
                (sheet.left[r][c + 1], (x[c + 1], y[r], x[c + 1], y[r + 1])),
                (sheet.above[r][c], (x[c], y[r], x[c + 1], y[r])),
                (sheet.above[r + 1][c], (x[c], y[r + 1], x[c + 1], y[r + 1])),
            )
            for wall, place in sides:
                if wall:
                    thick[Stroke(*place, "#000000", 2.5)] = None
                elif inside:
                    thin[Stroke(*place, "#bbbbbb", 1)] = None
    return [*thin, *thick]


def _lines(part: Part, wide: int) -> Figure:
    """A sentence, or a board that is drawn in characters."""
    lines = part.lines(boxes=not isinstance(part, Frame), width=wide)
    words, longest = list[Word](), 0
    for number, line in enumerate(lines):
        at = 0
        for text, style in line:
            words += _word(text, at * LETTER, LINE * number + 15, 14, style, at="start")
            at += len(text)
        longest = max(longest, at)
    return Figure(tuple(words), longest * LETTER, LINE * len(lines))


def _width(square: str, cell: Cell | None, *, tile: bool) -> int:
    before, _, after = square.partition(CELL)
    if cell is None:
        return max(SIZE if tile else 18, int(LETTER * min(len(square), WIDEST)) + 6)
    longest, held = min(max(len(before), len(after)), WIDEST), min(len(cell.text), WIDEST)
    return max(SIZE, 6 * longest + 8, 9 * held + 8 if held > 2 else 0)


def _in_square(
    text: str, x: float, y: float, width: float, height: float, style: str, size: float, pale: float = 0.0
) -> list[Mark]:
    """A text in the middle of a square; a sign as a shape, that of a filled square fills it."""
    ink = paler(INKS.get(style, "#000000"), pale)
    if text == SOLID:
        return [Box(x + 3, y + 3, width - 6, height - 6, ink)]
    if text in SIGNS:
        side, at = min(width, height), (x + width / 2, y + height / 2)
        return [Area(tuple((at[0] + side * a, at[1] + side * b) for a, b in part), ink) for part in SIGNS[text]]
    return [*_word(text, x + width / 2, y + height / 2 + size * 0.35, size, style, pale=pale)]


def _word(
    text: str, x: float, y: float, size: float, style: str, *, at: str = "middle", pale: float = 0.0
) -> list[Word]:
    text = clean(cut(text, WIDEST))
    bold = "bold" in STYLES[style]
    return [Word(text, x, y, size, INKS.get(style, "#000000"), at, bold, pale)] if text.strip() else []
