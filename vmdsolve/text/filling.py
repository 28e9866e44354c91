"""Windows of tokens filled block after block, step after step: `fill_boards` for text.

    for each block, left to right, the blocks before it read once and kept:
        for step in the block's share of T:
            z from the prior, when the block begins or, if the plan says so, at every step
            symbols and their confidence from the logits of the open cells
            the most confident ceil(open / steps left) are committed
            open some cells again, if the plan says so

All randomness of a row hangs on (seed, its key, step, cell) alone, and the network runs in tiles of one fixed number of
rows, so that a row does not depend on what else is filled. An autoregressive model's blocks are single cells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..canvas import Grammar
from ..deadline import stop_point
from ..errors import InvalidInput
from ..kernels import ALIASES
from ..kernels.normal import normal
from ..problem import OPEN, Board
from ..sampler.keys import Keys
from ..sampler.plan import Plan, block_edges
from ..sampler.remask import reopen
from .config import ABSENT, TextConfig
from .grammars import Standing
from .model import Cache, TextModel

__all__ = ["FilledWindows", "fill_windows", "plan_of"]

TILES = {"cpu": 8, "cuda": 256}  # rows a network call


class FilledWindows(NamedTuple):
    """What came of B windows: values int32 [B, n]; nfe int64 [B], network evaluations while a row was still open."""

    values: Board
    nfe: npt.NDArray[np.int64]


def plan_of(
    config: TextConfig,
    n: int | None = None,
    *,
    steps: int | None = None,
    order: str | None = None,
    threshold: float | None = None,
    temperature: float | None = None,
    noise: float | None = None,
    draw: str | None = None,
    remask: str | None = None,
    rate: float | None = None,
) -> Plan:
    """How a model fills n cells: of what is None, as ancestral sampling does, one cell a step, drawn in random order.

    Parameters
    ----------
    config
        The model's.
    n
        Cells to fill, all that are not given counted, too; None: a whole window.
    steps
        T, network evaluations: at least one a block, at most one a cell is of use.
    order, threshold, temperature, noise, remask, rate
        See `Plan`; "conflicts" is for boards.
    draw
        "once": z is drawn where a block begins, "each_step": at every step; None: as the model was trained.

    Returns
    -------
    Plan

    Raises
    ------
    InvalidInput
        A choice out of its range, or one that such a model has not.

    Examples
    --------
    >>> plan_of(TextConfig(27, length=128, block=4), steps=32).blocks
    32
    >>> plan_of(TextConfig(27, length=128, block=4), steps=31)
    Traceback (most recent call last):
    vmdsolve.errors.InvalidInput: steps is 31; this model fills 128 cells in 32 blocks of 4, so wanted 32 or more
    """
    n = config.length if n is None else n
    if not 1 <= n <= config.length:
        raise InvalidInput(f"{n:,} tokens are to be filled; a window of this model has 1 to {config.length:,}")
    one_by_one = config.kind == "autoregressive"
    cells = 1 if one_by_one else config.cells
    blocks = -(-n // cells)
    T = n if steps is None else steps
    if type(T) is not int or blocks > T:
        raise InvalidInput(
            f"steps is {T!r}; this model fills {n:,} cells in {blocks:,} blocks of {cells:,}, so wanted {blocks:,} "
            "or more"
        )
    if one_by_one and (n < T or remask not in (None, "none")):
        raise InvalidInput(
            f"an autoregressive model writes cell after cell: wanted {n:,} steps, and no cell opened again"
        )
    if remask == "conflicts":
        raise InvalidInput("remask is 'conflicts'; text has no rules that clash: wanted 'none' or 'least'")
    if draw not in (None, "once", "each_step"):
        raise InvalidInput(f"draw is {draw!r}; wanted 'once' or 'each_step'")
    chosen: dict[str, Any] = {"order": order, "threshold": threshold, "noise": noise, "remask": remask, "rate": rate}
    chosen = {"order": "random", **{name: value for name, value in chosen.items() if value is not None}}
    temperature, each_step = 1.0 if temperature is None else temperature, (draw or config.draw) == "each_step"
    return Plan(steps=T, blocks=blocks, temperature=temperature, each_step=each_step, legal=False, **chosen)


@torch.no_grad()
def fill_windows(
    model: TextModel,
    windows: Board,
    plan: Plan,
    *,
    keys: Keys,
    seed: int = 0,
    grammar: Grammar | None = None,
    tile: int | None = None,
    watch: Callable[[int], None] | None = None,
) -> FilledWindows:
    """Fill the open cells of B windows.

    Parameters
    ----------
    model
        On the device that it is to run on.
    windows
        int32 [B, n], OPEN where open, n at most the model's L; what is filled is never changed.
    plan
        See `plan_of`.
    keys
        uint64 [B], one a window: see `latent_keys`.
    seed
        0 <= seed < 2^64.
    grammar
        Over the model's symbols: every window becomes a text of it, whole; None: anything. See grammars.py.
    tile
        Rows a network call; None: the device's. Another number may round otherwise.
    watch
        Told how many more windows are done.

    Returns
    -------
    FilledWindows

    Raises
    ------
    InvalidInput
        Tokens that the vocabulary lacks, too many cells, a given one behind an open one where the model only looks
        back, or a window that no text of the grammar fits.
    """
    config, (B, n) = model.config, windows.shape
    if B and not OPEN <= int(windows.min()) <= int(windows.max()) < config.symbols:
        raise InvalidInput(f"tokens of windows are 0 to {config.symbols - 1:,}, or {OPEN} where open")
    if config.kind == "autoregressive" and ((windows[:, :-1] == OPEN) & (windows[:, 1:] != OPEN)).any():
        raise InvalidInput(
            "an autoregressive model sees what stands before an open token alone: leave nothing given behind one"
        )
    if grammar is not None and config.symbols != grammar.V:
        raise InvalidInput(f"the grammar is of {grammar.V:,} tokens; the model has {config.symbols:,} symbols")
    device = next(model.parameters()).device
    tile = tile or TILES.get(device.type, TILES["cuda"])
    values, nfe = np.empty((B, n), np.int32), np.zeros(B, np.int64)
    for first in range(0, B, tile):
        here = np.arange(first, first + tile).clip(max=B - 1)  # the last row again and again, for a full tile
        found, spent = _Tile(model, windows[here], plan, keys[here], seed, device, grammar).filled()
        done = min(tile, B - first)
        values[first : first + done], nfe[first : first + done] = found[:done], spent[:done]
        if watch is not None:
            watch(done)
    return FilledWindows(values, nfe)


class _Tile:
    """Some windows on their way."""

    def __init__(
        self, model: TextModel, windows: Board, plan: Plan, keys: Keys, seed: int, device: torch.device,
        grammar: Grammar | None,
    ) -> None:  # fmt: skip
        self.model, self.plan, self.keys, self.seed, self.n = model, plan, keys, seed, windows.shape[1]
        self.order = ALIASES.get(plan.order, plan.order)
        self.cells = 1 if model.config.kind == "autoregressive" else model.config.cells
        x = torch.from_numpy(windows.astype(np.int64)).to(device)
        x = torch.where(x == OPEN, model.mask_id, x)
        missing = -self.n % self.cells if model.config.block else 0
        self.x = torch.nn.functional.pad(x, (0, missing), value=ABSENT)
        self.nfe = torch.zeros(len(x), dtype=torch.int64, device=device)
        self.standing = None if grammar is None else Standing(grammar, windows, self.cells)
        if self.standing is not None and not self.standing.possible.all():
            raise InvalidInput(
                f"no text of {self.n:,} tokens that holds what is given is one of the grammar; give another length"
            )

    def filled(self) -> tuple[Board, npt.NDArray[np.int64]]:
        turns = block_edges(self.plan.steps, self.plan.blocks).tolist()
        cache: Cache | None = None
        for block in range(self.plan.blocks):
            here = slice(block * self.cells, (block + 1) * self.cells)
            if (self.x[:, here] == self.model.mask_id).any():
                self.x[:, here] = self._block(block, self.x[:, here], cache, range(turns[block], turns[block + 1]))
            if block + 1 < self.plan.blocks:
                cache = self.model.read(self.x[:, here], cache)
                if self.standing is not None:
                    self.standing.leave(self.x[:, here].cpu().numpy())
        return self.x[:, : self.n].cpu().numpy().astype(np.int32), self.nfe.cpu().numpy()

    def _block(self, block: int, x: Tensor, cache: Cache | None, steps: range) -> Tensor:
        """Cells x [B, m] of a block, filled."""
        plan, mask, Z, m = self.plan, self.model.mask_id, self.model.config.z_width, x.shape[1]
        given, sure, z = x != mask, x.new_zeros(x.shape, dtype=torch.float32), None
        for step in steps:
            stop_point()
            opened, left = x == mask, steps.stop - step
            if not opened.any():
                break
            drawn = torch.from_numpy(normal(self.keys, Z + 2 * m, seed=self.seed, step=step)).to(x.device)
            if z is None or plan.each_step:
                z = self.model.hear(self.model.prior_draw(x, drawn[:, None, :Z], cache))
            uniform = torch.special.ndtr(drawn[:, Z:].double())
            logits = self.model.logits(x, z, cache)
            log_p, symbols = self._drawn(logits, uniform[:, :m], x, block, step)
            chance, confidence = self._confidence(log_p, symbols, uniform[:, m:])
            self.nfe += opened.any(1)
            confidence = torch.where(opened, confidence, -torch.inf)
            rank = (-confidence).argsort(dim=1, stable=True).argsort(dim=1)
            least = -(-opened.sum(1, keepdim=True) // left)
            chosen = rank < least
            if plan.threshold is not None:
                chosen |= confidence >= plan.threshold
            chosen &= opened
            x, sure = torch.where(chosen, symbols, x), torch.where(chosen, chance, sure)
            if plan.remask != "none" and left > 1:
                which = ~given & (x != mask)
                x = torch.where(which & (reopen(torch, x, which, sure, plan.rate) == OPEN), mask, x)
        return x

    def _drawn(self, logits: Tensor, uniform: Tensor, x: Tensor, block: int, step: int) -> tuple[Tensor, Tensor]:
        """Log-chances [B, m, V] at temperature 1 and a symbol of every cell [B, m]: each by itself, or of one text."""
        temperature = self.plan.temperature
        if self.standing is not None:
            m = min(self.cells, self.n - block * self.cells)  # what is absent behind the end is in no text
            held = torch.where(x == self.model.mask_id, OPEN, x)[:, :m].to("cpu", torch.int32).numpy()
            said = logits[:, :m].float().cpu().contiguous()
            found, text = self.standing.texts(
                block, said, held, temperature=temperature, keys=self.keys, seed=self.seed, step=step
            )
            log_p = torch.zeros_like(logits)
            log_p[:, :m] = torch.from_numpy(found)
            symbols = torch.zeros_like(x)
            symbols[:, :m] = torch.from_numpy(text)
            return log_p, symbols
        log_p = logits.log_softmax(-1)
        if temperature > 0:
            upto = (logits.double() / temperature).softmax(-1).cumsum(-1)
            symbols = torch.searchsorted(upto, uniform[..., None] * upto[..., -1:], right=True)
            return log_p, symbols[..., 0].clamp(max=logits.shape[-1] - 1)
        return log_p, logits.argmax(-1)

    def _confidence(self, log_p: Tensor, symbols: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
        """Of every cell [B, m]: its symbol's chance, and how sure it is by the plan's order."""
        chance = log_p.gather(-1, symbols[..., None])[..., 0].exp()
        if self.order == "random":
            confidence = place.float()
        elif self.order == "top_prob":
            confidence = chance
        elif self.order == "margin":
            two = log_p.topk(min(2, log_p.shape[-1]), -1).values.exp()
            confidence = two[..., 0] - (two[..., 1] if two.shape[-1] > 1 else 0.0)
        else:
            confidence = (log_p.exp() * log_p.clamp(min=-1e30)).sum(-1)
        return chance, confidence + self.plan.noise * place.float()
