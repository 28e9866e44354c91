"""Dfa: the words of a pattern as a deterministic automaton over bytes, always the smallest one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import InvalidInput
from .characters import EVERY, Ranges
from .nodes import Node
from .places import Places, TooLarge

__all__ = ["MAX_STATES", "Dfa", "TooLarge"]

MAX_STATES = 60_000  # on the way, before an automaton is made smallest
WORK = 30_000_000  # places looked at: a second at most, and 200 MB


@dataclass(frozen=True, eq=False)
class Dfa:
    """A deterministic automaton; its start is state 0, and -1 leads nowhere.

    Attributes
    ----------
    kind
        uint8 [256], what a byte is to all states
    step
        int32 [Q, kinds], the state after a byte of each kind
    accepting
        bool [Q], True where a word may end

    Examples
    --------
    >>> from .pattern import parse
    >>> words = Dfa.of(parse("(ab|é)*"))
    >>> words.Q, words.accepts("abé".encode()), words.accepts(b"aba")
    (3, True, False)
    >>> (words - Dfa.of(parse("a.*"))).accepts(b"ab"), (words & Dfa.of(parse("a.*"))).accepts(b"ab")
    (False, True)
    """

    kind: npt.NDArray[np.uint8]
    step: npt.NDArray[np.int32]
    accepting: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, tree: Node, *, states: int = MAX_STATES, alphabet: Ranges = EVERY, work: int = WORK) -> Dfa:
        """The automaton of a tree, over the UTF-8 of the characters in `alphabet`.

        Raises
        ------
        TooLarge
            It takes over `states` states on the way, or over `work` places to look at.
        """
        try:
            places = Places(tree, alphabet)
        except RecursionError:
            raise TooLarge from None
        edges, free = places.arrays()
        return cls._made(_native.determinise(places.count, places.start, places.final, edges, free, states, work))

    @classmethod
    def from_table(cls, step: npt.ArrayLike, accepting: npt.ArrayLike, start: int = 0) -> Dfa:
        """The smallest automaton with the words of a table.

        Parameters
        ----------
        step
            integers [Q, 256]: the state after each byte, -1 where none may follow
        accepting
            bool [Q], or the numbers of the states that accept
        start
            a state

        Raises
        ------
        InvalidInput
            Another shape, or numbers that are no states.

        Examples
        --------
        >>> step = np.full((2, 256), -1)
        >>> step[0, ord("a")] = step[1, ord("b")] = 1
        >>> Dfa.from_table(step, [1]).accepts(b"abb")
        True
        """
        table, ends = checked_table(step, accepting, start)
        if table.shape[1] != 256:
            raise InvalidInput(f"a table of steps has the shape {list(table.shape)}; wanted [Q, 256], a column a byte")
        order = np.arange(len(table))
        order[[0, start]] = start, 0  # it is its own inverse
        swapped = np.where(table >= 0, order[table], -1)[order].astype(np.int32)
        return cls(*_native.minimise((np.arange(256, dtype=np.uint8), np.ascontiguousarray(swapped), ends[order])))

    @property
    def Q(self) -> int:
        """States."""
        return len(self.accepting)

    @property
    def empty(self) -> bool:
        """True if there is no word, not even the empty one."""
        return not self.accepting.any()

    def arrays(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """As native functions take it."""
        return self.kind, self.step, self.accepting

    def digest(self) -> str:
        """Of the words: two automata of the same words have the same."""
        return sha256(b"".join(array.tobytes() for array in self.arrays())).hexdigest()

    def accepts(self, word: bytes) -> bool:
        state = 0
        for byte in word:
            state = int(self.step[state, self.kind[byte]])
            if state < 0:
                return False
        return bool(self.accepting[state])

    def ranges(self) -> Iterator[tuple[int, int, int, int]]:
        """The steps by ranges of bytes: state, first and last byte, state after."""
        cuts = np.flatnonzero(np.diff(self.kind.astype(int), prepend=-1))
        spans = [*zip(cuts, [*cuts[1:] - 1, 255], strict=True)]
        for q, row in enumerate(self.step):
            yield from ((q, int(a), int(b), int(to)) for a, b in spans if (to := row[self.kind[a]]) >= 0)

    def __and__(self, other: Dfa) -> Dfa:
        """The words of both. TooLarge, as `of`."""
        return self._made(_native.combine(self.arrays(), other.arrays(), False, MAX_STATES, WORK))

    def __sub__(self, other: Dfa) -> Dfa:
        """The words that are not the other's. TooLarge, as `of`."""
        return self._made(_native.combine(self.arrays(), other.arrays(), True, MAX_STATES, WORK))

    @classmethod
    def _made(cls, found: tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32], npt.NDArray[np.bool_]] | None) -> Dfa:
        if found is None:
            raise TooLarge
        return cls(*found)


def checked_table(
    step: npt.ArrayLike, accepting: npt.ArrayLike, start: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """A table of steps [Q, n] and who accepts [Q], as integers and bools.

    Raises
    ------
    InvalidInput
    """
    table, ends = np.asarray(step), np.asarray(accepting)
    if table.ndim != 2 or not table.size or not np.issubdtype(table.dtype, np.integer):
        raise InvalidInput(f"a table of steps is {table.dtype} {list(table.shape)}; wanted integers [Q, symbols]")
    Q = len(table)
    for q, symbol in np.argwhere((table < -1) | (table >= Q))[:1]:
        raise InvalidInput(f"step [{q}, {symbol}] is {table[q, symbol]}; wanted a state, 0 to {Q - 1}, or -1")
    if ends.dtype != np.bool_ or ends.shape != (Q,):
        numbers = ends.astype(np.int64) if np.issubdtype(ends.dtype, np.integer) or not ends.size else np.array([-1])
        if ends.ndim != 1 or any(not 0 <= q < Q for q in numbers.tolist()):
            raise InvalidInput(f"accepting is {accepting!r:.60}; wanted bools [{Q}], or states 0 to {Q - 1}")
        ends = np.isin(np.arange(Q), numbers)
    if not 0 <= start < Q:
        raise InvalidInput(f"start is {start}; wanted a state, 0 to {Q - 1}")
    return table.astype(np.int64), ends
