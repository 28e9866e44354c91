"""The kernels: both back ends equal each other bit for bit and mean what their docstrings say."""

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.torch_unmask import torch_unmask
from vmdsolve import kernels, sets
from vmdsolve.peers import Peers
from vmdsolve.sets import listed

Arrays = dict[str, Any]


def random_peers(rng: np.random.Generator, L: int, density: float) -> Peers:
    """Units of any size; with a density of 1 a cell is in two units, or so."""
    sizes = rng.integers(1, min(L, 9), round(density * L), endpoint=True)
    return Peers.of(L, [rng.permutation(L)[:size].tolist() for size in sizes])


def random_boards(seed: int, B: int, L: int, V: int, density: float = 0.5, fill: float = 0.4) -> Arrays:
    """Arguments of `unmask`; logits with ties, -inf, huge and subnormal ones among them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(B, L, V)) * 10.0 ** rng.integers(-2, 3)
    odd = np.array([0, -0.0, 1, -np.inf, 3e38, -3e38, 1e-40, -90], np.float32)
    logits = np.where(rng.random((B, L, V)) < 0.2, rng.choice(odd, (B, L, V)), logits).astype(np.float32)
    x = np.where(rng.random((B, L)) < fill, rng.integers(0, V, (B, L)), -1).astype(np.int32)
    peers = random_peers(rng, L, density)
    full = sets.full(V)
    allowed = rng.integers(0, 2**64, (B, L), np.uint64, endpoint=False) & full
    allowed[rng.random((B, L)) < 0.5] = full
    return {
        "logits": logits,
        "x": x,
        "candidates": kernels.candidates(x, allowed, peers),
        "peers": peers,
        "key": rng.integers(0, 2**64, B, np.uint64, endpoint=False),
    }


def assert_same(a: Any, b: Any) -> None:
    for one, other in zip(a, b, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_assert_same_can_fail() -> None:
    with pytest.raises(AssertionError):
        assert_same([np.zeros(2)], [np.ones(2)])
    with pytest.raises(AssertionError):
        assert_same([np.zeros(2)], [np.zeros(2, np.float32)])


# Back ends


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(st.data())
def test_reference_and_cpu_agree_on_all_options_together(data: st.DataObject) -> None:
    L, V = data.draw(st.integers(1, 40), "L"), data.draw(st.integers(1, 64), "V")
    B = data.draw(st.integers(0, 3), "B")
    density = data.draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]), "density")
    boards = random_boards(data.draw(st.integers(0, 2**32), "seed"), B, L, V, density)
    threshold = data.draw(st.none() | st.floats(-4, 2, width=32, allow_subnormal=False), "threshold")
    n_keep = data.draw(st.none() | st.lists(st.integers(0, L + 3), min_size=B, max_size=B), "n_keep")
    options = {
        "order": data.draw(st.sampled_from([*kernels.ORDERS, *kernels.ALIASES]), "order"),
        "threshold": threshold,
        "n_keep": (2 if threshold is None else None) if n_keep is None else np.array(n_keep, np.int32),
        "temperature": data.draw(st.sampled_from([0.0, 1e-30, 0.1, 1.0, 3.0]), "temperature"),
        "guard": data.draw(st.booleans(), "guard"),
        "noise": data.draw(st.sampled_from([0.0, 0.1, 10.0]), "noise"),
        "seed": data.draw(st.integers(0, 2**64 - 1), "draws"),
        "step": data.draw(st.integers(0, 2**32 - 1), "step"),
    }
    before = copy.deepcopy(boards)
    cpu = kernels.unmask(**boards, **options)
    assert_same(cpu, kernels.unmask(**boards, **options, backend="reference"))
    for name in boards.keys() - {"peers"}:  # inputs never change
        np.testing.assert_array_equal(boards[name], before[name])


@pytest.mark.parametrize("V", range(1, 65))
def test_every_number_of_symbols(V: int) -> None:
    boards = random_boards(V, 2, 20, V)
    for temperature in (0.0, 1.0):
        options = {"n_keep": 7, "temperature": temperature, "order": kernels.ORDERS[V % 4], "noise": 0.1}
        assert_same(kernels.unmask(**boards, **options), kernels.unmask(**boards, **options, backend="reference"))


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 3), st.integers(1, 30), st.integers(1, 64), st.booleans())
def test_candidates_and_conflicts_agree_on_both_back_ends(seed: int, B: int, L: int, V: int, per_board: bool) -> None:
    boards = random_boards(seed, B, L, V)
    x, peers = boards["x"], boards["peers"]
    shape = (B, L) if per_board else L
    allowed = np.random.default_rng(seed).integers(0, 2**64, shape, np.uint64, endpoint=False)
    legal = kernels.candidates(x, allowed, peers)
    clash = kernels.conflicts(x, peers)
    assert_same(
        [legal, clash],
        [
            f(x, *rest, backend="reference")
            for f, *rest in ((kernels.candidates, allowed, peers), (kernels.conflicts, peers))
        ],
    )
    for b, cell in np.ndindex(B, L):  # and say what they mean
        held = {int(x[b, p]) for p in peers.of_cell(cell) if x[b, p] >= 0}
        if x[b, cell] >= 0:
            assert legal[b, cell] == 1 << int(x[b, cell])
            assert clash[b, cell] == (int(x[b, cell]) in held)
        else:
            allowed_here = int(np.broadcast_to(allowed, (B, L))[b, cell])
            assert listed(int(legal[b, cell])) == [v for v in listed(allowed_here) if v not in held]
            assert not clash[b, cell]


def test_a_board_of_the_largest_size() -> None:
    L = 65536
    rng = np.random.default_rng(0)
    args = {
        "logits": rng.normal(size=(1, L, 2)).astype(np.float32),
        "x": np.full((1, L), -1, np.int32),
        "candidates": np.full((1, L), 3, np.uint64),
        "peers": Peers.of(L, [[cell, (cell + 1) % L] for cell in range(L)]),
        "key": np.zeros(1, np.uint64),
    }
    x, committed, _ = kernels.unmask(**args, n_keep=L, guard=False, temperature=1.0)
    assert committed.all()
    few, chosen, _ = kernels.unmask(**args, n_keep=1000, guard=False, temperature=1.0)
    assert chosen.sum() == 1000
    np.testing.assert_array_equal(few[chosen], x[chosen])
    p = 1 / (1 + np.exp(-np.abs(np.diff(args["logits"][0], axis=1)[:, 0].astype(np.float64))))
    assert p[chosen[0]].min() >= p[~chosen[0]].max() - 1e-6


def test_answers_do_not_depend_on_the_batch_or_the_threads() -> None:
    boards = random_boards(5, 300, 16, 5)
    options: Arrays = {"order": "margin", "temperature": 1.0, "noise": 0.2, "n_keep": 3, "seed": 9}
    whole = kernels.unmask(**boards, **options, threads=1)
    for threads in (0, 2, 5):
        assert_same(whole, kernels.unmask(**boards, **options, threads=threads))
    shuffled = np.random.default_rng(0).permutation(300)
    for part in (shuffled, shuffled[:1], shuffled[1:150], np.arange(0)):
        some = {name: array if name == "peers" else array[part] for name, array in boards.items()}
        assert_same([array[part] for array in whole], kernels.unmask(**some, **options))


def test_other_seeds_keys_and_steps_draw_other_numbers() -> None:
    boards = random_boards(6, 4, 50, 8, density=0, fill=0)
    options: Arrays = {"n_keep": 25, "order": "random", "seed": 1}
    first = kernels.unmask(**boards, **options)[1]
    other_key = {**boards, "key": boards["key"] ^ np.uint64(1 << 63)}
    for args in (
        {**boards, **options, "seed": 1 + 2**63},
        {**boards, **options, "step": 1},
        {**other_key, **options},
    ):
        assert (kernels.unmask(**args)[1] != first).any()


def test_torch_tensors_in_tensors_out_and_equal_to_torch_operations() -> None:
    boards = random_boards(7, 40, 30, 9, fill=0.2)
    boards["logits"] = np.random.default_rng(0).normal(size=(40, 30, 9)).astype(np.float32)
    peers = boards["peers"]
    mask = torch.zeros(30, 30, dtype=torch.bool)
    for cell in range(30):
        mask[cell, peers.of_cell(cell)] = True
    tensors = {name: array if name == "peers" else torch.from_numpy(array) for name, array in boards.items()}
    as_bool = sets.members(boards["candidates"], 9)
    forced = as_bool.sum(-1) < 2
    tensors["x"][torch.from_numpy(forced & (boards["x"] < 0))] = 0  # forced cells tie, torch may take any
    tensors["logits"].requires_grad_()
    for guard in (True, False):
        ours = kernels.unmask(**tensors, n_keep=6, guard=guard)
        assert all(isinstance(result, torch.Tensor) for result in ours)
        theirs = torch_unmask(tensors["logits"].detach(), tensors["x"], torch.from_numpy(as_bool), mask, 6, guard)
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])
        np.testing.assert_array_equal(sets.members(ours[2].numpy(), 9), theirs[2].numpy())


# What a step means


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 9), st.sampled_from(kernels.ORDERS), st.sampled_from([0.0, 1.0]))
def test_guarded_cells_never_clash(seed: int, V: int, order: str, temperature: float) -> None:
    boards = random_boards(seed, 4, 25, V, fill=0)
    for step in range(6):
        x, committed, left = kernels.unmask(
            **boards, n_keep=9, order=order, temperature=temperature, seed=seed, step=step
        )
        assert not kernels.conflicts(x, boards["peers"]).any()
        assert ((x >= 0) == (committed | (boards["x"] >= 0))).all()
        everything = np.full(25, sets.full(64))
        assert (left == kernels.candidates(x, everything, boards["peers"]) & boards["candidates"]).all()
        boards |= {"x": x, "candidates": left}


def test_without_guard_peers_may_clash_and_with_it_they_wait() -> None:
    args: Arrays = {
        "logits": np.array([[[2, 0], [1, 0]]], np.float32),
        "x": np.array([[-1, -1]], np.int32),
        "candidates": np.array([[3, 3]], np.uint64),
        "peers": Peers.of(2, [[0, 1]]),
        "key": np.zeros(1, np.uint64),
        "n_keep": 2,
    }
    assert_same(
        kernels.unmask(**args, guard=False),
        [np.int32([[0, 0]]), np.array([[True, True]]), np.uint64([[1, 1]])],
    )
    assert_same(kernels.unmask(**args), [np.int32([[0, -1]]), np.array([[True, False]]), np.uint64([[1, 2]])])


def confidence_board(*gaps: float) -> Arrays:
    """One board without peers whose cells have two symbols with these logits apart."""
    L = len(gaps)
    return {
        "logits": np.array([[[gap, 0] for gap in gaps]], np.float32),
        "x": np.full((1, L), -1, np.int32),
        "candidates": np.full((1, L), 3, np.uint64),
        "peers": Peers.none(L),
        "key": np.zeros(1, np.uint64),
    }


@pytest.mark.parametrize("backend", ["cpu", "reference"])
@pytest.mark.parametrize(
    ("n_keep", "threshold", "cells"),
    [
        (0, None, []),
        (2, None, [1, 3]),
        (99, None, [0, 1, 2, 3]),
        (None, 0.7, [1, 3]),  # margins 0.46, 0.96, 0.00, 0.76
        (None, -1.0, [0, 1, 2, 3]),
        (None, 2.0, [1]),  # at least one
        (0, 2.0, [1]),
        (3, 0.7, [0, 1, 3]),
        (1, 0.7, [1, 3]),
    ],
)
def test_n_keep_and_threshold(backend: str, n_keep: Any, threshold: Any, cells: list[int]) -> None:
    board = confidence_board(1, 4, 0, 2)
    _, committed, _ = kernels.unmask(**board, n_keep=n_keep, threshold=threshold, backend=backend)
    assert np.flatnonzero(committed[0]).tolist() == cells


@pytest.mark.parametrize(
    ("order", "value"),
    [
        ("top_prob", 1 / (1 + math.exp(-1))),
        ("margin", math.tanh(0.5)),
        ("entropy", sum(p * math.log(p) for p in (1 / (1 + math.exp(-1)), 1 / (1 + math.e)))),
    ],
)
def test_confidence_is_in_the_units_of_its_order(order: str, value: float) -> None:
    board = confidence_board(9, 1)  # the first cell is the one that is always committed
    for threshold, count in ((value - 1e-5, 2), (value + 1e-5, 1)):
        assert kernels.unmask(**board, order=order, threshold=threshold)[1].sum() == count


@pytest.mark.parametrize("order", ["top_prob", "margin", "entropy"])
def test_forced_cells_come_first_and_ties_go_to_the_lower_cell_and_symbol(order: str) -> None:
    board = confidence_board(0, 0, 5, 5, -np.inf)
    board["candidates"][0, 1] = 2  # one legal symbol by candidates, at cell 4 by its logits
    x, _, _ = kernels.unmask(**board, n_keep=3, order=order)
    assert x.tolist() == [[-1, 1, 0, -1, 1]]
    assert kernels.unmask(**board, n_keep=5, order=order)[0].tolist() == [[0, 1, 0, 0, 1]]


def test_a_cell_without_a_legal_symbol_is_never_committed() -> None:
    board = confidence_board(1, 1)
    board["candidates"][0, 0] = 0
    board["logits"][0, 1] = -np.inf
    for backend in ("cpu", "reference"):
        x, committed, left = kernels.unmask(**board, n_keep=2, threshold=-1.0, backend=backend)
        assert x.tolist() == [[-1, -1]]
        assert not committed.any()
        assert left.tolist() == [[0, 3]]
