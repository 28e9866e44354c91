"""The latent of a block of text: its posterior, which has read the block and those before; and its priors.

Both read with a few layers of their own, and take the mean of their states over the cells of each block. Distributions
are those of puzzles' latents; their rows are the blocks of all windows, [B * N, ...].
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..model.latents.distributions import Categorical, Distribution, Gaussian, choose_class, kl, log_density
from .config import TextConfig
from .layers import Norm, Stack

__all__ = ["Posterior", "Prior", "make_prior"]


def pooled(h: Tensor, cells: int) -> Tensor:
    """Means [B * N, H] over the blocks of states [B, n, H]."""
    return h.reshape(-1, cells, h.shape[2]).mean(1)


def _distribution(out: Tensor, classes: int) -> Distribution:
    if classes:
        return Categorical(out.float().view(len(out), -1, classes))
    mean, log_std = out.float().chunk(2, -1)
    return Gaussian(mean, log_std.clamp(-7, 3))


def _head(config: TextConfig, std: float) -> nn.Linear:
    head = nn.Linear(config.width, config.latent * (config.classes or 2))
    nn.init.normal_(head.weight, std=std)
    nn.init.zeros_(head.bias)
    return head


class Posterior(nn.Module):
    """q(z of a block | the block, the blocks before and, where z is drawn at each step, what is masked)."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.classes = config.classes
        self.stack, self.norm = Stack(config, config.readers), Norm(config.width)
        self.head = _head(config, 0.2 if config.classes else 0.02)  # codes that differ from the first step on

    def forward(self, h: Tensor, mask: Tensor | None, cells: int) -> Distribution:
        """From embeddings [B, n, H] of the text; `mask` lets no cell see blocks behind its own."""
        return _distribution(self.head(pooled(self.norm(self.stack(h, mask=mask)), cells)), self.classes)


class Prior(nn.Module):
    """N(0, I), or uniform classes: whatever is read."""

    reads = False

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.D, self.classes = config.latent, config.classes

    def features(self, h: Tensor, cells: int) -> Tensor:
        """[B * N, H] of states [B, n, H] of `stack`."""
        return pooled(h, cells)

    def draw(self, seen: Tensor, noise: Tensor) -> Tensor:
        """z [B * N, Z] made of standard normal noise [B * N, Z], given features [B * N, H]."""
        return self.of(seen, noise).draw(noise)

    def divergence(self, q: Distribution, z: Tensor, seen: Tensor) -> Tensor:
        """KL(q || this) in nats [B * N, D], or an unbiased estimate of it that uses z [B * N, Z] drawn from q."""
        return kl(q, self.of(seen, z))

    def log_density(self, z: Tensor, seen: Tensor) -> Tensor:
        """log p(z) in nats [B * N]."""
        return log_density(self.of(seen, z), z)

    def of(self, seen: Tensor, z: Tensor) -> Distribution:
        """The distribution itself; of groups after groups given those of z."""
        del seen
        even = z.new_zeros(len(z), self.D, *([self.classes] if self.classes else []))
        return Categorical(even) if self.classes else Gaussian(even, even)


class ConditionalPrior(Prior):
    """p(z | what is read), all dimensions or groups independent."""

    reads = True

    def __init__(self, config: TextConfig) -> None:
        super().__init__(config)
        self.stack, self.norm = Stack(config, config.readers), Norm(config.width)
        self.head = _head(config, 0.02)

    def features(self, h: Tensor, cells: int) -> Tensor:
        return pooled(self.norm(h), cells)

    def of(self, seen: Tensor, z: Tensor) -> Distribution:
        del z
        return _distribution(self.head(seen), self.classes)


class AutoregressivePrior(Prior):
    """p(z | what is read) = product over groups g of p(z_g | z_0 .. z_g-1, what is read)."""

    reads = True

    def __init__(self, config: TextConfig) -> None:
        super().__init__(config)
        G, C, H = config.latent, config.classes, config.width
        self.stack, self.norm = Stack(config, config.readers), Norm(H)
        self.earlier = nn.Linear(G * C, H, bias=False)
        self.group = nn.Parameter(0.1 * torch.randn(G, H))
        self.mix, self.head = nn.Linear(H, H), nn.Linear(H, C)

    def features(self, h: Tensor, cells: int) -> Tensor:
        return pooled(self.norm(h), cells)

    def _said(self) -> Tensor:
        """[G, C, H] what each class of each group says to the groups after it."""
        return self.earlier.weight.view(-1, self.D, self.classes).permute(1, 2, 0)

    def _logits(self, context: Tensor) -> Tensor:
        h = F.relu(context)
        out: Tensor = self.head(h + F.relu(self.mix(h)))
        return out.float()

    def draw(self, seen: Tensor, noise: Tensor) -> Tensor:
        parts, said = noise.view(len(noise), self.D, self.classes), self._said()
        drawn = []
        for g in range(self.D):
            drawn.append(choose_class(self._logits(seen + self.group[g]), parts[:, g]))
            seen = seen + (drawn[-1] @ said[g]).to(seen.dtype)
        return torch.cat(drawn, 1)

    def of(self, seen: Tensor, z: Tensor) -> Distribution:
        own = torch.einsum("bgc,gch->bgh", z.view(len(z), self.D, self.classes), self._said())
        return Categorical(self._logits(seen[:, None] + own.cumsum(1) - own + self.group))


PRIORS: dict[str, type[Prior]] = {
    "standard": Prior,
    "conditional": ConditionalPrior,
    "autoregressive": AutoregressivePrior,
}


def make_prior(config: TextConfig) -> Prior:
    """The prior that the config names."""
    return PRIORS[config.prior](config)
