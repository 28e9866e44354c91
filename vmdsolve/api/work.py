"""What stages hand on: a task, the problems of it that are open, and those that are settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..deadline import Deadline
from ..domains import Domain
from ..domains.reading import Grid
from ..errors import ModelMismatch
from ..model.packaged import no_weights, proposing
from ..problem import Board, Rules, Status
from ..search import Effort
from ..sets import Sets
from .options import Options
from .weights import is_trained, predictor

if TYPE_CHECKING:
    from ..sampler import Predictor
    from ..sampler.plan import Steps

__all__ = ["Ints", "Mask", "Open", "Settled", "Task", "Tried"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Task:
    """Problems [B, L] that share a layout and its rules, and how to solve them.

    Attributes
    ----------
    numbers
        The number of each among all problems of the call.
    spent
        Seconds that each of them has taken before, which count against its time limit.
    slice
        Seconds that search may spend on one of them in one go, before it is put aside for later.
    grid
        From a row to what was handed in, whose form its answer takes; None: text.
    forms
        Whether `grid` gives but that form, which stays as it is, and not what was handed in itself.
    sampling
        Whether answers are drawn, many of them, and not looked for.
    """

    domain: Domain
    rules: Rules
    givens: Board
    options: Options
    numbers: Sequence[int]
    spent: float = 0.0
    slice: float = inf
    grid: Callable[[int], Grid] | None = None
    forms: bool = False
    sampling: bool = False

    def of(self, rows: Ints) -> Board:
        """The givens of these problems, whose numbers rise: all of them as they are, as nearly always."""
        return self.givens if len(rows) == len(self.givens) else self.givens[rows]

    def alone(self, row: int) -> Task:
        """One of the problems, without the memory that the others take."""
        grid = None if self.grid is None else self.grid(row)
        return replace(
            self,
            givens=self.givens[row : row + 1].copy(),
            numbers=[self.numbers[row]],
            grid=None if grid is None else lambda _: grid,
        )

    def slice_of(self, clock: Deadline) -> tuple[float | None, bool]:
        """The time limit of search in one go, None for none; and whether the problem has more time than that."""
        left = clock.left()
        seconds = min(self.slice, left)
        return None if seconds == inf else seconds, seconds < left

    @cached_property
    def predict(self) -> Predictor | None:
        """The network; None where the package has no weights for it."""
        loops = self.options.loops if self.options.asks else proposing(self.domain, self.rules)
        return predictor(self.domain, self.rules, self.options, loops, sampling=self.sampling)

    @cached_property
    def z(self) -> Floats | None:
        """float32 [K, Z], latents to take in place of drawn ones, in turn; None: they are drawn.

        Raises
        ------
        InvalidInput, ModelMismatch
            They do not fit the weights, or there are none.
        """
        if self.options.z is None:
            return None
        if self.predict is None:
            why = no_weights(self.domain, self.rules, sampling=self.sampling)
            raise ModelMismatch(f"z is for a model, and {why}: leave z out")
        from ..model.z import taken

        return taken(self.predict.model.config, self.rules, self.options.z)

    def told(self, z: Floats | None) -> npt.NDArray[Any] | None:
        """Latents [n, Z] of its model as people get them."""
        if z is None or self.predict is None:
            return None
        from ..model.z import shown

        return shown(self.predict.model.config, self.rules.V, z)

    @cached_property
    def trained(self) -> bool:
        """Whether a network will be used: there is one, and it is asked for, or settles enough before search."""
        if self.options.method == "search":
            return False
        if not self.options.asks:
            return proposing(self.domain, self.rules) is not None
        return is_trained(self.domain, self.rules, self.options, sampling=self.sampling)


class Tried(NamedTuple):
    """One latent of one problem, of which a trace was asked for: the board [L] that it began with, its steps, z [1, Z],
    and whether the checker accepts the last.
    """

    start: Board
    steps: Steps
    z: Floats | None
    right: bool


@dataclass(frozen=True)
class Open:
    """Problems without an answer yet, and what is known of them.

    Attributes
    ----------
    rows
        int64 [n], which of the task's problems.
    boards
        int32 [n, L], the givens, and what propagation forced.
    clock
        Their time, which they share while they are worked on together.
    allowed
        uint64 [n, L], sets of symbols that propagation left; None before.
    guide
        uint8 [n, L, V], the model's order of symbols, for search; None before.
    nfe, tried, loops
        int64 [n], network evaluations, latents and block applications spent.
    traces
        By row, the latents that were tried, where traces are asked for.
    """

    rows: Ints
    boards: Board
    clock: Deadline
    allowed: Sets | None
    guide: npt.NDArray[np.uint8] | None
    nfe: Ints
    tried: Ints
    loops: Ints
    traces: dict[int, list[Tried]] = field(default_factory=dict)

    @staticmethod
    def of(rows: Ints, boards: Board, clock: Deadline) -> Open:
        """Problems of which nothing is known yet."""
        return Open(rows, boards, clock, None, None, *np.zeros((3, len(rows)), np.int64))

    def __len__(self) -> int:
        return len(self.rows)

    def kept(self, keep: Mask) -> Open:
        """Those of them, whose time alone goes on."""
        self.clock.among(int(keep.sum()))
        return Open(
            self.rows[keep],
            self.boards[keep],
            self.clock,
            None if self.allowed is None else self.allowed[keep],
            None if self.guide is None else self.guide[keep],
            self.nfe[keep],
            self.tried[keep],
            self.loops[keep],
            self.traces,
        )

    def none(self) -> Open:
        """None of them: all are settled."""
        return Open.of(self.rows[:0], self.boards[:0], self.clock)

    def settled(
        self, which: Mask | Ints | slice, status: Status, method: str | None, values: Board | None = None, **more: Any
    ) -> Settled:
        """Some of them with their fate, and their answers."""
        cost = self.nfe[which], self.tried[which], self.loops[which]
        return Settled(status, method, self.rows[which], values, *cost, self.clock.spent, traces=self.traces, **more)

    def given_up(self) -> Settled:
        """All of them, without an answer and without proof."""
        status = Status.TIMEOUT if self.clock.over else Status.UNKNOWN
        return self.settled(np.ones(len(self), np.bool_), status, None)


class Settled(NamedTuple):
    """Problems of one fate.

    Attributes
    ----------
    rows
        int64 [n], which of the task's problems.
    values
        int32 [n, L], the answers; None where there are none.
    nfe, tried, loops
        int64 [n], as of `Open`.
    spent
        Seconds that each of them took.
    unique
        True, False, or None if nobody asked or nobody knows.
    traces
        As of `Open`.
    z
        [n, D], the latents that the answers came with, as people get them; None where there were none.
    effort
        What exact search took; None where it was not asked.
    """

    status: Status
    method: str | None
    rows: Ints
    values: Board | None
    nfe: Ints
    tried: Ints
    loops: Ints
    spent: float
    unique: bool | None = None
    traces: Mapping[int, Sequence[Tried]] = MappingProxyType({})
    z: npt.NDArray[Any] | None = None
    effort: Effort | None = None

    def some(self, which: Mask, **changed: Any) -> Settled:
        """Some of them; other fields take the values that are given."""
        values = None if self.values is None else self.values[which]
        z = None if self.z is None else self.z[which]
        changed = {"effort": None if self.effort is None else self.effort.of(which), **changed}
        nfe, tried, loops = self.nfe[which], self.tried[which], self.loops[which]
        return self._replace(rows=self.rows[which], values=values, nfe=nfe, tried=tried, loops=loops, z=z, **changed)

    def alone(self, i: int) -> Settled:
        """The i-th of them as the only one of its task."""
        one = self.some(np.arange(len(self.rows)) == i)
        return one._replace(rows=np.zeros(1, np.int64), traces=alone(self.traces, int(self.rows[i])))


def alone(traces: Mapping[int, Sequence[Tried]], row: int) -> Mapping[int, Sequence[Tried]]:
    """Those of a row that is to be the only one of its task."""
    return {0: traces[row]} if row in traces else {}
