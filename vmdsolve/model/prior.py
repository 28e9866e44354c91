"""Priors of the latent: standard, conditional on the tokens seen, and autoregressive over groups of classes.

Each has two methods: `draw` z for sampling, and `divergence` of a posterior from it for the ELBO.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import ModelConfig
from .encoder import Encoder, make_features
from .latent import Categorical, Latent, choose_class, kl

__all__ = ["Prior", "make_prior"]


class Prior(nn.Module):
    """N(0, I), or uniform classes: the same whatever is seen."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config

    def draw(self, x: Tensor, noise: Tensor) -> Tensor:
        """z [B, Z] for tokens x [B, L], made of standard normal noise [B, Z]."""
        if not self.config.classes:
            return noise
        del x
        even = noise.new_zeros(len(noise), self.config.latent, self.config.classes)
        return Categorical(even).draw(noise)

    def divergence(self, q: Latent, z: Tensor, x: Tensor) -> Tensor:
        """KL(q || this) in nats [B, D], or an unbiased estimate of it that uses z [B, Z] drawn from q."""
        del z, x
        return kl(q, None)


class ConditionalPrior(Prior):
    """p(z | x), all dimensions or groups independent given the tokens."""

    def __init__(self, config: ModelConfig, V: int) -> None:
        super().__init__(config)
        self.encoder = Encoder(config, V, sees_answer=False)

    def draw(self, x: Tensor, noise: Tensor) -> Tensor:
        return self.of(x).draw(noise)

    def divergence(self, q: Latent, z: Tensor, x: Tensor) -> Tensor:
        del z
        return kl(q, self.of(x))

    def of(self, x: Tensor) -> Latent:
        """The distribution itself for tokens x [B, L]."""
        out: Latent = self.encoder(x)
        return out


class AutoregressivePrior(Prior):
    """p(z | x) = product over groups g of p(z_g | z_0 .. z_g-1, x): one small network, called once a group.

    Fitted to the posterior's codes it follows the aggregate posterior, whose groups depend on each other however
    the posterior is factorised for one board.
    """

    earlier: Tensor

    def __init__(self, config: ModelConfig, V: int) -> None:
        super().__init__(config)
        G, C, N = config.latent, config.classes, max(64, 2 * config.hidden)
        self.features = make_features(config, V, sees_answer=False)
        self.see = nn.Linear(config.hidden, N)
        self.before = nn.Linear(G * C, N, bias=False)
        self.group = nn.Parameter(0.1 * torch.randn(G, N))
        self.mix = nn.Linear(N, N)
        self.head = nn.Linear(N, C)
        earlier = torch.ones(G, G).tril(-1).repeat_interleave(C, 1)  # [G, G * C]: what group g may see of z
        self.register_buffer("earlier", earlier, persistent=False)

    def logits(self, seen: Tensor, z: Tensor, groups: slice) -> Tensor:
        """[B, g, C] for some groups, from what the tokens say [B, N] and z [B, Z], of which earlier groups count."""
        h = seen.unsqueeze(1) + self.before(z.unsqueeze(1) * self.earlier[groups]) + self.group[groups]
        h = F.relu(h)
        out: Tensor = self.head(h + F.relu(self.mix(h)))
        return out.float()

    def draw(self, x: Tensor, noise: Tensor) -> Tensor:
        G, C = self.config.latent, self.config.classes
        seen, parts = self.see(self.features(x)), noise.view(-1, G, C)
        z = torch.zeros_like(parts)
        for g in range(G):
            z[:, g] = choose_class(self.logits(seen, z.flatten(1), slice(g, g + 1))[:, 0], parts[:, g])
        return z.flatten(1)

    def divergence(self, q: Latent, z: Tensor, x: Tensor) -> Tensor:
        """Exact in each group, by a draw over the groups before it."""
        seen = self.see(self.features(x))
        return kl(q, Categorical(self.logits(seen, z, slice(None))))


def make_prior(config: ModelConfig, V: int) -> Prior:
    """The prior that the config names."""
    if config.prior == "conditional":
        return ConditionalPrior(config, V)
    return AutoregressivePrior(config, V) if config.prior == "autoregressive" else Prior(config)
