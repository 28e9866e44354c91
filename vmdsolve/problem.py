"""Words and letters: what a problem is, and what comes back.

Words used everywhere (Python, C++, docs, tests)
    cell      0 .. L-1
    symbol    a character shown to people; value: its number 0 .. V-1; OPEN = -1 where nothing is filled in
    given     a value the problem fixes; never changed by anything
    unit      the cells of one constraint; relation: the constraint's role name ("row", "box", "edge")
    board     one copy of a problem being filled: int32 [L]; many: int32 [B, L]
Letters     B boards, L cells, V symbols, U units, R relations, T steps, K latents a problem.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from vmdsolve._native import Kind

from .arguments import whole
from .errors import InvalidInput
from .peers import Peers
from .sets import MAX_SYMBOLS

__all__ = ["OPEN", "Board", "Constraint", "Layout", "Problem", "Rules", "Solution", "Status", "Violation"]

OPEN = -1
MAX_CELLS = 65_536

Board = npt.NDArray[np.int32]  # [L] or [B, L]


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

    def under(self, rules: Rules) -> Status:
        """What to call it: a board that is full, but under no rules, was not checked.

        Examples
        --------
        >>> Status.SOLVED.under(Rules(2, 2))
        <Status.UNCHECKED: 'UNCHECKED'>
        """
        return Status.UNCHECKED if self is Status.SOLVED and not rules.constraints else self


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: its relation, the cells that break it, and the reason in words.

    Attributes
    ----------
    text
        the reason; {} where a value stands
    values
        these values, in order

    Examples
    --------
    >>> Violation("row", (0, 4), "both hold {}", (6,)).reason
    'both hold value 6'
    """

    relation: str
    cells: tuple[int, ...]
    text: str
    values: tuple[int, ...] = ()

    @property
    def reason(self) -> str:
        """In words, with values as numbers."""
        return self.said_with("value {}".format)

    def said_with(self, name: Callable[[int], str]) -> str:
        """The reason, with values called as `name` calls them."""
        return self.text.format(*map(name, self.values)) if self.values else self.text


class Constraint(ABC):
    """One rule over some cells, declared once and used by checker, search, masks, model and tests.

    Attributes
    ----------
    cells
        the unit, distinct cell numbers
    relation
        its role name; the model shares weights between units of one relation
    """

    cells: tuple[int, ...]
    relation: str

    @abstractmethod
    def violations(self, values: Sequence[int]) -> list[Violation]:
        """What `values` ([L], OPEN allowed) already breaks whatever is filled in later; plain Python."""

    @abstractmethod
    def accepts(self, boards: Board) -> npt.NDArray[np.bool_]:
        """The same rule for many full boards [B, L] at once -> [B]; tests hold the two to each other."""

    @abstractmethod
    def native(self) -> tuple[int, list[int]] | None:
        """(kind, parameters) for the native propagator, or None for a rule that is only checked."""

    def fault(self, V: int) -> str | None:
        """What is wrong with the rule for values 0 .. V-1, as "counts value 7; values are 0 to 3"; None: nothing."""
        del V
        return None


@dataclass(frozen=True, eq=False)
class Rules:
    """All constraints that hold for a problem; shared by every instance of a fixed-shape domain.

    Attributes
    ----------
    L, V
        number of cells (1 .. 65,536) and of symbols (1 .. 64)
    constraints
        in any order
    """

    L: int
    V: int
    constraints: tuple[Constraint, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.L <= MAX_CELLS:
            raise InvalidInput(f"a problem has 1 to {MAX_CELLS} cells, got L = {self.L}")
        if not 1 <= self.V <= MAX_SYMBOLS:
            raise InvalidInput(f"a problem has 1 to {MAX_SYMBOLS} symbols, got V = {self.V}")
        for index, constraint in enumerate(self.constraints):
            for cell in constraint.cells:
                if not 0 <= cell < self.L:
                    raise InvalidInput(
                        f"constraint {index} ({constraint.relation}) names cell {cell}; cells are 0 to {self.L - 1}"
                    )
            if fault := constraint.fault(self.V):
                kind = type(constraint).__name__
                raise InvalidInput(f"constraint {index} ({constraint.relation}): {kind} {fault}")

    @cached_property
    def predicates(self) -> tuple[Constraint, ...]:
        """Constraints without a native form: checked, never propagated."""
        return tuple(c for c in self.constraints if c.native() is None)

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """The R relation names, in order of first appearance."""
        return tuple(dict.fromkeys(c.relation for c in self.constraints))

    @cached_property
    def peers(self) -> Peers:
        """Which cells may not hold the same symbol: those that share an all-different unit."""
        kind = Kind["AllDifferent"]
        forms = ((constraint, constraint.native()) for constraint in self.constraints)
        return Peers.of(self.L, (c.cells for c, form in forms if form is not None and form[0] == kind))

    @cached_property
    def _native_form(self) -> tuple[npt.NDArray[Any], ...]:
        kinds: list[int] = []
        cells: list[int] = []
        params: list[int] = []
        cell_offsets, param_offsets = [0], [0]
        for constraint in self.constraints:
            form = constraint.native()
            if form is None:
                continue
            kinds.append(form[0])
            cells.extend(constraint.cells)
            params.extend(form[1])
            cell_offsets.append(len(cells))
            param_offsets.append(len(params))
        return (
            np.array(kinds, np.int32),
            np.array(cell_offsets, np.int64),
            np.array(cells, np.int32),
            np.array(param_offsets, np.int64),
            np.array(params, np.int64),
        )

    def native(self) -> tuple[npt.NDArray[Any], ...]:
        """kinds [U] i32, cell_offsets [U+1] i64, cells i32, param_offsets [U+1] i64, params i64."""
        return self._native_form

    @cached_property
    def digest(self) -> bytes:
        """8 bytes that depend on the rules' content alone, for seeds that do not depend on the batch."""
        h = hashlib.blake2b(f"{self.L},{self.V}".encode(), digest_size=8)
        for array in self.native():
            h.update(array.tobytes())
        return h.digest()

    def __reduce__(self) -> tuple[Any, ...]:
        return Rules, (self.L, self.V, self.constraints)  # without what is made of them, which may be much larger


class Layout(Protocol):
    """What reads, writes and draws one problem, as far as a Problem knows; every Domain is one."""

    name: str
    symbols: str
    shape: tuple[int, int]

    def parse(self, text: str) -> Problem: ...
    def write(self, values: Board) -> str: ...
    def format(self, values: Board) -> str: ...
    def render(self, values: Board) -> str: ...
    def cell_name(self, cell: int) -> str: ...


@dataclass(frozen=True, eq=False)
class Problem:
    """One instance: some cells given, some open, and the rules that hold. Equal to another that says the same.

    Attributes
    ----------
    domain
        name of the domain it belongs to ("sudoku-9x9")
    rules
        shared by all problems of a domain with one board; else its own
    values
        int32 [L], OPEN where nothing is given; read-only
    layout
        the Domain that draws it and names its cells; None, where a Problem was made without: the one called `domain`,
        see `domains.layout_of`

    Examples
    --------
    >>> from vmdsolve import get_domain
    >>> get_domain("latin-2").parse("1...") == get_domain("latin-2").parse("1.00")
    True
    """

    domain: str
    rules: Rules
    values: Board = field(repr=False)
    layout: Layout = field(default=None, repr=False)  # type: ignore[assignment]  # whoever reads a problem sets it

    def __repr__(self) -> str:
        return f"Problem({self.domain!r}, values={self.values.tolist()})"

    def __post_init__(self) -> None:
        values = np.asarray(self.values)
        if values.shape != (self.rules.L,):
            raise InvalidInput(f"values has shape {values.shape}, wanted ({self.rules.L},) for {self.domain}")
        if values.dtype.kind not in "iu":
            raise InvalidInput(f"values of {self.domain} are whole numbers, got {values.dtype}")
        bad = np.flatnonzero((values < OPEN) | (values >= self.rules.V))
        if bad.size:
            raise InvalidInput(
                f"cell {bad[0]} holds value {values[bad[0]]}; values are 0 to {self.rules.V - 1}, or {OPEN} for open"
            )
        values = values.astype(np.int32)  # a copy: later changes by the caller do not reach us
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Problem):
            return NotImplemented
        same = self.domain == other.domain and np.array_equal(self.values, other.values)
        ours, theirs = self.rules, other.rules
        return same and (ours is theirs or (ours.V, ours.constraints) == (theirs.V, theirs.constraints))

    def __hash__(self) -> int:
        return hash((self.domain, self.values.tobytes()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.domain, self.rules, self.values, self.layout)  # made anew: arrays thaw in a pickle


@dataclass(frozen=True, slots=True)
class Solution:
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
    latents_tried
        Boards sampled before one was accepted.
    seconds
        Wall-clock time; in a batch the batch's time shared out equally.
    seed
        The seed that was used.
    violations
        Where givens already clash: which, and why. Of an INVALID problem one, "input", which says what `reason` says.
    trace
        Values [T, L] after each step of the accepted latent, if asked for.
    reason
        In words for people: why the problem is INVALID, or which givens clash; else "".

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
    trace: Board | None = field(default=None, repr=False, compare=False)
    reason: str = ""

    def __bool__(self) -> bool:
        return self.status.has_solution


def as_cells(cells: Iterable[int], what: str) -> tuple[int, ...]:
    """Cell numbers as a tuple of distinct non-negative ints, or an error that names the offender."""
    out = tuple(cells)
    if {*map(type, out)} == {int} and min(out) >= 0 and len({*out}) == len(out):
        return out  # nothing to say, as nearly always
    out = tuple(whole(c, f"a cell of {what}") for c in out)
    if not out:
        raise InvalidInput(f"{what} needs at least one cell")
    seen: set[int] = set()
    for cell in out:
        if cell < 0:
            raise InvalidInput(f"{what} names cell {cell}; cells are numbered from 0")
        if cell in seen:
            raise InvalidInput(f"{what} names cell {cell} twice; name each cell once")
        seen.add(cell)
    return out
