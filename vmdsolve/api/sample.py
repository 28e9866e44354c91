"""sample: any number of different answers to one problem, or to none in particular.

With a model each sample is drawn from it, at temperature 1 unless said otherwise: valid by construction where all
rules are Regular constraints on cells of their own, else checked, and drawn again where the checker objects. Without a
model the samples are uniform over all answers in that first case, and found by exact search with symbols tried in
random order, which is diverse but not uniform, in every other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Unpack

import numpy as np

from .. import domains, kernels, search
from ..arguments import whole
from ..checker import accepts
from ..deadline import Deadline
from ..domains import Domain
from ..domains.reading import read
from ..errors import ModelMismatch
from ..kernels.normal import normal
from ..problem import Problem, Solution, Status
from ..sampler.conditioning import conditioning_of
from ..sampler.keys import Keys, board_keys, latent_keys
from .batch import solutions_of
from .option import takes
from .options import Options, SampleOptions
from .stages import planned, tries
from .weights import is_packaged
from .work import Open, Settled, Task

__all__ = ["sample"]

CHUNK = 64  # samples drawn together; what they are does not depend on it
MOST_SAMPLES = 2**31


@takes(SampleOptions)
def sample(domain: str | Domain, n: int = 1, **options: Unpack[SampleOptions]) -> Iterator[Solution]:
    """Draw `n` samples of a domain: full boards that break no rule, each of them as if the others were not there.

    Method "vmd" draws from the model where there is one, and leaves the rest to exact search; "vmd-only" is the learned
    model alone, no rule helps; "search" uses no model. Without a model samples are uniform over all answers where the
    rules are Regular constraints on cells of their own, else found by search in random order. Of the weights that come
    along only the domain's own are used: those for every all-different puzzle learned answers that are the only ones.

    Parameters
    ----------
    domain
        Its name or a Domain; a model may bring its own, see `vmdsolve.domain_of`.
    n
        How many. Sample i is a function of domain, given, options, seed and i only.
    {options}

    Yields
    ------
    Solution
        Status SOLVED (the checker accepted it), UNCHECKED (the domain has no rules), UNSATISFIABLE, UNKNOWN or TIMEOUT;
        its method, "vmd", "uniform" or "search", says where it comes from. The time limit is a sample's; samples that
        are drawn together are each charged their share.

    Raises
    ------
    InvalidInput
        At the call, as `solve` does.

    Examples
    --------
    >>> [drawn.text for drawn in sample("brackets-6", 3)]
    ['(()())', '(()())', '()()()']
    >>> next(sample("sudoku-4x4", given="1......2..4..3..")).text
    '1234341221434321'
    """
    begun = time.perf_counter()
    where = domain if isinstance(domain, domains.Domain) else domains.get(domain)
    n, checked = whole(n, "n", 0, MOST_SAMPLES), Options(SampleOptions, **options)
    problem = where.problem() if checked.given is None else read(checked.given, where)
    if checked.model is None and not is_packaged(where.name):
        if checked.method == "vmd-only":
            raise ModelMismatch(f"no weights for {where.name} are packaged; train some, or use method='vmd'")
        if checked.loops is not None:
            raise ModelMismatch(
                f"loops is {checked.loops}, but no weights for {where.name} are packaged; train some, or leave it out"
            )
        checked = checked.but(method="search")
    everybody = np.broadcast_to(problem.values, (n, problem.rules.L))
    grid = None if checked.given is None else lambda _: checked.given
    task = Task(domains.layout_of(problem), problem.rules, everybody, checked, range(n), grid=grid)
    if task.trained:
        _ = task.predict  # wrong weights are refused at once
    _ = task.z
    return _solutions(task, problem, time.perf_counter() - begun)


def _solutions(task: Task, problem: Problem, spent: float) -> Iterator[Solution]:
    """`spent`: seconds that reading and loading took, and which the first samples pay for."""
    key, n = board_keys(task.rules, problem.values[None]), len(task.givens)
    for start in range(0, n, CHUNK):
        rows = np.arange(start, min(n, start + CHUNK))
        keys = np.concatenate([latent_keys(key, row) for row in rows.tolist()])
        clock = Deadline(task.options.time_limit, spent=spent / len(rows), n=len(rows))
        parts = _drawn(task, Open.of(rows, task.givens[rows], clock), keys)
        drawn = dict(chain.from_iterable(solutions_of(task, part) for part in parts))
        spent = 0.0
        yield from (drawn[row] for row in rows.tolist())


def _drawn(task: Task, left: Open, keys: Keys) -> Iterator[Settled]:
    """One board a key [n]."""
    options, start = task.options, left.rows[0]
    if options.method != "vmd-only":
        allowed, clash = search.propagate(task.rules, left.boards[:1], time_limit=left.clock.limit)
        if clash[0]:
            yield left.settled(np.ones(len(left), np.bool_), Status.UNSATISFIABLE, "propagation")
            return
        left = replace(left, allowed=np.repeat(allowed, len(left), axis=0))
    if task.trained and task.predict is not None:
        plan = planned(task.predict, options, temperature=options.temperature, legal=left.allowed is not None)
        z, numbers = task.z, left.rows
        left = yield from tries(
            task, left, task.predict, plan, keys=keys, latents=task.options.latents,
            z=None if z is None else lambda _, rows: z[numbers[rows] % len(z)],
        )  # fmt: skip
    if left.allowed is None or not len(left):
        yield left.given_up()
        return
    draw = _uniformly if conditioning_of(task.rules).complete else _by_search
    yield from draw(task, left, keys[left.rows - start])


def _uniformly(task: Task, left: Open, keys: Keys) -> list[Settled]:
    """Words by their automata, the other cells by themselves; all symbols equally likely."""
    rules, boards, seed = task.rules, left.boards, task.options.seed
    flat = np.zeros((*boards.shape, rules.V), np.float32)
    legal = kernels.candidates(boards, left.allowed, rules.peers)
    guided = conditioning_of(rules)(flat, boards, legal, key=keys, temperature=1.0, seed=seed, step=0)
    free, _, _ = kernels.unmask(flat, boards, legal, rules.peers, key=keys, n_keep=rules.L, temperature=1.0, seed=seed)
    values = conditioning_of(rules).commit(boards, free, guided.word)
    good = accepts(rules, boards, values)
    return [
        left.settled(good, Status.SOLVED, "uniform", values[good]),
        left.settled(~good, Status.UNSATISFIABLE, "search"),
    ]


def _by_search(task: Task, left: Open, keys: Keys) -> list[Settled]:
    """Exact search that tries symbols in an order of each sample's own."""
    rules, options, L, V = task.rules, task.options, task.rules.L, task.rules.V
    noise = normal(keys, L * V, seed=options.seed).reshape(-1, L, V)  # search only looks which is greater
    found = search.solve_values(
        rules, left.boards, time_limit=left.clock.limit, threads=options.threads, marginals=noise
    )
    good = accepts(rules, left.boards, found.values)
    return [
        left.settled(good, Status.SOLVED, "search", found.values[good]),
        left.settled(~good & found.complete, Status.UNSATISFIABLE, "search"),
        left.settled(~good & ~found.complete, Status.TIMEOUT, None),
    ]
