"""Where a model's law of one evaluation leaves the law of a problem: three gaps, in nats.

The model draws z from its prior p(z), then every open cell by itself from its decoder p(x0 | z). Let the law be P(x0),
q(z | x0) a posterior, q(z) its mean over the law, and q(x0 | z) = P(x0) q(z | x0) / q(z): what z stands for. All is
given what the problem shows.

    decoder     E KL(q(x0 | z) || p(x0 | z)), z from q(z): what the decoder says else than what z stands for
        unsaid      of it: how much cells still hang on each other once z is known. No decoder that fills them apart can
                    say that: z tells too little
        misfit      of it: the rest, cell by cell; a better decoder would say it
    prior       KL(q(z) || p(z)): codes that the prior draws too seldom, or that stand for no answer
    posterior   E KL(q(z | x0) || p(z | x0)), x0 from P: how far the posterior is from the one that the model implies

    what training minimises, as its bound has it = entropy of the law + decoder + prior
    KL(law || model)                             = decoder + prior - posterior

A latent without a learned posterior, and a model without latent, are measured by the posterior that the model implies,
p(z | x0): then nothing is lost to it. The two sums are those of Hoffman and Johnson, ELBO surgery (2016).
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..deadline import Deadline, stop_point, within
from ..domains import Domain
from ..errors import InvalidInput
from ..model.config import CODES
from ..model.units import Units
from ..model.vmd import VMD
from ..problem import OPEN, Board, Rules
from .information import densities
from .law import Law, law_of
from .predictions import logits_of

__all__ = ["Gaps", "gaps", "gaps_of"]

Floats = npt.NDArray[np.float64]
TRIED, LISTED = 4, 2000  # boards that are looked at for one whose answers are few enough, and how few
ROWS = 512  # boards a network call; memory only
NEVER = -1e9  # logarithm of a chance that is none; finite, for it is multiplied by zeros


@dataclass(frozen=True)
class Gaps:
    """Gaps of one problem, in nats a board; the file's text says what they are.

    Attributes
    ----------
    answers
        S, answers of the law
    entropy
        of the law
    decoder, prior
        0 or more, but for the error of the draws
    unsaid, misfit
        parts of `decoder`, which is their sum
    posterior
        0 or more, but for that error; None: there is no learned posterior, and it is the model's own
    kl
        KL(law || model) = decoder + prior - posterior; infinite where an answer never came, as `prior` then is
    error
        standard error of `kl`, by the draws of z
    floor
        what of `kl` is there because draws are few: it falls as one over their number
    draws
        of z; 1 where there is no latent
    """

    answers: int
    entropy: float
    decoder: float
    unsaid: float
    misfit: float
    prior: float
    posterior: float | None
    kl: float
    error: float
    floor: float
    draws: int


@torch.no_grad()
def gaps(
    model: VMD,
    rules: Rules,
    law: Law,
    start: Board | None = None,
    *,
    draws: int = 4096,
    likeliest: bool = False,
    loops: int | None = None,
    seed: int = 0,
) -> Gaps:
    """The gaps of a model for one problem whose answers are all known.

    Parameters
    ----------
    model
        With a latent, or with none.
    rules
        Of the problem.
    law
        Its S answers and how likely each is.
    start
        int32 [L], what the problem shows; None: nothing.
    draws
        Of z; each is an evaluation of the network. Without a learned posterior many are needed for each answer: `floor`
        says how much a few distort.
    likeliest
        Whether z is the posterior's likeliest classes, as at the end of a training that settles.
    loops
        Applications of the block; None: what the model was made for.
    seed
        Of the draws.

    Returns
    -------
    Gaps

    Raises
    ------
    InvalidInput
        Answers that are none to the start, a start with nothing open, or fewer than 2 draws.
    ModelMismatch
        The model is not for these rules, or a Gaussian posterior cannot be at its likeliest.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.measure.law import law_of
    >>> from vmdsolve.model.checkpoint import packaged
    >>> domain = get("sudoku-4x4")
    >>> found = gaps(packaged(domain), domain.rules, law_of(domain), draws=2048)
    >>> found.answers, found.posterior, found.unsaid < 0.1
    (288, None, True)

    References
    ----------
    Hoffman, Johnson, ELBO surgery: yet another way to carve up the variational evidence lower bound, 2016.
    """
    start = np.full(rules.L, OPEN, np.int32) if start is None else np.ascontiguousarray(start, np.int32)
    opened = start == OPEN
    if draws < 2 or not opened.any() or not ((law.boards == start) | opened).all():
        raise InvalidInput("gaps are of a problem with open cells, of its own answers, and by 2 draws of z or more")
    law = Law(law.boards[law.p > 0], law.p[law.p > 0])
    units = model.units(rules)
    hot = np.eye(rules.V)[law.boards[:, opened]].reshape(len(law.p), -1)
    log_q: Floats | None = None
    log_prior: Floats | None = None
    z: Tensor | None
    if model.config.latent and model.config.prior in CODES:
        z, log_q, log_prior = _codes(model, units, law, start, draws, likeliest, seed)
    else:
        z = _drawn(model, units, start, draws if model.config.latent else 1, seed)
    log_p = _said(model, rules, start, z, loops)[:, opened].reshape(-1, hot.shape[1]) @ hot.T
    return _parts(law.p, hot.reshape(len(law.p), -1, rules.V), log_p, log_q, log_prior)


def gaps_of(
    model: VMD,
    domain: Domain,
    starts: Board,
    *,
    draws: int = 2048,
    likeliest: bool = False,
    loops: int | None = None,
    seed: int = 0,
    seconds: float | None = None,
) -> Gaps | None:
    """The gaps of the emptiest of some boards int32 [n, L] that has 2 answers or more, and no more than 2,000.

    None: of the four emptiest none is such, or there was no time for it. All else is as for `gaps`.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.model.checkpoint import packaged
    >>> domain = get("sudoku-4x4")
    >>> starts = np.full((2, 16), -1, np.int32)
    >>> starts[0, :3] = 0, 1, 2
    >>> found = gaps_of(packaged(domain), domain, starts, draws=64)
    >>> found.answers
    288
    """
    distinct = np.unique(starts, axis=0)
    emptiest = distinct[np.argsort(-(distinct == OPEN).sum(1), kind="stable")][:TRIED]
    with suppress(TimeoutError), within(Deadline(seconds)):
        for start in emptiest:
            stop_point()
            try:
                law = law_of(domain, start, limit=LISTED)
            except InvalidInput:  # too many answers, or none
                continue
            if len(law.p) > 1:
                return gaps(model, domain.rules, law, start, draws=draws, likeliest=likeliest, loops=loops, seed=seed)
    return None


def _codes(
    model: VMD, units: Units, law: Law, start: Board, draws: int, likeliest: bool, seed: int
) -> tuple[Tensor, Floats, Floats]:
    """z [n, Z], its first half from the mean posterior, the rest from the prior; log q(z | x0) [n, S], log p(z) [n]."""
    device, rng = next(model.parameters()).device, np.random.default_rng((seed, 1))
    half = -(-draws // 2)
    x0 = torch.from_numpy(law.boards.astype(np.int64)).to(device)
    q = model.posterior_of(_seen(start, len(x0), device), x0, units, likeliest=likeliest)
    rows = np.searchsorted(law.p.cumsum(), (np.arange(half) + rng.random()) / half).clip(max=len(x0) - 1)
    noise = torch.from_numpy(rng.standard_normal((half, model.z_width(units)), np.float32)).to(device)
    own = type(q)(*(part[torch.from_numpy(rows).to(device)] for part in q))
    prior = _drawn(model, units, start, half, seed)
    assert prior is not None  # there is a posterior, so there is a latent
    z = torch.cat([own.draw(noise), prior])
    every, by_prior = type(q)(*(part.cpu() for part in q)), []
    log_q = [densities(every, part).sum(-1).double() for part in _pieces(z.cpu(), 64)]
    for part in _pieces(z):
        by_prior.append(model.prior.log_density(part, _seen(start, len(part), device), units).double().cpu())
    return z, torch.cat(log_q).numpy(), torch.cat(by_prior).numpy()


def _drawn(model: VMD, units: Units, start: Board, n: int, seed: int) -> Tensor | None:
    """z [n, Z] from the prior; None without latent."""
    device = next(model.parameters()).device
    noise = np.random.default_rng((seed, 0)).standard_normal((n, model.z_width(units)), np.float32)
    parts = []
    for some in _pieces(torch.from_numpy(noise).to(device)):
        stop_point()
        parts.append(model.draw(_seen(start, len(some), device), units, some))
    return None if parts[0] is None else torch.cat([part for part in parts if part is not None])


def _said(model: VMD, rules: Rules, start: Board, z: Tensor | None, loops: int | None) -> Floats:
    """[n, L, V] logarithms of what the decoder says in one evaluation, for each z."""
    says, device, out = logits_of(model, rules, loops), next(model.parameters()).device, []
    for part in (None,) if z is None else _pieces(z):
        x = _seen(start, 1 if part is None else len(part), device)
        log_p = says(x, part).double().cpu().log_softmax(-1)
        held = model.latent.condition(x, part)[0].cpu()  # cells of z are filled as it has them
        told = torch.nn.functional.one_hot(held.clamp(min=0), rules.V) > 0
        log_p = torch.where((held == OPEN)[..., None], log_p, torch.where(told, 0.0, NEVER))
        out.append(log_p.clamp(min=NEVER).numpy())
    return np.concatenate(out)


def _pieces(z: Tensor, rows: int = ROWS) -> list[Tensor]:
    return [z[first : first + rows] for first in range(0, len(z), rows)]


def _seen(start: Board, n: int, device: torch.device) -> Tensor:
    return torch.from_numpy(start.astype(np.int64)).to(device).expand(n, -1)


def _parts(p: Floats, hot: Floats, log_p: Floats, log_q: Floats | None, log_prior: Floats | None) -> Gaps:
    """The gaps from what was said.

    Parameters
    ----------
    p
        [S] the law
    hot
        [S, O, V] its answers' open cells, one-hot
    log_p
        [n, S] log p(x0 | z) of each draw of z and answer
    log_q, log_prior
        [n, S] log q(z | x0) and [n] log p(z), where the first half of the draws is from the mean posterior and the rest
        from the prior; None: all are from the prior, and the posterior is the model's own
    """
    n, S = log_p.shape
    entropy, log_law = float(-(p * np.log(p)).sum()), np.log(p)
    by_q = None if log_q is None else np.logaddexp.reduce(log_law + log_q, axis=1)  # log q(z)
    bend = np.zeros(n)  # log of prior / what z is drawn from; the half of the mean posterior bounds it by log 2
    if by_q is not None:
        bend = np.log(2) - np.logaddexp(0.0, by_q - log_prior)
    came = (log_p > NEVER / 2).any(axis=0)
    share = np.where(came, p, 0.0) / max(p[came].sum(), 1e-300)
    log_p = np.where(log_p > NEVER / 2, log_p, -np.inf)
    likely = np.where(came, np.logaddexp.reduce(log_p + bend[:, None], axis=0) - np.log(n), 0.0)  # [S] log p(x0)
    ratio = np.exp(log_p + bend[:, None] - likely)  # [n, S], of mean 1 over draws
    each = ratio @ share
    kl = float((share * (np.log(np.maximum(share, 1e-300)) - likely)).sum())
    if by_q is None:  # Bayes: the model's own posterior
        weight, apart = each / n, np.log(np.maximum(each, 1e-300))
        stands = share * ratio / np.maximum(each, 1e-300)[:, None]
    else:
        weight, apart = np.where(np.arange(n) < n // 2, 2 / n, 0.0), by_q - log_prior
        stands = np.exp(log_law + log_q - by_q[:, None])  # [n, S] the answers that z stands for
    inside = np.where(stands > 0, stands * (np.log(np.maximum(stands, 1e-300))), 0.0).sum(axis=1)  # less entropy
    missed = inside - np.where(stands > 0, stands * np.where(np.isfinite(log_p), log_p, NEVER), 0.0).sum(axis=1)
    cells = (stands @ hot.reshape(S, -1)).reshape(n, *hot.shape[1:])
    alone = -np.where(cells > 0, cells * np.log(np.maximum(cells, 1e-300)), 0.0).sum(axis=(1, 2))
    decoder, unsaid, prior = (float(weight @ part) for part in (missed, alone + inside, apart))
    whole = bool(came.all())
    kl, prior = (kl, prior if by_q is not None else max(0.0, prior)) if whole else (math.inf, math.inf)
    return Gaps(
        answers=S, entropy=entropy, decoder=decoder, unsaid=unsaid, misfit=decoder - unsaid, prior=prior,
        posterior=None if by_q is None else decoder + prior - kl, kl=kl,
        error=float(each.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0,
        floor=max(0.0, float(share @ (ratio**2).mean(axis=0) - 1) / (2 * n)), draws=n,
    )  # fmt: skip
