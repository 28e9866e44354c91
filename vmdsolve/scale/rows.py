"""From records to the columns of a shard: what a job writes of each, many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..api.columns import BatchSolver
from ..compact import pairs
from ..files.puzzle import puzzle_of
from ..files.record import Record
from ..files.texts import Texts
from ..files.told import table_of
from ..problem import Status

__all__ = ["columns_of", "ends_of"]


def columns_of(records: Sequence[Record], solver: BatchSolver) -> dict[str, Sequence[Any]]:
    """The columns of these records: the problem, what became of it, and what the input said besides.

    No column tells of time: a shard is the same, byte for byte, wherever it was made.

    Examples
    --------
    >>> columns_of([Record("", 1, "1......2..4..3..", others={"id": 7})], BatchSolver())["id"]
    [7]
    """
    domain = solver.options.domain
    if isinstance(records, Texts):
        found = solver.settled(records.texts)
    else:
        told = [puzzle_of(record, domain) for record in records]
        for record, (_, reason) in zip(records, told, strict=True):
            if reason:
                record.reason = reason
        found = solver.settled([puzzle for puzzle, _ in told])
    return table_of(records, found, domain)


def ends_of(columns: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    """How many rows there are of each status, and of each method that found an answer."""
    solved = [status for status in Status if status.has_solution]
    statuses, ways = Counter[str](), Counter[Any]()
    for (status, method), n in pairs(columns["status"], columns["method"]).items():
        statuses[status] += n
        ways[method] += n * (status in solved)
    return {**statuses, **{f"by {method}": n for method, n in ways.items() if n}}
