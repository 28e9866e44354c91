"""BatchSolver: columns in, columns out; what a streamer, Ray, Spark or Dask calls on each batch of theirs.

It holds nothing but its options and a model, and an answer depends on its own problem alone: not on the batch that it
came in, nor on where that was solved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from ..compact import Same, joined
from ..domains.reading.values import PUZZLES
from ..errors import InvalidInput
from ..files.formats.columns import carried, shown
from .batch import COLUMNS, LAYOUT, Batch, Columns, batch_of, columns_of, numbers_of, refused_columns
from .hard import Hard
from .option import takes
from .options import Options, SolvingOptions
from .stages import run_all
from .tables import cells, names, with_columns

__all__ = ["COLUMNS", "LAYOUT", "BatchSolver"]

KIND = "domain"  # the column that says of each problem its kind
PIECE = 4096  # problems that go through the stages together
Array = npt.NDArray[Any]


@takes(SolvingOptions)
class BatchSolver:
    """Solve the problems of a column: a dict of arrays, an Arrow table or a data frame in, the same out.

    Each call is given a batch and returns it with further columns: `solution` (text, None without one), `status`,
    `method`, `unique`, `nfe`, `loops`, `reason`; where the batch has one of that name, its own goes on as `input_...`.
    What is no problem has the status INVALID, and `reason` says why. A column `domain` says of each problem its kind,
    unless the option does of all. It is pickled as a whole, so that processes elsewhere can call it.

    Parameters
    ----------
    column
        The one that holds the problems; None: one of the usual names, puzzle before all, or the only column.
    {options}

    Raises
    ------
    InvalidInput
        At once, an option out of range; at a call, what is no batch, or has no such column.
    ModelMismatch
        Weights missing, damaged, or of another domain.

    Examples
    --------
    >>> solver = BatchSolver(method="search")
    >>> out = solver({"puzzle": ["1......2..4..3..", "11.............."], "id": np.array([7, 8])})
    >>> out["id"].tolist(), out["solution"].tolist()
    ([7, 8], ['1234341221434321', None])
    >>> out["status"].tolist(), out["unique"].tolist()
    (['SOLVED', 'UNSATISFIABLE'], [None, None])
    """

    def __init__(self, column: str | None = None, **options: Unpack[SolvingOptions]) -> None:
        self.column, self.options = column, Options(SolvingOptions, **options)
        if self.options.trace:
            raise InvalidInput("trace is True, and columns have no room for traces; leave it out, or call solve_batch")

    def __call__(self, batch: Any) -> Any:
        """The batch with the columns that are added; see the class."""
        titles = names(batch)
        problems = cells(batch, self._column(titles))
        if KIND in titles and self.options.domain is None:
            kinds = cells(batch, KIND)
            problems = [{KIND: kind, "puzzle": one} if kind else one for kind, one in zip(kinds, problems, strict=True)]
        renamed = dict(zip(titles, carried(tuple(titles), COLUMNS), strict=True))
        return with_columns(batch, renamed, self.solve(problems))

    def solve(self, problems: Sequence[Any]) -> dict[str, Array]:
        """The columns that are added, for any problems that `vmdsolve.solve` takes.

        Examples
        --------
        >>> {name: column.tolist() for name, column in BatchSolver().solve(["1......2..4..3.."]).items()}["solution"]
        ['1234341221434321']
        """
        out = self.settled(problems)
        return {name: _array(name, out[name]) for name in COLUMNS}

    def settled(self, problems: Sequence[Any]) -> Columns:
        """The same as lists, with one column more, `LAYOUT`: the Domain that each was read as; None if it was not.

        Examples
        --------
        >>> BatchSolver().settled(["1......2..4..3..", "oops"])["status"]
        ['SOLVED', 'INVALID']
        """
        pieces = [self._piece(problems[first : first + PIECE]) for first in range(0, len(problems), PIECE)]
        names = (*COLUMNS, LAYOUT)
        return {name: joined([piece[name] for piece in pieces]) if pieces else [] for name in names}

    def _piece(self, problems: Sequence[Any]) -> Columns:
        """The same of problems that go through the stages together."""
        n = len(problems)
        out: dict[str, list[Any]] = {}
        for numbers, found in self._parts(batch_of(problems, self.options, report=True)):
            if numbers == range(n):
                return found
            out = out or {name: [None] * n for name in found}
            _fill(out, numbers, found)
        return {**out}

    def _parts(self, batch: Batch) -> Iterator[tuple[Sequence[int], Columns]]:
        """What became of some problems of a batch, in the order of their numbers, with these."""
        numbers, refused = batch.invalid
        if numbers:
            yield numbers, refused_columns(refused)
        for task, part in run_all(batch.tasks):
            assert not isinstance(part, Hard)  # search has no slice, but all of its time
            yield numbers_of(task, part.rows), columns_of(task, part)

    def _column(self, titles: Sequence[str]) -> str:
        """The column of problems."""
        there = shown(titles) or "none"
        if self.column is not None:
            if titles.count(self.column) != 1:
                raise InvalidInput(f"the batch has {titles.count(self.column)} columns {self.column!r} among {there}")
            return self.column
        known = {title.strip().lower(): title for title in reversed(titles)}
        found = next((known[name] for name in PUZZLES if name in known), titles[0] if len(titles) == 1 else None)
        if found is None:
            raise InvalidInput(f"which column holds the problems? There are {there}; give column=")
        return found


def _fill(out: dict[str, list[Any]], numbers: Sequence[int], found: Columns) -> None:
    """Put what became of some problems where they stand."""
    for name, column in found.items():
        if isinstance(numbers, range):
            out[name][numbers.start : numbers.stop] = column
        else:
            into = out[name]
            for number, value in zip(numbers, column, strict=True):
                into[number] = value


def _array(name: str, column: Sequence[Any]) -> Array:
    """A column as an array: of numbers, or of objects."""
    if name in ("nfe", "loops"):
        return np.full(len(column), column.value, np.int64) if isinstance(column, Same) else np.array(column, np.int64)
    if isinstance(column, Same):
        return np.full(len(column), column.value, object)
    return np.fromiter(column, object, len(column))
