"""Which problems go to the model before search, by what was measured of it; and what it may spend."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.commands import run, table

from vmdsolve import sample, solve, solve_batch
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.model import packaged
from vmdsolve.model.packaged import ENOUGH, Share, packaged_files, proposing, shares_in
from vmdsolve.problem import Status
from vmdsolve.search import generate_values

FIVE = get("latin-5")
OPEN_FIVE = "1" + "." * 24  # propagation leaves nearly all of it
HARD = "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4.."


def test_every_packaged_table_can_be_read() -> None:
    for path in packaged_files():
        for shape, of in shares_in(path).items():
            assert shape.endswith(" cells") or get(shape).name == shape
            assert 1 <= of.loops <= 4096
            assert 0 <= of.share <= 1
            assert of.n >= 1


def test_weights_of_which_nothing_was_measured_have_an_empty_table(tmp_path: Path) -> None:
    assert shares_in(tmp_path / "sudoku-9x9.safetensors") == {}


@pytest.mark.parametrize(
    ("share", "asked"), [(Share(8, ENOUGH, 100), True), (Share(8, ENOUGH - 0.01, 100), False), (None, False)]
)
def test_a_shape_goes_to_the_model_where_it_settles_enough(
    monkeypatch: pytest.MonkeyPatch, share: Share | None, asked: bool
) -> None:
    monkeypatch.setattr(packaged, "shares_in", lambda _: {} if share is None else {"5 symbols, 25 cells": share})
    assert proposing(FIVE, FIVE.rules) == (8 if asked else None)
    found = [*solve_batch([OPEN_FIVE, OPEN_FIVE], domain="latin-5", device="cpu"), solve(OPEN_FIVE, domain="latin-5")]
    for solution in found:
        assert solution.status is Status.SOLVED
        assert (solution.nfe, solution.latents_tried) == ((1, 1) if asked else (0, 0))
        assert solution.loops <= 8 * asked
        assert (solution.method == "search") or asked


@pytest.mark.parametrize("name", ["sudoku-16x16", "sudoku-25x25"])
def test_boards_of_which_it_settles_none_go_to_search_at_once(name: str) -> None:
    domain = get(name)
    solution = solve(domain.problem(), time_limit=20)
    assert (solution.method, solution.nfe, solution.loops) == ("search", 0, 0)


OWN_LOOPS = 4096  # an evaluation of the 9x9 weights


@pytest.mark.parametrize("ask", [{"loops": 4}, {"steps": 1}, {"latents": 1}])
def test_what_it_may_spend_asks_for_the_model(ask: dict[str, int]) -> None:
    solution = solve(HARD, device="cpu", **ask)  # type: ignore[arg-type]
    assert solution.status is Status.SOLVED
    assert solution.nfe >= 1
    assert solution.loops <= solution.nfe * ask.get("loops", OWN_LOOPS)
    assert solution.latents_tried == 1 or "steps" in ask


def test_loops_are_the_most_that_an_evaluation_takes() -> None:
    puzzles = get("sudoku-9x9").format_many(generate_values(get("sudoku-9x9").rules, 6, seed=2**62 + 5)[0])
    few, many = (list(solve_batch(puzzles, loops=loops, device="cpu")) for loops in (4, 200))
    assert [s.text for s in few] == [s.text for s in many]
    assert {s.loops for s in few if s.nfe} == {4}
    assert any(4 < s.loops < 200 and s.method == "vmd" for s in many)
    alone = list(solve_batch(puzzles, method="vmd-only", steps=1, latents=1, loops=4, device="cpu"))
    assert {(s.status, s.loops) for s in alone} == {(Status.UNKNOWN, 4)}


@pytest.mark.parametrize("loops", [0, -1, 4097, 1.5, "x", True])
def test_loops_out_of_range_are_refused(loops: object) -> None:
    with pytest.raises(InvalidInput, match="loops"):
        solve("." * 16, loops=loops)  # type: ignore[arg-type]


def test_loops_are_refused_where_no_model_is_asked() -> None:
    with pytest.raises(InvalidInput, match="method 'search' asks no model"):
        solve("." * 16, method="search", loops=8)
    with pytest.raises(InvalidInput, match="method 'search' asks no model"):
        sample("sudoku-4x4", method="search", loops=8)
    with pytest.raises(ModelMismatch, match="loops is 8, but no weights for brackets-6"):
        solve("......", domain="brackets-6", loops=8)
    with pytest.raises(ModelMismatch, match="loops is 8, but no weights for brackets-6"):
        sample("brackets-6", loops=8)
    with pytest.raises(ModelMismatch, match="loops is 8, but no weights for brackets-6"):
        list(solve_batch(["......"], domain="brackets-6", loops=8))


def test_samples_take_as_many_loops_as_they_may() -> None:
    few, many = (next(sample("sudoku-4x4", loops=loops, method="vmd-only", latents=1)) for loops in (1, 8))
    assert few.loops == few.nfe
    assert many.loops == 8 * many.nfe


def test_commands_take_loops_and_tell_those_spent() -> None:
    [row] = table(run("solve", HARD, "--loops", 4, "--device", "cpu").stdout)
    assert (row["status"], row["nfe"], row["loops"]) == ("SOLVED", "1", "4")
    assert run("solve", HARD, "--loops", 4, "--method", "search").exit_code == 2
    told = json.loads(run("eval", "sudoku-4x4", "-n", 4, "--loops", 2, "--steps", 1, "--json").stdout)
    assert (told["loops"], told["block_applications"] <= 2) == (2, True)
    assert run("sample", "sudoku-4x4", "--loops", 2).exit_code == 0


def test_a_problem_that_needs_no_model_loads_none(tmp_path: Path) -> None:
    code = (
        f"import sys, vmdsolve; assert vmdsolve.solve({HARD!r}).method == 'search'; "
        "print([n for n in sys.modules if n.startswith(('vmdsolve.sampler', 'vmdsolve.domains.notations.', 'torch'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "['vmdsolve.domains.notations.base']"
