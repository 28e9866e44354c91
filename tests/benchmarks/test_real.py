"""The benchmarks on real instances and on guided search: who judges, what counts, and what is not at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.results import sample_head

from benchmarks import instances, readme
from benchmarks.driver import Limit
from benchmarks.english import Ambiguous, in_our_clues
from benchmarks.instances import Both, Done
from benchmarks.real import Instance, RealSet
from benchmarks.study import guided
from benchmarks.study.guided import Pair, Way
from vmdsolve.constraints import Count
from vmdsolve.domains import get
from vmdsolve.problem import OPEN, Problem, Rules
from vmdsolve.testing.oracles import brute_force, cp_sat

ONE, ANSWER = "1......2..4..3..", "1234341221434321"
LIMIT = Limit(5.0)


def instance(puzzle: str = ONE, printed: str | None = None, name: str = "a") -> Instance:
    domain = get("sudoku-4x4")
    return Instance(name, domain.parse(puzzle), None if printed is None else domain.parse(printed).values)


def values(text: str) -> np.ndarray:
    return get("sudoku-4x4").parse(text).values


def needs_cp_sat() -> None:
    pytest.importorskip("ortools", reason="CP-SAT is not installed")


# instances --------------------------------------------------------------------------------------------


def test_both_solvers_find_the_answer_and_prove_that_there_is_none() -> None:
    needs_cp_sat()
    for solver in (instances.ours, instances.cp_sat):
        done = solver(instance().problem, LIMIT)
        assert done.decided
        assert done.answer.tolist() == values(ANSWER).tolist()
        none = solver(instance("12.3...4........").problem, LIMIT)
        assert (none.answer, none.proved) == (None, True)
        late = solver(instance().problem, Limit(0.0, stretch=1e9))
        assert (late.decided, late.seconds) == (False, 0.0)


def test_a_wrong_answer_is_told_from_another_one() -> None:
    judged = instances.judged
    right, proved = Done(0.1, values(ANSWER)), Done(0.1, None, True)
    swapped = values(ANSWER.translate(str.maketrans("12", "21")))
    assert judged(instance(printed=ANSWER), right, None, LIMIT) == (False, False)
    assert judged(instance(), right, Done(0.1, None), LIMIT) == (False, False)
    assert judged(instance(), Done(0.1, swapped), None, LIMIT) == (True, False)  # a given is changed
    assert judged(instance(printed="2" + ANSWER[1:]), right, None, LIMIT) == (True, False)  # printed is no answer
    assert judged(instance(), right, proved, LIMIT) == (True, False)
    assert judged(instance(), proved, right, LIMIT) == (True, False)
    assert judged(instance(printed=ANSWER), proved, None, LIMIT) == (True, False)
    assert judged(instance(), proved, proved, LIMIT) == (False, False)
    assert judged(instance(printed=ANSWER), Done(5.0, None), None, LIMIT) == (False, False)  # open
    blank = instance("." * 16, ANSWER)
    assert judged(blank, Done(0.1, swapped), None, LIMIT) == (False, True)
    partly = instance("." * 16, ANSWER[0] + "." * 15)  # of which one cell is printed
    assert judged(partly, right, None, LIMIT) == (False, False)
    assert judged(partly, Done(0.1, swapped), None, LIMIT) == (False, True)


def test_a_row_counts_what_is_open_and_compares_on_the_same_instances() -> None:
    open_, quick, slow = Done(5.0, None), Done(0.1, values(ANSWER)), Done(0.4, values(ANSWER))
    done = [
        Both("b", quick, False, False, slow),
        Both("c", slow, False, True, quick),
        Both("a", open_, False, False, open_),
        Both("d", quick, True, False, None),
    ]
    row = instances._row("toy", 9, LIMIT, done)
    assert (row["instances"], row["n"], row["solved"], row["wrong"], row["several"]) == (9, 4, 3, 1, 1)
    assert (row["open"], row["peer"]["open"]) == (["a"], ["a"])
    assert row["seconds"]["slowest"] == 5.0
    assert (row["peer"]["n"], row["peer"]["solved"], row["peer"]["ours_faster"]) == (3, 2, 1)
    assert row["peer"]["ratio"] == pytest.approx(1.0)
    text = instances.shown([row, {**row, "set": "alone", "peer": None}])
    assert "| toy   |    4 of 9 |" in text
    assert "Not solved by us in 5 s, toy: a." in text
    assert "Not solved by CP-SAT in 5 s, toy: a." in text
    assert "Not solved by CP-SAT in 5 s, alone" not in text
    assert "Answers beside the printed one, which is another: toy 1, alone 1." in text


def toy_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def read(path: Path) -> Iterator[Instance]:
        assert path.exists()
        yield instance(printed=ANSWER)
        yield instance("." * 16, ANSWER, "b")

    sets = {"toy": RealSet(str(tmp_path), read), "absent": RealSet(str(tmp_path / "nothing"), read)}
    for module in (instances, guided):
        monkeypatch.setattr(module, "SETS", sets)


@pytest.mark.parametrize(("budget", "n"), [(60.0, 2), (0.0, 0)])
def test_instances_of_a_folder(budget: float, n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_cp_sat()
    toy_sets(monkeypatch, tmp_path)
    instances.run(
        sets="toy;absent", limit=5.0, hard_limit=5.0, n=0, peer_n=1, threads=1, stretch=1.0, budget=budget, seed=0,
        out=tmp_path / "out",
    )  # fmt: skip
    [path] = (tmp_path / "out").iterdir()
    result = json.loads(path.read_text())
    assert any("absent: not at hand" in note for note in result["notes"])
    assert any("0 of 2 instances, the budget is spent" in note for note in result["notes"]) == (not n)
    assert [(row["set"], row["n"], row["solved"], row["wrong"], row["peer"]["n"]) for row in result["rows"]] == (
        [("toy", n, n, 0, 1)] if n else []
    )
    with pytest.raises(SystemExit, match="unknown set nowhere"):
        instances.run(sets="nowhere", out=tmp_path)


def test_cp_sat_counts_two_symbols_as_they_are() -> None:
    needs_cp_sat()
    for symbol in (0, 1):
        rules = Rules(4, 2, (Count(range(4), symbol, 1, 2),))
        assert sorted(cp_sat(rules, [OPEN] * 4)) == sorted(brute_force(rules, [OPEN] * 4))


def test_sentences_that_clues_cannot_say_are_refused() -> None:
    people = "There are 3 people next to each other.\nEveryone has a different pet: cat, dog, owl.\n"
    clue = "Clue 1: The person with the cat is {}.\nQuestion: At what position is the person with the cat?"
    text, item = in_our_clues(people + clue.format("next to the person with the dog"))
    problem = get("zebra").parse(text)
    assert item in problem.layout.cell
    assert "next-to" in text
    for other in (people + clue.format("older than all others"), people.replace("dog", "cat") + clue, ""):
        with pytest.raises(Ambiguous):
            in_our_clues(other)


# guided -----------------------------------------------------------------------------------------------


def test_wins_losses_and_medians_are_counted() -> None:
    pairs = [
        Pair(Way(True, 10, 0.5), Way(True, 4, 0.2), 0.1),  # fewer nodes, faster
        Pair(Way(True, 10, 0.5), Way(True, 10, 0.6), 0.1),  # a draw
        Pair(Way(True, 10, 0.5), Way(False, 3, 5.0), 0.1),  # not decided
        Pair(Way(False, 99, 5.0), Way(False, 3, 5.0), 0.3),  # neither
        Pair(Way(False, 99, 5.0), Way(True, 100, 4.0), 0.3),
    ]
    row = guided.summed(pairs)
    assert (row["n"], row["wins"], row["losses"], row["faster"]) == (5, 2, 1, 2)
    assert (row["alone"]["solved"], row["guided"]["solved"]) == (3, 3)
    assert (row["alone"]["nodes"], row["guided"]["nodes"], row["network"]) == (10, 4, 0.1)


def test_guided_measures_what_has_weights_and_says_what_has_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_sets(monkeypatch, tmp_path)

    def latin(*_: object) -> list[Problem]:
        return [get("latin-17").problem()]

    read = {"toy": guided._real("toy"), "absent": guided._real("absent"), "latin": latin}
    monkeypatch.setattr(guided, "HARDEST", read)
    guided.run(
        sets="toy;absent;latin", model=None, n=5, limit=5.0, stretch=1.0, budget=60.0, seed=0, out=tmp_path / "out"
    )
    [path] = (tmp_path / "out").iterdir()
    toy, absent, none = json.loads(path.read_text())["rows"]
    assert (toy["weights"], toy["instances"], toy["n"]) == ("sudoku-4x4", 2, 1)  # propagation decides the other
    assert (toy["alone"]["solved"], toy["guided"]["solved"]) == (1, 1)
    assert 0 < toy["network"] < toy["guided"]["seconds"]
    assert (absent["n"], absent["why"]) == (0, "not at hand")
    assert (none["n"], none["why"]) == (0, "no weights that fit")
    text = guided.shown([toy, absent, none])
    assert "| toy | sudoku-4x4 | 1 |" in text
    assert "latin: not measured, no weights that fit." in text


def test_readme_shows_both() -> None:
    text = "\n".join(f"<!-- {name} -->stale<!-- /{name} -->" for name in ("instances", "guided"))
    row = instances._row("toy", 1, LIMIT, [Both("a", Done(0.1, values(ANSWER)), False, False, None)])
    results = {
        "instances": [{**sample_head(), "rows": [row]}],
        "guided": [{**sample_head(), "rows": [{"set": "x", "n": 0, "why": "not at hand"}]}],
    }
    after = readme.filled(text, results)
    assert "| toy |" in after
    assert "x: not measured, not at hand." in after
    assert "stale" not in after
