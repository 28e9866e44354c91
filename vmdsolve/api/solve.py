"""solve, solve_batch, count_solutions, check: the public calls.

The way of a problem with method="vmd": propagate the givens (exact), let the model fill what is left with up to K
latents, accept only what the checker accepts, and give the rest to exact search guided by the model's marginals.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np

from .. import search
from ..checker import violations
from ..domains import Domain, layout_of
from ..domains.reading import Grid, find_domain, read, read_answer, read_each, read_many, same_kind
from ..errors import InvalidInput
from ..problem import OPEN, Board, Problem, Rules, Solution, Status, Violation
from .options import Options
from .stages import Group, Outcome, run, run_all

__all__ = ["Count", "check", "count_solutions", "find_domain", "solve", "solve_batch"]


class Count(NamedTuple):
    """How many solutions were found, and whether these are all."""

    n: int
    complete: bool


class Same(TypedDict, total=False):
    """The keyword arguments that solve_batch shares with solve."""

    domain: str | Domain | None
    method: str
    latents: int
    steps: int
    order: str
    seed: int
    time_limit: float | None
    unique: bool
    model: Any
    device: str | None
    bf16: bool | None
    trace: bool
    threads: int


def solve(
    grid: Grid,
    *,
    domain: str | Domain | None = None,
    method: str = "vmd",
    latents: int = 8,
    steps: int = 16,
    order: str = "margin",
    seed: int = 0,
    time_limit: float | None = None,
    unique: bool = False,
    model: Any = None,
    device: str | None = None,
    bf16: bool | None = None,
    trace: bool = False,
    threads: int = 0,
) -> Solution:
    """Solve one problem: an answer that the checker accepted, or an honest status.

    >>> solution = solve("1......2..4..3..")
    >>> solution.status, solution.text
    (<Status.SOLVED: 'SOLVED'>, '1234341221434321')

    Main arguments
        grid        text, nested lists, a NumPy or torch array (0 = open, k = the k-th symbol), or a Problem
        domain      its name, or a Domain; None: found by the grid's shape ("sudoku-9x9" for 81 cells)
        method      "vmd": propagate, then the model, then guided search. "vmd-only": the learned model alone, no
                    propagation, no search. "search": exact only
        unique      also settle whether the answer is the only one (exact search)
        time_limit  seconds; None: none. Running out is the status TIMEOUT

    Other arguments
        latents     K, the most boards the model samples for the problem, 1 to 65,536
        steps       T, the most network evaluations a board costs, 1 to 65,536
        order       "margin", "top_prob", "entropy" or "random": which cells the model fills first
        seed        0 to 2^64 - 1; the same seed gives the same answer, whatever the batch
        model       None: the packaged weights, the domain's own or, for AllDifferent alone, those for every such
                    puzzle of up to 16 symbols; or a path to weights, or a model
        device      None: a GPU if torch has one, else the CPU
        bf16        multiply in bfloat16: 1.7 times as fast where the CPU can (AVX512-BF16), and on a GPU what lets a
                    whole solve be one launch; one first choice in 200 differs. None: on a GPU only
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
    same = Same(
        domain=domain,
        method=method,
        latents=latents,
        steps=steps,
        order=order,
        seed=seed,
        time_limit=time_limit,
        unique=unique,
        model=model,
        device=device,
        bf16=bf16,
        trace=trace,
        threads=threads,
    )
    return next(solve_batch([grid], batch_size=1, **same))


def solve_batch(
    problems: Iterable[Grid],
    *,
    batch_size: int = 4096,
    invalid: str = "raise",
    progress: bool = False,
    **same: Unpack[Same],
) -> Iterator[Solution]:
    """Solve many problems, in input order; answers do not depend on batch_size, order or threads.

    >>> [s.text for s in solve_batch(["1......2..4..3..", "1......44......1"], method="search")]
    ['1234341221434321', '1423231441323241']

    Arguments
        problems    any iterable of what `solve` takes; read batch by batch, so it may be endless
        batch_size  problems worked on at once, 1 or more
        invalid     "raise", or "report": a malformed problem becomes a Solution with status INVALID
        progress    show a progress bar on the terminal's error stream
        **same      as for `solve`. time_limit is a problem's; the model's part of it is shared by the batch

    Yields Solution, see `solve`. Raises as `solve`, when the first item is asked for.
    """
    settings = Options(**same)
    if batch_size < 1:
        raise InvalidInput(f"batch_size is {batch_size!r}; wanted a whole number, 1 or more")
    if invalid not in ("raise", "report"):
        raise InvalidInput(f"invalid is {invalid!r}; wanted 'raise' or 'report'")
    source = iter(_with_progress(problems) if progress else problems)
    while batch := list(islice(source, batch_size)):
        yield from _solve_chunk(batch, settings, invalid == "report")


def count_solutions(
    problem: Grid, *, domain: str | Domain | None = None, limit: int | None = 2, time_limit: float | None = None
) -> Count:
    """Count solutions exactly, up to `limit` (None: all).

    >>> count_solutions("." * 16, limit=None)
    Count(n=288, complete=True)

    `complete` is True where it is proved that there are no more: Count(1, True) means a unique solution.
    """
    given = read(problem, domain)
    result = search.solve_values(given.rules, given.values[None], limit=limit, time_limit=time_limit)
    return Count(int(result.counts[0]), bool(result.complete[0]))


def check(problem: Grid, values: Grid, *, domain: str | Domain | None = None) -> list[Violation]:
    """What is wrong with `values` as an answer to `problem`: broken rules and changed givens; [] if nothing is.

    >>> [v.relation for v in check("1......2..4..3..", "2234341221434321")]
    ['given', 'row', 'column', 'box']

    Open cells are not wrong. To list clashing givens, pass the problem twice.
    """
    given = read(problem, domain)
    held = given if values is problem else read_answer(values, given)
    where = layout_of(given)
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


def _solve_chunk(batch: list[Grid], options: Options, report: bool) -> Iterator[Solution]:
    """Solve one batch: problems that share rules go together, results come in input order."""
    begun = time.perf_counter()
    fast = read_many(batch, options.domain)
    if fast is not None:  # plain lines of one domain, the common case
        domain, boards = fast
        outcome = run(domain, domain.rules, boards, options)
        texts = domain.format_many(outcome.values)
        share = (time.perf_counter() - begun) / len(batch)
        for row, text in enumerate(texts):
            yield _solution(outcome, row, boards[row], domain.rules, text, text, share, options.seed)
        return
    problems: list[Problem | Violation] = []
    for found in read_each(batch, options.domain):
        if isinstance(found, InvalidInput) and not report:
            raise found
        problems.append(Violation("input", (), str(found)) if isinstance(found, InvalidInput) else found)
    members: dict[tuple[Domain, Rules], list[int]] = {}
    for index, problem in enumerate(problems):
        if isinstance(problem, Problem):
            members.setdefault((layout_of(problem), problem.rules), []).append(index)
    groups = [
        Group(board, rules, np.stack([p.values for i in rows if isinstance(p := problems[i], Problem)]))
        for (board, rules), rows in members.items()
    ]
    out: dict[int, Solution] = {}
    for group, rows, outcome in zip(groups, members.values(), run_all(groups, options), strict=True):
        share = (time.perf_counter() - begun) / len(batch)
        for row, index in enumerate(rows):
            grid = same_kind(batch[index], group.domain, outcome.values[row])
            text = group.domain.format(outcome.values[row])
            out[index] = _solution(outcome, row, group.boards[row], group.rules, grid, text, share, options.seed)
    for index, problem in enumerate(problems):
        if isinstance(problem, Violation):
            yield Solution(Status.INVALID, seed=options.seed, violations=(problem,))
        else:
            yield out[index]


def _solution(
    outcome: Outcome, row: int, given: Board, rules: Rules, grid: Any, text: str, share: float, seed: int
) -> Solution:
    status = outcome.status[row].under(rules)
    if not status.has_solution:
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


def _with_progress(problems: Iterable[Grid]) -> Iterable[Grid]:
    from rich.console import Console
    from rich.progress import track

    return track(problems, "solving", console=Console(stderr=True), transient=True)
