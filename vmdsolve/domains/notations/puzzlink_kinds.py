"""The kinds of puzz.link that are kinds here: what their bodies say, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from string import ascii_lowercase
from typing import ClassVar

from ...errors import InvalidProblem
from ...plain import many
from ...problem import Problem
from .. import registry
from ..akari import WALL, Akari
from ..base import CELL, SYMBOLS, Domain
from ..endview import EndView
from ..futoshiki import Futoshiki
from ..kakuro import Kakuro
from ..nonogram import Nonogram
from ..parts.regions import renumbered, write_regions
from ..parts.sides import BLANK, Sided
from ..skyscrapers import Skyscrapers
from ..starbattle import StarBattle
from ..sudoku import Sudoku
from .base import Scanner, none_given, numbers_of, refused, rows_of
from .runlength import UNKNOWN, put_borders, put_four, put_sixteen, take_borders, take_four, take_sixteen
from .variant import problem_of

__all__ = ["HOLDS", "KINDS", "WHAT", "Kind"]

WHAT = "this puzz.link"
HOLDS = "a puzz.link"


def _square(rows: int, columns: int) -> int:
    if rows != columns:
        raise InvalidProblem(f"{WHAT} has {rows} rows and {columns} columns; wanted as many, for its kind")
    return rows


def _number(body: Scanner, what: str) -> int:
    digits = body.digits()
    if not digits or body.take() != "/":
        raise body.error(f"wanted {what}, then '/'")
    return int(digits)


class Kind(ABC):
    """One kind of puzzle: its body to a problem, and back."""

    names: ClassVar[tuple[str, ...]]
    layout: ClassVar[type[Domain]]

    @abstractmethod
    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        """Reads all of the body."""

    @abstractmethod
    def write(self, problem: Problem) -> tuple[int, int, str]:
        """Rows, columns, body."""


class SudokuKind(Kind):
    names, layout = ("sudoku",), Sudoku

    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        n = _square(rows, columns)
        if n not in (4, 6, 9, 16, 25):
            raise InvalidProblem(
                f"{WHAT} is a Sudoku of {n} rows, whose boxes a link does not say; wanted 4, 6, 9, 16, 25"
            )
        given = take_sixteen(body, n * n)
        values = [k - 1 if k is not None and k > 0 else -1 for k in given]
        if max(values) >= n:
            raise InvalidProblem(f"{WHAT} gives the number {max(values) + 1}; wanted 1 to {n}")
        h = 2 if n == 6 else round(n**0.5)
        boxes = [cell // n // h * h + cell % n // (n // h) for cell in range(n * n)]
        return problem_of({}, values, boxes)

    def write(self, problem: Problem) -> tuple[int, int, str]:
        board = problem.layout
        if type(board) is not Sudoku or (board.h, board.w) not in ((2, 2), (2, 3), (3, 3), (4, 4), (5, 5)):
            raise refused(problem, HOLDS, "of Sudoku it holds only the plain ones whose boxes are usual")
        n = board.shape[0]
        return n, n, put_sixteen(numbers_of(problem))


class SidedKind(Kind):
    """Clues on four sides, then perhaps given cells."""

    def body(self, body: Scanner, n: int, start: str, symbols: str) -> Problem:
        clues = [None if clue == UNKNOWN else clue for clue in take_sixteen(body, 4 * n)]
        cells = take_sixteen(body, n * n) if body.rest else [None] * (n * n)
        for number in (*clues, *cells):
            if number is not None and number != UNKNOWN and not 1 <= number <= len(symbols):
                raise InvalidProblem(f"{WHAT} shows the number {number}; wanted 1 to {len(symbols)}")
        shown = [self.clue(clue, symbols) for clue in clues]
        given = ["-" if number in (None, UNKNOWN) else symbols[(number or 1) - 1] for number in cells]
        text = "/".join([start, rows_of(shown, n), rows_of(given, n)])
        return registry.get(self.layout.name).parse(text)

    def clue(self, number: int | None, symbols: str) -> str:
        return "-" if number is None else symbols[number - 1]

    def sides(self, problem: Problem, symbols: str, clues: list[int | None]) -> str:
        board = problem.layout
        assert isinstance(board, Sided)
        shown = ["" if value < 0 else board.symbols[value] for value in problem.values.tolist()]
        if BLANK in shown:
            raise refused(problem, HOLDS, "it has no place for a cell that is given as empty")
        cells = [symbols.index(symbol) + 1 if symbol else None for symbol in shown]
        return put_sixteen(clues) + (put_sixteen(cells) if any(cells) else "")


class SkyscrapersKind(SidedKind):
    names, layout = ("skyscrapers", "building"), Skyscrapers

    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        n = _square(rows, columns)
        return self.body(body, n, f"{n} {n} {n}", SYMBOLS[:n])

    def clue(self, number: int | None, symbols: str) -> str:
        del symbols
        return "-" if number is None else str(number)

    def write(self, problem: Problem) -> tuple[int, int, str]:
        board = problem.layout
        assert isinstance(board, Skyscrapers)
        if board.diagonals or board.symbols[0] == BLANK:
            raise refused(problem, HOLDS, "it holds no diagonals, and no places without a tower")
        n = board.shape[0]
        return n, n, self.sides(problem, board.symbols, [int(clue) if clue else None for clue in board.sides])


class EndViewKind(SidedKind):
    names, layout = ("easyasabc",), EndView

    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        n, letters = _square(rows, columns), _number(body, "how many letters")
        if not 1 <= letters <= (most := min(n, len(ascii_lowercase))):
            raise InvalidProblem(f"{WHAT} has {many(letters, 'letter')} in {many(n, 'row')}; wanted 1 to {most}")
        symbols = ascii_lowercase[:letters]
        return self.body(body, n, f"{n} {n} {symbols[-1]}", symbols)

    def write(self, problem: Problem) -> tuple[int, int, str]:
        board = problem.layout
        assert isinstance(board, EndView)
        letters = board.symbols.lstrip(BLANK)
        clues = [letters.index(clue) + 1 if clue else None for clue in board.sides]
        n = board.shape[0]
        return n, n, f"{len(letters)}/" + self.sides(problem, letters, clues)


class AkariKind(Kind):
    names, layout = ("lightup", "akari"), Akari

    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        numbers = take_four(body, rows * columns)
        squares = ["-" if k is None else WALL if k == UNKNOWN else str(k) for k in numbers]
        return registry.get("akari").parse(f"{rows} {columns}/{rows_of(squares, columns)}")

    def write(self, problem: Problem) -> tuple[int, int, str]:
        board = problem.layout
        assert isinstance(board, Akari)
        none_given(problem, HOLDS)
        numbers = [None if s == CELL else UNKNOWN if s == WALL else int(s) for row in board.squares for s in row]
        return len(board.squares), len(board.squares[0]), put_four(numbers)


class StarBattleKind(Kind):
    names, layout = ("starbattle",), StarBattle

    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        n, stars = _square(rows, columns), _number(body, "how many stars")
        regions = take_borders(body, n, n)
        return registry.get("starbattle").parse(f"{n} {n} {stars}/{write_regions(n, regions)}")

    def write(self, problem: Problem) -> tuple[int, int, str]:
        board = problem.layout
        assert isinstance(board, StarBattle)
        none_given(problem, HOLDS)
        n, regions = board.shape[0], board.regions.tolist()
        borders = put_borders(regions, n, n)
        if min(regions) < 0 or take_borders(Scanner(borders, WHAT), n, n) != renumbered(regions):
            raise refused(problem, HOLDS, "its regions are cut by borders: each is one piece, and none is left out")
        return n, n, f"{board.stars}/{borders}"


class NonogramKind(Kind):
    names, layout = ("nonogram",), Nonogram

    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        sides = ((columns, (rows + 1) // 2), (rows, (columns + 1) // 2))
        numbers = take_sixteen(body, sum(count * room for count, room in sides))  # a run of empty squares may span both
        if UNKNOWN in numbers:
            raise InvalidProblem(f"{WHAT} is a nonogram with a '?' for a run, which there is no rule for")
        lines, at = [], 0
        for count, room in sides:
            for _ in range(count):  # the number next to the board comes first
                runs = [str(k) for k in reversed(numbers[at : at + room]) if k is not None]
                lines.append(" ".join(runs) or "0")
                at += room
        return registry.get("nonogram").parse("/".join([f"{rows} {columns}", *lines]))

    def write(self, problem: Problem) -> tuple[int, int, str]:
        board = problem.layout
        assert isinstance(board, Nonogram)
        none_given(problem, HOLDS)
        rows, columns = board.shape
        numbers: list[int | None] = []
        for lines, room in ((board.columns, (rows + 1) // 2), (board.rows, (columns + 1) // 2)):
            for runs in lines:
                numbers += [*reversed(runs), *[None] * (room - len(runs))]
        return rows, columns, put_sixteen(numbers)


class KakuroKind(Kind):
    """Walls with two totals, then the totals above columns and left of rows that begin with a cell."""

    names, layout = ("kakuro",), Kakuro
    TOTALS = "0123456789abcdefghijABCDEFGHIJKLMNOPQRSTUVWXYZ"  # characters of 0 to 45; '-' stands for none, too

    def total(self, body: Scanner) -> str:
        sign = body.take()
        value = 0 if sign == "-" else self.TOTALS.find(sign)
        if value < 0:
            raise body.error(f"{sign!r} stands for no total")
        return str(value or "")

    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        squares: list[str] = []
        while len(squares) < rows * columns:
            sign = body.peek()
            if "k" <= sign <= "z":
                squares += ["."] * (ord(body.take()) - ord("j"))
            elif sign == ".":
                squares.append(body.take().replace(".", "-"))
            else:
                squares.append(self.wall(self.total(body), self.total(body)))
        if len(squares) > rows * columns:
            raise body.error(f"{many(len(squares), 'square')}; wanted {rows * columns}")
        above = [self.wall(self.total(body), "") if squares[c] == "." else "-" for c in range(columns)]
        left = [self.wall("", self.total(body)) if squares[r * columns] == "." else "-" for r in range(rows)]
        lines = [f"{rows + 1} {columns + 1}", " ".join(["-", *above])]
        lines += [" ".join([left[r], *squares[r * columns : (r + 1) * columns]]) for r in range(rows)]
        return registry.get("kakuro").parse("/".join(lines))

    def wall(self, down: str, across: str) -> str:
        return f"{down}\\{across}" if down or across else "-"

    def write(self, problem: Problem) -> tuple[int, int, str]:
        board = problem.layout
        assert isinstance(board, Kakuro)
        none_given(problem, HOLDS)
        above, *inside = board.squares
        out, empty = "", 0
        for square in [square for row in inside for square in row[1:]]:
            if empty and (square != CELL or empty == 16):
                out, empty = out + chr(ord("j") + empty), 0
            if square == CELL:
                empty += 1
            else:
                out += "." if "\\" not in square else "".join(self.said(part) for part in square.split("\\"))
        out += chr(ord("j") + empty) if empty else ""
        out += "".join(
            self.said(top.partition("\\")[0]) for top, cell in zip(above, inside[0], strict=True) if cell == CELL
        )
        out += "".join(self.said(row[0].partition("\\")[2]) for row in inside if row[1] == CELL)
        return len(inside), len(above) - 1, out

    def said(self, total: str) -> str:
        return self.TOTALS[int(total)] if total.isdigit() else "0"


class MinarismKind(Kind):
    """Signs between neighbours, of which those with a difference in them have no rule here."""

    names, layout = ("minarism",), Futoshiki
    MOST = 18  # borders without a sign in one letter, i to z

    def read(self, body: Scanner, rows: int, columns: int) -> Problem:
        n = _square(rows, columns)
        borders, less, at = self.borders(n), [], 0
        while at < len(borders):
            sign = body.take()
            if sign in "gh":
                a, b = borders[at]
                less.append((a, b) if sign == "g" else (b, a))
                at += 1
            elif "i" <= sign <= "z":
                at += ord(sign) - ord("h")
            elif sign in "0123456789abcdef-.":
                raise InvalidProblem(f"{WHAT} shows the difference of two cells, which there is no rule for here")
            else:
                raise body.error(f"{sign!r} is no sign")
        if at > len(borders):
            raise body.error(f"{at} borders; wanted {len(borders)}")
        return Futoshiki(n, less).problem()

    def write(self, problem: Problem) -> tuple[int, int, str]:
        board = problem.layout
        assert isinstance(board, Futoshiki)
        none_given(problem, HOLDS)
        signs = dict.fromkeys(board.less, "g") | {(b, a): "h" for a, b in board.less}
        n, out, empty = board.shape[0], "", 0
        for pair in self.borders(n):
            sign = signs.get(pair, "")
            if empty and (sign or empty == self.MOST):
                out, empty = out + chr(ord("h") + empty), 0
            out, empty = out + sign, empty + (not sign)
        return n, n, out + (chr(ord("h") + empty) if empty else "")

    def borders(self, n: int) -> list[tuple[int, int]]:
        """Neighbours beside each other, row by row, then those below each other."""
        if n < 2:
            raise InvalidProblem(f"{WHAT} has {n} row; wanted 2 or more")
        beside = [(r * n + c, r * n + c + 1) for r in range(n) for c in range(n - 1)]
        return beside + [(r * n + c, (r + 1) * n + c) for r in range(n - 1) for c in range(n)]


KINDS: tuple[Kind, ...] = (
    SudokuKind(), SkyscrapersKind(), EndViewKind(), AkariKind(), StarBattleKind(), NonogramKind(), KakuroKind(),
    MinarismKind(),
)  # fmt: skip
