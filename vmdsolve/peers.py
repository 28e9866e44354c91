"""Peers: which cells may not hold the same symbol, kept as units of cells rather than as pairs of them.

Memory and every walk are linear in the sum of the units' sizes, where one all-different rule over 65,536 cells has two
thousand million pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _native
from .errors import InvalidInput

__all__ = ["Peers"]

Cells = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Peers:
    """Cells that share a unit are each other's peers.

    Parameters
    ----------
    L
        Number of cells.
    offsets : int32 [U + 1]
        Where the cells of each unit begin, and the end.
    cells : int32 [P]
        The cells of all units, end to end; a unit names each of its cells once.

    Raises
    ------
    InvalidInput
        Where the arrays are no such lists.

    Examples
    --------
    >>> row = Peers.of(4, [[0, 1, 2], [2, 3]])
    >>> row.of_cell(2).tolist(), row.of_cell(3).tolist(), bool(row), bool(Peers.none(4))
    ([0, 1, 3], [2], True, False)
    """

    L: int
    offsets: Cells
    cells: Cells
    native: _native.Peers = field(init=False, repr=False)  # what the CPU's kernels take

    def __post_init__(self) -> None:
        for name in ("offsets", "cells"):
            array = getattr(self, name)
            if not isinstance(array, np.ndarray) or array.dtype != np.int32 or array.ndim != 1:
                raise InvalidInput(f"{name} of peers are {array!r}; wanted a NumPy array int32 [n]")
            array = array.copy()  # later changes by the caller do not reach us
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        try:
            object.__setattr__(self, "native", _native.Peers(self.L, self.offsets, self.cells))
        except ValueError as error:
            raise InvalidInput(
                f"peers of {self.L} cells: wrong is {error}; wanted offsets that rise from 0 to {len(self.cells)}, and "
                f"units of different cells 0 to {self.L - 1}"
            ) from None

    @classmethod
    def of(cls, L: int, units: Iterable[Sequence[int]]) -> Peers:
        """Of these units, each a sequence of different cells; those of one cell say nothing and are left out."""
        kept = [list(unit) for unit in units if len(unit) > 1]
        offsets = np.cumsum([0, *map(len, kept)]).astype(np.int32)
        return cls(L, offsets, np.array([cell for unit in kept for cell in unit], np.int32))

    @classmethod
    def none(cls, L: int) -> Peers:
        """No cell has peers."""
        return cls.of(L, ())

    def __bool__(self) -> bool:
        """Whether any cell has peers."""
        return bool((np.diff(self.offsets) > 1).any())

    def __reduce__(self) -> tuple[Any, ...]:
        return Peers, (self.L, self.offsets, self.cells)

    def of_cell(self, cell: int) -> Cells:
        """The peers of one cell, rising."""
        units = [self.cells[self.offsets[u] : self.offsets[u + 1]] for u in self._units_of(cell)]
        return np.setdiff1d(np.concatenate([*units, np.zeros(0, np.int32)]), [cell]).astype(np.int32)

    def pairs(self) -> tuple[Cells, Cells]:
        """The peers of all cells: offsets [L + 1], and the peers of each cell, rising. Quadratic in a unit's size."""
        lists = [self.of_cell(cell) for cell in range(self.L)]
        return np.cumsum([0, *map(len, lists)]).astype(np.int32), np.concatenate(lists)

    def _units_of(self, cell: int) -> npt.NDArray[np.intp]:
        order, begin = self._by_cell
        return np.searchsorted(self.offsets, order[begin[cell] : begin[cell + 1]], side="right") - 1

    @cached_property
    def _by_cell(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Where each cell stands in `cells`: all places, cell by cell, and where each cell's begin."""
        order = self.cells.argsort(kind="stable")
        return order, np.searchsorted(self.cells[order], np.arange(self.L + 1))
