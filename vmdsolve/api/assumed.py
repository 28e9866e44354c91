"""What was taken for granted where there is no answer: the shape of boxes, and whether the other one has an answer."""

from __future__ import annotations

from .. import search
from .work import Task

__all__ = ["assumed"]

SECONDS = 1.0  # for a problem's other reading


def assumed(task: Task, row: int) -> str:
    """In words, for a problem that has no answer; nothing where the domain's name left nothing open."""
    other = task.domain.otherwise() if task.domain.assumes else None
    if other is None:
        return ""
    words, domain = other
    seconds = SECONDS if task.options.time_limit is None else min(SECONDS, task.options.time_limit)
    found = search.solve_values(domain.rules, task.givens[[row]], limit=1, time_limit=seconds, threads=1)
    said = f"this is with {task.domain.assumes}, as usual for the size"
    return f"{said}; with {words} there is an answer" if found.counts[0] else said
