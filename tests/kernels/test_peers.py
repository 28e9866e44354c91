"""Peers are those of the all-different rules, take no more room than the rules themselves, and are refused in words."""

from __future__ import annotations

import pickle
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmdsolve import kernels
from vmdsolve.constraints import AllDifferent, Less, Sum
from vmdsolve.errors import InvalidInput
from vmdsolve.peers import Peers
from vmdsolve.problem import Rules

L = 12
UNITS = st.lists(st.lists(st.integers(0, L - 1), min_size=1, max_size=6, unique=True), max_size=8)


@given(UNITS)
def test_peers_are_the_other_cells_of_all_different_rules(units: list[list[int]]) -> None:
    others = Sum([0, 1, 2], 3), Less(3, 4)
    peers = Rules(L, 4, (*others, *(AllDifferent(unit) for unit in units))).peers
    offsets, cells = peers.pairs()
    for cell in range(L):
        wanted = sorted({p for unit in units if cell in unit for p in unit} - {cell})
        assert peers.of_cell(cell).tolist() == wanted
        assert cells[offsets[cell] : offsets[cell + 1]].tolist() == wanted
    assert bool(peers) == any(len(unit) > 1 for unit in units)
    again = pickle.loads(pickle.dumps(peers))
    assert (again.offsets == peers.offsets).all()
    assert (again.cells == peers.cells).all()


@pytest.mark.parametrize(
    "rules",
    [
        Rules(65_001, 2, tuple(AllDifferent([0, leaf]) for leaf in range(1, 65_001))),
        Rules(65_536, 2, (AllDifferent(range(65_536)),)),
    ],
    ids=["a star", "one rule over all cells"],
)
def test_peers_of_large_boards_take_megabytes(rules: Rules) -> None:
    tracemalloc.start()
    try:
        peers = rules.peers
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 100e6  # a table of pairs would take 17 GB
    x = np.full((1, rules.L), -1, np.int32)
    x[0, :2] = 1
    assert np.flatnonzero(kernels.conflicts(x, peers)[0]).tolist() == [0, 1]
    legal = kernels.candidates(x, np.full(rules.L, 3, np.uint64), peers)
    assert (legal[0, 2:] == 1).all()
    logits = np.zeros((1, rules.L, 2), np.float32)
    filled, _, _ = kernels.unmask(logits, x, legal, peers, key=np.zeros(1, np.uint64), n_keep=5)
    assert (filled[0, :2] == 1).all()
    assert (filled >= 0).sum() == 2 + (5 if rules.constraints[0].cells == (0, 1) else 1)


@pytest.mark.parametrize(
    ("L", "offsets", "cells", "message"),
    [
        (3, [0, 2], [0, 3], "wrong is a cell of a unit; wanted .* units of different cells 0 to 2"),
        (3, [0, 2], [1, 1], "wrong is a cell twice in a unit"),
        (3, [0, 3], [1, 2], "wrong is offsets; wanted offsets that rise from 0 to 2"),
        (0, [0], [], "peers of 0 cells: wrong is L"),
        (3, np.zeros(1), [], r"offsets of peers are array\(\[0\.\]\); wanted a NumPy array int32 \[n\]"),
    ],
)
def test_what_are_no_units_is_refused(L: int, offsets: Any, cells: Any, message: str) -> None:
    if isinstance(offsets, list):
        offsets = np.array(offsets, np.int32)
    with pytest.raises(InvalidInput, match=message):
        Peers(L, offsets, np.array(cells, np.int32))
