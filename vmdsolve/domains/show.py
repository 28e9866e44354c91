"""Boards and broken rules for people: plain text, or styled text where a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..problem import OPEN, Board, Solution, Status, Violation
from .base import CELL, Domain

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["ADVICE", "outcome", "styled", "words"]

MAX_NAMED = 9  # cells that a message lists before it says "and 12 more"
ADVICE = {
    Status.UNSATISFIABLE: "proved that there is no answer",
    Status.UNKNOWN: "gave up without proof; allow more latents or steps, or add exact search (method vmd)",
    Status.TIMEOUT: "the time limit ran out; allow more",
    Status.INVALID: "not a problem",
}


def words(domain: Domain, violation: Violation) -> str:
    """A broken rule in words: symbols rather than values, names of cells rather than numbers.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> words(get("sudoku-9x9"), Violation("row", (0, 4), "both hold {}", (6,)))
    'row: both hold 7 (row 1, column 1 and row 1, column 5)'
    """
    if not violation.cells:
        return violation.reason
    names = [domain.cell_name(cell) for cell in violation.cells[:MAX_NAMED]]
    if more := len(violation.cells) - len(names):
        names.append(f"{more} more")
    if violation.relation == "given":  # its reason names the cell itself
        return f"given: {violation.reason}"

    def symbol(value: int) -> str:
        return domain.symbols[value] if value < len(domain.symbols) else f"value {value}"

    reason = violation.said_with(symbol)
    return f"{violation.relation}: {reason} ({' and '.join(names)})"


def styled(domain: Domain, givens: Board, values: Board) -> Text:
    """`domain.render(values)` with the givens bold and what was filled in coloured; borders are dimmed.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> domain = get("latin-2")
    >>> styled(domain, domain.parse("1...").values, domain.parse("1221").values).plain
    '1 2\\n2 1'
    """
    from rich.text import Text

    frame, drawn = domain.frame(), domain.render(values)
    text, cells = Text(), iter(givens)
    for mark, character in zip(frame, drawn, strict=True):
        if mark == CELL:
            text.append(character, style="bold" if next(cells) != OPEN else "cyan")
        else:
            text.append(character, style=None if character.isspace() else "dim")
    return text


def outcome(solution: Solution) -> str:
    """How a solve ended, in one line for people.

    Examples
    --------
    >>> outcome(Solution(Status.SOLVED, method="vmd", unique=True, nfe=7, seconds=0.25))
    'solved by vmd; the only answer; 7 network evaluations; 0.25 s'
    """
    status = solution.status
    if status.has_solution:
        checked = status is Status.SOLVED
        parts = [f"solved by {solution.method}" if checked else f"filled in by {solution.method}; nothing was checked"]
        if solution.unique is not None:
            parts.append("the only answer" if solution.unique else "not the only answer")
    else:
        parts = [f"{status}: {ADVICE[status]}"]
    if solution.nfe:
        parts.append(f"{solution.nfe} network evaluation{'s' * (solution.nfe != 1)}")
    return "; ".join([*parts, f"{solution.seconds:.2f} s"])
