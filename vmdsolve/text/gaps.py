"""Texts with gaps: where a sign stands for an open cell, one token that is to be found."""

from __future__ import annotations

import numpy as np

from ..errors import InvalidInput
from ..problem import OPEN, Board
from .vocabulary import Vocabulary

__all__ = ["MASK", "gap_of", "read_gaps", "with_gaps"]

SIGNS = ".?*~^|#%"
MASK = "[MASK]"  # where every one of these is a symbol


def gap_of(vocabulary: Vocabulary) -> str:
    """What stands for an open cell where nobody says: the first of `.?*~^|#%` that is no symbol, or else [MASK].

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Bytes, Characters
    >>> gap_of(Characters("abc")), gap_of(Characters(".abc")), gap_of(Bytes())
    ('.', '?', '[MASK]')
    """
    return next((sign for sign in SIGNS if not _knows(vocabulary, sign)), MASK)


def read_gaps(vocabulary: Vocabulary, text: str, gap: str | None = None, where: str = "the text") -> Board:
    """The tokens int32 [n] of a text, OPEN where a gap is.

    Parameters
    ----------
    vocabulary
        Of the tokens; the text between two gaps is encoded by itself.
    text
        With gaps or without.
    gap
        Stands for one open cell; None: `gap_of`.
    where
        Begins the sentence about a mistake.

    Raises
    ------
    InvalidInput
        What the vocabulary has no symbol for, or a gap that is a symbol of its own.

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Characters, Integers
    >>> read_gaps(Characters("abc"), "a..c").tolist(), read_gaps(Integers(9), "8 . 1").tolist()
    ([0, -1, -1, 2], [8, -1, 1])
    """
    gap = gap_of(vocabulary) if gap is None else gap
    if not gap or (len(gap) == 1 and _knows(vocabulary, gap)):
        raise InvalidInput(
            f"a gap is written {gap!r}, which is "
            f"{'a symbol of the vocabulary' if gap else 'nothing'}; name another sign, such as {gap_of(vocabulary)}"
        )
    out: list[int] = []
    for i, part in enumerate(text.split(gap)):
        out += [OPEN] * (i > 0)
        out += vocabulary.encode(part, f"{where}, behind gap {i}" if i else where).tolist()
    return np.array(out, np.int32)


def with_gaps(vocabulary: Vocabulary, tokens: Board, gap: str | None = None) -> str:
    """Tokens [n] as `read_gaps` reads them.

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Characters
    >>> with_gaps(Characters("abc"), np.array([0, -1, 2]))
    'a.c'
    """
    gap, parts, blank = gap_of(vocabulary) if gap is None else gap, [], " " if vocabulary.reads == "numbers" else ""
    edges = np.flatnonzero(np.diff(tokens == OPEN)) + 1
    for run in np.split(tokens, edges):
        if len(run):
            parts.append(blank.join([gap] * len(run)) if run[0] == OPEN else vocabulary.decode(run))
    return blank.join(parts)


def _knows(vocabulary: Vocabulary, sign: str) -> bool:
    try:
        return bool(len(vocabulary.encode(sign)))
    except InvalidInput:
        return False
