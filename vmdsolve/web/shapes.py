"""Boards as plain values, from which a page draws them: squares and walls, lines of text, or a graph.

A cell is a number; what stands around it is text. Nothing here is markup.
"""

from __future__ import annotations

from typing import Any

from ..domains import Domain
from ..domains.drawn import Pictured
from ..drawing import CELL, OUTSIDE, Sheet
from ..drawing.graph import around
from ..plain import clean, cut

__all__ = ["shape_of"]

WIDEST = 60  # characters of one text on a board


def shape_of(layout: Domain) -> dict[str, Any]:
    """How a board looks, without what its cells hold.

    Returns
    -------
    dict
        `is` says which: "sheet" with `rows` of squares (`cell` its number, `before` and `after` the text at its sides;
        or `wall`, one text or two, down and across; or `text`, of a `tile` where it is as large as a cell), `left` and
        `above` where walls stand, `inside` which squares are the board's, `ringed`, and `paths` of cells that lines go
        through, `pointed` or not; "lines" with rows of texts and numbers of cells; "graph" with `edges` and the
        places `at` of its vertices, 0 to 1.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> shape_of(get("latin-2"))["rows"][1]
    [{'cell': 2}, {'cell': 3}]
    """
    edges = layout.graph()
    if edges is not None:
        at = [[round(0.5 + 0.5 * x, 4), round(0.5 + 0.5 * y, 4)] for x, y in around(layout.rules.L)]
        return {"is": "graph", "edges": [list(edge) for edge in edges], "at": at}
    if type(layout).frame is not Pictured.frame:
        return {"is": "lines", "rows": _lines(layout.frame())}
    return _sheet(layout.sheet())


def _sheet(sheet: Sheet) -> dict[str, Any]:
    cell, rows = 0, []
    for r, squares in enumerate(sheet.squares):
        row: list[dict[str, Any]] = []
        for c, square in enumerate(squares):
            before, held, after = square.partition(CELL)
            if held:
                texts = {"before": "" if cell in sheet.heads else _text(before), "after": _text(after)}
                row.append({"cell": cell} | {side: text for side, text in texts.items() if text})
                cell += 1
            elif sheet.is_tile(r, c) and sheet.wall is not None:
                row.append({"wall": [_text(label) for label in sheet.labels(r, c)]})
            else:
                row.append({"tile": True} if sheet.is_tile(r, c) else {})
                row[-1] |= {"text": _text(sheet.blocks.get(square, square))}
        rows.append(row)
    width = len(rows[0])
    regions = sheet.regions or [[0] * width] * len(rows)
    inside = [[region != OUTSIDE for region in row] for row in regions]
    paths = [list(path) for path in sheet.paths]
    return {
        "is": "sheet", "rows": rows, "left": sheet.left, "above": sheet.above, "inside": inside,
        "paths": paths, "pointed": sheet.pointed, "ringed": sheet.ringed,
    }  # fmt: skip


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


def _text(text: str, *, strip: bool = True) -> str:
    text = clean(cut(text, WIDEST))
    return text.strip() if strip else text
