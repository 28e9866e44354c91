"""The denoiser of a hidden Markov model in closed form, so that a sampler's errors are all its own.

    p(x0_l | x_t)       by forward-backward: what a perfect network without latent would say
    p(x0_l | x_t, z)    z the hidden states of some cells, drawn from p(z | x_t): what one with a latent would say

Cells that are committed in one step are drawn apart. Without z that loses how they hang on each other, the more the
fewer steps; in random order, one cell a step, nothing is lost. Given the states of every second cell nothing hangs on
anything that is open, and one evaluation draws from the law itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ..domains.parts.markov import UNTOLD, HiddenMarkov
from ..errors import InvalidInput
from ..problem import Board

__all__ = ["ExactDenoiser"]

Floats = npt.NDArray[np.float32]
LEAST = 1e-30  # a chance that counts as none; its logarithm is finite


@dataclass(frozen=True)
class ExactDenoiser:
    """A `Network` for rows of L cells of a hidden Markov model.

    Attributes
    ----------
    chain
        the model
    L
        cells of a row
    told
        how many cells' hidden states are z, spread evenly over the row; 0: there is no latent

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.measure.law import law_of
    >>> from vmdsolve.sampler import Plan, fill_boards, latent_keys
    >>> rows = get("hidden-markov-4")
    >>> boards, keys = np.full((4000, 4), -1, np.int32), latent_keys(np.arange(4000, dtype=np.uint64), 0)
    >>> def variation(told, steps):
    ...     plan = Plan(steps=steps, order="random", temperature=1.0)
    ...     drawn = fill_boards(ExactDenoiser(rows.chain, 4, told), rows.rules, boards, plan, keys=keys)
    ...     return law_of(rows).compare(drawn.values).variation
    >>> variation(0, 1) > 0.5, variation(0, 4) < 0.1, variation(2, 1) < 0.1
    (True, True, True)

    References
    ----------
    arXiv 2602.19619, whose idea the exact denoiser is.
    """

    chain: HiddenMarkov
    L: int
    told: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.told <= self.L:
            raise InvalidInput(f"told is {self.told!r}; wanted 0 to {self.L}, the cells of a row")

    @property
    def z_width(self) -> int:
        """Z: a state a cell, UNTOLD but where z tells it; 0 without latent."""
        return self.L if self.told else 0

    @property
    def cells(self) -> npt.NDArray[np.int64]:
        """[told] the cells whose states z tells.

        Examples
        --------
        >>> from vmdsolve.domains.hidden import CHAIN
        >>> ExactDenoiser(CHAIN, 8, 4).cells.tolist(), ExactDenoiser(CHAIN, 8, 2).cells.tolist()
        ([1, 3, 5, 7], [2, 6])
        """
        return (np.arange(self.told) * self.L + self.L // 2) // max(1, self.told)

    def draw(self, x: Board, noise: Floats) -> Floats:
        """z [B, Z] from p(z | x), made of standard normal noise [B, Z]."""
        if not self.told:
            return noise
        uniform = torch.special.ndtr(torch.from_numpy(noise.astype(np.float64))).numpy()
        drawn = self.chain.states(x, uniform)
        z = np.full(x.shape, UNTOLD, np.float32)
        z[:, self.cells] = drawn[:, self.cells]
        return z

    def __call__(self, x: Board, z: Floats) -> Floats:
        """Logits [B, L, V] for rows x [B, L]: log-chances of each open cell's symbols."""
        told = z.astype(np.int32) if self.told else None
        return np.asarray(np.log(np.maximum(self.chain.symbols(x, told), LEAST)), np.float32)
