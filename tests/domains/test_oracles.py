"""Puzzles that people posted, with the number of their answers as others proved it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.data import DATA

import vmdsolve

FILE = DATA / "field" / "oracles.json"
POSTED: list[dict[str, Any]] = json.loads(FILE.read_text()) if FILE.exists() else []


@pytest.mark.skipif(not POSTED, reason=f"no puzzles at {FILE}; set VMDSOLVE_DATA to a folder that has field/")
def test_there_are_posted_puzzles() -> None:
    assert len(POSTED) == 12


@pytest.mark.parametrize("posted", POSTED, ids=lambda posted: posted["name"])
def test_a_posted_puzzle_has_as_many_answers_as_were_proved(posted: dict[str, Any]) -> None:
    text, domain = posted["puzzle"], posted["domain"]
    assert vmdsolve.count_solutions(text, domain=domain, limit=None) == (posted["solutions"], True)
    if posted["answer"]:
        assert vmdsolve.solve(text, domain=domain, method="search").text == posted["answer"]


@pytest.mark.parametrize("posted", [p for p in POSTED if p["domain"] in ("starbattle", "killer", "takuzu")])
def test_its_first_line_may_be_left_out(posted: dict[str, Any]) -> None:
    rows = posted["puzzle"].split("\n")[1:]
    name = "linkedin-queens" if posted["domain"] == "starbattle" else posted["domain"]
    assert vmdsolve.count_solutions("\n".join(rows), domain=name, limit=None) == (posted["solutions"], True)
    assert vmdsolve.count_solutions(json.dumps([row.split() for row in rows]), domain=name, limit=200).n >= 1
