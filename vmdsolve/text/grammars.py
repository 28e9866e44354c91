"""Texts of a grammar, as models of text fill them: what is asked for, how long it may be, and the law of a block.

A window of n tokens is to be a text of the grammar as a whole. Within a block every step draws one text of all its open
cells from their exact law (vmdsolve/canvas/law.py) and commits some of them, so that there is no dead end. Behind a
block stand so many more tokens, some of which may be given: it ends in a state from which these can still be filled,
and its law is that of the block given this, not that of the whole text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..canvas import Grammar
from ..canvas import Vocabulary as Words
from ..canvas.law import MAX_LATTICE, posterior
from ..canvas.matcher import advance
from ..canvas.requests import grammar_of_request
from ..deadline import stop_point
from ..errors import InvalidInput
from ..problem import OPEN, Board
from ..sampler.keys import Keys
from .vocabulary import Vocabulary

__all__ = ["Standing", "grammar_for", "lengths_of", "spelled"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


def spelled(vocabulary: Vocabulary) -> Words:
    """The bytes that each symbol writes, as grammars are compiled for; text has no token that closes it.

    Raises
    ------
    InvalidInput
        A vocabulary whose symbols write none: numbers.

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Characters
    >>> spelled(Characters("aé")).tokens
    (b'a', b'\\xc3\\xa9')
    """
    return Words.from_bytes(vocabulary.pieces(), vocab_size=vocabulary.size)


def grammar_for(
    vocabulary: Vocabulary,
    *,
    regex: str | None = None,
    json_schema: Any = None,
    choice: Iterable[str] | None = None,
) -> Grammar | None:
    """What is asked for, over a vocabulary; None: nothing is.

    Raises
    ------
    InvalidInput
        Several at once, or what its compiler refuses (docs/grammars.md).

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Characters
    >>> grammar_for(Characters("abc"), regex="(ab)+c?").accepts([0, 1, 2])
    True
    """
    asked = {"regex": regex, "json_schema": json_schema, "choice": choice}
    asked = {name: value for name, value in asked.items() if value is not None}
    if not asked:
        return None
    if len(asked) > 1:
        raise InvalidInput(f"{' and '.join(asked)} are given; wanted one of regex, json_schema and choice")
    return grammar_of_request(asked, spelled(vocabulary))


class _Steps:
    """Which states of a grammar tokens lead to and from; a token that is OPEN is any."""

    def __init__(self, grammar: Grammar) -> None:
        self.Q, self.grammar = grammar.Q, grammar
        self._from = np.repeat(np.arange(grammar.Q), np.diff(grammar.edge_first))
        self._of_set = np.repeat(np.arange(grammar.N), np.diff(grammar.set_first))
        weight = grammar.edge_weight
        self._open = np.ones(grammar.E, np.bool_) if weight is None else np.asarray(weight > -np.inf)

    def before(self, states: Bools, token: int = OPEN) -> Bools:
        """[Q] whether a state leads into one of `states` [Q] by the token."""
        out = np.zeros(self.Q, np.bool_)
        out[self._from[self._edges(token) & states[self.grammar.edge_next]]] = True
        return out

    def after(self, states: Bools, token: int = OPEN) -> Bools:
        """[Q] whether one of `states` [Q] leads into a state by the token."""
        out = np.zeros(self.Q, np.bool_)
        out[self.grammar.edge_next[self._edges(token) & states[self._from]]] = True
        return out

    def _edges(self, token: int) -> Bools:
        if token == OPEN:
            return self._open
        kind, sets = self.grammar.token_class[token], np.zeros(self.grammar.N, np.bool_)
        sets[self._of_set[self.grammar.set_class == kind]] = True
        return np.asarray(self._open & sets[self.grammar.edge_set])

    def start(self) -> Bools:
        """[Q] the start alone."""
        return np.asarray(np.arange(self.Q) == self.grammar.start)


def lengths_of(grammar: Grammar, given: Sequence[int], most: int) -> list[int]:
    """How many tokens texts of the grammar may have that begin with the given ones, up to `most`; rising.

    Examples
    --------
    >>> from vmdsolve.text.vocabulary import Characters
    >>> grammar = grammar_for(Characters("abc"), regex="(ab)+c?")
    >>> lengths_of(grammar, [], 6), lengths_of(grammar, [0, 1, 0], 6), lengths_of(grammar, [1], 6)
    ([2, 3, 4, 5, 6], [4, 5, 6], [])
    """
    steps, out = _Steps(grammar), []
    states = steps.start()
    for n in range(1, most + 1):
        stop_point()
        states = steps.after(states, given[n - 1] if n <= len(given) else OPEN)
        if n >= len(given) and (states & grammar.accepting).any():
            out.append(n)
    return out


class Standing:
    """Where the texts of B windows stand in a grammar, block after block.

    Parameters
    ----------
    grammar
        over as many tokens as the model has logits; where a window has several blocks, one that is deterministic
    windows
        int32 [B, n], OPEN where open
    cells
        of a block

    Attributes
    ----------
    possible
        bool [B] whether any text of the grammar fits a window

    Raises
    ------
    InvalidInput
        A grammar too large for such blocks.
    """

    def __init__(self, grammar: Grammar, windows: Board, cells: int) -> None:
        self.grammar, self.n, self.cells = grammar, windows.shape[1], min(cells, windows.shape[1])
        self.state = np.full(len(windows), grammar.start, np.int64)
        self.rows = MAX_LATTICE // ((self.cells + 1) * max(grammar.Q, grammar.C, grammar.N))
        if not self.rows:
            raise InvalidInput(
                f"a grammar of {grammar.Q:,} states is too large for {self.cells:,} cells at once; take shorter texts, "
                "or a smaller grammar"
            )
        self._steps, self._until = _Steps(grammar), {grammar.accepting.tobytes(): grammar}
        kinds: dict[bytes, tuple[list[Grammar], bool]] = {}
        found = []
        for window in windows:
            key = window.tobytes()
            if key not in kinds:
                kinds[key] = self._ends(window)
            found.append(kinds[key])
        self._grammars = [grammars for grammars, _ in found]  # [B][blocks]
        self.possible = np.array([possible for _, possible in found], np.bool_)

    def _ends(self, window: Board) -> tuple[list[Grammar], bool]:
        """For every block the grammar that it is to fill, and whether the whole window can be filled."""
        states, out = np.asarray(self.grammar.accepting), []
        for cell in range(self.n, 0, -1):
            if cell == self.n or cell % self.cells == 0:
                out.append(self._ending(states))
            stop_point()
            states = self._steps.before(states, int(window[cell - 1]))
        return out[::-1], bool(states[self.grammar.start])

    def _ending(self, states: Bools) -> Grammar:
        """The grammar of the texts that lead into `states` [Q], for one block."""
        key = states.tobytes()
        if key not in self._until:
            least, reached = np.where(states, 0, self.cells + 1).astype(np.int32), states
            for n in range(1, self.cells + 1):
                reached = self._steps.before(reached)
                least[reached & (least > n)] = n
            self._until[key] = replace(self.grammar, accepting=states, least=least, end=-1, eos=(), pad=())
        return self._until[key]

    def texts(
        self, block: int, logits: Any, held: Board, *, temperature: float, keys: Keys, seed: int, step: int
    ) -> tuple[Floats, Board]:
        """Log-marginals at temperature 1, float32 [B, m, V], and one text each, int32 [B, m]: all of a block's cells.

        Parameters
        ----------
        logits
            float32 [B, m, V] on the CPU
        held
            int32 [B, m], OPEN where open
        temperature
            of the text that is drawn; 0: the most probable one
        keys, seed, step
            of the random numbers
        """
        log_p, text = np.empty(logits.shape, np.float32), np.empty(held.shape, np.int32)
        groups: dict[Grammar, list[int]] = {}
        for b, grammars in enumerate(self._grammars):
            groups.setdefault(grammars[block], []).append(b)
        parts = [(g, rows[i : i + self.rows]) for g, rows in groups.items() for i in range(0, len(rows), self.rows)]
        for grammar, rows in parts:
            stop_point()
            law = posterior(grammar, logits[rows], held=held[rows], state=self.state[rows])
            log_p[rows] = law.log_marginals()
            if temperature == 0:
                text[rows] = law.argmax()
                continue
            if temperature != 1:
                law = posterior(grammar, logits[rows], held=held[rows], state=self.state[rows], temperature=temperature)
            text[rows] = law.draw(seed, request=keys[rows], canvas=block, step=step)
        return log_p, text

    def leave(self, tokens: Board) -> None:
        """Go on behind a block that holds `tokens` [B, m]."""
        for b, row in enumerate(tokens.tolist()):
            for token in row:
                self.state[b] = advance(self.grammar, int(self.state[b]), token)
