"""`generate` keeps its time limit, wherever it is when the time runs out."""

from __future__ import annotations

import time

import pytest

from vmdsolve import generate

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("domain", "seconds", "options"),
    [
        ("sudoku-25x25", 0.1, {}),
        ("sudoku-16x16", 0.1, {"harder": 1000}),
        ("latin-32", 0.1, {"clues": 1}),
        ("killer", 0.0001, {"size": 9}),
    ],
)
def test_a_puzzle_that_takes_too_long_is_given_up(domain: str, seconds: float, options: dict[str, int]) -> None:
    begun = time.perf_counter()
    with pytest.raises(TimeoutError, match=f"no puzzle of {domain}.* was made in {seconds:g} s; allow more"):
        list(generate(domain, 20, time_limit=seconds, threads=1, **options))
    assert time.perf_counter() - begun < 20  # twenty are charged together at the most; before it took minutes


def test_a_limit_that_suffices_changes_nothing() -> None:
    for domain in ("sudoku-9x9", "futoshiki"):
        free, timed = (
            [answer.tolist() for _, answer in generate(domain, 4, seed=3, time_limit=limit)] for limit in (None, 60)
        )
        assert free == timed
