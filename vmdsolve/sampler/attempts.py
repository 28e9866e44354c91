"""Attempts: up to K latents for each of B problems, one round after another, until the checker accepts a board.

A round is one latent for every problem that has no answer yet. Time is looked at within evaluations: what ran out of it
is no answer, and what was done before is one all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..checker import accepts
from ..problem import Board, Rules
from ..sets import Sets
from .fill import fill_boards
from .keys import Keys, latent_keys
from .plan import Floats, Network, Plan, Steps

__all__ = ["Latents", "Round", "attempts", "boards_at_once"]

Latents = Callable[[int, npt.NDArray[np.int64]], Floats]  # of a latent's number and rows [n], z [n, Z]
CANDIDATES = 1 << 24  # symbols of cells whose logits are held at once: 64 MB


def boards_at_once(rules: Rules) -> int:
    """How many boards are filled together, so that memory does not grow with their size.

    Examples
    --------
    >>> boards_at_once(Rules(81, 9)), boards_at_once(Rules(4096, 64))
    (23014, 64)
    """
    return max(1, CANDIDATES // (rules.L * rules.V))


class Round(NamedTuple):
    """One latent for n problems, as many as are filled together.

    Attributes
    ----------
    latent
        Its number.
    rows
        int64 [n], which of the B problems.
    values
        int32 [n, L], the boards.
    good
        bool [n], whether the checker accepts them.
    nfe, loops
        int64 [n], network evaluations, and the block applications that they took.
    late
        bool [n], whether time ran out before the board was done; it is not good then.
    first
        uint8 [n, L, V], the order of each cell's symbols by the first evaluation, see `Filled`; None: not asked for.
    trace
        The boards after each step, if asked for.
    z
        float32 [n, Z], the latents, see `Filled`.
    """

    latent: int
    rows: npt.NDArray[np.int64]
    values: Board
    good: npt.NDArray[np.bool_]
    nfe: npt.NDArray[np.int64]
    loops: npt.NDArray[np.int64]
    late: npt.NDArray[np.bool_]
    first: npt.NDArray[np.uint8] | None
    trace: Steps | None
    z: Floats | None


def attempts(
    predict: Network,
    rules: Rules,
    boards: Board,
    plan: Plan,
    *,
    keys: Keys,
    latents: Iterable[int],
    again: Plan | None = None,
    seed: int = 0,
    domains: Sets | None = None,
    keep_first: bool = False,
    trace: bool = False,
    seconds_left: Callable[[], float] = lambda: inf,
    at_once: int | None = None,
    z: Latents | None = None,
) -> Iterator[Round]:
    """Round after round, until every problem has an answer, or latents or time are spent.

    Parameters
    ----------
    predict, rules, seed, domains, trace
        As for `fill_boards`.
    keep_first
        Likewise, but of the first of the latents only.
    boards
        int32 [B, L], OPEN where open.
    plan, again
        How the first of the latents fills boards, and how the others do; None: the same way.
    keys
        uint64 [B], one a problem.
    latents
        Numbers of the latents to try, one after another; may end when it pleases.
    seconds_left
        Asked often; 0 stops, even within a round, which is then the last.
    at_once
        Boards that are filled together; None: see `boards_at_once`.
    z
        Of the latent's number and problems [n], the latents [n, Z] in place of drawn ones; None: they are drawn.
    """
    rows, size = np.arange(len(boards)), at_once or boards_at_once(rules)
    for latent in latents:
        open_rows = []
        for start in range(0, len(rows), size):
            if seconds_left() <= 0:
                return
            here = rows[start : start + size]
            filled = fill_boards(
                predict,
                rules,
                boards[here],
                plan,
                keys=latent_keys(keys[here], latent),
                seed=seed,
                domains=None if domains is None else domains[here],
                keep_first=keep_first,
                trace=trace,
                seconds_left=seconds_left,
                z=None if z is None else z(latent, here),
            )
            good = accepts(rules, boards[here], filled.values)
            yield Round(latent, here, filled.values, good, *filled[1:])
            if filled.late.any():
                return
            open_rows.append(here[~good])
        rows = np.concatenate(open_rows) if open_rows else rows
        plan, keep_first = again or plan, False
        if not rows.size:
            return
