"""The independent judge: says whether a board is an answer, and if not, why.

It shares no code with kernels, search or model: only the words (problem) and the rules (constraints). Many boards are
judged by csrc/check, which shares none with them either, where a rule is that cells differ; tests hold that to plain
Python. Everything that vmdsolve reports as SOLVED has passed `accepts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vmdsolve import _native

from .arguments import whole
from .errors import InvalidInput
from .plain import many
from .problem import OPEN, Board, Rules, Violation

__all__ = ["accepts", "violations"]

FEW = 8  # below this many boards plain Python judges


def violations(rules: Rules, values: Sequence[int] | Board) -> list[Violation]:
    """Every rule that `values` ([L], OPEN allowed) already breaks; empty if none.

    Raises
    ------
    InvalidInput
        Where the length is not L or a value is not OPEN or 0 .. V-1.

    Examples
    --------
    >>> from vmdsolve.constraints import AllDifferent
    >>> [v.cells for v in violations(Rules(3, 2, (AllDifferent([0, 2], "row"),)), [1, -1, 1])]
    [(0, 2)]
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and values.ndim == 1:
        board: list[int] = values.tolist()
    else:
        board = [whole(value, f"cell {cell}") for cell, value in enumerate(values)]
    if len(board) != rules.L:
        raise InvalidInput(f"got {many(len(board), 'value')} for {many(rules.L, 'cell')}")
    for cell, value in enumerate(board):
        if not OPEN <= value < rules.V:
            raise InvalidInput(f"cell {cell} holds value {value}; values are 0 to {rules.V - 1}, or {OPEN} for open")
    return [violation for constraint in rules.constraints for violation in constraint.violations(board)]


def accepts(rules: Rules, givens: Board, boards: Board) -> npt.NDArray[np.bool_]:
    """[B] True where a board is an answer: full, equal to the givens where there are any, no rule broken.

    Parameters
    ----------
    givens
        int32 [B, L] or [L], OPEN where nothing is given
    boards
        int32 [B, L], the proposed answers
    """
    if boards.ndim != 2 or boards.shape[1] != rules.L or givens.shape not in (boards.shape, boards.shape[1:]):
        raise InvalidInput(f"boards {boards.shape} and givens {givens.shape} must be [B, {rules.L}]")
    if boards.dtype.kind not in "iu" or givens.dtype.kind not in "iu":
        raise InvalidInput(f"boards and givens hold whole numbers, got {boards.dtype} and {givens.dtype}")
    others = rules.constraints
    if len(boards) >= FEW:
        offsets, cells, others = rules.judged
        good = _native.accepts(rules.V, offsets, cells, _narrow(givens, rules.V), _narrow(boards, rules.V))
    else:
        full = (boards >= 0) & (boards < rules.V)
        good = np.asarray((full & ((givens == OPEN) | (givens == boards))).all(axis=1))
    if not others:
        return good
    rows = np.flatnonzero(good)
    if len(rows) < FEW:
        for row in rows:
            good[row] = not violations(rules, boards[row])
        return good
    held = np.asfortranarray(boards[rows])  # rules look at a few cells of all boards
    kept = np.ones(len(rows), np.bool_)
    for rule in others:
        kept &= rule.accepts(held)
    good[rows] = kept
    return good


def _narrow(values: npt.NDArray[Any], V: int) -> Board:
    """As native code reads them; what is no value of a board stays none."""
    if values.dtype == np.int32 and values.flags.c_contiguous and values.flags.aligned:
        return values
    if values.dtype != np.int32:
        values = np.minimum(values, V) if values.dtype.kind == "u" else np.clip(values, OPEN - 1, V)
    return np.require(values, np.int32, ["C", "A"])
