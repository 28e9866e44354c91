"""Boards as plain values, from which a page draws them: squares and walls, lines of text, or a graph.

A cell is a number; what stands around it is text. Nothing here is markup.
"""

from __future__ import annotations

from itertools import combinations
from math import cos, pi, sin
from typing import Any

from ..constraints import AllDifferent
from ..domains import Domain
from ..domains.drawn import Pictured
from ..drawing import CELL, OUTSIDE, Sheet
from ..plain import clean, cut

__all__ = ["shaded", "shape_of"]

WIDEST = 60  # characters of one text on a board
SHADED = ("diagonal", "window")  # relations whose cells have a tone of their own
MOST_VERTICES = 64  # of a graph that is drawn as one


def shape_of(layout: Domain) -> dict[str, Any]:
    """How a board looks, without what its cells hold.

    Returns
    -------
    dict
        `is` says which: "sheet" with `rows` of squares (`cell` its number, `before` and `after` the text at its sides,
        or `text` alone), `left` and `above` where walls stand, `inside` which squares are the board's; "lines" with
        rows of texts and numbers of cells; "graph" with `edges` and the places `at` of its vertices, 0 to 1.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> shape_of(get("latin-2"))["rows"][1]
    [{'cell': 2}, {'cell': 3}]
    """
    edges = _edges(layout)
    if edges is not None:
        return {"is": "graph", "edges": edges, "at": _around(layout.rules.L)}
    if type(layout).frame is not Pictured.frame:
        return {"is": "lines", "rows": _lines(layout.frame())}
    return _sheet(layout.sheet())


def _sheet(sheet: Sheet) -> dict[str, Any]:
    cell, rows = 0, []
    for squares in sheet.squares:
        row: list[dict[str, Any]] = []
        for square in squares:
            before, held, after = square.partition(CELL)
            if held:
                texts = {"before": _text(before), "after": _text(after)}
                row.append({"cell": cell} | {side: text for side, text in texts.items() if text})
                cell += 1
            else:
                row.append({"text": _text(sheet.blocks.get(square, square))})
        rows.append(row)
    width = len(rows[0])
    regions = sheet.regions or [[0] * width] * len(rows)
    inside = [[region != OUTSIDE for region in row] for row in regions]
    return {"is": "sheet", "rows": rows, "left": sheet.left, "above": sheet.above, "inside": inside}


def shaded(layout: Domain) -> list[int]:
    """Cells of units that no wall shows, as diagonals and windows, and boxes where there are cages.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> shaded(get("sudoku-x:4"))
    [0, 3, 5, 6, 9, 10, 12, 15]
    """
    units = [rule.cells for rule in layout.rules.constraints if rule.relation in SHADED]
    if "cage" in layout.rules.relations:  # walls show cages, so that boxes want another sign
        units += _every_other(
            [rule.cells for rule in layout.rules.constraints if rule.relation == "box"], layout.shape[1]
        )
    return sorted({cell for unit in units for cell in unit})


def _every_other(boxes: list[tuple[int, ...]], columns: int) -> list[tuple[int, ...]]:
    """Of boxes, those of one colour of a chessboard."""
    corners = [divmod(min(box), columns) for box in boxes]
    rows, across = ([*dict.fromkeys(sorted(side))] for side in zip(*corners, strict=True)) if boxes else ([], [])
    return [box for box, (r, c) in zip(boxes, corners, strict=True) if (rows.index(r) + across.index(c)) % 2]


def _lines(frame: str) -> list[list[str | int]]:
    """Each line's pieces: text as it is, and the numbers of the cells between."""
    cell, rows = 0, []
    for line in frame.split("\n"):
        row: list[str | int] = []
        for number, text in enumerate(line.split(CELL)):
            if number:
                row.append(cell)
                cell += 1
            if text:
                row.append(_text(text, strip=False))
        rows.append(row)
    return rows


def _edges(layout: Domain) -> list[list[int]] | None:
    """The edges of a graph of few vertices, where rules are edges and nothing else; None of any other board."""
    rules = layout.rules
    if layout.shape[0] != 1 or rules.L > MOST_VERTICES or not rules.constraints:
        return None
    if rules.relations != ("edge",) or not all(isinstance(rule, AllDifferent) for rule in rules.constraints):
        return None
    return [list(pair) for pair in sorted({pair for rule in rules.constraints for pair in combinations(rule.cells, 2)})]


def _around(n: int) -> list[list[float]]:
    """Places of vertices: on a circle, in order."""
    return [[round(0.5 + 0.5 * sin(2 * pi * i / n), 4), round(0.5 - 0.5 * cos(2 * pi * i / n), 4)] for i in range(n)]


def _text(text: str, *, strip: bool = True) -> str:
    text = clean(cut(text, WIDEST))
    return text.strip() if strip else text
