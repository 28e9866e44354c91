"""Words and letters: what a problem is. What comes back of one, results.py says.

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
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, cast

import numpy as np
import numpy.typing as npt

from vmdsolve._native import Kind

from .arguments import whole
from .counts import Counts, Settles
from .deadline import stop_point
from .drawing import Frame, Picture, Said, Shown
from .drawing.picture import WIDTH
from .errors import InvalidInput
from .peers import Peers
from .results import OPEN, Board, Layout, Solution, Status, Violation
from .sets import MAX_SYMBOLS

__all__ = ["OPEN", "Board", "Constraint", "Layout", "Problem", "Rules", "Solution", "Status", "Violation"]

MAX_CELLS = 65_536
MANY = 1 << 16  # numbers of rules between two looks at the clock
SHOWN = 400  # characters of a problem's text in its repr


class Constraint(ABC):
    """One rule over some cells, declared once and used by checker, search, masks, model and tests.

    Attributes
    ----------
    cells
        the unit, distinct cell numbers
    relation
        its role name; the model shares weights between units of one relation
    all_different
        True of a class that says that its cells differ, and no more: many boards are then judged natively
    """

    cells: tuple[int, ...]
    relation: str
    all_different: ClassVar[bool] = False

    @abstractmethod
    def violations(self, values: Sequence[int]) -> list[Violation]:
        """What `values` ([L], OPEN allowed) already breaks whatever is filled in later; plain Python."""

    @abstractmethod
    def accepts(self, boards: Board) -> npt.NDArray[np.bool_]:
        """The same rule for many full boards [B, L] at once -> [B]; tests hold the two to each other."""

    @abstractmethod
    def native(self) -> tuple[int, Sequence[int]] | None:
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
        return self._native_form[1]

    @cached_property
    def relations(self) -> tuple[str, ...]:
        """The R relation names, in order of first appearance."""
        return tuple(dict.fromkeys(c.relation for c in self.constraints))

    @cached_property
    def around(self) -> list[list[Constraint]]:
        """[L] the constraints on each cell."""
        out: list[list[Constraint]] = [[] for _ in range(self.L)]
        for constraint in self.constraints:
            for cell in constraint.cells:
                out[cell].append(constraint)
        return out

    @cached_property
    def peers(self) -> Peers:
        """Which cells may not hold the same symbol: those that share an all-different unit."""
        kind = Kind["AllDifferent"]
        forms = ((constraint, constraint.native()) for constraint in self.constraints)
        return Peers.of(self.L, (c.cells for c, form in forms if form is not None and form[0] == kind))

    @cached_property
    def judged(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], tuple[Constraint, ...]]:
        """How many boards are judged: offsets [U + 1] and cells of the all-different units, and all other rules."""
        alike = [vars(type(constraint)).get("all_different", False) for constraint in self.constraints]
        units = [c.cells for c, different in zip(self.constraints, alike, strict=True) if different]
        offsets = np.cumsum([0, *map(len, units)]).astype(np.int32)
        others = (c for c, different in zip(self.constraints, alike, strict=True) if not different)
        return offsets, np.array([cell for unit in units for cell in unit], np.int32), tuple(others)

    @cached_property
    def settles(self) -> Settles | None:
        """What makes a full board an answer, as kernels look at it; None where other rules have a say, or none."""
        counts: list[tuple[Sequence[int], int, int, int]] = []
        for constraint in self.constraints:
            kind, params = constraint.native() or (None, [])
            if kind == Kind["Count"]:
                symbol, least, most = params
                counts.append((constraint.cells, symbol, least, most))
            elif kind != Kind["AllDifferent"]:
                return None
        found = Settles(self.peers if self.peers else None, Counts.of(self.L, counts) if counts else None)
        return None if found == (None, None) else found

    @cached_property
    def _native_form(self) -> tuple[tuple[npt.NDArray[Any], ...], tuple[Constraint, ...]]:
        """What is told natively, and the constraints that cannot be."""
        predicates: list[Constraint] = []
        kinds: list[int] = []
        cells: list[int] = []
        params = array("q")  # what tables and automata keep is copied in one go
        cell_offsets, param_offsets = [0], [0]
        looked = 0
        for constraint in self.constraints:
            form = constraint.native()
            if form is None:
                predicates.append(constraint)
                continue
            kinds.append(form[0])
            cells.extend(constraint.cells)
            params.extend(form[1])
            cell_offsets.append(len(cells))
            param_offsets.append(len(params))
            if len(cells) + len(params) - looked > MANY:
                stop_point()
                looked = len(cells) + len(params)
        parts = (kinds, np.int32), (cell_offsets, np.int64), (cells, np.int32), (param_offsets, np.int64)
        arrays = tuple(np.array(part, dtype) for part, dtype in (*parts, (params, np.int64)))
        return arrays, tuple(predicates)

    def native(self) -> tuple[npt.NDArray[Any], ...]:
        """kinds [U] i32, cell_offsets [U+1] i64, cells i32, param_offsets [U+1] i64, params i64."""
        return self._native_form[0]

    @cached_property
    def digest(self) -> bytes:
        """8 bytes that depend on the rules' content alone, for seeds that do not depend on the batch."""
        h = hashlib.blake2b(f"{self.L},{self.V}".encode(), digest_size=8)
        for part in self.native():
            h.update(part.tobytes())
        return h.digest()

    def __reduce__(self) -> tuple[Any, ...]:
        return Rules, (self.L, self.V, self.constraints)  # without what is made of them, which may be much larger


@dataclass(frozen=True, eq=False, repr=False)
class Problem(Shown):
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
    >>> get_domain("latin-2").parse("1...") == get_domain("latin:2").parse("1000")
    True
    """

    domain: str
    rules: Rules
    values: Board = field(repr=False)
    layout: Layout = field(default=None, repr=False)  # type: ignore[assignment]  # whoever reads a problem sets it
    named: ClassVar[Callable[[str], Layout] | None] = None  # finds a layout by its domain's name; domains set it

    def __repr__(self) -> str:
        layout = self.found_layout
        text = repr(layout.write(self.values)) if layout else f"{(self.values != OPEN).sum()} of {self.rules.L} given"
        return f"Problem({self.domain!r}, {text if len(text) <= SHOWN else text[: SHOWN - 3] + '...'})"

    @property
    def found_layout(self) -> Layout | None:
        """The layout, or that of the domain it names; None where there is no such domain."""
        layout = cast("Layout | None", self.layout)  # of a Problem that is made by hand there may be none
        if layout is None and Problem.named is not None:
            try:
                return Problem.named(self.domain)
            except InvalidInput:
                return None
        return layout

    def pencil_marks(self) -> list[list[int]]:
        """[L] the values that no single constraint rules out in each open cell, by what is given; [] for the others.

        More may go with more thought; `vmdsolve.hint` says how.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> get("latin-3").parse("1.....2..").pencil_marks()[:5]
        [[], [1, 2], [1, 2], [2], [0, 1, 2]]
        """
        board, around = self.values.tolist(), self.rules.around
        out: list[list[int]] = []
        for cell, held in enumerate(self.values.tolist()):
            left = []
            for value in range(self.rules.V) if held == OPEN else ():
                board[cell] = value
                if not any(cell in broken.cells for c in around[cell] for broken in c.violations(board)):
                    left.append(value)
            board[cell] = held
            out.append(left)
        return out

    def notes(self) -> dict[int, str]:
        """The pencil marks of each open cell as a drawing shows them; one alone in brackets, for it is no given."""
        layout = self.found_layout
        if layout is None:
            return {}
        marks = {cell: left for cell, left in enumerate(self.pencil_marks()) if self.values[cell] == OPEN}
        texts = {cell: "".join(layout.symbols[v] for v in left) or "-" for cell, left in marks.items()}
        return {cell: f"({text})" if len(text) == 1 else text for cell, text in texts.items()}

    def picture(self, *, candidates: bool = False) -> Picture:
        """The board as it is given; with the candidates of open cells, if asked for."""
        layout = self.found_layout
        if layout is None:
            text = " ".join("." if value == OPEN else str(value + 1) for value in self.values.tolist())
            return Picture((Said(f"{self.domain}, by numbers of symbols"), Frame((((text, "given"),),))))
        notes = self.notes() if candidates else {}
        legend = (Said(layout.legend, "aside"),) if layout.legend else ()
        return Picture((*layout.picture(self.values, notes=notes).parts, *legend))

    def render(self, *, boxes: bool = False, width: int = WIDTH, candidates: bool = False) -> str:
        """The board as text on several lines.

        Parameters
        ----------
        boxes
            with box-drawing characters, where the output can show them; else plain characters
        width
            characters a line, at which sentences are wrapped
        candidates
            show in open cells the symbols that no single rule excludes, one alone in brackets; (-) where none is left

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> print(get("sudoku-4x4").parse("1......2..4..3..").render())
        +-----+-----+
        | 1 . | . . |
        | . . | . 2 |
        +-----+-----+
        | . . | 4 . |
        | . 3 | . . |
        +-----+-----+
        """
        return self.picture(candidates=candidates).text(boxes=boxes, width=width)

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
