"""Texts with open tokens: a sign stands for each one that is to be found."""

from __future__ import annotations

import numpy as np

from ..errors import InvalidInput
from ..problem import OPEN, Board
from .vocabulary import Vocabulary

__all__ = ["MASK", "open_sign", "read_open", "write_open"]

SIGNS = ".?*~^|#%"
MASK = "[MASK]"  # where every one of these is a symbol


def open_sign(vocabulary: Vocabulary) -> str:
    """What stands for an open cell where nobody says: the first of `.?*~^|#%` that is no symbol, or else [MASK].

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Bytes, Characters
    >>> open_sign(Characters("abc")), open_sign(Characters(".abc")), open_sign(Bytes())
    ('.', '?', '[MASK]')
    """
    return next((sign for sign in SIGNS if not _knows(vocabulary, sign)), MASK)


def read_open(vocabulary: Vocabulary, text: str, sign: str | None = None, where: str = "the text") -> Board:
    """The tokens int32 [n] of a text, OPEN where the sign is.

    Parameters
    ----------
    vocabulary
        Of the tokens; the text between two signs is encoded by itself.
    text
        With signs or without.
    sign
        Stands for one open cell; None: `open_sign`.
    where
        Begins the sentence about a mistake.

    Raises
    ------
    InvalidInput
        What the vocabulary has no symbol for, or a sign that is a symbol of its own.

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Characters, Integers
    >>> read_open(Characters("abc"), "a..c").tolist(), read_open(Integers(9), "8 . 1").tolist()
    ([0, -1, -1, 2], [8, -1, 1])
    """
    sign = open_sign(vocabulary) if sign is None else sign
    if not sign or (len(sign) == 1 and _knows(vocabulary, sign)):
        raise InvalidInput(
            f"an open token is written {sign!r}, which is "
            f"{'a symbol of the vocabulary' if sign else 'nothing'}; name another sign, such as {open_sign(vocabulary)}"
        )
    out: list[int] = []
    for i, part in enumerate(text.split(sign)):
        out += [OPEN] * (i > 0)
        try:
            out += vocabulary.encode(part, f"{where}, behind open token {i}" if i else where).tolist()
        except InvalidInput as error:
            raise InvalidInput(f"{error}; an open token is written {sign!r}") from error
    return np.array(out, np.int32)


def write_open(vocabulary: Vocabulary, tokens: Board, sign: str | None = None) -> str:
    """Tokens [n] as `read_open` reads them.

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Characters
    >>> write_open(Characters("abc"), np.array([0, -1, 2]))
    'a.c'
    """
    sign, parts = open_sign(vocabulary) if sign is None else sign, []
    blank = " " if vocabulary.reads == "numbers" else ""
    edges = np.flatnonzero(np.diff(tokens == OPEN)) + 1
    for run in np.split(tokens, edges):
        if len(run):
            parts.append(blank.join([sign] * len(run)) if run[0] == OPEN else vocabulary.decode(run))
    return blank.join(parts)


def _knows(vocabulary: Vocabulary, sign: str) -> bool:
    try:
        return bool(len(vocabulary.encode(sign)))
    except InvalidInput:
        return False
