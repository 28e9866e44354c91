"""The loop on tensors equals the reference, which fills one board after another on arrays, bit for bit."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass

import numpy as np
import pytest
from helpers.reference_loop import assert_same, reference_fill
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.constraints import DFA, AllDifferent, Regular
from vmdsolve.domains import get
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.sampler import Plan, fill_boards
from vmdsolve.sampler.plan import Floats

AUTOMATON = DFA(0, frozenset({0, 1}), ((0, 1, 2), (0, -1, 1), (2, 2, -1)))
RULES = {
    "no rule": Rules(7, 3),
    "all different": get("sudoku-4x4").rules,
    "one word": Rules(6, 3, (Regular([4, 0, 2, 5, 1], AUTOMATON),)),
    "words and peers": Rules(
        9,
        3,
        (
            Regular([0, 1, 2, 3], AUTOMATON),
            Regular([8, 6, 7], AUTOMATON),
            AllDifferent([0, 4, 8]),
            AllDifferent([3, 6]),
        ),
    ),
}


@dataclass
class Coupled:
    """Every cell hangs on every filled one and on z; some symbols are impossible."""

    L: int
    V: int
    z_width: int = 2

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.L)
        self.pull = rng.standard_normal((self.L, self.V + 1, self.L, self.V)).astype(np.float32)
        self.pull[:, self.V] = 0  # an open cell says nothing
        self.by_z = rng.standard_normal((2, self.L, self.V)).astype(np.float32)

    def draw(self, x: Board, noise: Floats) -> Floats:
        return noise + np.float32(0.5) * (x == 1).sum(axis=1, keepdims=True).astype(np.float32)

    def __call__(self, x: Board, z: Floats) -> Floats:
        logits = self.pull[np.arange(self.L), x].sum(axis=1, dtype=np.float32)
        for i in range(self.z_width):
            logits = logits + z[:, i, None, None] * self.by_z[i]
        return np.where(self.by_z[0] < -1.5, -np.inf, logits).astype(np.float32)


plans = st.builds(
    lambda steps, blocks, **rest: Plan(steps=max(steps, blocks), blocks=blocks, **rest),
    steps=st.integers(1, 9), blocks=st.integers(1, 4),
    order=st.sampled_from(["random", "top_prob", "margin", "entropy"]),
    threshold=st.sampled_from([None, -0.5, 0.3, 0.9]), temperature=st.sampled_from([0.0, 0.7, 1.0]),
    noise=st.sampled_from([0.0, 0.5]), each_step=st.booleans(), legal=st.booleans(),
    remask=st.sampled_from(["none", "least", "conflicts"]), rate=st.sampled_from([0.1, 0.5, 1.0]),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
@settings(deadline=None, max_examples=20)
@given(plan=plans, seed=st.integers(0, 2**64 - 1), B=st.integers(0, 6), z_width=st.integers(0, 2))
def test_the_loop_equals_the_reference(name: str, plan: Plan, seed: int, B: int, z_width: int) -> None:
    rules = RULES[name]
    rng = np.random.default_rng(seed)
    boards = np.where(rng.random((B, rules.L)) < 0.2, rng.integers(0, rules.V, (B, rules.L)), OPEN).astype(np.int32)
    allowed = np.bitwise_or(*rng.integers(1, 2**rules.V, (2, *boards.shape), np.uint64))
    keys = rng.integers(0, 2**64 - 1, B, np.uint64, endpoint=True)
    before = boards.copy(), allowed.copy(), keys.copy()
    network = Coupled(rules.L, rules.V, z_width)
    for domains in (None, allowed):
        wanted = reference_fill(network, rules, boards, plan, keys=keys, seed=seed, domains=domains)
        found = fill_boards(
            network, rules, boards, plan, keys=keys, seed=seed, domains=domains, keep_first=True, trace=True
        )
        assert_same(found, wanted)
    for array, was in zip((boards, allowed, keys), before, strict=True):
        np.testing.assert_array_equal(array, was)


def test_what_is_not_asked_for_is_not_kept() -> None:
    boards, keys = np.full((3, 7), OPEN, np.int32), np.arange(3, dtype=np.uint64)
    drawn = fill_boards(Coupled(7, 3), RULES["no rule"], boards, Plan(steps=2), keys=keys)
    assert drawn.first is None
    assert drawn.trace is None


def test_logits_are_kept_by_nobody_and_their_order_in_a_byte_each() -> None:
    B, L, V = 128, 512, 64
    logits = np.zeros((B, L, V), np.float32)

    @dataclass
    class AtHand:
        z_width = 0

        def draw(self, _x: Board, noise: Floats) -> Floats:
            return noise

        def __call__(self, _x: Board, _z: Floats) -> Floats:
            return logits

    def peak(keep_first: bool) -> float:
        boards, keys = np.full((B, L), OPEN, np.int32), np.arange(B, dtype=np.uint64)
        tracemalloc.start()
        try:
            fill_boards(AtHand(), Rules(L, V), boards, Plan(steps=1), keys=keys, keep_first=keep_first)
            return tracemalloc.get_traced_memory()[1] / logits.nbytes
        finally:
            tracemalloc.stop()

    assert peak(keep_first=False) < 0.5  # beside the network's own: nothing of the size of logits
    assert peak(keep_first=True) < 1.5  # most of it to sort a part of them, which does not grow with B


def test_arrays_may_be_read_only_and_lie_in_any_order() -> None:
    network, rules, plan = Coupled(7, 3), RULES["no rule"], Plan(steps=2)
    boards, keys = np.full((4, 7), OPEN, np.int32), np.arange(4, dtype=np.uint64)
    boards[1:, 2] = 1
    whole = fill_boards(network, rules, boards, plan, keys=keys)
    boards.flags.writeable = keys.flags.writeable = False
    back = fill_boards(network, rules, boards[::-1], plan, keys=keys[::-1])
    np.testing.assert_array_equal(back.values[::-1], whole.values)
