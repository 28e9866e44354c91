"""Cages: groups of neighbouring cells of a grid, each with a label such as the total of its cells.

Text form: `n n`, which may be left out; n rows of labels, '-' in all cells of a cage but one; n rows of cage numbers,
'-' outside of cages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...drawing import Sheet
from ...problem import Board
from ..lines import Lines
from .grids import neighbours, region_sheet

__all__ = ["Cage", "Found", "cage_sheet", "grow_cages", "read_cages", "write_cages"]

Cage = tuple[str, list[int]]  # label, "" for none; cells
NONE = ("-", ".")


class Found(NamedTuple):
    """A cage that was read, and the line of its label, or of its first cell."""

    label: str
    cells: list[int]
    line: int


def read_cages(lines: Lines, n: int) -> list[Found]:
    """The cages of an n x n grid; the label of those without one is ""."""
    shown = [token for _ in range(n) for token in lines.tokens("labels of cages", n)]
    first = lines.taken - n + 1
    labels = {cell: label for cell, label in enumerate(shown) if label not in NONE}
    members: dict[str, list[int]] = {}
    for cell, number in enumerate(token for _ in range(n) for token in lines.tokens("cage numbers", n)):
        if number not in NONE:
            members.setdefault(number, []).append(cell)
    cages: list[Found] = []
    for number, cells in members.items():
        found = [cell for cell in cells if cell in labels]
        line = first + found[-1] // n if found else first + n + cells[0] // n
        if len(found) > 1:
            lines.fail(f"cage {number[:40]!r} shows {len(found)} labels; wanted one", line)
        cages.append(Found("".join(labels.pop(cell) for cell in found), cells, line))
    for cell in labels:
        lines.fail(f"row {cell // n + 1}, column {cell % n + 1} shows a label outside of cages", first + cell // n)
    return cages


def write_cages(n: int, cages: Sequence[Cage], more: str = "") -> str:
    """The text of cages, on one line: the label in the first cell, numbers in the order given; `more` after the size.

    Examples
    --------
    >>> write_cages(2, [("3", [0, 1])])
    '2 2/3 -/- -/1 1/- -'
    """
    table = np.full((2, n * n), NONE[0], dtype=object)
    for number, (label, cells) in enumerate(cages, 1):
        table[0, cells[0]] = label or NONE[0]
        table[1, cells] = str(number)
    return "/".join([f"{n} {n}{more}", *(" ".join(row) for row in table.reshape(2 * n, n).tolist())])


def cage_sheet(n: int, cages: Sequence[Cage]) -> Sheet:
    """A grid with walls around its cages."""
    regions = np.arange(-n * n, 0)  # a cell outside of cages stands alone
    for number, (_, cells) in enumerate(cages):
        regions[cells] = number
    return region_sheet(regions.reshape(n, n).tolist(), {cells[0]: label for label, cells in cages if label})


def grow_cages(rng: np.random.Generator, answer: Board, density: float, *, distinct: bool) -> list[list[int]]:
    """Cuts a square grid into about `density` cages a cell, grown from random cells by random neighbours.

    Parameters
    ----------
    distinct
        a cage never takes a symbol of `answer` twice
    """
    n = len(answer)
    beside: list[list[int]] = [[] for _ in range(n)]
    for a, b in neighbours(round(n**0.5), round(n**0.5)):
        beside[a].append(b)
        beside[b].append(a)
    free = set(range(n))
    cages = []
    for start in rng.permutation(n).tolist():
        if start not in free:
            continue
        free.discard(start)
        cage, wanted = [start], 1 + rng.poisson(max(0.0, 1 / density - 0.4))  # the last stay smaller than wanted
        while len(cage) < wanted:
            held = {answer[cell] for cell in cage} if distinct else set()
            edge = sorted({b for a in cage for b in beside[a] if b in free and answer[b] not in held})
            if not edge:
                break
            cage.append(int(rng.choice(edge)))
            free.discard(cage[-1])
        cages.append(sorted(cage))
    return sorted(cages)
