"""Training: a stream that is a function of seed and step, and a resume that changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.measure.accuracy import evaluate, held_out
from vmdsolve.model.checkpoint import load_model, load_tensors, save_tensors
from vmdsolve.model.config import ModelConfig
from vmdsolve.sampler import Plan, Predictor
from vmdsolve.train import Progress, Recipe, Trainer

FOUR = get("sudoku-4x4")
SHAPE = ModelConfig.of(FOUR, width=8, message=8, hidden=12, loops=2, latent=2)
RECIPE = Recipe(steps=8, batch=4, loops=((0.0, 1), (0.5, 2)), free=2, bf16=False, warmup=2)
SMALL = {"width": 8, "message": 8, "hidden": 8, "loops": 2, "latent": 2}


def state_of(trainer: Trainer) -> list[torch.Tensor]:
    moments = [m for s in trainer.optimizer.state_dict()["state"].values() for _, m in sorted(s.items())]
    return [*trainer.model.state_dict().values(), *trainer.average.state_dict().values(), *moments]


def test_a_run_that_was_stopped_ends_where_one_that_was_not_ends(tmp_path: Path) -> None:
    whole = Trainer(FOUR, SHAPE, RECIPE)
    for _ in whole.run(tmp_path / "whole", every=3):
        pass
    first = Trainer(FOUR, SHAPE, RECIPE)
    for progress in first.run(tmp_path / "parts", every=3):
        if progress.step == 6:
            break
    second = Trainer(FOUR, SHAPE, RECIPE)
    second.resume(tmp_path / "parts")
    assert second.step == 6
    for _ in second.run(tmp_path / "parts", every=3):
        pass
    for a, b in zip(state_of(whole), state_of(second), strict=True):
        assert torch.equal(a, b)
    logged = [json.loads(line)["step"] for line in (tmp_path / "parts" / "log.jsonl").read_text().splitlines()]
    assert logged == [1, 3, 6, 7, 8]  # the first step of each, too
    weights = load_model(tmp_path / "parts" / "weights.safetensors", FOUR)
    for a, b in zip(weights.state_dict().values(), whole.average.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_a_run_begins_with_weights_and_its_record_says_with_which(tmp_path: Path) -> None:
    first = Trainer(FOUR, SHAPE, RECIPE)
    assert list(first.run(tmp_path / "first"))
    weights = tmp_path / "first" / "weights.safetensors"
    second = Trainer(FOUR, replace(SHAPE, loops=3), replace(RECIPE, seed=1))
    second.begin_with(weights)
    for part in (second.model, second.average):
        for a, b in zip(part.state_dict().values(), first.average.state_dict().values(), strict=True):
            assert torch.equal(a, b)
    assert second.step == 0
    assert list(second.run(tmp_path / "second", every=5))
    assert not torch.equal(next(second.model.parameters()), next(first.average.parameters()))
    told = json.loads((tmp_path / "second" / "weights.json").read_text())
    assert (told["init"]["file"], told["init"]["puzzles"], told["puzzles"]) == ("weights.safetensors", 32, 32)
    resumed = Trainer(FOUR, replace(SHAPE, loops=3), replace(RECIPE, seed=1, steps=9))
    resumed.resume(tmp_path / "second")
    assert resumed.init == told["init"]
    third = Trainer(FOUR, SHAPE, RECIPE)
    third.begin_with(tmp_path / "second" / "weights.safetensors")
    assert third.init is not None
    assert third.init["puzzles"] == 64  # with those of what the second began with
    with pytest.raises(ModelMismatch, match=r"weights.safetensors has config .*; the model has "):
        Trainer(FOUR, replace(SHAPE, width=16), RECIPE).begin_with(weights)
    tensors, said = load_tensors(weights)
    tensors["denoiser.readout.bias"][:] = torch.nan
    save_tensors(weights, tensors, {"config": said.config.to_json()})
    with pytest.raises(ModelMismatch, match=r"holds NaN or infinity in denoiser\.readout\.bias"):
        Trainer(FOUR, SHAPE, RECIPE).begin_with(weights)


def test_the_stream_is_a_function_of_seed_and_step() -> None:
    a, b = Trainer(FOUR, SHAPE, RECIPE), Trainer(FOUR, SHAPE, RECIPE)
    later = b.batch(5)
    for x, y in zip(a.batch(5), later, strict=True):
        assert torch.equal(x, y)
    assert not torch.equal(a.batch(4)[1], later[1])
    assert not torch.equal(Trainer(FOUR, SHAPE, replace(RECIPE, seed=1)).batch(5)[1], later[1])
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()  # noqa: NPY002 - it must not be touched
    a.advance()
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.random.get_state()[1].tolist() == before[1]  # noqa: NPY002


def test_answers_are_answers_and_visible_cells_agree_with_them() -> None:
    start, x, x0, noise, t = Trainer(FOUR, SHAPE, replace(RECIPE, batch=64)).batch(0)
    assert ((start == x) | (start < 0)).all()  # what is visible at the start stays visible
    boards = x0.numpy().astype(np.int32)
    assert accepts(FOUR.rules, x.numpy().astype(np.int32), boards).all()
    assert noise.shape == (64, 2)
    assert ((t > 0) & (t <= 1)).all()
    assert 0.3 < (x < 0).float().mean() < 0.9


def test_solving_masks_leave_the_clues_visible() -> None:
    """With nothing but clues visible every board is a problem with one solution."""
    from vmdsolve.search import solve_values

    _, x, *_ = Trainer(FOUR, SHAPE, replace(RECIPE, batch=32, solving=1.0, full=1.0)).batch(0)
    result = solve_values(FOUR.rules, x.numpy().astype(np.int32), limit=2)
    assert (result.counts == 1).all()
    _, free, *_ = Trainer(FOUR, SHAPE, replace(RECIPE, batch=32, solving=0.0, full=1.0)).batch(0)
    assert (free < 0).all()


@pytest.mark.slow
def test_training_lowers_the_loss_and_the_progress_says_so() -> None:
    trainer = Trainer(FOUR, SHAPE, replace(RECIPE, steps=150, batch=16, rate=1e-2))
    progress: list[Progress] = list(trainer.run(every=50))
    assert [p.step for p in progress] == [1, 50, 100, 150]
    assert progress[-1].last < 0.7 * progress[1].last
    assert progress[-1].puzzles == 2400
    assert 0 <= progress[-1].active_units <= 2
    assert progress[-1].puzzles_per_second > 0


def test_the_native_loops_are_taken_where_they_can_be_and_learn_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch, "compile", lambda function: function)
    ours, theirs = (Trainer(FOUR, SHAPE, replace(RECIPE, native=native)) for native in (True, False))
    assert ours.model.denoiser.fused is not None
    assert theirs.model.denoiser.fused is None
    assert Trainer(FOUR, SHAPE, replace(RECIPE, compile=True)).model.denoiser.fused is None
    mine, other = ours.advance(), theirs.advance()
    torch.testing.assert_close(mine.nll, other.nll, rtol=1e-5, atol=1e-5)
    for (name, a), b in zip(ours.model.named_parameters(), theirs.model.parameters(), strict=True):
        assert a.grad is not None, name
        assert b.grad is not None, name
        assert abs(a.grad - b.grad).max() <= 1e-5 * max(0.1, abs(b.grad).max()), name


@pytest.mark.parametrize("bf16", [False, True])
def test_the_native_loops_learn_the_same_bits_with_any_threads(bf16: bool) -> None:
    """Without a latent nothing else takes long enough for torch to share out among threads."""
    before, ends = torch.get_num_threads(), []
    try:
        for threads in (1, 3):
            torch.set_num_threads(threads)
            trainer = Trainer(FOUR, replace(SHAPE, latent=0), replace(RECIPE, bf16=bf16))
            for _ in range(3):
                trainer.advance()
            ends.append(state_of(trainer))
    finally:
        torch.set_num_threads(before)
    for a, b in zip(*ends, strict=True):
        assert torch.equal(a, b)


def test_the_elbo_weighs_boards_by_time_and_the_default_does_not() -> None:
    ends = []
    for weighting in ("cells", "elbo"):
        trainer = Trainer(FOUR, SHAPE, replace(RECIPE, weighting=weighting))
        trainer.advance()
        ends.append(state_of(trainer))
    assert any(not torch.equal(a, b) for a, b in zip(*ends, strict=True))


LAW = replace(RECIPE, data="law", givens=(0, 2), blocks=2, settle=0.5, free_bits=0.01, latent_kl=0.5)


@pytest.mark.parametrize("mixer", ["messages", "attention"])
def test_learning_a_law_with_classes_resumes_exactly_too(mixer: str, tmp_path: Path) -> None:
    domain = get("chains")
    shape = ModelConfig(
        domain.name, domain.rules.relations, 8, 8, 12, 2, 2, "autoregressive", (4, 10), classes=3, mixer=mixer
    )
    whole, first, second = (Trainer(domain, shape, LAW) for _ in range(3))
    for _ in whole.run():
        pass
    for progress in first.run(tmp_path, every=3):
        if progress.step == 3:  # before the posterior settles
            break
    second.resume(tmp_path)
    for _ in second.run(tmp_path):
        pass
    for a, b in zip(state_of(whole), state_of(second), strict=True):
        assert torch.equal(a, b)
    assert second.record()["data"] == "law of chains, 100 solutions, seed 0"
    assert Trainer(FOUR, SHAPE, RECIPE).record()["data"] == "native generator, minimal problems, seed 0"


def test_the_posterior_stands_still_once_it_has_settled() -> None:
    shape = replace(SHAPE, classes=3, prior="autoregressive")
    trainer = Trainer(FOUR, shape, replace(RECIPE, settle=0.5))

    def posterior() -> list[torch.Tensor]:
        return [p.detach().clone() for p in trainer.model.posterior.parameters()]

    states = [posterior()]
    for _ in range(8):
        trainer.advance()
        states.append(posterior())
    moved = [any(not torch.equal(a, b) for a, b in zip(*pair, strict=True)) for pair in pairwise(states)]
    assert moved == [True] * 6 + [False] * 2  # still for the second half of what is settled


def test_a_gaussian_that_should_settle_is_refused_before_training() -> None:
    with pytest.raises(ModelMismatch, match="settle is for classes"):
        Trainer(FOUR, SHAPE, replace(RECIPE, settle=0.1))
    assert Trainer(FOUR, replace(SHAPE, latent=0), replace(RECIPE, settle=0.1)).step == 0


def test_stopping_by_the_clock_saves(tmp_path: Path) -> None:
    trainer = Trainer(FOUR, SHAPE, replace(RECIPE, steps=10**6))
    lines = list(trainer.run(tmp_path, every=10**6, seconds=0.2))
    assert {1, trainer.step} == {line.step for line in lines}
    assert lines[-1].left == 0
    again = Trainer(FOUR, SHAPE, replace(RECIPE, steps=10**6))
    again.resume(tmp_path)
    assert again.step == trainer.step > 0


def test_a_state_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    trainer = Trainer(FOUR, SHAPE, RECIPE)
    with pytest.raises(ModelMismatch, match="no weights at"):
        trainer.resume(tmp_path)
    trainer.save(tmp_path)
    with pytest.raises(ModelMismatch, match="with config"):
        Trainer(FOUR, replace(SHAPE, width=16), RECIPE).resume(tmp_path)
    with pytest.raises(ModelMismatch, match="with seed 0, not 3"):
        Trainer(FOUR, SHAPE, replace(RECIPE, seed=3)).resume(tmp_path)
    with pytest.raises(ModelMismatch, match="was trained with data problems, not law"):
        Trainer(FOUR, SHAPE, replace(RECIPE, data="law")).resume(tmp_path)


def test_a_run_that_is_stopped_is_saved_after_its_step(tmp_path: Path) -> None:
    trainer, steps = Trainer(FOUR, SHAPE, RECIPE), []
    for progress in trainer.run(tmp_path, every=100):
        steps.append(progress.step)
        trainer.stop()
    assert steps == [1, 2]
    assert progress.left > 0
    again = Trainer(FOUR, SHAPE, RECIPE)
    again.resume(tmp_path)
    assert again.step == again.saved == 2
    assert [p.step for p in again.run(tmp_path, every=100)] == [3, 8]  # stop is for one run


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [("text-8", "problems", "has no rules, so"), ("zebra", "problems", "of its own"), ("killer", "law", "of its own")],
)
def test_what_has_nothing_to_learn_from_is_refused(name: str, data: str, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        Trainer(get(name), ModelConfig(name, ("row",)), Recipe(data=data))


def test_a_step_that_no_machine_has_memory_for_is_refused() -> None:
    huge = replace(RECIPE, batch=65_536, loops=((0.0, 8192),))
    with pytest.raises(InvalidInput, match=r"^a step of 65,536 boards takes [\d,]+ GiB and more, this machine has"):
        Trainer(FOUR, SHAPE, huge)
    assert Trainer(FOUR, SHAPE, replace(huge, batch=1)).step == 0


@pytest.mark.parametrize("device", ["cuda:99", "paper"])
def test_a_device_that_there_is_none_of_is_refused(device: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^device is '{device}'; wanted cpu, or cuda where"):
        Trainer(FOUR, SHAPE, RECIPE, device)


@pytest.mark.slow
def test_a_model_trained_for_a_minute_less_solves_4x4_alone() -> None:
    """The learned model by itself, on problems that training never draws; the figures count, not the clock."""
    shape = replace(SHAPE, width=16, message=16, hidden=32, loops=6)
    trainer = Trainer(FOUR, shape, replace(RECIPE, steps=120, batch=32, loops=((0.0, 6),), rate=1e-2))
    for _ in trainer.run(every=1000):
        pass
    boards, _ = held_out(FOUR, 50)
    predict = Predictor(trainer.average, FOUR.rules)
    accuracy = evaluate(FOUR, boards, predict=predict, plan=Plan(steps=16, legal=False), latents=2)
    assert accuracy.total == 50
    assert accuracy.rate > 0.8
    assert accuracy.nfe >= 4
    assert accuracy.block_applications == accuracy.nfe * 6
    with pytest.raises(InvalidInput, match="latents is 0"):
        evaluate(FOUR, boards, predict=predict, plan=Plan(), latents=0)


def test_a_model_is_meant_to_be_sampled_as_it_was_trained(tmp_path: Path) -> None:
    """Once, or at each step; in so many blocks: what was trained for is in the weights, and a plan starts from it."""
    law = replace(RECIPE, steps=1, data="law", blocks=4, draw="each_step")
    trainer = Trainer(get("chains"), ModelConfig.of(get("chains"), **SMALL, positions=(4, 10)), law)
    assert list(trainer.run(tmp_path))
    plan = Plan.of(load_model(tmp_path / "weights.safetensors").config)
    assert (plan.each_step, plan.blocks, plan.steps) == (True, 4, 16)
    assert Plan.of(Trainer(FOUR, SHAPE, RECIPE).config) == Plan()
    many = Trainer(
        get("regex:20:a+b+"), ModelConfig.of(get("regex:20:a+b+"), mixer="attention", **SMALL), replace(law, blocks=20)
    )
    assert Plan.of(many.config).steps == 20


def test_a_state_with_other_tensors_is_refused(tmp_path: Path) -> None:
    Trainer(FOUR, SHAPE, RECIPE).save(tmp_path)
    state = tmp_path / "state.safetensors"
    tensors, said = load_tensors(state)
    metadata = {"config": said.config.to_json(), "record": json.dumps(said.record)}
    for change, text in (
        ({"model.denoiser.readout.bias": torch.zeros(2)}, "holds denoiser.readout.bias"),
        ({"average.more": torch.zeros(2)}, "also holds more"),
        (
            {"adam.denoiser.readout.bias.exp_avg": torch.zeros(2)},
            "the moments of denoiser.readout.bias have another shape",
        ),
    ):
        save_tensors(state, {**tensors, **change}, metadata)
        with pytest.raises(ModelMismatch, match=text):
            Trainer(FOUR, SHAPE, RECIPE).resume(tmp_path)
    save_tensors(state, tensors, {**metadata, "record": json.dumps({**said.record, "step": "many"})})
    with pytest.raises(ModelMismatch, match="does not say how far its run has come"):
        Trainer(FOUR, SHAPE, RECIPE).resume(tmp_path)
