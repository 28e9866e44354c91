"""What graph problems share: edges that say "unlike", gathered into cliques."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ...deadline import stop_point

__all__ = ["Edge", "cliques"]

Edge = tuple[int, int]
MOST_BITS = 1 << 26  # of the neighbours of all vertices, a bit each; beyond that they are sets of numbers
WORK = 1 << 23  # numbers that are looked at for common neighbours: seconds; edges that are left then stay pairs
SOME = 1024  # edges between two looks at the clock


def cliques(n: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Cliques of the graph that together hold every edge, found greedily: larger ones say more at once.

    Time and memory are linear in the number of edges, or bounded: of a large graph with many triangles some stay pairs.

    Examples
    --------
    >>> cliques(4, [(0, 1), (0, 2), (1, 2), (2, 3)])
    [[0, 1, 2], [2, 3]]
    """
    graph = (_Bits if n * n <= MOST_BITS else _Numbers)(n, edges)
    out = []
    for number, (a, b) in enumerate(edges):
        if not number % SOME:
            stop_point()
        if not graph.holds(a, b):
            clique = graph.grown(a, b)
            if len(clique) > 2:  # one that cannot grow is in no other
                graph.hold(clique)
            out.append(sorted(clique))
    return out


class _Bits:
    """A graph whose sets of vertices are ints, bit v for v: quick where it is small or dense."""

    def __init__(self, n: int, edges: Sequence[Edge]) -> None:
        self.joined: list[Any] = [0] * n  # the neighbours of each vertex
        self.held: Any = [0] * n  # those that some clique holds with it
        for a, b in edges:
            self.joined[a] |= 1 << b
            self.joined[b] |= 1 << a

    def grown(self, a: int, b: int) -> list[int]:
        """An edge, and one by one the vertices joined to all before, those first that bring edges not yet held."""
        clique, common = [a, b], self.common(a, b)
        while common:
            new_to_a = self.without(common, self.held[a])
            fresh = self.without(new_to_a, self.held[b]) or new_to_a or self.without(common, self.held[b]) or common
            clique.append(self.first(fresh))
            common = common & self.joined[clique[-1]]
        return clique

    def common(self, a: int, b: int) -> Any:
        return self.joined[a] & self.joined[b]

    def without(self, vertices: Any, others: Any) -> Any:
        return vertices & ~others

    def first(self, vertices: Any) -> int:
        lowest: int = (vertices & -vertices).bit_length() - 1
        return lowest

    def holds(self, a: int, b: int) -> bool:
        return bool(self.held[a] >> b & 1)

    def hold(self, clique: list[int]) -> None:
        together = sum(1 << v for v in clique)
        for v in clique:
            self.held[v] |= together


class _Numbers(_Bits):
    """The same with sets of numbers: linear where it is large and sparse."""

    def __init__(self, n: int, edges: Sequence[Edge]) -> None:
        self.joined = [set() for _ in range(n)]
        self.held, self.work = defaultdict(set), 0
        for a, b in edges:
            self.joined[a].add(b)
            self.joined[b].add(a)

    def common(self, a: int, b: int) -> Any:
        self.work += min(len(self.joined[a]), len(self.joined[b]))
        found = super().common(a, b) if self.work <= WORK else set()
        self.work += len(found) ** 2  # at most, while the clique grows
        return found

    def without(self, vertices: Any, others: Any) -> Any:
        return vertices - others

    def first(self, vertices: Any) -> int:
        lowest: int = min(vertices)
        return lowest

    def holds(self, a: int, b: int) -> bool:
        return a in self.held and b in self.held[a]

    def hold(self, clique: list[int]) -> None:
        for v in clique:
            self.held[v].update(clique)
