"""Masked models sampled by other people's loops write texts of the grammar, in any order and number of steps."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from helpers.grammars import fits, lists, phrases

from benchmarks.clients.masked import Tiny, dream, llada
from vmdsolve.canvas.compile import compile_choice, compile_json_schema, compile_regex
from vmdsolve.canvas.integrations.denoiser import Constrained
from vmdsolve.canvas.vocabulary import Vocabulary
from vmdsolve.errors import InvalidInput

V, EOS, MASK = 64, 1, 63
PROMPT = torch.tensor([[2, 9, 10], [2, 11, 12], [2, 13, 14]])
GRAMMARS = [phrases(V, EOS), lists(V, EOS, items=12), phrases(V, EOS)]


def limited(**options: Any) -> Constrained:
    options = {"prompt_length": 3, "gen_length": 27, "mask_id": MASK} | options
    return Constrained(Tiny(V), GRAMMARS, **options)


def assert_texts(rows: list[list[int]]) -> None:
    assert [fits(g, row) for g, row in zip(GRAMMARS, rows, strict=True)] == [True] * 3, rows


@pytest.mark.parametrize("order", ["confidence", "random"])
@pytest.mark.parametrize("steps", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("block", [9, 27])
def test_lladas_loop_writes_texts(order: str, steps: int, block: int) -> None:
    for seed in range(1 if block < 27 else 2):
        rows = llada(limited(seed=seed), PROMPT, gen=27, steps=steps, block=block, mask=MASK, order=order)
        assert_texts(rows)
    if steps < 8:
        assert_texts(llada(limited(choose="argmax"), PROMPT, gen=27, steps=steps, block=block, mask=MASK, order=order))


@pytest.mark.parametrize("steps", [1, 3, 10])
def test_dreams_loop_writes_texts_by_shifted_logits_and_by_its_hook(steps: int) -> None:
    for seed in range(3):
        assert_texts(dream(limited(shifted=True, seed=seed), PROMPT, gen=27, steps=steps, mask=MASK))
        ours = limited(seed=seed)
        assert_texts(dream(Tiny(V), PROMPT, gen=27, steps=steps, mask=MASK, hook=ours.hook))


def test_loops_without_a_grammar_write_none() -> None:
    for rows in (
        llada(Tiny(V), PROMPT, gen=27, steps=4, block=27, mask=MASK, order="confidence"),
        dream(Tiny(V), PROMPT, gen=27, steps=4, mask=MASK),
    ):
        assert not any(fits(g, row) for g, row in zip(GRAMMARS, rows, strict=True))


def test_noise_of_the_client_breaks_a_text_unless_no_other_token_is_left() -> None:
    grammar = phrases(V, EOS)

    def run(how: Any, seed: int) -> list[list[int]]:
        ours = Constrained(Tiny(V), grammar, prompt_length=3, gen_length=11, mask_id=MASK, how=how, seed=seed)
        return llada(ours, PROMPT, gen=11, steps=1, block=11, mask=MASK, order="random", noise=1.0)

    for seed in range(4):
        assert all(fits(grammar, row) for row in run("only", seed))
    assert not all(fits(grammar, row) for seed in range(4) for row in run("swap", seed))


def test_guidance_and_masks_that_are_text_are_refused_by_name() -> None:
    ours = Constrained(Tiny(V), GRAMMARS[0], prompt_length=3, gen_length=27, mask_id=MASK)
    with pytest.raises(InvalidInput, match="classifier-free guidance"):
        llada(ours, PROMPT, gen=27, steps=2, block=27, mask=MASK, order="random", cfg=0.5)
    with pytest.raises(InvalidInput, match="takes token 4, the mask"):
        limited(mask_id=4)
    with pytest.raises(InvalidInput, match="wanted a prompt of one token or more"):
        limited(shifted=True, prompt_length=0)


def test_a_model_is_asked_for_what_it_was_asked_for_before() -> None:
    ours = limited()
    assert ours.config.vocab_size == V
    assert ours.dtype == torch.float32
    assert ours.device.type == "cpu"
    x = torch.cat([PROMPT, torch.full((3, 27), MASK)], dim=1)
    before, after = Tiny(V)(x).logits, ours(x).logits
    assert torch.equal(before[:, :3], after[:, :3])
    assert (before[:, 3:] != after[:, 3:]).any(-1).all()


def sentencepiece() -> Vocabulary:
    """32,000 tokens of Mistral's first tokenizer, which its package brings along."""
    pytest.importorskip("sentencepiece", reason="sentencepiece is not installed")
    common = pytest.importorskip("mistral_common", reason="mistral-common is not installed")
    from pathlib import Path

    return Vocabulary.from_sentencepiece(Path(common.__file__).parent / "data" / "tokenizer.model.v1")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_real_tokens_write_dates_json_and_choices_in_a_few_steps() -> None:
    import json
    import re

    words = sentencepiece()
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string", "maxLength": 8}, "age": {"type": "integer", "minimum": 0}},
        "required": ["name", "age"],
    }  # fmt: skip
    date = r"\d{4}-(0[1-9]|1[0-2])-[0-3]\d"
    grammars = [compile_regex(date, words), compile_json_schema(schema, words)]
    grammars.append(compile_choice(["yes", "no, never"], words))
    mask = 0  # of no text
    for steps in (1, 4):
        for seed in range(1):
            model = Tiny(words.V, seed)
            ours = Constrained(model, grammars, prompt_length=3, gen_length=48, mask_id=mask, seed=seed)
            rows = llada(ours, PROMPT, gen=48, steps=steps, block=16, mask=mask, order="confidence")
            day, person, choice = (words.text(row).decode() for row in rows)
            assert re.fullmatch(date, day)
            assert json.loads(person).keys() == {"name", "age"}
            assert choice in ("yes", "no, never")
