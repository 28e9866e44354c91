"""Puzzles that people posted, with the number of their answers by CP-SAT or brute force; the file names each source."""

from __future__ import annotations

import json

import pytest
from helpers.data import DATA

from vmdsolve import count_solutions, solve

ORACLES = DATA / "field" / "oracles.json"


@pytest.mark.slow
@pytest.mark.skipif(not ORACLES.is_file(), reason=f"no posted puzzles at {ORACLES}; set VMDSOLVE_DATA to their folder")
def test_posted_puzzles_have_as_many_answers_as_counted_elsewhere() -> None:
    for posted in json.loads(ORACLES.read_text(encoding="utf-8")):
        text, domain = posted["puzzle"], posted["domain"]
        assert count_solutions(text, domain=domain, limit=None) == (posted["solutions"], True), posted["name"]
        if posted["answer"] is not None:
            assert solve(text, domain=domain, method="search").text == posted["answer"], posted["name"]
