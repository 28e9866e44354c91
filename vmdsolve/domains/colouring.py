"""Graph colouring: give every vertex one of k colours, so that no edge joins two vertices of the same colour.

Text form: `colours k`; `p edge vertices edges`; a line `e a b` an edge, vertices numbered from 1; then, if there are
givens, one line with a character a vertex. That is the DIMACS .col format with its number of colours; lines of
comments (`c ...`) are dropped, and a file may also hold the number of vertices and then bare pairs. The domain
`colouring-3` means 3 colours where the text says nothing. An edge may be listed twice, or from either end.
Known counts: the chromatic polynomial, k (k - 1)^(n - 1) for a tree of n vertices, (k - 1)^n + (-1)^n (k - 1) for a
cycle. Colours are interchangeable: a solution without givens is never alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Self

import numpy as np

from ..constraints import AllDifferent
from ..drawing import Sheet
from ..problem import Constraint
from .base import CELL, SYMBOLS, Domain, Image
from .clued import Clued, Family, Fill, Lines
from .parts.graphs import Edge, cliques

__all__ = ["DOMAINS", "Colouring"]

MOST_VERTICES = 65_536
ACROSS = 10  # vertices a line of a drawing


class Colouring(Clued):
    """A graph of `n` vertices to colour in `k` colours. Density: share of edges among the pairs of unlike colour."""

    name = "colouring"
    sizes, size, density = range(2, 201), 20, 0.3
    colours: int | None = None  # where the text does not say

    def __init__(self, k: int, n: int, edges: Iterable[Edge]) -> None:
        self.edges = sorted({(min(edge), max(edge)) for edge in edges})
        self.symbols, self.shape = SYMBOLS[:k], (1, n)
        self.constraints = tuple(AllDifferent(clique, "edge") for clique in cliques(n, self.edges))
        listed = (f"e {a + 1} {b + 1}" for a, b in self.edges)
        self.clues = "/".join([f"colours {k}", f"p edge {n} {len(self.edges)}", *listed])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        lines.lines = [line for line in lines.lines if line.split()[0] != "c"]
        k = cls.colours
        if lines.peek().startswith("colours"):
            k = lines.number(lines.tokens("`colours k`", 2)[1], "the number of colours", 1, len(SYMBOLS))
        head = lines.tokens("`p edge vertices edges`")
        if k is None:
            lines.fail("wanted `colours k` before the graph, or a domain such as colouring-3")
        if len(head) != (4 if head[0] == "p" else 1):
            lines.fail("wanted `p edge vertices edges`")
        n = lines.number(head[2 if head[0] == "p" else 0], "the number of vertices", 1, MOST_VERTICES)
        edges = []
        while len(lines.peek().split()) > 1:
            tokens = lines.tokens("an edge")
            tokens = tokens[1:] if tokens[0] == "e" else tokens
            a, b = (lines.number(token, "a vertex", 1, n) - 1 for token in (*tokens, "", "")[:2])
            if a == b or len(tokens) != 2:
                lines.fail("wanted `e a b`, an edge between two vertices")
            edges.append((a, b))
        return cls(k, n, edges), lines.cells()

    @classmethod
    def invent(cls, rng: np.random.Generator, size: int, density: float, fill: Fill) -> Self:
        del fill  # the colours are drawn first
        k = cls.colours or 3
        drawn = rng.integers(k, size=size)
        first, second = np.nonzero(np.triu((drawn[:, None] != drawn) & (rng.random((size, size)) < density)))
        return cls(k, size, zip(first.tolist(), second.tolist(), strict=True))

    def image(self, rng: np.random.Generator) -> Image:
        """Number the vertices, and the colours, anew."""
        places = rng.permutation(self.rules.L).tolist()
        edges = ((places[a], places[b]) for a, b in self.edges)
        k = len(self.symbols)
        return type(self)(k, len(places), edges), np.argsort(places), rng.permutation(k)

    def cell_name(self, cell: int) -> str:
        return f"vertex {cell + 1}"

    def unit_text(self, constraint: Constraint) -> str:
        return f"the joined {self.cells_text(constraint.cells)}"

    def rule_text(self, constraint: Constraint) -> str:
        return f"{self.cells_text(constraint.cells)} are joined, so no two are alike"

    def sheet(self) -> Sheet:
        n = self.rules.L
        vertices = [f"{v}: {CELL}" for v in range(1, n + 1)] + [""] * (-n % min(n, ACROSS))
        return Sheet([vertices[i : i + ACROSS] for i in range(0, len(vertices), ACROSS)])


def _in_colours(k: int) -> Family:
    """The family whose texts need not say how many colours there are."""
    return Family(type(f"Colouring{k}", (Colouring,), {"name": f"colouring-{k}", "colours": k}))


DOMAINS: dict[str, Callable[[], Domain]] = {
    "colouring": lambda: Family(Colouring),
    **{f"colouring-{k}": partial(_in_colours, k) for k in range(2, 33)},
}
