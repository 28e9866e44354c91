"""Hidden Markov models, exactly: how likely a row is, what each cell holds given what is visible, states drawn so.

A row of L cells comes of L hidden states q: the first from `start`, each other from the one before it by `move`, and
cell l shows v with chance emit[q_l, v]. All of it is the forward and the backward recursion (Rabiner 1989), where an
open cell tells nothing. Some states may be told besides: given all of them, cells do not hang on each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import InvalidInput
from ...problem import OPEN, Board

__all__ = ["UNTOLD", "HiddenMarkov"]

Floats = npt.NDArray[np.float64]
UNTOLD = -1  # of a state that nothing is known of


@dataclass(frozen=True, eq=False)
class HiddenMarkov:
    """Q hidden states and V symbols; rows of `start` [Q], `move` [Q, Q] and `emit` [Q, V] sum to 1.

    Examples
    --------
    >>> chain = HiddenMarkov.ring(3, 0.8, 0.9)
    >>> np.exp(chain.log_p(np.array([[0, 1, 2], [0, 0, 0]], np.int32))).round(4).tolist()
    [0.1605, 0.0088]

    References
    ----------
    Rabiner, A tutorial on hidden Markov models and selected applications in speech recognition, 1989.
    """

    start: Floats
    move: Floats
    emit: Floats

    def __post_init__(self) -> None:
        Q, shapes = len(self.start), (self.start.shape, self.move.shape, self.emit.shape)
        if shapes != ((Q,), (Q, Q), (Q, self.emit.shape[-1])):
            raise InvalidInput(f"a hidden Markov model has shapes {shapes}; wanted [Q], [Q, Q] and [Q, V]")
        for name in ("start", "move", "emit"):
            rows = np.atleast_2d(getattr(self, name))
            if not ((rows >= 0).all() and np.allclose(rows.sum(axis=1), 1)):
                raise InvalidInput(f"{name} of a hidden Markov model holds {rows.tolist()}; wanted rows that sum to 1")

    @staticmethod
    def ring(Q: int, on: float, clear: float) -> HiddenMarkov:
        """States in a ring: with chance `on` each leads to the next, and with chance `clear` it shows its own symbol.

        What is left of either chance is shared evenly among the others; the first state is any.
        """
        others = max(1, Q - 1)
        follow = np.roll(np.eye(Q), 1, axis=1)
        move = on * follow + (1 - on) / others * (1 - follow)
        emit = clear * np.eye(Q) + (1 - clear) / others * (1 - np.eye(Q))
        return HiddenMarkov(np.full(Q, 1 / Q), move, emit)

    @property
    def V(self) -> int:
        """Symbols."""
        return int(self.emit.shape[1])

    def draw(self, rng: np.random.Generator, n: int, L: int) -> Board:
        """n rows [n, L].

        Examples
        --------
        >>> HiddenMarkov.ring(3, 1.0, 1.0).draw(np.random.default_rng(0), 2, 5).tolist()
        [[1, 2, 0, 1, 2], [0, 1, 2, 0, 1]]
        """
        out, chance = np.empty((n, L), np.int32), np.tile(self.start, (n, 1))
        for cell in range(L):
            state = _chosen(chance, rng.random(n))
            out[:, cell] = _chosen(self.emit[state], rng.random(n))
            chance = self.move[state]
        return out

    def log_p(self, x: Board, told: Board | None = None) -> Floats:
        """[B] log-chance of what is visible in rows x [B, L], and of the states that are told: `told` [B, L]."""
        return self._forward(self._seen(x, told))[1]

    def symbols(self, x: Board, told: Board | None = None) -> Floats:
        """[B, L, V] chance of every symbol in each open cell, given what is visible and told; of a cell that is
        visible, what another of its kind would hold.

        Examples
        --------
        >>> chain = HiddenMarkov.ring(3, 1.0, 1.0)
        >>> chain.symbols(np.array([[0, OPEN, OPEN]], np.int32))[0, 1:].tolist()
        [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
        """
        seen = self._seen(x, told)
        before, _ = self._forward(seen)
        chance = before * self._backward(seen)
        return np.asarray(_even(chance) @ self.emit)

    def states(self, x: Board, uniform: Floats) -> Board:
        """Hidden states int32 [B, L] of rows x [B, L] given what is visible, by numbers in 0 .. 1, `uniform` [B, L].

        Forward filtering, backward sampling: exact.
        """
        before, _ = self._forward(self._seen(x, None))
        out = np.empty(x.shape, np.int32)
        out[:, -1] = _chosen(before[:, -1], uniform[:, -1])
        for cell in range(x.shape[1] - 2, -1, -1):
            out[:, cell] = _chosen(before[:, cell] * self.move[:, out[:, cell + 1]].T, uniform[:, cell])
        return out

    def _seen(self, x: Board, told: Board | None) -> Floats:
        """[B, L, Q] how likely each state makes what is visible of its cell; 0 where another state is told."""
        seen = np.where((x == OPEN)[..., None], 1.0, self.emit.T[np.maximum(x, 0)])
        if told is not None:
            seen = np.where((told == UNTOLD)[..., None] | (told[..., None] == np.arange(len(self.start))), seen, 0.0)
        return np.asarray(seen)

    def _forward(self, seen: Floats) -> tuple[Floats, Floats]:
        """Chance [B, L, Q] of each state given the cells up to it, and the log-chance [B] of them all."""
        out, total = np.empty_like(seen), np.zeros(len(seen))
        chance = np.broadcast_to(self.start, seen[:, 0].shape)
        with np.errstate(divide="ignore"):
            for cell in range(seen.shape[1]):
                chance = chance * seen[:, cell]
                total += np.log(chance.sum(axis=1))
                out[:, cell] = chance = _even(chance)
                chance = chance @ self.move
        return out, total

    def _backward(self, seen: Floats) -> Floats:
        """[B, L, Q] chance of the cells after each given its state, up to a factor of the cell."""
        out = np.ones_like(seen)
        for cell in range(seen.shape[1] - 2, -1, -1):
            out[:, cell] = _even((out[:, cell + 1] * seen[:, cell + 1]) @ self.move.T)
        return out


def _even(chance: Floats) -> Floats:
    """The same with a sum of 1 along the last axis; all alike where nothing is possible."""
    total = chance.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(total > 0, chance / np.where(total > 0, total, 1.0), 1 / chance.shape[-1]))


def _chosen(chance: Floats, uniform: Floats) -> npt.NDArray[np.int64]:
    """[B] the index that `uniform` [B] in 0 .. 1 falls on, of chances [B, n] in any unit."""
    upto = chance.cumsum(axis=1)
    found = (upto <= uniform[:, None] * upto[:, -1:]).sum(axis=1)
    most = chance.shape[1] - 1 - (chance[:, ::-1] > 0).argmax(axis=1)  # none that is impossible, whatever is rounded
    return np.asarray(np.minimum(found, most))
