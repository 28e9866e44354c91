"""The way of a problem: propagation, the model, exact search; then, if asked for, whether the answer is the only one.

Each stage takes the problems that are open, yields what it settles as soon as that is known, and returns what is still
open. Whatever becomes an answer has passed the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import search, sets
from ..checker import accepts
from ..deadline import Deadline
from ..errors import TooLarge
from ..problem import OPEN, Status
from ..search import SearchStatus
from ..search.threads import spread, thread_count
from .hard import Hard
from .options import MANY, Options
from .weights import without_weights
from .work import Ints, Mask, Open, Settled, Task, Tried

if TYPE_CHECKING:
    from ..sampler import Plan, Predictor
    from ..sampler.attempts import Latents
    from ..sampler.keys import Keys

__all__ = ["Part", "exactly", "planned", "propagation", "run", "run_all", "tries", "uniqueness", "with_model"]

EARLY = 0.99  # a cell whose margin is at least this is committed at once: a third of the network evaluations
MODEL_SHARE = 0.5  # of a problem's time, where search comes after the model
TURN = 0.5  # seconds after which search has something to tell, at the latest
Part = Settled | Hard  # some problems with their fate, or one that takes longer
Step = Generator[Part, None, Open]
Stage = Callable[[Task, Open], Step]


def propagation(task: Task, open_: Open) -> Step:
    """What the givens force, exactly: an answer, a contradiction, or cells filled in and symbols excluded."""
    allowed, clash = search.propagate(
        task.rules, open_.boards, time_limit=open_.clock.limit, threads=task.options.threads
    )
    forced = sets.single(allowed)
    full = (forced != OPEN).all(axis=1) & ~clash
    full[full] = accepts(task.rules, open_.boards[full], forced[full])
    yield open_.settled(clash, Status.UNSATISFIABLE, "propagation")
    # propagation only removes what no solution has
    yield open_.settled(full, Status.SOLVED, "propagation", forced[full], unique=True)
    return replace(open_, boards=forced, allowed=allowed).kept(~clash & ~full)


def with_model(task: Task, open_: Open) -> Step:
    """Up to K latents; where propagation went before, rules mask symbols, and the model has its share of the time."""
    predict = task.predict if task.trained else None
    if predict is None:
        return open_
    from ..sampler import board_keys  # late, for most problems need no model
    from ..sampler.evaluation import settling

    helped = open_.allowed is not None
    plan = planned(predict, task.options, legal=helped, settle=True, counted_first=True)
    z, latents = task.z, task.options.latents
    asked = task.options.steps or latents or z is not None
    if helped and not asked and settling(task.rules, plan):  # what does not settle at once, search finds sooner
        plan, latents = replace(plan, steps=1), 1
    if helped and plan.order == "margin":
        plan = replace(plan, threshold=EARLY)
    return (yield from tries(
        task, open_, predict, plan, again=plan.other, keys=board_keys(task.rules, open_.boards),
        latents=latents or (MANY if z is None else len(z)), share=MODEL_SHARE if helped else 1.0,
        guided=helped and task.options.asks,
        z=None if z is None else lambda latent, rows: np.repeat(z[None, latent % len(z)], len(rows), axis=0),
    ))  # fmt: skip


def where_it_fits(task: Task, open_: Open) -> Step:
    """The same; a model that takes more memory for such problems than it may is passed over."""
    try:
        return (yield from with_model(task, open_))
    except TooLarge:
        return open_


def planned(predict: Predictor, options: Options, **fields: Any) -> Plan:
    """How the model was made to fill boards, but for what is asked for otherwise."""
    from ..sampler import Plan

    return Plan.of(predict.model.config, steps=options.steps, order=options.order, **fields)


def tries(
    task: Task, open_: Open, predict: Predictor, plan: Plan, *, keys: Keys, latents: int, again: Plan | None = None,
    share: float = 1.0, guided: bool = False, z: Latents | None = None,
) -> Generator[Settled, None, Open]:  # fmt: skip
    """What the checker accepts of up to K = `latents` latents; a problem's stop at its first answer.

    `z`: of the latent's number and rows of `open_` [n], the latents [n, Z] in place of drawn ones.
    """
    from ..sampler.attempts import attempts

    clock, allowed = open_.clock, open_.allowed
    guide = np.zeros((*open_.boards.shape, task.rules.V), np.uint8) if guided else None
    now = replace(open_, nfe=open_.nfe.copy(), tried=open_.tried.copy(), loops=open_.loops.copy(), guide=guide)
    left = np.ones(len(open_), np.bool_)
    for tried in attempts(
        predict, task.rules, open_.boards, plan, again=again, keys=keys, latents=range(latents),
        seed=task.options.seed, domains=allowed, keep_first=guided, trace=task.options.trace,
        seconds_left=lambda: clock.wall(share), z=z,
    ):  # fmt: skip
        now.nfe[tried.rows] += tried.nfe
        now.loops[tried.rows] += tried.loops
        now.tried[tried.rows] += 1
        if guide is not None and tried.first is not None:
            guide[tried.rows] = tried.first
        if tried.trace is not None:
            for i, row in enumerate(tried.rows.tolist()):
                own = None if tried.z is None else tried.z[i : i + 1]
                seen = Tried(open_.boards[row], tried.trace.of(i), own, bool(tried.good[i]))
                now.traces.setdefault(int(now.rows[row]), []).append(seen)
        good = tried.rows[tried.good]
        z_of_good = None if tried.z is None else task.told(tried.z[tried.good])
        yield now.settled(good, Status.SOLVED, "vmd", tried.values[tried.good], z=z_of_good)
        left[good] = False
        clock.among(int(left.sum()))
    return now.kept(left)


def exactly(task: Task, open_: Open) -> Step:
    """Exact search, told by the model which symbols to try first; what it leaves, time did not suffice for."""
    givens, unique, clock = task.of(open_.rows), task.options.unique, open_.clock
    limit, goes_on = task.slice_of(clock)
    spent = clock.spent + (limit or 0.0)  # by those that it does not suffice for
    result = search.solve_values(
        task.rules,
        givens,
        limit=2 if unique else 1,
        time_limit=limit,
        threads=task.options.threads,
        marginals=open_.guide,
    )
    good = accepts(task.rules, givens, result.values)
    if good.all() and not result.status.any():  # each is SOLVED, as nearly always
        yield from _found(open_, result, good, unique)
        return open_.none()
    hard = _late(result, goes_on)
    found, proved = (result.counts > 0) & ~hard, result.complete
    if (found & ~good).any():
        raise RuntimeError("search returned a board that the checker rejects: a bug in vmdsolve; please report it")
    none, late = ~found & ~hard & proved, ~found & ~hard & ~proved
    yield open_.settled(none, Status.UNSATISFIABLE, "search", effort=result.effort.of(none))
    yield open_.settled(late, Status.TIMEOUT, None, effort=result.effort.of(late))
    yield from _found(open_, result, found, unique)
    yield from (Hard.of(task, open_, i, spent) for i in np.flatnonzero(hard).tolist())
    return open_.none()


def _found(open_: Open, result: search.SearchResult, found: Mask, unique: bool) -> Iterator[Settled]:
    """Those that have an answer; `unique`: whether it is the only one was asked."""
    for some, said in [(found & which, said) for which, said in _said(result)] if unique else [(found, None)]:
        those = slice(None) if some.all() else some
        effort = result.effort.of(those)
        yield open_.settled(those, Status.SOLVED, "search", result.values[those], unique=said, effort=effort)


def uniqueness(task: Task, settled: Settled) -> Iterator[Part]:
    """Whether these answers are the only ones, where nothing has said so yet, in what is left of their time."""
    if settled.values is None or settled.unique is not None or settled.method == "search":
        yield settled
        return
    clock = Deadline(task.options.time_limit, spent=settled.spent, n=len(settled.rows))
    limit, goes_on = task.slice_of(clock)
    result = search.solve_values(
        task.rules, task.givens[settled.rows], limit=2, time_limit=limit, threads=task.options.threads
    )
    hard, spent = _late(result, goes_on), clock.spent
    for which, said in _said(result):
        if (which & ~hard).any():
            yield settled.some(which & ~hard, unique=said, spent=spent, effort=result.effort.of(which & ~hard))
    for i in np.flatnonzero(hard).tolist():
        alone = task.alone(int(settled.rows[i]))
        yield Hard(alone, settled.spent + (limit or 0.0), known=settled.alone(i))


def _late(result: search.SearchResult, goes_on: bool) -> Mask:
    """Which problems search did not settle in its slice, of those that have time left."""
    if not goes_on:
        return np.zeros(len(result.status), np.bool_)
    late: Mask = result.status == int(SearchStatus.TIME_LIMIT)  # an Enum takes NumPy as long as some puzzles
    return late


def _said(result: search.SearchResult) -> list[tuple[Mask, bool | None]]:
    """Which problems have several solutions, which have one at most, and of which this is not known."""
    several = result.counts > 1
    return [(several, False), (~several & result.complete, True), (~several & ~result.complete, None)]


WAYS: dict[str, tuple[Stage, ...]] = {
    "vmd": (propagation, where_it_fits, exactly),
    "vmd-only": (with_model,),
    "search": (exactly,),
}


def run(task: Task) -> Iterator[Part]:
    """All stages; together the rows of what is yielded are all problems of the task."""
    options = task.options
    clock = Deadline(options.time_limit, spent=task.spent, n=len(task.givens))
    if not task.trained:
        without_weights(task.domain, task.rules, options)
    with suppress(TooLarge):  # the stages say what becomes of it
        if options.model is not None and task.trained:
            _ = task.predict  # wrong weights are refused even where propagation alone will do
        _ = task.z  # and so is a latent that is not for them
    searched = options.method != "vmd-only" or options.unique
    if searched and not search.prepared(task.rules, clock.limit_of_all):
        yield Open.of(np.arange(len(task.givens)), task.givens, clock).given_up()
        return
    spent = clock.spent
    for rows in _pieces(task):
        left = Open.of(rows, task.of(rows), Deadline(options.time_limit, spent=spent, n=len(rows)))
        for part in _through(task, left):
            if isinstance(part, Hard) or not options.unique:
                yield part
            else:
                yield from uniqueness(task, part)


def _through(task: Task, left: Open) -> Iterator[Part]:
    """Through one stage after another; those that are still open are given up."""
    for stage in WAYS[task.options.method]:
        if len(left):
            left = yield from _unhurried(stage(task, left), left.clock)
    if len(left):
        yield left.given_up()


def _unhurried(steps: Step, clock: Deadline) -> Step:
    """The same, but for empty parts; the time of whoever looks at them is charged to nobody."""
    while True:
        try:
            part = next(steps)
        except StopIteration as end:
            left: Open = end.value
            return left
        if isinstance(part, Hard) or len(part.rows):
            with clock.paused():
                yield part


def _pieces(task: Task) -> Iterator[Ints]:
    """Rows that go through the stages together: no more than memory holds of the network's output, or than search has
    time for in one go."""
    rows = np.arange(len(task.givens))
    if task.trained:
        from ..sampler.attempts import boards_at_once

        size = boards_at_once(task.rules)
    elif task.slice == inf:
        size = len(rows)
    else:
        size = max(1, int(TURN * thread_count(task.options.threads) / task.slice))
    yield from (rows[start : start + size] for start in range(0, len(rows), size))


def run_all(tasks: Sequence[Task]) -> Iterator[tuple[Task, Part]]:
    """Several tasks: those too small to occupy every thread go side by side, on one thread each."""
    threads = thread_count(tasks[0].options.threads) if tasks else 1
    small: list[Task] = []
    large: list[Task] = []
    for task in tasks:
        (small if len(task.givens) < threads and not task.trained else large).append(task)
    if small:
        alone = (replace(task, options=task.options.but(threads=1)) for task in small)
        for task, parts in zip(small, spread(lambda task: list(run(task)), alone, threads), strict=True):
            yield from ((task, part) for part in parts)
    for task in large:
        yield from ((task, part) for part in run(task))
