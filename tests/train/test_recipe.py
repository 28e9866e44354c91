"""Recipes: what is refused, and what the schedules say at each step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vmdsolve.errors import InvalidInput
from vmdsolve.measure.accuracy import EVALUATION_SEED
from vmdsolve.train import Recipe

RECIPE = Recipe(steps=8, batch=4, loops=((0.0, 1), (0.5, 2)))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"steps": 0}, "steps is 0; wanted a whole number, 1 or more"),
        ({"steps": 2.5}, "steps is 2.5; wanted a whole number"),
        ({"batch": True}, "batch is True; wanted a whole number"),
        ({"rate": float("nan")}, "rate is nan; wanted a number"),
        ({"bf16": 1}, "bf16 is 1; wanted True or False"),
        ({"loops": 8}, "loops is 8; wanted SHARE:LOOPS"),
        ({"loops": ((0.5, 8),)}, "wanted SHARE:LOOPS,... with shares from 0"),
        ({"givens": (3,)}, "givens is .3,.; wanted a number of cells"),
        ({"weighting": "time"}, "weighting is 'time'"),
        ({"seed": EVALUATION_SEED}, "seed is 4611686018427387904; wanted a whole number from 0 to"),
        ({"seed": -1}, "seed is -1"),
        ({"rate": 0}, "rate is 0; wanted a number above 0, or nothing is learned"),
        ({"rate": 1e38}, "rate is 1e.38; wanted a number from 0 to 1,000"),
        ({"clip": 0.0}, "clip is 0.0; wanted a number above 0"),
        ({"batch": 10**12}, "batch is 1000000000000; wanted a whole number from 1 to 65,536"),
    ],
)
def test_wrong_recipes_are_refused(change: dict[str, object], text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        replace(RECIPE, **change)


def test_the_schedules_are_those_described() -> None:
    recipe = Recipe(steps=1000, rate=1.0, warmup=100, decay=0.5, loops=((0.0, 8), (0.1, 16)), free=4)
    assert recipe.rate_at(0) == pytest.approx(0.01)
    assert recipe.rate_at(99) == recipe.rate_at(499) == 1.0
    assert recipe.rate_at(750) == pytest.approx(0.5)
    assert (recipe.loops_at(99), recipe.loops_at(100)) == (8, 16)
    assert recipe.free_at(99) == 0
    assert {recipe.free_at(s) for s in range(100, 200)} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("steps", [1, 9, 10, 50, 999, 1000, 6000])
def test_a_run_of_any_length_reaches_its_rate(steps: int) -> None:
    recipe = Recipe(steps=steps, rate=1.0)
    assert recipe.warmup == min(100, steps // 10)
    assert max(map(recipe.rate_at, range(steps))) == 1.0
    assert Recipe(steps=steps, warmup=100).warmup == 100  # what is told counts
    assert Recipe.recorded({"recipe": {"steps": steps, "warmup": 100}}).warmup == 100
    assert replace(recipe, steps=10 * steps).warmup == recipe.warmup  # and a run that goes on rises no second time


def test_a_run_that_ends_by_the_clock_comes_to_the_end_of_its_schedule() -> None:
    recipe = Recipe(steps=1000, rate=1.0, warmup=100, decay=0.5, loops=((0.0, 8), (0.5, 16)), kl_warmup=0.4)

    def place(spent: float, step: int = 0, begun: int = 0) -> int:
        return recipe.place_at(step, begun, spent, 60.0)

    places = [place(spent) for spent in (0, 6, 30, 45, 60, 90)]
    assert places == [0, 99, 499, 749, 999, 999]
    assert [round(recipe.rate_at(3, at), 2) for at in places] == [0.04, 0.99, 1.0, 0.5, 0.01, 0.01]
    assert [recipe.loops_at(at) for at in places] == [8, 8, 8, 16, 16, 16]
    assert place(0, 400, 400) == 400  # one that goes on has the clock for what is left
    assert place(30, 410, 400) == 699
    assert place(30, 800, 0) == 800  # and one that is faster than the clock ends by its steps
    assert recipe.place_at(7, 0, 50.0, None) == 7
    assert recipe.place_at(7, 0, 0.0, 0.0) == 999
    assert recipe.rate_at(50) == recipe.rate_at(50, 50) == pytest.approx(0.51)


def test_the_kl_warms_up_to_its_weight_and_the_end_is_settled() -> None:
    recipe = Recipe(steps=1000, latent_kl=0.5, kl_warmup=0.2, settle=0.25)
    assert recipe.kl_weight_at(0) == pytest.approx(0.5 / 200)
    assert recipe.kl_weight_at(99) == pytest.approx(0.25)
    assert recipe.kl_weight_at(199) == recipe.kl_weight_at(999) == 0.5
    assert replace(recipe, kl_warmup=0.0).kl_weight_at(0) == 0.5
    said = {0: "drawn", 749: "drawn", 750: "likeliest", 874: "likeliest", 875: "frozen", 999: "frozen"}
    assert {step: recipe.code_at(step) for step in said} == said
    assert replace(recipe, settle=0.0).code_at(999) == "drawn"
