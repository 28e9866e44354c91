"""Pipelines of diffusers with random weights: three schedulers of DiffusionGemma, and LLaDA2 over blocks."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from helpers.grammars import fits, lists, phrases

from benchmarks.clients.gemma import CANVAS, EOS, V, for_pipeline, tiny_gemma
from vmdsolve.errors import InvalidInput

torch = pytest.importorskip("torch")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("diffusers", reason="diffusers is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # warnings of diffusers about itself

SCHEDULERS = ["BlockRefinementScheduler", "DiscreteDDIMScheduler", "EntropyBoundScheduler"]


class Processor:
    """Encodes any prompts as the same tokens."""

    eos_token_id = EOS

    def apply_chat_template(self, messages: Any, **_: Any) -> dict[str, Any]:
        return {"input_ids": torch.tensor([[2, 9, 10], [2, 11, 12]])[: len(messages)]}


@pytest.fixture(scope="module")
def model() -> Any:
    return for_pipeline(tiny_gemma())


def run(model: Any, scheduler: Any, gen_length: int, **options: Any) -> list[list[int]]:
    from diffusers import DiffusionGemmaPipeline

    pipeline = DiffusionGemmaPipeline(model=model, scheduler=scheduler, processor=Processor())
    pipeline.set_progress_bar_config(disable=True)
    options = {"num_inference_steps": 5, "generator": torch.Generator().manual_seed(1)} | options
    with torch.random.fork_rng():
        out = pipeline(["a", "b"], gen_length=gen_length, output_type="seq", eos_token_id=EOS, **options)
    return out.sequences.tolist()


def scheduler_of(name: str, **options: Any) -> Any:
    import diffusers

    return getattr(diffusers, name)(**options)


def limited(scheduler: Any, grammar: Any, gen_length: int = CANVAS, **options: Any) -> Any:
    from vmdsolve.canvas.integrations.diffusers import constrained

    return constrained(scheduler, grammar, gen_length=gen_length, canvas_length=CANVAS, **options)


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("canvases", [1, 3])
def test_every_scheduler_writes_texts(model: Any, name: str, canvases: int) -> None:
    grammars = [phrases(V, EOS), lists(V, EOS, items=17 if canvases == 3 else 5)]
    n = canvases * CANVAS
    for seed, stop in ((0, None), (1, None), (2, 5.0)):  # 5 nats: every row is frozen as soon as it is stable
        scheduler = limited(scheduler_of(name), grammars, n, seed=seed)
        for _ in range(2):  # a scheduler serves several calls
            rows = run(model, scheduler, n, confidence_threshold=stop)
            assert [fits(g, row) for g, row in zip(grammars, rows, strict=True)] == [True, True]


@pytest.mark.parametrize("name", SCHEDULERS)
def test_free_rows_are_no_texts_so_that_the_test_above_says_something(model: Any, name: str) -> None:
    assert not any(fits(lists(V, EOS), row) for row in run(model, scheduler_of(name), CANVAS))


def test_the_scheduler_given_stays_as_it_is_and_signatures_are_kept() -> None:
    for name in SCHEDULERS:
        given = scheduler_of(name)
        ours = limited(given, lists(V, EOS))
        assert type(given).__mro__[0] is not type(ours).__mro__[0]
        assert inspect.signature(ours.step) == inspect.signature(given.step)
        assert isinstance(ours, type(given))


def test_noise_cell_by_cell_is_refused(model: Any) -> None:
    for name in SCHEDULERS[:2]:
        with pytest.raises(InvalidInput, match=r"temperature is 0.7; wanted 0"):
            run(model, limited(scheduler_of(name), lists(V, EOS)), CANVAS, temperature=0.7)
    with pytest.raises(InvalidInput, match="top_k is 5"):
        limited(scheduler_of(SCHEDULERS[0]), lists(V, EOS)).step(
            torch.zeros(1, CANVAS, V), 0, torch.zeros(1, CANVAS, dtype=torch.long), top_k=5
        )


@pytest.mark.parametrize("editing", [None, 0.01])
@pytest.mark.parametrize("steps", [1, 2, 4, 8, 16])
def test_llada2_writes_texts_over_blocks_in_any_number_of_steps(editing: Any, steps: int) -> None:
    from diffusers import BlockRefinementScheduler, LLaDA2Pipeline

    from benchmarks.clients.masked import Tiny
    from vmdsolve.canvas.integrations.denoiser import Constrained

    ids = torch.tensor([[2, 9, 10], [2, 11, 12], [2, 13, 14]])
    grammars = [phrases(V, EOS), lists(V, EOS, items=12), phrases(V, EOS)]
    for seed, how in enumerate(("cap", "swap", "only")):
        wrapped = Constrained(Tiny(V), grammars, prompt_length=3, gen_length=29, mask_id=V - 1, how=how, seed=seed)
        pipeline = LLaDA2Pipeline(model=wrapped, scheduler=BlockRefinementScheduler(block_length=16))
        pipeline.set_progress_bar_config(disable=True)
        out = pipeline(
            input_ids=ids, gen_length=29, block_length=16, num_inference_steps=steps, threshold=2.0, output_type="seq",
            eos_token_id=EOS, mask_token_id=V - 1, editing_threshold=editing,
        )  # fmt: skip
        rows = out.sequences.tolist()
        assert [fits(g, row) for g, row in zip(grammars, rows, strict=True)] == [True] * 3, (how, rows)
        assert np.array(rows).shape == (3, 29)
