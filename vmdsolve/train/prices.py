"""What answers cost because they were learned beyond their due: a price each, kept through a training.

`matched` holds answers to their due within one board at one step; where answers are more than copies, one that is
seldom the nearest is then hardly ever learned. So what was learned is counted: the price of an answer rises with each
copy that learns it beyond its due and falls as copies fall short, until over many steps all are learned as often as the
law has them. Prices are the potential that optimal transport from noise to answers has, climbed by stochastic ascent.

Source: semi-discrete optimal transport by its dual (Genevay, Cuturi, Peyré, Bach, arXiv 1605.08527, algorithm 2).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..errors import ModelMismatch
from .ranks import ALONE, Ranks

__all__ = ["PREFIX", "Prices"]

PREFIX = "price."  # of what a state holds
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Prices:
    """Of each kind of board, the price of each answer of its law, in nats.

    Parameters
    ----------
    rate
        Nats by which a price moves for each copy beyond what is due, in shares of what is due where that is more than
        one copy; 0: there are no prices, and nothing is counted.

    Examples
    --------
    >>> prices = Prices(0.5)
    >>> prices.begin("queens-6", 4)
    >>> prices.of(np.arange(4)).tolist()
    [0.0, 0.0, 0.0, 0.0]
    >>> prices.learned(np.arange(4), np.array([1, 1, 1, 3]), np.full(4, 1.0))
    >>> prices.settle()
    >>> prices.of(np.arange(4)).tolist()
    [-0.5, 1.0, -0.5, 0.0]
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._held: dict[str, Tensor] = {}
        self._now, self._change = "", torch.zeros(0, dtype=torch.float64)

    def begin(self, name: str, S: int) -> None:
        """A step on boards of this kind, which have so many answers, begins: what it finds counts from its end on."""
        if not self.rate:
            return
        held = self._held.setdefault(name, torch.zeros(S, dtype=torch.float64))
        if len(held) != S:
            raise ModelMismatch(f"a state has prices of {len(held)} answers of {name}; there are {S}")
        self._now, self._change = name, torch.zeros(S, dtype=torch.float64)

    def of(self, rows: Numbers) -> Floats | None:
        """[S'] the prices of these answers; None where there are none."""
        return self._held[self._now].numpy()[rows] if self.rate else None

    def learned(self, rows: Numbers, chosen: Numbers, due: Floats) -> None:
        """The copies of a board learned these of its answers.

        Parameters
        ----------
        rows
            [S'] the answers that the board has, by their number in the law
        chosen
            [K] what each copy learned, by number in `rows`
        due
            [S'] how many copies the law gives each
        """
        if not self.rate:
            return
        took = np.bincount(chosen, minlength=len(rows))
        self._change[torch.from_numpy(rows)] += torch.from_numpy(self.rate * (took - due) / np.maximum(1.0, due))

    def settle(self, ranks: Ranks = ALONE, device: torch.device | str = "cpu") -> None:
        """The step ends: what all ranks found, who exchange it by this device, changes the prices."""
        if self.rate:
            self._held[self._now] += ranks.of_all(self._change.to(device)).cpu()

    def tensors(self) -> dict[str, Tensor]:
        """All prices, for a state."""
        return {PREFIX + name: held for name, held in self._held.items()} if self.rate else {}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from what a state holds.

        Raises
        ------
        ModelMismatch
            It is no list of numbers.
        """
        self._held = {}
        for name, held in tensors.items():
            if name.startswith(PREFIX) and self.rate:
                if held.dtype != torch.float64 or held.dim() != 1:
                    raise ModelMismatch(f"a state's {name} is no list of prices")
                self._held[name.removeprefix(PREFIX)] = held.clone()
