"""solve and solve_batch: from a grid in any form to an answer that the checker accepted, or an honest status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import replace
from itertools import chain
from typing import TypeVar, Unpack

from ..deadline import Deadline
from ..domains import layout_of
from ..domains.reading import Grid, listed, read, same_kind
from ..problem import Solution
from .batch import Columns, batch_of, solutions_of
from .hard import Hard
from .option import takes
from .options import BatchOptions, Options, SolveOptions
from .progress import counted
from .proving import Prover
from .stages import run
from .stream import AS_COLUMNS, AS_SOLUTIONS, in_order, source_of, stream

__all__ = ["as_done", "columns_as_done", "solve", "solve_batch"]

Item = TypeVar("Item")


@takes(SolveOptions)
def solve(grid: Grid, **options: Unpack[SolveOptions]) -> Solution:
    """Solve one problem: an answer that the checker accepted, or an honest status.

    With method "vmd" the givens are propagated (exact), the model fills what is left, and what the checker does not
    accept goes to exact search. Unless `model`, `loops`, `steps` or `latents` ask for it, the model has one evaluation,
    and only problems of shapes of which it was measured to settle half and more within a millisecond (`vmdsolve info`
    lists them); all others go to search at once. Where it is asked for, search tries first what it holds likely. The
    time limit is for all of this together; where a model is used, it has half of it, search what is left.

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
    checked = Options(SolveOptions, **options)
    if not checked.prove:
        return _solved(grid, checked)
    clock = Deadline(checked.time_limit)
    given = read(grid, checked.domain)
    prover = Prover(given, clock)
    solution = prover.certified(_solved(given, checked.but(time_limit=clock.limit)))
    if solution.text is None:
        return solution
    layout = layout_of(given)
    return replace(solution, grid=same_kind(grid, layout, layout.parse(solution.text).values))


def _solved(grid: Grid, options: Options) -> Solution:
    batch = batch_of([grid], options, report=False)
    if batch.failure is not None:
        raise batch.failure
    [task] = batch.tasks
    [part] = run(task)
    assert not isinstance(part, Hard)
    _, [solution] = solutions_of(task, part)
    return solution


@takes(BatchOptions)
def solve_batch(problems: Iterable[Grid], **options: Unpack[BatchOptions]) -> Iterator[Solution]:
    """Solve many problems, in input order; answers do not depend on batch_size, order or threads.

    The time limit is a problem's. Problems of one kind in a batch go through the stages side by side, and each is
    charged its share of the time: together they may take as long as one after another. One that takes long holds back
    those behind it, up to four batches of them; where order does not matter, see `vmdsolve.api.solve.as_done`.

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
        At the call, an option out of range; later, as `solve`, once all problems before are done.

    Examples
    --------
    >>> [s.text for s in solve_batch(["1......2..4..3..", "1......44......1"], method="search")]
    ['1234341221434321', '1423231441323241']
    """
    checked = Options(BatchOptions, **options)
    problems = listed(problems)
    return _watched(chain.from_iterable(in_order(source_of(problems), checked)), problems, checked)


@takes(BatchOptions)
def as_done(problems: Iterable[Grid], **options: Unpack[BatchOptions]) -> Iterator[tuple[int, Solution]]:
    """Solve many problems, each solution as soon as it is known, with the number of its problem, from 0.

    As `solve_batch`, but a problem that takes long holds back nobody: it is put aside, and worked on between the
    others. At most a few dozen wait; when there are more, reading waits for one of them. Each number comes once.

    Parameters
    ----------
    problems
        As for `solve_batch`.
    {options}

    Yields
    ------
    tuple of int and Solution
        Number and solution; the solution is the one that `solve_batch` gives.

    Raises
    ------
    InvalidInput
        As `solve_batch`.

    Examples
    --------
    >>> found = as_done(["1......2..4..3..", "1......44......1"], method="search")
    >>> sorted((number, solution.text) for number, solution in found)
    [(0, '1234341221434321'), (1, '1423231441323241')]
    """
    checked = Options(BatchOptions, **options)
    problems = listed(problems)
    several = stream(source_of(problems), checked, AS_SOLUTIONS)
    return _watched(chain.from_iterable(zip(*some, strict=True) for some in several), problems, checked)


@takes(BatchOptions)
def columns_as_done(
    problems: Iterable[Grid], **options: Unpack[BatchOptions]
) -> Iterator[tuple[Sequence[int], Columns]]:
    """The same as columns, many problems at once, with the numbers of these: no object is made for any of them.

    Parameters
    ----------
    problems
        As for `solve_batch`.
    {options}

    Yields
    ------
    tuple of numbers and columns
        Lists by the names `solution`, `status`, `method`, `unique`, `nfe`, `loops`, `reason`, `seconds`, `layout`.

    Raises
    ------
    InvalidInput
        As `solve_batch`.

    Examples
    --------
    >>> [(numbers, columns)] = columns_as_done(["1......2..4..3..", "1......44......1"], method="search")
    >>> numbers, columns["solution"]
    (range(0, 2), ['1234341221434321', '1423231441323241'])
    """
    checked = Options(BatchOptions, **options)
    return stream(source_of(listed(problems)), checked, AS_COLUMNS)


def _watched(done: Iterator[Item], problems: Iterable[Grid], options: Options) -> Iterator[Item]:
    """With a bar, if one is asked for."""
    total = len(problems) if isinstance(problems, Sized) else None
    return counted(done, "problems", total) if options.progress else done
