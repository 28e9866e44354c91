"""The other mixer: one state a cell, attention between cells, one block applied many times.

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
from ..problem import OPEN, Rules
from .config import ModelConfig
from .modulation import Modulate

__all__ = ["TokenDenoiser", "TokenEncoder"]


class TokenDenoiser(nn.Module):
    """See the file's text; the same interface as `Denoiser`."""

    near: Tensor  # [R, L, L] 1 where two cells share a unit of the relation
    distance: Tensor  # [L, L] index of how far one cell lies after another

    def __init__(self, config: ModelConfig, rules: Rules) -> None:
        super().__init__()
        H, N, L = config.width, config.hidden, rules.L
        self.config, self.V, self.heads = config, rules.V, config.heads
        self.symbol = nn.Embedding(rules.V + 1, H)  # the last: open
        near = torch.zeros(len(config.relations), L, L)
        for unit in rules.constraints:
            if unit.relation not in config.relations:
                raise ModelMismatch(
                    f"the model knows the relations {list(config.relations)}, the problem has {unit.relation!r}"
                )
            cells = torch.tensor(unit.cells)
            near[config.relations.index(unit.relation), cells[:, None], cells] = 1
        self.register_buffer("near", near, persistent=False)
        self.relation = nn.Parameter(torch.zeros(self.heads, len(config.relations)))
        if config.positions[0]:
            self.cell = nn.Parameter(0.5 * torch.randn(config.positions[0], H))
            self.offset = nn.Parameter(torch.zeros(self.heads, 2 * L - 1))
            cell = torch.arange(L)
            self.register_buffer("distance", cell[:, None] - cell + L - 1, persistent=False)
        self.inject = nn.Linear(H, N)
        self.norm = nn.LayerNorm(H)
        self.speak = nn.Linear(H, 3 * H)
        self.keep = nn.Linear(H, N, bias=False)
        self.hear = nn.Linear(H, N, bias=False)
        self.write = nn.Linear(N, H)
        self.read_norm = nn.LayerNorm(H)
        self.read = nn.Linear(H, rules.V)
        if config.latent:
            self.modulate = Modulate(config)
            if config.classes:  # codes are heard from the first step on
                nn.init.normal_(self.modulate.weight, std=0.05)

    def bias(self) -> Tensor:
        """[heads, L, L] what is added to the attention's scores."""
        out = torch.einsum("hr,rlm->hlm", self.relation, self.near)
        return out + self.offset[:, self.distance] if self.config.positions[0] else out

    def block(self, h: Tensor, told: Tensor, bias: Tensor, scale: Tensor | None, gate: Tensor | None) -> Tensor:
        """One application of the block: cells h [B, L, H] -> the same shape; `told` is scaled already."""
        B, L, H = h.shape
        n = self.norm(h)
        q, k, v = self.speak(n).view(B, L, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # each [B, heads, L, H / heads]
        score = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5 + bias.to(q.dtype)
        m = (score.softmax(-1) @ v).transpose(1, 2).reshape(B, L, H)
        a = self.keep(n) + self.hear(m)
        step: Tensor = self.write(F.relu(told + a if scale is None else torch.addcmul(told, a, scale)))
        return h + step if gate is None else torch.addcmul(h, step, gate)

    def forward(
        self,
        x: Tensor,
        z: Tensor | None = None,
        loops: int | None = None,
        supervise: int = 1,
        *,
        modulation: Tensor | None = None,
    ) -> Tensor:
        """Logits [S, B, L, V] float32 of the last S = `supervise` loops; tokens x [B, L], latents z [B, Z].

        In place of z, what `modulate` made of it will do: [B, 2N + H].
        """
        loops = self.config.loops if loops is None else loops
        h = self.symbol(torch.where(x == OPEN, self.V, x))
        if self.config.positions[0]:
            h = h + self.cell
        told = self.inject(h)
        scale = gate = None
        if self.config.latent:
            made = self.modulate(z) if modulation is None else modulation
            scale, shifted, gate = self.modulate.split(made[:, None])
            told = torch.addcmul(shifted, told, scale)  # the block scales what it adds to this, not the sum
        told, bias = told.to(h.dtype), self.bias()
        with torch.no_grad():
            for _ in range(loops - supervise):
                h = self.block(h, told, bias, scale, gate)
        read = []
        for _ in range(supervise):
            h = self.block(h, told, bias, scale, gate)
            read.append(self.read(self.read_norm(h)))
        return torch.stack(read).float()


class TokenEncoder(nn.Module):
    """What is seen of each cell (and, for the posterior, its answer), mixed with the mean over cells, as one vector."""

    def __init__(self, config: ModelConfig, V: int, *, sees_answer: bool) -> None:
        super().__init__()
        H, N = config.width, config.hidden
        self.V, self.sees_answer, self.positions = V, sees_answer, bool(config.positions[0])
        self.seen = nn.Embedding(V + 1, H)
        if sees_answer:
            self.answer = nn.Embedding(V + 1, H)
        if self.positions:
            self.cell = nn.Parameter(torch.randn(config.positions[0], H))
        self.first = nn.Linear(H, N)
        self.second = nn.Linear(2 * N, N)

    def forward(self, x: Tensor, x0: Tensor | None = None) -> Tensor:
        """[B, N] from tokens x [B, L] with open cells, and the answer x0 [B, L] if it sees one."""
        e = self.seen(torch.where(x == OPEN, self.V, x))
        if self.sees_answer:
            assert x0 is not None, "the posterior needs the answer x0"
            e = e + self.answer(torch.where(x0 == OPEN, self.V, x0))
        h = F.relu(self.first(e + self.cell if self.positions else e))
        around = torch.cat([h, h.mean(1, keepdim=True).expand_as(h)], -1)
        return F.relu(self.second(around)).mean(1)
