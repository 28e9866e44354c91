"""The mixer "messages": one block of unit messages, applied many times to every candidate.

A candidate is one symbol in one cell; its state has H channels. One application of the block is

    n = norm(h)                                              [B, L, V, H]
    m = relu(W_m n)                                          what the candidate says
    a = W_n n + inject(x_t) + W_s mean over the cell's symbols of m
          + sum over relations r of W_r mean over the unit's cells of m
    h = h + gate * W_o relu(scale * (a + shift))

so a cell's candidates see each other, and a symbol sees its own kind along each unit: what a naked and a hidden
single need. Weights are the same for all candidates, cells, units of a relation, and loops; the input is injected
again at every loop; logits can be read at every loop. There are no positions (unless asked for): the network
commutes with every relabelling of symbols and every symmetry of the rules, so it need not learn them from data. Where
rules name a symbol, as those of queens do, symbols need embeddings, and cells still none.
The latent z enters as scale, shift and gate, computed once per z.

Departure from a block with one H-wide state a cell: measured side by side, see benchmarks/README.md, "mixer".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelMismatch
from .config import ModelConfig
from .looped import Looped
from .matrices import Means, means_of
from .modulation import Modulate
from .units import Units

__all__ = ["Denoiser"]


class Denoiser(Looped):
    """See the file's text."""

    axes = 2  # cells and symbols

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config)
        if not config.relations:
            raise ModelMismatch("there are no relations for messages to go along; take the mixer 'attention'")
        H, M, N = config.width, config.message, config.hidden
        self.state = nn.Embedding(3, H)  # open; holds this symbol; holds another
        L, V = config.positions
        self.cell = nn.Parameter(0.5 * torch.randn(L, 1, H)) if L else None
        self.symbol = nn.Parameter(0.5 * torch.randn(1, V, H)) if V else None
        self.inject = nn.Linear(H, N)
        self.norm = nn.LayerNorm(H)
        self.message = nn.Linear(H, M)
        self.self_update = nn.Linear(H, N, bias=False)
        self.symbol_update = nn.Linear(M, N, bias=False)
        self.unit_updates = nn.ModuleList(nn.Linear(M, N, bias=False) for _ in config.relations)
        self.update = nn.Linear(N, H)
        nn.init.normal_(self.update.weight, std=0.02)
        self.readout_norm = nn.LayerNorm(H)
        self.readout = nn.Linear(H, 1)
        self.modulate = Modulate(config) if config.code_width else None
        if self.modulate is not None:
            nn.init.normal_(self.modulate.weight, std=0.02)

    def embed(self, x: Tensor, V: int) -> Tensor:
        """[B, L] tokens -> [B, L, V, H] what each candidate begins with."""
        tokens, symbols = x.unsqueeze(-1), torch.arange(V, device=x.device)
        state = torch.where(tokens < 0, 0, torch.where(tokens == symbols, 1, 2))
        out: Tensor = self.state(state)
        for place in (self.cell, self.symbol):
            out = out if place is None else out + place
        return out

    def begin(
        self, x: Tensor, units: Units, factors: tuple[Tensor, ...]
    ) -> tuple[Tensor, tuple[Tensor, tuple[Tensor, ...], Means]]:
        h = self.embed(x, units.V)
        return h, (self.inject(h).to(h.dtype), factors, means_of(units, h.device))

    def block(self, h: Tensor, injected: Tensor, factors: tuple[Tensor, ...], means: Means) -> Tensor:
        """One application of the block: candidates h [B, L, V, H] -> the same shape."""
        B, L, V, _ = h.shape
        n = self.norm(h)
        m = F.relu(self.message(n))
        unit = (means.gather.to(m.dtype) @ m.view(B, L, -1)).view(B, -1, V, m.shape[-1])
        updates = zip(self.unit_updates, means.spans, strict=True)
        received = torch.cat([update(unit[:, a:b]) for update, (a, b) in updates], 1)
        a = (means.spread.to(m.dtype) @ received.view(B, received.shape[1], -1)).view(B, L, V, -1)
        a = a + self.self_update(n) + injected + self.symbol_update(m.mean(2, keepdim=True))
        if factors:
            scale, shifted, gate = factors
            return torch.addcmul(h, self.update(F.relu(torch.addcmul(shifted, a, scale))), gate)
        step: Tensor = self.update(F.relu(a))
        return h + step

    def logits_of(self, h: Tensor) -> Tensor:
        out: Tensor = self.readout(self.readout_norm(h)).squeeze(-1)
        return out
