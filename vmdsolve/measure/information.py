"""How much posteriors of many boards tell z apart: mutual information, and classes in use."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..model.latents.distributions import Categorical, Distribution
from ..problem import Board

__all__ = ["SHARED", "densities", "information", "informed", "usage"]

SHARED = 64  # boards that must share a start before information is conditional on it


def informed(starts: Board) -> npt.NDArray[np.int64]:
    """Numbers of the boards that share the commonest start, if there are enough; else of all."""
    _, kind, count = np.unique(starts, axis=0, return_inverse=True, return_counts=True)
    rows = np.flatnonzero(kind.reshape(-1) == count.argmax())
    return rows if len(rows) >= SHARED else np.arange(len(starts))


def information(q: Distribution, z: Tensor) -> tuple[float, Tensor]:
    """Mutual information in nats, of all dimensions together and [D] of each, with z [n, Z] drawn from q."""
    n, parts = len(z), []
    for first in range(0, n, 64):
        density = densities(q, z[first : first + 64]).double()
        density = torch.cat([density.sum(-1, keepdim=True), density], -1)
        own = density[torch.arange(len(density)), torch.arange(first, first + len(density))]
        parts.append(own - density.logsumexp(1) + math.log(n))
    mean = torch.cat(parts).mean(0)
    return float(mean[0]), mean[1:]


def densities(q: Distribution, z: Tensor) -> Tensor:
    """[b, n, D] log q_j(z_i) for codes z [b, Z] and n posteriors q."""
    if isinstance(q, Categorical):
        log_q = q.logits.log_softmax(-1)
        return torch.einsum("igc,jgc->ijg", z.view(len(z), *log_q.shape[1:]), log_q)
    scaled = (z[:, None] - q.mean) * torch.exp(-q.log_std)
    return -0.5 * scaled**2 - q.log_std - 0.5 * math.log(2 * math.pi)


def usage(q: Categorical) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """For each group: share of its classes that are some board's likeliest; perplexity of the aggregate."""
    classes = q.logits.shape[-1]
    used = [len(best.unique()) / classes for best in q.logits.argmax(-1).T]
    aggregate = q.logits.double().softmax(-1).mean(0)
    return tuple(used), tuple(torch.special.entr(aggregate).sum(-1).exp().tolist())
