"""What measures the learned model: of which weights, sampled as they were made to be, a call beside one of search."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from helpers.results import sample_head

from benchmarks import readme, solve, weighed
from benchmarks.puzzles import ProblemSet, sudoku
from benchmarks.study import guided, testtime
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.checkpoint import packaged
from vmdsolve.problem import Problem
from vmdsolve.sampler import SECOND_NOISE, Predictor

DOMAIN = sudoku()
MODEL = packaged(DOMAIN)
assert MODEL is not None
STILL = MODEL.with_config(sampling=replace(MODEL.config.sampling, still=True))


def test_weights_are_known_by_their_numbers() -> None:
    digits = weighed.fingerprint(MODEL.state_dict())
    assert weighed.used("sudoku-9x9") == {"sudoku-9x9": digits}
    for parameters in ({"model": digits}, {"weights": {"any": digits}}):
        assert weighed.told(parameters) == f", weights sudoku-9x9 ({digits})"
    other = {name: tensor + 1 for name, tensor in MODEL.state_dict().items()}
    assert weighed.told({"model": weighed.fingerprint(other)}).startswith(", earlier weights (")
    assert weighed.told({"model": "all-different.safetensors", "weights": ["MDM"]}) == ""


@pytest.mark.parametrize("name", testtime.WAYS)
def test_a_first_board_is_filled_as_the_weights_were_made_for(name: str) -> None:
    way = testtime.WAYS[name]
    plan, again = testtime.plans(STILL.config, way, 20)
    assert (plan.still, again.still) == (not way.states, False)
    assert not testtime.plans(MODEL.config, way, 20)[0].still
    assert (plan.steps, plan.legal, plan.settle) == (way.plan.get("steps", 20), False, True)
    assert again.noise == (0 if way.states else way.again.get("noise", SECOND_NOISE))


def test_search_is_guided_by_a_still_board_as_in_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Any] = []
    fill = guided.fill_boards

    def seen(predict: Any, rules: Any, boards: Any, plan: Any, **options: Any) -> Any:
        plans.append(plan)
        return fill(predict, rules, boards, plan, **options)

    monkeypatch.setattr(guided, "fill_boards", seen)
    for board in held_out(DOMAIN, 8)[0]:
        problem = Problem(DOMAIN.name, DOMAIN.rules, board, DOMAIN)
        guided.both(problem, Predictor(STILL, DOMAIN.rules, threads=1, loops=96), guided.Limit(5.0, 1, 1), 0)
    assert plans
    assert all(plan.still and plan.steps == 1 for plan in plans)


def test_single_calls_stand_beside_search() -> None:
    boards = held_out(DOMAIN, 3)[0]
    problems = ProblemSet("held-out", boards, DOMAIN.format_many(boards))
    search, vmd = solve._one_by_one(problems, 3, unique=True)
    assert [row["solver"] for row in (search, vmd)] == ["search, one call a puzzle", "vmd, one call a puzzle"]
    assert all((row["n"], row["open"], row["wrong"]) == (3, 0, 0) for row in (search, vmd))
    assert vmd["over"]["n"] == vmd["each"]["n"] == 3
    assert "over" not in search
    rows = [{"set": "held-out", "goal": "unique", **row, "ratio": None} for row in (search, vmd)]
    for over, said in ((0.0009, "0.9 (0.9 to 0.9), met"), (0.0011, "1.1 (1.1 to 1.1), missed")):
        rows[1]["over"] = {"n": 3, "median": over, "q1": over, "q3": over}
        assert said in solve.calls(rows)
        told = readme.RENDERERS["solve"]([{**sample_head(), "rows": rows}])
        assert any(said in part for part in told)
    assert solve.calls(rows[:1]) == ""
