"""One set of weights for every all-different puzzle: slots, one model under many rules, its training and its use."""

from __future__ import annotations

import copy
import gc
import json
import weakref
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.chi_square import chi_square_z
from helpers.commands import run
from hypothesis import given, settings
from hypothesis import strategies as st

import vmdsolve
from vmdsolve import sample, solve, solve_batch
from vmdsolve.api.generate import generate
from vmdsolve.api.options import Options
from vmdsolve.api.weights import predictor
from vmdsolve.checker import accepts
from vmdsolve.constraints import AllDifferent, Less
from vmdsolve.domains import Domain, get
from vmdsolve.domains.jigsaw import Jigsaw
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.measure.accuracy import EVALUATION_SEED
from vmdsolve.model.checkpoint import domain_of, load_model, packaged, save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.fused import Fused
from vmdsolve.model.latents import Learning
from vmdsolve.model.native import native, structure_of
from vmdsolve.model.slots import ALL_DIFFERENT, SLOTS, slotted, suits
from vmdsolve.model.units import Units, units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import Problem, Rules, Status
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.mixture import FAMILIES, MixedStream, Mixture

SHAPE = ModelConfig(ALL_DIFFERENT, SLOTS, width=8, message=8, hidden=12, loops=3, latent=0)
RECIPE = Recipe(steps=8, batch=4, loops=((0.0, 1), (0.5, 2)), free=2, bf16=False, warmup=2)
SMALL = {name: FAMILIES[name] for name in ("sudoku-4x4", "latin-4", "sudoku-x-4x4", "jigsaw-5x5", "colouring")}
RAGGED = Jigsaw([0, 0, 0, 1, 0, 2, 2, 1, 3, 2, 1, 1, 3, 3, 3, 2])


@cache
def random_weights() -> VMD:
    """For every domain."""
    model, random = VMD(SHAPE), torch.Generator().manual_seed(3)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4, generator=random)
    return model.eval().requires_grad_(False)


def units_under(rules: Rules) -> Units:
    return units_of(rules, SLOTS)


# Slots ------------------------------------------------------------------------------------------------


@st.composite
def all_different(draw: st.DrawFn) -> Rules:
    L, V = draw(st.integers(2, 12)), draw(st.integers(2, 5))
    unit = st.sets(st.integers(0, L - 1), min_size=1, max_size=V + 1).map(sorted)
    units = draw(st.lists(unit, min_size=1, max_size=20).filter(lambda units: max(map(len, units)) > 1))
    return Rules(L, V, tuple(AllDifferent(cells, f"role {i % 3}") for i, cells in enumerate(units)))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(all_different())
def test_units_share_a_cell_within_a_slot_only_where_every_slot_of_their_kind_is_taken(rules: Rules) -> None:
    dealt = slotted(rules)
    assert [unit.cells for unit in dealt.constraints] == [u.cells for u in rules.constraints if len(u.cells) > 1]
    taken: dict[str, set[int]] = defaultdict(set)
    for unit in dealt.constraints:
        kind = [slot for slot in SLOTS if slot.startswith("full" if len(unit.cells) >= rules.V else "part")]
        assert unit.relation in kind
        shared = {slot: len(taken[slot].intersection(unit.cells)) for slot in kind}
        assert shared[unit.relation] == min(shared.values())
        taken[unit.relation].update(unit.cells)
    assert [unit.relation for unit in slotted(rules).constraints] == [unit.relation for unit in dealt.constraints]


@settings(max_examples=50, deadline=None)
@given(all_different(), st.integers(0, 99))
def test_drawn_slots_are_the_same_under_other_names(rules: Rules, seed: int) -> None:
    plain = [unit.relation for unit in slotted(rules).constraints]
    drawn = [unit.relation for unit in slotted(rules, np.random.default_rng(seed)).constraints]
    pairs = set(zip(plain, drawn, strict=True))
    assert len(pairs) == len(set(plain)) == len(set(drawn))
    assert all(a[:4] == b[:4] for a, b in pairs)


def test_every_slot_of_a_kind_is_drawn_as_often() -> None:
    rng, rules = np.random.default_rng(0), get("latin-4").rules
    first = [slotted(rules, rng).constraints[0].relation for _ in range(400)]
    assert sorted(set(first)) == list(SLOTS[:4])
    assert min(map(first.count, set(first))) > 60


@pytest.mark.parametrize(
    ("domain", "slots"),
    [
        (get("latin-5"), {"row": {1}, "column": {2}}),
        (get("sudoku-9x9"), {"row": {1}, "column": {2}, "box": {3}}),
        (RAGGED, {"row": {1}, "column": {2}, "region": {3}}),
        (get("windoku-9x9"), {"row": {1}, "column": {2}, "box": {3}, "window": {4}, "hidden window": {4}}),
        (get("sudoku-x-9x9"), {"row": {1}, "column": {2}, "box": {3}, "diagonal": {4}}),  # sharing the middle cell
    ],
)
def test_known_puzzles_have_a_slot_for_each_relation(domain: Domain, slots: dict[str, set[int]]) -> None:
    found = defaultdict(set)
    for unit, dealt in zip(domain.rules.constraints, slotted(domain.rules).constraints, strict=True):
        found[unit.relation].add(int(dealt.relation.removeprefix("full-")))
    assert found == slots


def test_what_the_weights_are_for() -> None:
    assert all(suits(get(name).rules) for name in ("latin-2", "sudoku-16x16", "windoku-9x9"))
    assert suits(RAGGED.rules)
    assert not any(suits(get(name).rules) for name in ("latin-17", "sudoku-25x25", "queens-6", "text-16"))
    with pytest.raises(ModelMismatch, match=r"know AllDifferent alone; the problem also has Less \(bigger\)"):
        slotted(Rules(2, 3, (AllDifferent([0, 1]), Less(0, 1, "bigger"))))
    with pytest.raises(ModelMismatch, match="the problem has none"):
        slotted(Rules(3, 2, (AllDifferent([1]),)))
    with pytest.raises(ModelMismatch, match="the problem has 65,535 units and 65,536 cells"):
        slotted(Rules(65_536, 3, tuple(AllDifferent([i, i + 1]) for i in range(65_535))))


# One model under many rules ---------------------------------------------------------------------------


@pytest.mark.parametrize("domain", [get("latin-5"), get("sudoku-x-6x6"), RAGGED])
def test_relabelled_symbols_and_renumbered_cells_carry_through(domain: Domain) -> None:
    rng, rules = np.random.default_rng(1), domain.rules
    x = torch.from_numpy(rng.integers(-1, rules.V, (3, rules.L)))
    model, units = random_weights(), units_under(rules)
    logits = model(x, units)
    values, places = torch.from_numpy(rng.permutation(rules.V)), torch.from_numpy(rng.permutation(rules.L))
    relabelled = torch.where(x < 0, x, values[x.clamp(min=0)])
    torch.testing.assert_close(model(relabelled, units)[..., values], logits, atol=1e-5, rtol=1e-5)
    moved = tuple(AllDifferent(places[list(c.cells)].tolist(), c.relation) for c in rules.constraints)
    elsewhere = units_under(Rules(rules.L, rules.V, moved))
    y = torch.empty_like(x)
    y[:, places] = x
    torch.testing.assert_close(model(y, elsewhere)[:, places], logits, atol=1e-5, rtol=1e-5)


def test_one_model_learns_under_any_rules_and_units_are_made_once() -> None:
    model, latin = VMD(replace(SHAPE, latent=2)), get("latin-4").rules
    assert model.units(latin) is model.units(latin)
    with pytest.raises(ModelMismatch, match="know AllDifferent alone"):
        model.units(get("queens-6").rules)
    six = model.units(get("sudoku-x-6x6").rules)
    model.terms(
        torch.full((2, 36), -1), torch.zeros(2, 36).long(), six, torch.zeros(2, 2), how=Learning()
    ).nll.sum().backward()
    assert model.denoiser.unit_updates[3].weight.grad.abs().sum() > 0  # the diagonals' slot
    assert model(torch.full((1, 16), -1), model.units(latin), torch.zeros(1, 2)).shape == (1, 16, 4)


def test_units_are_forgotten_with_their_rules() -> None:
    rules = Rules(2, 2, (AllDifferent([0, 1]),))
    units = weakref.ref(units_under(rules))
    assert units() is not None
    del rules
    gc.collect()
    assert units() is None


def test_units_that_were_dealt_to_slots_stay_there() -> None:
    dealt = slotted(get("latin-4").rules, np.random.default_rng(0))
    assert dealt.relations[0] != SLOTS[0]  # where slotted() would put them by itself
    wanted = [[unit.cells for unit in dealt.constraints if unit.relation == slot] for slot in SLOTS]
    assert [list(units) for units in units_under(dealt).members] == wanted


@pytest.mark.parametrize("name", ["latin-5", "sudoku-x-4x4", "sudoku-6x6", "colouring"])
def test_the_kernels_compute_the_same_where_slots_are_empty(name: str) -> None:
    domain = next(generate(name, 1, size=9))[0].layout if name == "colouring" else get(name)
    assert isinstance(domain, Domain)
    model, units = copy.deepcopy(random_weights()), units_under(domain.rules)
    assert () in units.members
    rng = np.random.default_rng(2)
    x = rng.integers(-1, domain.rules.V, (5, domain.rules.L)).astype(np.int32)
    wanted = model(torch.from_numpy(x).long(), units)
    logits = native(model.denoiser)(structure_of(units), x, None, loops=3)
    np.testing.assert_allclose(logits, wanted.numpy(), atol=2e-5)
    gradients = []
    for fused in (False, True):
        model.requires_grad_(True).zero_grad(set_to_none=True)
        model.denoiser.fused = Fused() if fused else None
        model(torch.from_numpy(x).long(), units).square().sum().backward()
        gradients.append({n: p.grad for n, p in model.named_parameters()})
    for parameter, ours in gradients[1].items():
        theirs = gradients[0][parameter]
        scale = max(1.0, float(ours.abs().max()))
        assert theirs is None or (ours - theirs).abs().max() < 1e-3 * scale, parameter
        assert theirs is not None or not ours.any(), parameter  # a slot without units


# Training ---------------------------------------------------------------------------------------------


def state_of(trainer: Trainer) -> list[torch.Tensor]:
    moments = [m for s in trainer.optimizer.state_dict()["state"].values() for _, m in sorted(s.items())]
    return [*trainer.model.state_dict().values(), *trainer.average.state_dict().values(), *moments]


def test_a_mixed_run_that_was_stopped_ends_where_one_that_was_not_ends(tmp_path: Path) -> None:
    whole, first, second = (Trainer(Mixture(SMALL), SHAPE, RECIPE) for _ in range(3))
    start = [p.detach().clone() for p in whole.model.parameters()]
    for _ in whole.run(tmp_path / "whole", every=3):
        pass
    for progress in first.run(tmp_path / "parts", every=3):
        if progress.step == 6:
            break
    second.resume(tmp_path / "parts")
    for _ in second.run(tmp_path / "parts", every=3):
        pass
    for a, b in zip(state_of(whole), state_of(second), strict=True):
        assert torch.equal(a, b)
    assert any(not torch.equal(a, b) for a, b in zip(start, whole.model.parameters(), strict=True))
    listed = "sudoku-4x4 4, latin-4 2, sudoku-x-4x4 2, jigsaw-5x5 3, colouring 4"
    assert whole.record()["data"] == f"native generator, minimal problems of 5 kinds ({listed}), seed 0"
    with pytest.raises(ModelMismatch, match=r"it is native generator, minimal problems of 1 kinds \(latin-4 2\) now"):
        Trainer(Mixture({"latin-4": SMALL["latin-4"]}), SHAPE, RECIPE).resume(tmp_path / "parts")
    again = load_model(tmp_path / "parts" / "weights.safetensors", get("latin-5"))
    assert torch.equal(again.denoiser.update.weight, whole.average.denoiser.update.weight)


def test_steps_are_a_function_of_seed_and_number_and_obey_the_rules_of_their_kind() -> None:
    a, b = (MixedStream(Mixture(SMALL), RECIPE, 0) for _ in range(2))
    kinds = set()
    for step in range(20):
        ours, theirs = a.at(step), b.at(step)
        kinds.add(ours.domain.name)
        for x, y in zip(ours.batch(step), theirs.batch(step), strict=True):
            np.testing.assert_array_equal(x, y)
        assert [c.relation for c in ours.rules.constraints] == [c.relation for c in theirs.rules.constraints]
        _, x, x0, _, _ = ours.batch(step)
        assert accepts(ours.domain.rules, x, x0).all()
    assert len(kinds) >= 4


def test_training_never_draws_the_two_kinds_that_are_kept_back() -> None:
    """By their rules, not by their names: units as sets of cells."""
    windows = {unit.cells for unit in get("windoku-9x9").rules.constraints if unit.relation == "window"}
    for name, (share, draw) in FAMILIES.items():
        for seed in range(5):
            board = draw(np.random.default_rng(seed))
            assert not windows <= {tuple(sorted(unit.cells)) for unit in board.rules.constraints}
            assert not (isinstance(board, Jigsaw) and board.shape == (6, 6))
            assert name in (board.name, f"{board.name}-{board.shape[0]}x{board.shape[1]}") or name == "colouring"
            assert suits(board.rules)
        assert share > 0


def test_kinds_are_drawn_as_often_as_they_should_be() -> None:
    rng, mixture = np.random.default_rng(0), Mixture({n: FAMILIES[n] for n in ("latin-4", "sudoku-4x4", "sudoku-9x9")})
    drawn = [mixture.domain_at(rng).name for _ in range(1000)]
    assert chi_square_z([drawn.count(name) for name in mixture.families], [0.1, 0.2, 0.7]) < 4


@pytest.mark.parametrize(
    ("change", "shape", "text"),
    [
        ({"compile": True}, {}, "compile is for the board of one domain"),
        ({}, {"prior": "cells", "latent": 2}, "the prior 'cells' is for the board of one domain"),
        ({"data": "law"}, {}, "data is 'law', hard ''; all-different learns from data problems or answers"),
        ({"hard": "f.txt"}, {}, "hard 'f.txt'; all-different learns from data problems or answers"),
    ],
)
def test_what_a_mixture_cannot_be_trained_with_is_refused(
    change: dict[str, Any], shape: dict[str, Any], text: str
) -> None:
    with pytest.raises(InvalidInput, match=text):
        Trainer(Mixture(SMALL), replace(SHAPE, **shape), replace(RECIPE, **change))


def test_the_command_trains_and_resumes(tmp_path: Path) -> None:
    folder = ["--run-dir", tmp_path, "--width", 8, "--message", 8, "--hidden", 8]
    first = run("train", ALL_DIFFERENT, *folder, "--steps", 1, "--batch", 2, "--loops", "0:1", "--device", "cpu")
    assert first.exit_code == 0, first.stderr
    assert first.stdout.startswith("training all-different in ")
    assert domain_of(tmp_path / "weights.safetensors") is None
    again = run("train", "--run-dir", tmp_path, "--resume", "--steps", 2, "--device", "cpu")
    assert again.exit_code == 0, again.stderr
    said = json.loads((tmp_path / "weights.json").read_text())
    assert (said["step"], said["config"]["domain"], said["config"]["latent"]) == (2, ALL_DIFFERENT, 0)
    weights = tmp_path / "weights.safetensors"
    solved = run("solve", "1......2..4..3..", "--weights", weights, "--device", "cpu")
    assert "1234341221434321" in solved.stdout
    assert "is for every all-different puzzle: name the domain" in run("sample", "--weights", weights).stderr
    assert "absent: these weights have none" in run("diagnose", "--weights", weights).stdout
    assert run("eval", "latin-4", "--weights", weights, "-n", 2, "--device", "cpu").exit_code == 0


# Use --------------------------------------------------------------------------------------------------


def problems(name: str, n: int, size: int | None = None) -> list[Problem]:
    return [problem for problem, _ in generate(name, n, seed=EVALUATION_SEED, size=size)]


def test_the_weights_come_along_and_are_small() -> None:
    model = packaged(get("latin-5"))
    assert model is not None
    assert (model.config.domain, model.config.relations) == (ALL_DIFFERENT, SLOTS)
    assert sum(p.numel() for p in model.parameters()) < 60_000
    folder = Path(vmdsolve.__file__).parent / "weights"
    assert (folder / "all-different.safetensors").stat().st_size < 300_000
    own = packaged(get("sudoku-4x4"))
    assert own is not None
    assert own.config.domain == "sudoku-4x4"
    for name in ("latin-17", "brackets-6", "equation-6"):
        assert packaged(get(name)) is None


@pytest.mark.slow
@pytest.mark.parametrize(("name", "size"), [("latin-5", None), ("sudoku-6x6", None), ("jigsaw", 6)])
def test_puzzles_without_weights_of_their_own_are_learned_alone(name: str, size: int | None) -> None:
    given_ = problems(name, 10, size)
    alone = list(solve_batch(given_, method="vmd-only", latents=16, device="cpu"))
    assert sum(solution.status is Status.SOLVED for solution in alone) >= 8
    assert {solution.method for solution in alone} <= {"vmd", None}
    exact = [solve(problem, method="search").text for problem in given_]
    assert [solution.text for solution in solve_batch(given_, device="cpu")] == exact
    assert all(s.text in (None, e) for s, e in zip(alone, exact, strict=True))


@pytest.mark.slow
def test_answers_do_not_depend_on_what_else_is_in_the_batch() -> None:
    mixed = [*problems("jigsaw", 3, 6), *problems("latin-6", 3), *problems("sudoku-4x4", 2)]
    options: dict[str, Any] = {"method": "vmd-only", "latents": 3, "device": "cpu", "seed": 5}

    def told(solutions: Any) -> list[tuple[Any, ...]]:
        return [(s.status, s.text, s.nfe, s.latents_tried) for s in solutions]

    whole = told(solve_batch(mixed, **options))
    assert told(solve_batch(mixed, batch_size=1, threads=1, **options)) == whole
    assert told(solve_batch(mixed[::-1], batch_size=4, **options))[::-1] == whole


def test_a_problem_is_filled_under_its_own_rules() -> None:
    """Not under those of the domain that it names."""
    latin = get("latin-5").rules
    diagonal = AllDifferent(range(0, 25, 6), "diagonal")
    rules = Rules(25, 5, (*latin.constraints, diagonal))
    predict = predictor(get("latin-5"), rules, Options())
    assert predict is not None
    assert sum(map(len, predict.units.members)) == 11
    other = predictor(get("latin-5"), Rules(25, 5, (*latin.constraints, Less(0, 1))), Options())
    assert other is None


def test_other_constraints_are_never_given_to_these_weights() -> None:
    puzzle = ".>1/v__/._."
    with pytest.raises(ModelMismatch, match="no weights for futoshiki are packaged"):
        solve(puzzle, domain="futoshiki", method="vmd-only")
    file = Path(vmdsolve.__file__).parent / "weights" / "all-different.safetensors"
    for model in (file, load_model(file)):
        with pytest.raises(ModelMismatch, match="know AllDifferent alone; the problem also has Less"):
            solve(puzzle, domain="futoshiki", model=model)
        with pytest.raises(ModelMismatch, match="know AllDifferent alone"):
            solve("." * 36, domain="queens-6", model=model)


def test_a_model_that_is_named_guides_search_at_any_size(tmp_path: Path) -> None:
    save_model(tmp_path / "w.safetensors", random_weights(), {})
    puzzle = problems("latin-18", 1)[0]
    with pytest.raises(ModelMismatch, match="up to 256 cells and 16 symbols; latin-18 has 324"):
        solve(puzzle, method="vmd-only")
    exact = solve(puzzle, method="search").text
    for model in (tmp_path / "w.safetensors", random_weights()):
        guided = solve(puzzle, model=model, latents=1, steps=2, device="cpu")
        assert (guided.text, guided.nfe > 0) == (exact, True)
    named = solve(problems("sudoku-4x4", 1)[0], model=random_weights(), method="vmd-only", device="cpu")
    assert named.nfe > 0  # in place of the domain's own weights


def test_what_learned_single_answers_is_not_used_to_draw_many() -> None:
    with pytest.raises(ModelMismatch, match="no weights for latin-4 are packaged"):
        next(sample("latin-4", 1, method="vmd-only"))
    assert next(sample("latin-4", 1, seed=1)).method == "search"
    drawn = next(sample("latin-4", 1, model=random_weights(), method="vmd-only", device="cpu"))
    assert drawn.nfe > 0
