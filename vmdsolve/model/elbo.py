"""The ELBO, term by term.

Objective (arXiv 2510.23606, equation of the ELBO; terms returned apart)
    E_t w(t) [ sum over masked cells of -log p(x0_l | x_t, z) + lambda KL(q(z | x0, x_t) || p) ]
    alpha(t) = 1 - t is the probability that a cell is still visible, so w(t) = -alpha'(t) / (1 - alpha(t)) = 1 / t.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ..problem import OPEN

__all__ = ["Terms", "objective", "reconstruction", "weight"]


class Terms(NamedTuple):
    """What the ELBO is made of, one row a board.

    Attributes
    ----------
    nll
        [S, B] sum over masked cells of -log p(x0_l | x_t, z), for each supervised loop, in nats
    kl
        [B, D] KL(q || p) per latent dimension or group, in nats; D = 0 without latent
    masked
        [B] number of masked cells
    """

    nll: Tensor
    kl: Tensor
    masked: Tensor


def reconstruction(logits: Tensor, x: Tensor, x0: Tensor) -> Tensor:
    """[S, B] sum over the open cells of x [B, L] of -log p(x0_l), from logits [S, B, L, V].

    A cell that is open in the answer x0, too, is not there yet (a later block) and costs nothing.
    """
    S, B, L, V = logits.shape
    target = torch.where((x == OPEN) & (x0 != OPEN), x0, -100).expand(S, B, L)  # -100: not a masked cell, costs nothing
    symbols_first = logits.reshape(S * B, L, V).transpose(1, 2)  # five times as fast: torch goes along cells then
    return F.cross_entropy(symbols_first, target.reshape(S * B, L), reduction="none").view(S, B, L).sum(-1)


def weight(t: Tensor) -> Tensor:
    """w(t) = 1 / t for alpha(t) = 1 - t; t in (0, 1], t = 1 fully masked.

    Examples
    --------
    >>> weight(torch.tensor([1.0, 0.5]))
    tensor([1., 2.])
    """
    return 1 / t


def objective(terms: Terms, share: Tensor, w: Tensor, total: Tensor | None = None) -> Tensor:
    """What training minimises: the ELBO's terms of B boards as one mean over masked cells, in nats a cell.

    Parameters
    ----------
    share
        [S] how much each supervised loop counts, summing to 1
    w
        [B] weight of each board: `weight(t)` for the ELBO as written above, ones to count all masked cells alike
    total
        masked cells, each with its board's weight, that the mean is over, where these boards are a part of a batch;
        None: their own

    Examples
    --------
    >>> terms = Terms(torch.tensor([[6.0, 1.0]]), torch.tensor([[0.5], [0.0]]), torch.tensor([3, 1]))
    >>> objective(terms, torch.ones(1), torch.tensor([1.0, 2.0]))
    tensor(1.7000)
    """
    over = w @ terms.masked.to(w.dtype) if total is None else total
    return (share @ (terms.nll @ w) + w @ terms.kl.sum(1)) / over.clamp(min=1)
