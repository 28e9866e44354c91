"""What comes back of a problem: a status, a solution, broken rules; and how each is seen.

A layout (`Layout`, in life a Domain) draws boards and names cells; results carry theirs, so that they can be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, overload

import numpy as np
import numpy.typing as npt

from . import _native
from .drawing import Frame, Part, Picture, Said, Shown
from .drawing.figure import Figure
from .plain import many
from .trace import Trace

__all__ = ["ADVICE", "OPEN", "Board", "LaterSolutions", "Layout", "Solution", "Statistics", "Status", "Violation"]

OPEN = -1

Board = npt.NDArray[np.int32]  # [L] or [B, L]


class _Ruled(Protocol):
    @property
    def constraints(self) -> Sequence[Any]: ...


class _Valued(Protocol):
    @property
    def values(self) -> Board: ...


class Layout(Protocol):
    """What reads, writes, names and draws one board."""

    name: str
    symbols: str
    shape: tuple[int, int]
    legend: str

    def parse(self, text: str) -> _Valued:
        """Read a text."""

    def write(self, values: Board) -> str:
        """A whole problem on one line, clues and cells."""

    def format(self, values: Board) -> str:
        """The cells alone, on one line."""

    def render(self, values: Board) -> str:
        """The board as people draw it, on several lines."""

    def cell_name(self, cell: int) -> str:
        """How messages call a cell."""

    def violation_text(self, violation: Violation) -> str:
        """A broken rule in words."""

    def picture(
        self,
        values: Board,
        *,
        givens: Board | None = None,
        looks: Mapping[int, str] = ...,
        notes: Mapping[int, str] = ...,
    ) -> Picture:
        """The board with what it holds."""


class Status(StrEnum):
    """How a solve ended. The value is the text that files and the command line print."""

    SOLVED = "SOLVED"  # an answer that the checker accepted
    UNCHECKED = "UNCHECKED"  # filled in; the domain has no rules, so there was nothing to check
    UNSATISFIABLE = "UNSATISFIABLE"  # proved: there is no answer
    UNKNOWN = "UNKNOWN"  # gave up without proof; try more latents, steps, or method="vmd"
    TIMEOUT = "TIMEOUT"  # time_limit ran out; allow more
    INVALID = "INVALID"  # could not be read; only where a batch was asked to report this, else it raises

    @property
    def has_solution(self) -> bool:
        """True for SOLVED, and for UNCHECKED, where every full board is one."""
        return self in (Status.SOLVED, Status.UNCHECKED)

    def under(self, rules: _Ruled) -> Status:
        """What to call it: a board that is full, but under no rules, was not checked.

        Examples
        --------
        >>> from vmdsolve.problem import Rules
        >>> Status.SOLVED.under(Rules(2, 2))
        <Status.UNCHECKED: 'UNCHECKED'>
        """
        return Status.UNCHECKED if self is Status.SOLVED and not rules.constraints else self


ADVICE = {
    Status.UNSATISFIABLE: "proved that there is no answer",
    Status.UNKNOWN: "gave up without proof; allow more latents or steps, or add exact search (method vmd)",
    Status.TIMEOUT: "the time limit ran out; allow more",
    Status.INVALID: "not a problem",
}


@dataclass(frozen=True, slots=True, repr=False)
class Violation(Shown):
    """One broken rule: its relation, the cells that break it, and the reason in words.

    Attributes
    ----------
    text
        the reason; {} where a value stands
    values
        these values, in order
    rule
        the constraint that is broken, where one is
    layout, board
        the board [L] that breaks it, and what draws it; None where nobody said (see `on`)

    Examples
    --------
    >>> Violation("row", (0, 4), "both hold {}", (6,))
    Violation('row', cells=(0, 4), 'both hold symbol 7')
    """

    relation: str
    cells: tuple[int, ...]
    text: str
    values: tuple[int, ...] = ()
    rule: Any = field(default=None, compare=False)
    layout: Layout | None = field(default=None, compare=False)
    board: Board | None = field(default=None, compare=False)

    def on(self, layout: Layout, board: Board) -> Violation:
        """The same, with the board on which it can be seen."""
        return type(self)(self.relation, self.cells, self.text, self.values, self.rule, layout, board)

    @property
    def reason(self) -> str:
        """In words: with the board's symbols, or with their numbers from 1 where no board is known."""
        symbols = self.layout.symbols if self.layout else ""
        return self.said_with(lambda value: symbols[value] if value < len(symbols) else f"symbol {value + 1}")

    def said_with(self, name: Callable[[int], str]) -> str:
        """The reason, with values called as `name` calls them."""
        return self.text.format(*map(name, self.values)) if self.values else self.text

    def __repr__(self) -> str:
        return f"Violation({self.relation!r}, cells={self.cells}, {self._words()!r})"

    def _words(self) -> str:
        return self.reason if self.layout is None else self.layout.violation_text(self)

    def picture(self) -> Picture:
        """The words, and the board with the cells marked."""
        if self.layout is None or self.board is None:
            return Picture((Said(f"{self.relation}: {self.reason}"),))
        board = self.layout.picture(self.board, looks=dict.fromkeys(self.cells, "broken"))
        return Picture((Said(self._words()), *board.parts))

    def __getstate__(self) -> list[Any]:
        return _without(self, "rule", "layout", "board")


class _Later(_native.Later, Shown):
    """Fields that are made when they are first looked at, by a function that is told their name and a number."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:  # called for what no slot holds
        if name.startswith("_") or name not in FIELDS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
        made = self._make(name, self._number)
        _native.fill(self, made)
        return made[name]


class Statistics(NamedTuple):
    """What it took to settle a problem.

    Attributes
    ----------
    nodes
        propagations of exact search; 0 where it was not needed
    clauses
        that search learned from failures, where it went on to learn
    nfe, loops, latents
        network evaluations, block applications, and boards sampled, of the learned model
    seconds
        wall-clock time; in a batch the batch's time shared out equally
    """

    nodes: int
    clauses: int
    nfe: int
    loops: int
    latents: int
    seconds: float

    def __str__(self) -> str:
        search, model = f"{self.nodes:,} nodes, {self.clauses:,} clauses", f"{self.nfe:,} network evaluations"
        return f"{search}; {model}, {self.loops:,} loops, {self.latents:,} latents; {self.seconds:.3f} s"


@dataclass(frozen=True, slots=True)
class Solution(_Later):
    """What came of one problem: an answer, or an honest status. False where there is no answer.

    `status is SOLVED` carries an answer that the checker accepted; UNCHECKED carries a full board of a domain without
    rules; nothing else carries any. Two solutions are equal if they say the same of the problem: status, answer and
    reason, however each was found and whatever form its grid has.

    Attributes
    ----------
    status
        See `Status`.
    grid
        The answer in the input's own shape and kind (text, lists, array, tensor); None if there is none.
    text
        The answer as the domain writes it on one line; None if there is none.
    method
        What finished it: "propagation", "vmd", "search", or (of samples) "uniform"; None if nothing did.
    unique
        True, False, or None where it was not asked or not settled.
    nfe
        Network evaluations spent on this problem, all latents together.
    loops
        Block applications that these took: loops of the network, all evaluations together.
    latents_tried
        Boards sampled before one was accepted.
    seconds
        Wall-clock time; in a batch the batch's time shared out equally.
    seed
        The seed that was used.
    violations
        Where givens already clash: which, and why. Of an INVALID problem one, "input", which says what `reason` says.
    trace
        The boards of all latents after each step, if asked for and the model filled any, see `Trace`.
    z
        The latent that a model's answer came with, and that gives it again as the option `z`: float32 [D], or int32 [G]
        classes or [L] symbols, -1 where it says none; of several drawn in turn the last; None where none was used.
    reason
        In words for people: why the problem is INVALID, or which givens clash; else "".
    proof
        Where it was asked for: a `Certificate` that there is no answer, or with `unique` no other.
    nodes, clauses
        What exact search took: propagations, and clauses learned from failures; 0 where it was not needed. Of a search
        that was taken up anew the last.
    layout, givens
        What draws the board, and what was given on it [L]; None of what could not be read. Pickles leave them out.

    Examples
    --------
    >>> bool(Solution(Status.TIMEOUT)), Solution(Status.TIMEOUT, seconds=1.0) == Solution(Status.TIMEOUT, seconds=2.0)
    (False, True)
    """

    status: Status
    grid: Any = field(default=None, compare=False)
    text: str | None = None
    method: str | None = field(default=None, compare=False)
    unique: bool | None = field(default=None, compare=False)
    nfe: int = field(default=0, compare=False)
    latents_tried: int = field(default=0, compare=False)
    seconds: float = field(default=0.0, compare=False)
    seed: int = field(default=0, compare=False)
    violations: tuple[Violation, ...] = field(default=(), compare=False)
    trace: Trace | None = field(default=None, repr=False, compare=False)
    reason: str = ""
    layout: Layout | None = field(default=None, repr=False, compare=False)
    givens: Board | None = field(default=None, repr=False, compare=False)
    loops: int = field(default=0, compare=False)
    z: npt.NDArray[Any] | None = field(default=None, repr=False, compare=False)
    proof: Any = field(default=None, repr=False, compare=False)
    nodes: int = field(default=0, repr=False, compare=False)
    clauses: int = field(default=0, repr=False, compare=False)

    def __bool__(self) -> bool:
        return self.status.has_solution

    @property
    def statistics(self) -> Statistics:
        """What it took, all in one.

        Examples
        --------
        >>> print(Solution(Status.SOLVED, nodes=1049, clauses=3, seconds=0.25).statistics)
        1,049 nodes, 3 clauses; 0 network evaluations, 0 loops, 0 latents; 0.250 s
        """
        return Statistics(self.nodes, self.clauses, self.nfe, self.loops, self.latents_tried, self.seconds)

    @property
    def outcome(self) -> str:
        """How it ended, in one line for people.

        Examples
        --------
        >>> Solution(Status.SOLVED, method="vmd", unique=True, nfe=7, seconds=0.25).outcome
        'solved by vmd; the only answer; 7 network evaluations; 0.25 s'
        """
        status = self.status
        if status.has_solution:
            checked = status is Status.SOLVED
            parts = [f"solved by {self.method}" if checked else f"filled in by {self.method}; nothing was checked"]
            if self.unique is not None:
                parts.append("the only answer" if self.unique else "not the only answer")
        else:
            parts = [f"{status}: {ADVICE[status]}"]
        if self.nfe:
            parts.append(many(self.nfe, "network evaluation"))
        return "; ".join([*parts, f"{self.seconds:.2f} s"])

    def picture(self) -> Picture:
        """The answer, or else the board with what clashes marked; and how it ended."""
        said: list[Part] = [Said(self.reason)] if self.reason else []
        board: tuple[Part, ...] = ()
        if self.layout is None:
            board = (Frame((((self.text, "filled"),),)),) if self.text else ()
        elif self.text is not None:
            board = self.layout.picture(self.layout.parse(self.text).values, givens=self.givens).parts
        elif self.givens is not None:
            looks = {cell: "broken" for violation in self.violations for cell in violation.cells}
            board = self.layout.picture(self.givens, looks=looks).parts
        return Picture((*board, *said, Said(self.outcome, "aside")))

    def frames(self) -> list[tuple[str, Figure]]:
        """The boards after each step, where a trace was asked for."""
        return [] if self.trace is None else self.trace.frames()

    def __getstate__(self) -> list[Any]:
        return _without(self, "layout", "givens")


FIELDS = frozenset(one.name for one in fields(Solution))


class LaterSolutions(Sequence[Solution]):
    """Solutions that are made one by one, as they are asked for, and anew each time.

    Parameters
    ----------
    same
        The fields that all of them share.
    make
        `make(name, i)` gives that field of number i, and others that come with it, when it is looked at.
    numbers
        The number of each.

    Examples
    --------
    >>> later = LaterSolutions({"status": Status.UNKNOWN}, lambda name, i: {"nfe": i + 7}, range(2))
    >>> later[1].nfe, bool(later[0]), len(later[1:])
    (8, False, 1)
    """

    __slots__ = ("_make", "_numbers", "_one")

    def __init__(
        self, same: Mapping[str, Any] | Solution, make: Callable[[str, int], dict[str, Any]], numbers: range
    ) -> None:
        if isinstance(same, Solution):
            self._one = same
        else:
            self._one = object.__new__(Solution)
            _native.fill(self._one, dict(same))
        self._make, self._numbers = make, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, i: int) -> Solution: ...

    @overload
    def __getitem__(self, i: slice) -> LaterSolutions: ...

    def __getitem__(self, i: int | slice) -> Solution | LaterSolutions:
        if isinstance(i, slice):
            return LaterSolutions(self._one, self._make, self._numbers[i])
        number = self._numbers[i]
        return next(_native.copies(self._one, self._make, number, number + 1))

    def __iter__(self) -> Iterator[Solution]:
        numbers = self._numbers
        if numbers.step != 1:
            return super().__iter__()
        return _native.copies(self._one, self._make, numbers.start, numbers.stop)


def _without(result: Any, *names: str) -> list[Any]:
    """What a pickle holds of a result: these fields belong to the process that made it."""
    return [None if item.name in names else getattr(result, item.name) for item in fields(result)]
