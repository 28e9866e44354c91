"""What a model in training makes of windows that are held out: its bound, by the same masks and noise each time."""

from __future__ import annotations

import numpy as np
import torch

from .config import TextConfig
from .corpus import Windows
from .masks import opened
from .model import TextModel

__all__ = ["HeldOut"]

WINDOWS, TIMES, SEED = 64, 4, 0x7E57


class HeldOut:
    """At most 64 windows, spread evenly over what is held out, four masks each.

    Examples
    --------
    >>> from vmdsolve.text.sources import Given
    >>> from vmdsolve.text.corpus import prepare
    >>> from vmdsolve.text.vocabulary import Bytes
    >>> corpus = prepare(Given(["abcdefgh"]), Bytes())
    >>> config = TextConfig(256, length=4, block=2, width=8, heads=2, layers=1)
    >>> round(HeldOut(Windows(corpus, 4, corpus.stretches()), config).bound(TextModel(config)), 1)
    5.5
    """

    def __init__(self, windows: Windows | None, config: TextConfig) -> None:
        self.config = config
        self.tokens = np.zeros((0, config.length), np.int64) if windows is None else windows.tiled(WINDOWS)

    @torch.no_grad()
    def bound(self, model: TextModel) -> float | None:
        """Nats a cell; None without windows. Exact for an autoregressive model."""
        if not len(self.tokens):
            return None
        c, rng, device = self.config, np.random.default_rng(SEED), model.bias.device
        x0, total = torch.from_numpy(self.tokens).to(device), 0.0
        there = (x0 >= 0).view(len(x0), c.blocks, c.cells).sum(2)
        times = 1 if c.kind == "autoregressive" else TIMES
        for _ in range(times):
            masked = opened(self.tokens, c.cells, c.symbols, rng)
            noise = torch.from_numpy(rng.standard_normal((len(x0), c.blocks, c.z_width), np.float32)).to(device)
            terms = model.terms(torch.from_numpy(masked.x).to(device), x0, noise)
            nll = terms.nll.view(len(x0), c.blocks, c.cells).sum(2)
            if c.kind == "masked":
                nll = nll * torch.from_numpy(masked.weight).to(device)
            pays = there if c.draw == "each_step" else there.clamp(max=1)  # every step its own KL, or each block one
            total += float((nll + terms.kl.sum(2) * pays).double().sum())
        return total / times / int(there.sum())
