"""dzn: MiniZinc data as one puzzle, if the whole file says that it is one as it is published.

Sudoku        one square array, named as a board is, and beside it only its size; numbers from 1, 0 or _ where open.
              An array `puzzle` may be of any kind: it must look like a Sudoku, too
Latin square  the same with the array `start` and without S, the size of boxes: a quasigroup to complete
Nonogram      row_rules and col_rules, lengths of runs after zeros; or rows and cols, 1 for each painted cell, 0 between
              runs, -1 after them
Kakuro        grid_data, 1 for a cell; h_clue and v_clue with row, column, length and total

Of any other file one square array is read if the domain is named.
"""

from __future__ import annotations

from typing import NoReturn

from ...domains import Domain
from ...domains.base import SYMBOLS
from ...errors import InvalidInput
from ...plain import many
from .minizinc import Data, read_data
from .whole import Puzzle, WholeFile, order_of, without_comments

__all__ = ["Dzn"]

Table = list[list[str]]
BOARDS, VAGUE = {"start", "x", "sudoku"}, {"puzzle", "problem", "given", "givens"}
SIZES = {"N", "n", "S", "s", "size", "order"}


class Dzn(WholeFile):
    reads = (".dzn",)

    def puzzle_of(self, text: str, domain: Domain | None) -> Puzzle:
        data = read_data(without_comments(text))
        for tables, singles, read in LAYOUTS:
            if not data.others and data.tables.keys() == tables and data.single.keys() <= singles:
                return read(data)
        one = len(data.tables) == 1
        if not data.others and one and data.single.keys() <= SIZES and domain is None:
            (name, rows), *_ = data.tables.items()
            if name in BOARDS or (name in VAGUE and _may_be_one(rows)):
                return _board(data, name, rows)
        if domain is not None and one:
            (name, rows), *_ = data.tables.items()
            return _cells(rows, name), None
        more = "; a domain that is named (--domain) reads its one square array" * (domain is None and one)
        raise InvalidInput(
            f"this .dzn holds {data.names or 'nothing'}, and is no Sudoku, Latin square, nonogram or kakuro as they "
            f"are published{more}"
        )


def _cells(rows: Table, name: str) -> str:
    """The cells of a square board, in one line."""
    n = order_of(sum(map(len, rows)), f"cells in the array {name[:40]}")
    if any(len(row) != n for row in rows):
        raise InvalidInput(f"rows of the array {name[:40]} have {many(len(rows[0]), 'cell')}; wanted {n} rows of {n}")
    numbers = {"_": ".", "0": "."} | {str(k): symbol for k, symbol in enumerate(SYMBOLS[:n], 1)}
    for row, line in enumerate(rows, 1):
        for column, token in enumerate(line, 1):
            if token not in numbers:
                where = f"row {row}, column {column} of {name[:40]}"
                raise InvalidInput(f"{where} holds {token[:40]!r}; wanted 1 to {n}, or 0 or _ where open")
    return "".join(numbers[token] for line in rows for token in line)


def _may_be_one(rows: Table) -> bool:
    """True if no line repeats a number, and so many occur that there may be one answer: other puzzles mostly fail."""
    lines = [[token for token in line if token not in ("0", "_")] for line in (*rows, *zip(*rows, strict=False))]
    return all(len(set(line)) == len(line) for line in lines) and len(set().union(*lines)) >= len(rows) - 1


def _board(data: Data, name: str, rows: Table) -> Puzzle:
    cells, n = _cells(rows, name), len(rows)
    for key in data.single:
        wanted = data.number(key)
        side = wanted * wanted if key in ("S", "s") and wanted is not None else wanted
        if side != n:
            raise InvalidInput(f"{key} is {data.single[key]} in this .dzn, but the array {name} has {many(n, 'row')}")
    return cells, f"latin-{n}" if name == "start" and not data.single.keys() & {"S", "s"} else None


def _number(token: str, what: str, least: int = 0, most: int = 1000) -> int:
    if not (token.lstrip("-").isdigit() and token.isascii() and len(token) < 6 and least <= int(token) <= most):
        raise InvalidInput(f"{what} is {token[:40]!r}; wanted a whole number from {least} to {most}")
    return int(token)


def _count(data: Data, name: str, rows: Table, what: str) -> None:
    if name in data.single and data.number(name) != len(rows):
        raise InvalidInput(f"{name} is {data.single[name][:40]} in this .dzn, but {what} has {many(len(rows), 'row')}")


def _nonogram(columns: list[list[int]], rows: list[list[int]]) -> Puzzle:
    lines = (" ".join(map(str, runs)) or "0" for runs in (*columns, *rows))
    return "/".join([f"{len(rows)} {len(columns)}", *lines]), "nonogram"


def by_lengths(data: Data) -> Puzzle:
    """Lengths of runs, as many a line; zeros before them."""
    _count(data, "rows", data.tables["row_rules"], "row_rules")
    _count(data, "cols", data.tables["col_rules"], "col_rules")
    sides = []
    for name in ("col_rules", "row_rules"):
        lines = []
        for at, line in enumerate(data.tables[name], 1):
            runs = [_number(token, f"a run in line {at} of {name}") for token in line]
            painted = [run for run in runs if run]
            if "0" in " ".join(map(str, runs)).strip("0 ").split():
                raise InvalidInput(f"line {at} of {name} has a 0 between runs; wanted zeros before them, or behind")
            lines.append(painted)
        sides.append(lines)
    return _nonogram(*sides)


def by_cells(data: Data) -> Puzzle:
    """A 1 for each painted cell, 0 between runs, -1 after them."""
    _count(data, "X", data.tables["cols"], "cols")
    _count(data, "Y", data.tables["rows"], "rows")
    sides = []
    for name in ("cols", "rows"):
        lines = []
        for at, line in enumerate(data.tables[name], 1):
            marks = "".join({"1": "1", "0": " ", "-1": "-"}.get(token, "?") for token in line)
            used = marks.rstrip("-")
            if not used or set(used) - set("1 ") or (used != " " and used != " ".join(used.split())):
                raise InvalidInput(
                    f"line {at} of {name} is {' '.join(line)[:40]!r}; wanted 1 for a cell, 0 between runs, then -1"
                )
            lines.append([len(run) for run in used.split()])
        sides.append(lines)
    return _nonogram(*sides)


def kakuro(data: Data) -> Puzzle:
    """1 for a cell; clues with the row and column of their wall, how many cells they are for, and the total."""
    grid = data.tables["grid_data"]
    height, width = len(grid), len(grid[0])
    for name, side in (
        ("h", height),
        ("w", width),
        ("n_h", len(data.tables["h_clue"])),
        ("n_v", len(data.tables["v_clue"])),
    ):
        if name in data.single and data.number(name) != side:
            raise InvalidInput(f"{name} is {data.single[name][:40]} in this .dzn, but there are {side}")
    if any(len(row) != width or set(row) - {"0", "1"} for row in grid):
        raise InvalidInput(f"grid_data has rows of other than {width} numbers 0 and 1")
    walls: dict[tuple[int, int], list[str]] = {}
    for part, (name, down, right) in enumerate((("v_clue", 1, 0), ("h_clue", 0, 1))):
        for at, line in enumerate(data.tables[name], 1):
            if len(line) != 4:
                _fail(name, at, f"{many(len(line), 'number')}; wanted row, column, length, total")
            row, column, length, total = (_number(token, f"line {at} of {name}") for token in line)
            if not (1 <= row <= height and 1 <= column <= width and grid[row - 1][column - 1] == "0"):
                _fail(name, at, f"row {row}, column {column} is no wall")
            run = 0
            while (row + down * (run + 1) <= height and column + right * (run + 1) <= width
                   and grid[row - 1 + down * (run + 1)][column - 1 + right * (run + 1)] == "1"):  # fmt: skip
                run += 1
            if run != length:
                _fail(name, at, f"{length} cells, but {run} are there")
            walls.setdefault((row - 1, column - 1), ["", ""])[part] = str(total)
    lines = [
        " ".join("." if grid[r][c] == "1" else "\\".join(walls[r, c]) if (r, c) in walls else "-" for c in range(width))
        for r in range(height)
    ]
    return "/".join([f"{height} {width}", *lines]), "kakuro"


def _fail(name: str, at: int, reason: str) -> NoReturn:
    raise InvalidInput(f"line {at} of {name}: {reason}")


LAYOUTS = (
    ({"row_rules", "col_rules"}, {"rows", "cols", "row_rule_len", "col_rule_len"}, by_lengths),
    ({"rows", "cols"}, {"X", "Y", "maxlen"}, by_cells),
    ({"grid_data", "h_clue", "v_clue"}, {"h", "w", "n_h", "n_v"}, kakuro),
)
