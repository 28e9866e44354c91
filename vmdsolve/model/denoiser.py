"""The denoiser p(x0 | x_t, z): one block of unit messages, applied many times to every candidate.

A candidate is one symbol in one cell; its state has H channels. One application of the block is

    n = norm(h)                                              [B, L, V, H]
    m = relu(W_m n)                                          what the candidate says
    a = W_n n + inject(x_t) + W_s mean over the cell's symbols of m
          + sum over relations r of W_r mean over the unit's cells of m
    h = h + gate * W_o relu(scale * (a + shift))

so a cell's candidates see each other, and a symbol sees its own kind along each unit: what a naked and a hidden
single need. Weights are the same for all candidates, cells, units of a relation, and loops; the input is injected
again at every loop; logits can be read at every loop. There are no positions (unless asked for): the network
commutes with every relabelling of symbols and every symmetry of the rules, so it need not learn them from data.
The latent z enters as scale, shift and gate, computed once per z.

Departure from a block with one H-wide state a cell: measured side by side, see benchmarks/README.md, "mixer".
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import ModelMismatch
from ..problem import Rules
from .config import ModelConfig
from .modulation import Modulate

__all__ = ["Denoiser", "Units"]


class Units(nn.Module):
    """Means over units as two small matrices, built from the rules: cells to units, and units back to cells.

    gather    [U, L] row u is the mean over the cells of unit u
    spread    [L, U] row l is, for each relation, the mean over l's units of that relation
    spans     for each relation, its range of unit numbers
    """

    gather: Tensor
    spread: Tensor

    def __init__(self, rules: Rules, relations: tuple[str, ...]) -> None:
        super().__init__()
        if not relations:
            raise ModelMismatch("there are no relations for messages to go along; take the mixer 'attention'")
        if missing := [r for r in rules.relations if r not in relations]:
            raise ModelMismatch(f"the model knows the relations {list(relations)}, the problem also has {missing}")
        units = sorted(rules.constraints, key=lambda c: relations.index(c.relation))
        member = torch.zeros(len(units), rules.L)
        for u, unit in enumerate(units):
            member[u, list(unit.cells)] = 1
        spread = torch.zeros(rules.L, len(units))
        self.spans: list[tuple[int, int]] = []
        for relation in relations:
            ids = [u for u, unit in enumerate(units) if unit.relation == relation]
            start = ids[0] if ids else 0
            self.spans.append((start, start + len(ids)))
            mine = member[start : start + len(ids)].T
            spread[:, start : start + len(ids)] = mine / mine.sum(1, keepdim=True).clamp(min=1)
        self.register_buffer("gather", member / member.sum(1, keepdim=True), persistent=False)
        self.register_buffer("spread", spread, persistent=False)


class Denoiser(nn.Module):
    """See the file's text. `loops` applications of one block; returns logits for each loop asked for."""

    def __init__(self, config: ModelConfig, rules: Rules) -> None:
        super().__init__()
        H, M, N = config.width, config.message, config.hidden
        self.config, self.V = config, rules.V
        self.fused: Callable[..., Tensor] | None = None  # the loops with gradients, natively
        self.units = Units(rules, config.relations)
        self.state = nn.Embedding(3, H)  # open; holds this symbol; holds another
        if config.positions != (0, 0):
            self.cell = nn.Parameter(0.5 * torch.randn(config.positions[0], 1, H))
            self.symbol = nn.Parameter(0.5 * torch.randn(1, config.positions[1], H))
        self.inject = nn.Linear(H, N)
        self.norm = nn.LayerNorm(H)
        self.speak = nn.Linear(H, M)
        self.keep = nn.Linear(H, N, bias=False)
        self.hear_symbols = nn.Linear(M, N, bias=False)
        self.hear_units = nn.ModuleList(nn.Linear(M, N, bias=False) for _ in config.relations)
        self.write = nn.Linear(N, H)
        nn.init.normal_(self.write.weight, std=0.02)
        self.read_norm = nn.LayerNorm(H)
        self.read = nn.Linear(H, 1)
        if config.latent:
            self.modulate = Modulate(config)
            nn.init.normal_(self.modulate.weight, std=0.02)

    def embed(self, x: Tensor) -> Tensor:
        """[B, L] tokens -> [B, L, V, H] what each candidate is told."""
        held, symbols = x.unsqueeze(-1), torch.arange(self.V, device=x.device)
        state = torch.where(held < 0, 0, torch.where(held == symbols, 1, 2))
        out: Tensor = self.state(state)
        return out + self.cell + self.symbol if self.config.positions != (0, 0) else out

    def block(self, h: Tensor, told: Tensor, factors: tuple[Tensor, ...]) -> Tensor:
        """One application of the block: candidates h [B, L, V, H] -> the same shape.

        factors    scale, scale times shift [B, 1, 1, N] and gate [B, 1, 1, H]; none without latent
        """
        B, L, V, _ = h.shape
        n = self.norm(h)
        m = F.relu(self.speak(n))
        unit = (self.units.gather.to(m.dtype) @ m.view(B, L, -1)).view(B, -1, V, m.shape[-1])
        heard = torch.cat(
            [hear(unit[:, a:b]) for hear, (a, b) in zip(self.hear_units, self.units.spans, strict=True)], 1
        )
        a = (self.units.spread.to(m.dtype) @ heard.view(B, heard.shape[1], -1)).view(B, L, V, -1)
        a = a + self.keep(n) + told + self.hear_symbols(m.mean(2, keepdim=True))
        if factors:
            scale, shifted, gate = factors
            return torch.addcmul(h, self.write(F.relu(torch.addcmul(shifted, a, scale))), gate)
        step: Tensor = self.write(F.relu(a))
        return h + step

    def forward(
        self,
        x: Tensor,
        z: Tensor | None = None,
        loops: int | None = None,
        supervise: int = 1,
        *,
        modulation: Tensor | None = None,
    ) -> Tensor:
        """Logits [S, B, L, V] float32 of the last S = `supervise` of `loops` loops; tokens x [B, L], latents z [B, Z].

        In place of z, what `modulate` made of it will do: [B, 2N + H].
        Loops before the supervised ones carry no gradient: they only bring the state to where it will be.
        """
        loops = self.config.loops if loops is None else loops
        if self.fused and torch.is_grad_enabled() and modulation is None:
            return self.fused(self, x, z, loops, supervise)
        h = self.embed(x)
        told = self.inject(h).to(h.dtype)
        factors: tuple[Tensor, ...] = ()
        if self.config.latent:
            made = self.modulate(z) if modulation is None else modulation
            factors = self.modulate.split(made[:, None, None])
        with torch.no_grad():
            for _ in range(loops - supervise):
                h = self.block(h, told, factors)
        read = []
        for _ in range(supervise):
            h = self.block(h, told, factors)
            read.append(self.read(self.read_norm(h)).squeeze(-1))
        return torch.stack(read).float()
