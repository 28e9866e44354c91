"""sample: any number of different answers to one problem, or to none in particular.

With a model each sample is drawn from it, at temperature 1 unless said otherwise: valid by construction where all
rules are Regular constraints on cells of their own, else checked, and drawn again where the checker objects. Without a
model the samples are uniform over all answers in that first case, and found by exact search with symbols tried in
random order, which is diverse but not uniform, in every other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import domains, kernels, search
from ..checker import accepts
from ..domains import Domain
from ..domains.reading import Grid, read, same_kind
from ..errors import InvalidInput, ModelMismatch
from ..problem import OPEN, Board, Problem, Rules, Solution, Status, whole
from ..sampler.conditioning import conditioning_of
from ..sampler.keys import board_keys, latent_keys
from .options import Options
from .stages import Outcome
from .weights import is_packaged, predictor

__all__ = ["sample"]

CHUNK = 64  # samples drawn together; what they are does not depend on it
Keys = npt.NDArray[np.uint64]


def sample(
    domain: str | Domain,
    n: int = 1,
    *,
    given: Grid = None,
    seed: int = 0,
    method: str = "vmd",
    latents: int = 8,
    steps: int = 16,
    order: str = "random",
    temperature: float = 1.0,
    time_limit: float | None = None,
    model: Any = None,
    device: str | None = None,
    threads: int = 0,
) -> Iterator[Solution]:
    """Draw `n` samples of a domain: full boards that break no rule, each of them as if the others were not there.

    >>> [drawn.text for drawn in sample("brackets-6", 3)]
    ['(()())', '(()())', '()()()']
    >>> next(sample("sudoku-4x4", given="1......2..4..3..")).text
    '1234341221434321'

    Main arguments
        domain       its name or a Domain; a model may bring its own, see `vmdsolve.domain_of`
        given        a problem to complete, as `solve` takes it; None: nothing is given
        method       "vmd": from the model where there is one, exact search for what it leaves; "vmd-only": the learned
                     model alone, no rule helps; "search": no model. Without model: uniform over all answers where
                     the rules are Regular constraints on cells of their own, else by search in random order
        temperature  of the model's symbols: 1 its own law, 0 its most probable choices

    Other arguments
        latents      boards that the model may sample before one is accepted, for one sample
        steps, order T network evaluations a board; "random": ancestral sampling of the model
        seed         sample i is a function of domain, given, options, seed and i only
        time_limit   seconds that exact search may take for a sample; None: none
        model, device, threads   as for `solve`; without model only weights of the domain's own are used

    Yields Solution, see `solve`: status SOLVED (the checker accepted it), UNCHECKED (the domain has no rules),
    UNSATISFIABLE, UNKNOWN or TIMEOUT; method "vmd", "uniform" or "search" says where it comes from.
    Raises as `solve`, at once.
    """
    where = domains.get(domain) if isinstance(domain, str) else domain
    options = Options(
        method=method, latents=latents, steps=steps, order=order, seed=seed, time_limit=time_limit, model=model,
        device=device, threads=threads,
    )  # fmt: skip
    problem = where.problem() if given is None else read(given, where)
    if whole(n, "n") < 0 or not 0 <= temperature < np.inf:
        raise InvalidInput(f"n and temperature are {n} and {temperature}; wanted 0 or more")
    # weights for every all-different puzzle learned answers that are the only ones: those are used only if given
    trained = method != "search" and (model is not None or is_packaged(where.name))
    predict = predictor(where, problem.rules, options) if trained else None
    if predict is None and method == "vmd-only":
        raise ModelMismatch(f"no weights for {where.name} are packaged; train some, or use method='vmd'")
    draw = _Source(problem.rules, problem.values, options, predict, temperature)
    return _solutions(domains.layout_of(problem), problem, given, draw, n, seed)


def _solutions(where: Domain, problem: Problem, given: Grid, draw: _Source, n: int, seed: int) -> Iterator[Solution]:
    key = board_keys(problem.rules, problem.values[None])
    for start in range(0, n, CHUNK):
        begun = time.perf_counter()
        drawn = draw(np.concatenate([latent_keys(key, i) for i in range(start, min(n, start + CHUNK))]))
        share = (time.perf_counter() - begun) / len(drawn.status)
        for row, status in enumerate(drawn.status):
            grid = text = None
            if status.has_solution:
                text = where.format(drawn.values[row])
                grid = text if given is None else same_kind(given, where, drawn.values[row])
            yield Solution(
                status.under(problem.rules), grid, text, drawn.method[row], None, int(drawn.nfe[row]),
                int(drawn.tried[row]), share, seed,
            )  # fmt: skip


@dataclass
class _Source:
    """Where the boards come from: the model, then what needs none."""

    rules: Rules
    values: Board
    options: Options
    predict: Any
    temperature: float

    def __call__(self, keys: Keys) -> Outcome:
        """One board a key."""
        outcome = Outcome.unknown(len(keys), self.rules.L)
        boards = np.repeat(self.values[None], len(keys), axis=0)
        allowed = None
        if self.options.method != "vmd-only":
            sets, clash = search.propagate(self.rules, self.values[None])
            allowed = np.repeat(sets, len(keys), axis=0)
            if clash[0]:
                for row in range(len(keys)):
                    outcome.settle(row, Status.UNSATISFIABLE, "propagation")
                return outcome
        if self.predict is not None:
            self._from_model(outcome, boards, allowed, keys)
        rows = np.flatnonzero([status is Status.UNKNOWN for status in outcome.status])
        if allowed is not None and rows.size:
            if conditioning_of(self.rules).complete:
                self._uniformly(outcome, boards[rows], allowed[rows], keys[rows], rows)
            else:
                self._by_search(outcome, boards[rows], keys[rows], rows)
        return outcome

    def _from_model(self, outcome: Outcome, boards: Board, allowed: Keys | None, keys: Keys) -> None:
        from ..sampler import Plan, fill_boards

        o, rows = self.options, np.arange(len(keys))
        plan = Plan.of(
            self.predict.model.config,
            steps=o.steps,
            order=o.order,
            temperature=self.temperature,
            legal=allowed is not None,
        )
        for latent in range(o.latents):
            drawn = fill_boards(
                self.predict, self.rules, boards[rows], plan, keys=latent_keys(keys[rows], latent), seed=o.seed,
                domains=None if allowed is None else allowed[rows],
            )  # fmt: skip
            outcome.nfe[rows] += drawn.nfe
            outcome.tried[rows] += 1
            good = accepts(self.rules, boards[rows], drawn.values)
            for row, values in zip(rows[good].tolist(), drawn.values[good], strict=True):
                outcome.values[row] = values
                outcome.settle(row, Status.SOLVED, "vmd")
            rows = rows[~good]
            if not rows.size:
                return

    def _uniformly(self, outcome: Outcome, boards: Board, allowed: Keys, keys: Keys, rows: Any) -> None:
        """Words by their automata, the other cells by themselves; all symbols equally likely."""
        peers, seed = self.rules.peers, self.options.seed
        flat = np.zeros((*boards.shape, self.rules.V), np.float32)
        legal = kernels.candidates(boards, allowed, peers)
        guided = conditioning_of(self.rules)(flat, boards, legal, key=keys, temperature=1.0, seed=seed, step=0)
        free, _, _ = kernels.unmask(
            flat, boards, legal, peers, key=keys, n_keep=self.rules.L, temperature=1.0, seed=seed
        )
        values = conditioning_of(self.rules).commit(boards, free, guided.word)
        good = accepts(self.rules, boards, values)
        for row, board, ok in zip(rows.tolist(), values, good.tolist(), strict=True):
            outcome.values[row] = board if ok else OPEN
            outcome.settle(row, Status.SOLVED if ok else Status.UNSATISFIABLE, "uniform" if ok else "search")

    def _by_search(self, outcome: Outcome, boards: Board, keys: Keys, rows: Any) -> None:
        """Exact search that tries symbols in an order of each sample's own."""
        o, shape = self.options, (self.rules.L, self.rules.V)
        noise = [np.random.Generator(np.random.Philox(key=[o.seed, key])).random(shape) for key in keys.tolist()]
        found = search.solve_values(
            self.rules, boards, time_limit=o.time_limit, threads=o.threads, marginals=np.stack(noise)
        )
        good = accepts(self.rules, boards, found.values)
        for i, row in enumerate(rows.tolist()):
            if good[i]:
                outcome.values[row] = found.values[i]
                outcome.settle(row, Status.SOLVED, "search")
            elif found.complete[i]:
                outcome.settle(row, Status.UNSATISFIABLE, "search")
            else:
                outcome.status[row] = Status.TIMEOUT
