"""From records to the columns of a shard: what a job writes of each, many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..api.columns import COLUMNS, LAYOUT, BatchSolver
from ..domains import Domain
from ..files.puzzle import puzzle_of
from ..files.record import Record
from ..files.rows import repeated
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
    told = [puzzle_of(record, domain) for record in records]
    for record, (_, reason) in zip(records, told, strict=True):
        if reason:
            record.reason = reason
    found = {name: column.tolist() for name, column in solver.settled([puzzle for puzzle, _ in told]).items()}
    problems, others = _as_they_are(records, found, domain)
    if problems is None:
        problems, found["reason"], others = _one_by_one(records, found, domain)
    names = dict.fromkeys(name for one in others for name in one)
    return {
        "problem": problems,
        **{name: found[name] for name in COLUMNS},
        **{name: [one.get(name) for one in others] for name in names},
    }


def ends_of(columns: Mapping[str, Sequence[Any]]) -> dict[str, int]:
    """How many rows there are of each status, and of each method that found an answer."""
    solved = [status for status in Status if status.has_solution]
    ways = Counter(
        method for status, method in zip(columns["status"], columns["method"], strict=True) if status in solved
    )
    return {**Counter(columns["status"]), **{f"by {method}": n for method, n in ways.items()}}


def _as_they_are(
    records: Sequence[Record], found: Mapping[str, list[Any]], domain: Domain | None
) -> tuple[list[str] | None, list[Mapping[str, Any]]]:
    """Problems that all were read as they stand, a character a cell, and what came with them; None where not all."""
    problems = [record.puzzle for record in records]
    text = "".join(problems)
    lengths = [len(answer) if answer else 0 for answer in found["solution"]]
    if " " in text or not text.isprintable() or list(map(len, problems)) != lengths or any(found["reason"]):
        return None, []
    others: list[Mapping[str, Any]] = [record.others for record in records]
    if domain is not None:
        others = [{**one, "domain": domain.name} for one in others]
    elif any(record.domain is not None for record in records):
        return None, []
    return problems, others


def _one_by_one(
    records: Sequence[Record], found: Mapping[str, list[Any]], domain: Domain | None
) -> tuple[list[str], list[str], list[Mapping[str, Any]]]:
    out = [
        repeated(record, answer, Status(status), reason, layout, domain or record.domain)
        for record, answer, status, reason, layout in zip(
            records, *(found[name] for name in ("solution", "status", "reason", LAYOUT)), strict=True
        )
    ]
    return [one[0] for one in out], [one[1] for one in out], [one[2] for one in out]
