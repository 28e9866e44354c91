"""VMD: denoiser, posterior and prior together; the ELBO term by term; z for sampling.

Objective (arXiv 2510.23606, equation of the ELBO; terms returned apart)
    E_t w(t) [ sum over masked cells of -log p(x0_l | x_t, z) + lambda KL(q(z | x0, x_t) || p) ]
    alpha(t) = 1 - t is the probability that a cell is still visible, so w(t) = -alpha'(t) / (1 - alpha(t)) = 1 / t.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..problem import OPEN, Rules
from .config import ModelConfig
from .denoiser import Denoiser
from .latent import Encoder, Gaussian, kl

__all__ = ["VMD", "Terms", "objective", "reconstruction", "weight"]


class Terms(NamedTuple):
    """What the ELBO is made of, one row a board.

    nll       [S, B] sum over masked cells of -log p(x0_l | x_t, z), for each supervised loop, in nats
    kl        [B, D] KL(q || p) per latent dimension, in nats; D = 0 without latent
    masked    [B] number of masked cells
    """

    nll: Tensor
    kl: Tensor
    masked: Tensor


def reconstruction(logits: Tensor, x: Tensor, x0: Tensor) -> Tensor:
    """[S, B] sum over the open cells of x [B, L] of -log p(x0_l), from logits [S, B, L, V]."""
    S, B, L, V = logits.shape
    target = torch.where(x == OPEN, x0, -100).expand(S, B, L)  # -100: not a masked cell, costs nothing
    return F.cross_entropy(logits.reshape(-1, V), target.reshape(-1), reduction="none").view(S, B, L).sum(-1)


def weight(t: Tensor) -> Tensor:
    """w(t) = 1 / t for alpha(t) = 1 - t; t in (0, 1], t = 1 fully masked.

    >>> weight(torch.tensor([1.0, 0.5]))
    tensor([1., 2.])
    """
    return 1 / t


def objective(terms: Terms, share: Tensor, w: Tensor, latent_kl: float) -> Tensor:
    """What training minimises: the ELBO's terms of B boards as one mean over masked cells, in nats a cell.

    share      [S] how much each supervised loop counts, summing to 1
    w          [B] weight of each board: `weight(t)` for the ELBO as written above, ones to count all masked cells alike
    latent_kl  lambda

    >>> terms = Terms(torch.tensor([[6.0, 1.0]]), torch.tensor([[0.5], [0.0]]), torch.tensor([3, 1]))
    >>> objective(terms, torch.ones(1), torch.tensor([1.0, 2.0]), 1.0)
    tensor(1.7000)
    """
    kl_of_board = terms.kl.sum(1)
    return (share @ (terms.nll @ w) + latent_kl * (w @ kl_of_board)) / (w @ terms.masked.to(w.dtype)).clamp(min=1)


class VMD(nn.Module):
    """The whole model for the problems of one set of rules. `latent=0` in the config is the plain baseline."""

    def __init__(self, config: ModelConfig, rules: Rules) -> None:
        super().__init__()
        self.config = config
        self.denoiser = Denoiser(config, rules)
        if config.latent:
            self.posterior = Encoder(config, rules.V, sees_answer=True)
            if config.prior == "conditional":
                self.prior = Encoder(config, rules.V, sees_answer=False)

    def prior_of(self, x: Tensor) -> Gaussian | None:
        """p(z | x_t) for tokens x [B, L]; None stands for N(0, I)."""
        return self.prior(x) if self.config.prior == "conditional" and self.config.latent else None

    def draw(self, x: Tensor, noise: Tensor) -> Tensor | None:
        """z [B, D] from the prior, made of standard normal noise [B, D]; None without latent."""
        if not self.config.latent:
            return None
        prior = self.prior_of(x)
        return noise if prior is None else prior.draw(noise)

    def forward(self, x: Tensor, z: Tensor | None = None, loops: int | None = None) -> Tensor:
        """Logits [B, L, V] of p(x0 | x_t, z) after the last loop."""
        logits: Tensor = self.denoiser(x, z, loops)[0]
        return logits

    def terms(
        self, x: Tensor, x0: Tensor, noise: Tensor, *, loops: int | None = None, supervise: int = 1
    ) -> Terms:
        """The ELBO's terms for masked tokens x [B, L], answers x0 [B, L], normal noise [B, D] for z."""
        z, divergence = None, torch.zeros(len(x), 0, device=x.device)
        if self.config.latent:
            q = self.posterior(x, x0)
            z = q.draw(noise)
            divergence = kl(q, self.prior_of(x))
        logits = self.denoiser(x, z, loops, supervise)
        return Terms(reconstruction(logits, x, x0), divergence, (x == OPEN).sum(1))
