"""Problems from Python values: what each kind takes, and that it says the same as the text."""

from __future__ import annotations

import inspect
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve.api.generate import generate
from vmdsolve.domains import Family, get, layout_of, names
from vmdsolve.domains.parts.sides import Sided
from vmdsolve.errors import InvalidInput

CLUED = [name for name in names() if isinstance(get(name), Family) and "-" not in name]


def as_values(board: Any) -> dict[str, Any]:
    """What a Python program would hold of a board."""
    n = board.shape[0]

    def pair(cell: int) -> tuple[int, int]:
        return divmod(cell, n)

    if isinstance(board, Sided):
        top, bottom, left, right = ([c or None for c in board.sides[i : i + n]] for i in range(0, 4 * n, n))
        last = {"last": board.symbols[-1]} if board.name == "endview" else {}
        return {"top": top, "bottom": bottom, "left": left, "right": right, **last}
    columns = board.shape[1]
    return {
        "arrow": lambda: {"lines": [[pair(c) for c in line] for line in board.lines], "size": n},
        "thermo": lambda: {"lines": [[pair(c) for c in line] for line in board.lines], "size": n},
        "consecutive": lambda: {"bars": [(pair(a), pair(b)) for a, b in sorted(board.bars)], "size": n},
        "cryptarithm": lambda: {"words": board.equation},
        "hitori": lambda: {"numbers": board.printed.tolist()},
        "kakurasu": lambda: {"above": board.clues_of[:columns], "left": board.clues_of[columns:]},
        "mathrax": lambda: {"circles": [[board.circles.get(r * n + c) for c in range(n - 1)] for r in range(n - 1)]},
        "minesweeper": lambda: {
            "squares": [[None if s == "□" else s for s in row] for row in board.squares], "mines": board.mines,
        },
        "renban": lambda: {"regions": board.regions.reshape(n, n).tolist()},
        "samurai": lambda: {
            "givens": [["@" if s == "" else None for s in row] for row in board.squares],
            "corners": board.corners, "order": board.n,
        },
        "sandwich": lambda: {"above": board.between[:n], "left": board.between[n:]},
        "str8ts": lambda: {"squares": [[None if s == "□" else s for s in row] for row in board.squares]},
        "suguru": lambda: {"regions": board.regions.reshape(board.shape).tolist()},
        "tango": lambda: {
            "givens": [[None] * columns] * n,
            "signs": [(pair(a), sign, pair(b)) for (a, b), sign in board.signs.items()],
        },
        "tenner": lambda: {"totals": board.totals, "givens": [[None] * columns] * n},
        "thermometers": lambda: {
            "above": board.clues_of[:columns], "left": board.clues_of[columns:],
            "cells": [row.split() for row in board.clues.split("/")[3:]],
        },
        "trinairo": lambda: {
            "cells": [["-x" if r * columns + c in board.marked else None for c in range(columns)] for r in range(n)]
        },
        "akari": lambda: {"squares": [[None if s == "□" else s for s in row] for row in board.squares]},
        "colouring": lambda: {"edges": board.edges, "vertices": board.rules.L, "colours": len(board.symbols)},
        "futoshiki": lambda: {"less": [(pair(a), pair(b)) for a, b in board.less], "size": n},
        "jigsaw": lambda: {"regions": board.regions.reshape(n, n)},
        "kakuro": lambda: {"squares": [[None if s == "□" else s for s in row] for row in board.squares]},
        "kenken": lambda: {"cages": [(label, [pair(c) for c in cells]) for label, cells in board.cages], "size": n},
        "killer": lambda: {"cages": [(total, [pair(c) for c in cells]) for total, cells in board.cages]},
        "nonogram": lambda: {"rows": board.rows, "columns": board.columns},
        "starbattle": lambda: {"regions": board.regions.reshape(n, n).tolist(), "stars": board.stars},
        "takuzu": lambda: {"givens": [[None] * board.shape[1]] * n, "distinct": board.distinct},
        "zebra": lambda: {"attributes": board.attributes, "clues": board.said},
    }[board.name]()  # fmt: skip


@pytest.mark.parametrize("name", CLUED)
def test_values_say_the_same_as_the_text(name: str) -> None:
    for problem, _ in generate(name, 4, seed=3, size=get(name).kind.sizes[1]):
        board = layout_of(problem)
        values = as_values(board)
        again = get(name).problem(**values)
        assert again.rules.constraints == board.rules.constraints
        assert layout_of(again).clues == board.clues
        assert vmdsolve.check({"domain": name, **values}, again) == []
        if name != "jigsaw":  # an array is no JSON
            assert get(name).parse(json.dumps(values)).rules.constraints == board.rules.constraints


def test_givens_come_as_rows_of_symbols_numbers_or_nothing() -> None:
    regions = ["AABB", "AABB", "CCDD", "CCDD"]
    for givens in ([[1, None, None, None], *[[None] * 4] * 3], ["1...", "....", "....", "...."], np.diag([1, 0, 0, 0])):
        for key in ("givens", "grid", "puzzle"):
            problem = get("jigsaw").problem(**{"regions": regions, key: givens})
            assert problem.values.tolist() == [0] + [-1] * 15


@pytest.mark.parametrize(
    "cage",
    [
        (3, [(0, 0), (0, 1)]),
        ([(0, 0), (0, 1)], 3),
        (3, ["r1c1", "R1C2"]),
        {"cells": [[0, 0], [0, 1]], "sum": 3},
        {"cells": ["R1C1", "R1C2"], "value": "3"},
        (np.int64(3), np.array([[0, 0], [0, 1]])),
    ],
)
def test_a_cage_is_held_in_many_ways(cage: Any) -> None:
    problem = get("killer").problem([cage], size=4)
    assert problem.layout.cages == [(3, [0, 1])]


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("killer", {"cages": [(3, [(0, 4)])], "size": 4}, "a cell is (0, 4); wanted (row, column) from (0, 0)"),
        ("killer", {"cages": [(3, ["r0c1"])], "size": 4}, "a cell is 'r0c1'; wanted (row, column) from (0, 0)"),
        ("killer", {"cages": [(3, [(0, 0)]), (3, [(0, 0)])], "size": 4}, "row 1, column 1 is in cages twice"),
        ("killer", {"cages": [(3, [(0, 0), (0, 1)])]}, "nothing says the size of the board; add size="),
        ("killer", {"cages": [(3, [0, 1])], "size": 4}, "a cage is (3, [0, 1]); wanted (total, cells)"),
        ("killer", {"cages": [], "size": "9"}, "size is '9'; wanted a whole number from 1 to 64"),
        ("killer", {"cage": []}, "killer: missing a required argument: 'cages'; wanted cages, size=None, givens=None"),
        ("killer", {"cages": [], "size": 4, "grid": [], "puzzle": []}, "two say the same; leave one out"),
        ("jigsaw", {"regions": ["AB", "A"]}, "row 2 of regions has 1 entry; wanted 2"),
        ("jigsaw", {"regions": ["AA", "AB"]}, "regions of 3, 1 cells; wanted 2 of 2 cells"),
        ("jigsaw", {"regions": ["AB", "AB"], "givens": ["1.", "."]}, "row 2 of givens has 1 entry; wanted 2"),
        ("jigsaw", {"regions": ["AB", "AB"], "givens": [[3, None], [None, None]]}, "row 1, column 1 holds '3'"),
        ("jigsaw", {"regions": ["AB", "AB"], "givens": [[1.5, None], [None, None]]}, "givens holds 1.5; wanted a"),
        ("starbattle", {"regions": 5}, "regions is 5; wanted a list"),
        ("nonogram", {"rows": [[3], [1]], "columns": [[1], [1]]}, "runs of a row is '3'; wanted a whole number"),
        ("nonogram", {"rows": [{}, [1]], "columns": [[1], [1]]}, "runs is {}; wanted a list"),
        ("futoshiki", {"less": [((0, 0), (1, 1))], "size": 3}, "wanted two neighbouring cells"),
        ("futoshiki", {"less": [(0, 0, 0, 0)], "size": 3}, "a sign is (0, 0, 0, 0); wanted two cells"),
        ("skyscrapers", {"top": [1, 2], "left": [1, 2, 3]}, "row 3 of clues of a side has 3 entries; wanted 2"),
        ("skyscrapers", {"diagonals": True}, "nothing says the size of the board; add size="),
        ("zebra", {"attributes": {"a": ["k/m", "l"]}, "clues": []}, "an item is called 'k/m'; wanted a name without"),
        ("zebra", {"attributes": [], "clues": []}, "attributes are []; wanted a dict of lists of names"),
        ("zebra", {"attributes": {"a": ["k", "l"]}, "clues": ["k = m"]}, "'m' is no item"),
        ("zebra", {"attributes": {"a": ["k", "l"]}, "clues": [], "givens": {"m": 1}}, "'m' is no item"),
        ("zebra", {"attributes": {"a": ["k", "l"]}, "clues": [], "givens": {"k": 0}}, "a house is 0; wanted"),
        ("colouring", {"edges": [(1, 1)], "colours": 2}, "an edge is (1, 1); wanted two different vertices"),
        ("colouring", {"edges": [(1, 2)], "k": 2, "vertices": [1]}, "an edge names 2, which"),
        ("colouring", {"edges": [(1, 2)]}, "wanted `colours k` before the graph, or a domain such as colouring:3"),
        ("kakuro", {"squares": [["-", "a b"], ["-", None]]}, "a square is 'a b'; wanted a cell, a wall"),
        ("akari", {"squares": [[None, 7]]}, "row 1, column 2 is '7'; wanted '-', x or 0 to 4"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_in_words(name: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(vmdsolve.InvalidInput) as caught:
        get(name).problem(**values)
    assert message in str(caught.value)
    assert "line" not in str(caught.value).split(";")[0]


def test_a_graph_has_vertices_of_any_name() -> None:
    for edges in ([("a", "b"), ("b", "c")], [(0, 1), (1, 2)], [(7, 8), (8, 9)]):
        assert layout_of(get("colouring:2").problem(edges)).clues == "colours 2/p edge 3 2/e 1 2/e 2 3"

    class Graph:
        nodes, edges = ["c", "b", "a"], [("a", "b"), ("b", "c")]

    assert layout_of(get("colouring:2").problem(Graph())).clues == "colours 2/p edge 3 2/e 1 2/e 2 3"
    assert get("colouring").problem([("a", "b")], k=3, givens={"b": 2}).values.tolist() == [-1, 1]


def test_names_of_a_zebra_may_have_blanks() -> None:
    told = {
        "attributes": {"pet": ["red fox", "dog"], "hue": ["red", "blue"]},
        "clues": ["red fox = red", ["dog", "at", 2]],
    }
    problem = get("zebra").problem(**told, givens={"dog": 2})
    assert list(layout_of(problem).cell) == ["red-fox", "dog", "red", "blue"]
    assert vmdsolve.solve(problem, method="search").text == "1212"


def test_an_object_is_solved_and_answered_in_rows() -> None:
    object_ = {"domain": "killer", "cages": [(3, [(0, 0), (0, 1)])], "size": 4}
    assert vmdsolve.solve(object_, method="search").grid[0][:2] in ([1, 2], [2, 1])
    assert vmdsolve.solve({"kind": "sudoku:4", "puzzle": "1" + "." * 15, "id": 7}, method="search").text[0] == "1"
    assert vmdsolve.solve({"puzzle": "1" + "." * 15, "rating": 3}, method="search").text[0] == "1"
    assert vmdsolve.solve({"cages": [], "size": 4}, domain="killer", method="search").status.has_solution
    both = [object_, "1" + "." * 15]
    assert all(solution.status.has_solution for solution in vmdsolve.solve_batch(both, method="search"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10) | st.floats() | st.text("AB1-. r1c1<", max_size=3),
    lambda held: st.lists(held, max_size=3) | st.dictionaries(st.sampled_from(["cells", "sum", "a"]), held, max_size=2),
    max_leaves=8,
)


@pytest.mark.parametrize("name", CLUED)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_no_values_do_worse_than_be_refused(name: str, data: st.DataObject) -> None:
    wanted = inspect.signature(get(name).kind.lines_of).parameters
    values = {key: data.draw(JSON) for key in wanted if data.draw(st.integers(0, 3))}
    try:
        problem = get(name).problem(**values)
    except vmdsolve.InvalidInput:
        return
    text = layout_of(problem).write(problem.values)
    assert get(name).parse(text).values.tolist() == problem.values.tolist()


@pytest.mark.parametrize(
    ("object_", "domain", "message"),
    [
        ({"cages": []}, None, "an object has the keys cages; wanted its kind under 'domain', such as 'killer'"),
        ({"domain": "sudoku", "cages": []}, None, "an object has the keys domain, cages; wanted one of"),
        (
            {"domain": "sudoku", "puzzle": "." * 81},
            "latin:9",
            "its domain is 'sudoku', not 'latin-9'",
        ),
        ({"domain": "sudoku", "kind": "sudoku"}, None, "names its kind twice"),
        ({"domain": "sudokku", "puzzle": ""}, None, "unknown domain 'sudokku'; the nearest are sudoku"),
        ({}, None, "an object has the keys ; wanted its kind"),
    ],
)
def test_an_object_that_does_not_say_enough_is_refused(object_: Any, domain: str | None, message: str) -> None:
    with pytest.raises(vmdsolve.InvalidInput) as caught:
        vmdsolve.solve(object_, domain=domain, method="search")
    assert message in str(caught.value)


OPEN = [-1] * 4
TAKUZU, FILLED = [[0, -1, -1, 1], OPEN, OPEN, OPEN], [[0, 1, 0, 1], [1, 0, 0, 1], [1, 0, 1, 0], [0, 1, 1, 0]]
REGIONS, STARS = ["AABBC", "AABBC", "DDBCC", "DDEEC", "DEEEE"], ["00100", "10000", "00001", "01000", "00010"]


@pytest.mark.parametrize(
    ("name", "grid", "answer"),
    [
        ("takuzu", TAKUZU, FILLED),
        ("takuzu", np.array(TAKUZU), FILLED),
        ("linkedin-queens", REGIONS, STARS),
        ("akari", [["-", "-", "1"], ["-"] * 3, ["-"] * 3], [["1", "0", "0", "0", "1", "0", "1", "0"]]),
        ("jigsaw", [["A", "B"], ["A", "B"]], [["1", "2"], ["2", "1"]]),
    ],
)
def test_a_grid_is_enough_where_a_kind_needs_no_more(name: str, grid: Any, answer: Any) -> None:
    assert np.array_equal(vmdsolve.solve(grid, domain=name, method="search").grid, answer)


def test_a_kind_that_needs_more_than_a_grid_says_so() -> None:
    with pytest.raises(InvalidInput, match=r"a puzzle of nonogram is more than a grid: give its text, or get_domain"):
        vmdsolve.solve([[1, 2], [2, 1]], domain="nonogram")
