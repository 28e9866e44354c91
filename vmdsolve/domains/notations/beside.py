"""Kinds of Sudoku with rules of their own beside it, as f-puzzles says those: a function a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrow import Arrow
from ..evenodd import EvenOdd
from ..sandwich import Sandwich
from ..thermo import Thermo

__all__ = ["BESIDE", "named"]

Setting = dict[str, Any]


def named(n: int, cell: int) -> str:
    """How f-puzzles calls a cell.

    Examples
    --------
    >>> named(9, 10)
    'R2C2'
    """
    return f"R{cell // n + 1}C{cell % n + 1}"


def _thermo(board: Thermo) -> Setting:
    n = board.shape[0]
    return {"thermometer": [{"lines": [[named(n, cell) for cell in line]]} for line in board.lines]}


def _arrow(board: Arrow) -> Setting:
    n = board.shape[0]
    lines = [[named(n, cell) for cell in line] for line in board.lines]
    return {"arrow": [{"cells": line[:1], "lines": [line]} for line in lines]}


def _even_odd(board: EvenOdd) -> Setting:
    n, marks = board.shape[0], enumerate(board.parity)
    cells = [(mark, {"cell": named(n, cell)}) for cell, mark in marks]
    return {key: [cell for mark, cell in cells if mark == sign] for key, sign in (("even", "E"), ("odd", "O"))}


def _sandwich(board: Sandwich) -> Setting:
    """Clues above columns stand in row 0, those left of rows in column 0."""
    n = board.shape[0]
    outside = [*(f"R0C{i + 1}" for i in range(n)), *(f"R{i + 1}C0" for i in range(n))]
    clues = zip(outside, board.between, strict=True)
    return {"sandwichsum": [{"cell": cell, "value": str(clue)} for cell, clue in clues if clue is not None]}


BESIDE: dict[type, Callable[[Any], Setting]] = {
    Thermo: _thermo, Arrow: _arrow, EvenOdd: _even_odd, Sandwich: _sandwich,
}  # fmt: skip
