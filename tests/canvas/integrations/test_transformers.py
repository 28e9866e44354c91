"""DiffusionGemma of random weights writes texts of the grammar, over one canvas and over several."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers.grammars import fits, lists, of_table, phrases

from benchmarks.clients.gemma import CANVAS, EOS, PAD, V, tiny_gemma
from vmdsolve.canvas.integrations.transformers import CanvasLogitsProcessor
from vmdsolve.canvas.law import posterior
from vmdsolve.errors import InvalidInput

torch = pytest.importorskip("torch")
pytest.importorskip("transformers", reason="transformers is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # warnings of transformers about itself

PROMPT = [[2, 9, 10], [2, 11, 12]]


@pytest.fixture(scope="module")
def model() -> Any:
    return tiny_gemma()


def generate(model: Any, n: int, processors: Any, steps: int = 5) -> list[list[int]]:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        out = model.generate(
            torch.tensor(PROMPT), max_new_tokens=n, eos_token_id=[EOS], pad_token_id=PAD, logits_processor=processors,
            max_denoising_steps=steps,
        )  # fmt: skip
    return out.sequences[:, 3:].tolist()


def processor(model: Any, grammar: Any, n: int, **options: Any) -> CanvasLogitsProcessor:
    options = {"max_denoising_steps": 5} | options
    return CanvasLogitsProcessor(grammar, model=model, prompt_length=3, max_new_tokens=n, **options)


@pytest.mark.parametrize("choose", ["draw", "argmax"])
@pytest.mark.parametrize("canvases", [1, 3])
def test_every_row_is_a_text_of_its_own_grammar(model: Any, choose: Any, canvases: int) -> None:
    grammars = [phrases(V, EOS), lists(V, EOS, items=17 if canvases == 3 else 5)]
    n = canvases * CANVAS
    for seed in range(3):
        p = processor(model, grammars, n, choose=choose, seed=seed)
        rows = generate(model, n, p.alone())
        assert [fits(g, row) for g, row in zip(grammars, rows, strict=True)] == [True, True]
    assert len(rows[1]) == n
    assert rows[1].index(EOS) > CANVAS * (canvases - 1) - 3 if canvases == 3 else True  # it takes 33 tokens


def test_free_rows_are_no_texts_so_that_the_test_above_says_something(model: Any) -> None:
    assert not any(fits(lists(V, EOS), row) for row in generate(model, CANVAS, None))


def test_a_list_of_processors_is_new_for_every_call(model: Any) -> None:
    """`generate` appends its temperatures to the list that it is given."""
    p = processor(model, lists(V, EOS), CANVAS)
    first = p.alone()
    generate(model, CANVAS, first)
    assert len(first) > 1
    assert len(p.alone()) == 1


def test_what_is_written_is_the_law_at_the_temperature_that_follows_with_its_entropies(model: Any) -> None:
    grammar = phrases(V, EOS)
    p = processor(model, grammar, CANVAS)
    scores = torch.from_numpy(np.random.default_rng(0).standard_normal((2, CANVAS, V)).astype(np.float32))
    before = scores.clone()
    out = p(torch.tensor(PROMPT), scores, torch.tensor(2, dtype=torch.int32))
    assert torch.equal(scores, before)
    temperature = 0.4 + 0.4 * 2 / 5
    law = posterior(grammar, scores.numpy(), temperature=temperature)
    assert all(fits(grammar, row) for row in out.argmax(-1).tolist())
    entropy = torch.distributions.Categorical(logits=out / temperature).entropy()
    np.testing.assert_allclose(entropy.numpy(), law.entropy, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_low_precision_keeps_the_text_the_best(model: Any, dtype: str) -> None:
    grammar = phrases(V, EOS)
    scores = torch.zeros(2, CANVAS, V, dtype=getattr(torch, dtype))  # all alike: ties wherever one can be
    for step in range(1, 5):
        out = processor(model, grammar, CANVAS)(torch.tensor(PROMPT), scores, step)
        assert out.dtype == scores.dtype
        assert all(fits(grammar, row) for row in out.argmax(-1).tolist())
        assert not torch.softmax(out.float(), -1).isnan().any()


def test_what_cannot_go_on_is_refused_by_name(model: Any) -> None:
    grammar, scores = lists(V, EOS), torch.zeros(2, CANVAS, V)
    p = processor(model, grammar, 2 * CANVAS)
    with pytest.raises(InvalidInput, match=r"scores have shape \[2, 64\]"):
        p(torch.tensor(PROMPT), scores[:, 0], 3)
    with pytest.raises(InvalidInput, match="are no prompt of 3 and whole canvases of 12"):
        p(torch.tensor([[1, 2, 3, 4], [1, 2, 3, 4]]), scores, 3)
    foreign = torch.tensor([[*row, *([5] * CANVAS)] for row in PROMPT])
    with pytest.raises(InvalidInput, match=r"row 0 holds token 5 at place 0.*top-p"):
        p(foreign, scores, 3)
    long = of_table(np.where(np.arange(V) == 4, np.arange(1, 32)[:, None], -1)[:31], [False] * 30 + [True], eos=EOS)
    with pytest.raises(InvalidInput, match="needs 30 tokens and max_new_tokens, in whole canvases, is 24"):
        processor(model, long, 2 * CANVAS)(torch.tensor(PROMPT), scores, 3)
    with pytest.raises(InvalidInput, match="there are 1 grammars for 2 rows"):
        processor(model, [grammar], CANVAS)(torch.tensor(PROMPT), scores, 3)


def test_processors_that_would_break_the_text_are_refused_by_name(model: Any) -> None:
    transformers: Any = pytest.importorskip("transformers")
    p = processor(model, phrases(V, EOS), CANVAS)
    likely = [
        transformers.TopKLogitsWarper(3),
        transformers.MinPLogitsWarper(0.1),
        lambda _, scores: scores.masked_fill_(scores < scores.mean(), -float("inf")),  # in place, of no class
    ]
    scores = torch.randn(2, CANVAS, V, generator=torch.Generator().manual_seed(1))
    for other in likely:
        name = type(other).__name__
        with pytest.raises(InvalidInput, match=f"{name} takes tokens away in some cells"):
            p.alone(other)(torch.tensor(PROMPT), scores.clone(), cur_step=torch.tensor(5))
    banned = transformers.SuppressTokensLogitsProcessor([7, 8])  # in every cell alike
    once = p.alone(banned)(torch.tensor(PROMPT), scores.clone(), cur_step=torch.tensor(5))
    rows = generate(model, CANVAS, p.alone(banned))
    assert all(fits(phrases(V, EOS), row) for row in rows)
    assert not {7, 8} & set(once.argmax(-1).flatten().tolist())
    penalty = transformers.RepetitionPenaltyLogitsProcessor(1.5)
    processors = p.alone()
    processors.append(penalty)
    with pytest.raises(InvalidInput, match="RepetitionPenaltyLogitsProcessor would change the text"):
        generate(model, CANVAS, processors)
    used = p.alone()
    generate(model, CANVAS, used)
    with pytest.raises(InvalidInput, match="a new one by alone"):
        generate(model, CANVAS, used)
