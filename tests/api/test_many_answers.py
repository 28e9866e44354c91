"""What the weights for queens and for colouring draw, by themselves and with search behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from vmdsolve import Solution, Status, sample, solve
from vmdsolve.train.graphs import random_graph

N = 200


def drawn(domain: str, n: int = N, **options: Any) -> list[Solution]:
    found: Iterator[Solution] = sample(domain, n, method="vmd-only", latents=1, **options)
    return list(found)


@pytest.mark.parametrize("rows", [4, 5, 8, 10])
def test_nearly_all_boards_that_the_model_draws_alone_are_valid(rows: int) -> None:
    valid = [one for one in drawn(f"queens-{rows}") if one.status is Status.SOLVED]
    assert len(valid) > 0.9 * N  # an accident of so many would be rare at 95%
    assert all(one.z is not None and one.method == "vmd" for one in valid)


def test_all_images_of_a_board_of_queens_are_drawn_as_often() -> None:
    """By no more than chance: the network knows neither left nor right."""
    boards = [np.array([*one.text]).reshape(8, 8) for one in drawn("queens-8", 2 * N) if one.text]
    left = np.mean([(board == "Q")[:, :4][:2].sum() for board in boards])
    right = np.mean([(board == "Q")[:, 4:][:2].sum() for board in boards])
    assert abs(left - right) < 4 * 2**0.5 * 0.7 / len(boards) ** 0.5


def test_nearly_all_graphs_that_the_model_colours_alone_have_no_conflict() -> None:
    rng, valid = np.random.default_rng(5), 0
    graphs = [random_graph(rng, k, n) for k, n in ((3, 8), (3, 10), (4, 8), (4, 10)) for _ in range(5)]
    for graph in graphs:
        found = list(sample(graph, 20, method="vmd-only", latents=1))
        valid += sum(one.status is Status.SOLVED for one in found)
    assert valid > 0.9 * 20 * len(graphs)


def test_search_is_behind_the_model() -> None:
    for name, given in (("queens-10", None), ("queens-12", "Q" + "." * 143)):
        found = list(sample(name, 20, given=given))
        assert {one.status for one in found} == {Status.SOLVED}
        assert all(one.text and (given is None or one.text[0] == "Q") for one in found)
    assert {one.method for one in sample("queens-13", 3)} == {"search"}  # larger than what was learned


def test_different_z_of_a_solve_are_different_answers() -> None:
    answers = [solve("." * 64, domain="queens-8", latents=8, seed=seed) for seed in range(6)]
    assert len({one.text for one in answers}) >= 4  # of 92
    assert {one.method for one in answers} == {"vmd"}
    assert {solve("." * 64, domain="queens-8", seed=seed).method for seed in range(2)} == {"search"}
