"""col: a graph in DIMACS form, as one puzzle: to colour in as many colours as the domain says (colouring-5).

Comments, lines `n vertex weight` and what else colouring does not ask for are left out, upper case and the ^Z of DOS
are read, and the edges are held against the number that the file promises.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...domains import Domain
from ...errors import InvalidInput
from ..record import Record
from .base import Source
from .whole import Puzzle, WholeFile

__all__ = ["Col"]

UNASKED = ("n", "d", "v", "x")  # of vertices: weights, dimensions, places


class Col(WholeFile):
    reads = (".col", ".dimacs", ".clq")

    def detects(self, line: str, domain: Domain | None) -> bool:
        del domain
        words = line.lower().split()
        return words[:1] == ["p"] and len(words) == 4 and words[1] in ("edge", "edges", "col")

    def puzzle_of(self, text: str, domain: Domain | None) -> Puzzle:
        if domain is None:
            raise InvalidInput("this is a graph in DIMACS form; say in how many colours, as --domain colouring-5 does")
        lines = (line.strip() for line in text.replace("\x1a", "").lower().splitlines())
        return "/".join(line for line in lines if line and not _is_unasked(line)), None

    def read(self, source: Source) -> Iterator[Record]:
        for record in super().read(source):
            yield Record(record.source, record.line, record.puzzle, note=_missing(record.puzzle))


def _is_unasked(line: str) -> bool:
    first, *rest = line.split()
    return (first.startswith("c") and first != "colours") or (first in UNASKED and len(rest) > 0)


def _missing(puzzle: str) -> str:
    """A word on a file that does not hold the edges that it promises; "" where it does, or promises none."""
    lines = [line.split() for line in puzzle.split("/")]
    promised = next((line[3] for line in lines if line[0] == "p" and len(line) == 4), "")
    if not promised.isdecimal() or len(promised) > 9:
        return ""
    listed = sum(line[0] == "e" or (line[0].isdecimal() and len(line) == 2) for line in lines)
    if listed == int(promised) or listed == 2 * int(promised):  # each edge may stand there from both of its ends
        return ""
    distinct = len({frozenset(line[-2:]) for line in lines if line[0] == "e"})
    return "" if distinct == int(promised) else f"{listed} of {promised} promised edges are there"
