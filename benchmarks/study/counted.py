"""What counting alone makes of text: n-grams, and what packers need."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from vmdsolve.text.corpus import Windows

__all__ = ["PACKERS", "n_gram"]

PACKERS: dict[str, Callable[[bytes], bytes]] = {"bz2": bz2.compress, "xz": lzma.compress}
CHUNK = 1 << 22
Tokens = npt.NDArray[np.int64]


def n_gram(learned: Windows, windows: Tokens, V: int, order: int) -> npt.NDArray[np.float64]:
    """Nats [n] of full windows [n, L] under Witten-Bell interpolated n-grams of a text in V symbols.

    p(c | context) = (count(context c) + kinds(context) p(c | shorter context)) / (count(context) + kinds(context))
    """
    n, L = windows.shape
    p = np.full((n, L), 1 / V)
    for k in range(order):  # symbols of context
        counts = np.zeros(V ** (k + 1), np.int64)
        for codes in _codes(learned, V, k):
            counts += np.bincount(codes, minlength=len(counts))
        by_context = counts.reshape(-1, V)
        seen, kinds = by_context.sum(axis=1), (by_context > 0).sum(axis=1)
        codes = _coded(windows, V, k)
        context = codes // V
        longer = np.where(seen[context] > 0, (counts[codes] + kinds[context] * p[:, k:]), p[:, k:])
        p[:, k:] = longer / np.where(seen[context] > 0, seen[context] + kinds[context], 1)
    return np.asarray(-np.log(p).sum(axis=1))


def _coded(tokens: Tokens, V: int, k: int) -> Tokens:
    """[..., N - k] numbers of a symbol together with the k before it."""
    N = tokens.shape[-1]
    return np.asarray(sum(tokens[..., i : N - k + i] * V ** (k - i) for i in range(k + 1)))


def _codes(learned: Windows, V: int, k: int) -> Iterator[Tokens]:
    """The same for the text to learn from, a piece at a time."""
    for start, end in learned.stretches.tolist():
        for first in range(start, end, CHUNK):
            piece = learned.corpus.tokens[first : min(end, first + CHUNK + k)].astype(np.int64)
            if len(piece) > k:
                yield _coded(piece, V, k)
