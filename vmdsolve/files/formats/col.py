"""col: a graph in DIMACS form, as one puzzle: to colour in as many colours as the domain says (colouring-5).

Comments, lines `n vertex weight` and what else colouring does not ask for are left out, upper case and the ^Z of DOS
are read. Whether all edges that the file promises are there, the domain says.
"""

from __future__ import annotations

from ...domains import Domain
from ...errors import InvalidInput
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


def _is_unasked(line: str) -> bool:
    first, *rest = line.split()
    return (first.startswith("c") and first != "colours") or (first in UNASKED and len(rest) > 0)
