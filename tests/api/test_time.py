"""A time limit is the problem's, all stages together."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import vmdsolve
from vmdsolve import Status, hints, sample, solve, solve_batch
from vmdsolve.api import stages, work
from vmdsolve.domains import get
from vmdsolve.sampler import Predictor, loop
from vmdsolve.search import generate_values

pytestmark = pytest.mark.slow

SLOW = 0.05  # seconds of a network evaluation
LIMIT = 0.4
LATE = 0.4  # how much later an answer may come on a busy machine; without its limit it takes many seconds
NO_ANSWER = "..9.287..8.6..4..5..3.....46.........2.71345.........23.....5..9..4..8.7..125.3.."


@pytest.fixture(autouse=True)
def _torch_is_loaded() -> None:
    """Or its import would count."""
    assert solve("." * 16)


@pytest.fixture
def slow_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every network evaluation takes its time, however few boards it has, and there are many, since none settles."""
    call = Predictor.evaluate

    def slowly(self: Predictor, *arguments: Any, **options: Any) -> Any:
        time.sleep(SLOW)
        return call(self, *arguments, **options)

    monkeypatch.setattr(Predictor, "evaluate", slowly)
    monkeypatch.setattr(loop, "settling", lambda *_: None)


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """The time limits that exact search is given."""
    given: list[float | None] = []
    search = stages.search.solve_values

    def told(*arguments: Any, time_limit: float | None = None, **options: Any) -> Any:
        given.append(time_limit)
        return search(*arguments, time_limit=time_limit, **options)

    monkeypatch.setattr(stages.search, "solve_values", told)
    return given


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    return call(), time.perf_counter() - begun


@pytest.mark.parametrize("call", ["candidates", "count_solutions", "estimate_solutions"])
def test_looking_for_all_solutions_ends_in_time(call: str) -> None:
    options: dict[str, Any] = {"count_solutions": {"cells": "r1;r2", "limit": None}}.get(call, {})
    get("sudoku-25x25")  # making it would count

    def looked() -> Any:
        try:
            return getattr(vmdsolve, call)("." * 625, time_limit=LIMIT, **options)
        except TimeoutError as error:
            return error

    found, took = timed(looked)
    assert found
    assert took < LIMIT + LATE


def test_search_has_all_of_the_time_where_there_is_no_model(limits: list[float | None]) -> None:
    assert solve("." * 36, domain="queens-6", time_limit=10)
    assert solve("." * 36, domain="queens-6", time_limit=10, method="search")
    assert len(limits) == 2
    assert all(limit is not None and 9 < limit <= 10 for limit in limits)


@pytest.mark.usefixtures("slow_model")
def test_a_latent_is_stopped_when_time_is_out() -> None:
    options: dict[str, Any] = {"steps": 1000, "latents": 100, "time_limit": LIMIT, "method": "vmd-only"}
    puzzle = get("sudoku-9x9").format(generate_values(get("sudoku-9x9").rules, 1)[0][0])
    solution, took = timed(lambda: solve(puzzle, **options))
    assert solution.status is Status.TIMEOUT
    assert 0 < solution.nfe <= LIMIT / SLOW
    assert took < LIMIT + LATE


@pytest.mark.usefixtures("slow_model")
def test_the_model_has_half_of_the_time_and_search_what_is_left(limits: list[float | None]) -> None:
    hard = get("sudoku-16x16")
    puzzle = hard.format(generate_values(hard.rules, 1, seed=1)[0][0])
    solution = solve(puzzle, latents=100, time_limit=4 * LIMIT)
    assert solution.nfe > 1
    (limit,) = limits
    assert limit is not None
    assert LIMIT < limit <= 2 * LIMIT


@pytest.mark.usefixtures("slow_model")
def test_uniqueness_has_what_the_model_left(limits: list[float | None]) -> None:
    solution = solve("." * 16, unique=True, time_limit=20, latents=8)
    assert (solution.method, solution.unique) == ("vmd", False)
    assert len(limits) == 1
    assert limits[0] is not None
    assert limits[0] <= 20 - SLOW * solution.nfe


def test_loading_weights_counts(limits: list[float | None], monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: object, **__: object) -> None:
        time.sleep(LIMIT)

    monkeypatch.setattr(work, "predictor", load)
    assert solve("." * 16, time_limit=10, loops=8)
    assert limits[0] is not None
    assert limits[0] <= 10 - LIMIT


@pytest.mark.usefixtures("slow_model")
def test_problems_of_a_batch_share_their_time() -> None:
    boards = get("sudoku-9x9").format_many(generate_values(get("sudoku-9x9").rules, 4, seed=2)[0])
    options: dict[str, Any] = {"steps": 1000, "latents": 100, "time_limit": LIMIT / 4, "method": "vmd-only"}
    solutions, took = timed(lambda: list(solve_batch(boards, **options)))
    assert {s.status for s in solutions} == {Status.TIMEOUT}
    assert LIMIT / 2 < took < LIMIT + LATE


@pytest.mark.usefixtures("slow_model")
def test_a_sample_has_one_time_limit_for_the_model_and_for_search() -> None:
    empty = {"given": "." * 81, "latents": 100, "steps": 1000, "time_limit": LIMIT}
    for method, most in (("vmd-only", {Status.TIMEOUT}), ("vmd", {Status.TIMEOUT, Status.SOLVED})):
        drawn, took = timed(lambda m=method: next(sample("sudoku-9x9", method=m, **empty)))
        assert drawn.status in most
        assert took < LIMIT + LATE


def test_calls_without_a_model_keep_their_limit() -> None:
    assert vmdsolve.count_solutions("." * 625, time_limit=0.0) == (0, False)
    solutions = vmdsolve.enumerate_solutions("." * 625, time_limit=0.0)
    assert (list(solutions), solutions.complete) == ([], False)
    with pytest.raises(TimeoutError, match="0 of 27 rules were checked in 0 s; allow more"):
        vmdsolve.check("." * 81, "." * 81, time_limit=0)
    for name, options in (("sudoku-9x9", {}), ("sudoku-9x9", {"harder": 1000}), ("killer", {"size": 6})):
        with pytest.raises(TimeoutError, match=f"no puzzle of {name} was made in 0 s; allow more"):
            next(vmdsolve.generate(name, time_limit=0, **options))


def test_breeding_keeps_the_limit_within_a_round() -> None:
    def breed() -> None:
        with pytest.raises(TimeoutError):
            list(vmdsolve.generate("sudoku-9x9", 20, harder=10_000, time_limit=LIMIT / 20))

    assert timed(breed)[1] < LIMIT + LATE


# Hints and explanations -------------------------------------------------------------------------------


def test_a_hint_has_one_limit_for_all_its_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    hint_module = importlib.import_module("vmdsolve.hints.hint")  # its function goes by the same name
    why_not = hint_module.why_not

    def slowly(*arguments: Any, **options: Any) -> Any:
        time.sleep(LIMIT)
        return why_not(*arguments, **options)

    monkeypatch.setattr(hint_module, "why_not", slowly)
    empty = "." * 81  # no cell is forced; that takes trial and search to say
    assert hints.hint(empty, time_limit=LIMIT).technique == "timeout"
    assert hints.hint(empty, time_limit=100 * LIMIT).technique == "choice"


@pytest.fixture
def slow_propagation(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    propagate = stages.search.propagate

    def slowly(*arguments: Any, **options: Any) -> Any:
        time.sleep(SLOW)
        return propagate(*arguments, **options)

    monkeypatch.setattr(stages.search, "propagate", slowly)
    return


@pytest.mark.usefixtures("slow_propagation")
def test_an_explanation_is_given_as_it_is_when_time_is_out() -> None:
    found, took = timed(lambda: vmdsolve.explain(NO_ANSWER, time_limit=LIMIT))
    assert found.status is Status.UNSATISFIABLE
    assert not found.minimal
    assert took < LIMIT + LATE


@pytest.mark.usefixtures("slow_propagation")
def test_trial_ends_when_time_is_out() -> None:
    found, took = timed(lambda: hints.hint("." * 81, time_limit=LIMIT))
    assert found.technique == "timeout"
    assert took < LIMIT + LATE


def test_a_limit_leaves_what_is_quick_as_it_is() -> None:
    boards, answers = generate_values(get("sudoku-9x9").rules, 20, seed=3)
    puzzles, wanted = get("sudoku-9x9").format_many(boards), get("sudoku-9x9").format_many(answers)
    for method in ("vmd", "search"):
        assert [s.text for s in solve_batch(puzzles, method=method, time_limit=60)] == wanted
    assert np.array_equal(next(vmdsolve.generate("latin-4", time_limit=60))[1], next(vmdsolve.generate("latin-4"))[1])
