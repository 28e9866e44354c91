"""Solo, Sudoku in Simon Tatham's collection: also with regions of any shape, both diagonals, and killer cages."""

from __future__ import annotations

import re

import numpy as np

from ...errors import InvalidProblem
from ...problem import OPEN, Problem
from ..base import Domain
from .base import Scanner, numbers_of, refused
from .beside import named
from .blocks import put_blocks, put_grid, take_blocks, take_grid
from .game import Game, sized
from .rules import RULES
from .variant import DIAGONALS, Setting, boxes_of, problem_of, setting_of

__all__ = ["Solo"]


class Solo(Game):
    name, layout = "Solo", Domain
    params = re.compile(r"(\d{1,2})(?:x(\d{1,2}))?((?:j|x|k|[rm]d?\d+|a|d[a-z])*)", re.ASCII)

    def read(self, params: re.Match[str], desc: Scanner) -> Problem:
        columns, rows, flags = int(params[1]), int(params[2] or params[1]), re.sub(r"d[a-z]|[rm]d?\d+", "", params[3])
        jigsaw = "j" in flags
        n = sized((columns * rows if params[2] else columns) if jigsaw else columns * rows, "Solo")
        values = [OPEN if k is None else k - 1 for k in take_grid(desc, n * n)]
        if max(values) >= n or min(values) < OPEN:
            raise InvalidProblem(f"this Solo ID gives a number beyond 1 to {n}")
        setting: Setting = dict.fromkeys(DIAGONALS, True) if "x" in flags else {}
        if jigsaw:
            regions = self._blocks(desc, n)
            if set(np.bincount(regions)) != {n}:
                raise desc.error(f"a jigsaw whose regions have other than {n} cells each")
        else:
            regions = boxes_of(columns, rows)
        if "k" in flags:
            setting["killercage"] = self._cages(desc, n)
        return problem_of(setting, values, regions)

    def _blocks(self, desc: Scanner, n: int) -> list[int]:
        if desc.take() != ",":
            raise desc.error("wanted ',' and then regions or cages")
        return take_blocks(desc, n)

    def _cages(self, desc: Scanner, n: int) -> list[dict[str, object]]:
        blocks = self._blocks(desc, n)
        if desc.take() != ",":
            raise desc.error("wanted ',' and then the totals of cages")
        totals = take_grid(desc, n * n)
        cages: list[dict[str, object]] = []
        for block in range(max(blocks) + 1):
            cells = [cell for cell, held in enumerate(blocks) if held == block]
            shown = [totals[cell] for cell in cells if totals[cell] is not None]
            if len(shown) != 1:
                raise desc.error(f"a cage shows {len(shown)} totals; wanted one")
            cages.append({"cells": [named(n, cell) for cell in cells], "value": str(shown[0])})
        return cages

    def write(self, problem: Problem, what: str) -> tuple[str, str]:
        setting, regions = setting_of(problem, what)
        n = problem.layout.shape[0]
        beyond = {key for key, value in setting.items() if value} - {*DIAGONALS, "killercage"}
        both = [bool(setting.get(key)) for key in DIAGONALS]
        if beyond & RULES.keys() or both[0] != both[1]:
            raise refused(problem, what, "of Sudoku it holds jigsaws, both diagonals and killer cages")
        shape = next(((h, n // h) for h in range(2, n // 2 + 1) if n % h == 0 and regions == boxes_of(h, n // h)), None)
        params, desc = f"{shape[0]}x{shape[1]}" if shape else f"{n}j", put_grid(numbers_of(problem))
        if not shape:
            desc += "," + self._put(problem, what, regions, n, n)
        params += "x" if both[0] else ""
        if cages := setting.get("killercage"):
            params += "k"
            blocks, totals = [-1] * (n * n), list[int | None]([None] * (n * n))
            at = {named(n, cell): cell for cell in range(n * n)}
            for number, cage in enumerate(cages):
                cells = sorted(at[name] for name in cage["cells"])
                for cell in cells:
                    blocks[cell] = number if blocks[cell] < 0 else -2
                totals[cells[0]] = int(cage["value"]) if cage.get("value") else None
            if min(blocks) < 0 or sum(total is not None for total in totals) < len(cages):
                raise refused(problem, what, "each of its cells is in one cage with a total")
            desc += f",{self._put(problem, what, blocks, n)},{put_grid(totals)}"
        return params, desc

    def _put(self, problem: Problem, what: str, blocks: list[int], n: int, size: int | None = None) -> str:
        text = put_blocks(blocks, n)
        numbers: dict[int, int] = {}
        tidy = [numbers.setdefault(block, len(numbers)) for block in blocks]
        if (
            min(blocks) < 0
            or take_blocks(Scanner(text, what), n) != tidy
            or (size and set(np.bincount(tidy)) != {size})
        ):
            raise refused(problem, what, "regions and cages are parted by lines: each is one piece, and holds n cells")
        return text
