"""The stages that a batch of problems goes through: propagation, the model, exact search.

Each stage fills in what it settles of an Outcome and leaves the rest to the next. Whatever becomes an answer has
passed the checker.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import search
from ..checker import accepts
from ..domains import Domain
from ..errors import ModelMismatch
from ..problem import OPEN, Board, Rules, Status
from ..sampler.keys import board_keys
from ..search.threads import spread, thread_count
from .options import Options
from .weights import is_trained, predictor

if TYPE_CHECKING:
    from ..sampler import Predictor

__all__ = ["Group", "Outcome", "run", "run_all", "symbol_order"]

EARLY = 0.99  # a cell whose margin is at least this is committed at once: a third of the network evaluations


@dataclass
class Outcome:
    """What is known of B problems of one set of rules; filled in by one stage after another."""

    values: Board  # [B, L], OPEN while there is no answer
    method: list[str | None]
    status: list[Status]
    unique: list[bool | None]
    nfe: npt.NDArray[np.int64]
    tried: npt.NDArray[np.int64]
    trace: dict[int, Board]

    @staticmethod
    def unknown(B: int, L: int) -> Outcome:
        zeros = np.zeros(B, np.int64)
        return Outcome(
            np.full((B, L), OPEN, np.int32), [None] * B, [Status.UNKNOWN] * B, [None] * B, zeros, zeros.copy(), {}
        )

    def settle(self, row: int, status: Status, method: str) -> None:
        self.status[row], self.method[row] = status, method


class Group(NamedTuple):
    """Problems [B, L] that share a board and its rules."""

    domain: Domain
    rules: Rules
    boards: Board


def run_all(groups: Sequence[Group], options: Options) -> list[Outcome]:
    """All stages for several groups: those too small to occupy every thread go side by side, on one thread each."""
    threads = thread_count(options.threads)
    network = [options.method != "search" and is_trained(group.domain, group.rules, options) for group in groups]
    small = [i for i, group in enumerate(groups) if len(group.boards) < threads and not network[i]]
    one = replace(options, threads=1)
    done = dict(zip(small, spread(lambda i: run(*groups[i], one), small, threads), strict=True))
    return [done[i] if i in done else run(*group, options) for i, group in enumerate(groups)]


def run(domain: Domain, rules: Rules, boards: Board, options: Options) -> Outcome:
    """All stages for problems [B, L] of one set of rules."""
    outcome = Outcome.unknown(*boards.shape)
    guide = None
    if options.model is not None and options.method != "search":
        predictor(domain, rules, options)  # wrong weights are refused even where propagation alone will do
    if options.method == "vmd-only":
        predict = predictor(domain, rules, options)
        if predict is None:
            raise ModelMismatch(f"no weights for {domain.name} are packaged; train some, or use method='vmd'")
        _sample(predict, rules, boards, np.arange(len(boards)), None, outcome, options)
    elif options.method == "vmd":
        guide = _propagate_and_sample(domain, rules, boards, outcome, options)
    if options.method != "vmd-only":
        _search(rules, boards, guide, outcome, options)
    elif options.unique:
        _settle_uniqueness(rules, boards, outcome, options)
    return outcome


def _propagate_and_sample(
    domain: Domain, rules: Rules, boards: Board, outcome: Outcome, options: Options
) -> npt.NDArray[np.float32] | None:
    """Exact propagation, then the model on what is left; returns marginals [B, L, V] to guide search."""
    allowed, clash = search.propagate(rules, boards, threads=options.threads)
    for row in np.flatnonzero(clash):
        outcome.settle(int(row), Status.UNSATISFIABLE, "propagation")
    single = (allowed & (allowed - np.uint64(1))) == 0
    bits = np.where(single & ~clash[:, None], allowed, np.uint64(0))
    forced = np.where(bits > 0, np.log2(np.maximum(bits, 1).astype(np.float64)).astype(np.int32), OPEN)
    forced = forced.astype(np.int32)
    full = np.flatnonzero((forced != OPEN).all(axis=1))
    for row in full[accepts(rules, boards[full], forced[full])]:
        outcome.values[row] = forced[row]
        outcome.settle(int(row), Status.SOLVED, "propagation")
        outcome.unique[row] = True  # propagation only removes what no solution has
    rows = np.array([r for r, status in enumerate(outcome.status) if status is Status.UNKNOWN], np.int64)
    if not rows.size:
        return None
    predict = predictor(domain, rules, options)
    if predict is None:
        return None
    guide = np.zeros((*boards.shape, rules.V), np.float32)
    _sample(predict, rules, forced, rows, allowed, outcome, options, guide)
    return guide


def _sample(
    predict: Predictor,
    rules: Rules,
    boards: Board,
    rows: npt.NDArray[np.int64],
    allowed: npt.NDArray[np.uint64] | None,
    outcome: Outcome,
    options: Options,
    guide: npt.NDArray[np.float32] | None = None,
) -> None:
    """Up to K latents for the given rows, one round after another; a problem's latents stop at its first answer.

    allowed    sets of symbols left by propagation, or None: the model alone, no rule masks a symbol
    guide      [B, L, V], receives the `symbol_order` of the first evaluation
    """
    from ..sampler import SECOND_NOISE, Plan, fill_boards, latent_keys

    share = None if options.time_limit is None else options.time_limit / 2 * len(rows)  # search has the other half
    deadline = None if share is None else time.perf_counter() + share
    keys = board_keys(rules, boards[rows])
    for latent in range(options.latents):
        plan = Plan.of(
            predict.model.config,
            steps=options.steps,
            order=options.order,
            threshold=EARLY if allowed is not None and options.order == "margin" else None,
            noise=SECOND_NOISE if latent else 0.0,
            legal=allowed is not None,
        )
        drawn = fill_boards(
            predict,
            rules,
            boards[rows],
            plan,
            keys=latent_keys(keys, latent),
            seed=options.seed,
            domains=None if allowed is None else allowed[rows],
            trace=options.trace,
        )
        if guide is not None and allowed is not None and latent == 0:
            guide[rows] = symbol_order(drawn.first, allowed[rows])
        outcome.nfe[rows] += drawn.nfe
        outcome.tried[rows] += 1
        good = accepts(rules, boards[rows], drawn.values)
        for index in np.flatnonzero(good):
            row = int(rows[index])
            outcome.values[row] = drawn.values[index]
            outcome.settle(row, Status.SOLVED, "vmd")
            if drawn.trace is not None:
                outcome.trace[row] = drawn.trace[: drawn.nfe[index], index]
        rows, keys = rows[~good], keys[~good]
        if not rows.size:
            return
        if deadline is not None and time.perf_counter() > deadline:
            for row in rows:
                outcome.status[row] = Status.TIMEOUT
            return


def symbol_order(logits: npt.NDArray[np.float32], allowed: npt.NDArray[np.uint64]) -> npt.NDArray[np.float32]:
    """[B, L, V] marginals for search that only say which symbol to try first: its place, the greatest the likeliest.

    >>> symbol_order(np.float32([[[0.3, 0.5, 0.9]]]), np.uint64([[0b011]])).tolist()
    [[[1.0, 2.0, 0.0]]]

    Search takes marginals for comparable between cells, too, and breaks ties of its own choice of cell by them; that
    costs nodes where the model is sure of what is easy (benchmark `guided`).
    """
    legal = allowed[..., None] >> np.arange(logits.shape[-1], dtype=np.uint64) & np.uint64(1) == 1
    order = np.where(legal, logits, -np.inf).argsort(axis=-1, kind="stable")
    return np.asarray(order.argsort(axis=-1, kind="stable"), np.float32)


def _search(
    rules: Rules, boards: Board, guide: npt.NDArray[np.float32] | None, outcome: Outcome, options: Options
) -> None:
    """Exact search for every problem without an answer yet; and for uniqueness, if asked."""
    rows = np.array([r for r, s in enumerate(outcome.status) if s in (Status.UNKNOWN, Status.TIMEOUT)], np.int64)
    if rows.size:
        everything = rows.size == len(boards)
        result = search.solve_values(
            rules,
            boards if everything else boards[rows],
            limit=2 if options.unique else 1,
            time_limit=options.time_limit and options.time_limit / (2 if options.method == "vmd" else 1),
            threads=options.threads,
            marginals=None if guide is None else guide[rows],
        )
        good = accepts(rules, boards if everything else boards[rows], result.values)
        found = result.counts > 0
        if (found & ~good).any():
            raise RuntimeError("search returned a board that the checker rejects: a bug in vmdsolve; please report it")
        outcome.values[rows] = result.values
        unique = np.where(result.counts > 1, 0, np.where(result.complete & found, 1, -1)).tolist()
        unsatisfiable = (result.complete & ~found).tolist()
        for index, (row, has) in enumerate(zip(rows.tolist(), found.tolist(), strict=True)):
            if has:
                outcome.settle(row, Status.SOLVED, "search")
                outcome.unique[row] = None if unique[index] < 0 or not options.unique else bool(unique[index])
            elif unsatisfiable[index]:
                outcome.settle(row, Status.UNSATISFIABLE, "search")
            else:
                outcome.status[row] = Status.TIMEOUT
    if options.unique:
        _settle_uniqueness(rules, boards, outcome, options)


def _settle_uniqueness(rules: Rules, boards: Board, outcome: Outcome, options: Options) -> None:
    """Prove or refute uniqueness where there is an answer and nothing has said so yet."""
    rows = [
        r for r, (status, unique) in enumerate(zip(outcome.status, outcome.unique, strict=True))
        if status is Status.SOLVED and unique is None and outcome.method[r] != "search"
    ]
    if rows:
        result = search.solve_values(
            rules, boards[rows], limit=2, time_limit=options.time_limit, threads=options.threads
        )
        for row, n, complete in zip(rows, result.counts.tolist(), result.complete.tolist(), strict=True):
            outcome.unique[row] = False if n > 1 else (True if complete else None)
