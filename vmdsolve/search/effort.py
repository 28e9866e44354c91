"""Effort: what exact search took, as columns."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Effort"]


class Effort(NamedTuple):
    """What exact search took of each of n problems.

    Attributes
    ----------
    nodes, clauses
        int64 [n], as of `SearchResult`
    """

    nodes: npt.NDArray[np.int64]
    clauses: npt.NDArray[np.int64]

    def of(self, which: npt.NDArray[Any] | slice) -> Effort:
        """Of some of them."""
        return Effort(self.nodes[which], self.clauses[which])
