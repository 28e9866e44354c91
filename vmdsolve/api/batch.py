"""A batch: from grids to tasks, each of problems that share rules, and from what is settled to solutions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

import numpy as np

from ..checker import violations
from ..domains import Domain, layout_of
from ..domains.reading import Grid, read_each, read_many, same_kind
from ..errors import InvalidInput
from ..problem import Problem, Rules, Solution, Status, Violation
from .assumed import assumed
from .options import Options
from .work import Settled, Task

__all__ = ["Batch", "Numbered", "batch_of", "reason_of", "solutions_of"]

Numbered = tuple[int, Solution]


class Batch(NamedTuple):
    """What was read.

    Attributes
    ----------
    tasks
        Problems that share rules go together.
    invalid
        What is no problem, where that is to be reported.
    failure
        Else the first that is none; those behind it were left out.
    """

    tasks: list[Task]
    invalid: list[Numbered]
    failure: InvalidInput | None


def batch_of(
    grids: Sequence[Grid], options: Options, *, report: bool, first: int = 0, slice: float = inf  # noqa: A002
) -> Batch:  # fmt: skip
    """Read grids; the first of them has the number `first`."""
    begun = time.perf_counter()
    fast = read_many(grids, options.domain)
    if fast is not None:  # plain lines of one domain, the common case
        domain, boards = fast
        share = (time.perf_counter() - begun) / len(grids)
        numbers = range(first, first + len(grids))
        return Batch([Task(domain, domain.rules, boards, options, numbers, share, slice)], [], None)
    problems: list[Problem] = []  # of the rows below
    members: dict[tuple[Domain, Rules], list[int]] = {}
    rows: list[int] = []
    invalid: list[Numbered] = []
    failure = None
    for row, found in enumerate(read_each(grids, options.domain)):
        if isinstance(found, Problem):
            members.setdefault((layout_of(found), found.rules), []).append(len(problems))
            problems.append(found)
            rows.append(row)
        elif report:
            invalid.append((first + row, _invalid(found, options)))
        else:
            failure = found
            break
    share = (time.perf_counter() - begun) / len(grids)
    tasks = [
        Task(
            domain, rules, np.stack([problems[i].values for i in those]), options, [first + rows[i] for i in those],
            share, slice, [grids[rows[i]] for i in those].__getitem__,
        )
        for (domain, rules), those in members.items()
    ]  # fmt: skip
    return Batch(tasks, invalid, failure)


def _invalid(error: InvalidInput, options: Options) -> Solution:
    reason = str(error)
    return Solution(Status.INVALID, seed=options.seed, violations=(Violation("input", (), reason),), reason=reason)


def solutions_of(task: Task, part: Settled) -> Iterator[Numbered]:
    """Solutions with the numbers of their problems."""
    status, values = part.status.under(task.rules), part.values
    texts = [None] * len(part.rows) if values is None else task.domain.format_many(values)
    spent = part.nfe.tolist(), part.tried.tolist(), part.loops.tolist()
    seed = task.options.seed
    for i, (row, text, nfe, tried, loops) in enumerate(zip(part.rows.tolist(), texts, *spent, strict=True)):
        givens = task.givens[row]
        clash = violations(task.rules, givens) if status is Status.UNSATISFIABLE else []
        yield task.numbers[row], Solution(
            status,
            text if task.grid is None or values is None else same_kind(task.grid(row), task.domain, values[i]),
            text,
            part.method,
            part.unique,
            nfe,
            tried,
            part.spent,
            seed,
            tuple(violation.on(task.domain, givens) for violation in clash),
            part.traces.get(row),
            reason_of(task, row, status, clash),
            task.domain,
            givens,
            loops,
            None if part.z is None else part.z[i],
        )  # fmt: skip


def reason_of(task: Task, row: int, status: Status, clash: Sequence[Violation]) -> str:
    """What there is to say of a problem with that fate; `clash`: the rules that its givens break."""
    if status is not Status.UNSATISFIABLE:
        return task.domain.note
    words = [*map(task.domain.violation_text, clash), assumed(task, row), task.domain.note]
    return "; ".join(filter(None, words))
