"""Solutions as they are known: one hard problem holds back nobody, and answers do not depend on when they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import InvalidInput, InvalidProblem, Problem, Solution, Status, deadline, solve_batch
from vmdsolve.api import aside, stages, stream
from vmdsolve.api.batch import batch_of, solutions_of
from vmdsolve.api.hard import Hard
from vmdsolve.api.options import BatchOptions, Options
from vmdsolve.api.solve import as_done
from vmdsolve.domains import get
from vmdsolve.domains.reading import read
from vmdsolve.sampler import Predictor
from vmdsolve.search import generate_values

FOUR = get("sudoku-4x4")
SOME = FOUR.format_many(generate_values(FOUR.rules, 12, seed=5)[0])
SOME += ["." * 16, "1234341221434321", "11" + "." * 14, "12" + "." * 12 + "21", "1" + "." * 80]
NOTHING = 1e-9  # seconds of a go in which search comes nowhere


def told(solution: Solution) -> tuple[Any, ...]:
    """What must not depend on time."""
    return solution.status, solution.text, solution.method, solution.unique, solution.nfe, solution.latents_tried


@pytest.fixture(scope="module")
def hard() -> Problem:
    """Twelve times twelve queens in twelve colours: answers are few, and nobody has the patience to see one found."""
    n = 12
    squares = [divmod(i, n) for i in range(n * n)]
    edges = [
        f"e {i + 1} {j + 1}"
        for i, (a, b) in enumerate(squares)
        for j, (c, d) in enumerate(squares[:i])
        if a == c or b == d or abs(a - c) == abs(b - d)
    ]
    return read("\n".join([f"p edge {n * n} {len(edges)}", *edges]), "colouring-12")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whatever gets to search is put aside; the numbers of what was."""
    numbers: list[int] = []
    add = aside.Aside.add

    def noted(self: aside.Aside, hard: Hard) -> None:
        numbers.append(hard.task.numbers[0])
        add(self, hard)

    monkeypatch.setattr(aside.Aside, "add", noted)
    monkeypatch.setattr(stream._Pace, "slice", NOTHING)
    return numbers


# What comes, and when ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_one_hard_problem_holds_back_nobody(hard: Problem, threads: int) -> None:
    done = as_done([hard, *SOME, hard, *SOME], method="search", time_limit=3, threads=threads)
    found = dict(islice(done, 2 * len(SOME)))
    assert sorted(found) == [*range(1, len(SOME) + 1), *range(len(SOME) + 2, 2 * len(SOME) + 2)]
    last = dict(done)
    assert {number: s.status for number, s in last.items()} == {0: Status.TIMEOUT, len(SOME) + 1: Status.TIMEOUT}
    assert all(s.seconds >= 3 for s in last.values())


@pytest.mark.slow
def test_where_order_counts_few_solutions_are_held_back(hard: Problem) -> None:
    taken = 0

    def problems() -> Iterator[Problem | str]:
        nonlocal taken
        while True:
            yield SOME[0] if taken else hard
            taken += 1

    solutions = solve_batch(problems(), method="search", batch_size=3, time_limit=2)
    assert next(solutions).status is Status.TIMEOUT
    assert taken <= stream.HELD * 3
    assert all(islice(solutions, 40))


def test_what_is_settled_first_comes_before_the_network_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, evaluate = 0, Predictor.evaluate

    def counted(self: Predictor, x: Any, z: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        return evaluate(self, x, z, **more)

    monkeypatch.setattr(Predictor, "evaluate", counted)
    done = as_done(["." * 16, "1234341221434321"], latents=8)
    number, solution = next(done)
    assert (number, solution.method, calls) == (1, "propagation", 0)
    assert [number for number, _ in done] == [0]
    assert calls


@pytest.mark.slow
@pytest.mark.usefixtures("hasty")
@settings(max_examples=30, deadline=None)
@given(st.permutations(range(len(SOME))), st.integers(1, 20), st.sampled_from(["vmd", "search"]), st.booleans())
def test_answers_depend_neither_on_goes_nor_on_batches_nor_on_order(
    order: list[int], size: int, method: str, unique: bool
) -> None:
    options: dict[str, Any] = {"method": method, "unique": unique, "latents": 1, "steps": 3}
    alone = [told(vmdsolve.solve(puzzle, **options)) for puzzle in SOME]
    shuffled = [SOME[i] for i in order]
    done = [(number, told(s)) for number, s in as_done(shuffled, batch_size=size, **options)]
    assert sorted(done) == list(enumerate(alone[i] for i in order))
    assert [told(s) for s in solve_batch(shuffled, batch_size=size, **options)] == [alone[i] for i in order]


def test_what_is_put_aside_comes_back_by_many_goes(hasty: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    goes, work = 0, Hard.work

    def briefly(self: Hard, seconds: float) -> Any:
        nonlocal goes
        goes += 1
        return work(self, NOTHING if goes % 3 else seconds)

    monkeypatch.setattr(Hard, "work", briefly)
    boards = get("sudoku-9x9").format_many(generate_values(get("sudoku-9x9").rules, 8, seed=1)[0])
    found = [told(s) for s in solve_batch(boards, method="search", unique=True)]
    assert found == [told(vmdsolve.solve(board, method="search", unique=True)) for board in boards]
    assert sorted(hasty) == list(range(8))
    assert goes > 16


def test_hard_problems_with_an_answer_of_the_model_keep_it(hasty: list[int]) -> None:
    [solution] = solve_batch(["." * 16], unique=True, latents=8)
    assert hasty == [0]
    assert (solution.method, solution.unique, told(solution)) == (
        "vmd",
        False,
        told(vmdsolve.solve("." * 16, unique=True, latents=8)),
    )


def test_the_time_of_who_looks_at_solutions_is_charged_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    away = 0.0
    clock = deadline.perf_counter
    monkeypatch.setattr(deadline, "perf_counter", lambda: clock() + away)
    options = Options(BatchOptions, time_limit=1000, unique=True)
    [task] = batch_of([*SOME[:3], "." * 16, "1234341221434321"], options, report=False).tasks
    parts = []
    for part in stages.run(task):
        assert not isinstance(part, Hard)
        parts.append(part)
        away += 1e6
    assert len(parts) > 1
    assert {part.status for part in parts} == {Status.SOLVED}
    assert all(part.spent < 1000 for part in parts)


# What goes wrong --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("size", [1, 2, 1024])
@pytest.mark.parametrize("call", [as_done, solve_batch])
def test_a_refusal_comes_when_all_before_are_done(call: Callable[..., Iterator[Any]], size: int) -> None:
    found: list[Any] = []
    with pytest.raises(InvalidProblem, match="row 1, column 1"):
        found.extend(call([*SOME[:5], "z" * 16, *SOME], batch_size=size, method="search"))
    assert len(found) == 5

    def broken() -> Iterator[str]:
        yield from SOME[:5]
        raise InvalidInput("line 6 is cut off")

    found.clear()
    with pytest.raises(InvalidInput, match="line 6 is cut off"):
        found.extend(call(broken(), batch_size=size, method="search"))
    assert len(found) == 5


def test_ctrl_c_comes_at_once() -> None:
    def interrupted() -> Iterator[str]:
        yield from SOME[:5]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(as_done(interrupted(), method="search"))


# Who has a turn ---------------------------------------------------------------------------------------


class Endless(Hard):
    """Never settled; keeps the goes that it had."""

    def __init__(self, size: int = 1) -> None:
        self.size, self.spent, self.goes = size, 0.01, list[float]()

    def work(self, seconds: float) -> None:
        self.goes.append(seconds)
        self.spent += seconds


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 3))
def test_all_have_turns_and_the_oldest_have_half_of_the_time(n: int, threads: int) -> None:
    waiting, hard = aside.Aside(threads, solutions_of), [Endless() for _ in range(n)]
    for one in hard:
        waiting.add(one)
    assert waiting.full == (n >= aside.MOST)
    turns = 100
    for _ in range(turns):
        assert list(waiting.work(1.0)) == []
    worked = hard[: aside.MOST]
    assert all(one.goes for one in worked)
    assert not any(one.goes for one in hard[aside.MOST :])  # their searches would take memory
    assert sum(hard[0].goes) >= turns / 2
    rest = [one.spent for one in worked[(threads + 1) // 2 :]]
    assert not rest or max(rest) <= 2 * min(rest) + 1
    assert sum(sum(one.goes) for one in worked) <= turns * (threads + 1)


def test_hard_problems_are_kept_as_far_as_memory_goes() -> None:
    waiting, hard = aside.Aside(1, solutions_of), [Endless(aside.MOST_SYMBOLS // 2 + 1) for _ in range(3)]
    for one in hard:
        assert not waiting.full
        waiting.add(one)
        if one is hard[1]:
            break
    assert waiting.full
    for _ in range(4):
        assert list(waiting.work(1.0)) == []
    assert [bool(one.goes) for one in hard] == [True, False, False]


def test_between_batches_hard_problems_have_a_share() -> None:
    waiting, one = aside.Aside(1, solutions_of), Endless()
    assert list(waiting.meanwhile(100.0)) == []
    waiting.add(one)
    for _ in range(100):
        assert list(waiting.meanwhile(0.3)) == []
    assert sum(one.goes) == pytest.approx(100 * 0.3 * aside.SHARE / (1 - aside.SHARE), abs=1)


@given(st.integers(1, 4096), st.integers(1, 64), st.lists(st.tuples(st.floats(0, 1), st.floats(1e-6, 10)), max_size=40))
def test_no_batch_may_search_longer_than_a_turn(most: int, threads: int, past: list[tuple[float, float]]) -> None:
    pace = stream._Pace(most, threads)
    for late, took in past:
        assert 1 <= pace.size <= most
        assert pace.slice == stream.LEAST or pace.slice * pace.size <= stream.TURN * max(threads, pace.size) + 1e-9
        assert stream.LEAST <= pace.slice <= stream.TURN
        pace.after(pace.size, int(late * pace.size), took)
