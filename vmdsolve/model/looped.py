"""What the two mixers share: one block, applied many times, its logits read at every loop."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ..kernels.state_noise import StateNoise
from .config import ModelConfig
from .modulation import Modulate
from .stirring import noise_on
from .units import Units

__all__ = ["Looped", "kept_after", "stirred"]


class Looped(nn.Module):
    """A denoiser p(x0 | x_t, z): logits of every cell from tokens, structure and latent code.

    Attributes
    ----------
    modulate
        what a code z does to the block; None where the model has no code
    fused
        the loops with gradients by another way, such as natively; None: by torch
    """

    modulate: Modulate | None
    axes: int  # of a state, between boards and channels

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.fused: Callable[..., Tensor] | None = None

    @abstractmethod
    def begin(self, x: Tensor, units: Units, factors: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Any, ...]]:
        """The state before the first loop, and what the block takes beside it, the same at every loop.

        Parameters
        ----------
        factors
            scale, scale times shift [B, ..., N] and gate [B, ..., H]; none without a code
        """

    block: Callable[..., Tensor]  # one application of the block: (state, *what `begin` gave) -> state

    def loop(self, h: Tensor, number: int, constant: tuple[Any, ...]) -> Tensor:
        """Loop number so much, the first is 1: the block once, and what its state keeps."""
        h = self.block(h, *constant)
        kept = kept_after(number, self.config.fade)
        return h if kept == 1 else h * kept

    @abstractmethod
    def logits_of(self, h: Tensor) -> Tensor:
        """Logits [B, L, V] of a state."""

    def start(
        self, x: Tensor, units: Units, z: Tensor | None, modulation: Tensor | None = None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """What `begin` gives, for latent codes z or what `modulate` made of them; see `forward`."""
        factors: tuple[Tensor, ...] = ()
        if self.modulate is not None:
            made: Tensor = self.modulate(z) if modulation is None else modulation
            factors = self.modulate.split(made.view(len(made), *[1] * self.axes, -1))
        return self.begin(x, units, factors)

    def forward(
        self,
        x: Tensor,
        units: Units,
        z: Tensor | None = None,
        loops: int | None = None,
        supervise: int = 1,
        *,
        modulation: Tensor | None = None,
        noise: StateNoise | None = None,
    ) -> Tensor:
        """Logits of the last loops.

        Loops before the supervised ones carry no gradient: they only bring the state to where it will be.

        Parameters
        ----------
        x
            Tokens, int64 [B, L], -1 where open.
        units
            The structure of the problem.
        z
            Latent codes, float32 [B, Z]; not looked at where the model has none.
        loops
            Applications of the block; None: what the model was made for.
        supervise
            S, how many of them, the last ones, are read.
        modulation
            In place of z, what `modulate` made of it: float32 [B, 2N + H].
        noise
            On the states, before the first loop and between loops; None: none.

        Returns
        -------
        Tensor
            float32 [S, B, L, V].

        Raises
        ------
        ModelMismatch
            The model has a latent, and neither z nor modulation is given.
        """
        loops = max(self.config.loops if loops is None else loops, supervise)
        if self.fused and torch.is_grad_enabled() and modulation is None:
            return self.fused(self, x, units, z, loops, supervise, noise)
        h, constant = self.start(x, units, z, modulation)
        h, read = stirred(h, noise, 0), []
        for loop in range(1, loops + 1):
            watched = loop > loops - supervise
            with torch.set_grad_enabled(watched and torch.is_grad_enabled()):
                h = self.loop(h, loop, constant)
                h = stirred(h, noise, loop) if loop < loops else h
                if watched:
                    read.append(self.logits_of(h))
        return torch.stack(read).float()


def kept_after(loop: int, fade: int) -> float:
    """What a state keeps of itself after so many loops, where states fade from loop number `fade` on; 0: they do not.

    Each loop adds to the states, which a block sees through a norm: the more loops, the less one of them changes.
    States that fade grow no further, so that loops go on to count (csrc/denoise/fade.hpp does the same).

    Examples
    --------
    >>> kept_after(47, 48), kept_after(48, 48) == 1 - 1 / 48, kept_after(1000, 0)
    (1.0, True, 1.0)
    """
    return 1 - 1 / fade if 0 < fade <= loop else 1.0


def stirred(h: Tensor, noise: StateNoise | None, loops: int) -> Tensor:
    """States with the noise of so many loops, in the measure of each one's deviation, through which nothing learns."""
    if noise is None or not noise.deviation(loops):
        return h
    more = noise_on(noise.keys, loops, h)
    own = (h.detach().float().var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt()  # as norm has it
    return h + noise.deviation(loops) * own.to(h) * more
