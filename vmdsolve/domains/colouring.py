"""Graph colouring: give every vertex one of k colours, so that no edge joins two vertices of the same colour.

The text is the DIMACS .col format with its number of colours. Lines of comments (`c ...`) and of values of vertices
(`n v x`) are dropped. An edge may be listed twice, or from either end; if not as many as promised are there, every
answer says so.
Known counts: the chromatic polynomial, k (k - 1)^(n - 1) for a tree of n vertices, (k - 1)^n + (-1)^n (k - 1) for a
cycle. Colours are interchangeable: a solution without givens is never alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any, Self

import numpy as np

from ..constraints import AllDifferent
from ..drawing import MOST_DRAWN, Sheet
from ..errors import InvalidInput, InvalidProblem
from ..problem import Constraint
from .base import CELL, SYMBOLS, Image
from .clued import Clued, Family, Fill
from .kind import Kind, number_in
from .lines import Lines
from .parts.graphs import Edge, cliques
from .parts.values import is_open, listed, short

__all__ = ["DOMAINS", "Colouring"]

MOST_VERTICES, MOST_EDGES = 65_536, 1 << 19
ACROSS = 10  # vertices a line of a drawing
EDGE = ("e", "E")


class Colouring(Clued):
    """A graph of `n` vertices to colour in `k` colours. Density: share of edges among the pairs of unlike colour."""

    name = "colouring"
    about = "Give every vertex of a graph one of k colours, so that no edge joins two of the same colour."
    text_form = (
        "`colours k`; `p edge vertices edges`; a line `e a b` an edge, vertices numbered from 1; perhaps one line with "
        "a character a vertex. That is a DIMACS .col file with its number of colours, which colouring:4 says, too; the "
        "number of vertices and then bare pairs `a b` are also read"
    )
    example = "colours 3/p edge 5 6/e 1 2/e 1 3/e 2 3/e 3 4/e 4 5/e 3 5/1...."
    many_answers = True
    words = "k=colours colors=colours nodes=vertices"
    sizes, size, density = range(2, 201), 20, 0.3
    colours: int | None = None  # where the text does not say

    def __init__(self, k: int, n: int, edges: Iterable[Edge]) -> None:
        self.edges = sorted({(a, b) if a < b else (b, a) for a, b in edges})
        self.symbols, self.shape = SYMBOLS[:k], (1, n)
        # without edges one vertex is held to be unlike itself alone: there are rules, and no board breaks them
        units = cliques(n, self.edges) or [[0]]
        self.constraints = tuple(AllDifferent(clique, "edge") for clique in units)
        listed = (f"e {a + 1} {b + 1}" for a, b in self.edges)
        self.clues = "/".join([f"colours {k}", f"p edge {n} {len(self.edges)}", *listed])

    @classmethod
    def read(cls, lines: Lines) -> tuple[Self, str]:
        if lines.places:
            kept = [not _is_comment(line) for line in lines.lines]
            lines.lines, lines.places = [*compress(lines.lines, kept)], [*compress(lines.places, kept)]
        k = cls.colours
        if lines.peek().startswith(("colours", "colors")):
            told = lines.number(lines.tokens("`colours k`", 2, whole=True)[1], "the number of colours", 1, len(SYMBOLS))
            if k is not None and told != k:
                lines.fail(f"it says {told} colours, and {k} are asked for; wanted the same, or the domain colouring")
            k = told
        head = lines.tokens("`p edge vertices edges`", whole=True)
        if k is None:
            lines.fail("wanted `colours k` before the graph, or a domain such as colouring:3")
        if len(head) != (4 if head[0] in "pP" else 1):
            lines.fail("wanted `p edge vertices edges`")
        n = lines.number(head[2 if head[0] in "pP" else 0], "the number of vertices", 1, MOST_VERTICES)
        promised = lines.number(head[3], "the number of edges") if len(head) == 4 else None
        edges = cls._edges(lines, n)
        board = cls(k, n, edges)
        different = len(board.edges)
        if promised is not None and promised not in (len(edges), different, 2 * different):
            board.note = f"{len(edges)} of {promised} promised edges are there"
        return board, lines.cells()

    @staticmethod
    def _edges(lines: Lines, n: int) -> list[Edge]:
        """The edges that the next lines list, between vertices that are counted from 1, or all of them from 0."""
        edges: list[Edge] = []
        last = zero = 0  # lines that name the last vertex by its number from 1, and vertex 0
        while len(words := lines.peek().split()) > 1:
            lines.taken += 1
            if len(edges) == MOST_EDGES:
                lines.fail(f"over {MOST_EDGES:,} edges are listed; wanted a smaller graph")
            if words[0] in EDGE:
                del words[0]
            first, second = (*words, "", "")[:2]
            a, b = (lines.number(word, "a vertex", int(word != "0"), n) for word in (first, second))
            if a == b or len(words) != 2:
                lines.fail("wanted `e a b`, an edge between two vertices")
            last, zero = (lines.taken if n in (a, b) else last), zero or not a or not b
            edges.append((a, b))
        if zero and last:
            lines.fail(f"vertices are counted both from 0 and up to {n}; wanted 1 to {n}, or 0 to {n - 1}", last)
        return [(a - 1, b - 1) for a, b in edges] if not zero else edges

    @classmethod
    def lines_of(cls, edges: Any, colours: int | None = None, vertices: Any = None, givens: Any = None) -> list[str]:
        """Edges are pairs of names of vertices, whatever they are called, or a graph with `nodes` and `edges`.

        Vertices are cells in the order of `vertices`, a list of names or how many, counted from 0; else sorted.
        Givens are a dict vertex -> colour, counted from 1.

        Examples
        --------
        >>> Colouring.lines_of([("a", "b"), ("b", "c")], colours=2)
        ['colours 2', 'p edge 3 2', 'e 1 2', 'e 2 3']
        """
        if hasattr(edges, "nodes") and hasattr(edges, "edges"):
            vertices, edges = list(edges.nodes) if vertices is None else vertices, list(edges.edges)
        every = listed(edges, cls.name, "edges")
        if len(every) > MOST_EDGES:
            raise InvalidProblem(f"colouring: {len(every):,} edges; wanted at most {MOST_EDGES:,}")
        pairs = [tuple(listed(edge, cls.name, "an edge"))[:2] for edge in every]
        if wrong := [pair for pair in pairs if len(pair) != 2 or pair[0] == pair[1]]:
            raise InvalidProblem(f"colouring: an edge is {short(wrong[0])}; wanted two different vertices")
        if vertices is None:
            names = list(dict.fromkeys(name for pair in pairs for name in pair))
            names = sorted(names) if len({*map(type, names)}) == 1 else names
        else:
            names = list(range(vertices)) if isinstance(vertices, int) else listed(vertices, cls.name, "vertices")
        number = {name: i for i, name in enumerate(names, 1)}
        if missing := [name for pair in pairs for name in pair if name not in number]:
            raise InvalidProblem(f"colouring: an edge names {short(missing[0])}, which is none of the vertices")
        lines = [] if colours is None else [f"colours {colours}"]
        lines += [f"p edge {len(names)} {len(pairs)}", *(f"e {number[a]} {number[b]}" for a, b in pairs)]
        if givens is not None:
            held = dict(givens) if hasattr(givens, "keys") else dict(zip(names, givens, strict=False))
            if wrong := [v for v in held.values() if not is_open(v) and v not in range(len(SYMBOLS) + 1)]:
                raise InvalidProblem(f"colouring: a colour is {short(wrong[0])}; wanted its number, from 1")
            shown = [0 if is_open(held.get(name)) else int(held[name]) for name in names]
            lines.append("".join(SYMBOLS[v - 1] if v else "." for v in shown))
        return lines

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

    def graph(self) -> Sequence[tuple[int, int]] | None:
        return self.edges if self.rules.L <= MOST_DRAWN else None

    def sheet(self) -> Sheet:
        n = self.rules.L
        vertices = [f"{v}: {CELL}" for v in range(1, n + 1)] + [""] * (-n % min(n, ACROSS))
        return Sheet([vertices[i : i + ACROSS] for i in range(0, len(vertices), ACROSS)])


def _is_comment(line: str) -> bool:
    """Of DIMACS: a comment, a value of a vertex, or the end of a DOS file; no edge and no number of colours."""
    word = line.split()[0].lower()
    return (word[0] == "c" and word not in ("colours", "colors")) or word in ("n", "\x1a")


def _in_colours(k: int) -> Family:
    """The family whose texts need not say how many colours there are."""
    if not 1 <= k <= len(SYMBOLS):
        raise InvalidInput(f"colouring has 1 to {len(SYMBOLS)} colours, got {k}")
    return Family(type(f"Colouring{k}", (Colouring,), {"name": f"colouring-{k}", "colours": k}))


DOMAINS = {
    "colouring": Kind(
        lambda size: _in_colours(number_in(size, "colouring")) if size else Family(Colouring),
        f"1 to {len(SYMBOLS)} colours",
        {"colouring": "", **{f"colouring-{k}": str(k) for k in range(2, 33)}}, default="",
        aliases=dict.fromkeys(("coloring", "graph-colouring", "graph-coloring", "graph-color", "graph-colour"), ""),
        bare=False,
    )
}  # fmt: skip
