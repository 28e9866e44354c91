"""Sudoku as setters make it: regions of any shape, and rules of any number beside them, as f-puzzles writes them.

A `Setting` is that puzzle as data, the JSON of f-puzzles: `problem_of` makes the simplest board that says all of it, a
plain Sudoku where there is nothing more, and `setting_of` is the way back. All notations of Sudoku meet here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...constraints import AllDifferent
from ...drawing import Sheet
from ...errors import InvalidProblem
from ...problem import OPEN, Board, Constraint, Problem
from ..base import SYMBOLS, Domain
from ..jigsaw import Jigsaw
from ..killer import Killer
from ..latin import LatinSquare
from ..parts.boxed import Boxed
from ..parts.grids import box_shape, region_sheet, rows_and_columns
from ..parts.regions import cells_of, renumbered
from ..sudoku import Sudoku
from ..variants import AntiKing, AntiKnight, SudokuX, Windoku
from . import lzstring
from .base import refused
from .beside import BESIDE, named
from .rules import RULES, Place

__all__ = ["LARGEST", "LINK", "Setting", "SudokuVariant", "problem_of", "setting_of"]

Setting = dict[str, Any]
LARGEST = 25
LINK = "https://f-puzzles.com/?load="
DIAGONALS = ("diagonal+", "diagonal-")


class SudokuVariant(Domain):
    """A board of rows, columns, `regions` [L], -1 for none, and the rules of a setting."""

    name = "sudoku-variant"

    def __init__(self, n: int, regions: Sequence[int], setting: Setting) -> None:
        self.shape, self.symbols, self.regions = (n, n), SYMBOLS[:n], list(regions)
        self.setting = {key: value for key, value in setting.items() if key != "grid" and value}
        self.boxes = next(((h, n // h) for h in _heights(n) if self.regions == boxes_of(h, n // h)), None)
        called = "box" if self.boxes else "region"
        apart = (AllDifferent(cells, called) for cells in cells_of(self.regions) if len(cells) > 1)
        self.constraints: tuple[Constraint, ...] = (*rows_and_columns(n), *apart)
        for key, read in RULES.items():
            if self.setting.get(key):
                self.constraints += tuple(read(Place(n, key), self.setting[key]))

    def write(self, values: Board) -> str:
        """The link that opens it in f-puzzles."""
        setting = _with_grid(self.setting, self.regions, values)
        return LINK + lzstring.compress(json.dumps(setting, separators=(",", ":")))

    def sheet(self) -> Sheet:
        n = self.shape[0]
        alone = [region if region >= 0 else -2 - cell for cell, region in enumerate(self.regions)]
        sums = self.setting.get("killercage") or []
        labels = {Place(n, "killercage").cell(cage["cells"][0]): str(cage.get("value") or "") for cage in sums}
        return region_sheet([alone[i : i + n] for i in range(0, n * n, n)], labels)


def boxes_of(h: int, w: int) -> list[int]:
    """[L] the box of each cell.

    Examples
    --------
    >>> boxes_of(1, 2)
    [0, 0, 1, 1]
    """
    n = h * w
    return [cell // n // h * (n // w) + cell % n // w for cell in range(n * n)]


def problem_of(setting: Setting, values: Sequence[int], regions: Sequence[int]) -> Problem:
    """The problem of a setting, whose cells hold these values, on the simplest board that says all of it.

    Parameters
    ----------
    values, regions
        [L] of each cell; OPEN where nothing is given, -1 where it is in no region

    Raises
    ------
    InvalidProblem
        Names the rule that is said wrongly.
    """
    n = round(len(values) ** 0.5)
    regions = renumbered(regions, outside=(-1,))
    sizes = Counter(region for region in regions if region >= 0)
    if too_large := [size for size in sizes.values() if size > n]:
        raise InvalidProblem(f"a region has {too_large[0]} cells; wanted at most {n}, one for each number")
    board = _board(n, regions, setting)
    return Problem(board.name, board.rules, [*values], board)  # type: ignore[arg-type]


def _board(n: int, regions: list[int], setting: Setting) -> Domain:
    shape = next(((h, n // h) for h in _heights(n) if regions == boxes_of(h, n // h)), None)
    stated = {key for key in RULES if setting.get(key)}
    if "disjointgroups" in stated and shape != box_shape(n):
        raise InvalidProblem("f-puzzles, disjointgroups: there is such a rule here only where regions are boxes")
    if not stated and shape:
        return Sudoku(*shape)
    if not stated and max(regions, default=-1) < 0:
        return LatinSquare(n)
    if not stated and min(regions) >= 0 and len(Counter(regions)) == n and {*Counter(regions).values()} == {n}:
        return Jigsaw(regions)
    if shape and stated == set(DIAGONALS):
        return SudokuX(*shape)
    variant = SudokuVariant(n, regions, setting)
    if shape == box_shape(n) and stated == {"killercage"}:
        return _killer(variant)
    if stated == {"extraregion"} and n == 9 and shape:
        windows = {tuple(sorted(c.cells)) for c in variant.constraints if c.relation == "extra region"}
        windoku = Windoku()
        if windows == {tuple(sorted(c.cells)) for c in windoku.constraints if c.relation == "window"}:
            return windoku
    return variant


def _heights(n: int) -> list[int]:
    """Heights of boxes, the usual one first."""
    return sorted((h for h in range(1, n + 1) if n % h == 0), key=lambda h: h != box_shape(n)[0])


def _killer(variant: SudokuVariant) -> Domain:
    """A killer, if each cage has a total and none has cells of another."""
    n, cages = variant.shape[0], []
    place = Place(n, "killercage")
    for part in variant.setting["killercage"]:
        if part.get("value") in (None, "") or place.number(part["value"], 10_000) < 1:
            return variant
        cages.append((place.number(part["value"], 10_000), place.cells(part["cells"])))
    cells = [cell for _, cage in cages for cell in cage]
    return variant if len(set(cells)) < len(cells) else Killer(n, cages)


def setting_of(problem: Problem, notation: str) -> tuple[Setting, list[int]]:
    """A problem as a setting, and the regions [L] of its cells.

    Raises
    ------
    InvalidProblem
        Where it is no Sudoku of some kind.
    """
    board = problem.layout
    setting: Setting = {}
    if not isinstance(board, Domain):
        raise refused(problem, notation, "it says nothing of its board")
    n = board.shape[0]
    if isinstance(board, SudokuVariant):
        setting, regions = dict(board.setting), board.regions
    elif isinstance(board, Killer):
        regions = boxes_of(*getattr(board, "box", box_shape(n)))
        setting["killercage"] = [
            {"cells": [named(n, c) for c in cells]} | ({"value": str(total)} if total else {})
            for total, cells in board.cages
        ]
    elif isinstance(board, Boxed) and type(board) in BESIDE:
        h, w = box_shape(n)
        regions = boxes_of(h, w) if h > 1 else [-1] * (n * n)
        setting = BESIDE[type(board)](board)
    elif isinstance(board, Jigsaw):
        regions = board.regions.tolist()
    elif isinstance(board, LatinSquare):
        regions = [-1] * (n * n)
    elif isinstance(board, Sudoku):
        regions = boxes_of(board.h, board.w)
        if isinstance(board, SudokuX):
            setting = dict.fromkeys(DIAGONALS, True)
        elif isinstance(board, AntiKnight):
            setting = {"antiking" if isinstance(board, AntiKing) else "antiknight": True}
        elif isinstance(board, Windoku):
            windows = [c.cells for c in board.constraints if c.relation == "window"]
            setting["extraregion"] = [{"cells": [named(n, c) for c in window]} for window in windows]
    else:
        raise refused(problem, notation, "it holds Sudoku with rules beside it, and Latin squares")
    if n > LARGEST:
        raise refused(problem, notation, f"its boards have at most {LARGEST} rows")
    return setting, regions


def _with_grid(setting: Setting, regions: Sequence[int], values: Board) -> Setting:
    """The whole JSON; a region is said where it is not the usual box."""
    n = round(len(values) ** 0.5)
    usual, grid = boxes_of(*box_shape(n)), []
    for cell, value in enumerate(values.tolist()):
        entry: dict[str, Any] = {} if value == OPEN else {"value": value + 1, "given": True}
        if regions != usual:
            entry["region"] = regions[cell] if regions[cell] >= 0 else None
        grid.append(entry)
    return {**setting, "size": n, "grid": [grid[i : i + n] for i in range(0, n * n, n)]}


def link_of(problem: Problem, notation: str) -> str:
    """The packed JSON of a problem, without what stands before it in a link."""
    setting, regions = setting_of(problem, notation)
    return lzstring.compress(json.dumps(_with_grid(setting, regions, problem.values), separators=(",", ":")))
