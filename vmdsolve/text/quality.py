"""How good drawn texts are, and how various: none of these figures says both, so they stand side by side.

perplexity    of an autoregressive judge, which learned from the same text: low for what is like it, and for what
              says the same again and again
entropy       of the tokens within a text, in nats, mean over texts: low where a sampler collapsed
words         share of whole words that the training text has
divergences   Jensen-Shannon, in nats, of the n-grams of all texts from those of the training text, n = 1 .. 5: 0 for
              the same, log 2 for none in common. Few texts are off by their number, so real ones stand beside
distinct      share of the n-grams of all texts that are different, n = 1 .. 5
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InvalidInput, ModelMismatch
from .config import ABSENT
from .likelihood import exact
from .model import TextModel
from .vocabulary import Vocabulary

__all__ = ["GRAMS", "Quality", "Reference", "divergence", "grams", "quality_of", "token_entropy", "words_of"]

GRAMS = 5
WORD = re.compile(r"(?<=[\W_])[^\W_]+(?=[\W_])")
Counts = tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]  # codes of n-grams, rising, and how often each came


@dataclass(frozen=True)
class Quality:
    """What was found of n texts; see the file's text.

    Attributes
    ----------
    n
        texts
    perplexity, perplexity_error
        by token, and its standard error over texts
    entropy
        in nats
    words
        share; NaN where no text holds a whole word
    divergences, distinct
        for n-grams of 1 .. 5 tokens
    """

    n: int
    perplexity: float
    perplexity_error: float
    entropy: float
    words: float
    divergences: tuple[float, ...]
    distinct: tuple[float, ...]


@dataclass(frozen=True)
class Reference:
    """The training text as samples are held to it: its words, and its n-grams of 1 .. 5 tokens with their counts."""

    words: frozenset[str]
    grams: tuple[Counts, ...]

    @staticmethod
    def of(windows: Iterable[Any], vocabulary: Vocabulary) -> Reference:
        """Of batches of windows int [n, L], such as those of a corpus; ABSENT behind the end of a text.

        Raises
        ------
        InvalidInput
            There is no window.

        Examples
        --------
        >>> from vmdsolve.text.vocabulary import Characters
        >>> found = Reference.of([Characters(" abc").encode(" ab cab ")[None]], Characters(" abc"))
        >>> sorted(found.words), [len(codes) for codes, _ in found.grams]
        (['ab', 'cab'], [4, 5, 5, 5, 4])
        """
        words: set[str] = set()
        parts: list[list[Counts]] = [[] for _ in range(GRAMS)]
        for batch in windows:
            for text in _texts(batch, vocabulary):
                words.update(words_of(text))
            for n in range(GRAMS):
                parts[n].append(grams(batch, n + 1, vocabulary.size))
        if not parts[0]:
            raise InvalidInput("there is no text to hold samples to; give one window or more")
        return Reference(frozenset(words), tuple(map(_summed, parts)))


def quality_of(samples: Any, judge: TextModel, vocabulary: Vocabulary, reference: Reference) -> Quality:
    """What texts int [n, L] are like.

    Parameters
    ----------
    samples
        Tokens; ABSENT behind the end of a text.
    judge
        An autoregressive model that learned from the same kind of text, and was not part of drawing these.
    vocabulary
        Of the tokens, for all three.
    reference
        The training text.

    Returns
    -------
    Quality

    Raises
    ------
    ModelMismatch
        A judge of another vocabulary, or one that is not autoregressive.
    InvalidInput
        No samples.
    """
    if judge.config.kind != "autoregressive" or judge.config.symbols != vocabulary.size:
        raise ModelMismatch(
            f"the judge is {judge.config.kind} over {judge.config.symbols:,} symbols; wanted an autoregressive model "
            f"over the {vocabulary.size:,} of the samples"
        )
    tokens = np.asarray(samples)
    found = exact(judge, tokens)
    words = [word for text in _texts(tokens, vocabulary) for word in words_of(text)]
    own = [grams(tokens, n + 1, vocabulary.size) for n in range(GRAMS)]
    return Quality(
        n=len(tokens),
        perplexity=found.perplexity,
        perplexity_error=found.perplexity * found.error,
        entropy=token_entropy(tokens),
        words=sum(word in reference.words for word in words) / len(words) if words else math.nan,
        divergences=tuple(divergence(a, b) for a, b in zip(own, reference.grams, strict=True)),
        distinct=tuple(len(codes) / max(1, int(counts.sum())) for codes, counts in own),
    )


def words_of(text: str) -> list[str]:
    """The words of a text, but for those that its ends may have cut.

    Examples
    --------
    >>> words_of("ay, the_sun is u")
    ['the', 'sun', 'is']
    """
    return WORD.findall(text)


def token_entropy(tokens: Any) -> float:
    """Mean over texts int [n, L] of the entropy, in nats, of how often each token comes in it.

    Examples
    --------
    >>> round(token_entropy(np.array([[0, 1, 0, 1], [2, 2, 2, 2]])), 3)
    0.347
    """
    found = []
    for row in np.asarray(tokens):
        _, count = np.unique(row[row != ABSENT], return_counts=True)
        share = count / max(1, count.sum())
        found.append(float(-(share * np.log(share)).sum()))
    return float(np.mean(found))


def grams(tokens: Any, n: int, V: int) -> Counts:
    """The n-grams within texts int [B, L] of V symbols.

    A code is the number that the tokens are as digits, of 64 bits: where V^n is more than that, two n-grams may share
    one, though hardly ever.

    Examples
    --------
    >>> codes, counts = grams(np.array([[0, 1, 0, 1]]), 2, 10)
    >>> codes.tolist(), counts.tolist()
    ([1, 10], [2, 1])
    """
    rows = np.asarray(tokens)
    L = rows.shape[1] - n + 1
    if L < 1:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    code, there = np.zeros((len(rows), L), np.uint64), np.ones((len(rows), L), np.bool_)
    for i in range(n):
        part = rows[:, i : i + L]
        there &= part != ABSENT
        code = code * np.uint64(V) + part.astype(np.uint64)
    codes, counts = np.unique(code[there], return_counts=True)
    return codes, counts


def divergence(a: Counts, b: Counts) -> float:
    """Jensen-Shannon divergence, in nats, of what was counted; NaN where nothing was.

    Examples
    --------
    >>> one, other = (np.array([[0]]), np.array([[1]]))
    >>> round(divergence(grams(one, 1, 2), grams(other, 1, 2)), 4), divergence(grams(one, 1, 2), grams(one, 1, 2))
    (0.6931, 0.0)
    """
    (codes, count), (known, times) = a, b
    if not len(codes) or not len(known):
        return math.nan
    p, q = count / count.sum(), times / times.sum()
    at = np.searchsorted(known, codes).clip(max=len(known) - 1)
    both = known[at] == codes
    shared = np.where(both, q[at], 0.0)
    mean = (p + shared) / 2
    ours = (p * np.log(p / mean)).sum()
    theirs = (shared[both] * np.log(shared[both] / mean[both])).sum() + (1 - shared.sum()) * math.log(2)
    return max(0.0, float(ours + theirs) / 2)


def _summed(parts: list[Counts]) -> Counts:
    codes, place = np.unique(np.concatenate([codes for codes, _ in parts]), return_inverse=True)
    count = np.zeros(len(codes), np.int64)
    np.add.at(count, place, np.concatenate([counts for _, counts in parts]))
    return codes, count


def _texts(batch: Any, vocabulary: Vocabulary) -> Iterable[str]:
    return (vocabulary.decode(row[row != ABSENT]) for row in np.asarray(batch))
