"""VMD: a denoiser and a latent, for every problem whose relations the config names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor

from ..errors import ModelMismatch
from ..kernels.state_noise import StateNoise
from ..problem import OPEN, Rules
from .config import ModelConfig
from .elbo import Terms, reconstruction
from .hub import OnHub
from .latents import Learning, latent_of
from .latents.distributions import Distribution
from .latents.encoder import Encoder
from .latents.prior import Prior
from .mixers import make_denoiser
from .seeded import Seeded
from .units import Units, units_for

__all__ = ["VMD"]


class VMD(OnHub):
    """The whole model. It knows no puzzle: a problem's structure is an argument, which `units` makes of its rules.

    Parameters
    ----------
    config
        Its shape; `latent=0` is plain masked diffusion, the baseline.
    seed
        Of the weights that it is born with, 0 to 2^64 - 1. torch's global generator is not touched.

    Examples
    --------
    >>> import torch
    >>> from vmdsolve.domains import get
    >>> domain = get("sudoku-4x4")
    >>> model = VMD(ModelConfig.of(domain, width=8, latent=0, loops=2))
    >>> model(torch.full((1, 16), -1), model.units(domain.rules)).shape
    torch.Size([1, 16, 4])

    References
    ----------
    Zhang, Schwing, Zhao, Variational Masked Diffusion, arXiv 2510.23606.
    """

    posterior: Encoder  # this and the prior: where z is a code
    prior: Prior

    def __init__(self, config: ModelConfig, *, seed: int = 0) -> None:
        super().__init__()
        self.config, self.record = config, {}
        with Seeded(seed):
            self.denoiser = make_denoiser(config)
            self.latent = latent_of(config)
        for name, part in self.latent.parts.items():
            self.add_module(name, part)

    def with_config(self, **changes: Any) -> VMD:
        """The same weights, meant to be used otherwise: other `loops`, `fade`, `sampling` or `noise`.

        Raises
        ------
        ModelMismatch
            A field that there is none of, a value that cannot be, or one that weights depend on.

        Examples
        --------
        >>> model = VMD(ModelConfig("pair", ("both",), width=8, message=8, hidden=8, latent=0))
        >>> model.with_config(loops=256, fade=32).config.loops
        256
        """
        try:
            config = replace(self.config, **changes)
        except TypeError:
            raise ModelMismatch(f"{', '.join(sorted(changes))}: one of these is no field of a config") from None
        if not self.config.same_weights(config):
            raise ModelMismatch(
                f"weights depend on one of {', '.join(sorted(changes))}; loops, fade, sampling and noise may change"
            )
        other = VMD(config).train(self.training)
        other.load_state_dict(self.state_dict())
        other.record = dict(self.record)
        return other

    def units(self, rules: Rules) -> Units:
        """The structure of problems of these rules; the same object for the same rules.

        Raises
        ------
        ModelMismatch
            The model knows another number of cells or symbols, or lacks one of the relations.
        """
        return units_for(self.config, rules)

    def z_width(self, units: Units) -> int:
        """Z, how many numbers z is."""
        return self.latent.width(units)

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor | None:
        """z [B, Z] from the prior given tokens x [B, L], made of standard normal noise [B, Z]; None without latent."""
        return self.latent.draw(x, units, noise)

    def modulation(self, z: Tensor | None) -> Tensor | None:
        """[B, 2N + H] what z [B, Z] does to every block of the denoiser; None where z is no code."""
        if self.denoiser.modulate is None:
            return None
        out: Tensor = self.denoiser.modulate(z)
        return out

    def posterior_of(self, start: Tensor, x0: Tensor, units: Units, *, likeliest: bool = False) -> Distribution:
        """q(z | x0, start) for tokens and answers [B, L]; `likeliest`: all of it on its likeliest classes."""
        return self.latent.posterior_of(start, x0, units, likeliest=likeliest)

    def forward(
        self,
        x: Tensor,
        units: Units,
        z: Tensor | None = None,
        loops: int | None = None,
        modulation: Tensor | None = None,
    ) -> Tensor:
        """Logits [B, L, V] of p(x0 | x_t, z) after the last loop; for z its `modulation` will do."""
        logits: Tensor = self.predict(x, units, z, loops, 1, modulation)[0]
        return logits

    def predict(
        self,
        x: Tensor,
        units: Units,
        z: Tensor | None,
        loops: int | None,
        supervise: int,
        modulation: Tensor | None = None,
        noise: StateNoise | None = None,
    ) -> Tensor:
        """Logits [S, B, L, V] of the last S = `supervise` loops; `noise` on states in place of z's own, if any."""
        x, code = self.latent.condition(x, z)
        noise = self.latent.noise(z) if noise is None else noise
        out: Tensor = self.denoiser(x, units, code, loops, supervise, modulation=modulation, noise=noise)
        return out

    def terms(
        self,
        x: Tensor,
        x0: Tensor,
        units: Units,
        noise: Tensor,
        *,
        start: Tensor | None = None,
        how: Learning = Learning(),  # noqa: B008 - it cannot be changed
    ) -> Terms:
        """The ELBO's terms.

        Parameters
        ----------
        x
            Masked tokens, int64 [B, L].
        x0
            Answers, int64 [B, L]; OPEN where nothing is to be predicted.
        units
            The structure of the problem.
        noise
            Standard normal noise for z, float32 [B, Z].
        start
            Tokens where z is drawn, int64 [B, L]: posterior and prior see these. None: x itself, z drawn anew at
            every step, as the paper trains. Where sampling draws z once, at its start, give that start.
        how
            What moves the posterior, and which loops are read.

        Returns
        -------
        Terms
            One row a board.
        """
        z, kl = self.latent.terms(x if start is None else start, x0, units, noise, how)
        logits = self.predict(x, units, z, how.loops, how.supervise, noise=how.noise)
        return Terms(reconstruction(logits, x, x0), kl, ((x == OPEN) & (x0 != OPEN)).sum(1))
