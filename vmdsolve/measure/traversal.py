"""z to look at: boards as points in a plane, and one board as one dimension or group of its z changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ..model.latents.distributions import Categorical, Distribution
from ..problem import OPEN
from .predictions import Predict

__all__ = ["Embedding", "Traversal", "embedding_of", "traversals_of"]

DEVIATIONS = (-2.0, -1.0, 0.0, 1.0, 2.0)
NOTHING = 1e-6  # variance of all posteriors together
MOST_CLASSES, RARE = 12, 0.01  # of one group; share of the boards
MOST = 4  # dimensions or groups


@dataclass(frozen=True)
class Embedding:
    """Posteriors of n boards in the plane in which they differ most: the first two principal components.

    Attributes
    ----------
    points
        n pairs: the posterior's mean, or its classes' probabilities, seen in that plane
    shares
        of the variance of all n, along the plane's two axes; 0 and 0: the boards do not differ at all
    cell
        the cell of which z explains most
    symbols
        n numbers, what each board's answer has there; -1: nothing yet
    """

    points: tuple[tuple[float, float], ...]
    shares: tuple[float, float]
    cell: int
    symbols: tuple[int, ...]


@dataclass(frozen=True)
class Traversal:
    """What becomes of one board's prediction as one dimension or group of z changes, the others being as its posterior.

    Attributes
    ----------
    dimension
        number of the dimension, or group
    values
        what it takes, one after another: up to two deviations of all posteriors from their mean; or the classes that
        are most in use
    boards
        for each value the board [L] of likeliest symbols, givens as they are
    moved
        for each value and cell [L], 0 to 1: total variation distance of the cell's prediction from that at the
        posterior's own z; 0 where the cell is given
    """

    dimension: int
    values: tuple[float, ...]
    boards: tuple[tuple[int, ...], ...]
    moved: tuple[tuple[float, ...], ...]

    @cached_property
    def changed(self) -> tuple[int, ...]:
        """For each value, cells whose likeliest symbol is another than at the first value."""
        return tuple(sum(a != b for a, b in zip(board, self.boards[0], strict=True)) for board in self.boards)

    @cached_property
    def most(self) -> float:
        """Mean distance over the cells at the value that moves them most, 0 to 1."""
        return max(sum(cells) / len(cells) for cells in self.moved)


def embedding_of(q: Distribution, x0: Tensor, cell: int) -> Embedding:
    """Of posteriors of n boards with answers x0 [n, L]."""
    rows = q.logits.softmax(-1).flatten(1) if isinstance(q, Categorical) else q.mean
    rows = rows.double() - rows.double().mean(0)
    rows = torch.cat([rows, rows.new_zeros(len(rows), 2)], 1)  # two axes there are, whatever D is
    _, lengths, axes = torch.linalg.svd(rows, full_matrices=False)
    axes = axes * axes.gather(1, axes.abs().argmax(1, keepdim=True)).sign()  # an axis has no sign of its own
    if len(axes) < 2:
        axes, lengths = axes.repeat(2, 1) * torch.tensor([[1.0], [0.0]]), torch.cat([lengths, lengths.new_zeros(1)])
    variance = lengths.square() / len(rows)
    shares = (variance / variance.sum() * (variance.sum() > NOTHING))[:2].nan_to_num().tolist()
    points = (rows @ axes[:2].T).tolist()
    return Embedding(tuple((a, b) for a, b in points), (shares[0], shares[1]), cell, tuple(x0[:, cell].tolist()))


def traversals_of(
    q: Distribution, kl: Tensor, start: Tensor, predict: Predict, device: torch.device
) -> tuple[Traversal, ...]:
    """Of the first of n boards, given their posteriors, its start [L], and KL [D]; those of greatest KL first."""
    return tuple(
        _traversal(q, d, start, predict, device) for d in kl.argsort(descending=True, stable=True)[:MOST].tolist()
    )


def _traversal(q: Distribution, d: int, start: Tensor, predict: Predict, device: torch.device) -> Traversal:
    if isinstance(q, Categorical):
        own = q.likeliest()[0].to(q.logits.dtype)  # [G, C]
        use = q.logits[:, d].softmax(-1).mean(0)
        used = max(2, min(MOST_CLASSES, int((use > RARE).sum())))
        values = use.argsort(descending=True, stable=True)[:used].sort().values
        z = own.repeat(len(values), 1, 1)
        z[:, d] = torch.nn.functional.one_hot(values, q.logits.shape[-1]).to(z.dtype)
        z, own = z.flatten(1), own.flatten()
    else:
        own = q.mean[0]
        mean, spread = q.mean[:, d], (2 * q.log_std[:, d]).exp()
        deviation = (spread.mean() + mean.var(correction=0)).sqrt()
        values = mean.mean() + deviation * torch.tensor(DEVIATIONS)
        z = own.repeat(len(values), 1)
        z[:, d] = values
    x = start.cpu().expand(len(values) + 1, -1).contiguous()
    p = predict(x.to(device), torch.cat([own[None], z]).to(device))
    opened = x[0] == OPEN
    boards = torch.where(opened, p[1:].argmax(-1), x[1:])
    moved = 0.5 * (p[1:] - p[0]).abs().sum(-1) * opened
    return Traversal(d, tuple(values.tolist()), tuple(map(tuple, boards.tolist())), tuple(map(tuple, moved.tolist())))
