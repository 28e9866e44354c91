"""What the latent says: KL, active units, mutual information, classes in use, and the variance that z explains.

A model whose latent is dead is a plain masked diffusion with extra weights; nothing in its loss tells. This does.
"""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..deadline import Deadline, stop_point, within
from ..errors import InvalidInput
from ..model.batch import Batch
from ..model.latents.distributions import Categorical
from ..model.units import Units
from ..model.vmd import VMD
from ..problem import OPEN, Board, Rules
from .information import information, informed, usage
from .predictions import Predict, predictions_of
from .traversal import Embedding, Traversal, embedding_of, traversals_of

__all__ = ["ACTIVE", "Diagnosis", "diagnose"]

ACTIVE = 0.01  # nats
PRIOR_DRAWS = 16

log = logging.getLogger("vmdsolve")
log.addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Diagnosis:
    """What z says about n boards: D dimensions, or groups of classes. Tuples have an entry for each of the D.

    Attributes
    ----------
    boards
        n
    kl
        nats, 0 or more: KL(posterior || prior), mean over boards
    active
        dimensions with a KL above 0.01 nats, 0 to D
    information
        nats: mutual information of z and the board by the aggregate posterior, E_q[log q(z | x0, start) - log mean over
        boards j of q(z | x0_j, start_j)]; 0 up to its limit, but for the error of one draw of z a board
    information_limit
        log(informed): more cannot be seen with so many boards, whatever z says
    information_each
        nats, the same for each dimension alone
    informed
        boards used for information and classes: those that share the commonest start, if they are 64 or more; else all
    conditional
        True: these share one start, and information is I(x0; z | start); False: their starts differ, and it is I(x0 and
        start; z), which counts what the start says
    classes
        C; 0: the latent is Gaussian
    used
        share of the C classes that are some informed board's likeliest, 1 / C to 1; empty if Gaussian
    perplexity
        of the aggregate posterior, 1 to C: how many classes are in even use; empty if Gaussian
    explained
        share of variance of the open cells, one-hot, that z explains: 1 - E |x0 - p(. | start, z)|^2 / E |x0 - m(. |
        start)|^2, with z from the posterior, p the model's prediction with nothing visible but the start, and m the
        mean of p over the prior's z (16 draws, their spread taken off). Where the model is right, m = E[x0 | start],
        and this is 1 - E Var(x0 | start, z) / Var(x0 | start). 1: z says all; 0: nothing; below: z misleads
    explained_cells
        the same for each of the L cells; 0 where no board leaves anything to explain
    predicted
        boards used for these two
    embedding
        all n posteriors as points in a plane
    traversals
        what changes as one dimension or group of the first board's z does; the four of greatest KL, that first
    """

    boards: int
    kl: tuple[float, ...]
    active: int
    information: float
    information_limit: float
    information_each: tuple[float, ...]
    informed: int
    conditional: bool
    classes: int
    used: tuple[float, ...]
    perplexity: tuple[float, ...]
    explained: float
    explained_cells: tuple[float, ...]
    predicted: int
    embedding: Embedding
    traversals: tuple[Traversal, ...]

    @property
    def dead(self) -> bool:
        """True if z is of no use: no dimension is active, or together they hold no more than 0.01 nats about the board.

        A learned prior that is badly fitted can have KL where the posterior says nothing; hence both.
        """
        return not self.active or self.information <= ACTIVE


@torch.no_grad()
def diagnose(
    model: VMD,
    rules: Rules,
    batches: Iterable[Batch],
    *,
    likeliest: bool = False,
    loops: int | None = None,
    seed: int = 0,
    seconds: float | None = None,
    predicted: int | None = None,
) -> Diagnosis:
    """Look at the latent of a model. If it is dead, the logger "vmdsolve" warns.

    Parameters
    ----------
    model
        Anything with a learned posterior.
    rules
        Of the boards.
    batches
        Boards as it is trained on, such as those of `Stream`. Their x_t is not used: all is seen from the start.
    likeliest
        Whether z is the posterior's likeliest classes, as at the end of a training that settles.
    loops
        Applications of the block; None: what the model was made for.
    seed
        Of the prior's draws.
    seconds
        For all of it: batches that are not done by then are left out; None: no limit.
    predicted
        Boards at most that are predicted, 17 times each, to see what z explains: most of the work; None: all.

    Returns
    -------
    Diagnosis

    Raises
    ------
    ModelMismatch
        The model has no latent, or one without learned posterior, or a Gaussian one cannot be at its likeliest.
    InvalidInput
        There are no boards.
    TimeoutError
        Not one batch was done in time.
    """
    units, predict = model.units(rules), predictions_of(model, rules, loops)
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    posteriors, codes, kls = [], [], []
    starts: list[Board] = []
    answers: list[Board] = []
    left_q = left_p = torch.zeros(rules.L, dtype=torch.float64)
    most, looked = sys.maxsize if predicted is None else predicted, 0
    clock = Deadline(seconds)
    with suppress(TimeoutError), within(clock):
        for batch in batches:
            start, x0 = (torch.from_numpy(a.astype(np.int64)).to(device) for a in (batch.start, batch.x0))
            q = model.posterior_of(start, x0, units, likeliest=likeliest)
            z = q.draw(torch.from_numpy(batch.noise).to(device))
            n = min(len(x0), most - looked)
            if n:
                by_q, by_p = _errors(predict, model, units, start[:n], x0[:n], z[:n], generator)
                left_q, left_p, looked = left_q + by_q, left_p + by_p, looked + n
            kls.append(model.prior.divergence(q, z, start, units).cpu())
            posteriors.append([part.cpu() for part in q])
            codes.append(z.cpu())
            starts.append(batch.start)
            answers.append(batch.x0)
            stop_point()
    if not starts and clock.over:
        raise TimeoutError(f"not one batch of boards was looked at in {clock.seconds:g} s; allow more")
    if not starts:
        raise InvalidInput("there are no boards to diagnose with; give at least one batch")
    kl = torch.cat(kls).mean(0)
    seen = np.concatenate(starts)
    rows = informed(seen)
    every = type(q)(*(torch.cat(parts) for parts in zip(*posteriors, strict=True)))
    q = type(q)(*(part[rows] for part in every))
    joint, each = information(q, torch.cat(codes)[rows])
    used, perplexity = usage(q) if isinstance(q, Categorical) else ((), ())
    explained = _share(left_q, left_p)
    x0, first = torch.from_numpy(np.concatenate(answers)), torch.from_numpy(seen[0].astype(np.int64))
    result = Diagnosis(
        boards=len(seen),
        kl=tuple(kl.tolist()),
        active=int((kl > ACTIVE).sum()),
        information=joint,
        information_limit=math.log(len(rows)),
        information_each=tuple(each.tolist()),
        informed=len(rows),
        conditional=bool((seen[rows] == seen[rows[0]]).all()),
        classes=model.config.classes,
        used=used,
        perplexity=perplexity,
        explained=float(_share(left_q.sum(), left_p.sum())),
        explained_cells=tuple(explained.tolist()),
        predicted=looked,
        embedding=embedding_of(every, x0, int(explained.argmax())),
        traversals=traversals_of(every, kl, first, predict, device),
    )
    if result.dead:
        log.warning("the latent is dead: no dimension of z tells the network anything")
    return result


def _errors(
    predict: Predict, model: VMD, units: Units, start: Tensor, x0: Tensor, z: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """[L] and [L] squared error of the one-hot open cells: given z, and given the mean over the prior's z."""

    wanted = ((start == OPEN) & (x0 != OPEN)).cpu()
    truth = torch.nn.functional.one_hot(x0.clamp(min=0), units.V).double().cpu()
    draws = torch.stack(
        [
            predict(start, _drawn(model, start, units, torch.randn(z.shape, generator=generator).to(z.device)))
            for _ in range(PRIOR_DRAWS)
        ]
    )
    by_q = ((truth - predict(start, z)) ** 2).sum(-1)
    # The mean of a few draws errs by their variance / their number, for which the true mean would not be blamed.
    by_p = ((truth - draws.mean(0)) ** 2).sum(-1) - draws.var(0).sum(-1) / PRIOR_DRAWS
    return (by_q * wanted).sum(0), (by_p * wanted).sum(0)


def _drawn(model: VMD, x: Tensor, units: Units, noise: Tensor) -> Tensor:
    z = model.draw(x, units, noise)
    assert z is not None  # there is a posterior, so there is a latent
    return z


def _share(left: Tensor, of: Tensor) -> Tensor:
    """1 - left / of; 0 where there is nothing to explain."""
    return torch.where(of > 1e-9, 1 - left / of.clamp(min=1e-9), torch.zeros_like(of))
