"""Objects of JSON that hold the clues of a puzzle, as its kind takes them from Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers.commands import run, solve, table

CAGES = [{"cells": [[0, 0], [0, 1]], "sum": 5}, {"cells": [[1, 0]], "sum": 3}]
REGIONS = [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
HEART = {"rows": [[1, 1], [5], [5], [3], [1]], "columns": [[2], [4], [4], [4], [2]]}


@pytest.mark.parametrize(
    ("item", "domain"),
    [
        ({"domain": "killer", "size": 4, "cages": CAGES}, None),
        ({"size": 4, "cages": CAGES}, "killer"),
        ({"regions": REGIONS, "givens": [[1, 0, 0, 0], [0] * 4, [0] * 4, [0, 0, 0, 4]]}, "jigsaw"),
        ({"ver": HEART["columns"], "hor": HEART["rows"]}, "nonogram"),
        ({"width": 5, "height": 5, **HEART}, "nonogram"),
    ],
)
def test_clues_in_objects_are_read_and_written_as_text(
    tmp_path: Path, item: dict[str, Any], domain: str | None
) -> None:
    named = [] if domain is None else ["--domain", domain]
    for name, content in (("a.json", [item, item]), ("b.json", item), ("a.jsonl", None)):
        path, out = tmp_path / name, tmp_path / f"{name}.csv"
        path.write_text(json.dumps(content) if content else f"{json.dumps(item)}\n" * 2)
        assert solve(path, *named, "-o", out).exit_code == 0
        rows = table(out.read_text())
        assert len(rows) == (1 if name == "b.json" else 2)
        assert {row["status"] for row in rows} == {"SOLVED"}
        assert not any(row["problem"].startswith("{") for row in rows)
        assert run("check", out, *named).exit_code == 0


def test_a_size_that_is_said_wrongly_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"width": 4, **HEART}))
    [row] = table(solve(path, "--domain", "nonogram").stdout)
    assert row["reason"].endswith("nonogram: width is 4, and there are runs for 5")
