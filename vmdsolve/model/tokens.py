"""The mixer "attention": one state a cell, attention between cells, one block applied many times.

For token sequences, where a symbol means something of its own and positions matter. One application of the block is

    n = norm(h)                                              [B, L, H]
    m = attention over cells (n), each pair of cells biased by how they stand to each other
    a = W_n n + W_m m + inject(x_t)
    h = h + gate * W_o relu(scale * (a + shift))

The bias of a pair is learned for each head: one number for every distance, where the model has positions, and one for
every relation in which the two cells share a unit. z enters as in the other mixer: scale, shift and gate.
Attention is written as two matrix products: at these sizes the fused kernel's backward pass is the slower one.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelMismatch
from ..problem import OPEN
from .config import ModelConfig
from .looped import Looped
from .matrices import Pairs, pairs_of
from .modulation import Modulate
from .units import Units

__all__ = ["TokenDenoiser"]


class TokenDenoiser(Looped):
    """See the file's text."""

    axes = 1  # cells

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        H, N, V = config.width, config.hidden, config.symbols
        if not V:
            raise ModelMismatch("attention has weights for each symbol: say in the config how many symbols there are")
        self.V, self.heads = V, config.heads
        self.symbol = nn.Embedding(V + 1, H)  # the last: open
        self.relation = nn.Parameter(torch.zeros(self.heads, len(config.relations)))
        if config.positions[0]:
            self.cell = nn.Parameter(0.5 * torch.randn(config.positions[0], H))
            self.offset = nn.Parameter(torch.zeros(self.heads, 2 * config.positions[0] - 1))
        self.inject = nn.Linear(H, N)
        self.norm = nn.LayerNorm(H)
        self.qkv = nn.Linear(H, 3 * H)
        self.self_update = nn.Linear(H, N, bias=False)
        self.attention_update = nn.Linear(H, N, bias=False)
        self.update = nn.Linear(N, H)
        self.readout_norm = nn.LayerNorm(H)
        self.readout = nn.Linear(H, V)
        self.modulate = Modulate(config) if config.code_width else None
        if self.modulate is not None and config.classes:  # codes are heard from the first step on
            nn.init.normal_(self.modulate.weight, std=0.05)

    def bias(self, pairs: Pairs) -> Tensor:
        """[heads, L, L] what is added to the attention's scores."""
        out = torch.einsum("hr,rlm->hlm", self.relation, pairs.near)
        return out + self.offset[:, pairs.distance] if self.config.positions[0] else out

    def begin(self, x: Tensor, units: Units, factors: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor | None, ...]]:
        h = self.symbol(torch.where(x == OPEN, self.V, x))
        if self.config.positions[0]:
            h = h + self.cell
        injected, scale, gate = self.inject(h), None, None
        if factors:
            scale, shifted, gate = factors
            injected = torch.addcmul(shifted, injected, scale)  # the block scales what it adds to this, not the sum
        return h, (injected.to(h.dtype), self.bias(pairs_of(units, h.device)), scale, gate)

    def block(self, h: Tensor, injected: Tensor, bias: Tensor, scale: Tensor | None, gate: Tensor | None) -> Tensor:
        """One application of the block: cells h [B, L, H] -> the same shape; `injected` is scaled already."""
        B, L, H = h.shape
        n = self.norm(h)
        q, k, v = self.qkv(n).view(B, L, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # each [B, heads, L, H / heads]
        score = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5 + bias.to(q.dtype)
        m = (score.softmax(-1) @ v).transpose(1, 2).reshape(B, L, H)
        a = self.self_update(n) + self.attention_update(m)
        step: Tensor = self.update(F.relu(injected + a if scale is None else torch.addcmul(injected, a, scale)))
        return h + step if gate is None else torch.addcmul(h, step, gate)

    def logits_of(self, h: Tensor) -> Tensor:
        out: Tensor = self.readout(self.readout_norm(h))
        return out
