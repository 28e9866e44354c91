"""What a hint is: the next symbol, how it was found, and why; techniques in their order."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..drawing import Picture, Said, Shown
from ..problem import OPEN, Constraint, Problem

__all__ = ["BY_STEPS", "DIRECT", "PLACES_NOTHING", "TECHNIQUES", "Hint"]

PLACES_NOTHING = ("solved", "choice", "conflict", "timeout")
DIRECT = ("last cell", "one constraint", "hidden single", "naked single")
BY_STEPS = ("narrowing", "locked candidates", "pair", "triple")
TECHNIQUES = (*PLACES_NOTHING, *DIRECT, *BY_STEPS, "trial", "search")  # from easy to hard


@dataclass(frozen=True, slots=True, repr=False)
class Hint(Shown):
    """The next symbol that can be placed, and why it must be.

    Attributes
    ----------
    cell, value, symbol
        where and what; None where nothing is to be placed (technique says why)
    technique
        one of TECHNIQUES; of several steps the hardest
    reason
        in words
    because
        the eliminations that the reason rests on, in order, in words; of a conflict, how it shows
    constraints
        the constraints that the last step rests on; each has its relation and cells
    problem
        the board that it is about; None of a step that is told as a part of another
    """

    technique: str
    reason: str
    cell: int | None = None
    value: int | None = None
    symbol: str | None = None
    because: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    problem: Problem | None = field(default=None, compare=False)

    @property
    def difficulty(self) -> int:
        """Rank of the technique: its place in TECHNIQUES."""
        return TECHNIQUES.index(self.technique)

    def __repr__(self) -> str:
        return f"Hint({self.technique!r}, {'; '.join(self.steps)!r})"

    @property
    def steps(self) -> tuple[str, ...]:
        """All of it in words, in the order in which it is understood."""
        return (self.reason, *self.because) if self.technique == "conflict" else (*self.because, self.reason)

    def picture(self) -> Picture:
        """The words, and the board with the symbol in its place, marked."""
        told = (Said(step, lead="- " if self.because else "") for step in self.steps)
        return Picture((*told, *self.board().parts))

    def board(self, *, candidates: bool = False) -> Picture:
        """The board alone; with the candidates of open cells, if asked for."""
        layout = self.problem.found_layout if self.problem else None
        if layout is None or self.problem is None:
            return Picture(())
        notes = self.problem.notes() if candidates else {}
        values = self.problem.values.copy()
        looks = {c: "unit" for rule in self.constraints for c in rule.cells if values[c] != OPEN}
        if self.cell is not None and self.value is not None:
            values[self.cell], looks[self.cell] = self.value, "next"
            notes.pop(self.cell, None)
        elif self.technique == "conflict":
            looks = dict.fromkeys(looks, "broken")
        return layout.picture(values, looks=looks, notes=notes)
