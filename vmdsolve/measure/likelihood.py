"""How likely a model finds given boards: two upper bounds of -log p(x0), the loss in nats.

p is the law of ancestral sampling: z from the prior, then one cell after another in random order, each drawn from
p(x0_l | what is visible, z). With z drawn once,

    nelbo       E_q E_n [ (L / n) sum over n masked cells of -log p(x0_l | x_t, z) ] + KL(q || prior)
                n uniform on 1 .. L, the masked cells any n. This is the ELBO's integral over t with w(t) = 1 / t, for
                t is to n as an expectation to its outcome; n is stratified, which takes the variance between times away
    importance  -log 1/K sum over k of prior(z_k) / q(z_k) * product over cells of p(x0_l | the cells before l, z_k)
                each z_k with an order of its own (Burda et al. 2016, for z and order at once). K = 1 is the nelbo, one
                order a board; more K come closer to -log p(x0)

With z drawn at each step, as the paper trains, every step pays its own KL(q(z | x0, x_t) || prior(z | x_t)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..errors import InvalidInput, ModelMismatch
from ..model.elbo import reconstruction
from ..model.latents import Learning
from ..model.vmd import VMD
from ..problem import OPEN, Board, Rules
from .predictions import logits_of

__all__ = ["Bound", "importance", "nelbo"]

Floats = npt.NDArray[np.float64]
ROWS = 256  # boards a network call; memory only


@dataclass(frozen=True)
class Bound:
    """Estimates for n boards, or texts.

    Attributes
    ----------
    nats
        float64 [n], each an estimate of an upper bound of -log p(x0)
    cells
        L; of answers to problems, how many cells are open, on average; or float64 [n], of each its own: cells, or what
        else is counted by, such as characters
    """

    nats: Floats
    cells: float | Floats

    @property
    def per_cell(self) -> float:
        """Nats a cell, of all boards together.

        Examples
        --------
        >>> round(Bound(np.array([2.0, 4.0]), 3).per_cell, 6), Bound(np.ones(2), np.array([1.0, 3.0])).per_cell
        (1.0, 0.5)
        """
        return float(self.nats.mean()) / float(np.mean(self.cells))

    @property
    def count(self) -> int:
        """Cells of all boards."""
        return round(len(self.nats) * float(np.mean(self.cells)))

    @property
    def error(self) -> float:
        """Standard error of `per_cell`: boards, masks and z are drawn; NaN for one board. Where boards differ in cells
        it is that of a ratio of means.
        """
        if len(self.nats) < 2:
            return math.nan
        off = self.nats - self.per_cell * self.cells
        return float(off.std(ddof=1)) / math.sqrt(len(off)) / float(np.mean(self.cells))

    @property
    def bits(self) -> float:
        """Bits a cell."""
        return self.per_cell / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp of nats a cell; its standard error is `perplexity * error`. Infinity beyond what a float holds."""
        return math.exp(self.per_cell) if self.per_cell < 700 else math.inf


@torch.no_grad()
def nelbo(
    model: VMD,
    rules: Rules,
    boards: Board,
    *,
    times: int = 8,
    draw: str | None = None,
    loops: int | None = None,
    seed: int = 0,
    given: Board | None = None,
    first: int = 0,
) -> Bound:
    """The NELBO of full boards, or of the answers to problems.

    Parameters
    ----------
    model
        With a latent that has a density, or with none.
    rules
        Of the boards.
    boards
        int32 [n, L], full.
    times
        Masks a board, their sizes stratified; 1 or more.
    draw
        "once" or "each_step": how often sampling draws z; None: as the model says.
    loops
        Applications of the block; None: what the model was made for.
    seed
        Of masks and z.
    given
        int32 [n, L], the problems that the boards are answers to: p is the law of what is open, given the rest. None:
        nothing is given.
    first
        Number of the first board: many may be measured in parts.

    Returns
    -------
    Bound

    Raises
    ------
    InvalidInput
        Boards that are not full, no times, or problems that are not theirs, or that leave nothing open.
    ModelMismatch
        A latent of cells asked.
    """
    draw = model.config.sampling.draw if draw is None else draw
    answers, _ = _checked(model, boards, times, draw)
    starts = _starts(answers, given)
    units, said = model.units(rules), logits_of(model, rules, loops)
    Z = model.z_width(units)
    out = []
    for index, (answer, start) in enumerate(zip(answers, starts, strict=True), first):
        rng = np.random.default_rng((seed, index))
        opened = np.flatnonzero(start == OPEN)
        m = len(opened)
        n = 1 + np.minimum(m - 1, (m * (np.arange(times) + rng.random(times)) / times).astype(np.int64))
        rank = rng.random((times, m)).argsort(axis=1).argsort(axis=1)
        x0 = np.repeat(answer[None], times, axis=0)
        x = x0.copy()
        x[:, opened] = np.where(rank < n[:, None], OPEN, x0[:, opened])
        out.append((x, x0, np.repeat(start[None], times, axis=0), m / n, rng.standard_normal((times, Z))))
    x, x0, begun, weight, noise = (np.concatenate(parts) for parts in zip(*out, strict=True))
    cells = (starts == OPEN).sum(axis=1)
    nll, kl = [], []
    for start in range(0, len(x), ROWS):
        part = slice(start, start + ROWS)
        tokens, truth, normal = _tensors(model, x[part], x0[part], noise[part])
        seen = torch.from_numpy(begun[part].astype(np.int64)).to(tokens.device) if draw == "once" else tokens
        z, divergence = model.latent.terms(seen, truth, units, normal, Learning(loops=loops))
        logits = said(tokens, z).to(tokens.device)[None]
        nll.append(reconstruction(logits, tokens, truth)[0].double().cpu().numpy())
        kl.append(divergence.sum(1).double().cpu().numpy())
    paid = np.concatenate(kl) * (1 if draw == "once" else np.repeat(cells, times))
    each = (weight * np.concatenate(nll) + paid).reshape(len(answers), times)
    return Bound(each.mean(axis=1), float(cells.mean()))


def _starts(answers: Board, given: Board | None) -> Board:
    """[n, L] what is visible from the start."""
    if given is None:
        return np.full_like(answers, OPEN)
    if given.shape != answers.shape or ((given != OPEN) & (given != answers)).any():
        raise InvalidInput(f"problems {given.shape} must be those that the boards {answers.shape} are answers to")
    if (full := np.flatnonzero((given != OPEN).all(axis=1))).size:
        raise InvalidInput(f"problem {full[0] + 1} of {len(given)} is full: nothing in it is left to be likely")
    return given


@torch.no_grad()
def importance(
    model: VMD,
    rules: Rules,
    boards: Board,
    *,
    latents: int = 8,
    draw: str | None = None,
    loops: int | None = None,
    seed: int = 0,
) -> Bound:
    """The importance-weighted bound with K = `latents` pairs of z and order; L network evaluations each.

    Parameters and errors are those of `nelbo`.
    """
    draw = model.config.sampling.draw if draw is None else draw
    answers, L = _checked(model, boards, latents, draw)
    units = model.units(rules)
    Z = model.z_width(units)
    out = []
    for index, answer in enumerate(answers):
        rng = np.random.default_rng((seed, index))
        rank = rng.random((latents, L)).argsort(axis=1).argsort(axis=1)
        draws = 1 if draw == "once" else L
        noise = np.repeat(rng.standard_normal((latents, draws, Z)), L // draws, axis=1)
        x0 = np.broadcast_to(answer, (latents * L, L))
        before = rank[:, None] < np.arange(L)[:, None]  # [K, step, L] cells that are visible at this step
        x = np.where(before.reshape(-1, L), x0, OPEN)
        next_cell = rank.argsort(axis=1).reshape(-1)
        log_p = np.empty(len(x))
        ratio = np.empty(len(x))
        for start in range(0, len(x), ROWS):
            part = slice(start, start + ROWS)
            tokens, truth, normal = _tensors(model, x[part], x0[part], noise.reshape(len(x), -1)[part])
            seen = torch.full_like(tokens, OPEN) if draw == "once" else tokens
            z, weights = model.latent.weighed(seen, truth, units, normal)
            ratio[part] = weights.double().cpu().numpy()
            logits = model(tokens, units, z, loops).double().log_softmax(-1).cpu().numpy()
            cells = next_cell[part]
            log_p[part] = logits[np.arange(len(cells)), cells, answer[cells]]
        paid = ratio.reshape(latents, L)[:, :draws].sum(axis=1)
        total = log_p.reshape(latents, L).sum(axis=1) + paid
        out.append(math.log(latents) - float(np.logaddexp.reduce(total)))
    return Bound(np.array(out), L)


def _checked(model: VMD, boards: Board, times: int, draw: str) -> tuple[Board, int]:
    if not model.latent.likely:
        raise ModelMismatch("a latent of cells asked has no density to weigh; likelihood is for the other priors")
    if draw not in ("once", "each_step"):
        raise InvalidInput(f"draw is {draw!r}; wanted 'once' or 'each_step'")
    if times < 1:
        raise InvalidInput(f"times or latents is {times}; wanted 1 or more")
    if boards.ndim != 2 or not len(boards) or (boards < 0).any():
        raise InvalidInput(f"boards {boards.shape} must be full boards [n, L], at least one")
    return boards, boards.shape[1]


def _tensors(model: VMD, x: Board, x0: Board, noise: Floats) -> tuple[Tensor, Tensor, Tensor]:
    device = next(model.parameters()).device
    tokens, truth = (torch.from_numpy(np.ascontiguousarray(a, np.int64)).to(device) for a in (x, x0))
    return tokens, truth, torch.from_numpy(np.asarray(noise, np.float32)).to(device)
