"""Texts drawn from a model, and texts with open tokens filled: what comes back is UNCHECKED, for text has no rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from time import perf_counter
from typing import Any

import numpy as np

from ..canvas import Grammar
from ..deadline import Deadline, within
from ..errors import InvalidInput, ModelMismatch
from ..kernels.splitmix import splitmix
from ..problem import OPEN, Board
from ..results import Solution, Status
from ..sampler.keys import latent_keys
from ..sampler.plan import Plan
from .filling import fill_windows, plan_of
from .grammars import Standing, grammar_for, lengths_of, spelled
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
    regex: str | None = None,
    json_schema: Any = None,
    choice: Iterable[str] | None = None,
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
        than these. Where a grammar is asked for, None is any that some text of it has, each as likely.
    regex, json_schema, choice
        What a text is to be as a whole, given tokens among it: see docs/grammars.md. One of them, or none.
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
    free = length is None and bool((tokens != OPEN).all())
    wanted = length if length is not None else model.config.length if free else len(tokens)
    if not len(tokens) <= wanted:
        raise InvalidInput(f"the text has {len(tokens):,} tokens, open ones among them, and length is {wanted:,}")
    plan_of(model.config, wanted, **how)
    grammar, lengths = grammar_for(vocabulary, regex=regex, json_schema=json_schema, choice=choice), [wanted]
    if grammar is not None:
        possible = lengths_of(grammar, tokens.tolist(), model.config.length)
        lengths = possible if free else [n for n in possible if n == wanted]
        if not lengths:
            raise InvalidInput(_no_text(wanted, free, possible))
        if model.config.kind == "autoregressive" and len(lengths) > 1:
            how = {**how, "steps": None}  # as many as tokens
    key, clock = _key(_longer(tokens, wanted)), Deadline(time_limit)

    def drawn() -> Iterator[Solution]:
        for first in range(0, n, TOGETHER):
            keys = np.concatenate([latent_keys(key, i) for i in range(first, min(n, first + TOGETHER))])
            which = splitmix(keys ^ splitmix(np.array([seed], np.uint64))) % np.uint64(len(lengths))
            windows = [_longer(tokens, lengths[i]) for i in which.tolist()]
            yield from _each(model, vocabulary, windows, keys, how, grammar, seed, clock)

    return drawn()


def complete(
    model: TextModel,
    vocabulary: Vocabulary,
    texts: Iterable[str],
    *,
    sign: str | None = None,
    regex: str | None = None,
    json_schema: Any = None,
    choice: Iterable[str] | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    **how: Any,
) -> Iterator[Solution]:
    """Fill the open tokens of each text once; results come in order, and do not hang on what else there is.

    Parameters are those of `sample`; steps is T for a text of any length, by default one a token.

    Yields
    ------
    Solution
        UNCHECKED, or INVALID with a reason for a text that has none, or that the model cannot read; UNSATISFIABLE where
        no text of the grammar that is asked for fits what is given.

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
    grammar = grammar_for(vocabulary, regex=regex, json_schema=json_schema, choice=choice)
    clock, source, before = Deadline(time_limit), iter(texts), 0
    while held := list(islice(source, TOGETHER)):
        done: dict[int, Solution] = {}
        windows: dict[int, Board] = {}
        for i, text in enumerate(held):
            try:
                window = read_open(vocabulary, text, sign, where := f"text {before + i + 1}")
                if (window != OPEN).all():
                    wanted = sign or open_sign(vocabulary)
                    raise InvalidInput(
                        f"{where} has no open token; one is written {wanted!r}, --sign or sign= names another sign"
                    )
                plan_of(model.config, len(window), **how)
            except InvalidInput as error:
                done[i] = Solution(Status.INVALID, reason=str(error), seed=seed)
                continue
            if grammar is not None and not Standing(grammar, window[None], len(window)).possible[0]:
                reason = f"no text of {len(window):,} tokens that fits it is one of the grammar"
                done[i] = Solution(Status.UNSATISFIABLE, reason=f"{where}: {reason}", seed=seed)
                continue
            windows[i] = window
        contents = np.array([_key(window)[0] for window in windows.values()], np.uint64)
        keys = latent_keys(contents, 0)
        found = _each(model, vocabulary, list(windows.values()), keys, how, grammar, seed, clock)
        done |= dict(zip(windows, found, strict=True))
        yield from (done[i] for i in range(len(held)))
        before += len(held)


def _each(
    model: TextModel,
    vocabulary: Vocabulary,
    windows: list[Board],
    keys: Any,
    how: dict[str, Any],
    grammar: Grammar | None,
    seed: int,
    clock: Deadline,
) -> list[Solution]:
    """Windows of several lengths filled, those of one together."""
    out: dict[int, Solution] = {}
    kinds: dict[int, list[int]] = {}
    for i, window in enumerate(windows):
        kinds.setdefault(len(window), []).append(i)
    for width, some in kinds.items():
        plan = plan_of(model.config, width, **how)
        found = _filled(model, vocabulary, np.stack([windows[i] for i in some]), plan, keys[some], grammar, seed, clock)
        out |= dict(zip(some, found, strict=True))
    return [out[i] for i in range(len(windows))]


def _filled(
    model: TextModel,
    vocabulary: Vocabulary,
    windows: Board,
    plan: Plan,
    keys: Any,
    grammar: Grammar | None,
    seed: int,
    clock: Deadline,
) -> list[Solution]:
    begun = perf_counter()
    try:
        with within(clock):
            found = fill_windows(model, windows, plan, keys=keys, seed=seed, grammar=grammar)
    except TimeoutError:
        return [Solution(Status.TIMEOUT, seconds=perf_counter() - begun, seed=seed)] * len(windows)
    each = (perf_counter() - begun) / len(windows)
    words, out = None if grammar is None else spelled(vocabulary), []
    for values, nfe in zip(found.values, found.nfe.tolist(), strict=True):
        # A text of a grammar is its bytes one after another: what decodes tokens may drop spaces.
        text = vocabulary.decode(values) if words is None else words.text(values).decode()
        out.append(
            Solution(Status.UNCHECKED, text, text, "vmd", nfe=nfe, latents_tried=1, seconds=each, seed=seed)
        )  # fmt: skip
    return out


def _no_text(wanted: int, free: bool, possible: list[int]) -> str:
    """Why there is no text of so many tokens, or of any number up to it."""
    fewest, more = possible[:3], f" .. {possible[-1]:,}" if len(possible) > 3 else ""
    there = f"those that do have {', '.join(map(str, fewest))}{more}; give such a length"
    return (
        f"no text of {'up to ' if free else ''}{wanted:,} tokens begins with what is given and is one of the grammar; "
        f"{there if possible else 'nothing that the model may write does: ask for another'}"
    )


def _longer(tokens: Board, n: int) -> Board:
    """Tokens, and open cells behind them, n in all."""
    return np.append(tokens, np.full(n - len(tokens), OPEN)).astype(np.int32)


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
