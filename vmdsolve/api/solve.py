"""solve and solve_batch: from a grid in any form to an answer that the checker accepted, or an honest status."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import islice
from typing import Unpack

import numpy as np

from ..checker import violations
from ..domains import Domain, layout_of
from ..domains.reading import Grid, listed, read_each, read_many, same_kind
from ..errors import InvalidInput
from ..problem import Problem, Rules, Solution, Status, Violation
from .assumed import assumed
from .option import takes
from .options import BatchOptions, Options, SolveOptions
from .progress import counted
from .stages import run, run_all
from .work import Settled, Task

__all__ = ["as_done", "solutions_of", "solve", "solve_batch"]

FIRST = 16  # problems of the first batch
SOON = 0.5  # seconds: a batch that takes less may be followed by one twice as large
PAYS = 1.3  # and so may one that got so many times more done a second than the one before


@takes(SolveOptions)
def solve(grid: Grid, **options: Unpack[SolveOptions]) -> Solution:
    """Solve one problem: an answer that the checker accepted, or an honest status.

    With method "vmd" the givens are propagated (exact), the model fills what is left with up to K latents, and what
    the checker does not accept goes to exact search, which tries first what the model holds likely. The time limit is
    for all of this together; where a model is used, it has half of it, search what is left.

    Parameters
    ----------
    grid
        Text (one character a cell, a drawn board, rows of cells), nested lists, a NumPy array, torch tensor or data
        frame [L] or of the board's shape, of numbers or symbols (0, None, NaN or '' where open), or a Problem.
    {options}

    Returns
    -------
    Solution
        True if it carries an answer; see `Status` for what else it may be.

    Raises
    ------
    InvalidProblem
        Malformed input (names the cell). Clashing givens are not malformed, but UNSATISFIABLE.
    ModelMismatch
        Weights missing, damaged, or of another domain.
    InvalidInput
        An option out of range.

    References
    ----------
    Zhang, Schwing, Zhao, Variational Masked Diffusion, arXiv 2510.23606, Algorithm 2.

    Examples
    --------
    >>> solution = solve("1......2..4..3..")
    >>> solution.status, solution.text
    (<Status.SOLVED: 'SOLVED'>, '1234341221434321')
    """
    return _solve_chunk([grid], Options(SolveOptions, **options), report=False)[0]


@takes(BatchOptions)
def solve_batch(problems: Iterable[Grid], **options: Unpack[BatchOptions]) -> Iterator[Solution]:
    """Solve many problems, in input order; answers do not depend on batch_size, order or threads.

    The time limit is a problem's. Problems of one kind in a batch go through the stages side by side, and each is
    charged its share of the time: together they may take as long as one after another.

    Parameters
    ----------
    problems
        Any iterable of what `solve` takes; read batch by batch, so it may be endless. Of a data frame its column
        `puzzle`, or a row a problem.
    {options}

    Yields
    ------
    Solution
        See `solve`. With invalid="report" a malformed problem has the status INVALID and says why in `reason`.

    Raises
    ------
    InvalidInput
        At the call, an option out of range; later, as `solve`.

    Examples
    --------
    >>> [s.text for s in solve_batch(["1......2..4..3..", "1......44......1"], method="search")]
    ['1234341221434321', '1423231441323241']
    """
    checked = Options(BatchOptions, **options)
    problems = listed(problems)
    solutions = _in_batches(iter(problems), checked)
    total = len(problems) if isinstance(problems, Sized) else None
    return counted(solutions, "problems", total) if checked.progress else solutions


def as_done(problems: Iterable[Grid], **options: Unpack[BatchOptions]) -> Iterator[tuple[int, Solution]]:
    """As `solve_batch`, each solution with the number of its problem, from 0, as soon as it is known."""
    yield from enumerate(solve_batch(problems, **options))


def _in_batches(source: Iterator[Grid], options: Options) -> Iterator[Solution]:
    """In batches that begin small, for the first answers to come soon, and grow to `batch_size` where that pays."""
    size, rate = min(FIRST, options.batch_size), 0.0
    while batch := list(islice(source, size)):
        begun = time.perf_counter()
        solutions = _solve_chunk(batch, options, report=options.invalid == "report")
        took = time.perf_counter() - begun
        yield from solutions
        if took < SOON or len(batch) / took > PAYS * rate:
            size = min(2 * size, options.batch_size)
        rate = len(batch) / took


def _solve_chunk(batch: list[Grid], options: Options, *, report: bool) -> list[Solution]:
    """Solve one batch: problems that share rules go together, results are in input order."""
    begun = time.perf_counter()
    fast = read_many(batch, options.domain)
    if fast is not None:  # plain lines of one domain, the common case
        domain, boards = fast
        task = Task(domain, domain.rules, boards, options, (time.perf_counter() - begun) / len(batch))
        settled = run(task)
        return solutions_of(task, settled, (time.perf_counter() - begun) / len(batch))
    problems: list[Problem | Violation] = []
    for found in read_each(batch, options.domain):
        if isinstance(found, InvalidInput) and not report:
            raise found
        problems.append(Violation("input", (), str(found)) if isinstance(found, InvalidInput) else found)
    members: dict[tuple[Domain, Rules], list[int]] = {}
    for index, problem in enumerate(problems):
        if isinstance(problem, Problem):
            members.setdefault((layout_of(problem), problem.rules), []).append(index)
    share = (time.perf_counter() - begun) / len(batch)
    tasks = [
        Task(domain, rules, np.stack([p.values for i in rows if isinstance(p := problems[i], Problem)]), options, share)
        for (domain, rules), rows in members.items()
    ]
    out: dict[int, Solution] = {}
    for task, rows, settled in zip(tasks, members.values(), run_all(tasks), strict=True):
        share = (time.perf_counter() - begun) / len(batch)
        forms = [batch[row] for row in rows]
        out |= zip(rows, solutions_of(task, settled, share, forms.__getitem__), strict=True)
    return [
        Solution(Status.INVALID, seed=options.seed, violations=(problem,), reason=problem.reason)
        if isinstance(problem, Violation) else out[row]
        for row, problem in enumerate(problems)
    ]  # fmt: skip


def solutions_of(
    task: Task, settled: Iterable[Settled], seconds: float, form: Callable[[int], Grid] | None = None
) -> list[Solution]:
    """Solutions in order of their rows; answers are text, or take the form of the grid that `form` gives for a row."""
    out: dict[int, Solution] = {}
    for part in settled:
        status = part.status.under(task.rules)
        texts = [None] * len(part.rows) if part.values is None else task.domain.format_many(part.values)
        noted = [task.domain.note] if task.domain.note else []
        notes = assumed(task, part.rows.tolist()) if status is Status.UNSATISFIABLE else {}
        spent = part.nfe.tolist(), part.tried.tolist(), part.loops.tolist()
        for i, (row, text, nfe, tried, loops) in enumerate(zip(part.rows.tolist(), texts, *spent, strict=True)):
            clash = violations(task.rules, task.givens[row]) if status is Status.UNSATISFIABLE else []
            out[row] = Solution(
                status,
                text if form is None or part.values is None else same_kind(form(row), task.domain, part.values[i]),
                text,
                part.method,
                part.unique,
                nfe,
                tried,
                seconds,
                task.options.seed,
                tuple(violation.on(task.domain, task.givens[row]) for violation in clash),
                part.traces.get(row),
                "; ".join([*map(task.domain.violation_text, clash), *notes.get(row, ()), *noted]),
                task.domain,
                task.givens[row],
                loops,
            )
    return [out[row] for row in sorted(out)]
