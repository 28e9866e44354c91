"""`Structure`: what a puzzle is to the native denoiser: cells, symbols and units. Weights know none of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import vmdsolve._native as _native
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import checks
from vmdsolve.sets import MAX_SYMBOLS

__all__ = ["Structure"]


class Structure:
    """Cells, symbols and the units of each relation, prepared once and never changed.

    Any number of denoisers may share one; keep it beside the rules that it was made of.

    Parameters
    ----------
    L, V
        Cells, 1 to 65,536, and symbols, 1 to 64.
    relations
        For each relation, in the order in which the model has them, its units: each a sequence of different cells.

    Attributes
    ----------
    means
        How many rows of means over symbols and units a board has.

    Raises
    ------
    InvalidInput
        Where a size is outside its range, or a unit has no cells, or a cell twice, or one that is none.
    """

    def __init__(self, L: int, V: int, relations: Sequence[Sequence[Sequence[int]]]) -> None:
        self.L = checks.whole("L", L, checks.MAX_CELLS + 1)
        self.V = checks.whole("V", V, MAX_SYMBOLS + 1)
        checks.sizes({"L": self.L, "V": self.V})
        self.R = len(relations)
        self.means = self.L + self.V * sum(map(len, relations))
        units = [_unit(r, unit, self.L) for r, mine in enumerate(relations) for unit in mine]
        offsets = np.cumsum([0, *map(len, units)]).tolist()
        spans = np.cumsum([0, *map(len, relations)]).tolist()
        self.native = _native.Structure(self.L, self.V, offsets, [cell for unit in units for cell in unit], spans)


def _unit(relation: int, unit: Sequence[int], L: int) -> list[int]:
    cells = [checks.whole(f"a cell of a unit of relation {relation}", cell, L) for cell in unit]
    if not cells or len(set(cells)) < len(cells):
        raise InvalidInput(f"a unit of relation {relation} has cells {cells}, wanted one or more, each once")
    return cells
