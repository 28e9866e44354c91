"""Graph colouring: cliques, the forms in which graphs are written, and what the messages call a cell."""

from __future__ import annotations

import tracemalloc
from itertools import combinations

import pytest
from helpers.ticking import TICK, ticking
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.domains import colouring, get, layout_of
from vmdsolve.domains.parts import graphs
from vmdsolve.domains.parts.graphs import cliques
from vmdsolve.errors import InvalidInput
from vmdsolve.search import SearchStatus, solve_values

PAIRS = list(combinations(range(9), 2))


@settings(deadline=None)
@given(edges=st.lists(st.sampled_from(PAIRS), unique=True))
def test_cliques_hold_every_edge_and_nothing_else(edges: list[tuple[int, int]]) -> None:
    found = cliques(9, edges)
    assert {pair for clique in found for pair in combinations(clique, 2)} == set(edges)
    assert all(sorted(set(clique)) == clique for clique in found)
    assert not any(set(a) < set(b) for a in found for b in found)


def greedily(n: int, edges: list[tuple[int, int]]) -> list[list[int]]:
    """What `cliques` says it finds, word for word."""
    joined = {v: {a + b - v for a, b in edges if v in (a, b)} for v in range(n)}
    left, out = {frozenset(edge) for edge in edges}, []
    for a, b in edges:
        if frozenset((a, b)) not in left:
            continue
        clique = [a, b]
        while common := [v for v in range(n) if all(v in joined[w] for w in clique)]:
            brings = {v: [frozenset((w, v)) in left for w in (a, b)] for v in common}
            rank = {v: (all(brings[v]), *brings[v], -v) for v in common}
            clique.append(max(common, key=rank.__getitem__))
        left -= {frozenset(pair) for pair in combinations(clique, 2)}
        out.append(sorted(clique))
    return out


@settings(deadline=None)
@given(edges=st.sets(st.sampled_from(PAIRS)).map(sorted))
def test_cliques_are_the_same_whatever_sets_are_made_of(edges: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert cliques(9, edges) == greedily(9, edges)
        patch.setattr(graphs, "MOST_BITS", 0)
        assert cliques(9, edges) == greedily(9, edges)
        patch.setattr(graphs, "WORK", 0)
        assert cliques(9, edges) == [[*edge] for edge in edges]


def test_a_complete_graph_is_one_clique() -> None:
    assert cliques(9, PAIRS) == [list(range(9))]


STAR, PATH = [(0, v) for v in range(1, 65_536)], [(v, v + 1) for v in range(65_535)]


@pytest.mark.slow
@pytest.mark.parametrize("edges", [STAR, PATH], ids=["star", "path"])
def test_a_sparse_graph_takes_work_and_memory_by_its_edges(edges: list[tuple[int, int]]) -> None:
    with ticking() as gone:
        assert len(cliques(65_536, edges)) == 65_535
        assert gone() < 15 * len(edges) * TICK
    tracemalloc.start()
    cliques(65_536, edges)
    assert tracemalloc.get_traced_memory()[1] < 1000 * len(edges)
    tracemalloc.stop()


def test_more_edges_than_anybody_colours_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(colouring, "MOST_EDGES", 3)
    assert get("colouring-3").parse("p edge 4 3/e 1 2/e 2 3/e 3 4").rules.L == 4
    with pytest.raises(InvalidInput, match="line 5: over 3 edges are listed; wanted a smaller graph"):
        get("colouring-3").parse("p edge 4 4/e 1 2/e 2 3/e 3 4/e 1 4")
    with pytest.raises(InvalidInput, match="4 edges; wanted at most 3"):
        get("colouring-3").problem([(0, 1), (1, 2), (2, 3), (0, 3)])


@pytest.mark.parametrize(
    "text",
    [
        "c a path\np edge 3 2\ne 1 2\ne 2 3\n",
        "p col 3 4\nc from both ends\ne 1 2\ne 2 1\ne 3 2\ne 2 3\n",
        "3\n1\t2\n2 3\n",
        "colours 2/p edge 3 2/e 2 3/e 2 1",
    ],
)
def test_a_graph_is_read_from_every_form(text: str) -> None:
    problem = get("colouring-2").parse(text)
    assert layout_of(problem).clues == "colours 2/p edge 3 2/e 1 2/e 2 3"
    assert layout_of(problem).cell_name(2) == "vertex 3"
    assert vmdsolve.solve(problem.layout.write(problem.values) + "/.2.", domain="colouring").text == "121"


def test_a_text_that_says_another_number_of_colours_than_is_asked_for_is_refused() -> None:
    assert layout_of(get("colouring-3").parse("colours 3/p edge 2 1/e 1 2")).symbols == "123"
    with pytest.raises(InvalidInput, match=r"line 1: it says 3 colours, and 2 are asked for; wanted the same, or the"):
        get("colouring-2").parse("colours 3/p edge 2 1/e 1 2")


def test_colours_may_be_exchanged_and_vertices_numbered_anew() -> None:
    rules = get("colouring-4").parse("p edge 5 5/e 1 2/e 2 3/e 3 4/e 4 5/e 5 1").rules
    assert solve_values(rules, [[-1] * 5], limit=None).counts[0] % 24 == 0  # no solution uses fewer than 3 colours


def test_a_drawing_numbers_the_vertices() -> None:
    problem = get("colouring-2").parse("12/1 12/2...........".replace("/2", "/1 2/2"))
    assert problem.layout.render(problem.values).splitlines() == [
        " 1: 2  2: . 3: . 4: . 5: . 6: . 7: . 8: . 9: . 10: .",
        "11: . 12: .                                         ",
    ]


@pytest.mark.parametrize(("n", "can"), [(6, False), (7, True), (8, False), (9, False), (10, False), (11, True)])
def test_boards_of_queens_are_coloured_in_as_many_colours_as_rows_or_it_is_proved_that_none_is(
    n: int, can: bool
) -> None:
    """Which of them can, is known: Vasquez, New results on the queens_n2 graph coloring problem, 2004."""
    squares = [divmod(cell, n) for cell in range(n * n)]
    edges = [
        (a, b)
        for a, b in combinations(range(n * n), 2)
        if 0 in (down := squares[a][0] - squares[b][0], right := squares[a][1] - squares[b][1])
        or abs(down) == abs(right)
    ]
    problem = get("colouring").problem(edges, colours=n, vertices=n * n)
    result = solve_values(problem.rules, [problem.values], node_limit=30_000)
    assert SearchStatus(result.status[0]) is (SearchStatus.SOLVED if can else SearchStatus.UNSATISFIABLE)
    assert not can or all(result.values[0][a] != result.values[0][b] for a, b in edges)
