"""With sums a cell hears how many of a unit say something, whatever the unit's size; with means their share."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers.denoisers import random_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains.queens import QUEEN, Queens
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels.structure import Structure
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.matrices import means_of
from vmdsolve.model.units import SUMMED, Units
from vmdsolve.problem import OPEN
from vmdsolve.search import enumerate_values
from vmdsolve.train.graphs import Graphs
from vmdsolve.train.mixture import Mixture
from vmdsolve.train.queens import Chessboards
from vmdsolve.train.run import Run


def heard(units: Units, said: np.ndarray) -> np.ndarray:
    """[R, L] what each cell hears of each relation, where cells say [L]."""
    means = means_of(units, torch.device("cpu"))
    unit = means.gather @ torch.from_numpy(said.astype(np.float32))
    return np.stack([(means.spread[:, a:b] @ unit[a:b]).numpy() for a, b in means.spans])


@given(
    seed=st.integers(0, 2**32 - 1),
    L=st.integers(1, 12),
    relations=st.integers(1, 3),
    pool=st.sampled_from(["mean", "sum"]),
)
@settings(deadline=None, max_examples=60)
def test_a_cell_hears_the_mean_over_its_units_of_means_or_of_sums(seed: int, L: int, relations: int, pool: str) -> None:
    rng = np.random.default_rng(seed)
    rules, said = random_rules(rng, L, 2, relations), rng.standard_normal(L)
    of = {"mean": np.mean, "sum": lambda values: SUMMED * np.sum(values)}[pool]
    wanted = np.zeros((len(rules.relations), L))
    for r, relation in enumerate(rules.relations):
        for cell in range(L):
            mine = [
                said[list(one.cells)] for one in rules.constraints if one.relation == relation and cell in one.cells
            ]
            wanted[r, cell] = np.mean([of(unit) for unit in mine]) if mine else 0.0
    np.testing.assert_allclose(heard(Units(rules, rules.relations, pool), said), wanted, atol=1e-5)


@pytest.mark.parametrize("n", [5, 6, 8, 11])
def test_by_sums_a_queen_hears_itself_alone_in_every_relation_where_none_attacks_it(n: int) -> None:
    rules = Queens(n).rules
    board = next(enumerate_values(rules, np.full(rules.L, OPEN, np.int32)))
    queens = np.flatnonzero(board == QUEEN)
    units = Units(rules, rules.relations, "sum")
    np.testing.assert_allclose(heard(units, board == QUEEN)[:, queens], SUMMED, atol=1e-6)
    moved = board.copy()
    moved[queens[1]], moved[queens[1] // n * n + queens[0] % n] = 0, QUEEN
    assert heard(units, moved == QUEEN)[rules.relations.index("column"), queens[0]] > 1.9 * SUMMED
    shares = heard(Units(rules, rules.relations), board == QUEEN)[:, queens]
    assert np.ptp(shares[rules.relations.index("diagonal")]) > 0.05  # by means it depends on where they stand


def test_weights_of_sums_are_not_those_of_means() -> None:
    one, other = (ModelConfig("any", ("row",), pool=pool) for pool in ("mean", "sum"))
    assert not one.same_weights(other)
    assert ModelConfig.from_json(other.to_json()) == other
    assert ModelConfig.from_json(one.to_json().replace('"pool": "mean", ', "")) == one  # weights of an earlier version


def test_what_cannot_be_pooled_is_refused() -> None:
    with pytest.raises(ModelMismatch, match="attention has no units to hear of"):
        ModelConfig("any", ("row",), mixer="attention", symbols=4, pool="sum")
    with pytest.raises(ModelMismatch, match="pool is 'max'"):
        ModelConfig("any", ("row",), pool="max")
    for shares in ([[[1.0]]], [[]], [[[1.0, float("nan")]]], [[[1.0, 2.0]], []]):
        with pytest.raises(InvalidInput, match="a finite number for each cell of each unit"):
            Structure(3, 2, [[[0, 1]]], shares)


@pytest.mark.parametrize(("mixture", "pool"), [(Chessboards, "sum"), (Graphs, "sum"), (Mixture, "mean")])
def test_where_units_differ_in_size_sums_are_learned(mixture: type[Mixture], pool: str) -> None:
    assert Run.of({"domain": mixture.name, "steps": 1}).config.pool == pool
    assert Run.of({"domain": mixture.name, "steps": 1, "pool": "mean"}).config.pool == "mean"
