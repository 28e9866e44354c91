"""Keys: what every random number of a board hangs on, and the normal noise that is drawn with them."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from ..problem import Board, Rules

__all__ = ["Keys", "board_keys", "latent_keys", "normal"]

Keys = npt.NDArray[np.uint64]


def board_keys(rules: Rules, boards: Board) -> npt.NDArray[np.uint64]:
    """[B] 64-bit hashes of each problem's content: the batch-independent part of every random counter."""
    digest = rules.digest
    hashes = (hashlib.blake2b(row.tobytes(), digest_size=8, key=digest).digest() for row in boards.astype("<i4"))
    return np.frombuffer(b"".join(hashes), "<u8").astype(np.uint64)


def latent_keys(keys: npt.NDArray[np.uint64], latent: int) -> npt.NDArray[np.uint64]:
    """[B] keys of latent number `latent` of the problems with content hashes `keys` [B] (splitmix64's finaliser)."""
    mixed = keys + np.uint64((latent + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def normal(seed: int, keys: Keys, step: int, D: int) -> npt.NDArray[np.float32]:
    """[B, D] standard normal noise, a function of (seed, key, step).

    The generator counts up the counter's first word as it draws, so the step must not stand there.
    """
    out = np.empty((len(keys), D), np.float32)
    if D:
        for row, key in zip(out, keys.tolist(), strict=True):
            row[:] = np.random.Generator(np.random.Philox(key=[seed, key], counter=[0, step, 0, 1])).standard_normal(D)
    return out
