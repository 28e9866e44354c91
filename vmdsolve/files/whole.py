"""Formats in which a whole file is one puzzle, turned into the text that a domain reads.

.dzn    MiniZinc data with one square array of cells: `start = [| 0, 2 | 1, 0 |]` or `x = array2d(1..n, 1..n, [...])`;
        numbers from 1, and 0 or _ where open. With `start` and `N` alone it is a quasigroup to complete (a Latin
        square); any other array is what its size says
.mzn    MiniZinc, but only quasigroup completion as it is published: a variable a cell, 0 .. n - 1 where open, and
        all_different of each row and column
.col    a graph in DIMACS form, to colour in as many colours as the domain says (colouring-5)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isqrt

from ..domains.base import SYMBOLS
from ..errors import InvalidInput

__all__ = ["MAX_FILE", "WHOLE", "Puzzle"]

MAX_FILE = 1 << 26  # characters
Puzzle = tuple[str, str | None]  # text, and the domain that the format names

# What may be long never holds what begins it anew: a hostile file is read in linear time.
ARRAY = re.compile(r"\b(\w+)\s*=\s*(?:\[\||array2d\s*\([^\[;]{,200}\[)([^\[\];]*)\]")
VARIABLE = re.compile(r"\bvar\s+(\d{1,9})\s*\.\.\s*(\d{1,9})\s*:\s*(\w+)\s*;")
UNLIKE = re.compile(r"\bconstraint\s+all_?different\s*\(\s*\[([^\[\]]*)\]\s*\)\s*;")


def _order(cells: int, what: str) -> int:
    """n of a board of n x n cells."""
    n = isqrt(cells)
    if n * n != cells or not 2 <= n <= len(SYMBOLS):
        raise InvalidInput(f"{cells} {what}; wanted n x n, n from 2 to {len(SYMBOLS)}")
    return n


def _dzn(text: str) -> Puzzle:
    text = re.sub(r"%.*", "", text)
    arrays = ARRAY.findall(text)
    if len(arrays) != 1:
        raise InvalidInput(f"{len(arrays)} arrays of two dimensions in this .dzn; wanted one, of the cells")
    name, body = arrays[0]
    tokens = body.replace("|", ",").replace(",", " ").split()
    n = _order(len(tokens), f"cells in the array {name[:40]}")
    numbers = {"_": ".", "0": "."} | {str(k): symbol for k, symbol in enumerate(SYMBOLS[:n], 1)}
    for cell, token in enumerate(tokens):
        if token not in numbers:
            where = f"row {cell // n + 1}, column {cell % n + 1} of {name[:40]}"
            raise InvalidInput(f"{where} holds {token[:40]!r}; wanted 1 to {n}, or 0 or _ where open")
    completion = name == "start" and not re.search(r"\bS\s*=", text)
    return "".join(numbers[token] for token in tokens), f"latin-{n}" if completion else None


def _mzn(text: str) -> Puzzle:
    text = re.sub(r"%.*", "", text)
    cells = VARIABLE.findall(text)
    n = _order(len(cells), "variables with a range in this .mzn")
    names = [name for _, _, name in cells]
    rows = [tuple(names[i : i + n]) for i in range(0, n * n, n)]
    units = [tuple(part.replace(",", " ").split()) for part in UNLIKE.findall(text)]
    if sorted(units) != sorted([*rows, *zip(*rows, strict=True)]) or text.count("constraint") != len(units):
        raise InvalidInput("this .mzn is not a quasigroup to complete, all_different of rows and columns alone")
    out = ""
    for low, high, name in cells:
        fixed = low == high and int(low) < n
        if not fixed and (int(low), int(high)) != (0, n - 1):
            raise InvalidInput(f"variable {name[:40]} is {low} .. {high}; wanted k .. k, or 0 .. {n - 1} where open")
        out += SYMBOLS[int(low)] if fixed else "."
    return out, f"latin-{n}"


def _col(text: str) -> Puzzle:
    lines = (line.strip() for line in text.splitlines())
    return "/".join(line for line in lines if line and line.split()[0] != "c"), None


WHOLE: dict[str, Callable[[str], Puzzle]] = {".dzn": _dzn, ".mzn": _mzn, ".col": _col}
