"""A small denoiser of masked tokens with random weights, and the loops that people sample such models with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch


class Tiny(torch.nn.Module):
    """Logits [B, cells, V] that hang on all cells."""

    device, dtype = torch.device("cpu"), torch.float32  # as pipelines ask for them

    def __init__(self, V: int, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.embed, self.mix = torch.nn.Embedding(V, 32), torch.nn.Linear(32, 32)
            self.head = torch.nn.Linear(32, V)
        self.config = SimpleNamespace(vocab_size=V)

    def forward(self, x: Any, **_: Any) -> Any:
        states = self.embed(x) + torch.sin(torch.arange(x.shape[1])[:, None] * torch.arange(1, 33) / 7)
        return SimpleNamespace(logits=3 * self.head(torch.tanh(self.mix(states + states.mean(1, keepdim=True)))))


@torch.no_grad()
def llada(
    model: Any, prompt: Any, *, gen: int, steps: int, block: int, mask: int, order: str, noise: float = 0.0,
    cfg: float = 0.0,
) -> list[list[int]]:  # fmt: skip
    """As LLaDA samples: block after block, the same number of cells a step, by confidence or at random."""
    first = prompt.shape[1]
    x = torch.cat([prompt, torch.full((len(prompt), gen), mask)], dim=1)
    generator = torch.Generator().manual_seed(7)
    for begin in range(first, first + gen, block):
        end = min(begin + block, first + gen)
        for step in range(steps):
            open_ = x == mask
            open_[:, end:] = False
            if not open_.any():
                break
            if cfg:
                empty = x.clone()
                empty[:, :first] = mask
                both = model(torch.cat([x, empty])).logits.chunk(2)
                logits = both[1] + (cfg + 1) * (both[0] - both[1])
            else:
                logits = model(x).logits
            noisy = logits.double()
            if noise:
                noisy = noisy.exp() / (-torch.rand(noisy.shape, generator=generator).double().log()) ** noise
            best = noisy.argmax(-1)
            p = torch.softmax(logits.double(), -1).gather(-1, best[..., None])[..., 0]
            if order == "random":
                p = torch.rand(p.shape, generator=generator).double()
            p = torch.where(open_, p, -1.0)
            for b in range(len(x)):
                n = -(-int(open_[b].sum()) // (steps - step))
                chosen = p[b].topk(n).indices
                x[b, chosen] = best[b, chosen]
    return x[:, first:].tolist()


@torch.no_grad()
def dream(model: Any, prompt: Any, *, gen: int, steps: int, mask: int, hook: Any = None) -> list[list[int]]:
    """As Dream samples: logits at place i are those of cell i + 1; the most confident cells of a step."""
    first = prompt.shape[1]
    x = torch.cat([prompt, torch.full((len(prompt), gen), mask)], dim=1)
    times = torch.linspace(1, 1e-3, steps + 1)
    for i in range(steps):
        open_ = x == mask
        logits = model(x).logits
        logits = torch.cat([logits[:, :1], logits[:, :-1]], dim=1)
        logits = logits if hook is None else hook(i, x, logits)
        p, best = torch.softmax(logits, -1).max(-1)
        for b in range(len(x)):
            masks = int(open_[b].sum())
            n = int(masks * (1 - times[i + 1] / times[i])) if i < steps - 1 else masks
            chosen = torch.where(open_[b], p[b], -1.0).topk(n).indices
            x[b, chosen] = best[b, chosen]
    return x[:, first:].tolist()
