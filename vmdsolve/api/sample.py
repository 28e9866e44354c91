"""sample: any number of different answers to one problem, or to none in particular.

With a model each sample is drawn from it: valid by construction where all rules are Regular constraints on cells of
their own, else checked, and drawn again where the checker objects. Where z is noise on the network's states, z alone
is drawn, and the likeliest symbols given z are taken; else symbols are drawn, too, at temperature 1 unless said
otherwise. Without a model the samples are uniform over all answers in that first case, and found by exact search with
symbols tried in random order, which is diverse but not uniform, in every other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Unpack

import numpy as np

from .. import domains, kernels, search
from ..arguments import whole
from ..checker import accepts
from ..deadline import Deadline
from ..domains import Domain
from ..domains.reading import read
from ..kernels.normal import normal
from ..problem import Solution, Status
from ..sampler.conditioning import conditioning_of
from ..sampler.keys import Keys, board_keys, latent_keys
from ..sets import Sets
from .batch import solutions_of
from .different import check_enough, different
from .option import takes
from .options import Options, SampleOptions
from .stages import planned, tries
from .weights import is_trained, without_weights
from .work import Open, Settled, Task

if TYPE_CHECKING:
    from ..sampler import Plan, Predictor

__all__ = ["sample"]

CHUNK = 64  # samples drawn together; what they are does not depend on it
MOST_SAMPLES = 2**31
LOOK, SECONDS = 20_000, 1.0  # nodes, and seconds, of search that may prove at once that there is no answer


@takes(SampleOptions)
def sample(domain: str | Domain, n: int = 1, **options: Unpack[SampleOptions]) -> Iterator[Solution]:
    """Draw `n` samples of a domain: full boards that break no rule, each of them as if the others were not there.

    Method "vmd" draws from the model where there is one, and leaves the rest to exact search; "vmd-only" is the learned
    model alone, no rule helps; "search" uses no model. Without a model samples are uniform over all answers where the
    rules are Regular constraints on cells of their own, else found by search in random order. Of the weights that come
    along only those of the domain or its kind are used: those for every all-different puzzle learned answers that are
    the only ones. What the model does not get valid in `latents` boards, search finds from the givens: the law is the
    model's where `method` of a sample is "vmd", and search's where it is "search".

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
        its method, "vmd", "uniform" or "search", says where it comes from. Of a problem without an answer all are
        UNSATISFIABLE, proved once. The time limit is a sample's; samples that are drawn together are each charged their
        share.

    Raises
    ------
    InvalidInput
        At the call, as `solve` does; and where more different solutions are asked for than there are.
    ModelMismatch
        The weights are for other boards, which are named.

    Examples
    --------
    >>> [drawn.text for drawn in sample("brackets-6", 3)]
    ['()()()', '(())()', '()()()']
    >>> next(sample("sudoku-4x4", given="1......2..4..3..")).text
    '1234341221434321'
    """
    begun = time.perf_counter()
    where = domain if isinstance(domain, domains.Domain) else domains.get(domain)
    n, checked = whole(n, "n", 0, MOST_SAMPLES), Options(SampleOptions, **options)
    problem = where.problem() if checked.given is None else read(checked.given, where)
    layout, rules = domains.layout_of(problem), problem.rules
    if not is_trained(layout, rules, checked, sampling=True):
        without_weights(layout, rules, checked, sampling=True)
        checked = checked.but(method="search")
    everybody = np.broadcast_to(problem.values, (MOST_SAMPLES, rules.L))
    grid = None if checked.given is None else lambda _: checked.given
    task = Task(layout, rules, everybody, checked, range(MOST_SAMPLES), sampling=True, grid=grid)
    if task.trained:
        _ = task.predict  # wrong weights are refused at once
    _ = task.z
    if checked.distinct:
        check_enough(task, n)
    spent = time.perf_counter() - begun
    drawn = partial(_solutions, task, spent, min(n, CHUNK))
    return different(task, n, drawn) if checked.distinct else drawn(n)


def _solutions(task: Task, spent: float, first: int, n: int) -> Iterator[Solution]:
    """`first`: how many are drawn together, which pay for the seconds `spent` that reading and loading took."""
    key, begun = board_keys(task.rules, task.givens[:1]), time.perf_counter()
    known = _looked_at(task, Deadline(task.options.time_limit, spent=spent / max(1, first), n=first)) if n else None
    spent += time.perf_counter() - begun
    for start in range(0, n, max(1, first)):
        rows = np.arange(start, min(n, start + first))
        keys = np.concatenate([latent_keys(key, row) for row in rows.tolist()])
        clock = Deadline(task.options.time_limit, spent=spent / len(rows), n=len(rows))
        left = Open.of(rows, task.givens[rows], clock)
        if isinstance(known, str):
            parts = iter([left.settled(np.ones(len(left), np.bool_), Status.UNSATISFIABLE, known)])
        else:
            parts = _drawn(task, replace(left, allowed=None if known is None else known.repeat(len(rows), 0)), keys)
        drawn = dict(chain.from_iterable(zip(*solutions_of(task, part), strict=True) for part in parts))
        spent = 0.0
        yield from (drawn[row] for row in rows.tolist())


def _looked_at(task: Task, clock: Deadline) -> Sets | str | None:
    """The symbols [1, L] that propagation leaves; or what proves that there is no answer, once for all samples. None:
    the model is to be alone.
    """
    rules, board = task.rules, task.givens[:1]
    if task.options.method == "vmd-only":
        return None
    allowed, clash = search.propagate(rules, board, time_limit=clock.limit_of_all)
    if clash[0]:
        return "propagation"
    if conditioning_of(rules).complete:  # an answer, or that there is none, costs no search
        return allowed
    seconds = min(SECONDS, clock.wall())
    found = search.solve_values(rules, board, node_limit=LOOK, time_limit=seconds, threads=task.options.threads)
    return "search" if found.complete[0] and not found.counts[0] else allowed


def _drawn(task: Task, left: Open, keys: Keys) -> Iterator[Settled]:
    """One board a key [n]."""
    start = left.rows[0]
    if task.trained and task.predict is not None:
        z, numbers = task.z, left.rows
        left = yield from tries(
            task, left, task.predict, _plan(task.predict, task.options, legal=left.allowed is not None), keys=keys,
            latents=task.options.latents, z=None if z is None else lambda _, rows: z[numbers[rows] % len(z)],
        )  # fmt: skip
    if left.allowed is None or not len(left):
        yield left.given_up()
        return
    draw = _uniformly if conditioning_of(task.rules).complete else _by_search
    yield from draw(task, left, keys[left.rows - start])


def _plan(predict: Predictor, options: Options, *, legal: bool) -> Plan:
    """Where z is noise on states, it says which answer is meant: symbols are the likeliest, in the order that the model
    was made for, and a board that breaks no rule is done. Else they are drawn as the model's law has it.
    """
    whole_in_z = predict.model.config.stirs
    temperature = options.temperature if options.temperature is not None else 0.0 if whole_in_z else 1.0
    asked = options if options.order is not None or whole_in_z else options.but(order="random")
    return planned(
        predict, asked, temperature=temperature, legal=legal, settle=whole_in_z, counted_first=whole_in_z, still=False
    )


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
