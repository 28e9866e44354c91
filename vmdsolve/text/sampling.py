"""Texts drawn from a model, and texts with open tokens filled: what comes back is UNCHECKED, for text has no rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from time import perf_counter
from typing import Any

import numpy as np

from ..deadline import Deadline, within
from ..errors import InvalidInput, ModelMismatch
from ..problem import OPEN, Board
from ..results import Solution, Status
from ..sampler.keys import latent_keys
from ..sampler.plan import Plan
from .filling import fill_windows, plan_of
from .model import TextModel
from .open_tokens import open_sign, read_open
from .vocabulary import Vocabulary

__all__ = ["complete", "sample"]

TOGETHER = 64  # texts that are worked on at once; what they are does not depend on it


def sample(
    model: TextModel,
    vocabulary: Vocabulary,
    n: int = 1,
    *,
    given: str = "",
    sign: str | None = None,
    length: int | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    **how: Any,
) -> Iterator[Solution]:
    """Draw n texts, each of them as if the others were not there.

    Parameters
    ----------
    model, vocabulary
        What the weights hold.
    n
        How many. Text i is a function of model, given, choices, seed and i only.
    given
        A text with open tokens, or one that is to go on.
    sign
        Stands for one open token in it; None: see `open_sign`.
    length
        Tokens of a text, those that are given among them; None: a whole window, or where there are open ones no more
        than these.
    seed
        0 <= seed < 2^64.
    time_limit
        Seconds for all of them; those that are not done by then are TIMEOUT. None: no limit.
    **how
        See `plan_of`: steps, order, temperature, draw, remask and so on.

    Yields
    ------
    Solution
        Status UNCHECKED, with the text; its nfe are network evaluations.

    Raises
    ------
    InvalidInput
        At the call: a choice that cannot be, a text that does not fit.

    Examples
    --------
    >>> from vmdsolve.text import TextConfig, TextModel
    >>> from vmdsolve.text.vocabulary import Characters
    >>> model = TextModel(TextConfig(3, length=8, width=8, heads=2, layers=1))
    >>> [(one.status.value, len(one.text), one.nfe) for one in sample(model, Characters("abc"), 2, given="ab", steps=3)]
    [('UNCHECKED', 8, 3), ('UNCHECKED', 8, 3)]
    """
    _fits(model, vocabulary)
    if type(n) is not int or n < 0:
        raise InvalidInput(f"n is {n!r}; wanted 0 texts or more")
    tokens = read_open(vocabulary, given, sign)
    wanted = length if length is not None else model.config.length if (tokens != OPEN).all() else len(tokens)
    if not len(tokens) <= wanted:
        raise InvalidInput(f"the text has {len(tokens):,} tokens, open ones among them, and length is {wanted:,}")
    plan = plan_of(model.config, wanted, **how)
    window = np.concatenate([tokens, np.full(wanted - len(tokens), OPEN, np.int32)]).astype(np.int32)
    key, clock = _key(window), Deadline(time_limit)

    def drawn() -> Iterator[Solution]:
        for first in range(0, n, TOGETHER):
            count = min(n, first + TOGETHER) - first
            keys = np.concatenate([latent_keys(key, first + i) for i in range(count)])
            yield from _filled(model, vocabulary, np.tile(window, (count, 1)), plan, keys, seed, clock)

    return drawn()


def complete(
    model: TextModel,
    vocabulary: Vocabulary,
    texts: Iterable[str],
    *,
    sign: str | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    **how: Any,
) -> Iterator[Solution]:
    """Fill the open tokens of each text once; results come in order, and do not hang on what else there is.

    Parameters are those of `sample`; steps is T for a text of any length, by default one a token.

    Yields
    ------
    Solution
        UNCHECKED, or INVALID with a reason for a text that has none, or that the model cannot read.

    Examples
    --------
    >>> from vmdsolve.text import TextConfig, TextModel
    >>> from vmdsolve.text.vocabulary import Characters
    >>> model = TextModel(TextConfig(3, length=8, width=8, heads=2, layers=1))
    >>> for one in complete(model, Characters("abc"), ["ab.", "abc"]):
    ...     print(one.status.value, one.nfe, one.reason)
    UNCHECKED 1
    INVALID 0 text 2 has no open token; one is written '.', --sign or sign= names another sign
    """
    _fits(model, vocabulary)
    plan_of(model.config, **{name: value for name, value in how.items() if name != "steps"})
    read_open(vocabulary, "", sign)  # a sign that can be none is refused at once
    clock, source, before = Deadline(time_limit), iter(texts), 0
    while held := list(islice(source, TOGETHER)):
        done: dict[int, Solution] = {}
        kinds: dict[int, list[tuple[int, Board]]] = {}
        for i, text in enumerate(held):
            try:
                window = read_open(vocabulary, text, sign, where := f"text {before + i + 1}")
                if (window != OPEN).all():
                    wanted = sign or open_sign(vocabulary)
                    raise InvalidInput(
                        f"{where} has no open token; one is written {wanted!r}, --sign or sign= names another sign"
                    )
                plan_of(model.config, len(window), **how)
                kinds.setdefault(len(window), []).append((i, window))
            except InvalidInput as error:
                done[i] = Solution(Status.INVALID, reason=str(error), seed=seed)
        for width, some in kinds.items():
            plan, windows = plan_of(model.config, width, **how), np.stack([window for _, window in some])
            keys = np.concatenate([latent_keys(_key(window), 0) for window in windows])
            found = _filled(model, vocabulary, windows, plan, keys, seed, clock)
            done |= {i: one for (i, _), one in zip(some, found, strict=True)}
        yield from (done[i] for i in range(len(held)))
        before += len(held)


def _filled(
    model: TextModel, vocabulary: Vocabulary, windows: Board, plan: Plan, keys: Any, seed: int, clock: Deadline
) -> list[Solution]:
    begun = perf_counter()
    try:
        with within(clock):
            found = fill_windows(model, windows, plan, keys=keys, seed=seed)
    except TimeoutError:
        return [Solution(Status.TIMEOUT, seconds=perf_counter() - begun, seed=seed)] * len(windows)
    each = (perf_counter() - begun) / len(windows)
    out = []
    for values, nfe in zip(found.values, found.nfe.tolist(), strict=True):
        text = vocabulary.decode(values)
        out.append(
            Solution(Status.UNCHECKED, text, text, "vmd", nfe=nfe, latents_tried=1, seconds=each, seed=seed)
        )  # fmt: skip
    return out


def _key(window: Board) -> Any:
    """uint64 [1], a hash of what is given."""
    digest = hashlib.blake2b(window.astype("<i4").tobytes(), digest_size=8).digest()
    return np.frombuffer(digest, "<u8").astype(np.uint64)


def _fits(model: TextModel, vocabulary: Vocabulary) -> None:
    if model.config.symbols != vocabulary.size:
        raise ModelMismatch(
            f"the model knows {model.config.symbols:,} symbols, the vocabulary {vocabulary.size:,}; take the one "
            "that it was trained with"
        )
