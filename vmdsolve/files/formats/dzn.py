"""dzn: MiniZinc data with one square array of cells, as one puzzle.

`start = [| 0, 2 | 1, 0 |]` or `x = array2d(1..n, 1..n, [...])`; numbers from 1, and 0 or _ where open. With `start` and
`N` alone it is a quasigroup to complete (a Latin square); any other array is what its size says.
"""

from __future__ import annotations

import re

from ...domains import Domain
from ...domains.base import SYMBOLS
from ...errors import InvalidInput
from .whole import Puzzle, WholeFile, order_of, without_comments

__all__ = ["Dzn"]

# What may be long never holds what begins it anew: a hostile file is read in linear time.
ARRAY = re.compile(r"\b(\w+)\s*=\s*(?:\[\||array2d\s*\([^\[;]{,200}\[)([^\[\];]*)\]")


class Dzn(WholeFile):
    reads = (".dzn",)

    def puzzle_of(self, text: str, domain: Domain | None) -> Puzzle:
        del domain
        text = without_comments(text)
        arrays = ARRAY.findall(text)
        if len(arrays) != 1:
            raise InvalidInput(f"{len(arrays)} arrays of two dimensions in this .dzn; wanted one, of the cells")
        name, body = arrays[0]
        tokens = body.replace("|", ",").replace(",", " ").split()
        n = order_of(len(tokens), f"cells in the array {name[:40]}")
        numbers = {"_": ".", "0": "."} | {str(k): symbol for k, symbol in enumerate(SYMBOLS[:n], 1)}
        for cell, token in enumerate(tokens):
            if token not in numbers:
                where = f"row {cell // n + 1}, column {cell % n + 1} of {name[:40]}"
                raise InvalidInput(f"{where} holds {token[:40]!r}; wanted 1 to {n}, or 0 or _ where open")
        completion = name == "start" and not re.search(r"\bS\s*=", text)
        return "".join(numbers[token] for token in tokens), f"latin-{n}" if completion else None
