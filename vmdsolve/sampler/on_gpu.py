"""The sampling loop on tensors of one device, as loop.py does it on arrays: nothing but z comes from the host.

A step works on a tile of boards named by their rows, so it can be captured once as a CUDA graph (gather the tile's
boards, evaluate, unmask, open again, scatter) and replayed for every tile of every step; what changes between replays
lies in tensors. The host asks once a step which boards are left. Rows that fill up a tile name one board more, which is
full, so nothing happens to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .. import kernels
from ..kernels.cuda import raise_refusal
from ..peers import Peers
from ..problem import OPEN, Board, Rules
from .keys import Keys, normal
from .plan import Filled, Floats, Plan, block_edges
from .predictor import Predictor

__all__ = ["Arrays", "Loop", "fill_on_gpu", "refuse_overflow"]

Draw = Callable[[Board, npt.NDArray[np.int64], int], Floats]  # z of these boards, which are these rows, at this step
Arrays = tuple[Board, npt.NDArray[np.int64], Floats, list[Board]]  # values, evaluations, first logits, history


def refuse_overflow(values: Board) -> None:
    """Say so if a board of values [B, L] was refused by a kernel, and why."""
    raise_refusal(values)


class Loop:
    """Room for B boards of one kind and one plan on one device, and a step for them.

    network    logits float32 [tile, L, V] of tokens int32 [tile, L] and z [tile, Z], on the device
    z_width    Z, how many numbers are drawn for a board, in whatever form the network takes them
    tile       boards an evaluation: fixed, so that rounding does not depend on the batch
    """

    def __init__(
        self,
        network: Callable[[Tensor, Tensor], Tensor],
        rules: Rules,
        plan: Plan,
        B: int,
        *,
        z_width: int,
        seed: int,
        device: str,
        tile: int,
    ) -> None:
        self.network, self.rules, self.plan, self.B, self.seed, self.tile = network, rules, plan, B, seed, tile
        self.device = torch.device(device)
        L, V = rules.L, rules.V
        self.peers = rules.peers if plan.legal else Peers.none(L)

        def zeros(*shape: int, dtype: torch.dtype) -> Tensor:
            return torch.zeros(shape, dtype=dtype, device=self.device)

        # One row more than boards; sets and keys as int64, since torch does little with uint64.
        self.x, self.given = zeros(B + 1, L, dtype=torch.int32), zeros(B + 1, L, dtype=torch.bool)
        self.allowed, self.legal = (zeros(B + 1, L, dtype=torch.int64) for _ in range(2))
        self.key, self.nfe = zeros(B + 1, dtype=torch.int64), zeros(B + 1, dtype=torch.int64)
        self.z, self.first = zeros(B + 1, z_width, dtype=torch.float32), zeros(B + 1, L, V, dtype=torch.float32)
        self.certainty = zeros(B + 1, L, dtype=torch.float32)
        # What a step reads beside the boards.
        self.rows = torch.full((tile,), B, device=self.device)
        self.inside, self.step = zeros(L, dtype=torch.bool), zeros(1, dtype=torch.int32)
        self.left = torch.ones(1, dtype=torch.int64, device=self.device)  # steps of the block, this one among them
        self.graph: Any = None

    @torch.inference_mode()
    def fill(
        self, boards: Board, *, keys: npt.NDArray[np.uint64], domains: npt.NDArray[np.uint64], draw: Draw, trace: bool
    ) -> Arrays:
        """Fill boards [B, L] whose cells may hold `domains` [B, L]."""
        self._begin(boards, keys, domains)
        history: list[Board] = []
        plan, cells = self.plan, block_edges(self.rules.L, self.plan.blocks)
        turns = block_edges(plan.steps, plan.blocks).tolist()
        for block in range(plan.blocks):
            self.inside.fill_(False)
            self.inside[int(cells[block]) : int(cells[block + 1])] = True
            for step in range(turns[block], turns[block + 1]):
                rows = self._open_boards()
                if not len(rows):
                    break
                if plan.each_step or step == turns[block]:
                    seen = self.x[rows].cpu().numpy()
                    self.z[rows] = torch.from_numpy(draw(seen, rows.cpu().numpy(), step)).to(self.device)
                self.step.fill_(step)
                self.left.fill_(turns[block + 1] - step)
                for part in torch.split(rows, self.tile):
                    self.rows.fill_(self.B)
                    self.rows[: len(part)] = part
                    self._run()
                if trace:
                    history.append(self._boards(self.x))
        values = self._boards(self.x)
        refuse_overflow(values)
        return values, self._boards(self.nfe), self._boards(self.first), history

    def _boards(self, tensor: Tensor) -> Any:
        """A copy of the boards' rows on the host."""
        return tensor[: self.B].cpu().numpy().copy()

    def _begin(self, boards: Board, keys: npt.NDArray[np.uint64], domains: npt.NDArray[np.uint64]) -> None:
        B = self.B
        self.x[:B] = torch.from_numpy(boards).to(self.device)
        self.allowed[:B] = torch.from_numpy(domains.view(np.int64)).to(self.device)
        self.key[:B] = torch.from_numpy(keys.view(np.int64)).to(self.device)
        self.given.copy_(self.x != OPEN)
        self.legal.copy_(self._candidates(self.x, self.allowed))
        for tensor in (self.nfe, self.first, self.certainty, self.z):
            tensor.zero_()

    def _candidates(self, x: Tensor, allowed: Tensor) -> Tensor:
        out: Tensor = kernels.candidates(x, allowed.view(torch.uint64), self.peers).view(torch.int64)
        return out

    def _open_boards(self) -> Tensor:
        """Rows of the boards that have something to do in this block, and can; waits for the device."""
        opened = self.x == OPEN
        stuck = (opened & (self.legal == 0)).any(1)
        return ((opened & self.inside).any(1) & ~stuck).nonzero()[:, 0]

    def _run(self) -> None:
        """One step of the tile `rows`."""
        if self.device.type != "cuda":
            self._step()
            return
        if self.graph is None:
            self._capture()
        self.graph.replay()

    def _capture(self) -> None:
        rows = self.rows.clone()
        self.rows.fill_(self.B)  # trial runs touch the full board only
        aside = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(aside):
            for _ in range(2):
                self._step()
        torch.cuda.current_stream(self.device).wait_stream(aside)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self._step()
        self.rows.copy_(rows)

    def _step(self) -> None:
        plan, rows = self.plan, self.rows
        x, legal = self.x[rows], self.legal[rows]
        logits = self.network(x, self.z[rows])
        unseen = (self.nfe[rows] == 0)[:, None, None]
        self.first.index_copy_(0, rows, torch.where(unseen, logits, self.first[rows]))
        self.nfe.index_copy_(0, rows, self.nfe[rows] + 1)
        offered = torch.where(self.inside, legal, 0)  # nothing is committed in a later block
        opened = ((x == OPEN) & self.inside).sum(1)
        filled, _, _ = kernels.unmask(
            logits,
            x,
            offered.view(torch.uint64),
            self.peers,
            key=self.key[rows].view(torch.uint64),
            order=plan.order,
            n_keep=((opened + self.left - 1) // self.left).to(torch.int32),
            threshold=plan.threshold,
            temperature=plan.temperature,
            guard=plan.legal,
            noise=plan.noise,
            seed=self.seed,
            step=self.step,
        )
        if plan.remask != "none":
            filled = self._remask(logits, x, filled, offered)
        self.x.index_copy_(0, rows, filled)
        self.legal.index_copy_(0, rows, self._candidates(filled, self.allowed[rows]))

    def _remask(self, logits: Tensor, x: Tensor, filled: Tensor, offered: Tensor) -> Tensor:
        """`filled`, with the share of its cells open again that the plan says, but in a block's last step."""
        rows, V = self.rows, self.rules.V
        legal = (offered[..., None] >> torch.arange(V, device=self.device) & 1).bool()
        top = logits.amax(2, keepdim=True).clamp(min=torch.finfo(torch.float32).min)
        weight = torch.where(legal, (logits - top).exp(), 0)
        held = weight.gather(2, filled.clamp(min=0).long()[..., None])[..., 0]
        now = held / weight.sum(2).clamp(min=torch.finfo(torch.float32).tiny)
        certainty = torch.where(filled != x, now, self.certainty[rows])
        self.certainty.index_copy_(0, rows, certainty)
        mine = ~self.given[rows] & self.inside & (filled >= 0) & (self.left > 1)
        if self.plan.remask == "conflicts":
            mine &= kernels.conflicts(filled, self.rules.peers)
        n = (self.plan.rate * mine.sum(1, keepdim=True).double() - 1e-9).ceil()
        rank = torch.where(mine, certainty, torch.inf).argsort(dim=1, stable=True).argsort(dim=1, stable=True)
        return torch.where(mine & (rank < n), OPEN, filled)


@torch.inference_mode()
def fill_on_gpu(
    predict: Predictor,
    rules: Rules,
    boards: Board,
    plan: Plan,
    *,
    keys: Keys,
    seed: int,
    allowed: npt.NDArray[np.uint64],
    trace: bool,
) -> Filled:
    """`fill_boards` on the model's device: the whole of it as one launch where a kernel can, else by a Loop."""

    def draw(x: Board, rows: npt.NDArray[np.int64], step: int) -> Floats:
        return predict.draw(x, normal(seed, keys[rows], step, predict.z_width))

    values: Any
    B, whole = len(boards), plan.blocks == 1 and plan.remask == "none" and not (plan.each_step or trace)
    if predict._cuda is None or not whole:
        about = rules.digest, plan, B, seed
        if predict._loop is None or predict._loop[0] != about:
            network, z_width, tile = predict.on_tensors, predict.drawn_width, predict.tile
            loop = Loop(network, rules, plan, B, z_width=z_width, seed=seed, device=predict.device, tile=tile)
            predict._loop = about, loop
        loop = predict._loop[1]
        values, nfe, first, history = loop.fill(boards, keys=keys, domains=allowed, draw=draw, trace=trace)
        return Filled(values, nfe, first, np.stack(history) if history else None)
    arrays = boards, allowed, draw(boards, np.arange(B), 0), keys
    x, sets, z, key = (torch.from_numpy(array).to(predict.device) for array in arrays)
    out = predict._cuda.solve(
        predict._structure,
        x,
        sets,
        z if predict.z_width else None,
        rules.peers if plan.legal else Peers.none(rules.L),
        key=key,
        steps=plan.steps,
        loops=predict.loops or predict.model.config.loops,
        order=plan.order,
        threshold=plan.threshold,
        temperature=plan.temperature,
        guard=plan.legal,
        noise=plan.noise,
        seed=seed,
    )
    values, spent, first = (tensor.cpu().numpy() for tensor in out)
    refuse_overflow(values)
    return Filled(values, spent.astype(np.int64), first, None)
