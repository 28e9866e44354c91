"""Record: one puzzle of a file."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Record"]


@dataclass(frozen=True, slots=True)
class Record:
    """One puzzle of a file.

    Attributes
    ----------
    source
        the file's name; "" for a puzzle given on the command line
    line
        where it stands, from 1 (for a quoted field of several lines: the last of them)
    puzzle
        its text, not yet checked against any domain
    solution
        what the file says the answer is, or None
    reason
        why this line holds no puzzle, in words; "" if it does
    domain
        the domain that the format of the file names, for where nobody asks for another
    """

    source: str
    line: int
    puzzle: str
    solution: str | None = None
    reason: str = ""
    domain: str | None = None

    @property
    def where(self) -> str:
        """`hard.txt:12: `, to begin a message with; "" for a puzzle given on the command line."""
        return f"{self.source}:{self.line}: " if self.source else ""
