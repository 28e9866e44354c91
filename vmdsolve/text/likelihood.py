"""How likely a text model finds texts: exactly where it writes cell after cell, else two upper bounds of -log p(x0).

Blocks before a block are finished, so each bound is a sum over blocks, as vmdsolve/measure/likelihood.py has it of one:

    nelbo       n of the m cells of a block masked, n uniform on 1 .. m and stratified (masks.py); (m / n) times their
                cross-entropy, and the KL of the block's z, once or at each of its m steps
    importance  K pairs of z and order for every block, weighed within the block: p(x0) is a product over blocks, so a
                bound of each factor will do, and is far tighter than one of whole texts

Windows see nothing of each other. The nats of a document are those of its windows, summed (`summed`). What z costs of
that, and what it saves, is `latent_use`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..errors import InvalidInput
from ..measure.likelihood import Bound
from .config import ABSENT
from .masks import opened, steps_of, written_before
from .model import TextModel
from .recipe import check_at_once

__all__ = ["Use", "exact", "importance", "latent_use", "likelihood", "nelbo", "summed"]

Floats = npt.NDArray[np.float64]
Tokens = npt.NDArray[np.int64]
CELLS, LOGITS = 1 << 13, 1 << 26  # cells and logits of a network call; memory only


def likelihood(
    model: TextModel, windows: Any, *, times: int = 8, seed: int = 0, first: int = 0, at_once: int = 1
) -> Bound:
    """`exact` of a model that writes cell after cell, else `nelbo`, whose parameters these are."""
    check_at_once(at_once, model.config.kind)
    if model.config.kind == "autoregressive":
        return exact(model, windows)
    return nelbo(model, windows, times=times, seed=seed, first=first, at_once=at_once)


@torch.no_grad()
def exact(model: TextModel, windows: Any) -> Bound:
    """-log p of windows int [n, L] by an autoregressive model; cells that are ABSENT cost nothing.

    Raises
    ------
    InvalidInput
        A model that is none, or windows that it cannot read.

    Examples
    --------
    >>> from vmdsolve.text import TextConfig, TextModel
    >>> model = TextModel(TextConfig(2, length=2, kind="autoregressive", width=8, heads=2, layers=1))
    >>> found = exact(model, np.array([[0, 0], [0, 1], [1, 0], [1, 1]]))
    >>> round(float(np.exp(-found.nats).sum()), 5)
    1.0
    """
    if model.config.kind != "autoregressive":
        raise InvalidInput("a masked model has no exact likelihood of a text; ask for nelbo or importance")
    x0, nats = _checked(model, windows, 1), []
    for part in _parts(model, x0):
        truth = _tensor(model, x0[part])
        terms = model.terms(truth, truth, _tensor(model, np.zeros((len(truth), 1, 0), np.float32)))
        nats.append(terms.nll.double().sum(1).cpu().numpy())
    return Bound(np.concatenate(nats), _cells(x0))


@torch.no_grad()
def nelbo(model: TextModel, windows: Any, *, times: int = 8, seed: int = 0, first: int = 0, at_once: int = 1) -> Bound:
    """The NELBO of windows by a masked model, z drawn as often as it was trained for.

    Parameters
    ----------
    model
        With a latent or without.
    windows
        int [n, L], full; ABSENT behind the end of a text.
    times
        Masks a window; their sizes are stratified.
    seed
        Of masks and z.
    first
        Number of the first window: many may be measured in parts.
    at_once
        Cells of a block that each step writes, each by itself given z; the bound is of texts written so.

    Returns
    -------
    Bound
        A row a window.

    Raises
    ------
    InvalidInput
        Windows that hold what the vocabulary lacks, are empty, or longer than the model's; no times; another kind of
        model.
    """
    x0 = _checked(model, _masked(model, windows), times)
    n, N, cells = rows = _blocks(model, x0)
    m, out = (x0 != ABSENT).reshape(rows).sum(2), []
    for index, row in enumerate(x0, first):
        rng = np.random.default_rng((seed, index))
        masked = opened(np.tile(row, (times, 1)), cells, model.mask_id, rng, at_once)
        out.append((*masked, rng.standard_normal((times, N, model.config.z_width), np.float32)))
    x, weight, normal = (np.concatenate(parts) for parts in zip(*out, strict=True))
    truth, total = np.repeat(x0, times, axis=0), []
    paid = np.repeat(
        steps_of(m, at_once) if _each_step(model) else m > 0, times, axis=0
    )  # how often, the KL of a block
    for part in _parts(model, x):
        terms = model.terms(*(_tensor(model, of[part]) for of in (x, truth, normal)))
        nll = terms.nll.double().cpu().numpy().reshape(-1, *rows[1:]).sum(2)
        total.append((weight[part] * nll + paid[part] * terms.kl.double().sum(2).cpu().numpy()).sum(1))
    return Bound(np.concatenate(total).reshape(n, times).mean(1), _cells(x0))


@torch.no_grad()
def importance(
    model: TextModel, windows: Any, *, latents: int = 8, seed: int = 0, first: int = 0, at_once: int = 1
) -> Bound:
    """The importance-weighted bound with K = `latents` pairs of z and order for every block.

    It takes K times as many evaluations as a block is written in. Parameters and errors are those of `nelbo`.
    """
    x0 = _checked(model, _masked(model, windows), latents)
    n, N, m = _blocks(model, x0)
    size, nats = max(1, _rows_at_once(model, x0.shape[1]) // latents), []
    for begin in range(0, n, size):
        some, drawn = x0[begin : begin + size], []
        for index, row in enumerate(some.reshape(-1, N, m), first + begin):
            rng = np.random.default_rng((seed, index))
            rank = _rank(rng, row, latents)
            drawn.append((rank, rng.standard_normal((latents, m if _each_step(model) else 1, N, model.config.z_width))))
        rank, noise = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        weight = _weights(model, np.repeat(some, latents, axis=0), rank, noise.astype(np.float32), at_once)
        by_block = np.logaddexp.reduce(weight.reshape(-1, latents, N), axis=1) - math.log(latents)
        nats.append(-by_block.sum(1))
    return Bound(np.concatenate(nats), _cells(x0))


def _weights(model: TextModel, x0: Tokens, rank: Tokens, noise: npt.NDArray[np.float32], at_once: int) -> Floats:
    """[n, N] log of p(block | z, order) p(z) / q(z) of texts x0 [n, L]; rank [n, N, m], noise [n, 1 or m, N, Z]."""
    n, N, m = rank.shape
    there = x0.reshape(n, N, m) != ABSENT
    truth, total, z, own = _tensor(model, x0), np.zeros((n, N)), None, there.sum(2, keepdims=True)
    k = steps_of(own, at_once)
    for step in range(int(k.max())):
        before, after = (written_before(np.array(at), own, k) for at in (step, step + 1))
        hidden = (rank >= before) & there
        x = _tensor(model, np.where(hidden, model.mask_id, x0.reshape(n, N, m)).reshape(n, -1))
        if not step or _each_step(model):
            z, ratio = model.weighed(truth, _tensor(model, noise[:, step]), x)
            total += np.where(there.any(2) & hidden.any(2), ratio.double().cpu().numpy(), 0.0)
        log_p = model.logits(x, z, context=truth).double().log_softmax(-1)
        said = log_p.gather(-1, truth.clamp(min=0)[..., None])[..., 0].cpu().numpy().reshape(n, N, m)
        total += np.where((rank < after) & hidden, said, 0.0).sum(2)
    return total


class Use(NamedTuple):
    """What a latent costs and saves, in nats a block: float64 [n], a row a window.

    Attributes
    ----------
    costs
        KL of its posterior from its prior
    saves
        how much less the open cells surprise a decoder that is told it than they would if each cell by itself took the
        mean over what the prior draws; less than nothing where a prior's z says what is not so
    """

    costs: Floats
    saves: Floats


@torch.no_grad()
def latent_use(model: TextModel, windows: Any, *, draws: int = 8, times: int = 2, seed: int = 0) -> tuple[Use, Use]:
    """What z costs and saves: of the NELBO, and where a block is written in one evaluation.

    It lowers a bound where it saves more than it costs. With one open cell it never can; of the NELBO it can by as much
    as the decoder, told nothing, fails to learn; in one evaluation by as much as the cells hang on each other. A latent
    that costs next to nothing is dead.

    Parameters
    ----------
    model
        With a latent.
    windows
        As for `nelbo`.
    draws
        Of the prior, for the mean.
    times
        Masks a window, beside the one that opens all.
    seed
        Of masks and z.

    Examples
    --------
    >>> from vmdsolve.text import TextConfig, TextModel
    >>> model = TextModel(TextConfig(3, length=4, block=2, width=8, heads=2, layers=1, latent=2))
    >>> [use.costs.shape for use in latent_use(model, np.array([[0, 1, 2, 0]]))]
    [(1,), (1,)]
    """
    if not model.config.latent:
        raise InvalidInput("this model has no latent that could cost or save anything")
    x0 = _checked(model, _masked(model, windows), min(draws, times))
    n, N, cells = rows = _blocks(model, x0)
    m, drawn, each_step = (x0 != ABSENT).reshape(rows).sum(2), [], _each_step(model)
    for index, row in enumerate(x0):
        rng = np.random.default_rng((seed, index))
        some = opened(np.tile(row, (times, 1)), cells, model.mask_id, rng)
        start = np.where(row == ABSENT, ABSENT, model.mask_id)[None]
        x, weight = np.concatenate([some.x, start]), np.concatenate([some.weight, m[index : index + 1] > 0])
        normal = rng.standard_normal((times + 1, draws + 1, N, model.config.z_width), np.float32)
        drawn.append((x, weight, normal, np.broadcast_to(start, x.shape)))
    x, weight, normal, start = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    truth, found = np.repeat(x0, times + 1, axis=0), []
    for part in _parts(model, x):
        here, told, begun = (_tensor(model, of[part]) for of in (x, truth, x if each_step else start))
        noise = _tensor(model, normal[part])
        terms, mean = model.terms(here, told, noise[:, 0]), noise.new_full(told.shape, -torch.inf, dtype=torch.float64)
        for k in range(draws):
            z = model.prior_draw(begun, noise[:, k + 1], context=told)
            log_p = model.logits(here, z, context=told).double().log_softmax(-1)
            mean = mean.logaddexp(log_p.gather(-1, told.clamp(min=0)[..., None])[..., 0])
        untold = (math.log(draws) - mean) * ((here == model.mask_id) & (told != ABSENT))
        saves = (untold - terms.nll.double()).view(-1, N, cells).sum(2).cpu().numpy() * weight[part]
        found.append(np.stack([terms.kl.double().sum(2).cpu().numpy() * (weight[part] > 0), saves]))
    costs, saves = np.concatenate(found, axis=1).reshape(2, n, times + 1, N)
    paid, blocks = (m if each_step else m > 0)[:, None], np.maximum((m > 0).sum(1), 1)
    few, whole = slice(0, times), times
    return (
        Use((costs[:, few] * paid).mean(1).sum(1) / blocks, saves[:, few].mean(1).sum(1) / blocks),
        Use(costs[:, whole].sum(1) / blocks, saves[:, whole].sum(1) / blocks),
    )


def summed(bound: Bound, documents: Any) -> Bound:
    """The same by documents: `documents` int [n] says which one each window is of.

    Examples
    --------
    >>> summed(Bound(np.array([1.0, 2.0, 4.0]), np.array([5.0, 5.0, 3.0])), [0, 0, 1]).nats.tolist()
    [3.0, 4.0]
    """
    _, own = np.unique(documents, return_inverse=True)
    cells = np.broadcast_to(bound.cells, bound.nats.shape)
    nats, count = (np.bincount(own, of).astype(np.float64) for of in (bound.nats, cells))
    return Bound(nats, count)


def _rank(rng: np.random.Generator, row: Tokens, copies: int) -> Tokens:
    """[copies, N, m] a random order of the cells of each block of row [N, m]; those that are none come last."""
    return np.where(row == ABSENT, 2.0, rng.random((copies, *row.shape))).argsort(2).argsort(2)


def _each_step(model: TextModel) -> bool:
    return model.config.latent > 0 and model.config.draw == "each_step"


def _masked(model: TextModel, windows: Any) -> Any:
    if model.config.kind != "masked":
        raise InvalidInput("an autoregressive model needs no bound: ask for its exact likelihood")
    return windows


def _checked(model: TextModel, windows: Any, times: int) -> Tokens:
    """Texts as int64 [n, whole blocks]."""
    x0, config = np.asarray(windows), model.config
    if times < 1:
        raise InvalidInput(f"times or latents is {times}; wanted 1 or more")
    if x0.ndim != 2 or not x0.size or x0.dtype.kind not in "iu":
        raise InvalidInput(f"windows have shape {x0.shape} of {x0.dtype}; wanted whole numbers [n, L], at least one")
    if x0.shape[1] > config.length:
        raise InvalidInput(f"windows have {x0.shape[1]:,} tokens; this model takes {config.length:,} at most")
    if x0.min() < ABSENT or x0.max() >= config.symbols or (x0 == ABSENT).all():
        raise InvalidInput(
            f"windows hold tokens {x0.min()} to {x0.max()}; this model knows 0 to {config.symbols - 1:,}"
        )
    missing = -x0.shape[1] % (config.block or 1)
    return np.pad(x0.astype(np.int64), ((0, 0), (0, missing)), constant_values=ABSENT)


def _blocks(model: TextModel, x0: Tokens) -> tuple[int, int, int]:
    """n, N, m: texts, blocks of each, cells of a block."""
    cells = model.config.block or x0.shape[1]
    return len(x0), x0.shape[1] // cells, cells


def _cells(x0: Tokens) -> Floats:
    return np.asarray((x0 != ABSENT).sum(1), np.float64)


def _rows_at_once(model: TextModel, L: int) -> int:
    return max(1, min(CELLS, LOGITS // model.config.symbols) // L)


def _parts(model: TextModel, x: Tokens) -> Iterator[slice]:
    size = _rows_at_once(model, x.shape[1])
    return (slice(begin, begin + size) for begin in range(0, len(x), size))


def _tensor(model: TextModel, array: npt.NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(next(model.parameters()).device)
