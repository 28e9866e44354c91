"""What exact search took is told, and does not hang on batches or threads."""

from __future__ import annotations

from itertools import islice
from math import inf

import numpy as np
import pytest

import vmdsolve
from vmdsolve.api.batch import batch_of, solutions_of
from vmdsolve.api.hard import Hard
from vmdsolve.api.options import Options
from vmdsolve.domains import get
from vmdsolve.search import solve_values

HARD = [
    "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
    "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
    "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
]


@pytest.mark.parametrize("unique", [False, True])
def test_nodes_are_those_of_search_whatever_the_batch(unique: bool) -> None:
    rules = get("sudoku-9x9").rules
    given = np.array([get("sudoku-9x9").parse(text).values for text in HARD])
    wanted = solve_values(rules, given, limit=2 if unique else 1).nodes.tolist()
    assert max(wanted) > 30
    for threads in (1, 2):
        found = vmdsolve.solve_batch(HARD, method="search", unique=unique, batch_size=2, threads=threads)
        assert [solution.nodes for solution in found] == wanted
    assert [vmdsolve.solve(text, method="search", unique=unique).nodes for text in HARD] == wanted


def test_statistics_say_all_that_it_took() -> None:
    easy = vmdsolve.solve(HARD[0], method="search", unique=True)
    assert easy.statistics[:5] == (easy.nodes, 0, 0, 0, 0)
    assert easy.statistics.seconds == easy.seconds
    assert f"{easy.nodes:,} nodes, 0 clauses; 0 network evaluations" in str(easy.statistics)
    by_model = vmdsolve.solve(HARD[0], method="vmd-only", latents=2, steps=2)
    assert by_model.statistics[1:5] == (0, by_model.nfe, by_model.loops, by_model.latents_tried)
    assert by_model.statistics.nfe > 0


def test_a_problem_that_propagation_settles_takes_no_nodes() -> None:
    assert vmdsolve.solve("1......2..4..3..").nodes == 0
    assert vmdsolve.solve(HARD[0], unique=True).nodes > 0


@pytest.mark.parametrize("unique", [False, True])
def test_a_problem_that_was_put_aside_tells_its_nodes(unique: bool) -> None:
    [task] = batch_of(HARD[:1], Options(method="search", unique=unique), report=False).tasks
    settled = Hard(task.alone(0), 0.0).work(inf)
    assert settled is not None
    _, [solution] = solutions_of(task, settled)
    assert solution.nodes == vmdsolve.solve(HARD[0], method="search", unique=unique).nodes


def test_enumeration_gives_each_solution_when_it_is_found_and_goes_on_where_it_was() -> None:
    solutions = vmdsolve.enumerate_solutions("." * 81)  # of 6.7e21: it does not look for all of them first
    first = [solution.text for solution in islice(solutions, 100)]
    then = [solution.text for solution in islice(solutions, 100)]
    assert len({*first, *then}) == 200
    again = vmdsolve.enumerate_solutions("." * 81, limit=200)
    assert [solution.text for solution in again] == first + then
    assert not again.complete
    late = vmdsolve.enumerate_solutions("." * 81, time_limit=0.0)
    assert (list(late), late.complete) == ([], False)
