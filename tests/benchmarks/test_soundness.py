"""Schemas at random: the same by seed, and a grammar that allows too much is found out."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

pytest.importorskip("jsonschema", reason="it is the judge; of the extra `test`")
from benchmarks import soundness


def some(n: int) -> dict[str, Any]:
    return next(soundness.rows(seed=3, minutes=5, each=n))


def test_schemas_come_by_seed_and_most_compile_and_none_is_unsound() -> None:
    found = some(8)
    assert found == some(8)
    assert found["schemas"] == 8
    assert found["compiled"] >= 3
    assert found["texts"] > 10
    assert found["unsound"] == []


def test_a_grammar_that_allows_everything_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = soundness.compile_json_schema
    monkeypatch.setattr(soundness, "compile_json_schema", lambda _, words, **how: compiled(True, words, **how))
    found = some(4)
    assert found["unsound"]
    assert all(not soundness.judged(fault["schema"], json.loads(fault["text"])) for fault in found["unsound"])
    assert f"{len(found['unsound'])}" in soundness.shown([found])


def test_no_two_seeds_ask_for_the_same() -> None:
    schemas = [str(soundness.schema(random.Random(f"{seed}:0"))) for seed in range(40)]
    assert len(set(schemas)) > 30
