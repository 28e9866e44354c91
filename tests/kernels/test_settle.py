"""Boards leave the denoiser's loops at the first look that finds them settled, and no later than time allows."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from helpers.denoisers import inputs, random_model
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.counts import Counts
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import reference
from vmdsolve.kernels.denoise import SETTLE_EVERY, Denoise, denoise_paths
from vmdsolve.kernels.structure import Structure
from vmdsolve.model.native import native, structure_of
from vmdsolve.peers import Peers

By = dict[str, Any]  # peers, counts or both
Counted = tuple[list[int], int, int, int]  # cells, symbol, least, most


def count_of(rng: np.random.Generator, L: int, V: int) -> Counted:
    """A count that a board may well meet."""
    least = int(rng.integers(2))
    return (
        rng.permutation(L)[: rng.integers(1, L + 1)].tolist(),
        int(rng.integers(V)),
        least,
        least + int(rng.integers(3)),
    )


def some(seed: int, L: int, V: int, B: int) -> tuple[Denoise, Structure, Any, Any, By]:
    """A network of random weights, boards, and peers and counts loose enough for some boards to settle."""
    model, units = random_model(seed, L, V, 2, (8, 8, 16), 2, 2)
    x, z = inputs(seed + 1, B, units, 2)
    rng = np.random.default_rng(seed)
    peers = Peers.of(L, [rng.permutation(L)[: rng.integers(2, 4)].tolist() for _ in range(rng.integers(1, L + 1))])
    counts = Counts.of(L, [count_of(rng, L, V) for _ in range(rng.integers(1, 3))])
    by = ({"peers": peers, "counts": counts}, {"peers": peers}, {"counts": counts})[rng.integers(3)]
    return native(model.denoiser), structure_of(units), x, z, by


def first_look(kernel: Denoise, structure: Structure, x: Any, z: Any, by: By, loops: int, path: str) -> Any:
    """Loops and logits of one board, by evaluations of more and more loops, none of which it leaves."""
    peers = by.get("peers", Peers.none(structure.L))
    listed = [peers.of_cell(cell).tolist() for cell in range(structure.L)]
    counted = by["counts"].listed() if "counts" in by else []
    for spent in [*range(SETTLE_EVERY, loops, SETTLE_EVERY), loops]:
        logits = kernel(structure, x, z, loops=spent, path=path)
        if reference.settled(logits, x, listed, counted)[0]:
            break
    return spent, logits[0]


MET: set[str] = set()


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1), L=st.integers(2, 8), V=st.integers(2, 9), loops=st.integers(1, 14),
    path=st.sampled_from(denoise_paths()), threads=st.integers(0, 3),
)  # fmt: skip
def test_a_board_leaves_at_the_first_look_that_finds_it_settled(
    seed: int, L: int, V: int, loops: int, path: str, threads: int
) -> None:
    kernel, structure, x, z, by = some(seed, L, V, 3)
    said = kernel.evaluate(structure, x, z, loops=loops, threads=threads, path=path, **by)
    assert said.finished.all()
    for b in range(3):
        spent, logits = first_look(kernel, structure, x[b : b + 1], z[b : b + 1], by, loops, path)
        assert said.loops[b] == spent
        np.testing.assert_array_equal(said.logits[b], logits)
        MET.update({"early" if spent < loops else "whole", " and ".join(by)})


def test_boards_of_both_kinds_were_met() -> None:
    test_a_board_leaves_at_the_first_look_that_finds_it_settled()
    assert {"early", "whole", "peers", "counts", "peers and counts"} == MET


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), seconds=st.sampled_from([0.0, 1e-4, 1e-3, inf]), threads=st.integers(1, 3))
def test_what_time_suffices_for_is_what_it_would_be_and_the_rest_is_said(
    seed: int, seconds: float, threads: int
) -> None:
    kernel, structure, x, z, by = some(seed, 8, 6, 40)
    options: dict[str, Any] = {"loops": 9, "threads": threads, **by}
    whole = kernel.evaluate(structure, x, z, **options)
    said = kernel.evaluate(structure, x, z, **options, time_limit=seconds)
    np.testing.assert_array_equal(said.loops[said.finished], whole.loops[said.finished])
    np.testing.assert_array_equal(said.logits[said.finished], whole.logits[said.finished])
    late = ~said.finished
    assert (said.loops[late] < 9).all()
    assert seconds or (late.all() and not said.loops.any())
    assert seconds < inf or said.finished.all()
    for b in np.flatnonzero(late):
        spent = int(said.loops[b])
        wanted = kernel(structure, x[b : b + 1], z[b : b + 1], loops=spent)[0] if spent else np.zeros((8, 6))
        np.testing.assert_array_equal(said.logits[b], wanted)


def test_without_peers_and_counts_nobody_leaves() -> None:
    kernel, structure, x, z, _ = some(0, 6, 5, 9)
    whole = kernel(structure, x, z, loops=9)
    by: By
    for by in ({}, {"peers": Peers.none(6)}, {"counts": Counts.of(6, [])}):
        said = kernel.evaluate(structure, x, z, loops=9, **by)
        assert (said.loops == 9).all()
        np.testing.assert_array_equal(said.logits, whole)


def test_wrong_calls_are_refused() -> None:
    kernel, structure, x, z, _ = some(1, 5, 4, 2)
    for options, message in (
        ({"peers": Peers.none(4)}, "peers are those of 4 cells, and boards have 5"),
        ({"peers": [[0, 1]]}, "peers is a list; wanted vmdsolve.peers.Peers"),
        ({"counts": Counts.of(4, [])}, "counts are those of 4 cells, and boards have 5"),
        ({"counts": [[0, 1]]}, "counts is a list; wanted vmdsolve.counts.Counts"),
        ({"time_limit": -1.0}, "time_limit is -1.0, wanted seconds, 0 or more"),
        ({"time_limit": nan}, "time_limit is nan"),
    ):
        with pytest.raises(InvalidInput, match=message):
            kernel.evaluate(structure, x, z, loops=2, **options)  # type: ignore[arg-type]
    raw: dict[str, Any] = {"loops": 2, "peers": None, "time_limit": inf, "threads": 1, "path": 0}
    for change in (
        {"peers": Peers.none(4).native},
        {"counts": Counts.of(4, []).native},
        {"time_limit": nan},
        {"loops": 1 << 31},
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - the words are for the layer above
            kernel._native(structure.native, x, z, **{**raw, **change})
    assert kernel.evaluate(structure, x, z, loops=2, time_limit=-0.0).loops.tolist() == [0, 0]
