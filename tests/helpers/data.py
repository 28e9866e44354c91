"""Where real puzzles are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.real import SETS, Instance

DATA = Path(os.environ.get("VMDSOLVE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))


def instances(name: str) -> list[Instance]:
    """The real instances of a set; the test is skipped where they are absent."""
    found = SETS[name].instances(DATA)
    if found is None:
        pytest.skip(f"no {SETS[name].source} in {DATA}; set VMDSOLVE_DATA to a folder that has it")
    return found
