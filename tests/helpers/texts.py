"""Text models so small that everything about them can be listed."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vmdsolve.text import TextConfig, TextModel

__all__ = ["every_text", "law_of_text", "tiny"]


def tiny(V: int = 2, L: int = 4, seed: int = 0, *, spread: float = 0.4, **shape: Any) -> TextModel:
    """A model of random weights, large enough for all of it to matter; its posterior is near its prior."""
    model = TextModel(TextConfig(V, L, **{"width": 8, "heads": 2, "layers": 2, **shape}), seed=seed)
    noise = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(spread * torch.randn(weight.shape, generator=noise))
        if model.posterior is not None:
            model.posterior.head.weight.mul_(0.1)
    return model.eval()


def every_text(V: int, L: int) -> np.ndarray:
    """All texts, int64 [V^L, L], in rising order."""
    return np.array(list(itertools.product(range(V), repeat=L)))


@torch.no_grad()
def law_of_text(
    model: TextModel, shares: tuple[int, ...] | None = None, draw: str | None = None, gaps: list[int] | None = None
) -> np.ndarray:
    """[V^L] chances of all texts, by all orders of each block's cells, and all codes of classes.

    `shares`: how many cells of a block each step fills, the same for every block; None: one by one. `draw`: how often z
    is drawn; None: as the model was trained. `gaps`: a text with open cells, -1, that all hold the rest of.
    """
    config = model.config
    x0 = torch.from_numpy(every_text(config.symbols, config.length))
    cells = 1 if config.kind == "autoregressive" else config.cells
    first = torch.tensor(gaps or [-1] * config.length)
    start, p = torch.where(first < 0, model.mask_id, first).expand_as(x0), np.ones(len(x0))
    cache = None
    for begin in range(0, config.length, cells):
        block, x = (of[:, begin : begin + cells] for of in (x0, start))
        opened = [i for i in range(cells) if first[begin + i] < 0]
        orders, steps = list(itertools.permutations(opened)), shares or (1,) * len(opened)
        p *= sum(_of_order(model, block, x, each, steps, cache, draw or config.draw) for each in orders) / len(orders)
        cache = model.read(block, cache)
    return p * ((x0 == first) | (first < 0)).all(1).numpy()


def _of_order(
    model: TextModel, block: Tensor, x: Tensor, order: tuple[int, ...], shares: tuple[int, ...], cache: Any, draw: str
) -> Any:
    codes = _codes(model, len(block))
    chances = _chances(model, x, codes, cache)
    by_code = [np.ones(len(block)) for _ in codes]
    at = 0
    for share in shares:
        now, at = list(order[at : at + share]), at + share
        said = [model.logits(x, z, cache).double().log_softmax(-1) for z in codes]
        each = [log_p.gather(-1, block[..., None])[..., 0][:, now].sum(1).exp().numpy() for log_p in said]
        if draw == "each_step":
            each = [sum(a * b for a, b in zip(chances, each, strict=True))] * len(codes)
        by_code = [a * b for a, b in zip(by_code, each, strict=True)]
        x = x.clone()
        x[:, now] = block[:, now]
    return sum(a * b for a, b in zip(chances, by_code, strict=True))


def _chances(model: TextModel, x: Tensor, codes: list[Tensor | None], cache: Any) -> list[Any]:
    """Of every code, how likely the prior finds it when this block begins: [n] each, or one number for all."""
    if model.prior is None or model.config.prior == "standard":
        return [1 / len(codes)] * len(codes)
    assert model.config.draw == "once", "else it hangs on what is open"
    seen = model._read_by_prior(x if model.config.given else torch.full_like(x, model.mask_id), cache, None)
    z = [code[:, 0] for code in codes if code is not None]
    return [model.prior.log_density(one, seen).double().exp().numpy() for one in z]


def _codes(model: TextModel, n: int) -> list[Tensor | None]:
    """Every code z [n, 1, Z]."""
    config = model.config
    if not config.latent:
        return [None]
    assert config.classes, "a Gaussian z has no list"
    rows = np.array(list(itertools.product(np.eye(config.classes), repeat=config.latent)))
    return [torch.from_numpy(row.astype(np.float32)).reshape(1, 1, -1).expand(n, -1, -1) for row in rows]
