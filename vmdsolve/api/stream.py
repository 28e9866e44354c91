"""The stream of solutions: batch after batch is read, easy problems are settled at once, hard ones put aside for later.

No search takes more than TURN seconds in one go. A problem that needs more is `Hard` and waits. Answers depend on none
of this, only when they come, and which run out of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from time import perf_counter
from typing import Generic, NamedTuple, Protocol, TypeVar, cast, runtime_checkable

import numpy as np

from ..compact import Same, runs
from ..domains.reading import Grid
from ..problem import Solution
from ..search.threads import thread_count
from .aside import Aside
from .batch import Columns, batch_of, columns_of, numbers_of, refused_columns, solutions_of
from .hard import Hard
from .options import Options
from .stages import TURN, run_all
from .work import Settled, Task

__all__ = ["AS_COLUMNS", "AS_SOLUTIONS", "in_order", "source_of", "stream"]

Told = TypeVar("Told")

FIRST = 16  # problems of the first batch
SOON = TURN / 32  # seconds: a batch that takes less may be followed by one twice as large: most have time to spare
PAYS = 1.3  # and so may one that got so many times more done a second than the one before
MANY = 8  # where one in so many is put aside, batches become smaller, and slices longer
LEAST = 0.0004  # seconds that search spends on a problem before it is put aside, at least
HELD = 4  # batches of solutions that wait for their turn


class As(NamedTuple, Generic[Told]):
    """In which form what became of some problems is handed on, with their numbers."""

    settled: Callable[[Task, Settled], tuple[Sequence[int], Told]]
    refused: Callable[[Sequence[Solution]], Told]


def _timed_columns(task: Task, part: Settled) -> tuple[Sequence[int], Columns]:
    seconds = round(part.spent, 6)
    return numbers_of(task, part.rows), {**columns_of(task, part), "seconds": Same(seconds, len(part.rows))}


AS_SOLUTIONS: As[Sequence[Solution]] = As(solutions_of, lambda refused: refused)
AS_COLUMNS: As[Columns] = As(
    _timed_columns, lambda refused: {**refused_columns(refused), "seconds": Same(0.0, len(refused))}
)


def in_order(source: Iterator[Grid], options: Options) -> Iterator[Sequence[Solution]]:
    """Solutions in the order of the problems, as many at a time as are known; few are held back, so one that takes long
    stops the reading at last.
    """
    held: dict[int, Sequence[Solution]] = {}  # runs of solutions by the number of the first
    turn, most = 0, (HELD - 1) * options.batch_size
    for numbers, solutions in stream(source, options, AS_SOLUTIONS, lambda: sum(map(len, held.values())) <= most):
        for run in runs(numbers):
            held[numbers[run.start]] = solutions[run] if run.stop - run.start < len(numbers) else solutions
        while turn in held:
            known = held.pop(turn)
            turn += len(known)
            yield known


def stream(
    source: Iterator[Grid], options: Options, told: As[Told], room: Callable[[], bool] = lambda: True
) -> Iterator[tuple[Sequence[int], Told]]:
    """What is known of problems as soon as it is, those of one fate together, with their numbers.

    Parameters
    ----------
    source
        Problems; what it raises comes when all before are done, as does the refusal of one that is malformed.
    told
        As solutions, or as columns.
    room
        Whether more may be read now; asked before each batch.
    """
    threads = thread_count(options.threads)
    read = partial(_together, source) if isinstance(source, Taking) else partial(_one_by_one, source)
    pace, aside, number = _Pace(options.batch_size, threads), Aside(threads, told.settled), 0
    failure: Exception | None = None
    while failure is None:
        if aside.full or not room():
            yield from aside.work(TURN)
            continue
        begun, away, late = perf_counter(), 0.0, 0  # away: with whoever looks at the solutions
        grids, failure = read(pace.size)
        if not len(grids):
            break
        batch = batch_of(grids, options, report=options.invalid == "report", first=number, slice=pace.slice)
        failure = batch.failure or failure
        if batch.invalid[0]:
            yield batch.invalid[0], told.refused(batch.invalid[1])
        for task, part in run_all(batch.tasks):
            if isinstance(part, Hard):
                aside.add(part)
                late += 1
                continue
            several, left = told.settled(task, part), perf_counter()
            yield several
            away += perf_counter() - left
        took = perf_counter() - begun - away
        number += len(grids)
        pace.after(len(grids), late, took)
        yield from aside.meanwhile(took)
    while aside:
        yield from aside.work(TURN)
    if failure is not None:
        raise failure


def _one_by_one(source: Iterator[Grid], n: int) -> tuple[Sequence[Grid], Exception | None]:
    """The next n, or as many as there are before the source raises something."""
    grids: list[Grid] = []
    try:
        grids.extend(islice(source, n))  # keeps what came before
    except Exception as error:
        return grids, error
    return grids, None


def _together(source: Taking, n: int) -> tuple[Sequence[Grid], Exception | None]:
    """The same of a source that gives several at a time."""
    try:
        return source.take(n), None
    except Exception as error:
        return [], error


def source_of(problems: Iterable[Grid]) -> Iterator[Grid]:
    """Problems one after another; of a list, or of an array of boards, many at a time."""
    boards = type(problems) is np.ndarray and problems.ndim > 1 and problems.dtype.kind in "iu"
    if boards or type(problems) in (list, tuple):
        return _Sliced(cast(Sequence[Grid], problems))
    return iter(problems)


class _Sliced(Iterator[Grid]):
    """Problems that are there already: the boards of an array, or a list, which may grow meanwhile."""

    def __init__(self, problems: Sequence[Grid]) -> None:
        self._problems, self._at = problems, 0

    def __next__(self) -> Grid:
        for problem in self.take(1):
            return problem
        raise StopIteration

    def take(self, n: int) -> Sequence[Grid]:
        """The next n, or as many as there are."""
        some = self._problems[self._at : self._at + n]
        self._at += len(some)
        return some


@runtime_checkable
class Taking(Protocol):
    """A source that gives several problems at a time."""

    def take(self, n: int) -> Sequence[Grid]:
        """The next n, or as many as there are; what goes wrong behind some is raised when these are gone."""


class _Pace:
    """Batches begin small, for the first solutions to come soon, and grow to `most` where that pays.

    Attributes
    ----------
    size
        Problems of the next batch.
    slice
        Seconds that search may spend on each of them, such that together they take no more than TURN.
    """

    def __init__(self, most: int, threads: int) -> None:
        self.size, self._most, self._threads, self._rate = min(FIRST, most), most, threads, 0.0

    @property
    def slice(self) -> float:
        return min(TURN, max(LEAST, TURN * self._threads / self.size))

    def after(self, n: int, late: int, took: float) -> None:
        """A batch of n took so many seconds, and `late` of it were put aside."""
        rate = n / took
        if late * MANY > n:
            self.size = min(self.size, max(self._threads, self.size // 2))
        elif took < SOON or rate > PAYS * self._rate:
            self.size = min(2 * self.size, self._most)
        self._rate = rate
