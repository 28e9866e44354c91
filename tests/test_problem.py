"""Problem: equal by content, and as good as new after pickling, whatever was done with it before."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import vmdsolve
from vmdsolve import Problem, Rules
from vmdsolve.constraints import AllDifferent, Less
from vmdsolve.domains import get

CALLS: dict[str, Callable[[Problem], object]] = {
    "solve": lambda problem: vmdsolve.solve(problem, method="search"),
    "count": vmdsolve.count_solutions,
    "hint": vmdsolve.hint,
    "check": lambda problem: vmdsolve.check(problem, vmdsolve.solve(problem, method="search").text),
    "digest": lambda problem: problem.rules.digest,
}
PAIR = Rules(2, 3, (Less(0, 1),))


def used(name: str) -> Problem:
    problem, _ = next(vmdsolve.generate(name, seed=3))
    for call in CALLS.values():
        call(problem)
    return problem


@pytest.mark.parametrize("name", ["sudoku-4x4", "futoshiki", "queens-6", "zebra"])
@pytest.mark.parametrize("again", [lambda p: pickle.loads(pickle.dumps(p)), copy.deepcopy, copy.copy])
def test_a_problem_that_was_used_is_as_good_as_new_after_pickling(
    name: str, again: Callable[[Problem], Problem]
) -> None:
    problem = used(name)
    other = again(problem)
    assert other == problem
    assert hash(other) == hash(problem)
    assert not other.values.flags.writeable
    for call in CALLS.values():
        assert call(other) == call(problem)
    assert other.layout.write(other.values) == problem.layout.write(problem.values)


def test_a_pickle_carries_no_caches() -> None:
    rules = Rules(81, 9, get("sudoku-9x9").constraints)
    fresh = len(pickle.dumps(rules))
    _ = rules.native(), rules.digest, rules.peers, rules.relations
    assert len(pickle.dumps(rules)) == fresh


SCRIPT = """
import copy, sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
import vmdsolve

if __name__ == "__main__":
    solve = partial(vmdsolve.solve, method="search")
    problems = [problem for problem, _ in vmdsolve.generate("sudoku-4x4", 4, seed=1)]
    with ProcessPoolExecutor(1, get_context(sys.argv[1])) as pool:
        assert list(pool.map(copy.copy, problems)) == problems
        assert list(pool.map(solve, problems)) == [solve(problem) for problem in problems]
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_problems_go_to_other_processes_and_come_back(method: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, script, method], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_problems_are_equal_by_domain_rules_and_values() -> None:
    one = Problem("mine", PAIR, np.array([-1, 2]))
    assert one == Problem("mine", Rules(2, 3, (Less(0, 1),)), np.array([-1, 2]))
    assert one != Problem("mine", PAIR, np.array([-1, 1]))
    assert one != Problem("yours", PAIR, np.array([-1, 2]))
    assert one != Problem("mine", Rules(2, 4, (Less(0, 1),)), np.array([-1, 2]))
    assert one != Problem("mine", Rules(2, 3, (AllDifferent([0, 1]),)), np.array([-1, 2]))
    assert one != "mine"
    assert len({one, Problem("mine", PAIR, np.array([-1, 2]))}) == 1
