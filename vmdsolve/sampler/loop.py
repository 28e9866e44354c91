"""The sampling loop: draw z, predict, choose and commit the most certain cells, again.

    for each block of cells, left to right (mostly one block, the whole board):
        z from the prior, given what is visible
        for step in the block's share of T:
            logits = denoiser(x, z)                                    [B, L, V]
            condition them on the words of Regular constraints: conditioning.py
            x, _, candidates = unmask(logits, x, candidates, ...)      at least ceil(open / steps left) cells
            open some cells again, if the plan says so
Boards that are full, or stuck at a cell without a legal symbol, leave the batch. Every board's randomness hangs on
(seed, its key, step, cell) alone, and the network runs in tiles of one fixed shape, so a board's fate does not
depend on what else is in the batch. Across machines and thread counts, floating-point sums inside the network
may round differently; where two confidences differ by less than that, the order of commits may too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .. import kernels
from ..kernels.cuda import MAX_CUDA_CELLS
from ..peers import Peers
from ..problem import OPEN, Board, Rules
from .conditioning import conditioning_of
from .keys import Keys, normal
from .on_gpu import fill_on_gpu
from .plan import Filled, Floats, Network, Plan, block_edges
from .predictor import Predictor

__all__ = ["SECOND_NOISE", "fill_boards", "reopen"]

SECOND_NOISE = 0.5  # order noise of every latent after the first, so that they differ where z says nothing


def fill_boards(
    predict: Network,
    rules: Rules,
    boards: Board,
    plan: Plan,
    *,
    keys: Keys,
    seed: int = 0,
    domains: npt.NDArray[np.uint64] | None = None,
    trace: bool = False,
) -> Filled:
    """Fill the open cells of B boards by the network.

    boards     int32 [B, L], OPEN where open; never changed where filled
    keys       uint64 [B], one a board: see `latent_keys`
    domains    uint64 [B, L] symbols allowed in each cell from outside (propagation); None: all
    Returns a Filled; a board's `nfe` counts the steps in which it was still open.
    """
    B, L, V = len(boards), rules.L, rules.V
    peers = rules.peers if plan.legal else Peers.none(L)
    allowed = np.full((B, L), np.uint64(2**V - 1)) if domains is None else domains
    conditioning, lost = conditioning_of(rules) if plan.legal else None, np.zeros(B, np.bool_)
    if isinstance(predict, Predictor) and predict.on_gpu and not conditioning and B and L <= MAX_CUDA_CELLS:
        return fill_on_gpu(predict, rules, boards, plan, keys=keys, seed=seed, allowed=allowed, trace=trace)
    x, legal = boards.copy(), kernels.candidates(boards, allowed, peers)
    nfe = np.zeros(B, np.int64)
    first = np.zeros((B, L, V), np.float32)
    certainty = np.zeros((B, L), np.float32)  # of each filled cell, when it was filled
    z = np.zeros((B, 0), np.float32)
    history = []
    cells, turns = block_edges(L, plan.blocks), block_edges(plan.steps, plan.blocks)
    for block in range(plan.blocks):
        inside = (np.arange(L) >= cells[block]) & (np.arange(L) < cells[block + 1])
        for step in range(turns[block], turns[block + 1]):
            opened = (x == OPEN) & inside
            stuck = ((x == OPEN) & (legal == 0)).any(axis=1) | lost
            rows = np.flatnonzero(opened.any(axis=1) & ~stuck)
            if not rows.size:
                break
            if plan.each_step or step == turns[block]:
                drawn = predict.draw(x[rows], normal(seed, keys[rows], step, predict.z_width))
                z = z if z.shape[1] else np.zeros((B, drawn.shape[1]), np.float32)
                z[rows] = drawn
            logits = predict(x[rows], z[rows])
            unseen = nfe[rows] == 0
            first[rows[unseen]] = logits[unseen]
            nfe[rows] += 1
            if conditioning:
                logits, word, lost[rows] = conditioning(
                    logits, x[rows], legal[rows], key=keys[rows], temperature=plan.temperature, seed=seed, step=step
                )
            offered = np.where(inside, legal[rows], np.uint64(0))  # nothing is committed in a later block
            left = turns[block + 1] - step
            filled, _, _ = kernels.unmask(
                logits,
                x[rows],
                offered,
                peers,
                key=keys[rows],
                order=plan.order,
                n_keep=-(-opened[rows].sum(axis=1) // left).astype(np.int32),
                threshold=plan.threshold,
                temperature=plan.temperature,
                guard=plan.legal,
                noise=plan.noise,
                seed=seed,
                step=step,
            )
            if conditioning:
                filled = conditioning.commit(x[rows], filled, word)
            if plan.remask != "none":
                certainty[rows] = np.where(filled != x[rows], _certainty(logits, filled, offered), certainty[rows])
                if left > 1:
                    mine = (boards[rows] == OPEN) & inside & (filled != OPEN)
                    if plan.remask == "conflicts":
                        mine &= kernels.conflicts(filled, rules.peers)
                    filled = reopen(filled, mine, certainty[rows], plan.rate)
            x[rows] = filled
            legal[rows] = kernels.candidates(filled, allowed[rows], peers)
            if trace:
                history.append(x.copy())
    return Filled(x, nfe, first, np.stack(history) if history else None)


def _certainty(logits: Floats, filled: Board, offered: npt.NDArray[np.uint64]) -> Floats:
    """[B, L] probability of the symbol that a cell holds, among those it was offered."""
    V = logits.shape[2]
    legal = (offered[..., None] >> np.arange(V, dtype=np.uint64)) & np.uint64(1) == 1
    top = np.maximum(logits.max(axis=2, keepdims=True), np.finfo(np.float32).min)  # -inf where no symbol is left
    weight = np.where(legal, np.exp(logits - top), 0)
    held = np.take_along_axis(weight, np.maximum(filled, 0)[..., None].astype(np.int64), 2)[..., 0]
    return np.asarray(held / np.maximum(weight.sum(axis=2), np.finfo(np.float32).tiny), np.float32)


def reopen(x: Board, mine: npt.NDArray[np.bool_], certainty: Floats, rate: float) -> Board:
    """x [B, L] with a share `rate` of the cells `mine` [B, L] open again, rounded up, the least certain first.

    >>> x, mine = np.array([[4, 5, 6]], np.int32), np.array([[True, True, False]])
    >>> reopen(x, mine, np.array([[0.9, 0.2, 0.1]], np.float32), 0.5).tolist()
    [[4, -1, 6]]
    """
    n = np.ceil(rate * mine.sum(axis=1, keepdims=True) - 1e-9)  # 0.07 of 100 cells are 7, whatever floats say
    rank = np.where(mine, certainty, np.inf).argsort(axis=1, kind="stable").argsort(axis=1)
    return np.asarray(np.where(mine & (rank < n), OPEN, x), np.int32)
