"""Boards filled on a GPU: as one launch where a kernel can, else by steps that are captured once as a CUDA graph.

A step works on a tile of boards named by their rows (gather the tile's boards, evaluate, unmask, open again, scatter)
and is replayed for every tile of every step; what changes between replays lies in tensors. Nothing but z comes from
the host, which asks once a step which boards are left. Rows that fill up a tile name the board that is full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..kernels.cuda import raise_refusal
from ..peers import Peers
from ..problem import Board, Rules
from ..sets import Sets
from .counted import counted_symbols
from .evaluation import Evaluate, settling
from .keys import Keys
from .loop import Loop, draw_latents
from .plan import Filled, Floats, Plan
from .predictor import Predictor
from .symbols import symbol_order

__all__ = ["TensorLoop", "borrowed_loop", "fill_on_gpu"]


def tensor(array: npt.NDArray[Any], device: torch.device | str) -> Tensor:
    """An array on a device."""
    return torch.from_numpy(np.require(array, requirements=["C", "W"])).to(device)


class TensorLoop(Loop):
    """A Loop on tensors whose step takes a tile of boards; on a GPU it is captured at its first use, then replayed.

    The first `evaluate` that `fill` is given is captured with the step: later ones must be the same.
    """

    xp = torch

    def __init__(
        self,
        rules: Rules,
        plan: Plan,
        B: int,
        *,
        tile: int,
        device: str,
        seed: int = 0,
        keep_first: bool = False,
    ) -> None:
        self.device, self.tile = torch.device(device), tile
        super().__init__(rules, plan, B, seed=seed, keep_first=keep_first)
        self.rows = torch.full((tile,), B, device=self.device)
        self.logits: Tensor | None = None
        self.graph: Any = None

    def _device(self, array: npt.NDArray[Any]) -> Tensor:
        return tensor(array, self.device)

    def _host(self, values: Tensor) -> npt.NDArray[Any]:
        return np.asarray(values.cpu().numpy())

    def _parts(self, rows: Tensor) -> Iterable[Tensor]:
        return torch.split(rows, self.tile)

    def _run(self, evaluate: Evaluate, rows: Tensor) -> Tensor:
        self.rows[:] = self.B
        self.rows[: len(rows)] = rows
        if self.device.type != "cuda":
            self.logits = self._advance(evaluate, self.rows)
        else:
            if self.graph is None:
                self._capture(evaluate)
            self.graph.replay()
        assert self.logits is not None
        return self.logits[: len(rows)]

    def _capture(self, evaluate: Evaluate) -> None:
        rows = self.rows.clone()
        self.rows[:] = self.B  # trial runs touch the full board only
        aside = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(aside):
            for _ in range(2):
                self._advance(evaluate, self.rows)
        torch.cuda.current_stream(self.device).wait_stream(aside)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.logits = self._advance(evaluate, self.rows)
        self.rows.copy_(rows)


_LAST: WeakKeyDictionary[Predictor, tuple[object, TensorLoop]] = WeakKeyDictionary()


@contextmanager
def borrowed_loop(
    predict: Predictor, rules: Rules, plan: Plan, B: int, *, seed: int, keep_first: bool
) -> Iterator[TensorLoop]:
    """A loop for such a call: that of the predictor's last one, if it was alike, since capturing a step takes long.

    Nobody else has it meanwhile. A loop holds no predictor, so it goes when its own does.
    """
    about = rules.digest, plan, B, seed, keep_first
    made_for, loop = _LAST.pop(predict, (None, None))
    if loop is None or made_for != about:
        tile, device = predict.tile, predict.device
        loop = TensorLoop(rules, plan, B, tile=tile, device=device, seed=seed, keep_first=keep_first)
    yield loop
    _LAST[predict] = about, loop  # but not after an error


@torch.inference_mode()
def fill_on_gpu(
    predict: Predictor,
    rules: Rules,
    boards: Board,
    plan: Plan,
    *,
    keys: Keys,
    seed: int,
    allowed: Sets,
    keep_first: bool,
    trace: bool,
    z: Floats | None = None,
) -> Filled:
    """`fill_boards` on the model's device."""
    settles = settling(rules, plan)
    counts = settles is not None and settles.counts is not None  # the fused kernel knows peers alone
    counts = counts or (plan.counted_first and counted_symbols(rules) is not None)
    if predict.fused is None or plan.blocks > 1 or plan.remask != "none" or plan.each_step or trace or counts:
        with borrowed_loop(predict, rules, plan, len(boards), seed=seed, keep_first=keep_first) as loop:
            evaluate = partial(predict.on_tensors, settles=loop.settling)
            done = loop.fill(predict, evaluate, boards, keys=keys, domains=allowed, trace=trace, z=z)
        raise_refusal(done.values)
        return done
    z = draw_latents(predict, plan, boards, keys, seed=seed) if z is None else z
    arrays = boards, allowed, z, keys
    x, sets, latent, key = (tensor(array, predict.device) for array in arrays)
    states, code = predict.stirred(latent)
    values, nfe, loops, first = predict.fused.solve(
        predict.structure,
        x,
        sets,
        code,
        rules.peers if plan.legal else Peers.none(rules.L),
        key=key,
        steps=plan.steps,
        loops=predict.most_loops,
        order=plan.order,
        threshold=plan.threshold,
        temperature=plan.temperature,
        guard=plan.legal,
        noise=plan.noise,
        seed=seed,
        settling=None if settles is None else settles.peers,
        keep_first=keep_first,
        states=states,
        fade=predict.model.config.fade,
    )
    found, spent = values.cpu().numpy(), nfe.cpu().numpy().astype(np.int64)
    applied = loops.cpu().numpy().astype(np.int64)
    raise_refusal(found)
    order = None if first is None else symbol_order(first.cpu().numpy(), allowed)
    if order is not None:
        order[spent == 0] = 0
    return Filled(found, spent, applied, np.zeros(len(found), np.bool_), order, None, z if predict.z_width else None)
