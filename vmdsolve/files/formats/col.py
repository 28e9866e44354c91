"""col: a graph in DIMACS form, as one puzzle: to colour in as many colours as the domain says (colouring-5)."""

from __future__ import annotations

from ...domains import Domain
from ...errors import InvalidInput
from .whole import Puzzle, WholeFile

__all__ = ["Col"]


class Col(WholeFile):
    reads = (".col",)

    def puzzle_of(self, text: str, domain: Domain | None) -> Puzzle:
        if domain is None:
            raise InvalidInput("this is a graph; say in how many colours, as domain colouring-5 does")
        lines = (line.strip() for line in text.splitlines())
        return "/".join(line for line in lines if line and line.split()[0] != "c"), None
