"""A batch: from grids to tasks, each of problems that share rules, and from what is settled to solutions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from math import inf
from typing import Any, NamedTuple

import numpy as np

from ..checker import violations
from ..compact import Same
from ..domains import Domain, layout_of
from ..domains.reading import Grid, Grids, read_each, read_many, same_kind
from ..errors import InvalidInput
from ..problem import Problem, Rules, Solution, Status, Violation
from ..results import LaterSolutions
from .assumed import assumed
from .options import Options
from .traced import trace_of
from .work import Ints, Settled, Task

__all__ = ["COLUMNS", "LAYOUT", "Batch", "Columns", "Several", "batch_of", "columns_of", "numbers_of"]
__all__ += ["refused_columns", "solutions_of"]

Several = tuple[Sequence[int], Sequence[Solution]]  # solutions with the numbers of their problems
Columns = dict[str, Sequence[Any]]
TOLD = 5  # broken rules that a reason tells of
COLUMNS = ("solution", "status", "method", "unique", "nfe", "loops", "reason")  # what is told of each problem
LAYOUT = "layout"  # and the Domain that it was read as; None where it was not read


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
    invalid: Several
    failure: InvalidInput | None


def batch_of(
    grids: Grids, options: Options, *, report: bool, first: int = 0, slice: float = inf  # noqa: A002
) -> Batch:  # fmt: skip
    """Read grids; the first of them has the number `first`."""
    begun = time.perf_counter()
    fast = read_many(grids, options.domain)
    if fast is not None:  # plain lines or numbers of one domain, the common case
        domain, boards = fast
        share = (time.perf_counter() - begun) / len(grids)
        numbers, grid = range(first, first + len(grids)), _form_of(grids)
        task = Task(domain, domain.rules, boards, options, numbers, share, slice, grid, forms=True)
        return Batch([task], ([], []), None)
    problems: list[Problem] = []  # of the rows below
    members: dict[tuple[Domain, Rules], list[int]] = {}
    rows: list[int] = []
    numbers_of_invalid: list[int] = []
    invalid: list[Solution] = []
    failure = None
    for row, found in enumerate(read_each(grids, options.domain)):
        if isinstance(found, Problem):
            members.setdefault((layout_of(found), found.rules), []).append(len(problems))
            problems.append(found)
            rows.append(row)
        elif report:
            numbers_of_invalid.append(first + row)
            invalid.append(_invalid(found, options))
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
    return Batch(tasks, (numbers_of_invalid, invalid), failure)


def _form_of(grids: Grids) -> Callable[[int], Grid] | None:
    """What shows the form of each of the boards of an array; None of texts."""
    if not isinstance(grids, np.ndarray) or grids.ndim == 1:
        return None
    form = np.zeros(grids.shape[1:], grids.dtype)
    return lambda _: form


def _invalid(error: InvalidInput, options: Options) -> Solution:
    reason = str(error)
    return Solution(Status.INVALID, seed=options.seed, violations=(Violation("input", (), reason),), reason=reason)


def solutions_of(task: Task, part: Settled) -> Several:
    """Solutions with the numbers of their problems; they are made when it is their turn, and most of their fields when
    somebody looks at them."""
    fate = _Fate(task, part)
    return numbers_of(task, part.rows), LaterSolutions(fate.same, fate, range(len(part.rows)))


def columns_of(task: Task, part: Settled) -> Columns:
    """The same as columns: what is told of each, without an object for any."""
    n, status, domain = len(part.rows), part.status.under(task.rules), task.domain
    answers = Same(None, n) if part.values is None else domain.formatted(part.values)
    reasons: Sequence[str] = Same(domain.note, n)
    if status is Status.UNSATISFIABLE:
        rows = part.rows.tolist()
        reasons = [reason_of(task, row, status, violations(task.rules, task.givens[row])) for row in rows]
    told = (answers, Same(status.value, n), Same(part.method, n), Same(part.unique, n))
    spent = (Same(0, n) if not some.any() else some.tolist() for some in (part.nfe, part.loops))
    return dict(zip((*COLUMNS, LAYOUT), (*told, *spent, reasons, Same(domain, n)), strict=True))


def refused_columns(refused: Sequence[Solution]) -> Columns:
    """What is told of what is no problem."""
    n = len(refused)
    told = [Same(value, n) for value in (None, Status.INVALID.value, None, None, 0, 0)]
    return dict(zip((*COLUMNS, LAYOUT), (*told, [one.reason for one in refused], Same(None, n)), strict=True))


def numbers_of(task: Task, rows: Ints) -> Sequence[int]:
    """The numbers of these problems; a range where that says it."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1:  # they rise
        return task.numbers[int(rows[0]) : int(rows[-1]) + 1]
    return list(map(task.numbers.__getitem__, rows.tolist()))


class _Fate:
    """What became of some problems, as the fields of their solutions.

    Attributes
    ----------
    same
        The fields that all of them share.
    """

    def __init__(self, task: Task, part: Settled) -> None:
        self._task, self._part = task, part
        self._status = part.status.under(task.rules)
        self.same: dict[str, Any] = {
            "status": self._status, "method": part.method, "unique": part.unique, "seconds": part.spent,
            "seed": task.options.seed, "layout": task.domain, "proof": None,
        }  # fmt: skip
        if self._status is not Status.UNSATISFIABLE:
            self.same |= {"violations": (), "reason": task.domain.note}
        if part.values is None:
            self.same |= {"text": None, "grid": None}
        if not part.tried.any():
            self.same |= {"nfe": 0, "loops": 0, "latents_tried": 0}
        if not part.traces and not task.options.trace:
            self.same["trace"] = None
        if part.z is None:
            self.same["z"] = None
        self._grids = None if task.forms or task.grid is None else self._like(task.grid)

    def _like(self, grid: Callable[[int], Grid]) -> list[Any] | None:
        """Answers in the form of what was handed in, which may change after this."""
        if self._part.values is None:
            return None
        several = [grid(row) for row in self._part.rows.tolist()]
        if all(isinstance(one, Problem) for one in several):
            return None  # these do not change
        both = zip(several, self._part.values, strict=True)
        return [same_kind(one, self._task.domain, values) for one, values in both]

    def __call__(self, name: str, i: int) -> dict[str, Any]:
        """A field of number i, and those that cost no more with it."""
        part = self._part
        match name:
            case "text" | "grid" if self._task.grid is None:
                text = self._texts[i]
                return {"text": text, "grid": text}
            case "text":
                return {"text": self._texts[i]}
            case "grid":
                return {"grid": self._grid(i)}
            case "nfe" | "loops" | "latents_tried":
                return {"nfe": int(part.nfe[i]), "loops": int(part.loops[i]), "latents_tried": int(part.tried[i])}
            case "nodes" | "clauses":
                if part.effort is None:
                    return {"nodes": 0, "clauses": 0}
                return {"nodes": int(part.effort.nodes[i]), "clauses": int(part.effort.clauses[i])}
            case "violations" | "reason":
                return self._why(int(part.rows[i]))
            case "trace":
                row = int(part.rows[i])
                return {"trace": trace_of(self._task, row, part.traces.get(row, ()))}
            case "givens":
                return {"givens": self._task.givens[part.rows[i]]}
            case _:
                return {"z": None if part.z is None else part.z[i]}

    def _grid(self, i: int) -> Any:
        if self._grids is not None:
            return self._grids[i]
        assert self._task.grid is not None
        assert self._part.values is not None
        return same_kind(self._task.grid(int(self._part.rows[i])), self._task.domain, self._part.values[i])

    @cached_property
    def _texts(self) -> list[str]:
        assert self._part.values is not None
        return self._task.domain.format_many(self._part.values)

    def _why(self, row: int) -> dict[str, Any]:
        """The rules that givens break, and what there is to say."""
        task, givens = self._task, self._task.givens[row]
        clash = violations(task.rules, givens) if self._status is Status.UNSATISFIABLE else []
        reason = reason_of(task, row, self._status, clash)
        return {"violations": tuple(one.on(task.domain, givens) for one in clash), "reason": reason}


def reason_of(task: Task, row: int, status: Status, clash: Sequence[Violation]) -> str:
    """What there is to say of a problem with that fate; `clash`: the rules that its givens break."""
    if status is not Status.UNSATISFIABLE:
        return task.domain.note
    told = [*map(task.domain.violation_text, clash[:TOLD])]  # all stand in `violations`
    more = f"and {len(clash) - TOLD:,} more" if len(clash) > TOLD else ""
    words = [*told, more, assumed(task, row), task.domain.note]
    return "; ".join(filter(None, words))
