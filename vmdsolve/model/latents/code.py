"""The latent as a learned code: Gaussian numbers or classes, with a posterior that sees the answer, and a prior."""

from __future__ import annotations

import torch
from torch import Tensor

from ...errors import ModelMismatch
from ..config import ModelConfig
from ..units import Units
from .base import Latent, Learning
from .distributions import Distribution, log_density, scale_gradient
from .encoder import Encoder
from .prior import make_prior

__all__ = ["Code"]


class Code(Latent):
    """z [B, D], or [B, groups * classes] with each group one-hot; it scales, shifts and gates the block."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.posterior = Encoder(config, sees_answer=True)
        self.prior = make_prior(config)
        self.sees = self.prior.sees
        self.parts = {"posterior": self.posterior, "prior": self.prior}

    def width(self, units: Units) -> int:
        del units
        return self.config.code_width

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor:
        return self.prior.draw(x, units, noise)

    def condition(self, x: Tensor, z: Tensor | None) -> tuple[Tensor, Tensor | None]:
        return x, z

    def terms(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor, how: Learning) -> tuple[Tensor, Tensor]:
        q: Distribution = self.posterior(start, units, x0)
        if how.code == "drawn":
            z = q.draw(noise)
        else:
            mode = q.mode()
            z = mode.draw(noise) if how.code == "frozen" else q.code()
            q = mode
        share: Tensor | float = how.latent_kl
        if how.free_bits:
            with torch.no_grad():
                share = share * (self.prior.divergence(q, z, start, units).mean(0) > how.free_bits)
        return z, self.prior.divergence(scale_gradient(q, share), z.detach(), start, units)

    def posterior_of(self, start: Tensor, x0: Tensor, units: Units, *, likeliest: bool = False) -> Distribution:
        q: Distribution = self.posterior(start, units, x0)
        return q.mode() if likeliest else q

    def weighed(self, start: Tensor, x0: Tensor, units: Units, noise: Tensor) -> tuple[Tensor, Tensor]:
        q = self.posterior_of(start, x0, units)
        z = q.draw(noise)
        return z, self.prior.log_density(z, start, units) - log_density(q, z)

    def check_training(self, *, settles: bool, blocks: int, many_boards: bool) -> None:
        del blocks, many_boards
        if settles and not self.config.classes:
            raise ModelMismatch("settle is for classes: a Gaussian posterior at its mode has infinite KL")
