"""Problems with many answers: what is measured of samples is exact on cases that can be worked out, and runs go on."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.study.arms import TOLERANCE, parameters
from benchmarks.study.many import colouring, grids9, measures, queens, run, samples, squares, subjects, tables
from benchmarks.study.many.arms import ARMS, PACKAGED, TRAINED, named, sized
from benchmarks.study.many.asking import Asking
from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.domains.colouring import Colouring
from vmdsolve.domains.queens import QUEEN
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import Law, law_of
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN
from vmdsolve.sampler import Plan, Predictor
from vmdsolve.search import enumerate_values, solve_values
from vmdsolve.train import Recipe

SORT = colouring.Sort(6, 3, 0.4)
EVERY = {**queens.SETS, **colouring.SETS, **grids9.SETS, **squares.SETS}
FEW: dict[str, Any] = {
    "sets": "8-vertices-3-colours", "arms": "all", "seeds": 1, "first_seed": 0, "problems": 2, "n": 20, "samples": 20,
    "steps": "1,2", "steps_scale": 0.0005, "budget": None, "threads": 1, "only_table": False,
}  # fmt: skip


# What is measured -----------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), st.data())
def test_coverage_is_the_mean_over_all_choices_of_k_samples(drawn: list[int], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(drawn)))
    counts = Counter(drawn)
    counts.pop(0, None)  # 0 is no answer
    every = [len({*some} - {0}) for some in combinations(drawn, k)]
    assert measures.found(counts.values(), len(drawn), k) == pytest.approx(np.mean(every))


@pytest.mark.parametrize(("S", "k"), [(1, 3), (2, 1), (2, 4), (3, 3)])
def test_even_draws_cover_as_much_as_expected(S: int, k: int) -> None:
    every = [len({*some}) for some in product(range(S), repeat=k)]
    assert measures.expected(S, k) == pytest.approx(np.mean(every))
    n = k + 1  # k of n draws, over all that n draws may be
    found = [measures.found(Counter(some).values(), n, k) for some in product(range(S), repeat=n)]
    assert np.mean(found) == pytest.approx(measures.expected(S, k))


def test_coverage_at_more_samples_than_there_are_is_refused() -> None:
    with pytest.raises(InvalidInput, match="coverage at 5 samples was asked of 4"):
        measures.found([4], 4, 5)


@pytest.mark.parametrize(("S", "n"), [(1, 2), (2, 1), (3, 4), (4, 3)])
def test_floors_are_what_even_draws_show_on_average(S: int, n: int) -> None:
    law = Law(np.arange(S, dtype=np.int32)[:, None], np.full(S, 1 / S))
    every = [law.compare(np.array(some, np.int32)[:, None]) for some in product(range(S), repeat=n)]
    kl, variation = measures.floors(S, n)
    assert kl == pytest.approx(np.mean([one.kl for one in every]))
    assert variation == pytest.approx(np.mean([one.variation for one in every]))


def test_symmetry_gives_the_covariance_that_enumeration_gives() -> None:
    by_law, by_symmetry = measures.of_law(law_of(get("latin-4")), 4), squares.alike(4)
    assert by_law.p == pytest.approx(by_symmetry.p)
    assert by_law.covariance == pytest.approx(by_symmetry.covariance, abs=1e-12)


@pytest.mark.parametrize(
    ("marginals", "freedom"), [(squares.alike(5), 64), (squares.alike(6), 125), (grids9.alike(), 480)]
)
def test_covariances_by_symmetry_have_full_extent_within_the_rules(marginals: Any, freedom: int) -> None:
    extent = np.linalg.eigvalsh(marginals.covariance)
    assert extent[0] > -1e-9
    assert (extent > 1e-9).sum() == freedom  # of squares (n - 1)^3


def test_chi_square_follows_its_law_and_rejects_a_lean() -> None:
    law = law_of(get("latin-4"))
    marginals, rng = measures.of_law(law, 4), np.random.default_rng(0)
    drawn = [measures.departure(marginals, law.draw(rng, 100), 4) for _ in range(200)]
    assert {freedom for _, freedom in drawn} == {27}
    assert np.mean([square for square, _ in drawn]) == pytest.approx(27, abs=4 * (2 * 27 / 200) ** 0.5)
    chances = np.sort([measures.chance(*one) for one in drawn])
    assert np.abs(chances - (np.arange(200) + 0.5) / 200).max() < 0.13  # Kolmogorov-Smirnov at one in a thousand
    leaning = Law(law.boards, np.where(law.boards[:, 0] == 0, 1.3, 0.9) / len(law.p))
    assert measures.chance(*measures.departure(marginals, leaning.draw(rng, 4000), 4)) < 1e-4


@pytest.mark.parametrize("name", ["queens-6", "latin-4", "sudoku-4x4"])
def test_a_board_with_nothing_broken_is_what_the_checker_accepts(name: str) -> None:
    domain, rng = get(name), np.random.default_rng(1)
    L, V = domain.rules.L, domain.rules.V
    boards = law_of(domain).boards[rng.integers(4, size=60)].copy()
    for board, cell in zip(boards[20:], rng.integers(L, size=40), strict=True):
        board[cell] = rng.integers(V)
    right = accepts(domain.rules, np.full((60, L), OPEN, np.int32), boards)
    assert ((measures.broken(domain, boards) == 0) == right).all()
    assert right[:20].all()
    assert not right.all()


def test_edges_whose_ends_are_alike_are_counted_each() -> None:
    family = get("colouring-3")
    triangle = Colouring(3, 3, [(0, 1), (1, 2), (0, 2)])
    assert family.name == "colouring-3"
    assert measures.broken(triangle, np.array([[0, 1, 2], [0, 0, 1], [2, 2, 2]])).tolist() == [0, 1, 3]


# The same but for symmetry --------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1))
def test_keys_are_those_of_every_image(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for name, key in (("queens-6", queens.images), ("latin-4", squares.cycles)):
        domain = get(name)
        board = law_of(domain).draw(rng, 1)
        cells, names = domain.symmetry(rng)
        assert key(board) == key(names[board[:, cells]])
    board = rng.integers(3, size=(1, 8))
    assert colouring.renamed(board) == colouring.renamed(rng.permutation(3)[board])


@pytest.mark.parametrize(("name", "key", "n"), [("queens-8", queens.images, 12), ("latin-4", squares.cycles, 2)])
def test_there_are_as_many_classes_as_is_known(name: str, key: Any, n: int) -> None:
    assert len({*key(law_of(get(name)).boards)}) == n


# What is asked --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_colourings_are_those_of_search(seed: int) -> None:
    domain, law = colouring.graph(SORT, np.random.default_rng(seed))
    found = np.stack([*enumerate_values(domain.rules, np.full(6, OPEN, np.int32))])
    assert sorted(map(tuple, found.tolist())) == sorted(map(tuple, law.boards.tolist()))


@pytest.mark.parametrize("name", ["queens-8", "latin-6"])
def test_laws_of_what_is_asked_hold_all_answers(name: str) -> None:
    for one in EVERY[name]().posed(7, 3):
        if one.law is not None:
            count = solve_values(one.domain.rules, one.start[None], limit=None).counts
            assert len(one.law.p) == count[0]


def test_of_queens_nothing_but_queens_is_given() -> None:
    subject = queens.subject(8)
    starts = [one.start for one in subject.posed(13, 0)]
    recipe = Recipe(data="law", batch=64)
    assert subject.stream is not None
    stream = subject.stream(recipe, 2)
    batch = stream.batch(0)
    for start in [*starts, *batch.start]:
        assert set(start.tolist()) <= {OPEN, QUEEN}
        assert (start == QUEEN).sum() <= 6
    assert {int((start == QUEEN).sum()) for start in starts} == set(range(7))
    assert ((batch.start == OPEN) | (batch.start == batch.x0)).all()


@pytest.mark.parametrize("name", ["latin-6", "sudoku-9x9"])
def test_what_is_given_is_of_an_answer_and_often_nothing(name: str) -> None:
    subject = EVERY[name]()
    assert subject.stream is not None
    batch = subject.stream(Recipe(data="problems", batch=60), 0).batch(1)
    rules = subject.domain.rules
    assert accepts(rules, batch.start, batch.x0).all()
    given = (batch.start != OPEN).sum(axis=1)
    assert 10 <= (given == 0).sum() <= 35
    assert given.max() <= 16
    asked = [one.start for one in subject.posed(4, 0)]
    assert len({start.tobytes() for start in asked}) == 4


def test_a_step_has_a_graph_of_its_own_whoever_asks_and_when() -> None:
    recipe = Recipe(data="law", batch=4, seed=3)
    one, other = (subjects.Fresh(partial(colouring.graph, SORT), recipe, 0) for _ in range(2))
    later = one.at(5).batch(5)
    _ = other.batch(0), other.batch(9)
    assert (later.x0 == other.at(5).batch(5).x0).all()
    assert one.at(5).rules.digest != one.at(6).rules.digest


def test_problems_that_are_asked_do_not_change_with_what_is_trained() -> None:
    asked = [[one.start.tolist() for one in queens.subject(8).posed(5, 0)] for _ in range(2)]
    assert asked[0] == asked[1]


# Arms -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["queens-8", "8-vertices-3-colours", "latin-7"])
def test_arms_have_the_same_size(name: str) -> None:
    subject = EVERY[name]()
    setting = subject.setting
    sizes = {
        arm.name: parameters(sized(subject.domain, arm, setting.width, setting.loops, setting.questions))
        for arm in TRAINED
    }
    assert max(sizes.values()) <= min(sizes.values()) * (1 + TOLERANCE), sizes


def test_cells_asked_natively_are_those_that_torch_asks_for() -> None:
    domain = get("latin-4")
    config = ModelConfig.of(domain, width=8, message=8, hidden=16, loops=4, latent=3, prior="cells")
    model = VMD(config, seed=1).requires_grad_(False).eval()
    native, torch = Asking(model, domain.rules, threads=1), Predictor(model, domain.rules, threads=1)
    x = np.full((5, 16), OPEN, np.int32)
    noise = np.random.default_rng(0).standard_normal((5, native.z_width)).astype(np.float32)
    z = native.draw(x, noise)
    assert (z == torch.draw(x, noise)).all()
    assert native.evaluate(x, z).logits == pytest.approx(torch.evaluate(x, z).logits, abs=1e-4)


def test_unknown_names_are_told_with_those_that_there_are() -> None:
    with pytest.raises(SystemExit, match="unknown arm 'theirs'; there are no latent; published"):
        named("matched;theirs")
    with pytest.raises(SystemExit, match="unknown set 'queens-9'; there are queens-8, queens-10"):
        run.known("queens-9", queens.SETS)
    with pytest.raises(SystemExit, match="steps is '1,two'"):
        run.numbers("1,two")


# Samples and runs -----------------------------------------------------------------------------------------


def test_a_perfect_sampler_is_told_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)

    def drawn(posed: Any, sizes: list[int], *_: Any) -> list[Any]:
        found = [one.law.draw(rng, n) for one, n in zip(posed, sizes, strict=True)]
        return [(values, np.ones(len(values), np.int64), np.full(len(values), 16)) for values in found]

    monkeypatch.setattr(samples, "_filled", drawn)
    subject = queens.subject(8)
    posed, model = subject.posed(25, 0), VMD(ModelConfig.of(subject.domain, width=8, latent=0))
    row = samples.measured(subject, posed, model, Plan(), samples.Amount(25, 4000, 100), 0, 1)
    assert (row["valid"], row["conflicts"], row["applications"]) == (1.0, 0.0, 16.0)
    assert row["cover"]["1"] == pytest.approx(1.0)
    assert [*row["cover"]] == ["1", "5", "20", "100"]
    assert [*row["cover"].values()] == pytest.approx([1, 1, 1, 1], abs=0.03)
    assert row["kl"] == pytest.approx(row["kl_floor"], rel=0.5)
    assert row["variation"] == pytest.approx(row["variation_floor"], rel=0.2)
    assert (row["classes"], row["classes_even"]) == (12, pytest.approx(12, abs=0.1))
    assert row["chance"] > 1e-3
    assert row["grades"]["nothing given"]["problems"] == 1


def test_a_run_that_measured_nothing_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="nothing was measured"):
        colouring.run(**{**FEW, "only_table": True, "folder": tmp_path / "rows", "out": tmp_path / "out"})
    assert not list(tmp_path.rglob("*"))


def test_problems_count_alike_however_many_samples_they_have(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(posed: Any, sizes: list[int], *_: Any) -> list[Any]:
        """Always right where nothing is given, and else never."""
        found = [
            one.law.draw(np.random.default_rng(0), n) if one.whole else np.zeros((n, 64), np.int32)
            for one, n in zip(posed, sizes, strict=True)
        ]
        return [(values, np.ones(len(values), np.int64), np.ones(len(values), np.int64)) for values in found]

    monkeypatch.setattr(samples, "_filled", drawn)
    subject = queens.subject(8)
    posed, model = subject.posed(4, 0), VMD(ModelConfig.of(subject.domain, width=8, latent=0))
    row = samples.measured(subject, posed, model, Plan(), samples.Amount(4, 300, 20), 0, 1)
    assert (row["valid"], row["cover"]["1"]) == pytest.approx((0.25, 0.25))
    assert row["conflicts"] == pytest.approx(0.75 * 16)  # of a board without queens, rows and columns


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("many")
    colouring.run(**{**FEW, "folder": folder / "rows", "out": folder / "first"})
    (file,) = (folder / "first").glob("*.json")
    return folder, {**json.loads(file.read_text()), "file": file.name}


@pytest.mark.slow
def test_a_run_has_every_arm_in_every_way(ran: tuple[Path, dict[str, Any]]) -> None:
    rows = ran[1]["rows"]
    assert {row["arm"] for row in rows} == {*ARMS}
    for arm in ARMS.values():
        mine = [row for row in rows if row["arm"] == arm.name]
        assert {row["way"] for row in mine} == {way.name for way in arm.ways}
        assert all(row["applications"] > 0 and row["problems"] == 2 for row in mine)
    cells = next(row for row in rows if (row["arm"], row["T"]) == ("cells", 1))
    assert cells["applications"] == 16 * (1 + 3)  # of the denoiser, and of a prior that asks three times
    trained = {row["arm"]: row for row in rows if row["arm"] != PACKAGED.name}
    assert len({row["boards"] for row in trained.values()}) == 1
    assert len({row["train_applications"] for name, row in trained.items() if name != "cells"}) == 1


@pytest.mark.slow
def test_a_run_goes_on_where_it_was_interrupted(
    ran: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, before = ran
    made: list[str] = []

    def trained(*of: Any) -> None:
        made.append(of[1].name)

    monkeypatch.setattr(run, "trained", trained)
    (lost,) = (folder / "rows").glob("*/*codes-0-*.json")
    kept = lost.read_text()
    lost.unlink()
    colouring.run(**{**FEW, "folder": folder / "rows", "out": tmp_path})
    (file,) = tmp_path.glob("*.json")
    after = json.loads(file.read_text())["rows"]
    assert made == ["codes"]
    assert after == [row for row in before["rows"] if row["arm"] != "codes"]
    lost.write_text(kept)
    colouring.run(**{**FEW, "folder": folder / "rows", "out": tmp_path / "table", "only_table": True})
    (file,) = (tmp_path / "table").glob("*.json")
    assert json.loads(file.read_text())["rows"] == before["rows"]


@pytest.mark.slow
def test_a_run_goes_on_from_committed_results(
    ran: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, made = dict(ran[1]), []

    def trained(*of: Any) -> None:
        made.append((of[1].name, of[2]))

    monkeypatch.setattr(run, "trained", trained)
    before["rows"] = [row for row in before["rows"] if row["arm"] != "codes"]
    (tmp_path / "colouring-20260101T000000Z-a.json").write_text(json.dumps(before))
    elsewhere = {**FEW, "folder": tmp_path / "rows", "out": tmp_path}
    with pytest.raises(SystemExit, match="nothing was measured"):
        colouring.run(**{**elsewhere, "arms": "matched;codes", "seeds": 2})
    assert made == [("codes", 0), ("matched", 1), ("codes", 1)]
    made.clear()
    for other in ({"n": 21}, {"steps": "1"}, {"steps_scale": 0.0004}):  # less, or of another training
        with pytest.raises(SystemExit, match="nothing was measured"):
            colouring.run(**{**elsewhere, "arms": "matched", **other})
    assert made == 3 * [("matched", 0)]


@pytest.mark.slow
def test_tables_are_made_of_rows(ran: tuple[Path, dict[str, Any]]) -> None:
    rows = tables.combined([ran[1]])
    for name, of in tables.PARTS.items():
        text = "\n".join(of(rows))
        assert "matched" in text, name
    assert tables.combined([ran[1], ran[1]]) == rows
    other = {**ran[1], "parameters": {**ran[1]["parameters"], "samples": 7}}
    assert tables.combined([ran[1], other]) == rows
    asked = "\n".join(tables.questions(rows))
    assert all(question in asked for question, _ in tables.QUESTIONS)


def test_every_question_names_arms_and_ways_that_there_are() -> None:
    for _, compared in tables.QUESTIONS:
        for arm, way in compared:
            assert way in {one.name for one in ARMS[arm].ways}, (arm, way)


def test_what_matching_cannot_learn_yet_is_said_and_left_out() -> None:
    told: list[str] = []
    setting = subjects.Setting(width=8, steps=1, batch=64)
    plain = squares.subject(6)
    subject = subjects.Subject(plain.name, plain.domain, setting, plain.posed, plain.stream, plain.data)
    made = run.trained(subject, ARMS["matched"], 0, 1.0, told.append)
    assert made is not None or "matched goes with" in told[0]
