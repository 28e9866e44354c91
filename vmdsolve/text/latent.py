"""The latent of a block of text: its posterior, which has read the block and those before; and its priors.

Both read with a few layers of their own, and take the mean of their states over the cells of each region of a block, of
which there is one or more: so many of a block's groups are that region's. Distributions are those of puzzles' latents;
their rows are the blocks of all windows, [B * N, ...].
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..model.latents.distributions import Categorical, Distribution, Gaussian, choose_class, kl, log_density
from .config import TextConfig
from .layers import Norm, Regions, Stack

__all__ = ["Posterior", "Prior", "make_prior", "pooled"]

REACH = 16  # groups of which a later one is told


def pooled(h: Tensor, n: int, regions: Regions) -> Tensor:
    """Means [B * N, R, H] over the regions of blocks of n cells each, of states [B, N * n, H].

    Examples
    --------
    >>> pooled(torch.arange(8.0).view(1, 8, 1), 4, Regions(2, 4))[..., 0].tolist()
    [[0.5, 2.5], [4.5, 6.5]]
    """
    own = F.one_hot(regions.of(n, h.device), regions.within(n)).to(h.dtype)
    return (own / own.sum(0)).T @ h.reshape(-1, n, h.shape[2])


def _distribution(out: Tensor, classes: int) -> Distribution:
    """From [B * N, R, what is said of a region's groups or dimensions]."""
    if classes:
        return Categorical(out.float().view(len(out), -1, classes))
    mean, log_std = out.float().chunk(2, -1)
    return Gaussian(mean.flatten(1), log_std.clamp(-7, 3).flatten(1))


def _head(config: TextConfig, std: float) -> nn.Linear:
    head = nn.Linear(config.width, config.latent // config.regions * (config.classes or 2))
    nn.init.normal_(head.weight, std=std)
    nn.init.zeros_(head.bias)
    return head


class Posterior(nn.Module):
    """q(z of a block | the block, the blocks before and, where z is drawn at each step, what is masked)."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.classes, self.regions = config.classes, Regions(config.regions, config.cells)
        self.stack, self.norm = Stack(config, config.readers), Norm(config.width)
        self.head = _head(config, 0.2 if config.classes else 0.02)  # codes that differ from the first step on

    def forward(self, h: Tensor, mask: Tensor | None, n: int) -> Distribution:
        """From embeddings [B, N * n, H] of the text; `mask` lets no cell see blocks behind its own."""
        states = self.norm(self.stack(h, mask=mask))
        return _distribution(self.head(pooled(states, n, self.regions)), self.classes)


class Prior(nn.Module):
    """N(0, I), or uniform classes: whatever is read."""

    reads = False

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.D, self.classes, self.regions = config.latent, config.classes, Regions(config.regions, config.cells)

    def features(self, h: Tensor, n: int) -> Tensor:
        """[B * N, R, H] of states [B, N * n, H] of `stack`."""
        return pooled(h, n, self.regions)

    def draw(self, seen: Tensor, noise: Tensor, held: Tensor | None = None) -> Tensor:
        """z [B * N, Z] made of standard normal noise [B * N, Z], given features [B * N, R, H].

        held    [B * N, G, C], one-hot where a group's class is known, else 0; heeded by who goes from group to group
        """
        del held
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
        even = torch.zeros_like(z)
        return Categorical(even.view(len(z), -1, self.classes)) if self.classes else Gaussian(even, even)


class ConditionalPrior(Prior):
    """p(z | what is read), all dimensions or groups independent."""

    reads = True

    def __init__(self, config: TextConfig) -> None:
        super().__init__(config)
        self.stack, self.norm = Stack(config, config.readers), Norm(config.width)
        self.head = _head(config, 0.02)

    def features(self, h: Tensor, n: int) -> Tensor:
        return super().features(self.norm(h), n)

    def of(self, seen: Tensor, z: Tensor) -> Distribution:
        del z
        return _distribution(self.head(seen), self.classes)


class AutoregressivePrior(Prior):
    """p(z | what is read) = product over groups g of p(z_g | z_g-1, z_g-2 .. z_g-16, what is read)."""

    reads = True

    def __init__(self, config: TextConfig) -> None:
        super().__init__(config)
        G, C, H = config.latent, config.classes, config.width
        self.stack, self.norm = Stack(config, config.readers), Norm(H)
        self.group = nn.Parameter(0.1 * torch.randn(G, H))
        self.earlier = nn.Linear(min(max(1, G - 1), REACH) * C, H, bias=False)  # the group before first
        self.hidden_norm, self.hidden, self.update = Norm(H), nn.Linear(H, 4 * H), nn.Linear(4 * H, H)
        self.head_norm, self.head = Norm(H), nn.Linear(H, C)

    def features(self, h: Tensor, n: int) -> Tensor:
        return super().features(self.norm(h), n)

    def draw(self, seen: Tensor, noise: Tensor, held: Tensor | None = None) -> Tensor:
        own, said, parts = self._by_group(seen), self._said(), noise.view(len(noise), -1, self.classes)
        drawn: list[Tensor] = []
        for g in range(parts.shape[1]):
            context, before = own[:, g], drawn[: -REACH - 1 : -1]
            if before:
                context = context + torch.cat(before, 1).to(said.dtype) @ said[: len(before)].flatten(0, 1)
            free = choose_class(self._logits(context), parts[:, g])
            drawn.append(free if held is None else torch.where(held[:, g].any(-1, keepdim=True), held[:, g], free))
        return torch.cat(drawn, 1)

    def of(self, seen: Tensor, z: Tensor) -> Distribution:
        said, parts = self._said(), z.view(len(z), -1, self.classes)
        told = parts.new_zeros(*parts.shape[:2], said.shape[-1])
        for back, each in enumerate(said[: parts.shape[1] - 1], 1):
            told[:, back:] += parts[:, :-back] @ each
        return Categorical(self._logits(self._by_group(seen) + told))

    def _by_group(self, seen: Tensor) -> Tensor:
        """[B * N, G, H] what each group is told of features [B * N, R, H], and which group it is."""
        of_groups = seen.repeat_interleave(self.D // self.regions.R, 1)
        return of_groups + self.group[: of_groups.shape[1]]

    def _said(self) -> Tensor:
        """[groups back, C, H] what the class of the group before says, of that before it, and so on."""
        weight = self.earlier.weight
        return weight.T.reshape(-1, self.classes, len(weight))

    def _logits(self, context: Tensor) -> Tensor:
        h = context + self.update(F.gelu(self.hidden(self.hidden_norm(context)), approximate="tanh"))
        out: Tensor = self.head(self.head_norm(h))
        return out.float()


PRIORS: dict[str, type[Prior]] = {
    "standard": Prior,
    "conditional": ConditionalPrior,
    "autoregressive": AutoregressivePrior,
}


def make_prior(config: TextConfig) -> Prior:
    """The prior that the config names."""
    return PRIORS[config.prior](config)
