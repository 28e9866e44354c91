"""The measurement of time limits: what it writes down of each call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.deadlines import run


@pytest.mark.slow
def test_each_call_has_a_row_that_says_what_became_of_it(tmp_path: Path) -> None:
    run(seconds=0.2, instances="queen12", calls="solve,check,hint", out=tmp_path)
    [file] = tmp_path.glob("deadlines-*.json")
    rows = json.loads(file.read_text())["rows"]
    assert [row["call"] for row in rows] == ["solve", "check", "hint"]
    assert rows[0]["outcome"] == "status TIMEOUT"
    assert rows[1]["outcome"].startswith("TimeoutError: no rule is broken")
    assert rows[2]["outcome"].startswith("technique ")
    assert all(row["asked"] == 0.2 and row["over"] >= 0 for row in rows)
