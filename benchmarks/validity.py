"""`validity`: texts of diffusion language models' own loops that are in their grammar, and dead ends.

Random weights know nothing of any grammar: what is right is so by the constraint alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from typer import Option

from vmdsolve.canvas.compile import compile_choice, compile_json_schema, compile_regex
from vmdsolve.canvas.grammar import Grammar
from vmdsolve.canvas.integrations.denoiser import Constrained
from vmdsolve.canvas.law import posterior
from vmdsolve.canvas.vocabulary import Vocabulary
from vmdsolve.errors import InvalidInput

from .clients import gemma
from .clients.masked import Tiny, dream, llada
from .driver import RESULTS, Row, Run, table

METHOD = (
    "denoisers of random weights over 128 tokens, 36 cells a text; rows of a batch take four grammars in turn: a date, "
    "a choice, an e-mail, a JSON Schema. A run is one text; it is valid if the grammar accepts its tokens up to the "
    "first EOS; a dead end is a run in which, before a step, no text fits what is committed. `free` = no constraint; "
    "`masks` = of each cell the tokens that stand in some text which fits what is committed, exact; `joint` = what "
    "this library does: any subset of one joint draw. Steps are those of a block or canvas."
)
V, CELLS, EOS, PAD, MASK = 128, 36, 1, 0, 127
STEPS = (1, 2, 4, 8, 16)
PIECES = (
    '{"',
    '"}',
    '": ',
    '", "',
    "true",
    "false",
    "null",
    "name",
    "count",
    "202",
    "-0",
    "-1",
    "example",
    ".org",
    "@",
)
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"enum": ["red", "green", "blue"]},
        "count": {"type": "integer", "minimum": 0, "maximum": 120},
        "done": {"type": "boolean"},
    },
    "required": ["name", "count"],
}
Prompt = Any  # int64 [B, 3]


def vocabulary() -> Vocabulary:
    """Printable ASCII a token each, and some pieces of JSON; the rest is no text."""
    tokens: list[bytes | None] = [None] * 3 + [bytes([code]) for code in range(32, 127)] + [p.encode() for p in PIECES]
    return Vocabulary.from_bytes(tokens, vocab_size=V, eos=EOS, pad=PAD)


def grammars(words: Vocabulary) -> list[Grammar]:
    return [
        compile_regex(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", words),
        compile_choice(["yes", "no", "maybe", "not sure", "no answer", "ask again later"], words),
        compile_regex(r"[a-z0-9._-]+@([a-z0-9-]+\.)+[a-z]{2,4}", words),
        compile_json_schema(SCHEMA, words),
    ]


class Masked(torch.nn.Module):
    """A denoiser, whose cells keep the tokens that are legal one by one; `dead` are rows with none."""

    def __init__(self, model: Any, rows: list[Grammar]) -> None:
        super().__init__()
        self.model, self.rows, self.dead = model, rows, np.zeros(len(rows), bool)

    def forward(self, x: Any) -> Any:
        out = self.model(x)
        out.logits = self.hook(0, x, out.logits)
        return out

    def hook(self, _step: Any, x: Any, logits: Any) -> Any:
        """For loops that let logits be changed."""
        logits = logits.clone()
        first = x.shape[1] - CELLS
        for grammar in dict.fromkeys(self.rows):
            mine = [b for b, other in enumerate(self.rows) if other is grammar]
            cells = x[mine, first:]
            law = posterior(grammar, logits[mine, first:], held=torch.where(cells == MASK, -1, cells))
            self.dead[mine] |= ~np.asarray(law.possible)
            bits = np.unpackbits(law.bitmask().view(np.uint8), axis=-1, bitorder="little")[..., :V].astype(bool)
            bits |= ~bits.any(axis=-1, keepdims=True)  # a dead end: the client goes on somehow
            logits[mine, first:] = logits[mine, first:].masked_fill(~torch.from_numpy(bits), -1e4)
        return logits


def prompt(B: int, seed: int) -> Prompt:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(np.concatenate([np.full((B, 1), 2), rng.integers(3, 90, (B, 2))], axis=1))


Texts = Callable[
    [list[Grammar], int, str], tuple[list[list[int]], int]
]  # rows' grammars, seed, constraint: and dead ends


def of_loop(loop: Callable[..., list[list[int]]], hooked: bool = False, **options: Any) -> Texts:
    """Texts of LLaDA's or Dream's loop."""

    def texts(rows: list[Grammar], seed: int, how: str) -> tuple[list[list[int]], int]:
        model: Any = Tiny(V, seed)
        given = prompt(len(rows), seed)
        ours: Any = None
        if how == "joint":
            ours = Constrained(model, rows, prompt_length=3, gen_length=CELLS, mask_id=MASK, seed=seed)
        elif how == "masks":
            ours = Masked(model, rows)
        more = {"hook": ours and ours.hook} if hooked else {}
        called = model if hooked or ours is None else ours
        out = loop(called, given, gen=CELLS, mask=MASK, **options, **more)
        return out, int(ours.dead.sum()) if how == "masks" else 0

    return texts


def of_llada2(steps: int) -> Texts:
    """Texts of diffusers' LLaDA2Pipeline."""

    def texts(rows: list[Grammar], seed: int, how: str) -> tuple[list[list[int]], int]:
        diffusers: Any = import_module("diffusers")  # its types are none
        model: Any = Tiny(V, seed)
        if how == "joint":
            model = Constrained(model, rows, prompt_length=3, gen_length=CELLS, mask_id=MASK, seed=seed)
        pipeline = diffusers.LLaDA2Pipeline(model=model, scheduler=diffusers.BlockRefinementScheduler(block_length=12))
        pipeline.set_progress_bar_config(disable=True)
        out = pipeline(
            input_ids=prompt(len(rows), seed), gen_length=CELLS, block_length=12, num_inference_steps=steps,
            threshold=2.0, output_type="seq", eos_token_id=EOS, mask_token_id=MASK,
        )  # fmt: skip
        return out.sequences.tolist(), 0

    return texts


def of_gemma(scheduler: str, steps: int, model: Any) -> Texts:
    """Texts of diffusers' DiffusionGemmaPipeline, three canvases each."""

    def texts(rows: list[Grammar], seed: int, how: str) -> tuple[list[list[int]], int]:
        from vmdsolve.canvas.integrations.diffusers import constrained

        diffusers: Any = import_module("diffusers")
        given = prompt(len(rows), seed)

        class Processor:
            eos_token_id = EOS

            def apply_chat_template(self, _messages: Any, **_: Any) -> dict[str, Any]:
                return {"input_ids": given}

        used = getattr(diffusers, scheduler)()
        if how == "joint":
            used = constrained(used, rows, gen_length=CELLS, canvas_length=gemma.CANVAS, seed=seed)
        pipeline = diffusers.DiffusionGemmaPipeline(model=model, scheduler=used, processor=Processor())
        pipeline.set_progress_bar_config(disable=True)
        out = pipeline(
            ["a"] * len(rows), gen_length=CELLS, output_type="seq", eos_token_id=EOS, num_inference_steps=steps,
            generator=torch.Generator().manual_seed(seed),
        )  # fmt: skip
        return out.sequences.tolist(), 0

    return texts


def of_transformers(steps: int, model: Any) -> Texts:
    """Texts of transformers' `generate`, three canvases each."""

    def texts(rows: list[Grammar], seed: int, how: str) -> tuple[list[list[int]], int]:
        from vmdsolve.canvas.integrations.transformers import CanvasLogitsProcessor

        processors = None
        if how == "joint":
            processors = CanvasLogitsProcessor(
                rows, model=model, prompt_length=3, max_new_tokens=CELLS, max_denoising_steps=steps, seed=seed
            ).alone()
        torch.manual_seed(seed)
        out = model.generate(
            prompt(len(rows), seed), max_new_tokens=CELLS, eos_token_id=[EOS], pad_token_id=PAD,
            logits_processor=processors, max_denoising_steps=steps,
        )  # fmt: skip
        return out.sequences[:, 3:].tolist(), 0

    return texts


def clients() -> Iterator[tuple[str, str, int, Texts]]:
    """Name, order, steps and texts of every client; the first ones take masks, too."""
    for steps in STEPS:
        for block in (12, CELLS):
            for order in ("confidence", "random"):
                name = f"LLaDA's loop, blocks of {block}"
                yield name, order, steps, of_loop(llada, steps=steps, block=block, order=order)
        yield "Dream's loop", "confidence", steps, of_loop(dream, hooked=True, steps=steps)
    whole = gemma.tiny_gemma(V)
    parts = gemma.for_pipeline(whole)
    for steps in STEPS:
        yield "diffusers, LLaDA2Pipeline", "confidence", steps, of_llada2(steps)
        for scheduler in ("BlockRefinementScheduler", "DiscreteDDIMScheduler", "EntropyBoundScheduler"):
            yield f"diffusers, DiffusionGemma, {scheduler}", "the scheduler's", steps, of_gemma(scheduler, steps, parts)
        yield "transformers, DiffusionGemma", "by entropy", steps, of_transformers(steps, whole)


def valid(grammar: Grammar, row: list[int]) -> bool:
    """By the grammar's own steps, which no kernel shares."""
    return grammar.accepts(row[: row.index(EOS)] if EOS in row else row)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings of the clients about themselves, and with torch's random state as it was."""
    with warnings.catch_warnings(), torch.random.fork_rng(), torch.no_grad():
        warnings.simplefilter("ignore")
        yield


def run(
    runs: Annotated[int, Option(min=4, help="Texts by joint draws, over all clients, orders and steps.")] = 10_000,
    batch: Annotated[int, Option(min=1, help="Texts side by side.")] = 100,
    others: Annotated[int, Option(min=0, help="Texts a client without a constraint, and with masks.")] = 40,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Texts that are in their grammar, and dead ends, by client, order and steps."""
    torch.set_num_threads(1)
    with Run(
        "validity", METHOD, {"runs": runs, "batch": batch, "others": others}, ("diffusers", "transformers"), out
    ) as this:
        every = grammars(vocabulary())
        with quiet():
            found = [*clients()]
            for client, order, steps, texts in found:
                ours = {"free": others, "masks": others if "loop" in client else 0, "joint": -(-runs // len(found))}
                for how, n in ours.items():
                    row: Row = {"client": client, "order": order, "steps": steps, "constraint": how}
                    this.rows.append(row | counted(texts, every, how, n, batch))
        print(shown([row for row in this.rows if row["runs"]]))


def counted(texts: Texts, every: list[Grammar], how: str, n: int, batch: int) -> dict[str, int]:
    """What came of n runs; a refusal of the whole batch is a dead end of each."""
    row = {"runs": n, "valid": 0, "dead_ends": 0}
    for seed, first in enumerate(range(0, n, batch)):
        rows = [every[(first + b) % len(every)] for b in range(min(batch, n - first))]
        try:
            found, dead = texts(rows, seed, how)
        except InvalidInput as refusal:
            print(refusal)
            row["dead_ends"] += len(rows)
            continue
        row["dead_ends"] += dead
        row["valid"] += sum(valid(grammar, tokens) for grammar, tokens in zip(rows, found, strict=True))
    return row


def shown(rows: list[Row]) -> str:
    """All steps of a client together, and of all clients."""
    body = []
    for how in ("free", "masks", "joint"):
        names = dict.fromkeys(row["client"] for row in rows if row["constraint"] == how)
        for client in [*names, "all"]:
            mine = [r for r in rows if r["constraint"] == how and client in (r["client"], "all")]
            runs, good, dead = (sum(row[name] for row in mine) for name in ("runs", "valid", "dead_ends"))
            if runs:
                body.append([how, client, runs, f"{100 * good / runs:.2f}%", dead])
    return table(["constraint", "client", "runs", "valid", "dead ends"], body)
