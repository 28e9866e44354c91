"""Rows of a known hidden Markov model: a stand-in for text whose law, and whose every conditional, is known exactly.

A sampler asked with the exact denoiser (vmdsolve/measure/exact.py) makes errors that are all its own (the idea of
arXiv 2602.19619). Known counts: all 3^n rows of length n may come, their chances sum to 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput
from ..problem import Board
from .kind import Kind, number_in
from .parts.markov import HiddenMarkov
from .sequence import TokenSequence

__all__ = ["CHAIN", "DOMAINS", "Hidden"]

CHAIN = HiddenMarkov.ring(3, on=0.9, clear=0.9)


class Hidden(TokenSequence):
    """Rows of `length` letters a, b, c, which mostly follow each other in a ring, but show through noise alone.

    Examples
    --------
    >>> rows = Hidden(4)
    >>> rows.weight(np.array([rows.parse("abca").values, rows.parse("aaaa").values])).round(4).tolist()
    [0.1616, 0.001]
    """

    about = "Any row of a, b and c, of known chance: a hidden Markov model made it."
    many_answers = True
    example = "ab.a...."

    def __init__(self, length: int, chain: HiddenMarkov = CHAIN) -> None:
        if length < 1:
            raise InvalidInput(f"a row has 1 cell or more, got {length}")
        self.chain = chain
        super().__init__(f"hidden-markov-{length}", "abcdefghijklmnopqrstuvwxyz"[: chain.V], length)

    def weight(self, boards: Board) -> npt.NDArray[np.float64]:
        return np.asarray(np.exp(self.chain.log_p(boards)))


DOMAINS = {
    "hidden-markov": Kind(
        lambda size: Hidden(number_in(size, "hidden-markov")), "1 cell or more",
        {f"hidden-markov-{n}": str(n) for n in (4, 6, 8)}, shown="8", bare=False,
    )
}  # fmt: skip
