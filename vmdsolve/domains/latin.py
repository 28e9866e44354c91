"""Latin square: fill an n x n grid so that no row or column repeats a symbol.

A square to be completed is also known as a quasigroup with holes.
Known counts: 12 squares of order 3, 576 of order 4, 161,280 of order 5 (OEIS A002860).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput
from .base import SYMBOLS, Domain
from .kind import Kind, number_in
from .parts.grids import rows_and_columns

__all__ = ["DOMAINS", "LatinSquare"]


class LatinSquare(Domain):
    """Latin squares of order `n`, 2 to 64.

    Examples
    --------
    >>> LatinSquare(4).rules.L
    16
    """

    about = "Fill the grid so that no row and no column repeats a symbol."
    example = "..2.43.5..2..5.1.32......"

    def __init__(self, n: int) -> None:
        if not 2 <= n <= len(SYMBOLS):
            raise InvalidInput(f"Latin squares have order 2 to {len(SYMBOLS)}, got {n}")
        self.name = f"latin-{n}"
        self.symbols = SYMBOLS[:n]
        self.shape = (n, n)
        self.constraints = rows_and_columns(n)

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Relabel, permute rows, permute columns, transpose."""
        n = self.shape[0]
        cells = rng.permutation(n)[:, None] * n + rng.permutation(n)[None, :]
        return (cells.T if rng.random() < 0.5 else cells).ravel(), rng.permutation(n)


DOMAINS = {
    "latin": Kind(
        lambda size: LatinSquare(number_in(size, "latin")), f"2 to {len(SYMBOLS)}",
        {f"latin-{n}": str(n) for n in range(2, len(SYMBOLS) + 1)}, shown="5",
        aliases={"latin-square": "", "quasigroup": ""}, bare=False,
    )
}  # fmt: skip
