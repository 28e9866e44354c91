"""The training data of one set of weights for colouring any graph: each step draws graphs, of one number of colours.

They lie side by side as one graph, so that a step sees many of them; weights know neither vertices nor colours, and
where graphs are not joined nothing is said from one to another.
"""

from __future__ import annotations

import numpy as np

from ..domains import Domain
from ..domains.colouring import Colouring
from ..model.sizes import Sizes
from ..problem import OPEN
from ..search import SearchStatus, solve_values
from .mixture import Mixture

__all__ = ["COLOURS", "VERTICES", "Graphs", "random_graph"]

COLOURS, VERTICES = (3, 6), (6, 32)  # the fewest and the most
TOGETHER = 96  # vertices at least that a step's graphs have together
# Edges a vertex has on average, where random graphs of so many colours begin to have no colouring (Krivelevich & Vu,
# 2002, and others); the hardest are just below.
MOST_JOINED = {3: 4.7, 4: 8.9, 5: 13.7, 6: 19.0}
NODES = 2000  # propagations that a graph may take to be coloured


def random_graph(rng: np.random.Generator, colours: int, vertices: int) -> Colouring:
    """A random graph that has a colouring: each pair of vertices is joined with the same chance, drawn first.

    Examples
    --------
    >>> random_graph(np.random.default_rng(0), 3, 8).rules.L
    8
    """
    while True:
        chance = min(1.0, rng.uniform(1, MOST_JOINED[colours]) / (vertices - 1))
        a, b = np.nonzero(np.triu(rng.random((vertices, vertices)) < chance, 1))
        graph = Colouring(colours, vertices, zip(a.tolist(), b.tolist(), strict=True))
        found = solve_values(graph.rules, np.full((1, vertices), OPEN), node_limit=NODES, threads=1)
        if len(a) and found.status[0] == SearchStatus.SOLVED:
            return graph


class Graphs(Mixture):
    """Random graphs; the numbers of vertices and colours are between the fewest and the most."""

    name = Colouring.name
    relations = ("edge",)
    sources = ("answers", "problems")
    many_answers = True
    pool = "sum"

    def __init__(self, together: int = TOGETHER) -> None:
        self.together = together

    @property
    def sizes(self) -> Sizes:
        return Sizes((1, VERTICES[1]), COLOURS)

    @property
    def kinds(self) -> str:
        few, most = "{} to {}".format(*VERTICES), "{} to {}".format(*COLOURS)
        return f"random graphs of {few} vertices in {most} colours, {self.together} or more vertices a step"

    def domain_at(self, rng: np.random.Generator) -> Domain:
        """The graphs of one step, as one.

        Examples
        --------
        >>> graphs = Graphs(together=20).domain_at(np.random.default_rng(3))
        >>> graphs.rules.L >= 20, graphs.rules.relations
        (True, ('edge',))
        """
        colours = _between(rng, COLOURS)
        vertices, edges = 0, []
        while vertices < self.together:
            graph = random_graph(rng, colours, _between(rng, VERTICES))
            edges += [(a + vertices, b + vertices) for a, b in graph.edges]
            vertices += graph.rules.L
        return Colouring(colours, vertices, edges)

    def examples(self, n: int, rng: np.random.Generator) -> list[Domain]:
        """So many graphs, one by one."""
        return [random_graph(rng, _between(rng, COLOURS), _between(rng, VERTICES)) for _ in range(n)]


def _between(rng: np.random.Generator, bounds: tuple[int, int]) -> int:
    return int(rng.integers(bounds[0], bounds[1] + 1))
