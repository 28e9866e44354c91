"""`regular`: a factorised posterior conditioned on a word being accepted by an automaton: a thin case of a canvas.

A word's cells are a canvas (vmdsolve/canvas/law.py) whose tokens are symbols and whose grammar is the automaton.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..canvas import Grammar, compile_token_dfa
from ..canvas.law import posterior
from ..constraints import DFA
from ..errors import InvalidInput
from ..problem import OPEN, Board
from ..sets import Sets

__all__ = ["Words", "fits", "grammar_of", "regular"]

MAX_TABLE = 1 << 24  # states times positions of one board: a quarter of a gigabyte
AT_ONCE = 1 << 22  # of the boards that are worked on together
FARTHEST = -1e6  # nats below the best of a cell over the temperature: what is farther counts as this
Floats = npt.NDArray[np.float32]


class Words(NamedTuple):
    """What `regular` returns.

    Attributes
    ----------
    word
        int32 [B, n] one accepted word, OPEN where there is none
    log_p
        float32 [B, n, V] log-marginals of each cell, given that the word is accepted; -inf where impossible
    found
        bool [B] whether any word is accepted
    """

    word: Board
    log_p: Floats
    found: npt.NDArray[np.bool_]


def grammar_of(dfa: DFA, V: int) -> Grammar | None:
    """The automaton over V symbols, those that it does not know dead; None: it accepts nothing."""
    table = np.array(dfa.step, np.int32)[:, :V]
    step = np.full((len(table), V), -1, np.int32)
    step[:, : table.shape[1]] = table
    try:
        return compile_token_dfa(step, sorted(dfa.accept), start=dfa.start)
    except InvalidInput:
        return None


def fits(cells: int, states: int) -> bool:
    """Whether `regular` takes words of so many cells under an automaton of so many states."""
    return (cells + 1) * states <= MAX_TABLE


def regular(
    logits: Floats,
    x: Board,
    legal: Sets,
    cells: npt.NDArray[np.int32],
    grammar: Grammar | None,
    *,
    key: npt.NDArray[np.uint64],
    temperature: float = 0.0,
    seed: int = 0,
    step: int = 0,
    number: int = 0,
) -> Words:
    """Marginals of the cells of a word, and the word, given that the automaton accepts it; exact.

    A word of the open cells has the probability that the product of softmax(logits / temperature) over legal symbols
    gives it, divided by that of all accepted words; filled cells hold what they hold.
        word     drawn from that law; at temperature 0 the most probable one
        log_p    of that law at temperature 1, whatever `temperature` is
    Any subset of the cells chosen without looking at `word` follows the exact law of that subset: what a joint draw
    holds there is, by definition, a draw of its marginal. The cells left open can always be completed.

    Parameters
    ----------
    logits
        float32 [B, L, V]; -inf is never legal
    x
        int32 [B, L], OPEN where open
    legal
        uint64 [B, L], sets of legal symbols of open cells
    cells
        int32 [n], distinct, in the order in which the word is read
    grammar
        see `grammar_of`; None: no word is accepted
    key, temperature, seed, step, number
        of the draws, and which of a board's words it is

    Raises
    ------
    InvalidInput
        Logits of NaN or infinity.

    Examples
    --------
    >>> even = grammar_of(DFA(0, frozenset({0}), ((0, 1), (1, 0))), 2)  # an even number of ones
    >>> logits = np.log(np.array([[[0.1, 0.9], [0.1, 0.9], [0.2, 0.8]]], np.float32))
    >>> x, sets = np.full((1, 3), -1, np.int32), np.full((1, 3), 3, np.uint64)
    >>> words = regular(logits, x, sets, np.arange(3, dtype=np.int32), even, key=np.zeros(1, np.uint64))
    >>> words.word.tolist(), (100 * np.exp(words.log_p[0, 2])).astype(int).tolist()
    ([[1, 1, 0]], [53, 46])
    """
    (B, _, V), n = logits.shape, len(cells)
    word, log_p = np.full((B, n), OPEN, np.int32), np.full((B, n, V), -np.inf, np.float32)
    found = np.zeros(B, np.bool_)
    if grammar is None:
        return Words(word, log_p, found)
    for b, i, v in np.argwhere(~(logits[:, cells] < np.inf))[:1]:
        raise InvalidInput(
            f"logits: board {b}, cell {cells[i]}, symbol {v} is {logits[b, cells[i], v]}; wanted a number or -inf: "
            "look for an overflow in the network"
        )
    allowed = (legal[:, cells, None] >> np.arange(V, dtype=np.uint64)) & np.uint64(1) > 0
    scores, held = np.where(allowed, logits[:, cells], -np.inf), x[:, cells]
    at_once = max(1, AT_ONCE // ((n + 1) * max(grammar.Q, grammar.C, grammar.N)))
    for first in range(0, B, at_once):
        rows = np.arange(first, min(B, first + at_once))
        law = posterior(grammar, _below(scores[rows], 1.0), held=held[rows])
        found[rows] = law.possible
        if not (rows := rows[found[rows]]).size:
            continue
        if not found[first : first + at_once].all():
            law = posterior(grammar, _below(scores[rows], 1.0), held=held[rows])
        log_p[rows] = law.log_marginals()
        if temperature not in (0, 1):
            law = posterior(grammar, _below(scores[rows], temperature), held=held[rows])
        if temperature == 0:
            word[rows] = law.argmax()
        else:
            word[rows] = law.draw(seed, request=key[rows], canvas=number, step=step)
    return Words(word, log_p, found)


def _below(scores: Floats, temperature: float) -> Floats:
    """Scores [.., V] below the best of their cell, over the temperature: any finite ones are numbers that add up."""
    top = scores.max(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        below = (scores - np.where(top > -np.inf, top, 0)) / np.float32(temperature)
    return np.where(scores > -np.inf, np.maximum(below, FARTHEST), -np.inf).astype(np.float32)
