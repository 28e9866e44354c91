"""Samples that all differ; more of them than there are; problems without an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.commands import run, table
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import Status, count_solutions, sample, search
from vmdsolve.api import different
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput

FOUR = "." * 16
GRAPH = (
    "p edge 5 6\ne 1 2\ne 1 3\ne 2 3\ne 3 4\ne 4 5\ne 3 5\n"  # two triangles with a corner in common: 12 in 3 colours
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "n", "options"),
    [
        ("queens-6", 4, {}), ("queens-8", 92, {}), ("sudoku-4x4", 288, {}), ("sudoku-4x4", 288, {"method": "vmd-only"}),
        ("sudoku-4x4", 288, {"method": "search"}), ("brackets-6", 5, {}), ("latin-4", 70, {"seed": 3}),
    ],
)  # fmt: skip
def test_all_there_are_can_be_drawn(name: str, n: int, options: dict[str, Any]) -> None:
    drawn = list(sample(name, n, distinct=True, **options))
    assert {one.status for one in drawn} == {Status.SOLVED}
    assert len({one.text for one in drawn}) == n == len(drawn)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(st.integers(0, 80), st.integers(0, 5))
def test_none_but_those_that_came_before_are_left_out(n: int, seed: int) -> None:
    """However many are drawn together."""
    texts = [one.text for one in sample("latin-4", 4 * n + 100, seed=seed, method="search")]
    assert [one.text for one in sample("latin-4", n, seed=seed, distinct=True)] == list(dict.fromkeys(texts))[:n]


@pytest.mark.parametrize(
    ("name", "given_", "there"),
    [("queens-6", None, 4), ("queens-4", None, 2), ("sudoku-4x4", "1......2..4..3..", 1), ("brackets-6", None, 5),
     ("colouring-3", GRAPH, 12)],
)  # fmt: skip
def test_more_than_there_are_is_refused_with_their_number(name: str, given_: str | None, there: int) -> None:
    assert len({one.text for one in sample(name, there, given=given_, distinct=True)}) == there
    with pytest.raises(InvalidInput, match=f"n is {there + 1} and .* has {there} solutions?: ask for {there} at most"):
        sample(name, there + 1, given=given_, distinct=True)
    assert len(list(sample(name, there + 1, given=given_))) == there + 1  # the same may come twice


@pytest.mark.parametrize("name", ["queens-6", "sudoku-4x4"])
def test_where_time_did_not_suffice_to_count_the_end_says_how_many(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(different, "check_enough", lambda *_: None)
    monkeypatch.setattr("vmdsolve.api.sample.check_enough", lambda *_: None)
    there = count_solutions(get(name).problem(), limit=None).n
    *drawn, last = sample(name, there + 1, distinct=True)
    assert len({one.text for one in drawn}) == there
    assert (last.status, last.method) == (Status.UNSATISFIABLE, "search")
    assert last.reason == f"there are no more than {there} solutions"


def test_a_model_alone_that_draws_nothing_new_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(different, "PATIENCE", 3)
    monkeypatch.setattr(different, "TIMES", 0)
    *_, last = sample("sudoku-4x4", 72, distinct=True, method="vmd-only", given="1" + "." * 15)
    assert (last.status, last.text) == (Status.UNKNOWN, None)
    assert "different solutions were drawn, and then none that is new" in last.reason


def test_where_the_search_for_more_is_cut_off_it_says_how_many_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmdsolve.api.sample.check_enough", lambda *_: None)
    real = search.enumerate_values
    monkeypatch.setattr(search, "enumerate_values", lambda rules, values, **_: real(rules, values, time_limit=0.0))
    *drawn, last = sample("queens-6", 5, distinct=True)
    assert len({one.text for one in drawn}) == 4
    assert (last.status, last.reason) == (Status.TIMEOUT, "there are at least 4 solutions; time ran out")


def test_what_draws_do_not_bring_search_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(different, "PATIENCE", 0)
    monkeypatch.setattr(different, "TIMES", 0)
    drawn = list(sample("latin-4", 576, distinct=True))
    assert {(one.status, one.method) for one in drawn} == {(Status.SOLVED, "search")}
    assert len({one.text for one in drawn}) == 576
    nested = list(sample("sudoku-4x4", 3, given=[[1, 2, 3, 4], [3, 4, 1, 2], [2, 1, 4, 3], [0] * 4], distinct=False))
    assert nested[0].grid[3] == [4, 3, 2, 1]


def test_a_problem_without_an_answer_is_proved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By search before a model is asked, not once for every sample."""
    calls = []
    real = search.solve_values

    def counted(rules: Any, values: Any, **options: Any) -> Any:
        calls.append(len(values))
        return real(rules, values, **options)

    monkeypatch.setattr(search, "solve_values", counted)
    drawn = list(sample("sudoku-4x4", 100, given="12..............", method="vmd"))
    assert {one.status for one in drawn} == {Status.SOLVED}
    assert calls == [1]
    hopeless = list(sample("queens-6", 200, given="Q" + "." * 35))  # a corner holds none, but no single rule says so
    assert {(one.status, one.method) for one in hopeless} == {(Status.UNSATISFIABLE, "search")}
    assert calls == [1, 1]


@pytest.mark.parametrize("distinct", [True, False])
@pytest.mark.parametrize("method", ["vmd", "search"])
@pytest.mark.parametrize(("name", "board"), [("sudoku-4x4", "11" + "." * 14), ("queens-4", "Q" + "." * 15)])
def test_without_an_answer_every_sample_says_so(name: str, board: str, method: Any, distinct: bool) -> None:
    drawn = list(sample(name, 3, given=board, method=method, distinct=distinct))
    assert [one.status for one in drawn] == [Status.UNSATISFIABLE] * 3
    assert not any(one.nfe or one.text for one in drawn)


def test_where_noise_is_the_latent_a_sample_is_one_evaluation() -> None:
    drawn = list(sample("sudoku-4x4", 40, method="vmd-only"))
    assert {one.status for one in drawn} == {Status.SOLVED}
    assert sum(one.nfe for one in drawn) < 50
    assert len({one.text for one in drawn}) > 30
    hot = list(sample("sudoku-4x4", 4, method="vmd-only", temperature=1.0))
    assert [one.text for one in hot] != [one.text for one in drawn[:4]]


def test_the_command_completes_a_file_and_tells_in_words(tmp_path: Path) -> None:
    (graph := tmp_path / "five.col").write_text(GRAPH)
    done = run("sample", "colouring:3", graph, "-n", 12, "--distinct")
    assert (done.exit_code, len(set(done.stdout.split()))) == (0, 12)
    assert run("sample", "colouring:3", GRAPH.strip().replace("\n", "/"), "-n", 12, "--distinct").stdout == done.stdout
    more = run("sample", "colouring:3", graph, "-n", 13, "--distinct", "-o", tmp_path / "out.csv")
    assert (more.exit_code, more.stdout, (tmp_path / "out.csv").exists()) == (2, "", False)
    assert "colouring-3 has 12 solutions: ask for 12 at most" in more.stderr
    none = run("sample", "colouring:2", graph, "-n", 3, "-o", tmp_path / "none.csv")
    assert none.exit_code == 1
    assert none.stderr.startswith("UNSATISFIABLE: proved that there is no answer, by propagation")
    assert [row["status"] for row in table((tmp_path / "none.csv").read_text())] == ["UNSATISFIABLE"] * 3
    clash = run("sample", "sudoku-4x4", "11" + "." * 14)
    assert "both hold 1 (row 1, column 1 and row 1, column 2)" in clash.stderr


def test_the_command_refuses_what_is_not_one_problem(tmp_path: Path) -> None:
    (two := tmp_path / "two.txt").write_text(f"{FOUR}\n1{FOUR[1:]}\n")
    for arguments, said in (
        ((two,), "holds several problems; sample completes one"),
        ((tmp_path / "none.txt",), "no such file"),
        ((FOUR, "--given", FOUR), "--given is a problem to complete, and so is what follows the domain"),
        (("12x4............",), "row 1, column 3"),
    ):
        done = run("sample", "sudoku-4x4", *arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert said in done.stderr, done.stderr
