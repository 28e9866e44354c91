"""Boards and broken rules for people: names that commands use for what domains and results say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..problem import Board, Solution, Violation
from ..results import ADVICE
from .base import Domain

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["ADVICE", "outcome", "styled", "words"]


def words(domain: Domain, violation: Violation) -> str:
    """A broken rule in words: symbols rather than values, names of cells rather than numbers.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> words(get("sudoku-9x9"), Violation("row", (0, 4), "both hold {}", (6,)))
    'row: both hold 7 (row 1, column 1 and row 1, column 5)'
    """
    return domain.violation_text(violation)


def styled(domain: Domain, givens: Board, values: Board, *, boxes: bool = False) -> Text:
    """The board with givens bold and what was filled in coloured; borders are dimmed.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> domain = get("latin-2")
    >>> styled(domain, domain.parse("1...").values, domain.parse("1221").values).plain
    '1 2\\n2 1'
    """
    return domain.picture(values, givens=givens).styled(boxes=boxes)


def outcome(solution: Solution) -> str:
    """How a solve ended, in one line for people: `solution.outcome`."""
    return solution.outcome
