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
    shares
        For each cell of each unit, what it takes of the mean over the unit; None: of each relation the mean over its
        units.

    Attributes
    ----------
    means
        How many rows of means over symbols and units a board has.
    plain
        Whether no shares were told.

    Raises
    ------
    InvalidInput
        Where a size is outside its range, or a unit has no cells, or a cell twice, or one that is none; or shares
        that are not one finite number for each of them.
    """

    def __init__(
        self,
        L: int,
        V: int,
        relations: Sequence[Sequence[Sequence[int]]],
        shares: Sequence[Sequence[Sequence[float]]] | None = None,
    ) -> None:
        self.L = checks.whole("L", L, checks.MAX_CELLS + 1)
        self.V = checks.whole("V", V, MAX_SYMBOLS + 1)
        checks.sizes({"L": self.L, "V": self.V})
        self.R = len(relations)
        self.means = self.L + self.V * sum(map(len, relations))
        units = [_unit(r, unit, self.L) for r, mine in enumerate(relations) for unit in mine]
        self.plain = shares is None
        told = [*map(float, _shares(relations, shares))]
        offsets = np.cumsum([0, *map(len, units)]).tolist()
        spans = np.cumsum([0, *map(len, relations)]).tolist()
        cells = [cell for unit in units for cell in unit]
        self.native = _native.Structure(self.L, self.V, offsets, cells, spans, told)


def _shares(
    relations: Sequence[Sequence[Sequence[int]]], shares: Sequence[Sequence[Sequence[float]]] | None
) -> list[float]:
    """The shares of all cells of all units, one after the other."""
    if shares is None:
        return []
    sizes, wanted = ([[len(unit) for unit in mine] for mine in of] for of in (shares, relations))
    out = [share for mine in shares for unit in mine for share in unit]
    if sizes != wanted or not np.isfinite(out).all():
        raise InvalidInput("shares of units are wrong; wanted a finite number for each cell of each unit, or None")
    return out


def _unit(relation: int, unit: Sequence[int], L: int) -> list[int]:
    cells = [checks.whole(f"a cell of a unit of relation {relation}", cell, L) for cell in unit]
    if not cells or len(set(cells)) < len(cells):
        raise InvalidInput(f"a unit of relation {relation} has cells {cells}, wanted one or more, each once")
    return cells
