"""`text-steps`: texts drawn in few evaluations, by every model in a folder: like the training text, and various?

Perplexity alone would praise a sampler that says the same again and again: entropy, n-grams and words stand beside it,
and real text of as many windows is a row of its own. What `text` trains is what is drawn from.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from typer import Option

from vmdsolve.errors import VmdsolveError
from vmdsolve.problem import OPEN
from vmdsolve.sampler.keys import latent_keys
from vmdsolve.text.corpus import Windows, prepare
from vmdsolve.text.filling import fill_windows, plan_of
from vmdsolve.text.model import TextModel
from vmdsolve.text.quality import Quality, Reference, quality_of
from vmdsolve.text.sources import Files, files_of
from vmdsolve.text.stored import load_text
from vmdsolve.text.vocabulary import Vocabulary

from ..driver import RESULTS, ROOT, Row, Run, table

__all__ = ["WAYS", "run", "shown"]

METHOD = (
    "{n} texts of a whole window, by T evaluations each; NFE is what they took. perplexity: a token, by the judge, an "
    "autoregressive model, with its standard error over texts. entropy: of the tokens within a text, nats, "
    "mean over texts. words: share of whole words that the training text has. JS: Jensen-Shannon divergence, "
    "nats, of n-grams of 1 to 5 tokens from those of the training text. distinct: share of 5-grams that are different. "
    "drawn: random order, temperature 1, the model's own law; argmax: the likeliest symbols, top_prob first. Rows of "
    "text are windows of the test text."
)
DATA = Path(os.environ.get("VMDSOLVE_DATA", ROOT / ".." / "shared" / "data")) / "text"
WAYS: dict[str, Row] = {
    "drawn": {"order": "random", "temperature": 1.0},
    "argmax": {"order": "top_prob", "temperature": 0.0},
    "remasked": {"order": "margin", "temperature": 1.0, "remask": "least"},
}
PART = 1024  # windows of the training text that are looked at together


def run(
    judge: Annotated[Path, Option(help="Weights of an autoregressive model, or a folder with them.")],
    weights: Annotated[Path, Option(help="Folder of folders with weights, such as `text` leaves.")] = Path("runs/text"),
    train: Annotated[Path, Option(help="Text that all learned from.")] = DATA / "novels27_train.txt.xz",
    test: Annotated[Path, Option(help="Text to hold samples beside.")] = DATA / "novels27_test.txt.xz",
    n: Annotated[int, Option(min=2, help="Texts a row.")] = 128,
    most: Annotated[int, Option(min=1, help="Windows of the training text that are counted.")] = 200_000,
    ways: Annotated[str, Option(help=f"Of {', '.join(WAYS)}; separated by commas.")] = "drawn,argmax",
    seed: Annotated[int, Option(min=0, help="Of the samples.")] = 0,
    plot: Annotated[Path | None, Option(help="Draw perplexity by evaluations into this file.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Texts of few evaluations: perplexity of a judge, entropy, words, n-grams."""
    try:
        read, vocabulary = load_text(judge)
        kinds = {one.parent.name: load_text(one) for one in sorted(weights.glob("*/weights.safetensors"))}
        learned, real = (_windows(path, vocabulary, read.config.length) for path in (train, test))
    except VmdsolveError as error:
        raise SystemExit(str(error)) from error
    if not kinds:
        raise SystemExit(f"no weights in folders of {weights}; `python -m benchmarks text` leaves such")
    said = {"judge": judge.name, "weights": [*kinds], "train": train.name, "test": test.name, "n": n, "ways": ways}
    with Run("text-steps", METHOD.format(n=n), {**said, "seed": seed, "most": most}, (), out) as this:
        tokens = learned.disjoint_tokens(most)
        reference = Reference.of((tokens[i : i + PART] for i in range(0, len(tokens), PART)), vocabulary)
        this.rows.append(_row("text", "", 0, quality_of(real.disjoint_tokens(n), read, vocabulary, reference)))
        for name, (model, own) in kinds.items():
            if own.to_json() != vocabulary.to_json():
                this.note(f"not measured, its vocabulary is not the judge's: {name}")
                continue
            for way in ways.split(","):
                for row in _drawn(name, model, way, n, seed, (read, vocabulary, reference)):
                    this.rows.append(row)
                    print(shown([row]).splitlines()[-1], flush=True)
                    this.keep()
        print(f"\n{shown(this.rows)}")
        if plot is not None:
            _plot(this.rows, plot)


def _windows(path: Path, vocabulary: Vocabulary, length: int) -> Windows:
    corpus = prepare(Files(files_of([path]), reads=vocabulary.reads), vocabulary)
    return Windows(corpus, length, corpus.stretches())


def _drawn(name: str, model: TextModel, way: str, n: int, seed: int, by: tuple[Any, ...]) -> Iterator[Row]:
    """Rows of one model, sampled one way: T = L, L/2, L/4, L/8 and 1, as far as its blocks let it."""
    config = model.config
    L, least = config.length, config.length // config.cells
    many = [L] if config.kind == "autoregressive" else sorted({L, L // 2, L // 4, L // 8, 1}, reverse=True)
    keys, empty = latent_keys(np.arange(n, dtype=np.uint64), 0), np.full((n, L), OPEN, np.int32)
    for T in (T for T in many if least <= T or config.kind == "autoregressive"):
        if config.kind == "autoregressive" and way != "drawn":
            continue
        how = {} if config.kind == "autoregressive" else WAYS[way]
        start = time.process_time()
        found = fill_windows(model, empty, plan_of(config, steps=T, **how), keys=keys, seed=seed)
        seconds = (time.process_time() - start) / n
        yield {**_row(name, way, int(found.nfe.max()), quality_of(found.values, *by)), "seconds": seconds, "T": T}


def _row(name: str, way: str, nfe: int, found: Quality) -> Row:
    told = asdict(found)
    return {"arm": name, "way": way, "nfe": nfe, **told, "words": None if isnan(found.words) else found.words}


def shown(rows: list[Row]) -> str:
    """A line a row."""
    header = ["model", "way", "NFE", "perplexity", "entropy", "words", "JS 1", "2", "3", "4", "5", "distinct"]
    body = []
    for row in rows:
        words = "-" if row["words"] is None else f"{row['words']:.1%}"
        figures = [f"{row['perplexity']:.2f} ± {row['perplexity_error']:.2f}", f"{row['entropy']:.3f}", words]
        figures += [*(f"{one:.3f}" for one in row["divergences"]), f"{row['distinct'][-1]:.1%}"]
        body.append([row["arm"], row["way"] or "-", row["nfe"] or "-", *figures])
    return table(header, body)


def _plot(rows: list[Row], path: Path) -> None:
    """Perplexity by evaluations beside entropy by evaluations, a line a model; real text dotted."""
    from .plots import figure_of, save

    figure, axes = figure_of(2)
    for one, field in zip(axes, ("perplexity", "entropy"), strict=True):
        drawn = [row for row in rows if row["way"] == "drawn"]
        for name in dict.fromkeys(row["arm"] for row in drawn):
            mine = [row for row in drawn if row["arm"] == name]
            one.plot([row["nfe"] for row in mine], [row[field] for row in mine], "o-", label=name, markersize=3)
        one.axhline(rows[0][field], linestyle=":", color="black", label="text")
        one.set_xscale("log", base=2)
        one.set_xlabel("network evaluations a text")
        one.set_ylabel(field)
    axes[0].set_yscale("log")
    axes[1].legend(fontsize=6, loc="upper left", bbox_to_anchor=(1.02, 1.0))
    save(figure, path)
