"""What every part of the soak is told, and what it leaves: a row for each thing that was tried."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..driver import Row

__all__ = ["FIGURES", "Soak", "row"]

FIGURES = ("part", "what", "n", "wanted", "faults", "found")  # of every row
SHOWN = 10  # faults that a row repeats


@dataclass(frozen=True)
class Soak:
    """How long and how wide.

    Attributes
    ----------
    seed
        of everything that is drawn; what is done in part is the beginning of what is done whole
    minutes
        of the wall clock a part, after which it begins nothing more
    jobs
        processes at once
    folder
        to work in; whoever made it removes it
    """

    seed: int
    minutes: float
    jobs: int
    folder: Path

    def end(self) -> float:
        """When a part that begins now shall begin nothing more, on `time.monotonic`."""
        return time.monotonic() + 60 * self.minutes


def row(part: str, what: str, n: int, wanted: int, faults: Iterable[str], **figures: object) -> Row:
    """A row of a result: `n` of `wanted` were tried, and what was wrong, the first of it in words.

    >>> row("kills", "csv", 3, 5, ["a line twice"])["faults"]
    1
    """
    found = list(faults)
    return {
        "part": part,
        "what": what,
        "n": n,
        "wanted": wanted,
        "faults": len(found),
        **figures,
        "found": found[:SHOWN],
    }
