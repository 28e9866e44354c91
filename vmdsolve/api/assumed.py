"""What was taken for granted where there is no answer: the shape of boxes, and whether the other one has an answer."""

from __future__ import annotations

from collections.abc import Sequence

from .. import search
from .work import Task

__all__ = ["assumed"]

SECONDS = 1.0  # for a problem's other reading


def assumed(task: Task, rows: Sequence[int]) -> dict[int, tuple[str]]:
    """In words, for each of these rows that have no answer; nothing where the domain's name left nothing open."""
    other = task.domain.otherwise() if task.domain.assumes and rows else None
    if other is None:
        return {}
    words, domain = other
    limit = min(SECONDS, task.options.time_limit or SECONDS)
    found = search.solve_values(
        domain.rules, task.givens[list(rows)], limit=1, time_limit=limit, threads=task.options.threads
    )
    said = f"this is with {task.domain.assumes}, as usual for the size"
    return {
        row: (f"{said}; with {words} there is an answer" if count else said,)
        for row, count in zip(rows, found.counts.tolist(), strict=True)
    }
