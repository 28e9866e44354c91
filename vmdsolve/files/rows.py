"""What commands write: rows of a solve, puzzles with their answers; and the tally of how problems ended.

csv, json, jsonl, parquet    a row an item with its fields, in input order, and what the input said besides
txt, sdm                     line i is the answer to puzzle i; without an answer, '? ' and the puzzle as it was
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..compact import pairs
from ..domains import Domain
from ..domains.reading import one_line
from ..errors import InvalidInput
from ..plain import clean, many
from ..problem import Solution, Status
from .formats import WRITTEN, writer_of
from .formats.base import Format, Table, Written, names_of
from .formats.columns import carried
from .formats.csv import quoted
from .formats.json import json_line
from .formats.named import known_domain
from .formats.txt import line_told
from .owned import held
from .record import Record

__all__ = [
    "CSV_HEADER",
    "JOURNAL",
    "Graded",
    "Puzzle",
    "Row",
    "Tally",
    "alone",
    "csv_line",
    "format_of",
    "json_line",
    "kind_of",
    "quoted",
    "repeated",
    "row_of",
    "rows_of",
    "write_rows",
]


@dataclass(slots=True)  # not frozen: that takes thrice as long
class Row(Written):
    """One line of output; None where there is no solution, no method, no word on uniqueness. `others`: of the input."""

    problem: str
    solution: str | None
    status: str
    method: str | None
    unique: bool | None
    nfe: int
    loops: int = field(default=0, kw_only=True)
    seconds: float
    reason: str
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> str:
        return line_told(self.problem, self.solution)

    @property
    def columns(self) -> Mapping[str, object]:
        own = {
            "problem": self.problem,
            "solution": self.solution,
            "status": self.status,
            "method": self.method,
            "unique": self.unique,
            "nfe": self.nfe,
            "loops": self.loops,
            "seconds": self.seconds,
            "reason": self.reason,
        }
        return {**own, **self.others}


@dataclass(frozen=True, slots=True)
class Puzzle(Written):
    """A puzzle with its answer."""

    puzzle: str
    solution: str
    domain: str = ""

    @property
    def line(self) -> str:
        """The puzzle alone."""
        return self.puzzle


@dataclass(frozen=True, slots=True)
class Graded(Puzzle):
    """A puzzle with its answer and how hard it is, see `vmdsolve.grade`."""

    difficulty: str = ""
    technique: str = ""
    rating: float = 0.0


JOURNAL = ".partial.jsonl"  # what stands behind the name of the file that a job makes
NAMES = names_of(Row)
CSV_HEADER = quoted(NAMES)


def csv_line(row: Row, others: Sequence[str] = ()) -> str:
    """One row as a line of csv, with these columns beside its own."""
    return quoted(map(row.columns.get, (*NAMES, *others)))


def row_of(record: Record, solution: Solution, domain: str | Domain | None, *, statistics: bool = False) -> Row:
    """The row of one solved record; `domain` is the one asked for, or None; with statistics, what search took, too."""
    problem, reason, others = repeated(record, solution.text, solution.status, solution.reason, solution.layout, domain)
    if statistics:
        took = {"nodes": solution.nodes, "clauses": solution.clauses, "latents": solution.latents_tried}
        others = took | dict(zip(carried(tuple(others), (*NAMES, *took)), others.values(), strict=True))
    return Row(
        problem=problem,
        solution=solution.text,
        status=str(solution.status),
        method=solution.method,
        unique=solution.unique,
        nfe=solution.nfe,
        loops=solution.loops,
        seconds=round(solution.seconds, 6),
        reason=reason,
        others=others,
    )


def repeated(
    record: Record, answer: str | None, status: Status, reason: str, layout: object, domain: str | Domain | None
) -> tuple[str, str, Mapping[str, Any]]:
    """What a row says of its record: the problem on one line, a reason with its place, and what came with it.

    `layout`: what the problem was read as; `domain`: the one asked for, or None.
    """
    if record.reason or status is Status.INVALID:
        reason = record.where + (record.reason or reason)
    problem, others = record.puzzle, record.others
    plain = len(problem) == len(answer or "") and " " not in problem  # a character a cell, on one line
    if status is not Status.INVALID and not plain:
        problem = one_line(problem, domain)
    if domain is None and not plain and isinstance(layout, Domain) and not layout.by_shape:
        domain = layout if known_domain(layout.name) else None  # a link said so; its cells alone mean another kind
    if domain is not None:  # so that what was written is read without asking for it again
        others = {**others, "domain": domain if isinstance(domain, str) else domain.name}
    return clean(problem.strip("\r\n")), clean(reason.strip("\r\n")), others


def rows_of(table: Table) -> Iterator[Row]:
    """The rows of a table, for formats that write one after another."""
    others = [name for name in table if name not in NAMES]
    for values in zip(*table.values(), strict=True):
        told = dict(zip(table, values, strict=True))
        yield Row(**{name: told[name] for name in NAMES}, others={name: told[name] for name in others})


def format_of(out: Path) -> Format:
    """The format that OUT's ending names. Raises before any work: InvalidInput, MissingExtra (parquet)."""
    suffix = out.suffix.lower()
    if out.name.lower().endswith(JOURNAL):
        whose = f"names that end in {JOURNAL} are those of unfinished jobs"
        raise InvalidInput(f"cannot write {out}: {whose}; name it otherwise")
    form = writer_of(suffix)
    if form is None:
        raise InvalidInput(f"cannot write {out}: its ending is {suffix!r}; wanted one of {', '.join(WRITTEN)}")
    if out.is_dir():
        raise InvalidInput(f"cannot write {out}: it is a folder")
    if out.exists() and not out.is_file():  # a device, or a link to one: it would be replaced
        raise InvalidInput(f"cannot write {out}: it is no plain file")
    if not out.parent.is_dir():
        raise InvalidInput(f"cannot write {out}: there is no folder {out.parent}")
    form.ready()
    return form


def kind_of(out: Path) -> str:
    """OUT's ending, if files are written so. Raises before any work, as `format_of`."""
    format_of(out)
    return out.suffix.lower()


def write_rows(
    rows: Iterable[Written],
    out: Path,
    kind: type[Written] = Row,
    others: Sequence[str] = (),
    form: Format | None = None,
) -> None:
    """Write rows, all of this kind, to OUT; the file appears when it is complete.

    `others`: names of columns besides the kind's own. `form`: by default that of OUT's ending.
    """
    (form or format_of(out)).write(rows, kind, out, others)


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Raise, before any work, what keeps OUT from being written, another job at work on it as well; then hold it."""
    format_of(out)
    with held(out, JOURNAL):
        yield


# The tally --------------------------------------------------------------------------------------------


SOLVED = frozenset(str(status) for status in Status if status.has_solution)


class Tally:
    """Counts of how problems ended.

    Examples
    --------
    >>> tally = Tally()
    >>> tally.add(Row("1...", "1221", "SOLVED", "search", None, 0, 0.1, ""))
    >>> str(tally)
    '1 problem: 1 solved (1 by search)'
    """

    def __init__(self) -> None:
        self.solved: Counter[str | None] = Counter({"propagation": 0, "vmd": 0, "search": 0})
        self.others: Counter[str] = Counter()
        self.unchecked = 0  # of the solved: there was no rule to check

    def add(self, row: Row) -> None:
        self._add(row.status, row.method, 1)

    def add_table(self, table: Table) -> None:
        """Rows as columns."""
        for (status, method), n in pairs(table["status"], table["method"]).items():
            self._add(status, method, n)

    def _add(self, status: str, method: str | None, n: int) -> None:
        if status in SOLVED:
            self.unchecked += n * (status == Status.UNCHECKED)
            self.solved[method] += n
        else:
            self.others[status] += n

    @classmethod
    def of(cls, ends: Mapping[str, int]) -> Tally:
        """From how many ended with which status, and `by METHOD` how many answers came how.

        Examples
        --------
        >>> str(Tally.of({"SOLVED": 3, "by search": 3, "TIMEOUT": 1}))
        '4 problems: 3 solved (3 by search), 1 TIMEOUT'
        """
        out = cls()
        for name, n in ends.items():
            if name.startswith("by "):
                out.solved[name.removeprefix("by ")] += n
            elif name not in SOLVED:
                out.others[name] += n
        out.unchecked = ends.get(str(Status.UNCHECKED), 0)
        return out

    @property
    def total(self) -> int:
        return self.solved.total() + self.others.total()

    @property
    def all_solved(self) -> bool:
        return not self.others

    def __str__(self) -> str:
        ways = ", ".join(f"{n} by {method}" for method, n in self.solved.items() if n)
        parts = [f"{self.solved.total()} solved" + f" ({ways})" * bool(ways)]
        parts += [f"{self.unchecked} of them not checked, for lack of rules"] * bool(self.unchecked)
        parts += [f"{n} {status}" for status, n in sorted(self.others.items())]
        return f"{many(self.total, 'problem')}: {', '.join(parts)}"
