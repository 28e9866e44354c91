"""The latent as noise on the denoiser's states: where a network that is one block, many times, begins, and how it goes.

    z [B, 2]    two numbers, whose bits are the key of all of a board's noise: see kernels/state_noise.py; z = 0: none

Noise breaks the symmetry between a problem's answers, and the loops settle on one of them, in one evaluation.
No network is asked for z, no weight is added, and nothing is tied to positions or symbols: the same z serves any board.

The posterior has nothing to learn: which noise goes with which answer is found anew at every step, see
train/matching.py. Of an answer alone it is the prior, so there is no KL; a bound on the likelihood by it is true,
and loose where answers are many.
"""

from __future__ import annotations

from torch import Tensor

from ...errors import ModelMismatch
from ...kernels.state_noise import StateNoise
from ..config import STATES_WIDTH
from ..stirring import key_of
from ..units import Units
from .base import Latent, Learning
from .distributions import Distribution

__all__ = ["States"]


class States(Latent):
    """The latent of this file: z [B, 2]."""

    sees = False

    def width(self, units: Units) -> int:
        del units
        return STATES_WIDTH

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor:
        return noise

    def condition(self, x: Tensor, z: Tensor | None) -> tuple[Tensor, None]:
        """The denoiser hears of z by the noise alone."""
        del z
        return x, None

    def noise(self, z: Tensor | None) -> StateNoise:
        if z is None:
            raise ModelMismatch("this model has a latent: pass z [B, 2]")
        return StateNoise(key_of(z), *self.config.noise)

    def terms(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor, how: Learning) -> tuple[Tensor, Tensor]:
        return noise, noise.new_zeros(len(start), 0)

    def weighed(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor) -> tuple[Tensor, Tensor]:
        return noise, noise.new_zeros(len(start))

    def posterior_of(self, start: Tensor, x0: Tensor, units: Units, *, likeliest: bool = False) -> Distribution:
        raise ModelMismatch("z of this model is noise on states: there is no learned posterior to look at")
