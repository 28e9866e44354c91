"""Where rules count a symbol, cells that hold one are filled first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.domains.queens import QUEEN
from vmdsolve.measure.law import law_of
from vmdsolve.problem import OPEN
from vmdsolve.sampler import Plan, fill_boards
from vmdsolve.sampler.counted import counted_first, counted_symbols


class Exact:
    """A network that knows the law: of every open cell the chances of its symbols, given what is filled."""

    z_width = 0

    def __init__(self, name: str) -> None:
        domain = get(name)
        self.law, self.V = law_of(domain), domain.rules.V

    def draw(self, x: Any, noise: Any) -> Any:
        del x
        return noise

    def __call__(self, x: Any, z: Any) -> Any:
        del z
        out = np.empty((*x.shape, self.V), np.float32)
        for board, logits in zip(x, out, strict=True):
            rows = ((self.law.boards == board) | (board == OPEN)).all(axis=1)
            often = (self.law.boards[rows][..., None] == np.arange(self.V)).sum(
                axis=0
            )  # 0 of a board without an answer
            logits[...] = np.log(np.maximum(often, 1e-9))
        return out


def filled(network: Exact, name: str, keys: int = 8, **fields: Any) -> Any:
    rules = get(name).rules
    boards = np.full((keys, rules.L), OPEN, np.int32)
    return fill_boards(network, rules, boards, Plan(**fields), keys=np.arange(keys, dtype=np.uint64), trace=True)


@pytest.mark.parametrize("n", [4, 5, 6])
def test_queens_come_first_and_who_knows_the_law_errs_never(n: int) -> None:
    name = f"queens-{n}"
    done = filled(Exact(name), name, steps=n + 1, legal=False, counted_first=True)
    rules = get(name).rules
    assert accepts(rules, np.full_like(done.values, OPEN), done.values).all()
    for i, board in enumerate(done.trace.values[:n, 0], 1):  # one queen a step; then all else
        assert (board == QUEEN).sum() == i
        assert (board == 1 - QUEEN).sum() == 0


def test_by_what_is_surest_empty_squares_come_first() -> None:
    done = filled(Exact("queens-6"), "queens-6", steps=7, legal=False, order="top_prob")
    assert (done.trace.values[0] != QUEEN).all()


def test_in_one_step_all_is_filled_and_a_board_that_settles_is_done() -> None:
    assert (filled(Exact("queens-5"), "queens-5", steps=1, legal=False, counted_first=True).values != OPEN).all()
    done = filled(Exact("queens-4"), "queens-4", steps=16, legal=False, settle=True, counted_first=True)
    assert done.nfe.max() == 2  # the first queen says where the others are
    assert accepts(get("queens-4").rules, np.full_like(done.values, OPEN), done.values).all()


@given(seed=st.integers(0, 2**32 - 1), L=st.integers(1, 12), V=st.integers(2, 4), left=st.integers(2, 5))
@settings(deadline=None, max_examples=80)
def test_a_step_takes_the_likeliest_of_those_that_may(seed: int, L: int, V: int, left: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.standard_normal((3, L, V)).astype(np.float32)
    x = np.where(rng.random((3, L)) < 0.3, 0, OPEN).astype(np.int32)
    offered = np.where(x == OPEN, rng.integers(1, 1 << V, (3, L)), 0)
    counted = np.arange(V) >= rng.integers(1, V)
    given_ = logits, x, offered, np.arange(V), counted
    sets, number = counted_first(np, *given_, np.int32(left))
    for b in range(3):
        odds = {}
        for cell in range(L):
            mine = [v for v in range(V) if counted[v] and offered[b, cell] >> v & 1 and x[b, cell] == OPEN]
            if mine:
                best = max(mine, key=lambda v: logits[b, cell, v])
                odds[cell] = logits[b, cell, best] - logits[b, cell][~counted].max(), best
        n = -(-max(1, sum(one > 0 for one, _ in odds.values())) // left) if odds else 0
        first = sorted(odds, key=lambda cell: -odds[cell][0])[:n]
        assert number[b] == len(first)
        wanted = offered[b] if not odds else [1 << odds[c][1] if c in first else 0 for c in range(L)]
        assert sets[b].tolist() == list(wanted)
    tensors = counted_first(torch, *map(torch.from_numpy, given_), torch.tensor(left, dtype=torch.int32))
    assert (tensors[0].numpy() == sets).all()
    assert (tensors[1].numpy() == number).all()


def test_which_symbols_rules_count() -> None:
    assert counted_symbols(get("queens-8").rules).tolist() == [False, True]
    assert counted_symbols(get("sudoku-4x4").rules) is None  # none is counted
    one, other = (
        fill_boards(
            Exact("sudoku-4x4"), get("sudoku-4x4").rules, np.full((2, 16), OPEN, np.int32),
            Plan(steps=4, counted_first=first), keys=np.arange(2, dtype=np.uint64),
        )
        for first in (False, True)
    )  # fmt: skip
    assert (one.values == other.values).all()
