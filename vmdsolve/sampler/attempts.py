"""Attempts: up to K latents for each of B problems, one round after another, until the checker accepts a board.

A round is one latent for every problem that has no answer yet. The network is called in pieces of about a tenth of a
second, between which Ctrl-C is heard and the time is looked at; the network's answers do not depend on it, for it runs
in tiles of one fixed shape. One tile is what cannot be stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import inf
from time import perf_counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..checker import accepts
from ..problem import Board, Rules
from ..sets import Sets
from .keys import Keys, latent_keys
from .plan import Floats, Network, Plan

__all__ = ["Round", "attempts", "boards_at_once"]

CANDIDATES = 1 << 24  # symbols of cells whose logits are held at once: 64 MB
FIRST_PIECE = 1 << 9  # cells in the first call of a network of whose speed nothing is known yet
PIECE_SECONDS = 0.1


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
    nfe
        int64 [n], network evaluations.
    first
        uint8 [n, L, V], the order of each cell's symbols by the first evaluation, see `Filled`; None: not asked for, or
        time ran out.
    trace
        int32 [T, n, L], values after each step, if asked for.
    """

    latent: int
    rows: npt.NDArray[np.int64]
    values: Board
    good: npt.NDArray[np.bool_]
    nfe: npt.NDArray[np.int64]
    first: npt.NDArray[np.uint8] | None
    trace: Board | None

    def steps(self, i: int) -> Board | None:
        """Values [T, L] after each step of board i, if they were asked for."""
        return None if self.trace is None else self.trace[: self.nfe[i], i]


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
        Asked often; 0 stops, even within a round.
    at_once
        Boards that are filled together; None: see `boards_at_once`.
    """
    from . import fill_boards  # which imports torch

    rows, size = np.arange(len(boards)), at_once or boards_at_once(rules)
    watched = _Watched(predict, seconds_left)
    network = predict if getattr(predict, "on_gpu", False) else watched  # there the loop stays on the device
    for latent in latents:
        open_rows = []
        for start in range(0, len(rows), size):
            if seconds_left() <= 0:
                return
            here, calls = rows[start : start + size], watched.calls
            try:
                filled = fill_boards(
                    network,
                    rules,
                    boards[here],
                    plan,
                    keys=latent_keys(keys[here], latent),
                    seed=seed,
                    domains=None if domains is None else domains[here],
                    keep_first=keep_first,
                    trace=trace,
                )
                good = accepts(rules, boards[here], filled.values)
                yield Round(latent, here, filled.values, good, filled.nfe, filled.first, filled.trace)
            except _OutOfTime:
                nothing, spent = np.zeros(len(here), np.bool_), np.full(len(here), watched.calls - calls)
                yield Round(latent, here, boards[here], nothing, spent, None, None)
                return
            open_rows.append(here[~good])
        rows = np.concatenate(open_rows) if open_rows else rows
        plan, keep_first = again or plan, False
        if not rows.size:
            return


class _OutOfTime(Exception):
    """Raised between two calls of the network, from within the loop."""


@dataclass
class _Watched:
    """A network that is called piece by piece, and no more when time is out."""

    network: Network
    seconds_left: Callable[[], float]
    calls: int = 0
    speed: float = 0.0  # boards a second; 0: not known yet

    @property
    def z_width(self) -> int:
        return self.network.z_width

    def draw(self, x: Board, noise: Floats, /) -> Floats:
        return self.network.draw(x, noise)

    def __call__(self, x: Board, z: Floats, /) -> Floats:
        out: list[Floats] = []
        start, tile = 0, getattr(self.network, "tile", 1)
        while start < len(x):
            left = self.seconds_left()
            if left <= 0:
                raise _OutOfTime
            most = self.speed * min(left, PIECE_SECONDS) or FIRST_PIECE / x.shape[1]
            stop, begun = start + int(max(1, most // tile)) * tile, perf_counter()
            out.append(self.network(x[start:stop], z[start:stop]))
            self.speed = len(out[-1]) / (perf_counter() - begun)
            start = stop
        self.calls += 1
        return out[0] if len(out) == 1 else np.concatenate(out)
