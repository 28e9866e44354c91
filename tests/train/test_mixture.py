"""Mixtures: one set of weights for boards of many sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.commands import run

from vmdsolve.checker import accepts
from vmdsolve.model.about import about
from vmdsolve.train import Recipe
from vmdsolve.train.mixture import MixedStream
from vmdsolve.train.queens import Chessboards


def test_queens_of_many_sizes_are_drawn_by_their_laws() -> None:
    queens = Chessboards()
    stream = MixedStream(queens, Recipe(batch=3, data="law", givens=(0, 8)), 2)
    sizes = set()
    for step in range(12):
        one = stream.at(step)
        _, x, x0, z, _ = one.batch(step)
        sizes.add(one.domain.name)
        assert accepts(one.domain.rules, x, x0).all()
        assert z.shape == (3, 2)
        assert one.rules.relations == queens.relations
    assert len(sizes) >= 4


@pytest.mark.slow
def test_one_set_for_queens_is_trained_by_name(tmp_path: Path) -> None:
    shape = ["--width", 8, "--message", 8, "--hidden", 8, "--latent", 1, "--prior", "states", "--begin-noise", 1]
    told = ["--steps", 2, "--batch", 1, "--attempts", 2, "--matched", "--loops", "0:1", "--device", "cpu"]
    assert run("train", "queens", "--run-dir", tmp_path, *shape, *told).exit_code == 0
    said = about(tmp_path / "weights.safetensors")
    assert (said.config.domain, said.config.positions, said.record["step"]) == ("queens", (0, 2), 2)
