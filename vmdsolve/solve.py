"""solve, solve_batch, count_solutions, check: the public calls.

The way of a problem with method="vmd": propagate the givens (exact), let the model fill what is left with up to K
latents, accept only what the checker accepts, and give the rest to exact search guided by the model's marginals.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import domains, search
from .checker import accepts, violations
from .domains import Domain
from .errors import InvalidInput, ModelMismatch
from .problem import OPEN, Board, Problem, Rules, Solution, Status, Violation, board_keys
from .reading import Grid, find_domain, read, read_many, same_kind

if TYPE_CHECKING:
    from .sampler import Predictor

__all__ = ["Count", "check", "count_solutions", "find_domain", "solve", "solve_batch"]

METHODS = ("vmd", "vmd-only", "search")
EARLY = 0.9  # a cell whose margin is at least this is committed at once: saves steps, costs no accuracy measured
SECOND_NOISE = 0.5  # order noise of every latent after the first, so that they differ where z says nothing


class Count(NamedTuple):
    """How many solutions were found, and whether these are all."""

    n: int
    complete: bool


@dataclass(frozen=True)
class _Options:
    """The checked arguments of solve and solve_batch, but for the problems."""

    domain: str | None = None
    method: str = "vmd"
    latents: int = 8
    steps: int = 16
    order: str = "margin"
    seed: int = 0
    time_limit: float | None = None
    unique: bool = False
    model: Any = None
    device: str | None = None
    trace: bool = False
    threads: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InvalidInput(f"method is {self.method!r}; wanted one of {', '.join(METHODS)}")
        for name, most in (("latents", 65_536), ("steps", 65_536), ("seed", 2**64 - 1)):
            value, least = getattr(self, name), 0 if name == "seed" else 1
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
                raise InvalidInput(f"{name} is {value!r}; wanted a whole number from {least} to {most}")
        if self.time_limit is not None and not self.time_limit >= 0:
            raise InvalidInput(f"time_limit is {self.time_limit!r}; wanted seconds, 0 or more, or None")


@dataclass
class _Outcome:
    """What is known of B problems of one set of rules; filled in by one stage after another."""

    values: Board  # [B, L], OPEN while there is no answer
    method: list[str | None]
    status: list[Status]
    unique: list[bool | None]
    nfe: npt.NDArray[np.int64]
    tried: npt.NDArray[np.int64]
    trace: dict[int, Board]

    @staticmethod
    def unknown(B: int, L: int) -> _Outcome:
        zeros = np.zeros(B, np.int64)
        return _Outcome(
            np.full((B, L), OPEN, np.int32), [None] * B, [Status.UNKNOWN] * B, [None] * B, zeros, zeros.copy(), {}
        )

    def settle(self, row: int, status: Status, method: str) -> None:
        self.status[row], self.method[row] = status, method


def solve(grid: Grid, **options: Any) -> Solution:
    """Solve one problem: an answer that the checker accepted, or an honest status.

    >>> solution = solve("1......44......1")
    >>> solution.status, solution.text
    (<Status.SOLVED: 'SOLVED'>, '1234341223414321')

    Main arguments
        grid        text, nested lists, a NumPy or torch array (0 = open, k = the k-th symbol), or a Problem
        domain      its name; None: found by the grid's shape ("sudoku-9x9" for 81 cells)
        method      "vmd": propagate, then the model, then guided search. "vmd-only": the learned model alone, no
                    propagation, no search. "search": exact only
        unique      also settle whether the answer is the only one (exact search)
        time_limit  seconds; None: none. Running out is the status TIMEOUT

    Other arguments
        latents     K, the most boards the model samples for the problem, 1 to 65,536
        steps       T, the most network evaluations a board costs, 1 to 65,536
        order       "margin", "top_prob", "entropy" or "random": which cells the model fills first
        seed        0 to 2^64 - 1; the same seed gives the same answer, whatever the batch
        model       None: the packaged weights; or a path to weights, or a model
        device      None: a GPU if torch has one, else the CPU
        trace       keep the board after each step of the accepted latent
        threads     0: all cores; the result does not depend on it

    Returns
        Solution; only status SOLVED carries an answer

    Raises
        InvalidProblem   malformed input (names the cell); clashing givens are not malformed, but UNSATISFIABLE
        ModelMismatch    weights missing, damaged, or of another domain
        InvalidInput     any other argument out of range

    Source  Zhang, Schwing, Zhao, Variational Masked Diffusion, arXiv 2510.23606, Algorithm 2.
    """
    return next(solve_batch([grid], batch_size=1, **options))


def solve_batch(
    problems: Iterable[Grid],
    *,
    batch_size: int = 4096,
    invalid: str = "raise",
    progress: bool = False,
    **options: Any,
) -> Iterator[Solution]:
    """Solve many problems, in input order; answers do not depend on batch_size, order or threads.

    >>> [s.text for s in solve_batch(["1......44......1", "." * 16], method="search")]
    ['1234341223414321', '1234341221434321']

    Arguments
        problems    any iterable of what `solve` takes; read batch by batch, so it may be endless
        batch_size  problems worked on at once, 1 or more
        invalid     "raise", or "report": a malformed problem becomes a Solution with status INVALID
        progress    show a progress bar on the terminal's error stream
        others      as for `solve`. time_limit is a problem's; the model's part of it is shared by the batch

    Yields Solution, see `solve`. Raises as `solve`, when the first item is asked for.
    """
    settings = _Options(**options)
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise InvalidInput(f"batch_size is {batch_size!r}; wanted a whole number, 1 or more")
    if invalid not in ("raise", "report"):
        raise InvalidInput(f"invalid is {invalid!r}; wanted 'raise' or 'report'")
    source = iter(_with_progress(problems) if progress else problems)
    while batch := list(islice(source, batch_size)):
        yield from _solve_chunk(batch, settings, invalid == "report")


def count_solutions(
    problem: Grid, *, domain: str | None = None, limit: int | None = 2, time_limit: float | None = None
) -> Count:
    """Count solutions exactly, up to `limit` (None: all).

    >>> count_solutions("." * 16, limit=None)
    Count(n=288, complete=True)

    `complete` is True where it is proved that there are no more: Count(1, True) means a unique solution.
    """
    given = read(problem, domain)
    result = search.solve_values(given.rules, given.values[None], limit=limit, time_limit=time_limit)
    return Count(int(result.counts[0]), bool(result.complete[0]))


def check(problem: Grid, values: Grid, *, domain: str | None = None) -> list[Violation]:
    """What is wrong with `values` as an answer to `problem`: broken rules and changed givens; [] if nothing is.

    >>> [v.relation for v in check("1......44......1", "2234341223414321")]
    ['given', 'row', 'column', 'box']

    Open cells are not wrong. To list clashing givens, pass the problem twice.
    """
    given = read(problem, domain)
    held = read(values, given.domain)
    where = domains.get(given.domain)
    changed = [
        Violation(
            "given",
            (int(cell),),
            f"{where.cell_name(int(cell))} is given as {where.symbols[given.values[cell]]}, "
            f"not {where.symbols[held.values[cell]]}",
        )
        for cell in np.flatnonzero((given.values != OPEN) & (held.values != OPEN) & (given.values != held.values))
    ]
    return changed + violations(given.rules, held.values)


# One batch ------------------------------------------------------------------------------------------


def _solve_chunk(batch: list[Grid], options: _Options, report: bool) -> Iterator[Solution]:
    """Solve one batch: problems that share rules go together, results come in input order."""
    begun = time.perf_counter()
    fast = read_many(batch, options.domain)
    if fast is not None:  # plain lines of one domain, the common case
        domain, boards = fast
        outcome = _run(domain, domain.rules, boards, options)
        texts = domain.format_many(outcome.values)
        share = (time.perf_counter() - begun) / len(batch)
        for row, text in enumerate(texts):
            yield _solution(outcome, row, boards[row], domain.rules, text, text, share, options.seed)
        return
    problems: list[Problem | Violation] = []
    for grid in batch:
        try:
            problems.append(read(grid, options.domain))
        except InvalidInput as error:
            if not report:
                raise
            problems.append(Violation("input", (), str(error)))
    groups: dict[tuple[str, Rules], list[int]] = {}
    for index, problem in enumerate(problems):
        if isinstance(problem, Problem):
            groups.setdefault((problem.domain, problem.rules), []).append(index)
    out: dict[int, Solution] = {}
    for (name, rules), members in groups.items():
        domain = domains.get(name)
        boards = np.stack([p.values for i in members if isinstance(p := problems[i], Problem)])
        outcome = _run(domain, rules, boards, options)
        share = (time.perf_counter() - begun) / len(batch)
        for row, index in enumerate(members):
            grid = same_kind(batch[index], domain, outcome.values[row])
            text = domain.format(outcome.values[row])
            out[index] = _solution(outcome, row, boards[row], rules, grid, text, share, options.seed)
    for index, problem in enumerate(problems):
        if isinstance(problem, Violation):
            yield Solution(Status.INVALID, seed=options.seed, violations=(problem,))
        else:
            yield out[index]


def _solution(
    outcome: _Outcome, row: int, given: Board, rules: Rules, grid: Any, text: str, share: float, seed: int
) -> Solution:
    status = outcome.status[row]
    if status is not Status.SOLVED:
        grid, text = None, None  # type: ignore[assignment]
    clash = tuple(violations(rules, given)) if status is Status.UNSATISFIABLE else ()
    return Solution(
        status,
        grid,
        text,
        outcome.method[row],
        outcome.unique[row],
        int(outcome.nfe[row]),
        int(outcome.tried[row]),
        share,
        seed,
        clash,
        outcome.trace.get(row),
    )


def _run(domain: Domain, rules: Rules, boards: Board, options: _Options) -> _Outcome:
    """All stages for problems [B, L] of one set of rules."""
    outcome = _Outcome.unknown(*boards.shape)
    guide = None
    if options.method == "vmd-only":
        predict = _predictor(domain, options)
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
    domain: Domain, rules: Rules, boards: Board, outcome: _Outcome, options: _Options
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
    predict = _predictor(domain, options)
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
    outcome: _Outcome,
    options: _Options,
    guide: npt.NDArray[np.float32] | None = None,
) -> None:
    """Up to K latents for the given rows, one round after another; a problem's latents stop at its first answer.

    allowed    sets of symbols left by propagation, or None: the model alone, no rule masks a symbol
    guide      [B, L, V], receives the logits of the first evaluation
    """
    from .sampler import Plan, latent_keys, sample

    deadline = None if options.time_limit is None else time.perf_counter() + options.time_limit * len(rows)
    keys = board_keys(rules, boards[rows])
    for latent in range(options.latents):
        plan = Plan(
            steps=options.steps,
            order=options.order,
            threshold=EARLY if allowed is not None and options.order == "margin" else None,
            noise=SECOND_NOISE if latent else 0.0,
            legal=allowed is not None,
        )
        drawn = sample(
            predict,
            rules,
            boards[rows],
            plan,
            keys=latent_keys(keys, latent),
            seed=options.seed,
            domains=None if allowed is None else allowed[rows],
            trace=options.trace,
        )
        if guide is not None and latent == 0:
            guide[rows] = drawn.first
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


def _search(
    rules: Rules, boards: Board, guide: npt.NDArray[np.float32] | None, outcome: _Outcome, options: _Options
) -> None:
    """Exact search for every problem without an answer yet; and for uniqueness, if asked."""
    rows = np.array([r for r, s in enumerate(outcome.status) if s in (Status.UNKNOWN, Status.TIMEOUT)], np.int64)
    if rows.size:
        everything = rows.size == len(boards)
        result = search.solve_values(
            rules,
            boards if everything else boards[rows],
            limit=2 if options.unique else 1,
            time_limit=options.time_limit,
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


def _settle_uniqueness(rules: Rules, boards: Board, outcome: _Outcome, options: _Options) -> None:
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


# The model ------------------------------------------------------------------------------------------


def _predictor(domain: Domain, options: _Options) -> Predictor | None:
    """The network to use, or None where the package has no weights for the domain."""
    import torch

    from .model.vmd import VMD
    from .sampler import Predictor

    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    if isinstance(options.model, VMD):
        if options.model.config.domain != domain.name:
            raise ModelMismatch(f"the model was trained for {options.model.config.domain}, not for {domain.name}")
        return Predictor(options.model, device)
    model = _loaded(domain, None if options.model is None else str(options.model))
    return None if model is None else Predictor(model, device)


@cache
def _loaded(domain: Domain, path: str | None) -> Any:
    from .model.checkpoint import load_model, packaged

    return packaged(domain) if path is None else load_model(path, domain)


def _with_progress(problems: Iterable[Grid]) -> Iterable[Grid]:
    from rich.console import Console
    from rich.progress import track

    return track(problems, "solving", console=Console(stderr=True), transient=True)


