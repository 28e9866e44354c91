"""Domain: what an adapter says of one kind of problem.

An adapter gives a name, the symbols, the shape of the board and the constraints. Checker, legal-symbol
masks, model structure, exact search and tests all come from those. See TEMPLATE.py; and clued.py for kinds of
problems in which every problem brings a board of its own.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _native
from ..compact import Even
from ..drawing import CELL
from ..errors import InvalidInput, InvalidProblem
from ..plain import clean, many
from ..problem import OPEN, Board, Constraint, Problem, Rules
from .drawn import Pictured, fill
from .shades import shaded
from .worded import Worded

__all__ = ["CELL", "DECORATION", "SYMBOLS", "Domain", "Image", "codes_of", "fill", "plain_line"]

OPEN_TEXT = ".0"  # read as an open cell; the first is written
SYMBOLS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@$&"  # 64: one a bit of a set of symbols
DECORATION = "|+-"  # drawn around boards of several lines; dropped with the white space
UNDRAWN = str.maketrans("", "", DECORATION)


def plain_line(text: str) -> str:
    """A puzzle's characters without white space and, in text of several lines, without drawn borders.

    Examples
    --------
    >>> plain_line("1 . | . .\\n. . | . 4\\n----+----\\n. . | . .\\n. . | 2 .")
    '1......4......2.'
    """
    plain = "".join(text.split())
    return plain.translate(UNDRAWN) if "\n" in text.strip() else plain


def codes_of(text: str) -> npt.NDArray[np.uint8]:
    """The code of each character, 255 for all beyond: symbols are ASCII.

    Examples
    --------
    >>> codes_of("1é€").tolist()
    [49, 233, 255]
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return np.asarray(np.minimum(codes, 255), np.uint8)


Image = tuple["Domain", npt.NDArray[np.int64], npt.NDArray[np.int64]]  # a board, cells [L], values [V]


class Domain(Pictured, Worded, ABC):
    """One board and its rules. Subclasses set the first four attributes below; the others have defaults.

    Attributes
    ----------
    name
        unique, for example "sudoku-9x9"
    symbols
        V characters; the symbol of value v is symbols[v]
    shape
        rows and columns of the board, L = rows * columns, row-major
    constraints
        the rules that hold for every problem
    by_shape
        True if a bare grid of this shape means this domain
    many_answers
        True if problems, as people pose them, have many answers, any of which will do: a queen or two given, a row to
        complete. `train` then takes what learns to draw from all of them. False: one, to be found
    clues
        what text says beside the cells, on one line, lines parted by '/'; "" if the name says it all
    verbatim
        True if white space in a text counts
    about, text_form, example
        what people are told: what is asked for, in a sentence; how a problem is written; a problem so written
    note
        what is doubtful about a text that was read, told with every answer; "" if nothing is
    assumes
        what the name leaves open and was taken for granted, such as the shape of boxes; "" if nothing was
    numbers
        what whole numbers in an array stand for, as characters of the text. Symbols that are digits say it themselves:
        k is the symbol k, letters go on after 9, and 0 is open if it is no symbol. Other symbols need it said here,
        as queens do, or numbers are refused. None, and -1, is open
    given
        values that a problem shows where cells are picked from an answer at random, as queens are; None: any
    glyphs, boxed, legend
        how boards are drawn, see drawn.py
    called
        how sentences call what a cell holds, see worded.py
    """

    name: str
    symbols: str
    shape: tuple[int, int]
    constraints: tuple[Constraint, ...]
    by_shape: bool = False
    many_answers: bool = False
    clues: str = ""
    verbatim: bool = False
    about: str = ""
    text_form: str = "a character a cell, row by row, '.' or '0' where open; or a drawn board"
    example: str = ""
    note: str = ""
    assumes: str = ""
    numbers: Mapping[int, str] = MappingProxyType({})
    given: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        return f"<domain {clean(self.name)}>"

    def shaded(self) -> list[int]:
        return shaded(self.rules, self.shape[1])

    @cached_property
    def rules(self) -> Rules:
        """The rules that all problems of this domain share."""
        known = set(self.symbols)
        if not (self.symbols.isascii() and self.symbols.isprintable() and len(known) == len(self.symbols)):
            raise InvalidInput(f"symbols of {self.name} are {self.symbols!r}; wanted distinct ASCII characters")
        if known & {" ", OPEN_TEXT[0]}:
            raise InvalidInput(f"symbols of {self.name} are {self.symbols!r}; a space or '.' is no symbol")
        return Rules(prod(self.shape), len(self.symbols), self.constraints)

    def symmetry(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """A random relabelling under which the rules stay the same: (cells [L], values [V]).

        The image of board x is y with y[i] = values[x[cells[i]]]. The default knows no symmetry.
        """
        del rng
        return np.arange(self.rules.L), np.arange(self.rules.V)

    def image(self, rng: np.random.Generator) -> Image:
        """A random symmetric board, and the (cells, values) that take answers to it as in `symmetry`.

        Where the rules stay the same it is this board; boards with clues are turned, clues and all.
        """
        return (self, *self.symmetry(rng))

    def otherwise(self) -> tuple[str, Domain] | None:
        """The same board where what it `assumes` is the other way, and that in words; None if there is no such."""
        return None

    def weight(self, boards: Board) -> npt.NDArray[np.float64]:
        """[B] how likely each solution [B, L] is beside the others, in any unit; all the same unless a domain knows."""
        return np.ones(len(boards))

    def cell_name(self, cell: int) -> str:
        """How messages call a cell.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> get("sudoku-9x9").cell_name(10)
        'row 2, column 2'
        """
        row, column = divmod(cell, self.shape[1])
        return f"row {row + 1}, column {column + 1}"

    # Text: one character a cell -------------------------------------------------------------------

    @cached_property
    def _code(self) -> npt.NDArray[np.int8]:
        """Byte -> value; OPEN for an open cell, -2 for anything else."""
        code = np.full(256, -2, np.int8)
        for value, symbol in enumerate(self.symbols):
            code[ord(symbol)] = value
            if symbol.lower() not in self.symbols:  # case matters only where it tells two symbols apart
                code[ord(symbol.lower())] = value
        for char in OPEN_TEXT:
            if char not in self.symbols:
                code[ord(char)] = OPEN
        return code

    def parse(self, text: str) -> Problem:
        """Read a problem from text: L characters, or a drawn board of several lines.

        Raises
        ------
        InvalidProblem
            Wrong length, unknown symbol; the cell is named.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> get("sudoku-4x4").parse("1... ...4 .... ..2.").values[:4]
        array([ 0, -1, -1, -1], dtype=int32)
        """
        line, L = plain_line(text), self.rules.L
        if len(line) != L:
            raise InvalidProblem(f"{self.name} needs {many(L, 'cell')}, got {many(len(line), 'character')}")
        values = self._code[codes_of(self.as_meant(line))].astype(np.int32)
        bad = np.flatnonzero(values < OPEN)
        if bad.size:
            raise InvalidProblem(
                f"{self.cell_name(int(bad[0]))} (character {bad[0] + 1}) holds {line[bad[0]]!r}; "
                f"{self.name} uses {self.symbols} and {self._open_signs} for open cells"
            )
        if self._mixed(line):
            raise InvalidProblem(self.mixed_signs(line, *OPEN_TEXT))
        return Problem(self.name, self.rules, values, self)

    @property
    def _open_signs(self) -> str:
        return " or ".join(repr(sign) for sign in OPEN_TEXT if sign not in self.symbols)

    def _mixed(self, text: str) -> bool:
        """True if open cells are written in two ways: then one of the two is a symbol, and nobody knows which."""
        return all(sign in text and sign not in self.symbols for sign in OPEN_TEXT)

    def mixed_signs(self, cells: Sequence[str], first: str, second: str) -> str:
        """Why a board on which both signs stand for an open cell is refused."""
        rarer = min(first, second, key=cells.count)
        where = self.cell_name(cells.index(rarer))
        return (
            f"both {first!r} and {second!r} would be open cells of {self.name} ({rarer!r} in {where}), so one of the "
            f"two is a symbol; write open cells in one way, and symbols as {self.symbols}"
        )

    def as_meant(self, line: str) -> str:
        """A board's characters as the whole board tells them; as they stand, where each speaks for itself."""
        return line

    def problem(self) -> Problem:
        """The problem in which nothing is given."""
        return Problem(self.name, self.rules, np.full(self.rules.L, OPEN, np.int32), self)

    def parse_many(self, lines: Sequence[str]) -> Board | None:
        """[B, L] values of plain one-line problems at once, or None if any of them needs `parse`, or is no text."""
        if type(self).as_meant is not Domain.as_meant:
            if not all(isinstance(line, str) for line in lines):
                return None
            lines = [self.as_meant(line) for line in lines]
        both_open = [ord(sign) for sign in OPEN_TEXT if sign not in self.symbols]
        first, second = both_open if len(both_open) == 2 else (-1, -1)
        texts = np.ascontiguousarray(lines.codes) if isinstance(lines, Even) else list(lines)
        if isinstance(lines, Even) and lines.width != self.rules.L:
            return None
        return _native.values_of_texts(texts, self._code, self.rules.L, first, second)

    def format(self, values: Board) -> str:
        """One line, one character a cell, '.' where open."""
        return self.format_many(np.asarray(values)[None])[0]

    def format_many(self, boards: Board) -> list[str]:
        """`format` of every row of [B, L]."""
        return self.texts_of(boards, self.symbols, OPEN_TEXT[0])

    def formatted(self, boards: Board) -> Sequence[str]:
        """`format_many`, where nobody needs each text by itself."""
        if type(self).format_many is not Domain.format_many:
            return self.format_many(boards)
        return self._even(boards, self.symbols, OPEN_TEXT[0])

    def texts_of(self, boards: Board, symbols: str, open_sign: str) -> list[str]:
        """A character a cell: of value v the v-th of the symbols."""
        return list(self._even(boards, symbols, open_sign))

    def _even(self, boards: Board, symbols: str, open_sign: str) -> Even:
        values = np.ascontiguousarray(boards, np.int32).reshape(-1, self.rules.L)
        return Even(_native.texts_of_values(values, symbols.encode("ascii"), ord(open_sign)))

    def write(self, values: Board) -> str:
        """A whole problem on one line, clues and cells, as `parse` reads it.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> problem = get("futoshiki").parse(".>1/v__/._.")
        >>> problem.layout.write(problem.values)
        '.>1/v__/._.'
        """
        cells = self.format(values)
        if CELL in self.clues:
            return fill(self.clues, cells)
        none_given = cells.count(OPEN_TEXT[0]) == len(cells)
        return "/".join(part for part in (self.clues, "" if self.clues and none_given else cells) if part)

    def one_line(self, text: str) -> str:
        """The same problem text on one line, whatever it holds."""
        return plain_line(text)

    # Text in files: what tells a puzzle from what a file has beside puzzles --------------------------

    def has(self, character: str) -> bool:
        """True if a problem's text may hold this character, borders and white space apart."""
        return bool(self._code[codes_of(character)[0]] >= OPEN)

    def is_symbol(self, character: str) -> bool:
        """True if the text of a board may hold this character, and not for an open cell."""
        return bool(self._code[codes_of(character)[0]] > OPEN)

    def is_comment(self, line: str, begun: bool = False) -> bool:
        """True if this line of a file is a comment: it begins with '#', as none of a problem's does.

        `begun`: it follows other lines of a problem.
        """
        del begun
        return line.lstrip().startswith("#") and not self.has("#")

    def is_part(self, line: str, answer: bool = False) -> bool:
        """True if this line is one of several of a problem, or of an answer: a row or a border of a drawn board."""
        del answer
        cells, L = [c for c in line if not c.isspace() and c not in DECORATION], self.rules.L
        if len(plain := plain_line(line)) == L and all(map(self.has, plain)):
            return False
        return not cells or self.shape[1] == len(cells) < L

    # Arrays: numbers that stand for characters -------------------------------------------------------

    @cached_property
    def number_table(self) -> Mapping[int, str]:
        """What whole numbers in an array stand for; empty where they stand for nothing.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> get("latin-2").number_table, dict(get("brackets-2").number_table)
        ({0: '.', 1: '1', 2: '2'}, {})
        """
        digits = "0" + SYMBOLS
        if self.numbers or not set(self.symbols) <= set(digits[: len(self.symbols) + 1]):
            return dict(self.numbers)
        table = {digits.index(symbol): symbol for symbol in self.symbols}
        return table if 0 in table else {0: OPEN_TEXT[0]} | table

    def from_numbers(self, grid: Any) -> Problem:
        """Read nested lists or an array of shape [L] or `shape`: None and -1 are open; for numbers see `numbers`.

        Raises
        ------
        InvalidProblem
            Shape, number out of range; the cell is named.

        Examples
        --------
        >>> from vmdsolve.domains import get
        >>> get("latin-2").from_numbers([[0, 2], [2, 0]]).values
        array([-1,  1,  1, -1], dtype=int32)
        """
        array, table, cells = np.array(grid, dtype=object), self.number_table, []
        if array.shape not in (self.shape, (self.rules.L,)):
            raise InvalidProblem(f"{self.name} needs shape {self.shape} or ({self.rules.L},), got {array.shape}")
        for cell, item in enumerate(array.ravel()):
            number = OPEN if item is None else _whole(item)
            if number is None:
                raise InvalidProblem(f"{self.cell_name(cell)} holds {item!r}; wanted a whole number")
            if number != OPEN and number not in table:
                raise InvalidProblem(f"{self.cell_name(cell)} holds {item!r}; {self._wanted_numbers}")
            cells.append(number)
        if table.get(0) == OPEN_TEXT[0] and {0, OPEN} <= set(cells):
            raise InvalidProblem(self.mixed_signs([*map(str, cells)], "-1", "0"))
        line = self.as_meant("".join(OPEN_TEXT[0] if n == OPEN else table[n] for n in cells))
        return Problem(self.name, self.rules, self._code[codes_of(line)].astype(np.int32), self)

    @property
    def _wanted_numbers(self) -> str:
        table = self.number_table
        if not table:
            return f"numbers stand for no symbol of {self.name}: give text of {self.symbols}"
        if table.get(0) == OPEN_TEXT[0]:
            return f"wanted {min(k for k in table if k)} to {max(table)}, or 0 for open"
        return f"wanted {min(table)} to {max(table)}, or -1 for open"

    def to_numbers(self, values: Board) -> npt.NDArray[np.int64]:
        """[L] values as the numbers people write, which `from_numbers` reads.

        Raises
        ------
        InvalidInput
            Where numbers stand for no symbol.
        """
        if not self.number_table:
            raise InvalidInput(self._wanted_numbers)
        numbers = {OPEN_TEXT[0]: OPEN} | {symbol: number for number, symbol in self.number_table.items()}
        return np.array([numbers[c] for c in self.format(values)], np.int64)


def _whole(item: Any) -> int | None:
    """The number that `item` is, 3.0 included; None if it is no whole number."""
    try:
        number = None if isinstance(item, (bool, np.bool_)) else int(item)
        return number if number == item else None
    except (TypeError, ValueError, OverflowError):  # text, an array, NaN, infinity
        return None
