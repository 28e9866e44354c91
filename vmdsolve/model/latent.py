"""The latent z: its posterior q(z | x0, x_t) and its prior p(z) or p(z | x_t), both diagonal Gaussians [B, D].

The posterior must see which cells are masked, else it collapses (VADD, arXiv 2505.17384). The standard prior
N(0, I) is the paper's (arXiv 2510.23606, section 3); the conditional prior p(z | x_t) is ours.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import ModelConfig

__all__ = ["Encoder", "Gaussian", "kl"]


class Gaussian(NamedTuple):
    """A diagonal Gaussian: mean and log standard deviation, both [B, D]."""

    mean: Tensor
    log_std: Tensor

    def draw(self, noise: Tensor) -> Tensor:
        """z [B, D] from standard normal noise [B, D]."""
        return self.mean + self.log_std.exp() * noise


def kl(q: Gaussian, p: Gaussian | None) -> Tensor:
    """KL(q || p) in nats, one number a board and dimension [B, D]; p = None is N(0, I).

    >>> q = Gaussian(torch.ones(1, 2), torch.zeros(1, 2))
    >>> kl(q, None)
    tensor([[0.5000, 0.5000]])
    """
    mean, log_std = (torch.zeros_like(q.mean), torch.zeros_like(q.mean)) if p is None else p
    spread = torch.exp(2 * (q.log_std - log_std)) + ((q.mean - mean) * torch.exp(-log_std)) ** 2
    return log_std - q.log_std + 0.5 * (spread - 1)


class Encoder(nn.Module):
    """Candidates seen (and, for the posterior, the answer) -> Gaussian over z.

    Each candidate is embedded by what is known of it, mixed once with the mean over its cell's symbols and the
    mean over its symbol's cells, and pooled over the board.
    """

    def __init__(self, config: ModelConfig, V: int, *, sees_answer: bool) -> None:
        super().__init__()
        self.V, self.sees_answer = V, sees_answer
        H, N, D = config.width, config.hidden, config.latent
        self.state = nn.Embedding(6 if sees_answer else 3, H)
        self.positions = config.positions != (0, 0)
        if self.positions:
            self.cell = nn.Parameter(0.5 * torch.randn(config.positions[0], 1, H))
            self.symbol = nn.Parameter(0.5 * torch.randn(1, config.positions[1], H))
        self.mix = nn.Linear(3 * H, N)
        self.head = nn.Linear(N, 2 * D)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor, x0: Tensor | None = None) -> Gaussian:
        """Gaussian [B, D] from tokens x [B, L] with open cells, and the full answer x0 [B, L] if it sees one."""
        symbols = torch.arange(self.V, device=x.device)
        held = x.unsqueeze(-1)
        state = torch.where(held < 0, 0, torch.where(held == symbols, 1, 2))
        if self.sees_answer:
            assert x0 is not None, "the posterior needs the answer x0"
            state = 2 * state + (x0.unsqueeze(-1) == symbols)
        e = self.state(state)
        if self.positions:
            e = e + self.cell + self.symbol
        around = torch.cat([e, e.mean(2, keepdim=True).expand_as(e), e.mean(1, keepdim=True).expand_as(e)], -1)
        mean, log_std = self.head(F.relu(self.mix(around)).mean((1, 2))).float().chunk(2, -1)
        return Gaussian(mean, log_std.clamp(-7, 3))
