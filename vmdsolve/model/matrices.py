"""Units as the tensors that networks in torch multiply with, made once for each device."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from ..errors import TooLarge
from .units import Units

__all__ = ["Means", "Pairs", "means_of", "pairs_of"]


MOST_BYTES = 1 << 32  # of the matrices of one set of rules


class Means(NamedTuple):
    """Means over units as two small matrices: cells to units, and units back to cells.

    Attributes
    ----------
    gather
        float32 [U, L] row u is the mean over the cells of unit u
    spread
        float32 [L, U] row l is, for each relation, the mean over l's units of that relation, or what their shares say
    spans
        for each relation, its range of unit numbers
    """

    gather: Tensor
    spread: Tensor
    spans: tuple[tuple[int, int], ...]


class Pairs(NamedTuple):
    """How pairs of cells stand to each other.

    Attributes
    ----------
    near
        float32 [R, L, L] 1 where two cells share a unit of the relation
    distance
        int64 [L, L] index, 0 to 2L - 2, of how far one cell lies after another
    """

    near: Tensor
    distance: Tensor


def means_of(units: Units, device: torch.device) -> Means:
    """For the mixer "messages"."""
    return units.once(("means", device), lambda: _means(units, device))


def pairs_of(units: Units, device: torch.device) -> Pairs:
    """For the mixer "attention"."""
    return units.once(("pairs", device), lambda: _pairs(units, device))


@torch.inference_mode(False)  # what is made while sampling must do for training, too
def _means(units: Units, device: torch.device) -> Means:
    n = sum(map(len, units.members))
    _want_room(units, 4 * 4 * n * units.L)
    member, spread = torch.zeros(n, units.L, device="cpu"), torch.zeros(units.L, n, device="cpu")
    spans: list[tuple[int, int]] = []
    end = 0
    for part in units.members:
        start, end = end, end + len(part)
        for u, cells in enumerate(part, start):
            member[u, list(cells)] = 1
        mine = member[start:end].T
        spread[:, start:end] = mine / mine.sum(1, keepdim=True).clamp(min=1)
        for u, shares in enumerate(units.shares[len(spans)] if units.shares else (), start):
            spread[list(part[u - start]), u] = torch.tensor(shares, device="cpu")
        spans.append((start, end))
    gather = member / member.sum(1, keepdim=True)
    return Means(gather.to(device), spread.to(device), tuple(spans))


@torch.inference_mode(False)
def _pairs(units: Units, device: torch.device) -> Pairs:
    _want_room(units, 4 * (len(units.members) + 4) * units.L**2)
    near = torch.zeros(len(units.members), units.L, units.L, device="cpu")
    for r, part in enumerate(units.members):
        for unit in part:
            cells = torch.tensor(unit, device="cpu")
            near[r, cells[:, None], cells] = 1
    cell = torch.arange(units.L, device="cpu")
    return Pairs(near.to(device), (cell[:, None] - cell + units.L - 1).to(device))


def _want_room(units: Units, size: int) -> None:
    """Refuse what takes so many bytes, before any is taken."""
    if size > MOST_BYTES:
        raise TooLarge(
            f"the matrices of {sum(map(len, units.members)):,} units and {units.L:,} cells take {size / 2**30:.0f} GB; "
            f"wanted at most {MOST_BYTES >> 30} GB"
        )
