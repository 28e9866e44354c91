"""estimate_solutions: unbiased, by statistics against exact counts; honest where it cannot be known."""

from __future__ import annotations

import numpy as np
import pytest

from vmdsolve import InvalidInput, domains, estimate_solutions, search
from vmdsolve.api import estimate as module
from vmdsolve.constraints import AllDifferent, Less, Predicate
from vmdsolve.deadline import Deadline
from vmdsolve.domains.sequence import TokenSequence
from vmdsolve.problem import Rules

LIMIT = 4.0  # standard errors: chance goes beyond once in 16,000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count"),
    [("sudoku-4x4", 288), ("latin-4", 576), ("latin-5", 161_280), ("queens-5", 10), ("queens-6", 4)],
)
def test_estimates_have_no_bias_and_tell_their_error(name: str, count: int) -> None:
    domain, samples = domains.get(name), 400
    grid = domain.format(domain.problem().values)
    found = [estimate_solutions(grid, domain=domain, samples=samples, seed=seed) for seed in range(25)]
    means = np.array([one.n for one in found])
    error = means.std(ddof=1) / len(means) ** 0.5
    assert abs(means.mean() - count) < LIMIT * max(error, 1e-9)
    told = np.array([one.error for one in found]).mean()
    assert 0.5 < told / means.std(ddof=1) < 2  # the error that is told is the one there is


@pytest.mark.slow
def test_the_same_test_would_notice_a_bias(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = search.probe

    def biased(*args: object, **options: object) -> object:
        boards, logs = plain(*args, **options)
        return boards, logs + 0.05

    monkeypatch.setattr(module.search, "probe", biased)
    found = estimate_solutions("." * 16, samples=10_000)
    assert abs(found.n - 288) > LIMIT * found.error


def test_weights_of_all_ways_with_their_chances_add_up_exactly() -> None:
    """Each board that is met has weight 1 / chance; over many ways boards are met as often as that says."""
    rules = Rules(3, 4, (AllDifferent([0, 1]), Less(1, 2)))
    exact = search.solve_values(rules, np.full((1, 3), -1), limit=None).counts[0]
    draws = np.random.default_rng(0).random((4000, 3))
    gone = search.probe(rules, np.full(3, -1, np.int32), draws, clock=Deadline(None))
    assert gone is not None
    boards, logs = gone
    weights = np.exp(logs)
    assert abs(weights.mean() - exact) < LIMIT * weights.std() / len(weights) ** 0.5
    for board in np.unique(boards[logs > -np.inf], axis=0):
        met = (boards == board).all(axis=1)
        assert len(set(np.round(weights[met], 9))) == 1  # one way alone leads to a board
        share = 1 / weights[met][0]
        assert abs(met.mean() - share) < 5 * (share / len(boards)) ** 0.5


def test_an_estimate_is_a_function_of_seed_and_samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    one = estimate_solutions("." * 16, samples=50, seed=3)
    monkeypatch.setattr(module, "CHUNK", 7 * 16)
    assert estimate_solutions("." * 16, samples=50, seed=3, threads=1) == one
    assert estimate_solutions("." * 16, samples=50, seed=4) != one


def test_what_propagation_settles_is_exact() -> None:
    assert estimate_solutions("1......2..4..3..")[:2] == (1.0, 0.0)
    assert estimate_solutions("11" + "." * 14)[:3] == (0.0, 0.0, -np.inf)
    even = TokenSequence("even", "01", 4, [Predicate(range(4), lambda values: sum(values) % 2 == 0)])
    found = estimate_solutions("....", domain=even)
    assert abs(found.n - 8) < LIMIT * found.error


def test_numbers_beyond_a_float_have_a_logarithm() -> None:
    found = module._estimate(np.array([2000.0, 2000.0]))
    assert (found.n, round(found.log10, 3)) == (np.inf, 868.589)


@pytest.mark.slow
def test_time_that_runs_out_is_told() -> None:
    with pytest.raises(TimeoutError, match="samples were done in 0 s; allow more"):
        estimate_solutions("." * 81, time_limit=0.0)
    few = estimate_solutions("." * 81, samples=1_000_000, time_limit=1.0)
    assert 2 <= few.samples < 1_000_000


@pytest.mark.parametrize("options", [{"samples": 1}, {"samples": 2.5}, {"seed": -1}, {"time_limit": -1}])
def test_estimating_refuses_at_the_call(options: dict[str, float]) -> None:
    with pytest.raises(InvalidInput, match="wanted"):
        estimate_solutions("." * 16, **options)
