"""The benchmark of validity counts what it says: texts by joint draws, by masks and by nothing, of one small client."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
from benchmarks.clients.masked import llada
from benchmarks.validity import counted, grammars, of_loop, shown, vocabulary


def test_joint_draws_are_all_valid_where_masks_end_in_dead_ends_and_free_texts_are_none() -> None:
    every = grammars(vocabulary())
    texts = of_loop(llada, steps=4, block=36, order="random")
    found = {how: counted(texts, every, how, 16, 8) for how in ("free", "masks", "joint")}
    assert found["joint"] == {"runs": 16, "valid": 16, "dead_ends": 0}
    assert found["free"] == {"runs": 16, "valid": 0, "dead_ends": 0}
    assert found["masks"]["dead_ends"] > 0
    assert found["masks"]["valid"] + found["masks"]["dead_ends"] <= 16
    rows = [{"client": "a", "constraint": how, **row} for how, row in found.items()]
    assert "100.00%" in shown(rows)
