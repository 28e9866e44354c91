"""Priors of a latent code: standard, conditional on the tokens seen, and autoregressive over groups of classes.

Each has three methods: `draw` z for sampling, `divergence` of a posterior from it for the ELBO, and `log_density`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..config import ModelConfig
from ..units import Units
from .distributions import Categorical, Distribution, Gaussian, choose_class, kl, log_density
from .encoder import Encoder, make_features

__all__ = ["Prior", "make_prior"]


class Prior(nn.Module):
    """N(0, I), or uniform classes: the same whatever is seen."""

    sees = False  # the tokens

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor:
        """z [B, Z] for tokens x [B, L], made of standard normal noise [B, Z]."""
        del x, units
        if not self.config.classes:
            return noise
        parts = noise.view(-1, self.config.latent, self.config.classes)  # Gumbel noise grows with it
        return F.one_hot(parts.argmax(-1), self.config.classes).to(noise.dtype).flatten(1)

    def divergence(self, q: Distribution, z: Tensor, x: Tensor, units: Units) -> Tensor:
        """KL(q || this) in nats [B, D], or an unbiased estimate of it that uses z [B, Z] drawn from q."""
        del z, x, units
        return kl(q, None)

    def log_density(self, z: Tensor, x: Tensor, units: Units) -> Tensor:
        """log p(z | x) in nats [B]."""
        del x, units
        shape = (len(z), self.config.latent, *([self.config.classes] if self.config.classes else []))
        even = z.new_zeros(shape)
        return log_density(Categorical(even) if self.config.classes else Gaussian(even, even), z)


class ConditionalPrior(Prior):
    """p(z | x), all dimensions or groups independent given the tokens."""

    sees = True

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        self.encoder = Encoder(config, sees_answer=False)

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor:
        return self.of(x, units).draw(noise)

    def divergence(self, q: Distribution, z: Tensor, x: Tensor, units: Units) -> Tensor:
        del z
        return kl(q, self.of(x, units))

    def log_density(self, z: Tensor, x: Tensor, units: Units) -> Tensor:
        return log_density(self.of(x, units), z)

    def of(self, x: Tensor, units: Units) -> Distribution:
        """The distribution itself for tokens x [B, L]."""
        out: Distribution = self.encoder(x, units)
        return out


class AutoregressivePrior(Prior):
    """p(z | x) = product over groups g of p(z_g | z_0 .. z_g-1, x): one small network, called once a group.

    Fitted to the posterior's codes it follows the aggregate posterior, whose groups depend on each other however
    the posterior is factorised for one board.
    """

    sees = True

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        G, C, N = config.latent, config.classes, max(64, 2 * config.hidden)
        self.features = make_features(config, sees_answer=False)
        self.project = nn.Linear(config.hidden, N)
        self.earlier = nn.Linear(G * C, N, bias=False)
        self.group = nn.Parameter(0.1 * torch.randn(G, N))
        self.mix = nn.Linear(N, N)
        self.head = nn.Linear(N, C)

    def contributions(self) -> Tensor:
        """[G, C, N] what each class of each group says to the groups after it."""
        N = self.group.shape[1]
        return self.earlier.weight.view(N, self.config.latent, self.config.classes).permute(1, 2, 0)

    def logits(self, context: Tensor) -> Tensor:
        """[..., C] logits of a group from the sum [..., N] of what tokens, earlier groups and its number say."""
        h = F.relu(context)
        out: Tensor = self.head(h + F.relu(self.mix(h)))
        return out.float()

    def draw(self, x: Tensor, units: Units, noise: Tensor) -> Tensor:
        G, C = self.config.latent, self.config.classes
        context, parts = self.project(self.features(x, units)), noise.view(-1, G, C)
        contributions = self.contributions()
        z = torch.zeros_like(parts)
        for g in range(G):
            z[:, g] = choose_class(self.logits(context + self.group[g]), parts[:, g])
            context = context + z[:, g] @ contributions[g]
        return z.flatten(1)

    def conditionals(self, seen: Tensor, z: Tensor) -> Tensor:
        """[B, G, C] logits of every group, from what the tokens say [B, N] and the groups before it in z [B, Z]."""
        parts = z.view(-1, self.config.latent, self.config.classes)
        own = torch.einsum("bgc,gcn->bgn", parts, self.contributions())
        return self.logits(seen.unsqueeze(1) + own.cumsum(1) - own + self.group)

    def divergence(self, q: Distribution, z: Tensor, x: Tensor, units: Units) -> Tensor:
        """Exact in each group, by a draw over the groups before it."""
        return kl(q, Categorical(self.conditionals(self.project(self.features(x, units)), z)))

    def log_density(self, z: Tensor, x: Tensor, units: Units) -> Tensor:
        return log_density(Categorical(self.conditionals(self.project(self.features(x, units)), z)), z)


PRIORS: dict[str, type[Prior]] = {
    "standard": Prior,
    "conditional": ConditionalPrior,
    "autoregressive": AutoregressivePrior,
}


def make_prior(config: ModelConfig) -> Prior:
    """The prior that the config names."""
    return PRIORS[config.prior](config)
