"""The exact law: known counts and weights, and a comparison that is honest about its own error."""

from __future__ import annotations

import math

import numpy as np
import pytest
from helpers.chi_square import chi_square_z

from vmdsolve.domains import get
from vmdsolve.domains.toys import Follow
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import Comparison, Law, law_of
from vmdsolve.problem import OPEN
from vmdsolve.search import solve_values

SKEW, CHAINS = law_of(get("pair-skew")), law_of(get("chains"))


def tilted(law: Law, by: float) -> Law:
    """Every other solution is likelier by a share, the rest less likely."""
    p = law.p * (1 + by * (-1.0) ** np.arange(len(law.p)))
    return Law(law.boards, p / p.sum())


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    return float((p * np.log(p / q)).sum())


def repeated(law: Law, source: Law, n: int, times: int) -> list[Comparison]:
    return [law.compare(source.draw(np.random.default_rng(seed), n)) for seed in range(times)]


@pytest.mark.parametrize(
    ("name", "solutions"),
    [("sudoku-4x4", 288), ("latin-4", 576), ("pair", 10), ("chain", 10), ("chains", 100), ("follow-30", 100)],
)
def test_a_law_holds_every_solution_once(name: str, solutions: int) -> None:
    law = law_of(get(name))
    assert law.boards.shape == (solutions, get(name).rules.L)
    assert len(np.unique(law.boards, axis=0)) == solutions
    assert law.boards.tolist() == sorted(law.boards.tolist())
    assert float(law.p.sum()) == pytest.approx(1)
    if name != "follow-30":
        assert law.entropy == pytest.approx(math.log(solutions))


def test_weights_are_those_written_down() -> None:
    np.testing.assert_allclose(SKEW.p, np.arange(1, 11) / 55)
    for percent in range(0, 101, 10):
        domain, law = get(f"follow-{percent}"), law_of(get(f"follow-{percent}"))
        assert float(domain.weight(law.boards).sum()) == pytest.approx(1)  # without being told to
        follows = law.boards[:, 1] == (law.boards[:, 0] + 1) % 10
        assert float(law.p[follows].sum()) == pytest.approx(percent / 100 + (1 - percent / 100) / 10)
        for cell in (0, 1):
            np.testing.assert_allclose(np.bincount(law.boards[:, cell], law.p), np.full(10, 0.1))
    assert len(law_of(Follow(100)).p) == 10
    with pytest.raises(InvalidInput, match="percent is 101"):
        Follow(101)


def test_the_law_of_a_problem_keeps_its_givens() -> None:
    domain = get("latin-4")
    values = np.full(16, OPEN, np.int32)
    values[[0, 5]] = 1, 2
    law = law_of(domain, values)
    assert len(law.p) == int(solve_values(domain.rules, values[None], limit=10_000).counts[0])
    assert (law.boards[:, [0, 5]] == [1, 2]).all()
    values[1] = 1
    with pytest.raises(InvalidInput, match="no solution"):
        law_of(domain, values)
    assert len(law_of(domain, limit=576).p) == 576
    with pytest.raises(InvalidInput, match="over 575 solutions"):
        law_of(domain, limit=575)


def test_draws_follow_the_law_and_not_a_tilted_one() -> None:
    drawn = SKEW.indices(SKEW.draw(np.random.default_rng(0), 20_000))
    counts = np.bincount(drawn, minlength=10).tolist()
    assert chi_square_z(counts, SKEW.p.tolist()) < 4
    assert chi_square_z(counts, tilted(SKEW, 0.1).p.tolist()) > 4


def test_indices_find_boards_of_any_integer_kind_and_nothing_else() -> None:
    order = np.random.default_rng(0).permutation(100)
    for kind in (np.int8, np.int32, np.int64):
        assert (CHAINS.indices(CHAINS.boards[order].astype(kind)) == order).all()
    assert CHAINS.indices(np.array([[0, 1, 2, 4], [OPEN, 1, 2, 3], [9, 0, 9, 0]])).tolist() == [-1, -1, 99]


def test_a_comparison_is_what_its_definition_says() -> None:
    law = Law(np.array([[0, 1], [1, 0], [2, 2]], np.int32), np.array([0.5, 0.3, 0.2]))
    found = law.compare(np.array([[0, 1]] * 3 + [[1, 0]] + [[7, 7]]))
    assert (found.n, found.accuracy) == (5, 0.8)
    assert found.reached == pytest.approx(2 / 3)
    assert found.kl == pytest.approx(divergence(law.p, np.array([3.5, 1.5, 0.5]) / 7))
    assert found.kl_reverse == pytest.approx(0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.3))
    assert found.variation == pytest.approx((0.1 + 0.1 + 0.2 + 0.2) / 2)
    nothing = law.compare(np.full((4, 2), 9))
    assert (nothing.accuracy, nothing.variation, nothing.reached) == (0, 1, 0)
    assert math.isnan(nothing.kl_reverse)
    with pytest.raises(InvalidInput, match="no samples"):
        law.compare(np.empty((0, 2), np.int32))


@pytest.mark.slow
@pytest.mark.parametrize("law", [SKEW, CHAINS], ids=["pair-skew", "chains"])
def test_perfect_samples_show_the_floor_and_a_tilt_of_a_tenth_shows(law: Law) -> None:
    true, wrong = repeated(law, law, 10_000, 100), repeated(law, tilted(law, 0.1), 10_000, 100)
    assert float(np.mean([c.kl for c in true])) == pytest.approx(true[0].kl_floor, rel=0.15)
    assert float(np.mean([c.variation for c in true])) == pytest.approx(true[0].variation_floor, rel=0.15)
    far = [(c.kl - c.kl_floor) / c.kl_error for c in true]
    assert max(far) < 4
    assert np.mean([(c.kl - c.kl_floor) / c.kl_error > 2 for c in wrong]) > 0.95
    assert all(c.accuracy == 1 for c in true)


@pytest.mark.slow
@pytest.mark.parametrize(("law", "by"), [(SKEW, 0.4), (CHAINS, 0.4), (CHAINS, 0.2)])
def test_the_error_of_the_kl_is_its_spread(law: Law, by: float) -> None:
    """Two hundred times; the error is that of the estimate about its own mean."""
    away = tilted(law, by)
    found = repeated(law, away, 8_000, 200)
    spread, error = np.std([c.kl for c in found]), np.mean([c.kl_error for c in found])
    assert 0.7 < error / spread < 1.3
    expected = divergence(law.p, away.p)
    assert abs(np.mean([c.kl for c in found]) - found[0].kl_floor - expected) < 0.1 * expected


@pytest.mark.slow
def test_at_the_law_itself_the_error_is_never_too_small() -> None:
    found = repeated(CHAINS, CHAINS, 10_000, 200)
    spread, error = np.std([c.kl for c in found]), np.mean([c.kl_error for c in found])
    assert 1 < error / spread < 1.7


def test_wrong_samples_are_an_outcome_of_their_own() -> None:
    """A tenth of the samples wrong: all else loses a tenth, log(1 / 0.9) nats."""
    rng = np.random.default_rng(0)
    samples = SKEW.draw(rng, 50_000)
    samples[rng.random(50_000) < 0.1] = 5
    found = SKEW.compare(samples)
    assert abs(found.kl - found.kl_floor - math.log(1 / 0.9)) < 4 * found.kl_error
    assert abs(found.accuracy - 0.9) < 0.01
    assert found.kl_reverse < 2e-3
