"""What the latent says: KL, active units, mutual information, classes in use, and the variance that z explains.

A model whose latent is dead is a plain masked diffusion with extra weights; nothing in its loss tells. This does.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..deadline import Deadline, stop_point, within
from ..errors import InvalidInput
from ..model.batch import Batch
from ..model.latents.distributions import Categorical, Distribution
from ..model.units import Units
from ..model.vmd import VMD
from ..problem import OPEN, Board, Rules

__all__ = ["ACTIVE", "Diagnosis", "diagnose"]

ACTIVE = 0.01  # nats
SHARED = 64  # boards that must share a start before information is conditional on it
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
    units = model.units(rules)
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    posteriors, codes, kls = [], [], []
    starts: list[Board] = []
    left_q = left_p = torch.zeros(0)
    clock = Deadline(seconds)
    with suppress(TimeoutError), within(clock):
        for batch in batches:
            start, x0 = (torch.from_numpy(a.astype(np.int64)).to(device) for a in (batch.start, batch.x0))
            q = model.posterior_of(start, x0, units, likeliest=likeliest)
            z = q.draw(torch.from_numpy(batch.noise).to(device))
            by_q, by_p = _errors(model, units, start, x0, z, loops, generator)
            kls.append(model.prior.divergence(q, z, start, units).cpu())
            left_q, left_p = (by_q, by_p) if not starts else (left_q + by_q, left_p + by_p)
            posteriors.append([part.cpu() for part in q])
            codes.append(z.cpu())
            starts.append(batch.start)
            stop_point()
    if not starts and clock.over:
        raise TimeoutError(f"not one batch of boards was looked at in {clock.seconds:g} s; allow more")
    if not starts:
        raise InvalidInput("there are no boards to diagnose with; give at least one batch")
    kl = torch.cat(kls).mean(0)
    seen = np.concatenate(starts)
    rows = _informed(seen)
    q = type(q)(*(torch.cat(parts)[rows] for parts in zip(*posteriors, strict=True)))
    joint, each = _information(q, torch.cat(codes)[rows])
    used, perplexity = _usage(q) if isinstance(q, Categorical) else ((), ())
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
        explained_cells=tuple(_share(left_q, left_p).tolist()),
    )
    if result.dead:
        log.warning("the latent is dead: no dimension of z tells the network anything")
    return result


def _informed(starts: Board) -> npt.NDArray[np.int64]:
    """Numbers of the boards that share the commonest start, if there are enough; else of all."""
    _, kind, count = np.unique(starts, axis=0, return_inverse=True, return_counts=True)
    rows = np.flatnonzero(kind.reshape(-1) == count.argmax())
    return rows if len(rows) >= SHARED else np.arange(len(starts))


def _errors(
    model: VMD, units: Units, start: Tensor, x0: Tensor, z: Tensor, loops: int | None, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """[L] and [L] squared error of the one-hot open cells: given z, and given the mean over the prior's z."""

    def predict(z: Tensor | None) -> Tensor:
        stop_point()
        logits: Tensor = model(start, units, z, loops)
        return logits.double().softmax(-1).cpu()

    wanted = ((start == OPEN) & (x0 != OPEN)).cpu()
    truth = torch.nn.functional.one_hot(x0.clamp(min=0), units.V).double().cpu()
    draws = torch.stack(
        [
            predict(model.draw(start, units, torch.randn(z.shape, generator=generator).to(z.device)))
            for _ in range(PRIOR_DRAWS)
        ]
    )
    by_q = ((truth - predict(z)) ** 2).sum(-1)
    # The mean of a few draws errs by their variance / their number, for which the true mean would not be blamed.
    by_p = ((truth - draws.mean(0)) ** 2).sum(-1) - draws.var(0).sum(-1) / PRIOR_DRAWS
    return (by_q * wanted).sum(0), (by_p * wanted).sum(0)


def _share(left: Tensor, of: Tensor) -> Tensor:
    """1 - left / of; 0 where there is nothing to explain."""
    return torch.where(of > 1e-9, 1 - left / of.clamp(min=1e-9), torch.zeros_like(of))


def _log_density(q: Distribution, z: Tensor) -> Tensor:
    """[b, n, D] log q_j(z_i) for codes z [b, Z] and n posteriors q."""
    if isinstance(q, Categorical):
        log_q = q.logits.log_softmax(-1)
        return torch.einsum("igc,jgc->ijg", z.view(len(z), *log_q.shape[1:]), log_q)
    scaled = (z[:, None] - q.mean) * torch.exp(-q.log_std)
    return -0.5 * scaled**2 - q.log_std - 0.5 * math.log(2 * math.pi)


def _information(q: Distribution, z: Tensor) -> tuple[float, Tensor]:
    """Mutual information in nats, of all dimensions together and [D] of each, with z [n, Z] drawn from q."""
    n, parts = len(z), []
    for first in range(0, n, 64):
        density = _log_density(q, z[first : first + 64]).double()
        density = torch.cat([density.sum(-1, keepdim=True), density], -1)
        own = density[torch.arange(len(density)), torch.arange(first, first + len(density))]
        parts.append(own - density.logsumexp(1) + math.log(n))
    mean = torch.cat(parts).mean(0)
    return float(mean[0]), mean[1:]


def _usage(q: Categorical) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """For each group: share of its classes that are some board's likeliest; perplexity of the aggregate."""
    classes = q.logits.shape[-1]
    used = [len(best.unique()) / classes for best in q.logits.argmax(-1).T]
    aggregate = q.logits.double().softmax(-1).mean(0)
    return tuple(used), tuple(torch.special.entr(aggregate).sum(-1).exp().tolist())
