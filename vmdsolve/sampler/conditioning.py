"""Sampling under Regular constraints: what a step commits is drawn from the posterior conditioned on every word.

The network says of each open cell, given x and z, how likely its symbols are, independently of the other cells. A
Regular constraint makes the cells of its word depend on each other, and `regular` does so exactly: it replaces their
posterior by its marginals given that the word is accepted, and draws one word from it. The step then chooses cells by
the marginals (orders, thresholds, confidences see nothing else) and commits what the word holds there.

    law        the choice does not look at the word, so what is committed is a draw from the exact law of these cells;
               the argmax (temperature 0) is that of whole words
    validity   the word itself completes every subset that is committed, so a board never gets stuck, in any order and
               number of steps: every finished board matches. Without a word that is accepted it is stuck at once
    limits     words must not share cells: of Regular constraints that do, those declared first are kept. Rules of
               other kinds on the same cells mask symbols, but are not conditioned on: there the words are guidance,
               a board may get stuck, and the checker decides as ever. So are words too large for the kernel. Re-masking
               is harmless
"""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from ..canvas import Grammar
from ..constraints import Regular
from ..kernels import conflicts
from ..problem import OPEN, Board, Rules
from .regular import fits, grammar_of, regular

__all__ = ["Conditioned", "Conditioning", "conditioning_of"]

Floats = npt.NDArray[np.float32]


class Conditioned(NamedTuple):
    """What the words of B boards say.

    Attributes
    ----------
    logits
        float32 [B, L, V] the network's, and in the cells of words log-marginals given that these are accepted
    word
        int32 [B, L] the symbols to commit, OPEN in cells of no word
    lost
        bool [B] some word can no longer be accepted
    """

    logits: Floats
    word: Board
    lost: npt.NDArray[np.bool_]


class Conditioning:
    """The words of a problem's rules; true if there are any.

    Attributes
    ----------
    complete
        they are all its rules: what matches them is an answer
    """

    def __init__(self, rules: Rules) -> None:
        self.words: list[tuple[npt.NDArray[np.int32], Grammar | None]] = []
        taken: set[int] = set()
        for rule in rules.constraints:
            if not isinstance(rule, Regular) or not fits(len(rule.cells), len(rule.dfa.step)):
                continue
            if taken.isdisjoint(rule.cells):
                taken.update(rule.cells)
                self.words.append((np.array(rule.cells, np.int32), grammar_of(rule.dfa, rules.V)))
        self.peers = rules.peers
        self.complete = len(self.words) == len(rules.constraints)

    def __bool__(self) -> bool:
        return bool(self.words)

    def __call__(
        self,
        logits: Floats,
        x: Board,
        legal: npt.NDArray[np.uint64],
        *,
        key: npt.NDArray[np.uint64],
        temperature: float,
        seed: int,
        step: int,
    ) -> Conditioned:
        """Condition logits [B, L, V] of tokens x [B, L] with legal symbols [B, L]; see `regular`."""
        logits, word, lost = logits.copy(), np.full(x.shape, OPEN, np.int32), np.zeros(len(x), np.bool_)
        for number, (cells, grammar) in enumerate(self.words):
            out = regular(
                logits, x, legal, cells, grammar, key=key, temperature=temperature, seed=seed, step=step, number=number
            )
            logits[:, cells], word[:, cells] = out.log_p, out.word
            lost |= ~out.found
        return Conditioned(logits, word, lost)

    def commit(self, x: Board, filled: Board, word: Board) -> Board:
        """Boards [B, L] `filled` in one step from x, but with the words' symbols where there are any.

        The step kept peers apart by its own symbols. Where those of the words clash, one cell of the board stays.
        """
        out = np.where((x == OPEN) & (filled != OPEN) & (word != OPEN), word, filled)
        if self.peers:
            clash = conflicts(out, self.peers) & (x == OPEN)
            clash[np.arange(len(x)), clash.argmax(axis=1)] = False
            out = np.where(clash, OPEN, out)
        return np.asarray(out, np.int32)


_MADE: WeakKeyDictionary[Rules, Conditioning] = WeakKeyDictionary()


def conditioning_of(rules: Rules) -> Conditioning:
    """The conditioning of these rules, made once.

    Examples
    --------
    >>> from vmdsolve.constraints import DFA
    >>> conditioning_of(Rules(3, 2, (Regular([2, 0], DFA(0, frozenset({0}), ((0, -1),))),))).words[0][0].tolist()
    [2, 0]
    """
    if rules not in _MADE:
        _MADE[rules] = Conditioning(rules)
    return _MADE[rules]
