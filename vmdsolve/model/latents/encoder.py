"""Encoder: a board, and for the posterior its answer, as one vector; and as a distribution over z."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...errors import ModelMismatch
from ...problem import OPEN
from ..config import ModelConfig
from ..units import Units
from .distributions import Categorical, Distribution, Gaussian

__all__ = ["CandidateEncoder", "Encoder", "TokenEncoder", "make_features"]


def _answer(x0: Tensor | None) -> Tensor:
    if x0 is None:
        raise ModelMismatch("a posterior sees the answer: pass x0 [B, L]")
    return x0


class CandidateEncoder(nn.Module):
    """Candidates seen (and, for the posterior, the answer) -> one vector.

    Each candidate is embedded by what is known of it, mixed once with the mean over its cell's symbols and the
    mean over its symbol's cells, and pooled over the board.
    """

    def __init__(self, config: ModelConfig, *, sees_answer: bool) -> None:
        super().__init__()
        self.sees_answer = sees_answer
        H, N = config.width, config.hidden
        self.state = nn.Embedding(6 if sees_answer else 3, H)
        L, V = config.positions
        self.cell = nn.Parameter(0.5 * torch.randn(L, 1, H)) if L else None
        self.symbol = nn.Parameter(0.5 * torch.randn(1, V, H)) if V else None
        self.mix = nn.Linear(3 * H, N)

    def forward(self, x: Tensor, units: Units, x0: Tensor | None = None) -> Tensor:
        """[B, N] from tokens x [B, L] with open cells, and the answer x0 [B, L] if it sees one."""
        symbols = torch.arange(units.V, device=x.device)
        tokens = x.unsqueeze(-1)
        state = torch.where(tokens < 0, 0, torch.where(tokens == symbols, 1, 2))
        if self.sees_answer:
            state = 2 * state + (_answer(x0).unsqueeze(-1) == symbols)
        e = self.state(state)
        for place in (self.cell, self.symbol):
            e = e if place is None else e + place
        around = torch.cat([e, e.mean(2, keepdim=True).expand_as(e), e.mean(1, keepdim=True).expand_as(e)], -1)
        return F.relu(self.mix(around)).mean((1, 2))


class TokenEncoder(nn.Module):
    """What is seen of each cell (and, for the posterior, its answer), mixed with the mean over cells, as one vector."""

    def __init__(self, config: ModelConfig, *, sees_answer: bool) -> None:
        super().__init__()
        H, N, V = config.width, config.hidden, config.symbols
        self.V, self.sees_answer, self.positions = V, sees_answer, bool(config.positions[0])
        self.seen = nn.Embedding(V + 1, H)
        if sees_answer:
            self.answer = nn.Embedding(V + 1, H)
        if self.positions:
            self.cell = nn.Parameter(torch.randn(config.positions[0], H))
        self.first = nn.Linear(H, N)
        self.second = nn.Linear(2 * N, N)

    def forward(self, x: Tensor, units: Units, x0: Tensor | None = None) -> Tensor:
        """[B, N] from tokens x [B, L] with open cells, and the answer x0 [B, L] if it sees one."""
        del units
        e = self.seen(torch.where(x == OPEN, self.V, x))
        if self.sees_answer:
            x0 = _answer(x0)
            e = e + self.answer(torch.where(x0 == OPEN, self.V, x0))
        h = F.relu(self.first(e + self.cell if self.positions else e))
        around = torch.cat([h, h.mean(1, keepdim=True).expand_as(h)], -1)
        return F.relu(self.second(around)).mean(1)


def make_features(config: ModelConfig, *, sees_answer: bool) -> CandidateEncoder | TokenEncoder:
    """The network from tokens to one vector [B, N] that goes with the config's mixer."""
    kind = TokenEncoder if config.mixer == "attention" else CandidateEncoder
    return kind(config, sees_answer=sees_answer)


class Encoder(nn.Module):
    """Tokens (and, for the posterior, the answer) -> distribution over z."""

    def __init__(self, config: ModelConfig, *, sees_answer: bool) -> None:
        super().__init__()
        self.classes = config.classes
        self.features = make_features(config, sees_answer=sees_answer)
        self.head = nn.Linear(config.hidden, config.latent * (config.classes or 2))
        # A posterior over classes begins with codes that differ: from equal ones, straight-through gradients take many
        # times as long to tell answers apart, and some pairs never part.
        nn.init.normal_(self.head.weight, std=1.0 if config.classes and sees_answer else 0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor, units: Units, x0: Tensor | None = None) -> Distribution:
        """Distribution over z from tokens x [B, L] and, if it sees one, the answer x0 [B, L]."""
        out = self.head(self.features(x, units, x0)).float()
        if self.classes:
            return Categorical(out.view(len(x), -1, self.classes))
        mean, log_std = out.chunk(2, -1)
        return Gaussian(mean, log_std.clamp(-7, 3))
