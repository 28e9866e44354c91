"""Training of text: exact resume, what is refused, and that something is learned."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from vmdsolve.errors import InvalidInput, ModelMismatch, TrainingDiverged
from vmdsolve.model.elbo import Terms
from vmdsolve.text.config import TextConfig
from vmdsolve.text.data import TextData, read_data
from vmdsolve.text.likelihood import likelihood
from vmdsolve.text.recipe import TextRecipe
from vmdsolve.text.run import TextRun
from vmdsolve.text.sources import Given
from vmdsolve.text.stored import about_text, is_text, load_text, save_text
from vmdsolve.text.trainer import TextTrainer
from vmdsolve.text.vocabulary import Bytes, Characters
from vmdsolve.train.ranks import ALONE, Ranks
from vmdsolve.train.state import tensors_of

TEXTS = [f"{a} and {b} went up the hill" for a in ("jack", "jill", "tom") for b in ("anne", "bill", "kate", "paul")]
KINDS: dict[str, dict[str, Any]] = {
    "autoregressive": {"kind": "autoregressive"},
    "codes": {"block": 4, "latent": 2, "classes": 3, "prior": "autoregressive"},
    "published": {"block": 8, "latent": 2, "draw": "each_step"},
}


def data_of(texts: list[str] = TEXTS, length: int = 16) -> TextData:
    return read_data(Given(texts), length)


def trainer_of(
    kind: str = "codes", data: TextData | None = None, *, ranks: Ranks = ALONE, **recipe: Any
) -> TextTrainer:
    data = data or data_of()
    config = TextConfig(data.vocabulary.size, length=16, width=8, heads=2, layers=1, **KINDS[kind])
    return TextTrainer(data, config, TextRecipe(**{"steps": 6, "batch": 4, "warmup": 2, **recipe}), ranks=ranks)


def state_of(trainer: TextTrainer) -> list[torch.Tensor]:
    found = tensors_of(trainer.model, trainer.average, trainer.optimizer)
    return [found[name] for name in sorted(found)]


@pytest.mark.parametrize(
    ("kind", "more"), [(kind, {}) for kind in KINDS] + [("codes", {"batch": 1}), ("codes", {"accumulate": 2})]
)
def test_gradients_and_terms_of_all_ranks_are_those_of_one(
    kind: str, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ranks, "sum", lambda *_: None)  # each keeps its own, and they are added here
    found = []
    for ranks in (ALONE, Ranks(0, 2), Ranks(1, 2)):
        trainer = trainer_of(kind, ranks=ranks, clip=1e6, **more)
        terms = trainer.advance()
        found.append([*terms, *(p.grad for p in trainer.model.parameters() if p.grad is not None)])
    whole, one, two = found
    assert len(whole) > 5
    for all_, first, second in zip(whole, one, two, strict=True):
        torch.testing.assert_close(first + second, all_, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_was_stopped_ends_as_one_that_never_was(kind: str, tmp_path: Path) -> None:
    whole = trainer_of(kind)
    lines = list(whole.run(tmp_path / "whole", every=2))
    part = trainer_of(kind)
    for progress in part.run(tmp_path / "part", every=1):
        if progress.step == 3:
            part.stop()
    part = trainer_of(kind)
    part.resume(tmp_path / "part")
    again = list(part.run(tmp_path / "part", every=2))
    assert part.step == whole.step == 6
    assert all(torch.equal(a, b) for a, b in zip(state_of(part), state_of(whole), strict=True))
    assert again[-1].held_out == lines[-1].held_out
    log = [json.loads(line) for line in (tmp_path / "part" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [1, 2, 3, 4, 5, 6]


def test_a_step_in_parts_is_the_same_step() -> None:
    """The loss is a mean over all cells, so parts give the same gradient but for rounding."""
    whole, parts = trainer_of(batch=4), trainer_of(batch=4, accumulate=2)
    one, two = whole.advance(), parts.advance()
    for a, b in zip((*one, *state_of(whole)), (*two, *state_of(parts)), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_something_is_learned(kind: str) -> None:
    trainer = trainer_of(kind, data_of(["abcd" * 80]), steps=250, batch=8, rate=0.02, ema=0.9)
    *_, last = trainer.run(every=50)
    assert last.held_out is not None
    assert last.held_out < 1.0 < np.log(4)


def test_training_does_not_depend_on_the_global_state_nor_change_it() -> None:
    torch.manual_seed(1)
    one = trainer_of()
    before = torch.get_rng_state()
    one.advance()
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(2)
    other = trainer_of()
    other.advance()
    assert all(torch.equal(a, b) for a, b in zip(state_of(one), state_of(other), strict=True))


def test_vectors_and_embeddings_do_not_decay() -> None:
    trainer = trainer_of()
    names = {id(p): name for name, p in trainer.model.named_parameters()}
    decays, stays = ([names[id(p)] for p in group["params"]] for group in trainer.optimizer.param_groups)
    assert {"embedding.weight", "norm.weight", "bias"} <= set(stays)
    assert "stack.layers.0.qkv.weight" in decays


def test_a_run_goes_on_with_nothing_else_than_it_began_with(tmp_path: Path) -> None:
    trainer = trainer_of()
    list(trainer.run(tmp_path))
    for other, said in (
        (trainer_of(seed=1), "was trained with seed 0, not 1"),
        (trainer_of(batch=8), "was trained with batch 4, not 8"),
        (trainer_of("autoregressive"), "was trained with config"),
        (trainer_of(data=data_of([*TEXTS, "jack and jill"])), "was trained on other text"),
    ):
        with pytest.raises(ModelMismatch, match=said):
            other.resume(tmp_path)
    with pytest.raises(ModelMismatch, match="no weights at"):
        trainer_of().resume(tmp_path / "none")
    with pytest.raises(
        ModelMismatch, match=r"^the model is for windows of 8 tokens out of 3, the data has windows of 16"
    ):
        TextTrainer(data_of(), TextConfig(3, length=8), TextRecipe())
    with pytest.raises(InvalidInput, match=r"^device is 'abacus'; wanted cpu"):
        TextTrainer(data_of(), trainer.config, TextRecipe(), "abacus")


def test_two_do_not_train_in_one_folder(tmp_path: Path) -> None:
    first = trainer_of()
    run = first.run(tmp_path, every=1)
    next(run)
    with pytest.raises(InvalidInput, match=r"trains in .*; wait for it, or name another folder"):
        next(trainer_of().run(tmp_path))
    run.close()  # type: ignore[attr-defined]


def test_a_training_that_diverges_says_so_and_keeps_what_was_saved(tmp_path: Path) -> None:
    trainer = trainer_of()
    run = trainer.run(tmp_path, every=1)
    next(run)
    kept = (tmp_path / "state.safetensors").read_bytes()
    with torch.no_grad():
        trainer.model.bias[0] = float("nan")
    with pytest.raises(TrainingDiverged, match=r"diverged at step 2: the loss is nan; .* keeps the state of step 1"):
        next(run)
    assert (tmp_path / "state.safetensors").read_bytes() == kept


def test_terms_of_a_step_are_sums_over_its_windows() -> None:
    found = trainer_of().advance()
    assert isinstance(found, Terms)
    assert found.nll.shape == (1, 4)
    assert found.kl.shape == (4, 2)
    assert (found.masked <= 16).all()
    assert (found.masked >= 4).all()  # one in each of four blocks


# Recipe ---------------------------------------------------------------------------------------------------


def test_schedules_rise_stay_and_fall() -> None:
    wsd = TextRecipe(steps=100, warmup=10, rate=1.0, schedule="wsd", decay=0.25)
    assert [round(wsd.rate_at(step), 3) for step in (0, 9, 50, 75, 90, 100)] == [0.1, 1, 1, 1, 0.4, 0]
    cosine = replace(wsd, schedule="cosine")
    assert [round(cosine.rate_at(step), 3) for step in (9, 50, 100)] == [0.982, 0.55, 0.1]
    assert cosine.rate_at(50, 1.0) == cosine.rate_at(100)  # the clock says that it is over
    assert [TextRecipe(steps=100, kl_warmup=0.5).kl_weight_at(step) for step in (0, 25, 60)] == [0, 0.5, 1]


@pytest.mark.parametrize("steps", [1, 50, 5000])
def test_a_run_of_any_length_reaches_its_rate(steps: int) -> None:
    recipe = TextRecipe(steps=steps, rate=1.0, schedule="wsd")
    assert recipe.warmup == min(100, steps // 10)
    assert max(map(recipe.rate_at, range(steps))) == 1.0
    assert TextRecipe(steps=steps, warmup=100).warmup == 100


def test_time_ends_a_run_and_its_schedule(tmp_path: Path) -> None:
    trainer = trainer_of(steps=100_000)
    *_, last = trainer.run(tmp_path, seconds=0.3)
    assert 1 <= last.step < 100_000
    assert last.rate < 0.3 * trainer.recipe.rate


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rate": 0.0}, r"^rate is 0.0; wanted a number above 0, or nothing is learned$"),
        ({"batch": 6, "accumulate": 4}, r"^a batch of 6 windows has no 4 equal parts$"),
        ({"schedule": "step"}, r"^schedule is 'step'; wanted one of cosine, wsd$"),
    ],
)
def test_recipes_that_cannot_be_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        TextRecipe(**given)


def test_cells_at_once_are_refused_where_cell_follows_cell() -> None:
    said = r"^at_once is 4, and an autoregressive model writes cell after cell: leave it at 1$"
    told = {"files": "novel.txt", "kind": "autoregressive"}
    with pytest.raises(InvalidInput, match=said):  # before the file is looked for
        TextRun.of({**told, "at_once": 4})
    assert TextRun.of({**told, "at_once": 1}).recipe.at_once == 1
    with pytest.raises(InvalidInput, match=said):
        trainer_of("autoregressive", at_once=4)
    model, window = trainer_of("autoregressive").average, np.zeros((1, 16), np.int64)
    with pytest.raises(InvalidInput, match=said):
        likelihood(model, window, at_once=4)
    assert likelihood(model, window).nats.shape == (1,)


# Weights ----------------------------------------------------------------------------------------------------


def test_weights_come_back_with_their_vocabulary(tmp_path: Path) -> None:
    trainer = trainer_of()
    list(trainer.run(tmp_path))
    for path in (tmp_path, tmp_path / "weights.safetensors"):
        model, vocabulary = load_text(path)
        assert isinstance(vocabulary, Characters)
        assert vocabulary.symbols == trainer.data.vocabulary.symbols  # type: ignore[attr-defined]
        same = zip(model.state_dict().values(), trainer.average.state_dict().values(), strict=True)
        assert all(torch.equal(a, b) for a, b in same)
        assert not any(p.requires_grad for p in model.parameters())
    assert is_text(tmp_path)
    assert about_text(tmp_path).record["step"] == 6
    assert "/" not in json.dumps(about_text(tmp_path).record)  # nothing of somebody's disk
    save_text(tmp_path / "hub", model, vocabulary, {"step": 6})
    assert load_text(tmp_path / "hub")[0].config == model.config


def test_weights_that_are_damaged_or_of_another_kind_are_refused(tmp_path: Path) -> None:
    trainer = trainer_of()
    list(trainer.run(tmp_path))
    path = tmp_path / "weights.safetensors"
    raw = path.read_bytes()
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(ModelMismatch, match="is damaged: its numbers are not those that were saved"):
        load_text(path)
    path.write_bytes(
        raw.replace(b"jack", b"juck") if b"jack" in raw else raw.replace(b'"layers\\": 1', b'"layers\\": 2')
    )
    with pytest.raises(ModelMismatch, match="is damaged: its texts are not those that were saved"):
        load_text(path)
    with pytest.raises(InvalidInput, match=r"^the vocabulary has 256 symbols, the model"):
        save_text(path, trainer.average, Bytes())
    with torch.no_grad():
        trainer.average.bias[0] = float("inf")
    with pytest.raises(InvalidInput, match="holds NaN or infinity in bias"):
        save_text(path, trainer.average, trainer.data.vocabulary)


# Data -------------------------------------------------------------------------------------------------------


def test_wikitext_in_its_layout(tmp_path: Path) -> None:
    for part, text in (("train", "a b c = d \n" * 9), ("valid", "a b\n"), ("test", "c d\n")):
        (tmp_path / f"wiki.{part}.raw").write_text(text)
    data = read_data([tmp_path], 4)
    assert [windows.tokens for windows in (data.train, data.valid, data.test) if windows] == [99, 4, 4]
    assert read_data(data.told["files"], 4, valid=data.told["valid"], test=data.told["test"]).told == data.told


def test_parts_by_share_by_file_or_none(tmp_path: Path) -> None:
    (tmp_path / "text8").write_text("abcdefghij" * 100)
    (tmp_path / "other.txt").write_text("abc")
    cut = read_data([tmp_path / "text8"], 4)
    assert [w and w.tokens for w in (cut.train, cut.valid, cut.test)] == [900, 50, 50]
    apart = read_data([tmp_path / "text8"], 4, valid=str(tmp_path / "other.txt"), test=0)
    assert apart.train.tokens == 1000
    assert apart.valid is not None
    assert apart.valid.tokens == 3
    assert apart.test is None
    with pytest.raises(InvalidInput, match=r"text8, character 1 is 'a', which is none of the 1 of the vocabulary"):
        read_data([tmp_path / "text8"], 4, vocabulary=Characters("z"), valid=str(tmp_path / "other.txt"))


def test_vocabularies_by_name(tmp_path: Path) -> None:
    for name, size in (("characters", 18), ("bytes", 256)):
        assert read_data(Given(TEXTS), 4, vocabulary=name).vocabulary.size == size
    assert read_data(Given([[3, 1, 4]] * 2), 2, vocabulary="integers", valid=0, test=0).vocabulary.size == 5
    with pytest.raises(InvalidInput, match=r"^document 1 holds numbers, not text; name the vocabulary integers$"):
        read_data(Given([[3, 1, 4]]), 2)
    with pytest.raises(InvalidInput, match=r"^documents can be read once, characters must be made of them first"):
        read_data(Given(iter(TEXTS)), 2)
    with pytest.raises(InvalidInput, match=r"^documents are int; wanted something to iterate over$"):
        read_data(Given(5), 2)
    with pytest.raises(
        InvalidInput, match=r"^vocabulary is 'bpe:many'; wanted bpe: and how many tokens, as in bpe:4096$"
    ):
        read_data(Given(TEXTS), 4, vocabulary="bpe:many")
    with pytest.raises(
        InvalidInput,
        match=r"^vocabulary is 'runes'; wanted characters, bytes, integers, bpe: .*, and there is no such file$",
    ):
        read_data(Given(TEXTS), 4, vocabulary="runes")
    pytest.importorskip("tokenizers")
    made = read_data(Given(TEXTS), 4, vocabulary="bpe:270").vocabulary
    assert made.exact(TEXTS[0])
    (tmp_path / "t.json").write_text(made.json)  # type: ignore[attr-defined]
    assert read_data(Given(TEXTS), 4, vocabulary=str(tmp_path / "t.json")).vocabulary.to_json() == made.to_json()
