"""Breeding: a minimal problem with one answer comes out, as hard or harder, whatever it was bred beside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from vmdsolve import InvalidInput, generate
from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.config import ModelConfig
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.search import generate_values, solve_values
from vmdsolve.search.breed import breed
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.examples import read_problems
from vmdsolve.train.stream import Stream

NAMES = ("sudoku-4x4", "sudoku-9x9", "latin-5", "sudoku-x-6x6")


@pytest.mark.parametrize("name", NAMES)
def test_bred_problems_are_minimal_and_have_one_answer(name: str) -> None:
    rules = get(name).rules
    puzzles, first = generate_values(rules, 12, seed=3)
    bred, answers, nodes = breed(rules, puzzles, first, rounds=30, hardest=True)
    (_, _, before), (_, _, proof) = breed(rules, puzzles, first, rounds=0), breed(rules, bred, answers, rounds=0)
    after = solve_values(rules, bred, limit=2)
    assert (after.values == answers).all()
    assert after.complete.all()
    assert (after.counts == 1).all()
    assert (nodes == proof).all()
    assert (nodes >= before).all()
    assert all(accepts(rules, board, answer[None])[0] for board, answer in zip(bred, answers, strict=True))
    for board in bred:
        given = np.flatnonzero(board != OPEN)
        without = np.repeat(board[None], len(given), axis=0)
        without[np.arange(len(given)), given] = OPEN
        assert (solve_values(rules, without, limit=2).counts == 2).all()


@pytest.mark.slow
def test_more_rounds_are_harder_and_no_rounds_change_nothing() -> None:
    rules = get("sudoku-9x9").rules
    puzzles, answers = generate_values(rules, 60, seed=4)
    none, same, start = breed(rules, puzzles, answers, rounds=0)
    assert (none == puzzles).all()
    assert (same == answers).all()
    some, many = (breed(rules, puzzles, answers, rounds=n, hardest=True)[2] for n in (20, 100))
    assert (start <= some).all()
    assert (some <= many).all()
    assert 4 * start.mean() < many.mean()


def test_a_walk_taken_up_again_ends_where_one_without_a_break_does() -> None:
    rules = get("sudoku-9x9").rules
    problems = generate_values(rules, 4, seed=8)
    whole = breed(rules, *problems, rounds=50, level=30, seed=2)
    *half, _ = breed(rules, *problems, rounds=20, level=30, seed=2)
    rest = breed(rules, *half, rounds=30, begun=20, level=30, seed=2)
    assert all((one == other).all() for one, other in zip(whole, rest, strict=True))


@pytest.mark.slow
def test_a_walk_climbs_to_its_level_and_stays_about_there() -> None:
    rules = get("sudoku-9x9").rules
    problems = generate_values(rules, 30, seed=9)
    low, high = (np.median(breed(rules, *problems, rounds=800, level=level)[2]) for level in (20, 100))
    assert 20 <= low < high
    assert low < 60


def test_a_problem_is_bred_alike_whatever_stands_beside_it() -> None:
    rules = get("sudoku-9x9").rules
    puzzles, answers = generate_values(rules, 9, seed=5)
    whole = breed(rules, puzzles, answers, rounds=20, seed=7, threads=2)
    part = breed(rules, puzzles[4:6], answers[4:6], rounds=20, seed=7, first=4, threads=1)
    assert all((side[4:6] == other).all() for side, other in zip(whole, part, strict=True))
    assert (whole[0] != breed(rules, puzzles, answers, rounds=20, seed=8)[0]).any()
    assert breed(rules, puzzles[:0], answers[:0], rounds=3)[0].shape == (0, 81)


def test_what_is_no_problem_with_one_answer_is_refused() -> None:
    rules = get("sudoku-4x4").rules
    puzzles, answers = generate_values(rules, 3, seed=6)
    puzzles[1] = OPEN
    with pytest.raises(InvalidInput, match="problem 1 has not its answer as the only solution"):
        breed(rules, puzzles, answers, rounds=1)


def proofs(rules: Rules, puzzles: Board) -> npt.NDArray[np.int64]:
    """Nodes by singles that prove each answer the only one."""
    return breed(rules, puzzles, solve_values(rules, puzzles).values, rounds=0)[2]


@pytest.mark.slow
def test_generating_breeds_on_demand() -> None:
    easy, hard = ([p.values for p, _ in generate("sudoku-9x9", 60, seed=9, harder=n)] for n in (0, 60))
    rules = get("sudoku-9x9").rules
    nodes = [proofs(rules, np.stack(boards)).mean() for boards in (easy, hard)]
    assert nodes[1] > 1.5 * nodes[0]
    [(late, _)] = generate("sudoku-9x9", seed=9, first=55, harder=60)
    assert (late.values == hard[55]).all()
    with pytest.raises(InvalidInput, match="one board"):
        generate("killer", harder=3)
    with pytest.raises(InvalidInput, match="harder is 3"):
        generate("sudoku-9x9", clues=30, harder=3)


def test_a_stream_draws_its_share_from_a_file_of_hard_problems(tmp_path: Path) -> None:
    domain, file = get("sudoku-4x4"), tmp_path / "hard.txt"
    [board] = generate_values(domain.rules, 1, seed=1)[0]
    file.write_text(domain.format(board) + "\n")
    plain, mixed = Recipe(batch=400, full=1.0, solving=1.0), Recipe(batch=400, full=1.0, solving=1.0, hard=str(file))
    stream = Stream(domain, mixed, 0)
    batch = stream.batch(0)
    assert "50% from the 1 of hard.txt, hash " in stream.source
    assert all(accepts(domain.rules, batch.start, batch.x0))
    givens = (batch.start != OPEN).sum(1)
    drawn = givens == (board != OPEN).sum()  # and those of the generator that have as many
    others = ((Stream(domain, plain, 0).batch(0).start != OPEN).sum(1) == (board != OPEN).sum()).mean()
    assert abs(drawn.mean() - (0.5 + 0.5 * others)) < 0.1
    assert (stream.batch(0).start == Stream(domain, mixed, 0).batch(0).start).all()


def test_problems_may_stand_in_a_column(tmp_path: Path) -> None:
    domain = get("sudoku-4x4")
    boards = generate_values(domain.rules, 3, seed=1)[0]
    (tmp_path / "of.csv").write_text("puzzle,nodes\n" + "".join(f"{line},7\n" for line in domain.format_many(boards)))
    assert (read_problems(tmp_path / "of.csv", domain)[0] == boards).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1......2..4..3..\n" + "." * 16, ":2 has several answers; wanted problems with one"),
        ("11" + "." * 14, ":1 has no answer"),
        ("1......x..4..3..", ":1: row 2, column 4"),
        ("", "holds no example"),
        ("puzzle,nodes\n", "holds no problem below its header"),
        ("puzzle,nodes\n" + "." * 16 + ",3", ":2 has several answers; wanted problems with one"),
    ],
)
def test_a_file_that_holds_no_problems_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "hard.txt").write_text(text)
    with pytest.raises(InvalidInput, match=message):
        Stream(get("sudoku-4x4"), Recipe(hard=str(tmp_path / "hard.txt")), 0)
    with pytest.raises(InvalidInput, match="no such file"):
        Stream(get("sudoku-4x4"), Recipe(hard="nowhere.txt"), 0)
    with pytest.raises(InvalidInput, match="hard problems go with data 'problems'"):
        Recipe(hard="hard.txt", data="law")


@pytest.mark.slow
def test_a_run_does_not_resume_on_a_changed_file_unless_another_is_named(tmp_path: Path) -> None:
    domain, files = get("sudoku-4x4"), [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file, seed in zip(files, (1, 2), strict=True):
        [(problem, _)] = generate("sudoku-4x4", seed=seed)
        file.write_text(domain.format(problem.values) + "\n")
    recipe = Recipe(steps=1, batch=2, loops=((0.0, 1),), hard=str(files[0]))
    config = ModelConfig(domain.name, domain.rules.relations, width=4, message=4, hidden=4, loops=1)
    assert list(Trainer(domain, config, recipe).run(tmp_path))
    Trainer(domain, config, recipe).resume(tmp_path)
    Trainer(domain, config, replace(recipe, hard=str(files[1]))).resume(tmp_path)
    files[0].write_text(files[1].read_text())
    with pytest.raises(ModelMismatch, match=r"a\.txt is another file now"):
        Trainer(domain, config, recipe).resume(tmp_path)
