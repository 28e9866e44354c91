"""Samples of which none comes twice, and whether there are as many solutions as are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from .. import search
from ..checker import accepts
from ..deadline import Deadline
from ..domains.reading import same_kind
from ..errors import InvalidInput
from ..plain import many
from ..problem import OPEN, Solution, Status
from .work import Task

__all__ = ["check_enough", "different"]

SECONDS = 1.0  # for counting, before anything is drawn
PATIENCE, TIMES = 50, 3  # draws that may bring nothing new, one after another: so many, and so many a solution


def check_enough(task: Task, n: int) -> None:
    """Refuse to look for more different solutions than there are, where a second of exact search can count them.

    Raises
    ------
    InvalidInput
        With the number that there is. Of a problem without any nothing is said here.
    """
    limit = task.options.time_limit
    seconds = SECONDS if limit is None else min(SECONDS, limit)
    found = search.solve_values(task.rules, task.givens[:1], limit=max(1, n), time_limit=seconds, threads=1)
    there = int(found.counts[0])
    if found.complete[0] and 0 < there < n:
        given = " with these givens" if (task.givens[0] != OPEN).any() else ""
        raise InvalidInput(
            f"n is {n:,} and no solution may come twice, but {task.domain.name}{given} has "
            f"{many(there, 'solution')}: ask for {there:,} at most, or leave out distinct"
        )


def different(task: Task, n: int, draw: Callable[[int], Iterator[Solution]]) -> Iterator[Solution]:
    """n solutions, all different: samples in their order without those that came before. Where samples bring nothing
    new any more, exact search looks for the others, one after another, unless the model is to be alone.

    `draw`: of how many, samples.
    """
    seen: set[str] = set()
    given = old = 0
    for one in draw(task.numbers[-1] if n else 0):
        if given == n:
            return
        if one.text in seen:
            old += 1
            if old > PATIENCE + TIMES * len(seen):
                break
            continue
        old, given = 0, given + 1
        if one.text is not None:
            seen.add(one.text)
        yield one
    if given < n:
        yield from _others(task, n - given, seen)


def _others(task: Task, n: int, seen: set[str]) -> Iterator[Solution]:
    """n further solutions by exact search; or why there are not so many."""
    options, layout, givens = task.options, task.domain, task.givens[0]
    none = Solution(Status.UNKNOWN, seed=options.seed, layout=layout, givens=givens)
    if options.method == "vmd-only":
        said = f"{len(seen):,} different solutions were drawn, and then none that is new"
        yield from [replace(none, reason=said)] * n
        return
    found = replace(none, status=Status.SOLVED.under(task.rules), method="search")
    clock = Deadline(options.time_limit, n=n)
    boards = search.enumerate_values(task.rules, givens, time_limit=clock.limit_of_all)
    before = clock.spent
    for values in boards:
        text = layout.format(values)
        if text in seen or not accepts(task.rules, givens, values[None])[0]:
            continue
        seen.add(text)
        grid = text if task.grid is None else same_kind(task.grid(0), layout, values)
        spent, before = clock.spent - before, clock.spent
        yield replace(found, grid=grid, text=text, seconds=spent)
        if not (n := n - 1):
            return
    there = many(len(seen), "solution")
    if boards.complete:
        none = replace(none, status=Status.UNSATISFIABLE, method="search", reason=f"there are no more than {there}")
    else:
        none = replace(none, status=Status.TIMEOUT, reason=f"there are at least {there}; time ran out")
    yield from [none] * n
