"""VMD: denoiser, posterior and prior together; the ELBO term by term; z for sampling.

Objective (arXiv 2510.23606, equation of the ELBO; terms returned apart)
    E_t w(t) [ sum over masked cells of -log p(x0_l | x_t, z) + lambda KL(q(z | x0, x_t) || p) ]
    alpha(t) = 1 - t is the probability that a cell is still visible, so w(t) = -alpha'(t) / (1 - alpha(t)) = 1 / t.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelMismatch
from ..problem import OPEN, Rules
from .cells import CellPrior, make_denoiser, with_cells
from .config import ModelConfig
from .encoder import Encoder
from .latent import Categorical, Latent, eased
from .prior import make_prior

__all__ = ["VMD", "Terms", "objective", "reconstruction", "weight"]


class Terms(NamedTuple):
    """What the ELBO is made of, one row a board.

    nll       [S, B] sum over masked cells of -log p(x0_l | x_t, z), for each supervised loop, in nats
    kl        [B, D] KL(q || p) per latent dimension or group, in nats; D = 0 without latent
    masked    [B] number of masked cells
    """

    nll: Tensor
    kl: Tensor
    masked: Tensor


def reconstruction(logits: Tensor, x: Tensor, x0: Tensor) -> Tensor:
    """[S, B] sum over the open cells of x [B, L] of -log p(x0_l), from logits [S, B, L, V].

    A cell that is open in the answer x0, too, is not there yet (a later block) and costs nothing.
    """
    S, B, L, V = logits.shape
    target = torch.where((x == OPEN) & (x0 != OPEN), x0, -100).expand(S, B, L)  # -100: not a masked cell, costs nothing
    symbols_first = logits.reshape(S * B, L, V).transpose(1, 2)  # five times as fast: torch goes along cells then
    return F.cross_entropy(symbols_first, target.reshape(S * B, L), reduction="none").view(S, B, L).sum(-1)


def weight(t: Tensor) -> Tensor:
    """w(t) = 1 / t for alpha(t) = 1 - t; t in (0, 1], t = 1 fully masked.

    >>> weight(torch.tensor([1.0, 0.5]))
    tensor([1., 2.])
    """
    return 1 / t


def objective(terms: Terms, share: Tensor, w: Tensor) -> Tensor:
    """What training minimises: the ELBO's terms of B boards as one mean over masked cells, in nats a cell.

    share      [S] how much each supervised loop counts, summing to 1
    w          [B] weight of each board: `weight(t)` for the ELBO as written above, ones to count all masked cells alike

    >>> terms = Terms(torch.tensor([[6.0, 1.0]]), torch.tensor([[0.5], [0.0]]), torch.tensor([3, 1]))
    >>> objective(terms, torch.ones(1), torch.tensor([1.0, 2.0]))
    tensor(1.7000)
    """
    return (share @ (terms.nll @ w) + w @ terms.kl.sum(1)) / (w @ terms.masked.to(w.dtype)).clamp(min=1)


def _classes(q: Latent) -> Categorical:
    """q itself, which must be over classes to settle."""
    if not isinstance(q, Categorical):
        raise ModelMismatch("a Gaussian posterior cannot settle: at its mode its KL is infinite")
    return q


class VMD(nn.Module):
    """The whole model for the problems of one set of rules. `latent=0` in the config is the plain baseline."""

    def __init__(self, config: ModelConfig, rules: Rules) -> None:
        super().__init__()
        if config.positions not in ((0, 0), (rules.L, rules.V)):
            raise ModelMismatch(f"positions = {config.positions}; wanted ({rules.L}, {rules.V}), or (0, 0) for none")
        self.config = config
        self.asks = bool(config.latent) and config.prior == "cells"  # z is values of cells, no learned code
        self.z_width = rules.L * rules.V if self.asks else config.z_width
        self.denoiser = make_denoiser(replace(config, latent=0) if self.asks else config, rules)
        if self.asks:
            self.cells = CellPrior(config, rules)
        elif config.latent:
            self.posterior = Encoder(config, rules.V, sees_answer=True)
            self.prior = make_prior(config, rules.V)

    def under(self, rules: Rules) -> VMD:
        """A model for problems of other rules, of the relations that the config names; the parameters are shared."""
        with torch.random.fork_rng(devices=[]):  # what it is born with is thrown away
            other = VMD(self.config, rules)
        for mine, theirs in zip(self.modules(), other.modules(), strict=True):
            theirs._parameters.update(mine._parameters)
        return other.train(self.training)

    def draw(self, x: Tensor, noise: Tensor) -> Tensor | None:
        """z [B, Z] from the prior given tokens x [B, L], made of standard normal noise [B, Z]; None without latent."""
        if self.asks:
            return self.cells.draw(x, noise)
        return self.prior.draw(x, noise) if self.config.latent else None

    def modulation(self, z: Tensor | None) -> Tensor | None:
        """[B, 2N + H] what z [B, Z] does to every block of the denoiser; None where z is no learned code."""
        return self.denoiser.modulate(z) if self.config.latent and not self.asks else None

    def posterior_of(self, start: Tensor, x0: Tensor, *, settled: bool = False) -> Latent:
        """q(z | x0, start) for tokens and answers [B, L]; `settled`: all of it on its likeliest classes."""
        q: Latent = self.posterior(start, x0)
        return _classes(q).mode() if settled else q

    def forward(
        self, x: Tensor, z: Tensor | None = None, loops: int | None = None, modulation: Tensor | None = None
    ) -> Tensor:
        """Logits [B, L, V] of p(x0 | x_t, z) after the last loop; for z its `modulation` will do."""
        logits: Tensor = self.predict(x, z, loops, 1, modulation)[0]
        return logits

    def predict(
        self, x: Tensor, z: Tensor | None, loops: int | None, supervise: int, modulation: Tensor | None = None
    ) -> Tensor:
        """Logits [S, B, L, V] of the denoiser."""
        if self.asks:
            if z is None:
                raise ModelMismatch("this model has a latent: pass z [B, Z]")
            x, z = with_cells(x, z), None
        out: Tensor = self.denoiser(x, z, loops, supervise, modulation=modulation)
        return out

    def terms(
        self,
        x: Tensor,
        x0: Tensor,
        noise: Tensor,
        *,
        start: Tensor | None = None,
        latent_kl: float = 1.0,
        free_bits: float = 0.0,
        settled: bool = False,
        still: bool = False,
        loops: int | None = None,
        supervise: int = 1,
    ) -> Terms:
        """The ELBO's terms for masked tokens x [B, L], answers x0 [B, L], normal noise [B, Z] for z.

        `start` [B, L] are the tokens where z is drawn: posterior and prior see these. None: x itself, z drawn anew at
        every step, as the paper trains. Where sampling draws z once, at its start, give that start.
        `latent_kl` is lambda: the share of the KL's gradient that reaches the posterior, 0 to 1, none of it in
        dimensions below `free_bits` nats (Kingma et al. 2016). A learned prior always fits at full rate.
        Where z is values of cells no posterior learns, and `latent_kl`, `free_bits` and `settled` change nothing.
        `settled`: z is the posterior's likeliest code and no longer drawn, and lambda is 0: answers that share a code,
        and only they, still pull it apart, while the prior learns which codes there are. `still`: nothing moves it.
        """
        start = x if start is None else start
        z, divergence = None, torch.zeros(len(x), 0, device=x.device)
        if self.asks:
            z, divergence = self.cells.ask(start, x0, noise, loops, supervise)
        elif self.config.latent:
            q = self.posterior(start, x0)
            if settled:
                mode = _classes(q).mode()
                z, q = (mode.draw(noise) if still else _classes(q).code()), mode
            else:
                z = q.draw(noise)
            share: Tensor | float = latent_kl
            if free_bits:
                with torch.no_grad():
                    share = latent_kl * (self.prior.divergence(q, z, start).mean(0) > free_bits)
            divergence = self.prior.divergence(eased(q, share), z.detach(), start)
        logits = self.predict(x, z, loops, supervise)
        return Terms(reconstruction(logits, x, x0), divergence, ((x == OPEN) & (x0 != OPEN)).sum(1))
