"""No latent: plain masked diffusion, the baseline."""

from __future__ import annotations

from torch import Tensor

from ...errors import ModelMismatch
from ..units import Units
from .base import Latent, Learning
from .distributions import Distribution

__all__ = ["NoLatent"]


class NoLatent(Latent):
    """z says nothing and costs nothing."""

    def width(self, units: Units) -> int:
        del units
        return 0

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> None:
        return None

    def condition(self, x: Tensor, z: Tensor | None) -> tuple[Tensor, None]:
        del z
        return x, None

    def terms(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor, how: Learning) -> tuple[None, Tensor]:
        return None, noise.new_zeros(len(start), 0)

    def posterior_of(self, start: Tensor, x0: Tensor, units: Units, *, likeliest: bool = False) -> Distribution:
        raise ModelMismatch("this model has no latent; there is nothing to diagnose")

    def weighed(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor) -> tuple[None, Tensor]:
        return None, noise.new_zeros(len(start))
