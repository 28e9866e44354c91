"""Noise on states in torch, on any device: the numbers of kernels/state_noise.py, which says what they are."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..kernels.state_noise import SCALE

__all__ = ["key_of", "noise_on"]

MASK = 0xFFFFFFFF  # of 32 bits: torch has no unsigned numbers that shift


def key_of(z: Tensor) -> Tensor:
    """Keys int64 [B] that are the bits of z float32 [B, 2].

    Examples
    --------
    >>> key_of(torch.tensor([[0.0, 1.0], [1.0, 0.0]])).tolist()
    [4575657221408423936, 1065353216]
    """
    halves = z.float().contiguous().view(torch.int32).long()
    return (halves[:, 0] & MASK) | (halves[:, 1] << 32)


def noise_on(keys: Any, time: int, h: Tensor) -> Tensor:
    """Noise of mean 0 and variance 1 for states h [B, ...] after so many loops, by keys uint64 [B] or int64 tensors.

    A board whose key is 0 has none.

    Examples
    --------
    >>> from vmdsolve.kernels.state_noise import state_noise
    >>> import numpy as np
    >>> keys = np.array([3, 2**63 + 5, 0], np.uint64)
    >>> bool((noise_on(keys, 4, torch.zeros(3, 5, 3)).numpy() == state_noise(keys, 4, (5, 3))).all())
    True
    """
    held = (keys if isinstance(keys, Tensor) else torch.from_numpy(keys.view("int64"))).to(h.device)
    x = held + _signed((time + 1) * 0x9E3779B97F4A7C15)
    x = (x ^ _right(x, 30)) * _signed(0xBF58476D1CE4E5B9)
    x = (x ^ _right(x, 27)) * _signed(0x94D049BB133111EB)
    x = x ^ _right(x, 31)
    places = torch.arange(h[0].numel(), device=h.device) & MASK
    w = _mixed(_mixed(places ^ (x & MASK)[:, None]) ^ _right(x, 32)[:, None])
    pairs = (w & 0x00FF00FF) + ((w >> 8) & 0x00FF00FF)
    sums = (pairs & 0xFFFF) + (pairs >> 16)
    drawn = (sums - 510).float() / float(SCALE)
    return torch.where(held[:, None] != 0, drawn, 0.0).view(h.shape).to(h)


def _signed(number: int) -> int:
    """The int64 of the same 64 bits."""
    return (number + 2**63) % 2**64 - 2**63


def _right(x: Tensor, n: int) -> Tensor:
    """Bits moved to the right, zeros after them."""
    return (x >> n) & ((1 << (64 - n)) - 1)


def _mixed(x: Tensor) -> Tensor:
    """Of 32 bits; a product's upper half does not matter, whether it overflows or not."""
    x = ((x ^ (x >> 16)) * 0x85EBCA6B) & MASK
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & MASK
    return x ^ (x >> 16)
