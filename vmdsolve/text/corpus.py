"""A corpus: the tokens of all documents, on disk, and the windows that are cut from them, at random or side by side.

Tokens are written once into a file that has no name and is read where it is wanted: memory holds where documents begin,
and nothing else. A window lies within one document; what is behind a document's end is ABSENT.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput
from .config import ABSENT
from .sources import Source
from .vocabulary import Tokens, Vocabulary

__all__ = ["MANY", "Corpus", "Windows", "check_length", "prepare", "split"]

MANY = 20  # documents from which on whole ones are held out
Starts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Corpus:
    """Documents end to end.

    Attributes
    ----------
    tokens
        [n], on disk, in the fewest bytes that hold V
    begins
        int64 [documents + 1], where each begins; the last: n
    digest
        of the tokens and of where documents begin
    """

    tokens: npt.NDArray[Any]
    begins: Starts
    digest: str

    def stretches(self) -> Starts:
        """int64 [documents, 2]: where each begins and ends."""
        return np.stack([self.begins[:-1], self.begins[1:]], axis=1)


def prepare(source: Source, vocabulary: Vocabulary, folder: Path | None = None) -> Corpus:
    """The documents of a source as tokens.

    Parameters
    ----------
    source
        As in sources.py; it is read once.
    vocabulary
        Of the tokens.
    folder
        Where the file without a name takes its room; None: where the system has such files.

    Raises
    ------
    InvalidInput
        No document holds a token, or one holds what the vocabulary has not.

    Examples
    --------
    >>> from vmdsolve.text.sources import Given
    >>> from vmdsolve.text.vocabulary import Bytes
    >>> corpus = prepare(Given(["one", "", "three"]), Bytes())
    >>> corpus.begins.tolist(), corpus.tokens.dtype.name
    ([0, 3, 8], 'uint8')
    """
    kind = np.min_scalar_type(vocabulary.size - 1)
    begins, count, digest = [0], 0, hashlib.blake2b(digest_size=16)
    with tempfile.TemporaryFile(dir=folder) as out:
        for data, begins_here, where, before in source:
            found = vocabulary.encode(data, where, before).astype(kind)
            if begins_here and count > begins[-1]:
                begins.append(count)
                digest.update(b"|")
            out.write(found.data)
            digest.update(found.data)
            count += len(found)
        if not count:
            raise InvalidInput("there is nothing to learn from: no document holds a token")
        out.flush()
        tokens = np.memmap(out, kind, mode="r", shape=(count,))  # which keeps the file
    return Corpus(tokens, np.array([*begins, count], np.int64), digest.hexdigest())


@dataclass(frozen=True)
class Windows:
    """Windows of L tokens in stretches of a corpus.

    Attributes
    ----------
    corpus
        which
    L
        tokens of a window
    stretches
        int64 [S, 2], where each begins and ends
    """

    corpus: Corpus
    L: int
    stretches: Starts

    @property
    def tokens(self) -> int:
        """How many tokens there are."""
        return int(np.diff(self.stretches).sum())

    def drawn(self, rng: np.random.Generator, n: int) -> Tokens:
        """int64 [n, L]: windows that begin anywhere, each place as likely as any other."""
        lengths = np.diff(self.stretches)[:, 0]
        places = np.maximum(lengths - self.L, 0) + 1
        ends = places.cumsum()
        number = rng.integers(ends[-1], size=n)
        at = np.searchsorted(ends, number, side="right")
        return self._cut(self.stretches[at, 0] + number - (ends - places)[at], self.stretches[at, 1])

    def disjoint(self) -> Starts:
        """int64 [W, 2]: where windows begin that hold each token once, and where their documents end."""
        lengths = np.diff(self.stretches)[:, 0]
        count = -(-lengths // self.L)
        begin = np.repeat(self.stretches[:, 0], count)
        step = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
        return np.stack([begin + step * self.L, np.repeat(self.stretches[:, 1], count)], axis=1)

    def disjoint_tokens(self, most: int | None = None) -> Tokens:
        """int64 [W, L]: the windows of `disjoint`; `most`: only so many, spread evenly."""
        found = self.disjoint()
        if most is not None and len(found) > most:
            found = found[np.arange(most) * len(found) // most]
        return self._cut(found[:, 0], found[:, 1])

    def batches(self, n: int) -> Iterator[Tokens]:
        """The windows of `disjoint`, at most n at a time."""
        found = self.disjoint()
        for begin in range(0, len(found), n):
            part = found[begin : begin + n]
            yield self._cut(part[:, 0], part[:, 1])

    def _cut(self, begin: Starts, end: Starts) -> Tokens:
        place = begin[:, None] + np.arange(self.L)
        there = place < end[:, None]
        found = self.corpus.tokens[np.where(there, place, begin[:, None])].astype(np.int64)
        return np.where(there, found, ABSENT)


def split(corpus: Corpus, L: int, valid: float, test: float) -> tuple[Windows, Windows, Windows]:
    """Windows to learn from, to watch the training by, and to measure on, by their shares.

    Of 20 documents or more whole ones are held out, equal ones together: those with the lowest hashes. Of fewer, the
    last part of each, as text8 is cut: 90%, 5%, 5%.

    Raises
    ------
    InvalidInput
        Shares that leave nothing, or a text too short to be cut.

    Examples
    --------
    >>> corpus = Corpus(np.arange(100) % 9, np.array([0, 100]), "")
    >>> [part.stretches.tolist() for part in split(corpus, 4, 0.05, 0.05)]
    [[[0, 90]], [[90, 95]], [[95, 100]]]
    """
    for name, share in (("valid", valid), ("test", test), ("valid and test together", valid + test)):
        if not 0 <= share < 1:
            raise InvalidInput(f"the share of {name} is {share:g}; wanted 0 or more, and less than 1")
    if len(corpus.begins) > MANY:
        parts = _by_hash(corpus, valid, test)
    else:
        begin, end = corpus.stretches().T
        second = end - np.round((end - begin) * test).astype(np.int64)
        first = second - np.round((end - begin) * valid).astype(np.int64)
        cuts = [np.stack(pair, axis=1) for pair in ((begin, first), (first, second), (second, end))]
        parts = [cut[cut[:, 1] > cut[:, 0]] for cut in cuts]
    for name, share, part in zip(("train", "valid", "test"), (1.0, valid, test), parts, strict=True):
        if share and not len(part):
            cut = f"train, valid {valid:g} and test {test:g}"
            raise InvalidInput(
                f"{int(corpus.begins[-1]):,} tokens, of which equal documents stay together, are too few for {cut}: "
                f"{name} has none; give more text, or other shares"
            )
    train, watched, measured = (Windows(corpus, L, part) for part in parts)
    return train, watched, measured


def _by_hash(corpus: Corpus, valid: float, test: float) -> list[Starts]:
    stretches = corpus.stretches()
    hashes = np.array(
        [
            int.from_bytes(hashlib.blake2b(corpus.tokens[begin:end].tobytes(), digest_size=7).digest(), "big")
            for begin, end in stretches.tolist()
        ]
    )
    kinds, place = np.unique(hashes, return_inverse=True)
    tested, watched = (max(1, round(share * len(kinds))) if share else 0 for share in (test, valid))
    return [
        stretches[place >= tested + watched],
        stretches[(place >= tested) & (place < tested + watched)],
        stretches[place < tested],
    ]


def check_length(windows: Windows, block: int) -> None:
    """Raises InvalidInput where no document reaches the last block of a window, of so many cells; 0: its last cell."""
    longest, step = int(np.diff(windows.stretches).max()), block or 1
    if longest + step <= windows.L:
        raise InvalidInput(
            f"windows have {windows.L:,} cells, the longest document to learn from has {longest:,} tokens; "
            f"wanted a length of {-(-longest // step) * step:,} or less"
        )
