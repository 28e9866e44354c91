"""sample: laws of samples, with a model and without; the command `sample`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from helpers.chi_square import chi_square_z
from helpers.commands import run, table

from vmdsolve import Status, domains, sample
from vmdsolve.checker import accepts
from vmdsolve.constraints import Predicate
from vmdsolve.domains.sequence import TokenSequence
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.measure.law import law_of
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN

N = 4000


def untrained(name: str) -> VMD:
    domain = domains.get(name)
    shape = {"width": 8, "hidden": 8, "loops": 1, "latent": 2, "mixer": "attention"}
    positions = (domain.rules.L, domain.rules.V)
    config = ModelConfig(name, domain.rules.relations, positions=positions, **shape)
    return VMD(config).eval()


@pytest.mark.parametrize(
    ("name", "given"), [("brackets-8", None), ("brackets-8", "(..)...."), ("regex:2-5:[ab]+c?", None)]
)
def test_without_a_model_words_are_uniform(name: str, given: str | None) -> None:
    domain = domains.get(name)
    law = law_of(domain, None if given is None else domain.parse(given).values)
    found = Counter(drawn.text for drawn in sample(name, N, given=given, method="search"))
    counts = [found[text] for text in domain.format_many(law.boards)]
    assert sum(counts) == N
    assert chi_square_z(counts, [1 / len(counts)] * len(counts)) < 4
    assert chi_square_z([counts[0] + 200, *counts[1:]], [1 / len(counts)] * len(counts)) > 4


def test_cells_of_no_word_are_free_and_of_no_rule_not_checked() -> None:
    samples = list(sample("text-16", 200))
    assert {drawn.status for drawn in samples} == {Status.UNCHECKED}
    assert all(drawn.status.has_solution for drawn in samples)
    letters = Counter("".join(drawn.text or "" for drawn in samples))
    assert len(letters) == 27
    assert chi_square_z(list(letters.values()), [1 / 27] * 27) < 4
    infilled = next(sample("text-16", given="hello..........."))
    assert infilled.text is not None
    assert infilled.text.startswith("hello")


@pytest.mark.parametrize("name", ["sudoku-4x4", "latin-5", "equation-6", "chains"])
def test_samples_are_checked_and_differ(name: str) -> None:
    domain = domains.get(name)
    samples = list(sample(name, 20, method="search", seed=3))
    texts = [drawn.text for drawn in samples]
    assert all(drawn.status is Status.SOLVED and drawn.grid == drawn.text for drawn in samples)
    assert len(set(texts)) > 10
    boards = np.stack([domain.parse(text or "").values for text in texts])
    assert accepts(domain.rules, np.full(domain.rules.L, OPEN, np.int32), boards).all()


@pytest.mark.parametrize("steps", [1, 3, 8])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_any_model_samples_valid_words_at_the_first_try(steps: int, temperature: float) -> None:
    samples = list(
        sample("brackets-8", 70, model=untrained("brackets-8"), steps=steps, temperature=temperature, latents=1)
    )
    assert {(s.status, s.method, s.nfe, s.latents_tried) for s in samples} == {(Status.SOLVED, "vmd", steps, 1)}
    assert len({s.text for s in samples}) > (10 if temperature else 0)


def test_the_model_alone_is_labelled_and_search_fills_in_for_it() -> None:
    model = untrained("equation-6")
    alone = list(sample("equation-6", 30, model=model, method="vmd-only", latents=2))
    assert {drawn.status for drawn in alone} == {Status.UNKNOWN}
    assert all(drawn.text is None and drawn.latents_tried == 2 for drawn in alone)
    sudoku = untrained("sudoku-4x4")
    mixed = list(sample("sudoku-4x4", 40, model=sudoku, latents=1, steps=16))
    assert {drawn.method for drawn in mixed} == {"vmd", "search"}
    assert all(drawn.status is Status.SOLVED for drawn in mixed)


def test_a_sample_is_a_function_of_its_number() -> None:
    few, many = list(sample("latin-4", 3, seed=5)), list(sample("latin-4", 70, seed=5))
    assert [s.text for s in few] == [s.text for s in many[:3]]
    assert [s.text for s in sample("latin-4", 3, seed=6)] != [s.text for s in few]


def test_givens_hold_and_impossible_ones_are_proved_so() -> None:
    given = [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 3, 0], [0, 0, 0, 0]]
    drawn = next(sample("sudoku-4x4", given=given))
    assert drawn.grid[0][0] == 1
    assert drawn.grid[2][2] == 3
    for name, text in (("sudoku-4x4", "11" + "." * 14), ("brackets-4", ")..."), ("equation-5", "9+9=.")):
        samples = list(sample(name, 2, given=text))
        assert [drawn.status for drawn in samples] == [Status.UNSATISFIABLE] * 2
        assert all(drawn.text is None for drawn in samples)


def test_problems_with_a_board_of_their_own_are_completed() -> None:
    problem = domains.get("futoshiki").parse(".>1/v__/._.")
    samples = list(sample("futoshiki", 3, given=".>1/v__/._."))
    assert {drawn.status for drawn in samples} == {Status.SOLVED}
    boards = np.stack([domains.layout_of(problem).parse(drawn.text or "").values for drawn in samples])
    assert accepts(problem.rules, problem.values, boards).all()
    with pytest.raises(InvalidInput, match="has a board of its own"):
        sample("futoshiki")


def test_a_domain_of_ones_own_and_a_predicate() -> None:
    even = TokenSequence("even", "01", 4, [Predicate(range(4), lambda values: sum(values) % 2 == 0)])
    samples = list(sample(even, 12))
    assert all(drawn.status is Status.SOLVED and (drawn.text or "").count("1") % 2 == 0 for drawn in samples)
    assert len({drawn.text for drawn in samples}) > 2


def test_wrong_arguments_are_refused_at_once() -> None:
    for arguments, message in (
        ({"domain": "nope"}, "unknown domain"),
        ({"n": -1}, "n is -1; wanted a whole number from 0 to 2,147,483,648"),
        ({"n": 1.5}, "wanted a whole number"),
        ({"temperature": -1.0}, "temperature is -1.0; wanted a number, 0 or more"),
        ({"temperature": float("nan")}, "temperature is nan; wanted a number, 0 or more"),
        ({"given": "123"}, "needs 16 cells"),
        ({"method": "magic"}, "method is 'magic'"),
        ({"order": "best", "model": untrained("sudoku-4x4")}, "order is 'best'"),
    ):
        with pytest.raises(InvalidInput, match=message):
            next(sample(**{"domain": "sudoku-4x4", **arguments}))
    with pytest.raises(ModelMismatch, match="no weights for brackets-4"):
        sample("brackets-4", method="vmd-only")


def test_the_command_prints_a_sample_a_line(tmp_path: Path) -> None:
    result = run("sample", "brackets-6", "-n", 5)
    assert result.exit_code == 0
    assert result.stdout.split() == [drawn.text for drawn in sample("brackets-6", 5)]
    assert result.stderr == "5 problems: 5 solved (5 by uniform)\n"
    out = tmp_path / "out.csv"
    assert run("sample", "text-16", "-n", 3, "--given", "." * 16, "-o", out).exit_code == 0
    rows = table(out.read_text())
    assert [row["status"] for row in rows] == ["UNCHECKED"] * 3
    assert run("sample", "brackets-4", "--given", ")...").exit_code == 1
    assert run("sample").exit_code == 2
    jsonl = tmp_path / "out.jsonl"
    run("sample", "regex:4:[ab]+", "-n", 2, "-o", jsonl)
    assert all(json.loads(line)["method"] == "uniform" for line in jsonl.read_text().splitlines())


def test_more_samples_than_anyone_draws_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^n is 10+; wanted a whole number from 0 to 2,147,483,648$"):
        sample("brackets-6", 10**30)
