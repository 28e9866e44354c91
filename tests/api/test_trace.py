"""Traces: what they say of every latent is what became of it, and asking for one changes nothing."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.commands import run
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import OPEN, Solution
from vmdsolve.api.traced import beside
from vmdsolve.checker import accepts
from vmdsolve.sampler.traced import Traced

FOUR, NINE = vmdsolve.get_domain("sudoku-4x4"), vmdsolve.get_domain("sudoku-9x9")
HARD = "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......"
PLAIN: dict[str, Any] = {"method": "vmd-only", "order": "random", "steps": 16}


def traced(seed: int, **options: Any) -> Solution:
    return vmdsolve.solve("." * 16, domain="sudoku-4x4", seed=seed, trace=True, **{**PLAIN, **options})


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from(["1......2..4..3..", "." * 16, "12..............", HARD]))
def test_a_trace_says_what_became_of_each_latent(seed: int, text: str) -> None:
    nine = len(text) == 81
    layout = NINE if nine else FOUR
    problem, steps = layout.parse(text), {"steps": 5, "loops": 3, "order": "margin"} if nine else {}
    found = vmdsolve.solve(problem, seed=seed, latents=3, trace=True, **{**PLAIN, **steps})
    trace = found.trace
    assert trace is not None
    assert len(trace.values) == (6 if nine else 2)  # 4x4 boards settle by the first step, 9x9 ones not in three loops
    assert trace.values.shape[1] == found.latents_tried
    assert trace.loops[-1].sum() == found.loops
    assert (np.diff(trace.loops, axis=0) >= 0).all()
    given_ = problem.values != OPEN
    assert (trace.values[0] == problem.values).all()
    assert (trace.values[:, :, given_] == problem.values[given_]).all()
    assert (trace.confidence[:, :, given_] == 1).all()
    assert ((trace.confidence[1:] > 0) & (trace.confidence <= 1)[1:]).all()
    ends = accepts(problem.rules, np.broadcast_to(problem.values, trace.values[-1].shape), trace.values[-1])
    assert ends.tolist() == trace.right.tolist()
    assert trace.right.tolist() == [False] * (found.latents_tried - 1) + [bool(found)]
    if found:
        assert layout.format(trace.values[-1, -1]) == found.text
    for k, committed in enumerate(trace.committed):
        for cell, step in enumerate(committed.tolist()):
            end = trace.values[-1, k, cell]
            if step == OPEN:
                assert end == OPEN
            else:
                assert (trace.values[step:, k, cell] == end).all()
                assert not step or trace.values[step - 1, k, cell] != end


def test_its_latents_give_the_same_boards_again() -> None:
    found = traced(3, latents=1, steps=1)
    assert found.trace is not None
    assert found.trace.z is not None
    again = traced(3, latents=1, steps=1, z=found.trace.z)
    assert again.trace is not None
    assert (again.trace.values == found.trace.values).all()
    assert (again.trace.confidence == found.trace.confidence).all()


def test_asking_for_one_changes_nothing() -> None:
    for options in ({}, {"steps": 4, "latents": 2}, {"method": "vmd-only", "latents": 2}):
        without, with_one = (vmdsolve.solve(HARD, trace=trace, **options) for trace in (False, True))
        assert without == with_one
        assert (without.nfe, without.loops, without.trace) == (with_one.nfe, with_one.loops, None)


def test_what_a_step_committed_is_as_sure_as_the_network_was() -> None:
    watched = vmdsolve.watch("." * 16, 1, domain="sudoku-4x4", seed=5)
    found = traced(5, latents=1, steps=1)
    assert found.trace is not None
    left = watched.loops.tolist().index(found.trace.loops[-1, 0])  # it settled, and needed no more
    assert (found.trace.values[-1, 0] == watched.values[left, 0]).all()
    np.testing.assert_allclose(found.trace.confidence[-1, 0], watched.confidence[left, 0], rtol=1e-5)


def test_a_problem_that_the_model_never_saw_has_none() -> None:
    assert vmdsolve.solve("1......2..4..3..", trace=True).trace is None
    assert vmdsolve.solve("1......2..4..3..", trace=True, method="search").trace is None


def test_latents_that_failed_are_in_it_where_search_found_the_answer() -> None:
    found = vmdsolve.solve(HARD, trace=True, seed=1, steps=1, latents=2, loops=1)
    assert found.method == "search"
    assert found.trace is not None
    assert found.trace.right.tolist() == [False, False]


def test_samples_stand_side_by_side_each_as_long_as_the_longest() -> None:
    drawn = [one.trace.last for one in vmdsolve.sample("sudoku-4x4", 5, trace=True, steps=8) if one.trace]
    both = beside(drawn)
    assert both.values.shape[1] == len(drawn) == 5
    for k, one in enumerate(drawn):
        assert (both.values[: len(one.values), k] == one.values[:, 0]).all()
        assert (both.values[len(one.values) :, k] == one.values[-1, 0]).all()


def test_it_travels_without_what_draws_it() -> None:
    found = traced(3, latents=2)
    assert found.trace is not None
    again = pickle.loads(pickle.dumps(found)).trace
    assert (again.values == found.trace.values).all()
    assert (again.frames(), again.layout) == ([], None)
    assert "Trace(" in again.render()


@pytest.mark.parametrize("ending", [".html", ".svg", ".gif", ".png", ".pdf"])
def test_it_is_saved_as_a_picture_of_every_kind(ending: str, tmp_path: Path) -> None:
    trace = traced(3, latents=2, steps=3).trace
    assert trace is not None
    begins = {".svg": b"<svg", ".html": b"<!doctype html>", ".png": b"\x89PNG", ".gif": b"GIF8", ".pdf": b"%PDF"}
    assert trace.save(tmp_path / f"a{ending}").read_bytes().startswith(begins[ending])


def test_steps_in_which_a_board_had_nothing_to_do_are_not_its_steps() -> None:
    kept, logits = Traced(np.full((2, 2), OPEN, np.int32)), np.zeros((1, 2, 2), np.float32)
    for row, loops in ((0, 4), (1, 3), (0, 9)):
        kept.note(np.array([row]), logits, np.array([[0, OPEN if loops < 9 else 1]], np.int32), np.array([loops]))
        kept.end_step()
    assert kept.steps is not None
    assert [kept.steps.of(b).loops.tolist() for b in (0, 1)] == [[4, 5], [3]]
    assert kept.steps.of(0).values.tolist() == [[0, OPEN], [0, 1]]


# Commands -----------------------------------------------------------------------------------------------


def test_solve_draws_the_first_puzzle(tmp_path: Path) -> None:
    out = tmp_path / "a.html"
    done = run("solve", "." * 16, "1......2..4..3..", "--method", "vmd-only", "--steps", 4, "--trace", out)
    assert done.stderr.startswith(f"wrote {out}\n")
    assert out.read_text().count("<svg ") > 1


def test_sample_draws_samples_side_by_side(tmp_path: Path) -> None:
    out = tmp_path / "a.svg"
    done = run("sample", "sudoku-4x4", "-n", 3, "--trace", out)
    assert done.exit_code == 0
    assert out.read_text().count("an answer") == 3


def test_a_trace_that_cannot_be_is_refused_or_said(tmp_path: Path) -> None:
    easy = "1......2..4..3.."
    refused = run("solve", easy, "--trace", tmp_path / "a.bmp")
    assert refused.exit_code == 2
    assert "a.bmp is to be a picture; wanted a name that ends in .svg, .html" in refused.stderr
    refused = run("solve", easy, "--all", 2, "--trace", tmp_path / "a.svg")
    assert "leave one of them out" in refused.stderr
    nothing = run("solve", easy, "--trace", tmp_path / "a.svg")
    assert nothing.exit_code == 0
    assert "is not written: no model filled a board" in nothing.stderr
    assert list(tmp_path.iterdir()) == []
