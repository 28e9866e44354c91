"""How likely a model finds the documents of a corpus, by token and by character, with the error over documents."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..deadline import stop_point
from ..errors import InvalidInput
from ..measure.likelihood import Bound
from .corpus import Windows
from .likelihood import importance, likelihood, summed
from .model import TextModel
from .vocabulary import Vocabulary

__all__ = ["Measured", "evaluate"]

PART = 64  # windows that are measured together


@dataclass(frozen=True)
class Measured:
    """One measure of a text.

    Attributes
    ----------
    name
        "exact", "NELBO" or "importance"
    windows
        how many
    over
        "documents", or "windows" where there is one document alone: what `tokens` and `characters` have a row for, and
        their errors are over
    tokens, characters
        the nats, by tokens and by characters
    """

    name: str
    windows: int
    over: str
    tokens: Bound
    characters: Bound

    @property
    def bits_error(self) -> float:
        """Standard error of bits a character."""
        return self.characters.error / math.log(2)


def evaluate(
    model: TextModel,
    vocabulary: Vocabulary,
    windows: Windows,
    *,
    most: int | None = None,
    times: int = 8,
    latents: int = 0,
    seed: int = 0,
    at_once: int = 1,
    watch: Callable[[int], None] | None = None,
) -> list[Measured]:
    """The exact likelihood of an autoregressive model; of another the NELBO and, if asked for, a closer bound.

    Parameters
    ----------
    model, vocabulary
        What the weights hold.
    windows
        Of documents, as long as the model's: each token is in one of them.
    most
        Only so many windows, spread evenly; None: all.
    times
        Masks a window, for the NELBO.
    latents
        K of the importance-weighted bound, for which a window costs K evaluations a cell of a block; 0: not asked.
    seed
        Of masks, orders and z.
    at_once
        Cells that each step writes of a block, each by itself given z, as `nelbo`.
    watch
        Told how many more windows are done, of all measures together.

    Raises
    ------
    InvalidInput
        Windows of another length than the model's.

    Examples
    --------
    >>> from vmdsolve.text import TextConfig
    >>> from vmdsolve.text.corpus import prepare
    >>> from vmdsolve.text.sources import Given
    >>> from vmdsolve.text.vocabulary import Bytes
    >>> corpus = prepare(Given(["abcdefgh", "abc"]), Bytes())
    >>> model = TextModel(TextConfig(256, length=4, width=8, heads=2, layers=1))
    >>> [found] = evaluate(model, Bytes(), Windows(corpus, 4, corpus.stretches()))
    >>> found.name, found.windows, found.over, found.tokens.cells.tolist()
    ('NELBO', 3, 'documents', [8.0, 3.0])
    """
    if model.config.length != windows.L:
        raise InvalidInput(f"windows have {windows.L:,} tokens, those of the model {model.config.length:,}")
    tokens, begins = windows.disjoint_tokens(most), windows.disjoint()[:, 0]
    begins = begins[np.arange(len(tokens)) * len(begins) // len(tokens)]
    documents = windows.corpus.begins.searchsorted(begins, side="right")
    over = "documents" if len(np.unique(documents)) > 1 else "windows"
    characters = np.array([vocabulary.characters(row[row >= 0]) for row in tokens], np.float64)
    exactly = model.config.kind == "autoregressive"
    out: list[Measured] = []
    for name in ("exact",) if exactly else ("NELBO", "importance") if latents else ("NELBO",):
        nats, cells = [], []
        for first in range(0, len(tokens), PART):
            stop_point()
            part = tokens[first : first + PART]
            if name == "importance":
                found = importance(model, part, latents=latents, seed=seed, first=first, at_once=at_once)
            else:
                found = likelihood(model, part, times=times, seed=seed, first=first, at_once=at_once)
            nats.append(found.nats)
            cells.append(np.broadcast_to(found.cells, found.nats.shape))
            if watch is not None:
                watch(len(part))
        by = [Bound(np.concatenate(nats), count) for count in (np.concatenate(cells), characters)]
        by = [summed(one, documents) for one in by] if over == "documents" else by
        out.append(Measured(name, len(tokens), over, *by))
    return out
