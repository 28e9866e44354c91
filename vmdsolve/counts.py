"""Counts: how often a symbol may stand among some cells, as kernels take it; and by what boards settle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _native
from .errors import InvalidInput
from .peers import Peers

__all__ = ["Counts", "Settles"]

Numbers = npt.NDArray[np.int32]
NAMES = ("offsets", "cells", "symbols", "least", "most")


@dataclass(frozen=True, eq=False)
class Counts:
    """From `least` to `most` of the cells of each unit hold its symbol.

    Parameters
    ----------
    L
        Number of cells.
    offsets : int32 [U + 1]
        Where the cells of each unit begin, and the end.
    cells : int32 [P]
        The cells of all units, end to end.
    symbols, least, most : int32 [U]
        Of each unit.

    Raises
    ------
    InvalidInput
        Where the arrays are no such lists.

    Examples
    --------
    >>> row = Counts.of(4, [([0, 1, 2, 3], 1, 1, 1)])
    >>> row.broken_by(np.int32([[0, 1, 0, 0], [1, 1, 0, 0]])).tolist()
    [False, True]
    """

    L: int
    offsets: Numbers
    cells: Numbers
    symbols: Numbers
    least: Numbers
    most: Numbers
    native: _native.Counts = field(init=False, repr=False)  # what the CPU's kernels take

    def __post_init__(self) -> None:
        for name in NAMES:
            array = getattr(self, name)
            if not isinstance(array, np.ndarray) or array.dtype != np.int32 or array.ndim != 1:
                raise InvalidInput(f"{name} of counts are {array!r}; wanted a NumPy array int32 [n]")
            array = array.copy()  # later changes by the caller do not reach us
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        try:
            made = _native.Counts(self.L, *(getattr(self, name) for name in NAMES))
        except ValueError as error:
            raise InvalidInput(
                f"counts of {self.L} cells: wrong is {error}; wanted offsets that rise from 0 to {len(self.cells)}, "
                f"cells 0 to {self.L - 1}, and a symbol, least and most for each of them"
            ) from None
        object.__setattr__(self, "native", made)

    @classmethod
    def of(cls, L: int, units: Iterable[tuple[Sequence[int], int, int, int]]) -> Counts:
        """Of units: their cells, the symbol, the least and the most."""
        every = list(units)
        offsets = np.cumsum([0, *(len(cells) for cells, *_ in every)]).astype(np.int32)
        listed = np.array([cell for cells, *_ in every for cell in cells], np.int32)
        return cls(L, offsets, listed, *np.array([of for _, *of in every], np.int32).reshape(-1, 3).T.copy())

    def __reduce__(self) -> tuple[Any, ...]:
        return Counts, (self.L, *(getattr(self, name) for name in NAMES))

    def listed(self) -> list[tuple[list[int], int, int, int]]:
        """Each as `of` takes it.

        Examples
        --------
        >>> Counts.of(3, [([0, 2], 1, 0, 1)]).listed()
        [([0, 2], 1, 0, 1)]
        """
        cells = [part.tolist() for part in np.split(self.cells, self.offsets[1:-1])] if len(self.symbols) else []
        return list(zip(cells, self.symbols.tolist(), self.least.tolist(), self.most.tolist(), strict=True))

    def broken_by(self, boards: Any) -> Any:
        """Which full boards [B, L] break one of them, bool [B]; of NumPy or torch."""
        out = boards[:, 0] < 0
        ends = self.offsets.tolist()
        for u, (begin, end) in enumerate(pairwise(ends)):
            held = (boards[:, self.cells[begin:end].tolist()] == int(self.symbols[u])).sum(1)
            out = out | (held < int(self.least[u])) | (held > int(self.most[u]))
        return out


class Settles(NamedTuple):
    """By what boards settle: no peers hold the same, and every count is right.

    Attributes
    ----------
    peers, counts
        None where there are none
    """

    peers: Peers | None
    counts: Counts | None = None
