"""Keys: what every random number of a board hangs on."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from ..kernels.splitmix import splitmix
from ..problem import Board, Rules

__all__ = ["Keys", "board_keys", "latent_keys"]

Keys = npt.NDArray[np.uint64]


def board_keys(rules: Rules, boards: Board) -> npt.NDArray[np.uint64]:
    """[B] 64-bit hashes of each problem's content: the batch-independent part of every random counter."""
    digest = rules.digest
    hashes = (hashlib.blake2b(row.tobytes(), digest_size=8, key=digest).digest() for row in boards.astype("<i4"))
    return np.frombuffer(b"".join(hashes), "<u8").astype(np.uint64)


def latent_keys(keys: npt.NDArray[np.uint64], latent: int) -> npt.NDArray[np.uint64]:
    """[B] keys of latent number `latent` of the problems with content hashes `keys` [B]."""
    return splitmix(keys, latent)
