"""The way of a problem: propagation, the model, exact search; then, if asked for, whether the answer is the only one.

Each stage takes the problems that are open, and returns what it settled and what is still open. Whatever becomes an
answer has passed the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import search, sets
from ..checker import accepts
from ..deadline import Deadline
from ..errors import ModelMismatch
from ..problem import OPEN, Status
from ..sampler.attempts import attempts, boards_at_once
from ..sampler.keys import Keys, board_keys
from ..search.threads import spread, thread_count
from .options import Options
from .work import Ints, Mask, Open, Settled, Task

if TYPE_CHECKING:
    from ..sampler import Plan, Predictor

__all__ = ["exactly", "planned", "propagation", "run", "run_all", "tries", "uniqueness", "with_model"]

EARLY = 0.99  # a cell whose margin is at least this is committed at once: a third of the network evaluations
MODEL_SHARE = 0.5  # of a problem's time, where search comes after the model
Stage = Callable[[Task, Open], tuple[list[Settled], Open]]


def propagation(task: Task, open_: Open) -> tuple[list[Settled], Open]:
    """What the givens force, exactly: an answer, a contradiction, or cells filled in and symbols excluded."""
    allowed, clash = search.propagate(
        task.rules, open_.boards, time_limit=open_.clock.limit, threads=task.options.threads
    )
    forced = sets.single(allowed)
    full = (forced != OPEN).all(axis=1) & ~clash
    full[full] = accepts(task.rules, open_.boards[full], forced[full])
    settled = [
        open_.settled(clash, Status.UNSATISFIABLE, "propagation"),
        # propagation only removes what no solution has
        open_.settled(full, Status.SOLVED, "propagation", forced[full], unique=True),
    ]
    return settled, replace(open_, boards=forced, allowed=allowed).kept(~clash & ~full)


def with_model(task: Task, open_: Open) -> tuple[list[Settled], Open]:
    """Up to K latents; where propagation went before, rules mask symbols, and the model has its share of the time."""
    if (predict := task.predict) is None:
        return [], open_
    from ..sampler import SECOND_NOISE  # which imports torch

    helped = open_.allowed is not None
    plan = planned(predict, task.options, legal=helped, settle=True)
    if helped and plan.order == "margin":
        plan = replace(plan, threshold=EARLY)
    return tries(
        task, open_, predict, plan, again=replace(plan, noise=SECOND_NOISE), keys=board_keys(task.rules, open_.boards),
        share=MODEL_SHARE if helped else 1.0, guided=helped,
    )  # fmt: skip


def planned(predict: Predictor, options: Options, **fields: Any) -> Plan:
    """How the model was made to fill boards, but for what is asked for otherwise."""
    from ..sampler import Plan  # which imports torch

    return Plan.of(predict.model.config, steps=options.steps, order=options.order, **fields)


def tries(
    task: Task, open_: Open, predict: Predictor, plan: Plan, *, keys: Keys, again: Plan | None = None,
    share: float = 1.0, guided: bool = False,
) -> tuple[list[Settled], Open]:  # fmt: skip
    """What the checker accepts of up to K latents; a problem's stop at its first answer."""
    clock, allowed, settled = open_.clock, open_.allowed, []
    guide = np.zeros((*open_.boards.shape, task.rules.V), np.uint8) if guided else None
    now = replace(open_, nfe=open_.nfe.copy(), tried=open_.tried.copy(), loops=open_.loops.copy(), guide=guide)
    left = np.ones(len(open_), np.bool_)
    for tried in attempts(
        predict, task.rules, open_.boards, plan, again=again, keys=keys, latents=range(task.options.latents),
        seed=task.options.seed, domains=allowed, keep_first=guided, trace=task.options.trace,
        seconds_left=lambda: clock.wall(share),
    ):  # fmt: skip
        now.nfe[tried.rows] += tried.nfe
        now.loops[tried.rows] += tried.loops
        now.tried[tried.rows] += 1
        if guide is not None and tried.first is not None:
            guide[tried.rows] = tried.first
        good = tried.rows[tried.good]
        steps = zip(now.rows[good].tolist(), map(tried.steps, np.flatnonzero(tried.good).tolist()), strict=True)
        traces = {row: boards for row, boards in steps if boards is not None}
        settled.append(now.settled(good, Status.SOLVED, "vmd", tried.values[tried.good], traces=traces))
        left[good] = False
        clock.among(int(left.sum()))
    return settled, now.kept(left)


def exactly(task: Task, open_: Open) -> tuple[list[Settled], Open]:
    """Exact search, told by the model which symbols to try first; what it leaves, time did not suffice for."""
    givens, unique = task.givens[open_.rows], task.options.unique
    result = search.solve_values(
        task.rules,
        givens,
        limit=2 if unique else 1,
        time_limit=open_.clock.limit,
        threads=task.options.threads,
        marginals=open_.guide,
    )
    found, proved = result.counts > 0, result.complete
    if (found & ~accepts(task.rules, givens, result.values)).any():
        raise RuntimeError("search returned a board that the checker rejects: a bug in vmdsolve; please report it")
    settled = [
        open_.settled(~found & proved, Status.UNSATISFIABLE, "search"),
        open_.settled(~found & ~proved, Status.TIMEOUT, None),
        *(
            open_.settled(found & which, Status.SOLVED, "search", result.values[found & which], unique=said)
            for which, said in (_said(result) if unique else [(found, None)])
        ),
    ]
    return settled, open_.kept(np.zeros(len(open_), np.bool_))


def uniqueness(task: Task, settled: Settled) -> list[Settled]:
    """Whether these answers are the only ones, where nothing has said so yet, in what is left of their time."""
    if settled.values is None or settled.unique is not None or settled.method == "search" or not len(settled.rows):
        return [settled]
    result = search.solve_values(
        task.rules,
        task.givens[settled.rows],
        limit=2,
        time_limit=Deadline(task.options.time_limit, spent=settled.spent).limit,
        threads=task.options.threads,
    )
    return [
        settled._replace(
            rows=settled.rows[which], values=settled.values[which], nfe=settled.nfe[which],
            tried=settled.tried[which], loops=settled.loops[which], unique=said,
        )
        for which, said in _said(result)
    ]  # fmt: skip


def _said(result: search.SearchResult) -> list[tuple[Mask, bool | None]]:
    """Which problems have several solutions, which have one at most, and of which this is not known."""
    several = result.counts > 1
    return [(several, False), (~several & result.complete, True), (~several & ~result.complete, None)]


WAYS: dict[str, tuple[Stage, ...]] = {
    "vmd": (propagation, with_model, exactly),
    "vmd-only": (with_model,),
    "search": (exactly,),
}


def run(task: Task) -> list[Settled]:
    """All stages; together the rows of what is settled are all problems of the task."""
    options, clock = task.options, Deadline(None, spent=task.spent, n=len(task.givens))
    if options.method == "vmd-only" and not task.trained:
        raise ModelMismatch(f"no weights for {task.domain.name} are packaged; train some, or use method='vmd'")
    if options.model is not None and task.trained:
        _ = task.predict  # wrong weights are refused even where propagation alone will do
    done: list[Settled] = []
    spent = clock.spent
    for rows in _pieces(task):
        left = Open.of(rows, task.givens[rows], Deadline(options.time_limit, spent=spent, n=len(rows)))
        for stage in WAYS[options.method]:
            if len(left):
                settled, left = stage(task, left)
                done += settled
        done.append(left.given_up())
    return [part for settled in done for part in (uniqueness(task, settled) if options.unique else [settled])]


def _pieces(task: Task) -> Iterator[Ints]:
    """Rows that go through the stages together: all, but for those that would fill memory with the network's output."""
    rows = np.arange(len(task.givens))
    if not task.trained:
        yield rows
        return
    size = boards_at_once(task.rules)
    yield from (rows[start : start + size] for start in range(0, len(rows), size))


def run_all(tasks: Sequence[Task]) -> list[list[Settled]]:
    """Several tasks: those too small to occupy every thread go side by side, on one thread each."""
    threads = thread_count(tasks[0].options.threads) if tasks else 1
    small = [i for i, task in enumerate(tasks) if len(task.givens) < threads and not task.trained]
    alone = (replace(tasks[i], options=tasks[i].options.but(threads=1)) for i in small)
    done = dict(zip(small, spread(lambda task: run(task), alone, threads), strict=True))
    return [done[i] if i in done else run(task) for i, task in enumerate(tasks)]
