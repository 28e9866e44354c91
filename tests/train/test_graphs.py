"""Graphs to colour as training data: that they have colourings, and that one set of weights learns from all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.checker import accepts
from vmdsolve.errors import InvalidInput
from vmdsolve.model.config import ModelConfig
from vmdsolve.problem import OPEN
from vmdsolve.search import solve_values
from vmdsolve.train import Recipe, Run, Trainer
from vmdsolve.train.graphs import COLOURS, VERTICES, Graphs, random_graph
from vmdsolve.train.mixture import MixedStream
from vmdsolve.train.near import parts

SHAPE = ModelConfig("colouring", ("edge",), width=8, message=8, hidden=8, loops=3, latent=1, prior="states")
RECIPE = Recipe(
    steps=4, batch=1, loops=((0.0, 2),), free=1, data="answers", attempts=4, matched=True, begin_noise=1.0, bf16=False
)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), colours=st.integers(*COLOURS), vertices=st.integers(*VERTICES))
def test_graphs_have_edges_and_a_colouring(seed: int, colours: int, vertices: int) -> None:
    graph = random_graph(np.random.default_rng(seed), colours, vertices)
    assert (vertices, colours) == (graph.rules.L, graph.rules.V)
    assert graph.edges
    assert solve_values(graph.rules, np.full((1, vertices), OPEN)).counts[0] == 1


def test_a_step_sees_several_graphs_and_is_a_function_of_seed_and_number() -> None:
    a, b = (MixedStream(Graphs(), RECIPE, 2) for _ in range(2))
    colours = set()
    for step in range(8):
        ours, theirs = a.at(step), b.at(step)
        assert ours is a.at(step)
        assert ours.domain.clues == theirs.domain.clues
        for x, y in zip(ours.batch(step), theirs.batch(step), strict=True):
            np.testing.assert_array_equal(x, y)
        _, x, x0, _, _ = ours.batch(step)
        assert accepts(ours.domain.rules, x, x0).all()
        assert len(parts(ours.rules)) > 2
        colours.add(ours.rules.V)
    assert len(colours) > 1
    assert a.source == (
        "native generator, answers of random graphs of 6 to 32 vertices in 3 to 6 colours, 96 or more vertices a step"
    )


def test_a_run_of_graphs_is_told_and_resumed(tmp_path: Path) -> None:
    told = {"domain": "coloring", "data": "answers", "preset": "matched", "steps": 2, "attempts": 2, "loops": "0:2"}
    run = Run.of({**told, "width": 8, "message": 8, "hidden": 8})
    assert isinstance(run.domain, Graphs)
    assert run.config.positions == (0, 0)
    assert run.config.relations == ("edge",)
    assert run.told()["domain"] == "colouring"
    for _ in run.trainer().run(tmp_path, every=1):
        pass
    again = Run.of({"steps": 3}, tmp_path).trainer()
    assert isinstance(again.domain, Graphs)
    assert [progress.step for progress in again.run(every=1)] == [3]
    with pytest.raises(InvalidInput, match="or all-different or colouring"):
        Run.of({"domain": "killer"})


def test_what_is_held_out_are_graphs_one_by_one() -> None:
    trainer = Trainer(Graphs(together=20), SHAPE, RECIPE)
    progress = list(trainer.run(every=4))
    assert progress[-1].solved is not None
    assert 0 <= progress[-1].solved <= 1
