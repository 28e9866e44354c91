"""The public calls: right answers, honest statuses, nothing changed, nothing that depends on the batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import InvalidInput, InvalidProblem, ModelMismatch, Solution, Status, solve, solve_batch
from vmdsolve.api.options import Options
from vmdsolve.api.weights import predictor
from vmdsolve.checker import violations
from vmdsolve.domains import get
from vmdsolve.domains.sudoku import Sudoku
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Predictor, attempts
from vmdsolve.sampler.symbols import symbol_order
from vmdsolve.search import generate_values

GOOD = "534678912672195348198342567859761423426853791713924856961537284287419635345286179"
HARD = "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......"
NO_ANSWER = "..9.287..8.6..4..5..3.....46.........2.71345.........23.....5..9..4..8.7..125.3.."  # and no clash
CLASH = "11" + "." * 79
SEVERAL = GOOD[:27] + "." * 54
METHODS = ("vmd", "vmd-only", "search")
FOUR = get("sudoku-4x4")


@pytest.fixture(scope="module")
def small_model() -> VMD:
    """An untrained 4x4 model: what it says is nonsense, which every law must survive."""
    config = ModelConfig(FOUR.name, FOUR.rules.relations, width=8, message=8, hidden=8, loops=2, latent=2)
    return VMD(config).eval()


def assert_answers(solution: Solution, puzzle: str) -> None:
    """The solution is an answer to the puzzle, judged from its text alone."""
    assert solution.status is Status.SOLVED
    assert solution.text is not None
    domain = vmdsolve.get_domain("sudoku-9x9" if len(puzzle) == 81 else "sudoku-4x4")
    assert "." not in solution.text
    assert all(p in (".", s) for p, s in zip(puzzle, solution.text, strict=True))
    assert violations(domain.rules, domain.parse(solution.text).values) == []


@pytest.mark.parametrize("method", ["vmd", "search"])
def test_every_kind_of_problem_gets_the_right_status(method: str) -> None:
    cases = {HARD: Status.SOLVED, GOOD: Status.SOLVED, GOOD[:-1] + ".": Status.SOLVED, "." * 81: Status.SOLVED}
    cases |= {SEVERAL: Status.SOLVED, NO_ANSWER: Status.UNSATISFIABLE, CLASH: Status.UNSATISFIABLE}
    cases |= {GOOD[:-1] + "1": Status.UNSATISFIABLE}
    for puzzle, status in cases.items():
        solution = solve(puzzle, method=method, latents=2, unique=True)
        assert solution.status is status, puzzle
        if status is Status.SOLVED:
            assert_answers(solution, puzzle)
            assert solution.unique is (puzzle not in ("." * 81, SEVERAL))
        else:
            assert solution.grid is None
            assert solution.text is None
    assert [v.cells for v in solve(CLASH, method=method).violations] == [(0, 1), (0, 1)]  # row and box
    assert solve(NO_ANSWER, method=method).violations == ()


def test_the_assertion_above_can_fail() -> None:
    wrong = Solution(Status.SOLVED, GOOD[:-2] + "97", GOOD[:-2] + "97")
    with pytest.raises(AssertionError):
        assert_answers(wrong, "." * 81)


def test_an_answer_comes_back_in_the_shape_and_kind_of_the_input() -> None:
    numbers = [[int(c) for c in GOOD[9 * r : 9 * r + 9]] for r in range(9)]
    puzzle = [row[:] for row in numbers]
    puzzle[0][0] = 0
    array = np.array(puzzle, np.uint8)
    flat = array.ravel().astype(np.float64)
    tensor = torch.tensor(puzzle)
    before = array.copy(), tensor.clone()
    assert solve(puzzle, method="search").grid == numbers
    assert solve([[None if x == 0 else x for x in row] for row in puzzle], method="search").grid == numbers
    for grid in (array, flat):
        answer = solve(grid, method="search").grid
        assert isinstance(answer, np.ndarray)
        assert answer.dtype == grid.dtype
        assert answer.shape == grid.shape
        assert answer.ravel().tolist() == [n for row in numbers for n in row]
    answer = solve(tensor, method="search").grid
    assert isinstance(answer, torch.Tensor)
    assert answer.tolist() == numbers
    assert (array == before[0]).all()
    assert (tensor == before[1]).all()
    drawn = get("sudoku-9x9").render(get("sudoku-9x9").parse("." + GOOD[1:]).values)
    assert solve(drawn, method="search").text == GOOD
    problem = get("sudoku-9x9").parse("." + GOOD[1:])
    assert solve(problem, method="search").grid.tolist() == numbers


@pytest.mark.parametrize("method", METHODS)
def test_answers_do_not_depend_on_batch_size_order_or_threads(method: str, small_model: VMD) -> None:
    boards, _ = generate_values(FOUR.rules, 20, seed=5)
    puzzles = [FOUR.format(board) for board in boards] + ["." * 16, "11" + "." * 14]

    def answers(order: list[int], **options: int) -> list[tuple[object, ...]]:
        settings = {"method": method, "model": small_model, "latents": 3, "steps": 4, "unique": True, **options}
        solutions = solve_batch((puzzles[i] for i in order), **settings)
        found = {
            i: (s.status, s.text, s.method, s.unique, s.nfe, s.latents_tried)
            for i, s in zip(order, solutions, strict=True)
        }
        return [found[i] for i in range(len(puzzles))]

    forward = list(range(len(puzzles)))
    want = answers(forward)
    assert answers(forward, batch_size=1) == want
    assert answers(forward[::-1], batch_size=7, threads=1) == want
    alone = [solve(p, method=method, model=small_model, latents=3, steps=4).text for p in puzzles]
    assert alone == [w[1] for w in want]


@pytest.mark.parametrize("method", ["vmd", "vmd-only"])
def test_memory_is_bounded_in_cells_and_answers_do_not_depend_on_it(
    method: str, small_model: VMD, monkeypatch: pytest.MonkeyPatch
) -> None:
    puzzles = FOUR.format_many(generate_values(FOUR.rules, 20, seed=5)[0]) + ["." * 16] * 4
    options: dict[str, Any] = {"method": method, "model": small_model, "latents": 3, "steps": 4, "unique": True}

    def told() -> list[tuple[Any, ...]]:
        return [(s, s.method, s.unique, s.nfe, s.loops, s.latents_tried) for s in solve_batch(puzzles, **options)]

    want, sizes = told(), []
    call = Predictor.evaluate

    def counted(self: Predictor, x: Any, z: Any, **options: Any) -> Any:
        sizes.append(len(x))
        return call(self, x, z, **options)

    monkeypatch.setattr(Predictor, "evaluate", counted)
    monkeypatch.setattr(attempts, "CANDIDATES", 16 * 4 * 3)
    assert told() == want
    assert 1 < max(sizes) <= 3


@settings(max_examples=60, deadline=None)
@given(st.text("1234.", min_size=16, max_size=16), st.sampled_from(METHODS))
def test_whatever_the_grid_what_is_called_solved_is_solved(small_model: VMD, puzzle: str, method: str) -> None:
    solution = solve(puzzle, method=method, model=small_model, latents=2, steps=3, unique=True)
    count = vmdsolve.count_solutions(puzzle)
    if solution.status.has_solution:
        assert_answers(solution, puzzle)
        assert solution.unique is (count.n == 1)
    else:
        assert solution.text is None
        assert method == "vmd-only" or count.n == 0
        assert solution.status is (Status.UNKNOWN if method == "vmd-only" else Status.UNSATISFIABLE)


def test_one_method_a_solution_says_what_finished_it(small_model: VMD) -> None:
    assert solve(GOOD[:-1] + ".").method == "propagation"
    assert solve(GOOD[:-1] + ".").nfe == 0
    sampled = [solve("." * 16, model=small_model, seed=seed, latents=8) for seed in range(8)]
    assert {"vmd"} <= {s.method for s in sampled} <= {"vmd", "search"}
    for s in sampled:
        assert s.nfe >= 1
        assert 1 <= s.latents_tried <= 8
    assert solve("." * 16, method="search").nfe == 0


def test_search_is_told_the_order_of_symbols_and_nothing_of_cells() -> None:
    logits = np.random.default_rng(0).normal(size=(2, 16, 4)).astype(np.float32)
    allowed = np.random.default_rng(1).integers(1, 16, (2, 16)).astype(np.uint64)
    order = symbol_order(logits, allowed)
    assert (np.sort(order) == np.arange(4)).all()
    for held, said, row in zip(order.reshape(-1, 4), logits.reshape(-1, 4), allowed.ravel().tolist(), strict=True):
        legal = [v for v in range(4) if row >> v & 1]
        assert sorted(range(4), key=held.__getitem__)[-len(legal) :] == sorted(legal, key=said.__getitem__)
    louder = symbol_order(logits * np.float32(3) + np.arange(16, dtype=np.float32)[:, None], allowed)
    assert (louder == order).all()


def test_products_are_of_bfloat16_where_asked_for() -> None:
    asked = [predictor(FOUR, FOUR.rules, Options(bf16=bf16, device="cpu")) for bf16 in (None, False, True)]
    assert [predict and predict.bf16 for predict in asked] == [False, False, True]
    puzzles = FOUR.format_many(generate_values(FOUR.rules, 40, seed=2**62 + 1)[0])
    solved = [s.status is Status.SOLVED for s in solve_batch(puzzles, method="vmd-only", bf16=True, device="cpu")]
    assert sum(solved) >= 38


def test_a_trace_ends_in_the_answer(small_model: VMD) -> None:
    for seed in range(20):
        s = solve("." * 16, model=small_model, seed=seed, latents=8, trace=True)
        if s.method == "vmd":
            assert s.trace is not None
            assert FOUR.format(s.trace.values[-1, -1]) == s.text
            filled = (s.trace.values[:, -1] >= 0).sum(axis=1)
            steps = np.diff(s.trace.loops[:, -1]) > 0
            assert (np.diff(filled)[steps] > 0).all()
            return
    pytest.fail("no seed of twenty was finished by the model")


def test_running_out_of_time_is_a_status() -> None:
    big = get("sudoku-25x25")  # without weights
    puzzle = "".join("." for _ in range(big.rules.L))
    assert solve(puzzle, method="search", time_limit=0.0).status is Status.TIMEOUT
    assert solve(puzzle, method="vmd", time_limit=0.0).status is Status.TIMEOUT


def test_a_domain_without_weights_is_solved_by_search_and_refused_by_vmd_only() -> None:
    puzzle = "......"
    solution = solve(puzzle, domain="brackets-6")
    assert solution.status is Status.SOLVED
    assert solution.method == "search"
    with pytest.raises(ModelMismatch, match="no weights for brackets-6"):
        solve(puzzle, domain="brackets-6", method="vmd-only")


def test_a_model_of_another_domain_is_refused(small_model: VMD) -> None:
    for puzzle in (HARD, GOOD):  # the second needs no model, and still
        with pytest.raises(ModelMismatch, match="trained for sudoku-4x4, not for sudoku-9x9"):
            solve(puzzle, model=small_model)
        with pytest.raises(ModelMismatch, match="no weights at"):
            solve(puzzle, model="no-such-file.safetensors")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"method": "magic"}, "method is 'magic'"),
        ({"latents": 0}, "latents is 0"),
        ({"latents": True}, "latents is True"),
        ({"steps": -1}, "steps is -1"),
        ({"steps": 10**9}, "steps is 1000000000"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**64}, "seed is"),
        ({"time_limit": -1.0}, "time_limit is -1.0"),
        ({"time_limit": float("nan")}, "time_limit is nan"),
        ({"order": "best", "method": "vmd-only"}, "order is 'best'"),
        ({"domain": "chess"}, "unknown domain 'chess'"),
    ],
)
def test_wrong_arguments_are_named(options: dict[str, object], text: str, small_model: VMD) -> None:
    with pytest.raises(InvalidInput, match=text):
        solve("1......44......1", model=small_model, **options)


@pytest.mark.parametrize(
    ("grid", "text"),
    [
        ("12", "no domain goes by 2 cells"),
        ("1" * 80 + "z", r"row 9, column 9 \(character 81\) holds 'z'"),
        ("é" + "." * 80, "row 1, column 1"),
        (None, "got NoneType"),
        (b"\xff" * 81, "not UTF-8 text"),
        ([[1, 2], [1]], "differ in length|equal length"),
        ([[0] * 9] * 8 + [[0] * 8 + [10]], "row 9, column 9 holds 10"),
        (np.full((9, 9), 0.5), "row 1, column 1 holds 0.5"),
        (np.full((9, 9), np.inf), "row 1, column 1 holds inf"),
        (np.zeros((3, 3, 9)), "1 or 2 axes, this one is of shape"),
        ([["z"] * 9] * 9, "row 1, column 1 .* holds 'z'"),
    ],
)
def test_malformed_grids_are_refused_by_cell(grid: object, text: str) -> None:
    with pytest.raises(InvalidProblem, match=text):
        solve(grid)


def test_a_reason_tells_a_few_broken_rules_and_how_many_more_there_are() -> None:
    few, all_ = solve("11" + "." * 14, method="search"), solve("1" * 16, method="search")
    assert (len(few.violations), few.reason.count("; ")) == (2, 1)
    assert (len(all_.violations), all_.reason.count("; ")) == (12, 5)
    assert all_.reason.endswith("; and 7 more")
    assert all_.violations[0].reason in all_.reason


def test_a_bad_item_in_a_batch_is_reported_or_raised() -> None:
    items = ["1......44......1", "z" * 16, 7, "." * 16]
    out = list(solve_batch(items, method="search", invalid="report"))
    assert [s.status for s in out] == [Status.SOLVED, Status.INVALID, Status.INVALID, Status.SOLVED]
    assert "row 1, column 1" in out[1].violations[0].reason
    with pytest.raises(InvalidProblem, match="row 1, column 1"):
        list(solve_batch(items, method="search"))
    with pytest.raises(InvalidInput, match="invalid is 'skip'"):
        list(solve_batch(items, invalid="skip"))
    with pytest.raises(InvalidInput, match="batch_size is 0"):
        list(solve_batch(items, batch_size=0))


def test_a_batch_may_mix_domains_and_be_endless() -> None:
    def forever() -> object:
        while True:
            yield "." * 16
            yield HARD

    stream = solve_batch(forever(), batch_size=3, method="search")
    assert [len(next(stream).text or "") for _ in range(6)] == [16, 81] * 3


def test_counting_and_checking() -> None:
    assert vmdsolve.count_solutions("." * 16, limit=None) == (288, True)
    assert vmdsolve.count_solutions("." * 16, limit=10) == (10, False)
    assert vmdsolve.count_solutions(HARD) == (1, True)
    assert vmdsolve.count_solutions(NO_ANSWER) == (0, True)
    assert vmdsolve.check(HARD, HARD) == []
    assert [v.relation for v in vmdsolve.check("1" + "." * 80, GOOD)] == ["given"]
    assert {v.relation for v in vmdsolve.check(CLASH, CLASH)} == {"row", "box"}


def test_the_shape_of_boxes_is_in_the_name_where_it_is_not_the_usual_one() -> None:
    six = Sudoku(3, 2)  # three rows by two columns, not the usual two by three
    assert six.name == "sudoku:3x2"
    assert six.rules.digest != get("sudoku-6x6").rules.digest


def test_real_puzzles_are_solved_and_their_uniqueness_is_right(sudoku9: list[dict[str, str]]) -> None:
    rows = sudoku9[::10]
    for row, s in zip(rows, solve_batch((r["puzzle"] for r in rows), method="search", unique=True), strict=True):
        assert_answers(s, row["puzzle"])
        assert s.unique is (row["solutions"] == "1")
        assert s.text == row["solution"] or not s.unique


@pytest.mark.slow
def test_real_puzzles_by_the_model(sudoku9: list[dict[str, str]]) -> None:
    rows = sudoku9[::400]
    for row, s in zip(rows, solve_batch((r["puzzle"] for r in rows), latents=2, unique=True), strict=True):
        assert_answers(s, row["puzzle"])
        assert s.unique is (row["solutions"] == "1")
        assert s.method in ("propagation", "vmd", "search")


# Batches ----------------------------------------------------------------------------------------------


def test_batches_begin_small_and_grow_as_far_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmdsolve.api.stream.SOON", float("inf"))
    monkeypatch.setattr("vmdsolve.api.stream._Pace.slice", 60.0)  # nothing is put aside, however busy the machine is
    taken = 0

    def forever() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield "." * 16

    stream, sizes = solve_batch(forever(), batch_size=100, method="search"), []
    for _ in range(1000):
        before = taken
        assert next(stream)
        sizes += [taken - before] * (taken > before)
    assert sizes[:4] == [16, 32, 64, 100]
    assert max(sizes) == 100


@pytest.mark.parametrize("problems", ["." * 16, b"." * 16, {"a": 1}, None, 5])
def test_a_batch_is_no_single_problem(problems: Any) -> None:
    with pytest.raises(InvalidInput, match="a batch is a list of problems"):
        solve_batch(problems)
