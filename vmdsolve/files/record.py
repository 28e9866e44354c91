"""Record: one puzzle of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..plain import clean

__all__ = ["Record"]


@dataclass(slots=True)  # not frozen: that takes thrice as long, and files have millions
class Record:
    """One puzzle of a file.

    Attributes
    ----------
    source
        the file's name; "" for a puzzle given on the command line
    line
        where it stands, from 1 (of a quoted field of several lines: the last; in JSON and parquet: which of them it is)
    puzzle
        its text, not yet checked against any domain
    solution
        what the file says the answer is, or None
    reason
        why this line holds no puzzle, in words; "" if it does
    domain
        the domain that the file names, for where nobody asks for another
    others
        what else the file says of it, by the names under which that goes on to an output
    """

    source: str
    line: int
    puzzle: str
    solution: str | None = None
    reason: str = ""
    domain: str | None = None
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """`hard.txt:12: `, to begin a message with; "" for a puzzle given on the command line."""
        return f"{clean(self.source)}:{self.line}: " if self.source else ""
