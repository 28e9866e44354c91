"""Ctrl-C ends native work: on the main thread, while native threads work, and on threads of Python."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest
from helpers.interrupt import interrupted

from vmdsolve import _native
from vmdsolve.problem import OPEN, Rules
from vmdsolve.search import enumerate_values, solve_values
from vmdsolve.search.threads import spread

pytestmark = pytest.mark.slow

ENDS_WITHIN = 2.0  # seconds; alone on a machine it is 0.1
ENDLESS = {
    "count_solutions": "vmdsolve.count_solutions('.' * 81, limit=None)",
    "count_solutions of some cells": "vmdsolve.count_solutions('.' * 81, cells='r1,r2,r3', limit=None)",
    "candidates": "[vmdsolve.candidates('.' * 625) for _ in range(100)]",
    "estimate_solutions": "vmdsolve.estimate_solutions('.' * 625, samples=10**6)",
    "solve_values on threads": "solve_values(rules, np.full((50, 81), -1), limit=None, threads=2)",
    "enumerate_values": "[None for _ in enumerate_values(rules, np.full(81, -1))]",
    "enumerate_values without any": "next(enumerate_values(Rules(40, 39, tuple(Count(range(40), hole, 0, 1)"
    " for hole in range(39))), np.full(40, -1)))",
    "generate_values": "generate_values(rules, 10**6, threads=2)",
    "threads of Python": "list(spread(lambda b: solve_values(rules, b, limit=None, threads=1),"
    " [np.full((1, 81), -1)] * 4, 3))",
}
SCRIPT = """
import time
import numpy as np
import vmdsolve
from vmdsolve.constraints import Count
from vmdsolve.domains import get
from vmdsolve.problem import Rules
from vmdsolve.search import enumerate_values, generate_values, solve_values
from vmdsolve.search.threads import spread

rules = get("sudoku-9x9").rules
print("ready", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("heard")
"""


@pytest.mark.parametrize("call", ENDLESS)
def test_ctrl_c_ends(call: str) -> None:
    assert interrupted(SCRIPT.format(call=ENDLESS[call]), after=0.5, within=ENDS_WITHIN) == ("heard\n", 0)


def test_a_signal_handler_that_raises_nothing_ends_nothing() -> None:
    heard = []
    before = signal.signal(signal.SIGALRM, lambda *_: heard.append(time.monotonic()))
    try:
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        result = solve_values(Rules(30, 9), np.full((1, 30), OPEN), limit=None, time_limit=0.6)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(heard) == 1
    assert heard[0] - began < 0.5
    assert result.counts[0] > 0


def test_search_goes_on_after_an_interrupt() -> None:
    """Solutions found after it are those that come without it."""
    rules, board = Rules(12, 2), np.full(12, OPEN)
    whole = [s.tolist() for s in enumerate_values(rules, board)]
    solutions = enumerate_values(rules, board)
    found = [next(solutions).tolist() for _ in range(5)]
    stop = _native.Stop()
    stop.ask()
    stop.heed()
    try:
        with pytest.raises(KeyboardInterrupt):
            next(solutions)
    finally:
        _native.Stop().heed()
    assert found + [s.tolist() for s in solutions] == whole


def test_one_stop_ends_the_threads_that_heed_it_and_no_others() -> None:
    rules, board = Rules(30, 9), np.full((1, 30), OPEN)
    stop = _native.Stop()

    def work(heeds: bool) -> float:
        if heeds:
            stop.heed()
        began = time.monotonic()
        try:
            solve_values(rules, board, limit=None, time_limit=1.0, threads=1)
        except KeyboardInterrupt:
            return time.monotonic() - began
        return 0.0

    def heeding_or_not(item: str) -> float:
        if item == "ask":
            time.sleep(0.3)
            stop.ask()
            return 0.0
        return work(item == "heeds")

    ended = list(spread(heeding_or_not, ["heeds", "heeds not", "ask"], 3))
    assert 0.2 < ended[0] < 0.9
    assert ended[1] == 0.0


def test_a_spread_that_nobody_wants_ends_its_threads() -> None:
    rules, board = Rules(30, 9), np.full((1, 30), OPEN)
    results = spread(lambda limit: solve_values(rules, board, limit=limit, threads=1).counts[0], [1, None, None], 3)
    assert next(results) == 1
    began = time.monotonic()
    results.close()
    assert time.monotonic() - began < ENDS_WITHIN
