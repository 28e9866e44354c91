"""fill_boards: the open cells of a batch of boards, filled by a network as a plan says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf

import numpy as np

from ..kernels.cuda import MAX_CUDA_CELLS
from ..problem import Board, Rules
from ..sets import Sets, full
from .conditioning import conditioning_of
from .evaluation import evaluate
from .keys import Keys
from .loop import Loop
from .plan import Filled, Floats, Network, Plan
from .predictor import Predictor

__all__ = ["fill_boards"]


def fill_boards(
    predict: Network,
    rules: Rules,
    boards: Board,
    plan: Plan,
    *,
    keys: Keys,
    seed: int = 0,
    domains: Sets | None = None,
    keep_first: bool = False,
    trace: bool = False,
    seconds_left: Callable[[], float] = lambda: inf,
    z: Floats | None = None,
) -> Filled:
    """Fill the open cells of B boards by the network.

    Parameters
    ----------
    predict
        The network; a Predictor on a GPU is sampled there, anything else on the CPU.
    rules
        Rules of L cells and V symbols; what they mask, the plan says.
    boards
        int32 [B, L], OPEN where open; never changed where filled.
    plan
        Steps, order, noise and the rest.
    keys
        uint64 [B], one a board: see `latent_keys`.
    seed
        0 <= seed < 2^64.
    domains
        uint64 [B, L], symbols allowed in each cell from outside (propagation); None: all.
    keep_first
        Keep the order of symbols of the first evaluation.
    trace
        Keep the boards after each step.
    seconds_left
        Asked before each evaluation, which takes no longer; boards that are not done by then are `late`. Nobody asks on
        a GPU, where the whole loop is one launch, or a graph.
    z
        float32 [B, Z], the latents, wherever they would be drawn; None: they are drawn.

    Returns
    -------
    Filled
        A board's `nfe` counts the steps in which it was still open.

    Raises
    ------
    InvalidInput
        The network gave NaN or infinity, or arrays of another shape or dtype.
    """
    B = len(boards)
    allowed = np.full(boards.shape, full(rules.V)) if domains is None else domains
    by_automata = plan.legal and bool(conditioning_of(rules))  # these stay on the CPU
    if isinstance(predict, Predictor) and predict.on_gpu and not by_automata and B and rules.L <= MAX_CUDA_CELLS:
        from .on_gpu import fill_on_gpu  # which imports torch

        return fill_on_gpu(
            predict, rules, boards, plan, keys=keys, seed=seed, allowed=allowed, keep_first=keep_first, trace=trace,
            z=z,
        )  # fmt: skip
    loop = Loop(rules, plan, B, seed=seed, keep_first=keep_first)
    asked = partial(evaluate, predict, V=rules.V, settles=loop.settling, seconds_left=seconds_left)
    return loop.fill(predict, asked, boards, keys=keys, domains=allowed, trace=trace, z=z)
