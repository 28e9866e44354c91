"""Laws end with their time, and say that they were not settled."""

from __future__ import annotations

import pytest
from helpers.commands import run
from helpers.ticking import ticking

from vmdsolve.domains import get
from vmdsolve.testing import LAWS
from vmdsolve.testing.check import run_laws
from vmdsolve.testing.oracles import cp_sat


@pytest.mark.slow
@pytest.mark.parametrize("domain", ["latin-9", "sudoku-16x16", "nonogram"])
def test_laws_do_not_go_on_when_their_time_is_over(domain: str) -> None:
    cp_sat(get("latin-2").rules, [-1] * 4)  # so that it is imported
    with ticking() as gone:
        results = list(run_laws(domain, time_limit=0.3))
        assert gone() < 0.3 + 0.2  # a drawing or a list of hostile input may be under way
    assert [result.law for result in results] == list(LAWS)
    assert results[-1].late
    assert all(result.skipped and "not settled in 0.3 s" in result.note for result in results if result.late)
    assert not any(result.broken for result in results)


def test_a_command_without_time_says_what_was_not_settled() -> None:
    told = run("check-domain", "latin-4", "--time-limit", 0)
    assert told.exit_code == 1
    assert told.stdout.count("not settled in 0 s for all laws; allow more") == len(LAWS)
    assert "time_limit is -1" in run("check-domain", "latin-4", "--time-limit", -1).stderr
