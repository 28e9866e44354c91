"""`text`: perplexity a character of English in 27 symbols, with a latent and without, beside counts of n-grams.

Novels of $VMDSOLVE_DATA (default ../shared/data), text/novels27_{train,test}.txt.xz; --train and --test read others,
such as text8.
"""

from __future__ import annotations

import bz2
import lzma
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch
from typer import Option

from vmdsolve.domains.text import Text
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.likelihood import Bound, importance, nelbo
from vmdsolve.model.config import ModelConfig
from vmdsolve.train import Recipe, Trainer
from vmdsolve.train.examples import Examples, read_examples

from ..driver import RESULTS, ROOT, Row, Run, table

METHOD = (
    "windows of {length} characters, each on its own: nothing before it is seen, by nobody. NELBO: {times} masks a "
    "window, their sizes stratified (t); IW: importance-weighted bound with K pairs of z and order, on {few} of "
    "the {n} windows; each with its standard error over windows. All arms: the same steps, widths, data. "
    "5-gram: counts of the training text, Witten-Bell interpolation, no context across a window's start. bz2, xz: size "
    "of the whole test text packed, bits a character."
)
DATA = Path(os.environ.get("VMDSOLVE_DATA", ROOT / ".." / "shared" / "data")) / "text"
ARMS: dict[str, Row] = {
    "no latent": {"latent": 0},
    "Gaussian 16": {"latent": 16},
    "16 x 8 classes, autoregressive": {"latent": 16, "classes": 8, "prior": "autoregressive"},
}
V, ORDER = 27, 5
Tokens = npt.NDArray[np.int64]


def run(
    train: Annotated[Path, Option(help="Text to learn from.")] = DATA / "novels27_train.txt.xz",
    test: Annotated[Path, Option(help="Text to be measured on.")] = DATA / "novels27_test.txt.xz",
    length: Annotated[int, Option(min=5, help="L, characters a window.")] = 64,
    arms: Annotated[str, Option(help='Arms, separated by semicolons; or "all".')] = "all",
    steps: Annotated[int, Option(min=1, help="Optimiser steps of every arm.")] = 20_000,
    batch: Annotated[int, Option(min=1, help="Windows a step.")] = 64,
    width: Annotated[int, Option(min=1, help="H; blocks have four times as many channels.")] = 128,
    loops: Annotated[int, Option(min=1, help="Block applications an evaluation.")] = 4,
    rate: Annotated[float, Option(help="Peak learning rate.")] = 1e-3,
    n: Annotated[int, Option(min=2, help="Test windows.")] = 2000,
    few: Annotated[int, Option(min=2, help="Of these, for the importance-weighted bound.")] = 100,
    times: Annotated[int, Option(min=1, help="Masks a window.")] = 8,
    latents: Annotated[str, Option(help="K of the importance-weighted bound, separated by commas.")] = "1,8,64",
    seed: Annotated[int, Option(min=0, help="Of training and measuring.")] = 0,
    device: Annotated[str | None, Option(help="cpu or cuda.")] = None,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Text: perplexity a character."""
    chosen = list(ARMS) if arms == "all" else arms.split(";")
    if unknown := set(chosen) - set(ARMS):
        raise SystemExit(f"unknown arm {', '.join(sorted(unknown))}; there are {'; '.join(ARMS)}")
    domain = Text(length)
    try:
        learned, measured = (read_examples(path, domain)[0] for path in (train, test))
    except InvalidInput as error:
        raise SystemExit(f"{error} (set VMDSOLVE_DATA, or name files with --train and --test)") from error
    windows = measured.at(np.arange(n) * len(measured) // n)
    said = {"train": train.name, "test": test.name, "length": length, "steps": steps, "batch": batch, "width": width}
    said |= {"loops": loops, "rate": rate, "n": n, "seed": seed}
    with Run("text", METHOD.format(length=length, times=times, few=few, n=n), said, (), out) as this:
        for order in (1, ORDER):
            nats = n_gram(learned, windows.astype(np.int64), order)
            this.rows.append(row(f"{order}-gram", "exact", 0, Bound(nats, length)))
        for name, pack in (("bz2", bz2.compress), ("xz", lzma.compress)):
            bits = 8 * len(pack(measured.tokens.tobytes())) / len(measured.tokens)
            this.rows.append({"what": name, "bound": "size", "parameters": 0, "bits": bits, "bits_error": None,
                              "perplexity": 2**bits, "perplexity_error": None, "windows": None})  # fmt: skip
        for arm in chosen:
            shape = {"width": width, "hidden": 4 * width, "loops": loops, "mixer": "attention", **ARMS[arm]}
            config = ModelConfig(domain.name, (), positions=(length, V), **shape)
            recipe = Recipe(
                steps=steps, batch=batch, rate=rate, loops=((0.0, loops),), free=0, full=0.05, weighting="elbo",
                data="examples", examples=str(train), ema=0.999, seed=seed,
            )  # fmt: skip
            trainer = Trainer(domain, config, recipe, device or ("cuda" if torch.cuda.is_available() else "cpu"))
            for line in trainer.run(every=max(1, steps // 10)):
                print(f"{arm}: step {line.step}, held out {line.held_out} nats, KL {line.kl}", flush=True)
            model = trainer.average
            size = sum(p.numel() for p in model.parameters())
            this.rows.append(row(arm, "NELBO", size, nelbo(model, domain.rules, windows, times=times, seed=seed)))
            for k in map(int, latents.split(",")):
                bound = importance(model, domain.rules, windows[:: max(1, n // few)][:few], latents=k, seed=seed)
                this.rows.append(row(arm, f"IW, K = {k}", size, bound))
        print(shown(this.rows))


def row(what: str, bound: str, parameters: int, found: Bound) -> Row:
    """One line of the result."""
    return {
        "what": what,
        "bound": bound,
        "parameters": parameters,
        "bits": found.bits,
        "bits_error": found.error / math.log(2),
        "perplexity": found.perplexity,
        "perplexity_error": found.perplexity * found.error,
        "windows": len(found.nats),
    }


def n_gram(learned: Examples, windows: Tokens, order: int) -> npt.NDArray[np.float64]:
    """Nats [n] of windows under Witten-Bell interpolated n-grams of the training text.

    p(c | context) = (count(context c) + kinds(context) p(c | shorter context)) / (count(context) + kinds(context))
    """
    n, L = windows.shape
    p = np.full((n, L), 1 / V)
    for k in range(order):  # characters of context
        counts = np.zeros(V ** (k + 1), np.int64)
        for codes in _codes(learned, k):
            counts += np.bincount(codes, minlength=len(counts))
        by_context = counts.reshape(-1, V)
        seen, kinds = by_context.sum(axis=1), (by_context > 0).sum(axis=1)
        codes = _coded(windows, k)
        context = codes // V
        longer = np.where(seen[context] > 0, (counts[codes] + kinds[context] * p[:, k:]), p[:, k:])
        p[:, k:] = longer / np.where(seen[context] > 0, seen[context] + kinds[context], 1)
    return np.asarray(-np.log(p).sum(axis=1))


def _coded(tokens: Tokens, k: int) -> Tokens:
    """[..., N - k] numbers of a character together with the k before it."""
    N = tokens.shape[-1]
    return np.asarray(sum(tokens[..., i : N - k + i] * V ** (k - i) for i in range(k + 1)))


def _codes(learned: Examples, k: int) -> Iterator[Tokens]:
    """The same for the training text, a piece at a time."""
    ends = learned.starts + np.diff(learned.windows) + learned.L - 1
    for start, end in zip(learned.starts.tolist(), ends.tolist(), strict=True):
        for first in range(start, end, 1 << 22):
            yield _coded(learned.tokens[first : min(end, first + (1 << 22) + k)].astype(np.int64), k)


def shown(rows: list[Row]) -> str:
    """The result as a table."""

    def figure(value: float, error: float | None) -> str:
        return f"{value:.3f}" + ("" if error is None else f" ± {error:.3f}")

    header = ["what", "bound", "parameters", "perplexity", "bits a character", "windows"]
    return table(
        header,
        [
            [r["what"], r["bound"], f"{r['parameters']:,}" if r["parameters"] else "-",
             figure(r["perplexity"], r["perplexity_error"]), figure(r["bits"], r["bits_error"]), r["windows"] or "-"]
            for r in rows
        ],
    )  # fmt: skip
