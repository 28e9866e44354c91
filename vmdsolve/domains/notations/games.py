"""The games of Simon Tatham's collection that are kinds here: what their parameters and descriptions say, and back.

Solo is Sudoku (also jigsaw, X and killer), Towers skyscrapers, Keen KenKen, Unequal futoshiki, Unruly takuzu,
Light Up akari, Pattern nonograms.
"""

from __future__ import annotations

import re
from typing import ClassVar

from ...errors import InvalidProblem
from ...plain import many
from ...problem import OPEN, Problem
from .. import registry
from ..akari import WALL, Akari
from ..base import CELL
from ..futoshiki import Futoshiki
from ..kenken import KenKen
from ..nonogram import Nonogram
from ..parts.grids import neighbours
from ..parts.sides import BLANK
from ..skyscrapers import Skyscrapers
from ..takuzu import Takuzu
from .base import Scanner, none_given, numbers_of, refused, rows_of
from .blocks import LETTERS, put_blocks, put_grid, take_blocks, take_grid
from .game import Game, cells_of, sized
from .solo import Solo

__all__ = ["GAMES"]

MAX_SIDE = 100


class Towers(Game):
    name, layout = "Towers", Skyscrapers
    params = re.compile(r"(\d{1,2})((?:d[a-z])?)", re.ASCII)

    def read(self, params: re.Match[str], desc: Scanner) -> Problem:
        n = sized(int(params[1]), "Towers")
        clues = []
        for i in range(4 * n):
            clues.append(desc.digits() or "-")
            if i + 1 < 4 * n and desc.take() != "/":
                raise desc.error(f"wanted {4 * n} clues with '/' between them")
        given: list[int | None] = [None] * (n * n)
        if desc.rest:
            if desc.take() != ",":
                raise desc.error("wanted ',' and then given cells")
            given = take_grid(desc, n * n)
        cells = ["-" if symbol == "." else symbol for symbol in cells_of(given, n, "Towers")]
        return registry.get("skyscrapers").parse("/".join([f"{n} {n} {n}", rows_of(clues, n), rows_of(cells, n)]))

    def write(self, problem: Problem, what: str) -> tuple[str, str]:
        board = problem.layout
        assert isinstance(board, Skyscrapers)
        if board.diagonals or board.symbols[0] == BLANK:
            raise refused(problem, what, "it holds no diagonals, and no places without a tower")
        given = numbers_of(problem)
        grid = "," + put_grid(given) if any(given) else ""
        return str(board.shape[0]), "/".join(board.sides) + grid


class Keen(Game):
    name, layout = "Keen", KenKen
    params = re.compile(r"(\d{1,2})((?:d[a-z])?m?)", re.ASCII)
    SIGNS: ClassVar = {"a": "+", "m": "*", "s": "-", "d": ":"}

    def read(self, params: re.Match[str], desc: Scanner) -> Problem:
        n = sized(int(params[1]), "Keen")
        blocks = take_blocks(desc, n)
        if desc.take() != ",":
            raise desc.error("wanted ',' and then clues")
        labels: dict[int, str] = {}
        for block in range(max(blocks) + 1):
            sign, number = self.SIGNS.get(desc.take()), desc.digits()
            if not sign or not number:
                raise desc.error("wanted a, m, s or d and a number for each block")
            if sign in "-:" and blocks.count(block) != 2:
                raise desc.error(f"a block of {many(blocks.count(block), 'cell')} is subtracted or divided; wanted two")
            alone = blocks.count(block) == 1 and sign in "+*"
            labels[block] = number if alone else number + sign
        shown = [labels.pop(block, "-") for block in blocks]
        return registry.get("kenken").parse("/".join([f"{n} {n}", rows_of(shown, n), rows_of([*map(str, blocks)], n)]))

    def write(self, problem: Problem, what: str) -> tuple[str, str]:
        board = problem.layout
        assert isinstance(board, KenKen)
        none_given(problem, what)
        n, blocks, clues = board.shape[0], [-1] * board.rules.L, ""
        letters = {sign: letter for letter, sign in self.SIGNS.items()}
        for number, (label, cells) in enumerate(board.cages):
            for cell in cells:
                blocks[cell] = number
            sign = label[-1] if not label.isdigit() else "+" if len(cells) == 1 else ""
            if not sign or (sign in "-:" and len(cells) != 2):
                raise refused(
                    problem, what, f"a cage of {many(len(cells), 'cell')} shows {label!r}, which it cannot say"
                )
            clues += letters[sign] + label.rstrip("+-*:")
        text = put_blocks(blocks, n, repeats=True)
        if min(blocks) < 0 or take_blocks(Scanner(text, what), n) != blocks:
            raise refused(problem, what, "each of its cells is in a cage with a label, of one piece")
        return str(n), f"{text},{clues}"


class Unequal(Game):
    name, layout = "Unequal", Futoshiki
    params = re.compile(r"(\d{1,2})([ak]?)((?:d[a-z])?)", re.ASCII)
    STEPS: ClassVar = {"U": (-1, 0), "R": (0, 1), "D": (1, 0), "L": (0, -1)}

    def read(self, params: re.Match[str], desc: Scanner) -> Problem:
        n = sized(int(params[1]), "Unequal")
        if params[2]:
            raise InvalidProblem(
                "this Unequal ID is of the mode in which marks say that neighbours follow on each other; "
                "there is no such kind here"
            )
        numbers: list[int | None] = []
        less: list[tuple[int, int]] = []
        while len(numbers) < n * n:
            while desc.peek() and desc.peek() in LETTERS:
                numbers += [None] * (LETTERS.index(desc.take()) + 1)
            if len(numbers) >= n * n:
                break
            number = desc.digits()
            if not number:
                raise desc.error("wanted a number")
            row, column = divmod(len(numbers), n)
            numbers.append(int(number) or None)
            while desc.peek() and desc.peek() in self.STEPS:
                down, right = self.STEPS[desc.take()]
                if not (0 <= row + down < n and 0 <= column + right < n):
                    raise desc.error("a sign points off the board")
                less.append(((row + down) * n + column + right, row * n + column))
            if desc.peek() == ",":
                desc.take()
            elif len(numbers) < n * n:
                raise desc.error("wanted ',' between cells")
        if len(numbers) > n * n:
            raise desc.error(f"{many(len(numbers), 'cell')}; wanted {n * n}")
        if {(b, a) for a, b in less} & set(less):
            raise InvalidProblem("this Unequal ID says of two cells that each is greater than the other")
        board = Futoshiki(n, less)
        return board.parse(cells_of(numbers, n, "Unequal"))

    def write(self, problem: Problem, what: str) -> tuple[str, str]:
        board = problem.layout
        assert isinstance(board, Futoshiki)
        n, signs = board.shape[0], [""] * board.rules.L
        if not {(min(pair), max(pair)) for pair in board.less} <= set(neighbours(n, n)):
            raise refused(problem, what, "its signs stand between neighbours")
        for a, b in board.less:  # the sign stands at the greater one
            step = (a // n - b // n, a % n - b % n)
            signs[b] += next(sign for sign, direction in self.STEPS.items() if direction == step)
        order = str.maketrans("URDL", "0123")
        cells = zip(
            numbers_of(problem), (sorted(sign, key=lambda s: s.translate(order)) for sign in signs), strict=True
        )
        return str(n), "".join(f"{number or 0}{''.join(sign)}," for number, sign in cells)


class Unruly(Game):
    name, layout = "Unruly", Takuzu
    params = re.compile(r"(\d{1,2})x(\d{1,2})(u?)((?:d[a-z])?)", re.ASCII)

    def read(self, params: re.Match[str], desc: Scanner) -> Problem:
        columns, rows = sized(int(params[1]), "Unruly", most=60), sized(int(params[2]), "Unruly", most=60)
        cells = ["-"] * (rows * columns)
        _runs(desc, cells, "01")
        start = f"{rows} {columns}" + " distinct" * bool(params[3])
        return registry.get("takuzu").parse("/".join([start, rows_of(cells, columns)]))

    def write(self, problem: Problem, what: str) -> tuple[str, str]:
        del what
        board = problem.layout
        assert isinstance(board, Takuzu)
        rows, columns = board.shape
        return f"{columns}x{rows}" + "u" * board.distinct, _put_runs(problem.values.tolist())


class LightUp(Game):
    name, layout = "Light Up", Akari
    params = re.compile(r"(\d{1,2})x(\d{1,2})((?:b\d+|s\d|[dr]\d*|[a-z])*)", re.ASCII)

    def read(self, params: re.Match[str], desc: Scanner) -> Problem:
        columns, rows = (sized(int(side), "Light Up", 1, MAX_SIDE) for side in params.group(1, 2))
        squares: list[str] = []
        while len(squares) < rows * columns:
            sign = desc.take()
            if sign in LETTERS:
                squares += ["-"] * (LETTERS.index(sign) + 1)
            elif sign in "B01234":
                squares.append(WALL if sign == "B" else sign)
            else:
                raise desc.error("wanted B, 0 to 4, or a letter for squares without a wall")
        if len(squares) > rows * columns:
            raise desc.error(f"{many(len(squares), 'square')}; wanted {rows * columns}")
        return registry.get("akari").parse(f"{rows} {columns}/{rows_of(squares, columns)}")

    def write(self, problem: Problem, what: str) -> tuple[str, str]:
        board = problem.layout
        assert isinstance(board, Akari)
        none_given(problem, what)
        squares = "".join("." if s == CELL else "B" if s == WALL else s for row in board.squares for s in row)
        desc = re.sub(r"\.{1,26}", lambda run: LETTERS[len(run[0]) - 1], squares)
        return f"{len(board.squares[0])}x{len(board.squares)}", desc


class Pattern(Game):
    name, layout = "Pattern", Nonogram
    params = re.compile(r"(\d{1,3})(?:x(\d{1,3}))?", re.ASCII)

    def read(self, params: re.Match[str], desc: Scanner) -> Problem:
        columns, rows = int(params[1]), int(params[2] or params[1])
        for side in (rows, columns):
            sized(side, "Pattern", 1, MAX_SIDE)
        clues, comma, given = desc.rest.partition(",")
        runs = clues.split("/")
        if len(runs) != rows + columns or not re.fullmatch(r"[\d./]*", clues, re.ASCII):
            raise desc.error(f"{many(len(runs), 'line')} of runs; wanted {columns} for columns and {rows} for rows")
        cells = ["."] * (rows * columns)
        desc.at += len(clues) + len(comma)
        if comma:
            _runs(desc, cells, "01", whole=True)
        lines = [" ".join(run.split(".")) or "0" for run in runs]
        return registry.get("nonogram").parse("/".join([f"{rows} {columns}", *lines, "".join(cells) if given else ""]))

    def write(self, problem: Problem, what: str) -> tuple[str, str]:
        del what
        board = problem.layout
        assert isinstance(board, Nonogram)
        rows, columns = board.shape
        lines = "/".join(".".join(map(str, runs)) for runs in (*board.columns, *board.rows))
        values = problem.values.tolist()
        given = "," + _put_runs(values, whole=True) if max(values) > OPEN else ""
        return f"{columns}x{rows}", lines + given


def _runs(desc: Scanner, cells: list[str], symbols: str, *, whole: bool = False) -> None:
    """Fills in cells: a letter says how many open ones stand before the next, its case what that one holds; z, 25 open.

    `whole`: there is no place after the last cell, for a letter to stand at the end.
    """
    at, end = 0, len(cells) + (0 if whole else 1)
    while at < end:
        sign = desc.take()
        if sign.lower() not in LETTERS:
            raise desc.error("wanted letters")
        at += LETTERS.index(sign.lower())
        if sign.lower() != "z":
            if at < len(cells):
                cells[at] = symbols[sign.isupper()]
            at += 1
    if at > end + whole:
        raise desc.error(f"{at} cells; wanted {len(cells)}")


def _put_runs(values: list[int], *, whole: bool = False) -> str:
    out, empty = "", 0
    for value in values:
        if value == OPEN:
            empty += 1
            continue
        out += "z" * (empty // 25) + LETTERS[empty % 25].upper() if value else "z" * (empty // 25) + LETTERS[empty % 25]
        empty = 0
    if whole:  # what is open at the end is said with a letter that points behind it
        return out + "z" * (empty // 25) + (LETTERS[empty % 25] if empty % 25 else "")
    return out + "z" * (empty // 25) + LETTERS[empty % 25]


GAMES: tuple[Game, ...] = (Solo(), Towers(), Keen(), Unequal(), Unruly(), LightUp(), Pattern())
