"""What is said of noise on states is what samples of one evaluation are, drawn by the same keys."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vmdsolve.checker import accepts
from vmdsolve.domains import Domain, get
from vmdsolve.measure.states import DRAWS, diagnose_states
from vmdsolve.model.checkpoint import load_model
from vmdsolve.model.packaged import weights_for
from vmdsolve.sampler import Plan, Predictor, board_keys, fill_boards, latent_keys

GRAPH = "p edge 8 10\n" + "".join(
    f"e {a} {b}\n" for a, b in ((1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 1), (2, 6))
)


def predictor_of(domain: Domain) -> Predictor:
    path = weights_for(domain, sampling=True)
    assert path is not None
    return Predictor(load_model(path), domain.rules, threads=1)


@pytest.mark.parametrize("domain", [get("sudoku-4x4"), get("queens-6"), get("colouring-3").parse(GRAPH).layout])
def test_what_is_diagnosed_is_what_a_sample_of_one_evaluation_is(domain: Domain) -> None:
    start, predict = domain.problem().values[None], predictor_of(domain)
    found = diagnose_states(predict, domain.rules, [start], seed=5)
    keys = np.concatenate([latent_keys(board_keys(domain.rules, start), latent) for latent in range(DRAWS)])
    plan = Plan(steps=1, settle=True, legal=False)
    drawn = fill_boards(predict, domain.rules, start.repeat(DRAWS, 0), plan, keys=keys, seed=5).values
    assert found.shown == tuple(map(tuple, drawn.tolist()))
    assert found.valid == accepts(domain.rules, start.repeat(DRAWS, 0), drawn).mean() > 0.9
    assert found.different == len(np.unique(drawn, axis=0))
    assert 1 < found.information <= domain.rules.L * math.log(DRAWS)
    assert not found.dead
