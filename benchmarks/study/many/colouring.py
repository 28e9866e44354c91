"""`colouring`: random graphs of 8 and 10 vertices in 3 and 4 colours; colours that change places make another answer.

Graphs are Erdos and Renyi's, every edge there with the same probability, drawn again until there is a colouring and not
more of them than are enumerated. Training sees one fresh graph a step; those that are asked come from other seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from vmdsolve.domains import get
from vmdsolve.domains.clued import Family
from vmdsolve.domains.colouring import Colouring
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import Law
from vmdsolve.problem import OPEN, Board
from vmdsolve.train import Recipe

from .run import benchmark
from .subjects import MOST_ANSWERS, Fresh, Posed, Setting, Subject, rng_of

__all__ = ["coloured", "graph", "run", "subject"]


class Sort(NamedTuple):
    """Graphs of n vertices in k colours, an edge with probability `density`."""

    n: int
    k: int
    density: float


SORTS = (Sort(8, 3, 0.40), Sort(10, 3, 0.35), Sort(8, 4, 0.55), Sort(10, 4, 0.50))


def coloured(n: int, k: int, edges: list[tuple[int, int]], most: int = MOST_ANSWERS) -> Board | None:
    """All colourings [S, n], vertex by vertex; None where a part of the graph has many times `most`."""
    boards = np.zeros((1, 0), np.int32)
    for vertex in range(n):
        wide = np.repeat(boards, k, axis=0)
        added = np.tile(np.arange(k, dtype=np.int32), len(boards))
        others = [a + b - vertex for a, b in edges if max(a, b) == vertex]
        fits = (wide[:, others] != added[:, None]).all(axis=1)
        boards = np.column_stack([wide, added])[fits]
        if len(boards) > 64 * most:
            return None
    return boards


def name_of(sort: Sort) -> str:
    """What the set is called."""
    return f"{sort.n}-vertices-{sort.k}-colours"


def graph(sort: Sort, rng: np.random.Generator) -> tuple[Colouring, Law]:
    """A graph with the law of its colourings."""
    family = get(f"colouring-{sort.k}")
    if not (isinstance(family, Family) and issubclass(family.kind, Colouring)):
        raise InvalidInput(f"{family.name} is no family of graphs")
    while True:
        there = np.triu(rng.random((sort.n, sort.n)) < sort.density, 1)
        edges = [(int(a), int(b)) for a, b in np.argwhere(there)]
        boards = coloured(sort.n, sort.k, edges)
        if boards is not None and 0 < len(boards) <= MOST_ANSWERS:
            return family.kind(sort.k, sort.n, edges), Law(boards, np.full(len(boards), 1 / len(boards)))


def posed(sort: Sort, n: int, seed: int) -> list[Posed]:
    """n graphs, nothing given."""
    rng = rng_of(seed, sort.n, sort.k)
    graphs = (graph(sort, rng) for _ in range(n))
    return [Posed(domain, np.full(sort.n, OPEN, np.int32), law, True) for domain, law in graphs]


def renamed(boards: Board) -> list[bytes]:
    """Boards [n, L] with colours named in the order in which vertices have them."""
    out = []
    for board in boards:
        names: dict[int, int] = {}
        out.append(bytes(names.setdefault(int(colour), len(names)) for colour in board))
    return out


def subject(sort: Sort) -> Subject:
    """Graphs of one sort."""
    domain, _ = graph(sort, np.random.default_rng(0))

    def stream(recipe: Recipe, z_width: int) -> Fresh:
        return Fresh(partial(graph, sort), recipe, z_width)

    setting = Setting(width=48, steps=2000, questions=3, pool="sum")
    return Subject(name_of(sort), domain, setting, partial(posed, sort), stream, key=renamed)


SETS: dict[str, Callable[[], Subject]] = {name_of(sort): partial(subject, sort) for sort in SORTS}
run = benchmark("colouring", "Random graphs in 3 and 4 colours: many answers, few steps.", SETS)
