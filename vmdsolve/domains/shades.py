"""Cells that drawings give a tone of their own, since no wall shows their units."""

from __future__ import annotations

from ..problem import Rules

__all__ = ["shaded"]

SHADED = ("diagonal", "window")  # relations


def shaded(rules: Rules, columns: int) -> list[int]:
    """Cells of diagonals and windows, and of every other box where walls show cages.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> shaded(get("sudoku-x:4").rules, 4)
    [0, 3, 5, 6, 9, 10, 12, 15]
    """
    names = rules.relations
    units = [rule.cells for rule in rules.constraints if rule.relation in SHADED] if {*SHADED} & {*names} else []
    if "cage" in names:
        units += _every_other([rule.cells for rule in rules.constraints if rule.relation == "box"], columns)
    cells = sorted({cell for unit in units for cell in unit})
    return cells if len(cells) < rules.L else []  # where all are, a tone says nothing


def _every_other(boxes: list[tuple[int, ...]], columns: int) -> list[tuple[int, ...]]:
    """Of boxes, those of one colour of a chessboard."""
    corners = [divmod(min(box), columns) for box in boxes]
    rows, across = ([*dict.fromkeys(sorted(side))] for side in zip(*corners, strict=True)) if boxes else ([], [])
    return [box for box, (r, c) in zip(boxes, corners, strict=True) if (rows.index(r) + across.index(c)) % 2]
