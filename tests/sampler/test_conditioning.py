"""Sampling under Regular constraints: joint laws of whole trajectories, and words that are always accepted."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from helpers.chi_square import merged_z
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.checker import accepts
from vmdsolve.constraints import DFA, AllDifferent, Regular
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.sampler import Plan, fill_boards
from vmdsolve.sampler.conditioning import conditioning_of
from vmdsolve.sampler.plan import Floats

N = 20_000
NO_TWO_ONES = DFA(0, frozenset({0, 1}), ((0, 1, 0), (0, -1, 0)))
ORDER = (2, 0, 3, 1)  # the word is read in this order of cells
RULES = Rules(4, 3, (Regular(ORDER, NO_TWO_ONES),))
BASE = 1.5 * np.random.default_rng(1).standard_normal((4, 3))
PULL = np.random.default_rng(2).standard_normal((4, 3, 4, 3))  # of a filled cell's symbol on every cell's logits


def logits_of(board: tuple[int, ...]) -> np.ndarray:
    """[4, 3] what the network of these tests says of a board: every cell hangs on every filled one."""
    return BASE + sum(PULL[cell, v] for cell, v in enumerate(board) if v != OPEN)


@dataclass
class Coupled:
    z_width = 0

    def draw(self, _x: Board, noise: Floats) -> Floats:
        return noise

    def __call__(self, x: Board, _z: Floats) -> Floats:
        return np.stack([logits_of(tuple(board)) for board in x.tolist()]).astype(np.float32)


def accepted(board: tuple[int, ...]) -> bool:
    word = [board[cell] for cell in ORDER]
    return all(pair != (1, 1) for pair in itertools.pairwise(word))


FULL = [board for board in itertools.product(range(3), repeat=4) if accepted(board)]


@cache
def law_after(steps: int, temperature: float, board: tuple[int, ...] = (OPEN,) * 4) -> dict[tuple[int, ...], float]:
    """The exact law of the full board: subsets of open cells at random, filled by the conditioned posterior."""
    opened = [cell for cell, v in enumerate(board) if v == OPEN]
    if not opened:
        return {board: 1.0}
    score = logits_of(board) / temperature
    words = [full for full in FULL if all(v in (OPEN, w) for v, w in zip(board, full, strict=True))]
    weights = np.exp([sum(score[cell, full[cell]] for cell in opened) for full in words])
    weights /= weights.sum()
    subsets = list(itertools.combinations(opened, -(-len(opened) // steps)))
    law: dict[tuple[int, ...], float] = {}
    for subset in subsets:
        parts: dict[tuple[int, ...], float] = {}
        for full, weight in zip(words, weights, strict=True):
            part = tuple(full[cell] if cell in subset else v for cell, v in enumerate(board))
            parts[part] = parts.get(part, 0.0) + float(weight) / len(subsets)
        for part, weight in parts.items():
            for full, p in law_after(max(1, steps - 1), temperature, part).items():
                law[full] = law.get(full, 0.0) + weight * p
    return law


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_joint_law_after_t_steps_is_exact_and_a_wrong_temperature_shows(steps: int, temperature: float) -> None:
    boards, keys = np.full((N, 4), OPEN, np.int32), np.arange(N, dtype=np.uint64)
    law = law_after(steps, temperature)
    assert sum(law.values()) == pytest.approx(1)
    for factor, follows in ((1.0, True), (0.9, False), (1.1, False)):
        plan = Plan(steps=steps, order="random", temperature=temperature * factor)
        out = fill_boards(Coupled(), RULES, boards, plan, keys=keys, seed=steps)
        assert accepts(RULES, boards, out.values).all()
        assert (out.nfe == steps).all()
        found = Counter(map(tuple, out.values.tolist()))
        assert (merged_z([found[full] for full in FULL], [law[full] for full in FULL]) < 4) is follows


@settings(deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from(["random", "margin", "top_prob", "entropy"]),
    st.integers(1, 7),
    st.sampled_from([0.0, 1.0]),
    st.sampled_from(["none", "least"]),
    st.integers(1, 3),
)
def test_every_finished_board_matches(
    seed: int, order: str, steps: int, temperature: float, remask: str, blocks: int
) -> None:
    """Two words of random automata on random cells, random givens, any order: full exactly where a word exists."""
    rng = np.random.default_rng(seed)
    Q, V, L = 4, 3, 9
    rules = []
    for cells in np.split(rng.permutation(L)[:8], [5]):
        step = tuple(tuple(row) for row in rng.integers(-1, Q, (Q, V)).tolist())
        rules.append(Regular(cells.tolist(), DFA(0, frozenset(rng.permutation(Q)[:2].tolist()), step)))
    where = Rules(L, V, tuple(rules))
    boards = np.where(rng.random((20, L)) < 0.2, rng.integers(0, V, (20, L)), OPEN).astype(np.int32)
    possible = np.array([all(not rule.violations(board) for rule in rules) for board in boards.tolist()])

    @dataclass
    class Noise:
        z_width = 0

        def draw(self, _x: Board, noise: Floats) -> Floats:
            return noise

        def __call__(self, x: Board, _z: Floats) -> Floats:
            return (30 * np.random.default_rng(x.tobytes()[0]).standard_normal((*x.shape, V))).astype(np.float32)

    plan = Plan(steps=max(steps, blocks), order=order, temperature=temperature, remask=remask, blocks=blocks)
    out = fill_boards(Noise(), where, boards, plan, keys=np.arange(20, dtype=np.uint64))
    assert (accepts(where, boards, out.values) == possible).all()
    assert (out.nfe[~possible & (boards == OPEN).any(axis=1)] <= 1).all()  # noticed at once


def test_without_legal_masks_words_are_the_networks_own() -> None:
    boards, keys = np.full((N, 4), OPEN, np.int32), np.arange(N, dtype=np.uint64)
    out = fill_boards(Coupled(), RULES, boards, Plan(steps=1, temperature=1.0, legal=False), keys=keys)
    assert 0.2 < accepts(RULES, boards, out.values).mean() < 0.9


def test_argmax_is_that_of_whole_words() -> None:
    """Each cell alone prefers 1; no two ones may follow each other, so the best words alternate."""
    rules = Rules(5, 2, (Regular(range(5), DFA(0, frozenset({0, 1}), ((0, 1), (0, -1)))),))

    @dataclass
    class Ones(Coupled):
        def __call__(self, x: Board, _z: Floats) -> Floats:
            return np.broadcast_to(np.array([0, 1], np.float32), (*x.shape, 2)).copy()

    boards = np.full((1, 5), OPEN, np.int32)
    for steps in (1, 2, 5):
        out = fill_boards(Ones(), rules, boards, Plan(steps=steps), keys=np.zeros(1, np.uint64))
        assert out.values.tolist() == [[1, 0, 1, 0, 1]]


@pytest.mark.parametrize("order", ["margin", "top_prob", "entropy"])
def test_orders_see_the_conditioned_posterior(order: str) -> None:
    """The network is least sure of the first cell, where the automaton leaves no choice: it comes first."""
    rules = Rules(3, 2, (Regular(range(3), DFA(0, frozenset({1}), ((-1, 1), (1, 1)))),))

    @dataclass
    class Leaning(Coupled):
        def __call__(self, x: Board, _z: Floats) -> Floats:
            return np.broadcast_to(np.array([[0, 0.1], [2, 0], [0, 3]], np.float32), (*x.shape, 2)).copy()

    boards = np.full((1, 3), OPEN, np.int32)
    out = fill_boards(Leaning(), rules, boards, Plan(steps=3, order=order), keys=np.zeros(1, np.uint64), trace=True)
    assert out.trace is not None
    assert out.trace.values[:, 0].tolist() == [[1, OPEN, OPEN], [1, OPEN, 1], [1, 0, 1]]


def test_words_that_share_cells_are_kept_in_order_of_declaration() -> None:
    rules = Rules(4, 3, tuple(Regular(cells, NO_TWO_ONES) for cells in ([0, 1], [1, 2], [2, 3])))
    assert [cells.tolist() for cells, _ in conditioning_of(rules).words] == [[0, 1], [2, 3]]
    assert not conditioning_of(Rules(4, 3, (AllDifferent([0, 1]),)))


def test_under_all_different_the_words_are_guidance_and_no_peers_clash() -> None:
    """Four cells, all different and no symbol 1 after 1: whatever is committed breaks no all-different rule."""
    rules = Rules(4, 4, (Regular(range(4), DFA(0, frozenset({0}), ((0,) * 4,))), AllDifferent(range(4))))

    @dataclass
    class Same(Coupled):
        def __call__(self, x: Board, _z: Floats) -> Floats:
            return np.broadcast_to(np.array([3, 2, 1, 0], np.float32), (*x.shape, 4)).copy()

    boards, keys = np.full((200, 4), OPEN, np.int32), np.arange(200, dtype=np.uint64)
    for steps in (1, 2, 4):
        out = fill_boards(Same(), rules, boards, Plan(steps=steps, order="random", temperature=1.0), keys=keys)
        filled = [[v for v in board if v != OPEN] for board in out.values.tolist()]
        assert all(filled)
        assert all(len(set(board)) == len(board) for board in filled)
    assert accepts(rules, boards, out.values).all()  # one cell a step: nothing can clash
