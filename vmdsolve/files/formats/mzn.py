"""mzn: MiniZinc, but only quasigroup completion as it is published, as one puzzle.

A variable a cell, 0 .. n - 1 where open, and all_different of each row and column.
"""

from __future__ import annotations

import re
from itertools import islice

from ...domains import Domain
from ...domains.base import SYMBOLS
from ...errors import InvalidInput
from .whole import Puzzle, WholeFile, order_of, without_comments

__all__ = ["Mzn"]

# What may be long never holds what begins it anew: a hostile file is read in linear time.
VARIABLE = re.compile(r"\bvar\s+(\d{1,9})\s*\.\.\s*(\d{1,9})\s*:\s*(\w+)\s*;")
UNLIKE = re.compile(r"\bconstraint\s+all_?different\s*\(\s*\[([^\[\]]*)\]\s*\)\s*;")


class Mzn(WholeFile):
    reads = (".mzn",)

    def puzzle_of(self, text: str, domain: Domain | None) -> Puzzle:
        del domain
        text = without_comments(text)
        cells = [found.groups() for found in islice(VARIABLE.finditer(text), len(SYMBOLS) ** 2 + 1)]
        n = order_of(len(cells), "variables with a range in this .mzn")
        names = [name for _, _, name in cells]
        rows = [tuple(names[i : i + n]) for i in range(0, n * n, n)]
        units = [tuple(part.replace(",", " ").split()) for part in UNLIKE.findall(text)]
        if sorted(units) != sorted([*rows, *zip(*rows, strict=True)]) or text.count("constraint") != len(units):
            raise InvalidInput("this .mzn is not a quasigroup to complete, all_different of rows and columns alone")
        out = ""
        for low, high, name in cells:
            fixed = low == high and int(low) < n
            if not fixed and (int(low), int(high)) != (0, n - 1):
                wanted = f"wanted k .. k, or 0 .. {n - 1} where open"
                raise InvalidInput(f"variable {name[:40]} is {low} .. {high}; {wanted}")
            out += SYMBOLS[int(low)] if fixed else "."
        return out, f"latin-{n}"
