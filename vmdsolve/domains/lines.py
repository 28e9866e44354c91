"""The lines of a clued puzzle's text, taken one after another; what is wrong is said with the number of its line."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from math import isqrt
from typing import Any, NoReturn, Self

from ..errors import InvalidProblem
from ..plain import many
from ..untrusted import loads
from .base import SYMBOLS

__all__ = ["OPEN_TOKENS", "Lines", "row_of"]

OPEN_TOKENS = (".", "-", "_", "?", "*", "x", "X", "0", "-1")  # an open cell, where they are no symbols
MAYBE_SYMBOLS = {"x", "X", "0", "-1"}  # beside another open sign they are likely to mean something
NUMBERS = {str(number): symbol for number, symbol in enumerate(SYMBOLS, 1)}
APART = re.compile(r"[,;|]")


class Lines:
    """A puzzle's text, line by line.

    Text has several lines (a '/' in them is read as ':'), or one with '/' between them, or is a list of rows as Python
    and JSON write it. Blank lines are dropped, but counted where a line is named.

    Examples
    --------
    >>> lines = Lines("killer", "2 2/9 -")
    >>> lines.numbers("rows and columns", 2), lines.tokens("totals", 2), lines.left
    ([2, 2], ['9', '-'], 0)
    """

    def __init__(self, name: str, text: str) -> None:
        self.name, self.taken = name, 0
        several = "\n" in text.strip()
        listed = _listed(text) if text.lstrip().startswith("[") else None
        parts = [part.replace("/", ":") for part in listed or text.split("\n" if several else "/")]
        self.raw = list(parts)
        kept = [(number, line.strip()) for number, line in enumerate(parts, 1) if line.strip()]
        self.lines, self.places = [line for _, line in kept], [number for number, _ in kept]

    @classmethod
    def of(cls, name: str, lines: Sequence[str]) -> Self:
        """Lines that were made of Python values: messages name none of them."""
        out = cls(name, "")
        out.lines = list(lines)
        return out

    @property
    def left(self) -> int:
        """Lines not yet taken."""
        return len(self.lines) - self.taken

    def fail(self, reason: str, line: int | None = None) -> NoReturn:
        """InvalidProblem about a line, the one taken last unless it is said, or about all where none is taken yet."""
        line = self.taken if line is None else line
        where = f", line {self.places[line - 1]}" if self.places and line else ""
        raise InvalidProblem(f"{self.name}{where}: {reason}")

    def peek(self) -> str:
        """The next line, which stays; "" at the end."""
        return self.lines[self.taken] if self.left else ""

    def line(self, what: str, length: int | None = None) -> str:
        """The next line, of `length` characters."""
        if not self.left:
            if not self.places:
                raise InvalidProblem(f"{self.name} lacks {what}")
            raise InvalidProblem(f"{self.name} ends after line {self.places[-1]}; wanted {what}")
        self.taken += 1
        line = self.lines[self.taken - 1]
        if length is not None and len(line) != length:
            self.fail(f"{many(len(line), 'character')}, wanted {length}: {what}")
        return line

    def tokens(self, what: str, n: int | None = None, *, whole: bool = False) -> list[str]:
        """The next line, split into `n` entries: at white space, commas, ';' or '|', or else into characters.

        `whole`: at white space alone.
        """
        line = self.line(what)
        tokens = line.split() if whole else row_of(line, n)
        if n is not None and len(tokens) != n:
            self.fail(f"{many(len(tokens), 'entry', 'entries')}, wanted {n}: {what}")
        return tokens

    def number(self, token: str, what: str, low: int = 0, high: int = 2**31, line: int | None = None) -> int:
        """An entry of the line taken last, or of another, as a number within bounds."""
        if not (token.isascii() and token.isdigit() and len(token) < 12 and low <= int(token) <= high):
            self.fail(f"{what} is {token[:40]!r}; wanted a whole number from {low} to {high}", line)
        return int(token)

    def numbers(self, what: str, n: int | None = None, low: int = 0, high: int = 2**31) -> list[int]:
        """The next line as whole numbers."""
        return [self.number(token, what, low, high) for token in self.tokens(what, n, whole=True)]

    def headed(self, most: int, alone: Collection[int] = ()) -> bool:
        """True if the next line says the size, in two numbers first and `most` entries at most; False if it is a row.

        `alone`: how many lines there may be without it, if that is known; asked where the entries leave it open.
        """
        said, rows = self.peek().split(), [row_of(line) for line in self.lines[self.taken :]]
        if not 2 <= len(said) <= most or not all(token.isdecimal() and len(token) < 6 for token in said[:2]):
            return not rows
        if len(rows) == 1:
            return True
        R, C, wide, below = int(said[0]), int(said[1]), len(rows[0]), len(rows[1])
        if below == C:
            return wide != C or (len(rows) not in alone if alone else len(rows) > R)
        return below != wide

    def square(self, low: int, high: int, *blocks: int, most: int = 2) -> tuple[int, list[str]]:
        """The order of a square board, and what else its first line says; rows alone say it, too.

        `blocks`: how many times there may be as many lines as the board has rows, apart from the first.
        """
        if self.headed(most, [len(row_of(self.peek())) * block for block in blocks]):
            rows, columns, *more = self.tokens("rows and columns", whole=True)
            n, other = (self.number(token, "rows and columns", low, high) for token in (rows, columns))
            if n != other:
                self.fail(f"{many(n, 'row')} and {many(other, 'column')}; wanted as many")
            return n, more
        self.one_row_to_many(max(blocks))
        n = len(row_of(self.peek()))
        if not low <= n <= high:
            self.taken += 1
            got = f"a row of {many(n, 'entry', 'entries')}"
            self.fail(f"{got}; wanted {low} to {high}, or first a line `n n` that says the size")
        return n, []

    def one_row_to_many(self, blocks: int = 1) -> None:
        """Lines of which each holds all cells of a square board become lines of rows."""
        n = isqrt(len(row_of(self.peek())))
        if self.left > blocks or n < 2 or any(len(row_of(line)) != n * n for line in self.lines[self.taken :]):
            return
        whole = [row_of(line) for line in self.lines[self.taken :]]
        self.places[self.taken :] = [place for place in self.places[self.taken :] for _ in range(n)]
        self.lines[self.taken :] = [" ".join(row[i : i + n]) for row in whole for i in range(0, n * n, n)]

    def givens(self, rows: int, columns: int, symbols: str = SYMBOLS) -> str:
        """The next lines as cells: symbols, or numbers from 1; OPEN_TOKENS are open, unless they are symbols."""
        cells, signs = "", dict[str, int]()
        for row in range(rows):
            for column, token in enumerate(self.tokens("numbers, or - where open", columns)):
                if token in OPEN_TOKENS and token not in symbols and token.upper() not in symbols:
                    signs.setdefault(token, self.taken)
                    cells += "."
                elif len(token) == 1 and (token in symbols or token.upper() in symbols):
                    cells += token
                elif "1" in symbols and token in NUMBERS and NUMBERS[token] in symbols:
                    cells += NUMBERS[token]
                else:
                    self.fail(
                        f"row {row + 1}, column {column + 1} holds {token[:40]!r}; "
                        f"{self.name} uses {symbols} here, and . where a cell is open"
                    )
        if len(signs) > 1 and (odd := [sign for sign in signs if sign in MAYBE_SYMBOLS]):
            other = next(sign for sign in signs if sign != odd[0])
            what = f"both {odd[0]!r} and {other!r} stand for cells; if {odd[0]!r} is open write '.', else use {symbols}"
            self.fail(what, signs[odd[0]])
        return cells

    def cells(self) -> str:
        """The last line, of cells; "" if there is none. Anything after it is refused."""
        cells = self.line("cells") if self.left else ""
        if self.left:
            self.line("nothing")
            self.fail("wanted the end: clues and cells are complete")
        return cells


def row_of(line: str, n: int | None = None) -> list[str]:
    """The entries of a line, `n` of them if that can be; a line without white space is one of characters.

    Examples
    --------
    >>> row_of("A B  C"), row_of("A, B,,C"), row_of("ABC"), row_of("12 | 3")
    (['A', 'B', 'C'], ['A', 'B', '-', 'C'], ['A', 'B', 'C'], ['12', '3'])
    """
    if not APART.search(line):
        tokens = line.split()
        return list(tokens[0]) if len(tokens) == 1 and n in (None, len(tokens[0])) else tokens
    parts = [part.split() or ["-"] for part in APART.split(line.strip().strip("|"))]
    return [token for part in (parts[:-1] if line.rstrip()[-1] == ";" else parts) for token in part]


def _listed(text: str) -> list[str] | None:
    """The rows of a list as Python or JSON writes it; None if it is none."""
    try:
        rows: Any = loads(text)
    except ValueError:
        try:
            rows = ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return None
    if not isinstance(rows, list) or not rows:
        return None
    return [_row(row) for row in rows]


def _row(row: Any) -> str:
    if not isinstance(row, list):
        return str(row)
    return " ".join("-" if entry is None or entry == "" or entry == " " else str(entry) for entry in row)
