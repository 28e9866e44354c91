"""Exact search against three judges: known counts, brute force over `violations`, and CP-SAT."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from helpers.data import DATA
from helpers.rules import instances
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import _native
from vmdsolve.constraints import DFA, AllDifferent, Count, Less, Predicate, Regular, Sum, Table
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Constraint, Rules
from vmdsolve.search import SearchStatus, enumerate_values, generate_values, propagate, solve_values
from vmdsolve.testing.oracles import brute_force, cp_sat

HARD = [  # puzzle, solution; the first has 17 givens, the second was made to defeat depth-first search
    (
        "000000010400000000020000000000050407008000300001090000300400200050100000000806000",
        "693784512487512936125963874932651487568247391741398625319475268856129743274836159",
    ),
    (
        "000000000000003085001020000000507000004000100090000000500000073002010000000040009",
        "987654321246173985351928746128537694634892157795461832519286473472319568863745219",
    ),
    (
        "800000000003600000070090200050007000000045700000100030001000068008500010090000400",
        "812753649943682175675491283154237896369845721287169534521974368438526917796318452",
    ),
]


def sudoku(n: int) -> Rules:
    N = n * n
    grid = np.arange(N * N).reshape(N, N)
    boxes = grid.reshape(n, n, n, n).swapaxes(1, 2).reshape(N, N)
    units = [unit.tolist() for part in (grid, grid.T, boxes) for unit in part]
    return Rules(N * N, N, tuple(AllDifferent(unit) for unit in units))


def latin(n: int) -> Rules:
    grid = np.arange(n * n).reshape(n, n)
    return Rules(n * n, n, tuple(AllDifferent(u.tolist()) for part in (grid, grid.T) for u in part))


def queens(n: int) -> Rules:
    """Cell = row, value = column of its queen; every pair of rows is a table."""
    pairs = []
    for a, b in itertools.combinations(range(n), 2):
        rows = [(x, y) for x in range(n) for y in range(n) if x != y and abs(x - y) != b - a]
        pairs.append(Table([a, b], rows))
    return Rules(n, n, tuple(pairs))


def parse(text: str) -> np.ndarray:
    return np.array([int(c) - 1 for c in text], np.int32)


@pytest.mark.parametrize(
    ("rules", "count"),
    [(sudoku(2), 288), (latin(3), 12), (latin(4), 576), (latin(5), 161_280), (queens(6), 4), (queens(8), 92)],
    ids=["sudoku-4x4", "latin-3", "latin-4", "latin-5", "queens-6", "queens-8"],
)
def test_known_counts(rules: Rules, count: int) -> None:
    result = solve_values(rules, np.full((1, rules.L), OPEN), limit=None)
    assert result.counts.tolist() == [count]
    assert result.complete.all()


@pytest.mark.parametrize(("puzzle", "solution"), HARD)
def test_hard_puzzles(puzzle: str, solution: str) -> None:
    result = solve_values(sudoku(3), parse(puzzle)[None], limit=2)
    assert result.values[0].tolist() == parse(solution).tolist()
    assert (result.counts[0], result.status[0], result.complete[0]) == (1, SearchStatus.SOLVED, True)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(instances())
def test_the_same_solutions_as_brute_force(instance: tuple[Rules, np.ndarray]) -> None:
    rules, board = instance
    expected = set(brute_force(rules, board))
    solutions = enumerate_values(rules, board)
    found = [tuple(s.tolist()) for s in solutions]
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert solutions.complete
    assert solutions.status is (SearchStatus.SOLVED if expected else SearchStatus.UNSATISFIABLE)
    result = solve_values(rules, board[None], limit=None)
    assert result.counts[0] == len(expected)
    assert tuple(result.values[0].tolist()) == (found[0] if found else (OPEN,) * rules.L)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(instances())
def test_the_same_solutions_as_cp_sat(instance: tuple[Rules, np.ndarray]) -> None:
    rules, board = instance
    found = [tuple(s.tolist()) for s in enumerate_values(rules, board)]
    assert sorted(found) == sorted(cp_sat(rules, board))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(instances())
def test_propagation_removes_no_solution(instance: tuple[Rules, np.ndarray]) -> None:
    rules, board = instance
    before = board.copy()
    domains, clash = propagate(rules, board[None])
    assert (board == before).all()
    solutions = set(brute_force(rules, board))
    for solution in solutions:
        assert all(int(d) >> v & 1 for d, v in zip(domains[0], solution, strict=True))
    if clash[0]:
        assert not solutions
        assert not domains.any()
    elif all(int(d).bit_count() == 1 for d in domains[0]):
        assert len(solutions) == 1, "decided everywhere: the rules must hold"


@pytest.mark.parametrize(
    ("constraint", "board", "wanted"),
    [
        (AllDifferent([0, 1, 2]), [0, OPEN, OPEN], [0b001, 0b110, 0b110]),
        (Sum([0, 1, 2], 4, first=0), [2, OPEN, OPEN], [0b100, 0b111, 0b111]),
        (Sum([0, 1, 2], 1, first=0), [OPEN, OPEN, OPEN], [0b011, 0b011, 0b011]),
        (Less(0, 1), [OPEN, OPEN, OPEN], [0b011, 0b110, 0b111]),
        (Count([0, 1, 2], 1, 2, 2), [0, OPEN, OPEN], [0b001, 0b010, 0b010]),
        (Table([0, 1], [(0, 1), (2, 1)]), [OPEN, OPEN, OPEN], [0b101, 0b010, 0b111]),
        (Regular([0, 1, 2], DFA(0, frozenset({1}), ((0, 1, -1), (-1, 1, -1)))), [OPEN, 0, OPEN], [1, 1, 2]),
    ],
    ids=lambda x: type(x).__name__ if isinstance(x, Constraint) else None,
)
def test_what_each_kind_can_see(constraint: Constraint, board: list[int], wanted: list[int]) -> None:
    domains, clash = propagate(Rules(3, 3, (constraint,)), [board])
    assert (domains[0].tolist(), clash[0]) == (wanted, False)


def test_a_unit_that_needs_every_symbol_finds_hidden_singles() -> None:
    less = [Less(0, 1), Less(0, 2)]  # 0 has one place left
    domains, _ = propagate(Rules(3, 3, (AllDifferent([0, 1, 2]), *less)), [[OPEN] * 3])
    assert domains[0].tolist() == [0b001, 0b110, 0b110]


def pigeons(n: int, holes: int) -> list[Count]:
    """Cell = pigeon, value = hole, one a hole: said by counting, so that no filter sees at once that n are too many."""
    return [Count(range(n), hole, 0, 1) for hole in range(holes)]


PATIENCE = (
    10_000  # nodes of the fast engine, csrc/search/search.cpp; of cells that only differ, a tenth, or a hundredth
)


@pytest.mark.slow
def test_what_the_fast_engine_does_not_settle_is_proved_by_learning() -> None:
    result = solve_values(Rules(9, 8, tuple(pigeons(9, 8))), np.full((1, 9), OPEN), limit=None)
    assert result.nodes[0] > PATIENCE
    assert 0 < result.clauses[0] < result.nodes[0] - PATIENCE  # one a failure
    assert (result.status[0], result.counts[0], result.complete[0]) == (SearchStatus.UNSATISFIABLE, 0, True)


@pytest.mark.slow
def test_solutions_found_before_learning_began_are_not_found_again() -> None:
    """With 0 in cell 9 the pigeons have a hole each, five ways with cell 10; with 1 nine of them want eight holes."""
    homes = [Table([9, p], [(0, p), *((1, hole) for hole in range(8))]) for p in range(9)]
    rules = Rules(11, 9, (*pigeons(9, 9), *homes, Table([9, 10], [(s, t) for s in range(2) for t in range(5)])))
    solutions = enumerate_values(rules, np.full(11, OPEN))
    assert sorted(s.tolist() for s in solutions) == [[*range(9), 0, t] for t in range(5)]
    assert solutions.complete
    assert solutions.nodes > PATIENCE
    assert 0 < solutions.clauses < solutions.nodes - PATIENCE


@pytest.mark.slow
def test_hard_latin_squares_are_completed() -> None:
    """Order 30 with 374 holes, where completing Latin squares is hardest; depth-first search alone does not end."""
    folder = DATA / "puzzles" / "QWH30"
    if not folder.is_dir():
        pytest.skip(f"no real instances at {folder}; set VMDSOLVE_DATA to a folder that has them")
    rules = latin(30)
    for name in ("02", "05", "06"):
        text = (folder / f"qwh-o30-h374-{name}.dzn").read_text(encoding="utf-8")
        cells = re.findall(r"\d+", text[text.index("[|") : text.index("|]")])
        board = np.array(cells, np.int32)[None] - 1
        result = solve_values(rules, board, node_limit=300_000)
        assert all(c.accepts(result.values)[0] for c in rules.constraints)
        assert (result.values == board)[board != OPEN].all()
        assert result.nodes[0] > PATIENCE / 10


def test_colours_that_are_alike_are_not_tried_in_every_order() -> None:
    """Twenty cliques of 4, each with an edge to the next, and a wheel that needs four colours: in three and in four."""
    cliques = [[4 * i, 4 * i + 1, 4 * i + 2] for i in range(20)]
    joints = [[4 * i + 2, 4 * i + 3] for i in range(20)] + [[4 * i + 3, 4 * i + 4] for i in range(19)]
    wheel = [pair for i in range(5) for pair in ([80, 81 + i], [81 + i, 81 + (i + 1) % 5])]
    edges = tuple(AllDifferent(cells) for cells in (*cliques, *joints, *wheel))
    proved = solve_values(Rules(86, 3, edges), np.full((1, 86), OPEN))
    assert (proved.status[0], proved.complete[0]) == (SearchStatus.UNSATISFIABLE, True)
    found = solve_values(Rules(86, 4, edges), np.full((1, 86), OPEN))
    assert (found.status[0], found.complete[0]) == (SearchStatus.SOLVED, False)
    assert all(c.accepts(found.values)[0] for c in edges)


def test_local_search_finds_colours_that_learning_alone_does_not() -> None:
    """Queens of 12 colours on all squares of a board of 11; learning alone has none after 200,000 nodes."""
    n = 11
    squares = np.arange(n * n).reshape(n, n)
    lines = [*squares, *squares.T]
    lines += [board.diagonal(k) for board in (squares, squares[:, ::-1]) for k in range(2 - n, n - 1)]
    rules = Rules(n * n, n + 1, tuple(AllDifferent(line.tolist()) for line in lines))
    found = solve_values(rules, np.full((1, n * n), OPEN), node_limit=60_000)
    assert found.status[0] == SearchStatus.SOLVED
    assert all(c.accepts(found.values)[0] for c in rules.constraints)


def test_limits_are_statuses() -> None:
    open_board = np.full((1, 81), OPEN)
    for limits, status in [
        ({"node_limit": 5}, SearchStatus.NODE_LIMIT),
        ({"time_limit": 0}, SearchStatus.TIME_LIMIT),
    ]:
        result = solve_values(sudoku(3), open_board, limit=None, **limits)
        assert result.status.tolist() == [status]
        assert not result.complete.any()
        assert result.nodes[0] <= 5
        solutions = enumerate_values(sudoku(3), open_board[0], **limits)
        assert list(solutions) == []
        assert solutions.status is status
    result = solve_values(sudoku(3), open_board, limit=7)
    assert (result.counts[0], result.status[0], result.complete[0]) == (7, SearchStatus.SOLVED, False)


def test_nodes_are_counted_across_interruptions() -> None:
    board = parse(HARD[0][0])
    whole = solve_values(sudoku(3), board[None], limit=None).nodes[0]
    search = _native.Search(_native.Rules(81, 9, *sudoku(3).native()), board)
    found = []
    while not search.complete:
        status, values = search.next(node_limit=1)
        assert values is not None or status == SearchStatus.NODE_LIMIT or search.complete
        found += [] if values is None else [values.tolist()]
    assert found == [parse(HARD[0][1]).tolist()]
    assert search.nodes == whole


def test_nothing_depends_on_threads_or_batch() -> None:
    rules = sudoku(3)
    boards, _ = generate_values(rules, 40, seed=3, clues=22)
    boards = np.concatenate([boards, np.stack([parse(p) for p, _ in HARD])])
    boards[5, :3] = 1  # no solution
    guide = np.random.default_rng(0).random((len(boards), 81, 9), np.float32)
    for marginals in (None, guide):
        whole = solve_values(rules, boards, limit=3, threads=1, marginals=marginals)
        two = solve_values(rules, boards, limit=3, threads=2, marginals=marginals)
        parts = [
            solve_values(rules, boards[i : i + 7], limit=3, marginals=None if marginals is None else guide[i : i + 7])
            for i in range(0, len(boards), 7)
        ]
        for name in whole._fields:
            joined = np.concatenate([getattr(part, name) for part in parts])
            np.testing.assert_array_equal(getattr(whole, name), getattr(two, name))
            np.testing.assert_array_equal(getattr(whole, name), joined)


@settings(max_examples=100, deadline=None)
@given(instances(), st.integers(0, 2**32 - 1))
def test_marginals_change_the_order_only(instance: tuple[Rules, np.ndarray], seed: int) -> None:
    rules, board = instance
    guide = np.random.default_rng(seed).random((rules.L, rules.V), np.float32)
    found = {tuple(s.tolist()) for s in enumerate_values(rules, board, marginals=guide)}
    assert found == set(brute_force(rules, board))


@pytest.mark.parametrize("rules", [sudoku(2), sudoku(3), queens(6)], ids=["sudoku-4x4", "sudoku-9x9", "queens-6"])
def test_perfect_marginals_lead_straight_to_their_solution(rules: Rules) -> None:
    for solution in enumerate_values(rules, np.full(rules.L, OPEN), limit=4):
        guide = np.eye(rules.V, dtype=np.float32)[solution]
        result = solve_values(rules, np.full((1, rules.L), OPEN), marginals=guide[None])
        assert result.values[0].tolist() == solution.tolist()
        assert result.nodes[0] <= rules.L + 1


def test_predicates_filter_what_search_finds() -> None:
    odd_first = Predicate([0], lambda v: v[0] % 2 == 1)
    rules = Rules(16, 4, (*sudoku(2).constraints, odd_first))
    result = solve_values(rules, np.full((2, 16), OPEN), limit=None)
    assert result.counts.tolist() == [144, 144]
    assert (result.values[:, 0] % 2 == 1).all()
    assert result.complete.all()
    never = Rules(16, 4, (*sudoku(2).constraints, Predicate([0], lambda v: False)))  # noqa: ARG005
    assert solve_values(never, np.full((1, 16), OPEN)).status.tolist() == [SearchStatus.UNSATISFIABLE]
    assert solve_values(never, np.full((1, 16), OPEN), node_limit=9).status.tolist() == [SearchStatus.NODE_LIMIT]
    with pytest.raises(InvalidInput, match="Predicate"):
        generate_values(rules, 1)


def test_generated_problems_are_unique_and_minimal() -> None:
    rules = sudoku(3)
    problems, solutions = generate_values(rules, 12, seed=1)
    result = solve_values(rules, problems, limit=2)
    assert (result.counts == 1).all()
    np.testing.assert_array_equal(result.values, solutions)
    np.testing.assert_array_equal(problems[problems != OPEN], solutions[problems != OPEN])
    for problem in problems:
        givens = np.flatnonzero(problem != OPEN)
        fewer = np.repeat(problem[None], len(givens), axis=0)
        fewer[np.arange(len(givens)), givens] = OPEN
        assert (solve_values(rules, fewer, limit=2).counts == 2).all()
    for problem, solution in zip(problems[:3], solutions[:3], strict=True):
        assert cp_sat(rules, problem) == [tuple(solution.tolist())]


def test_generated_problems_depend_on_seed_and_index_alone() -> None:
    rules = sudoku(3)
    whole = generate_values(rules, 30, seed=5, threads=1)
    for name, part in {
        "threads": generate_values(rules, 30, seed=5, threads=2),
        "prefix": generate_values(rules, 11, seed=5),
        "middle": generate_values(rules, 4, seed=5, first=9),
    }.items():
        begin = 9 if name == "middle" else 0
        for a, b in zip(whole, part, strict=True):
            np.testing.assert_array_equal(a[begin : begin + len(b)], b, err_msg=name)
    assert len({p.tobytes() for p in whole[0]}) == 30
    assert not (generate_values(rules, 30, seed=6)[1] == whole[1]).all(axis=1).any()


def test_generator_on_other_rules() -> None:
    for rules in (queens(6), latin(3), Rules(4, 3, (Sum([0, 1, 2, 3], 9), Less(0, 1)))):
        problems, solutions = generate_values(rules, 5, seed=2)
        for problem, solution in zip(problems, solutions, strict=True):
            assert set(brute_force(rules, problem)) == {tuple(solution.tolist())}
    problems, _ = generate_values(sudoku(3), 5, clues=30)
    assert ((problems != OPEN).sum(axis=1) == 30).all()
    with pytest.raises(InvalidInput, match="no solution"):
        generate_values(Rules(2, 2, (Less(0, 1), Less(1, 0))), 1)
