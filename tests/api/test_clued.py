"""Problems with boards of their own through the public calls and the commands."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from helpers.commands import run, table

import vmdsolve
from vmdsolve import OPEN, Problem, Rules, Status
from vmdsolve.api import stages
from vmdsolve.api.generate import generate
from vmdsolve.api.work import Settled, Task
from vmdsolve.cli.shown import Shown
from vmdsolve.constraints import AllDifferent, Less
from vmdsolve.domains import TEMPLATE, get, layout_of
from vmdsolve.errors import InvalidInput, InvalidProblem
from vmdsolve.files.records import Record
from vmdsolve.search.threads import spread

KILLER = "4 4/9 - 8 3/- 7 - -/4 - - 9/- - - -/2 2 4 1/2 3 4 1/6 3 4 5/6 3 5 5"
ANSWER = "2341413232141423"
DRAWN = """\
+-----------+-----+-----+
| 9 2     3 | 8 4 | 3 1 |
|     +-----+     |     |
|   4 | 7 1 |   3 |   2 |
+-----+     |     +-----+
| 4 3 |   2 |   1 | 9 4 |
|     |     +-----+     |
|   1 |   4 |   2     3 |
+-----+-----+-----------+
"""


@pytest.fixture(scope="module")
def mixed() -> list[Problem]:
    """Problems of three kinds, each with rules of its own."""
    names = ("killer", "futoshiki", "nonogram")
    made = (generate(name, 8, size=5 if name != "killer" else 6) for name in names)
    return [problem for trio in zip(*made, strict=True) for problem, _ in trio]


def test_one_problem_is_solved_counted_and_checked() -> None:
    solution = vmdsolve.solve(KILLER, domain="killer", unique=True)
    assert (solution.status, solution.text, solution.grid, solution.unique) == (Status.SOLVED, ANSWER, ANSWER, True)
    assert vmdsolve.count_solutions(KILLER, domain="killer") == (1, True)
    assert vmdsolve.check(KILLER, ANSWER, domain="killer") == []
    assert vmdsolve.check(KILLER, KILLER, domain="killer") == []
    wrong = vmdsolve.check(KILLER + "/2" + "." * 15, "4" + ANSWER[1:], domain="killer")
    assert [v.relation for v in wrong] == ["given", "row", "column", "box", "cage", "cage"]
    problem = get("killer").parse(KILLER)
    grid = vmdsolve.solve(problem).grid
    assert grid.shape == (4, 4)
    for answer in (grid, grid.tolist(), layout_of(problem).parse(ANSWER)):
        assert vmdsolve.check(problem, answer) == []


def test_an_answer_on_another_board_is_refused() -> None:
    other = next(generate("killer", size=6))[0]
    with pytest.raises(InvalidInput, match="the answer is of domain killer, L = 36; not one to this killer"):
        vmdsolve.check(get("killer").parse(KILLER), other)
    with pytest.raises(InvalidProblem, match="killer needs 16 cells, got 3 characters"):
        vmdsolve.check(KILLER, "123", domain="killer")


def test_a_batch_of_boards_gives_what_each_gives_alone(mixed: list[Problem]) -> None:
    alone = [vmdsolve.solve(problem, method="search", unique=True) for problem in mixed]
    assert {(s.status, s.unique) for s in alone} == {(Status.SOLVED, True)}
    for options in ({}, {"threads": 1}, {"threads": 3}, {"batch_size": 5}, {"method": "vmd"}):
        batch = vmdsolve.solve_batch(mixed, **{"method": "search", "unique": True, **options})
        assert [s.text for s in batch] == [s.text for s in alone]
    texts = [layout_of(problem).write(problem.values) for problem in mixed[::3]] + ["nonsense"]
    batch = list(vmdsolve.solve_batch(texts, domain="killer", invalid="report"))
    assert [s.text for s in batch] == [*(s.text for s in alone[::3]), None]
    assert batch[-1].status is Status.INVALID


def test_boards_of_their_own_are_worked_on_side_by_side(mixed: list[Problem], monkeypatch: pytest.MonkeyPatch) -> None:
    run_one, together = stages.run, Barrier(2, timeout=30)  # breaks, unless two are in there at once

    def run(task: Task) -> list[Settled]:
        assert task.options.threads == 1
        together.wait()
        return run_one(task)

    monkeypatch.setattr(stages, "run", run)
    solutions = list(vmdsolve.solve_batch(mixed[:6], method="search", threads=2))
    assert {s.status for s in solutions} == {Status.SOLVED}


def test_a_domain_that_nobody_registered_is_solved_all_the_same() -> None:
    assert vmdsolve.solve(TEMPLATE.Pairs(5).parse("1.1..")).text in ("12123", "12132", "13123", "13132")


def test_a_problem_without_a_board_is_that_of_the_domain_it_names() -> None:
    rules = Rules(4, 2, (*get("latin-2").constraints, Less(0, 1)))
    solution = vmdsolve.solve(Problem("latin-2", rules, np.full(4, OPEN)))
    assert (solution.text, solution.grid.tolist()) == ("1221", [[1, 2], [2, 1]])


def test_clashing_clues_are_unsatisfiable() -> None:
    text = KILLER.replace("9 -", "5 -", 1)
    assert vmdsolve.solve(text, domain="killer").status is Status.UNSATISFIABLE
    assert AllDifferent([0, 1, 4], "cage") in get("killer").parse(text).rules.constraints


# Commands ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["futoshiki", "killer", "nonogram"])
@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".txt"])
def test_files_of_problems_go_through_all_commands(name: str, kind: str, tmp_path: Path) -> None:
    made, solved = tmp_path / f"made{kind}", tmp_path / "solved.csv"
    assert run("generate", name, "-n", 4, "--size", 4, "--density", 0.3, "-o", made).exit_code == 0
    assert run("solve", made, "--domain", name, "--unique", "-o", solved).exit_code == 0
    rows = table(solved.read_text())
    assert {(row["status"], row["unique"]) for row in rows} == {("SOLVED", "true")}
    for row in rows:  # what is written can be read again
        assert vmdsolve.check(row["problem"], row["solution"], domain=name) == []
    if kind != ".txt":
        assert run("check", made, "--domain", name).stderr == "4 checked: 4 right\n"
    assert run("check", solved, "--domain", name).stderr == "4 checked: 4 right\n"


def test_one_problem_on_a_terminal_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    record = Record("", 0, KILLER.replace("/", "\n"))
    Shown(alone=True, few=False).show(record, vmdsolve.solve(KILLER, domain="killer"), "")
    assert capsys.readouterr().out == DRAWN


def test_broken_rules_are_said_with_the_names_of_cells() -> None:
    result = run("check", KILLER, "4" + ANSWER[1:], "--domain", "killer")
    assert result.exit_code == 1
    assert "cage: the cage of 9 at row 1, column 1 adds up to 11, not 9" in result.stdout
    assert "row: both hold 4 (row 1, column 1 and row 1, column 3)" in result.stdout


@pytest.mark.slow
def test_kinds_are_listed_and_what_they_cannot_do_is_said() -> None:
    lines = run("domains").stdout.splitlines()
    assert any(line.startswith("killer ") and "each problem's own" in line for line in lines)
    result = run("solve", "1" * 16, "--domain", "killer")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "and it is not a puzzle either: killer ends after line 1; wanted cage numbers" in result.stderr
    assert "size is 5; killer is made in sizes 4, 6" in run("generate", "killer", "--size", 5).stderr
    result = run("train", "killer")
    assert "every problem of killer has a board of its own" in result.stderr


# Threads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_spread_keeps_the_order_and_passes_errors_on(threads: int) -> None:
    assert list(spread(str, range(50), threads)) == [str(i) for i in range(50)]
    taken: list[int] = []

    def items() -> object:
        for i in range(1000):
            taken.append(i)
            yield 1 - i

    with pytest.raises(ZeroDivisionError):
        list(spread(lambda i: 1 // i, items(), threads))
    assert len(taken) < 100
