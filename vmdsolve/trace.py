"""Trace: how the model filled the boards of one problem, step after step, latents side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from .drawing import Part, Picture, Said, Shown
from .drawing.figure import Figure, below, beside, figure
from .plain import many

__all__ = ["Trace", "side_by_side"]

OPEN = -1
ROW = 4  # boards; more go into several rows
Board = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class Draws(Protocol):
    """What draws a board."""

    name: str

    def picture(self, values: Board, *, givens: Board | None = None) -> Picture:
        """The board with what it holds."""


@dataclass(frozen=True, eq=False)
class Trace(Shown):
    """The boards of one problem, one for each of K latents in turn, as the model got them and after each of T steps.

    A board that was done before others stays as it was. `save` writes a picture that moves, or a page to step through.

    Attributes
    ----------
    layout, givens
        What draws the boards, and what was given on them [L]. Pickles leave out what draws.
    values
        int32 [T + 1, K, L], what stands in each cell, at first givens and what they force; -1 where it is open.
    confidence
        float32 [T + 1, K, L], 0 to 1: how probable the network held a cell's symbol in the step that committed it; of
        an open cell, how probable it holds the likeliest, 0 at first. 1 of cells that were filled before.
    loops
        int64 [T + 1, K], block applications spent on each board so far.
    z
        [K, D], the latents as the option `z` takes them, the last of each board; None where there are none.
    right
        bool [K], whether the checker accepted that board.

    Examples
    --------
    >>> from vmdsolve import solve
    >>> trace = solve("1......2..4..3..", method="vmd-only", steps=4, trace=True).trace
    >>> trace, trace.values.shape == trace.confidence.shape
    (Trace('sudoku-4x4', 1 step of 1 board, 1 right), True)
    """

    layout: Draws | None
    givens: Board = field(repr=False)
    values: Board = field(repr=False)
    confidence: Floats = field(repr=False)
    loops: Ints = field(repr=False)
    z: npt.NDArray[Any] | None = field(repr=False)
    right: npt.NDArray[np.bool_] = field(repr=False)

    def __repr__(self) -> str:
        T, K = len(self.loops) - 1, len(self.right)
        name = "" if self.layout is None else f"{self.layout.name!r}, "
        return f"Trace({name}{many(T, 'step')} of {many(K, 'board')}, {int(self.right.sum())} right)"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "layout": None}  # which belongs to the process that made it

    @property
    def committed(self) -> Ints:
        """int64 [K, L], the number of the step that put in each cell what it holds at the end, from 1; 0: it was there
        before, -1: the cell is open.
        """
        end = self.values[-1]
        differs = self.values != end
        since = np.where(differs.any(0), len(differs) - differs[::-1].argmax(0), 0)
        return np.where(end == OPEN, OPEN, since).astype(np.int64)

    @property
    def last(self) -> Trace:
        """The board of the last latent alone."""
        z = None if self.z is None else self.z[-1:]
        values, sure, loops = self.values[:, -1:], self.confidence[:, -1:], self.loops[:, -1:]
        return Trace(self.layout, self.givens, values, sure, loops, z, self.right[-1:])

    def picture(self) -> Picture:
        """The last board of each latent, one under another."""
        if self.layout is None:
            return Picture((Said(repr(self)),))
        parts = list[Part]()
        for values, right in zip(self.values[-1], self.right.tolist(), strict=True):
            parts += [*self.layout.picture(values, givens=self.givens).parts, Said(_said(right), "aside")]
        return Picture(tuple(parts))

    def frames(self) -> list[tuple[str, Figure]]:
        """All boards after each step, pale where the network was unsure."""
        T, out = len(self.loops) - 1, list[tuple[str, Figure]]()
        if self.layout is None:
            return out
        for t in range(T + 1):
            said = [_said(right) if t == T else " " for right in self.right.tolist()]
            drawn = side_by_side(self.layout, self.givens, self.values[t], self.confidence[t], said)
            spent = f"step {t} of {T}: {int(self.loops[t].sum())} loops" if t else "as the model got it"
            out.append((spent, drawn))
        return out


def side_by_side(layout: Draws, givens: Board, values: Board, sure: Floats, said: Sequence[str]) -> Figure:
    """Boards [K, L] of one problem, pale as they are unsure [K, L], with a few words under each; many in rows."""
    boards = [
        figure(Picture((*layout.picture(own, givens=givens).parts, Said(words, "aside"))), sure=confidence.tolist())
        for own, confidence, words in zip(values, sure, said, strict=True)
    ]
    wide = len(boards) if len(boards) <= ROW else ceil(len(boards) ** 0.5)
    return below(beside(boards[k : k + wide]) for k in range(0, len(boards), wide))


def _said(right: bool) -> str:
    return "an answer" if right else "no answer"
