"""What graph problems share: edges that say "unlike", gathered into cliques."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Edge", "cliques"]

Edge = tuple[int, int]


def cliques(n: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Cliques of the graph that together hold every edge, found greedily: larger ones say more at once.

    Examples
    --------
    >>> cliques(4, [(0, 1), (0, 2), (1, 2), (2, 3)])
    [[0, 1, 2], [2, 3]]
    """
    joined = [0] * n  # bit b of joined[a]: an edge joins a and b
    for a, b in edges:
        joined[a] |= 1 << b
        joined[b] |= 1 << a
    left, out = list(joined), []  # edges that no clique holds yet
    for a, b in edges:
        if not left[a] >> b & 1:
            continue
        clique, common = [a, b], joined[a] & joined[b]
        while common:
            fresh = common & left[a] & left[b] or common & left[a] or common & left[b] or common
            clique.append((fresh & -fresh).bit_length() - 1)
            common &= joined[clique[-1]]
        held = sum(1 << v for v in clique)
        for v in clique:
            left[v] &= ~held
        out.append(sorted(clique))
    return out
