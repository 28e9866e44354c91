"""`text-speed`: what a training step and a sampling step of text cost, beside a transformer of fifty lines in torch."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typer import Option

from vmdsolve.text.config import TextConfig
from vmdsolve.text.keys import MODEL, TEXT
from vmdsolve.text.masks import opened
from vmdsolve.text.model import Cache, TextModel
from vmdsolve.train.run import layers as layers_of

from ..driver import RESULTS, Row, Run, summary, table

METHOD = (
    "forward, back and AdamW of one batch; or the logits of as many windows, of blocks those of a window's last block "
    "behind a cache; or z of as many, drawn from the prior, as each block does once. Seconds of the processor, one "
    "thread, the arms in turn in every round; ratios are the median of those within a round, to the plain transformer "
    "for training, to a step of sampling of the arm without a latent for the others, which have eight times as many "
    "rounds. Peak memory is that of the process so far."
)
V = 27
ARMS: dict[str, tuple[dict[str, object], str]] = {  # shape, and what its ratio is to
    "autoregressive": ({"kind": "autoregressive"}, "plain"),
    "MDM": ({}, "plain"),
    "VMD, Gaussian": ({"latent": 8}, "MDM"),
    "VMD, classes": ({"preset": "ours"}, "MDM"),
    "block 4": ({"block": 4}, "plain"),
    "block 4, VMD, Gaussian": ({"block": 4, "latent": 8}, "block 4"),
    "block 4, VMD, classes": ({"block": 4, "preset": "ours"}, "block 4"),
}


class Plain(nn.Module):
    """What anybody writes first: pre-norm layers, learned positions, causal attention."""

    def __init__(self, L: int, H: int, layers: int, heads: int) -> None:
        super().__init__()
        self.symbol, self.position, self.heads = nn.Embedding(V + 1, H), nn.Embedding(L, H), heads
        self.norms = nn.ModuleList(nn.LayerNorm(H) for _ in range(2 * layers))
        self.qkv = nn.ModuleList(nn.Linear(H, 3 * H, bias=False) for _ in range(layers))
        self.out = nn.ModuleList(nn.Linear(H, H, bias=False) for _ in range(layers))
        self.up = nn.ModuleList(nn.Linear(H, 4 * H, bias=False) for _ in range(layers))
        self.down = nn.ModuleList(nn.Linear(4 * H, H, bias=False) for _ in range(layers))
        self.norm = nn.LayerNorm(H)

    def forward(self, x: Tensor) -> Tensor:
        B, L = x.shape
        h = self.symbol(x) + self.position.weight[:L]
        parts = zip(self.norms[::2], self.norms[1::2], self.qkv, self.out, self.up, self.down, strict=True)
        for first, second, qkv, out, up, down in parts:
            q, k, v = qkv(first(h)).view(B, L, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            h = h + out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(h.shape))
            h = h + down(F.gelu(up(second(h)), approximate="tanh"))
        return F.linear(self.norm(h), self.symbol.weight[:V])


def run(
    length: Annotated[int, Option(min=4, help="L, a multiple of 4.")] = 128,
    batch: Annotated[int, Option(min=1, help="Windows.")] = 16,
    width: Annotated[int, Option(min=8, help="H.")] = 128,
    layers: Annotated[int, Option(min=1, help="Of the denoiser.")] = 5,
    repeats: Annotated[int, Option(min=1, help="Rounds.")] = 5,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Text: seconds a step of training and of sampling, beside a plain transformer."""
    torch.set_num_threads(1)
    said = {"length": length, "batch": batch, "width": width, "layers": layers, "repeats": repeats}
    rng = np.random.default_rng(0)
    x0 = torch.from_numpy(rng.integers(V, size=(batch, length)))
    plain = Plain(length, width, layers, heads=4)
    calls: dict[tuple[str, str], Callable[[], object]] = {("plain", "training"): _plain_step(plain, x0)}
    sizes = {"plain": sum(p.numel() for p in plain.parameters())}
    for name, (shape, _) in ARMS.items():
        told = layers_of({"length": length, "width": width, "layers": layers, "heads": 4, **shape}, table=TEXT)
        model = TextModel(TextConfig(V, **{key: value for key, value in told.items() if key in MODEL}))
        sizes[name] = sum(p.numel() for p in model.parameters())
        calls[name, "training"] = _step(model, x0, rng)
        calls[name, "sampling"] = _evaluation(model, x0)
        if model.config.latent:
            calls[name, "drawing z"] = _drawing(model, x0)
    with Run("text-speed", METHOD, said, (), out) as this:
        taken: dict[tuple[str, str], list[float]] = {key: [] for key in calls}
        for repeat in range(8 * repeats + 1):
            for key, call in calls.items():
                if key[1] == "training" and repeat > repeats:
                    continue
                begun = time.process_time()
                call()
                if repeat:
                    taken[key].append(time.process_time() - begun)
        for (name, what), values in taken.items():
            against = ARMS[name][1] if name in ARMS else "plain"
            beside = taken.get((against, "sampling" if what == "drawing z" else what))
            row: Row = {
                "arm": name,
                "what": what,
                "parameters": sizes[name],
                "seconds": summary(values),
                "against": against,
            }
            row |= {
                "ratio": None if beside is None else float(np.median(np.divide(values, beside))),
                "tokens_per_second": batch * length / float(np.median(values)),
            }
            this.rows.append(row)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        this.note(f"peak memory {peak:.0f} MiB, torch and all arms together")
        print(shown(this.rows))


def shown(rows: list[Row]) -> str:
    """The result as a table, training first."""
    body = [
        [
            r["arm"],
            r["what"],
            f"{r['parameters']:,}",
            f"{r['seconds']['median']:.4f}",
            "-" if r["ratio"] is None else f"{r['ratio']:.2f} x {r['against']}",
        ]
        for r in sorted(rows, key=lambda r: r["what"], reverse=True)
    ]
    return table(["arm", "step of", "parameters", "seconds", "ratio"], body)


def _plain_step(model: Plain, x0: Tensor) -> Callable[[], object]:
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)

    def step() -> None:
        before = torch.cat([x0.new_full((len(x0), 1), V), x0[:, :-1]], 1)
        optimizer.zero_grad()
        F.cross_entropy(model(before).flatten(0, 1), x0.flatten()).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def _step(model: TextModel, x0: Tensor, rng: np.random.Generator) -> Callable[[], object]:
    c, optimizer = model.config, torch.optim.AdamW(model.parameters(), 1e-3)

    def step() -> None:
        masked = opened(x0.numpy(), c.cells, V, rng)
        noise = torch.from_numpy(rng.standard_normal((len(x0), c.blocks, c.z_width), np.float32))
        optimizer.zero_grad()
        terms = model.terms(torch.from_numpy(masked.x), x0, noise)
        ((terms.nll.sum() + terms.kl.sum()) / x0.numel()).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def _evaluation(model: TextModel, x0: Tensor) -> Callable[[], object]:
    x, cache = _last(model, x0)
    with torch.no_grad():
        z = model.hear(model.prior_draw(x, _no_noise(model, x0), cache))

    @torch.no_grad()
    def evaluate() -> None:
        model.logits(x, z, cache)

    return evaluate


def _drawing(model: TextModel, x0: Tensor) -> Callable[[], object]:
    x, cache = _last(model, x0)

    @torch.no_grad()
    def draw() -> None:
        model.hear(model.prior_draw(x, _no_noise(model, x0), cache))

    return draw


@torch.no_grad()
def _last(model: TextModel, x0: Tensor) -> tuple[Tensor, Cache | None]:
    """The last block of windows, open, and what is before it."""
    c = model.config
    n = c.length - c.cells if c.block else 0
    return torch.full((len(x0), c.length - n), V), model.read(x0[:, :n]) if n else None


def _no_noise(model: TextModel, x0: Tensor) -> Tensor:
    return torch.zeros(len(x0), 1, model.config.z_width)
