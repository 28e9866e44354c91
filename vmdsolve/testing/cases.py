"""Hostile input: text and arrays that must be refused with a clear error, or read just right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..domains import Domain, layout_of
from ..errors import InvalidInput
from ..problem import OPEN, Board
from .broken import LawBroken

__all__ = ["Case", "cases"]

LAW = "hostile input"
STRANGE = ["?", "!", "~", "%", "\0", "é", "²", "１", "٣", "\U0001f600", "\u202e", "\ud800"]
NOT_NUMBERS: list[Any] = [-2, 10**30, 1.5, float("nan"), float("inf"), True, "x", b"1", 1j, {}]


@dataclass(frozen=True, eq=False)
class Case:
    """One input that somebody may hand over.

    Attributes
    ----------
    reader
        the domain that reads it
    kind
        what is odd about it
    grid
        text, lists or an array
    wanted
        "read", "refused", or "either": refused, or read as something that is written and read again the same
    values
        what it must be read as, if it is read; None: whatever it says
    cell
        the cell that the refusal must name, if it is about one
    """

    reader: Domain
    kind: str
    grid: Any
    wanted: str
    values: Board | None = None
    cell: int | None = None

    def __repr__(self) -> str:
        return f"<{self.kind}, to be {self.wanted} by {self.reader!r}: {_short(self.grid)}>"

    def assert_met(self) -> None:
        """Raises LawBroken if the reader reads what it must refuse, refuses what it must read, or is unclear."""
        before = self.grid.copy() if isinstance(self.grid, np.ndarray) else self.grid
        try:
            read = self.reader.parse if isinstance(self.grid, str) else self.reader.from_numbers
            problem = read(self.grid)
        except InvalidInput as error:
            self._refused(str(error))
        except Exception as error:
            raise self._broken(f"raises {type(error).__name__}: {error}", "Raise InvalidProblem and say why") from error
        else:
            text = layout_of(problem).write(problem.values)
            if self.wanted == "refused":
                raise self._broken(f"is read as {_short(text)}", "Refuse it")
            if self.values is not None and problem.values.tolist() != self.values.tolist():
                raise self._broken(f"is read as {_short(text)}, not {self.values.tolist()}", "Read it as it is")
            if self.wanted == "either" and self.values is None:
                again = self.reader.parse(text)
                if layout_of(again).write(again.values) != text:
                    what = f"is read as {_short(text)}, and that as something else"
                    raise self._broken(what, "`write` what `parse` reads")
        if isinstance(self.grid, np.ndarray) and not _same(self.grid, before):
            raise self._broken("is changed by being read", "Work on a copy")

    def _refused(self, reason: str) -> None:
        if self.wanted == "read":
            raise self._broken(f"is refused: {reason}", "It must be read")
        if not reason:
            raise self._broken("is refused without a word", "Say what is wrong")
        if self.cell is not None and (name := self.reader.cell_name(self.cell)) not in reason:
            raise self._broken(f"is refused with {reason!r}", f"Name {name!r}")

    def _broken(self, what: str, advice: str) -> LawBroken:
        return LawBroken(LAW, f"{self.kind}: {_short(self.grid)} {what}", advice)


def cases(source: Domain, board: Domain, values: Board, cell: int) -> Iterator[Case]:
    """All hostile forms of values [L] on a board of the domain `source`; `cell` is spoilt, where one is."""
    yield from _arrays(board, values)
    yield from _bad_arrays(board, values, cell)
    text = board.format(values)
    if len(text) == board.rules.L:  # one character a cell, the common form
        yield from _texts(board, values, text)
        yield from _bad_texts(board, text, cell)
    yield from _garbled(source, board.write(values), cell)


def _texts(board: Domain, values: Board, text: str) -> Iterator[Case]:
    """Ways in which people write it; where white space or case means something, they may be refused, not misread."""
    yield Case(board, "text as it is written", text, "read", values)
    forms = {
        "spaces between the cells": " ".join(text),
        "tabs and line ends around the text": f"\t{text}\r\n",
    }
    if "0" not in board.symbols:
        forms["0 for open cells"] = text.replace(".", "0")
    if not any(s.lower() in board.symbols for s in board.symbols if s != s.lower()):
        forms["lower case"] = text.lower()
    for kind, form in forms.items():
        yield Case(board, kind, form, "either", values)


def _bad_texts(board: Domain, text: str, cell: int) -> Iterator[Case]:
    forms = {
        "a cell too few": text[:-1],
        "a cell too many": text + ".",
        "nothing": "",
        "white space alone": " \n\t ",
        "a text far too long": text * 1000,
    }
    for kind, form in forms.items():
        yield Case(board, kind, form, "refused")
    for strange in STRANGE:
        if not {strange, strange.upper(), strange.lower()} & set(board.symbols):
            spoilt = text[:cell] + strange + text[cell + 1 :]
            yield Case(board, f"a character that is no symbol, {strange!a}", spoilt, "refused", cell=cell)


def _garbled(source: Domain, text: str, cell: int) -> Iterator[Case]:
    """A whole text, clues and all, that perhaps still means something."""
    at = cell % len(text)
    forms = {
        "a text cut short": text[:at],
        "a text without its beginning": text[at:],
        "a character twice": text[:at] + text[at : at + 1] + text[at:],
        "a character missing": text[:at] + text[at + 1 :],
        "a huge number in the text": text[:at] + "9" * 400 + text[at:],
        "a minus in the text": text[:at] + "-" + text[at:],
        "a strange character in the text": text[:at] + "\U0001f600" + text[at + 1 :],
        "the text twice": text + text,
        "the text backwards": text[::-1],
    }
    for kind, form in forms.items():
        yield Case(source, kind, form, "either")


def _arrays(board: Domain, values: Board) -> Iterator[Case]:
    if not board.number_table:
        yield Case(board, "numbers, which stand for no symbol", np.zeros(board.shape, int), "refused", cell=0)
        return
    numbers = np.asarray(board.to_numbers(values))
    grid = numbers.reshape(board.shape)
    nothing = values.reshape(board.shape) == OPEN
    opened = grid.astype(object)
    opened[nothing] = None
    locked = numbers.copy()
    locked.flags.writeable = False
    forms = {
        "numbers in a row": numbers,
        "numbers on the board": grid,
        "nested lists": grid.tolist(),
        "floats that are whole": grid.astype(float),
        "small integers": grid.astype(np.int8),
        "column-major memory": np.asfortranarray(grid),
        "every other number of an array": np.repeat(numbers, 2)[::2],
        "None for open cells": opened.tolist(),
        "-1 for open cells": np.where(nothing, -1, grid),
        "a read-only array": locked,
    }
    for kind, form in forms.items():
        yield Case(board, kind, form, "read", values)


def _bad_arrays(board: Domain, values: Board, cell: int) -> Iterator[Case]:
    numbers = np.asarray(board.to_numbers(values)) if board.number_table else np.zeros(len(values), int)
    for item in [board.rules.V + 1, *NOT_NUMBERS] if board.number_table else []:
        grid = numbers.astype(object)
        grid[cell] = item
        yield Case(board, f"{item!r} for a number", grid, "refused", cell=cell)
        lists = grid.reshape(board.shape).tolist()
        yield Case(board, f"{item!r} for a number, in lists", lists, "refused", cell=cell)
    rows, columns = board.shape
    L = rows * columns
    shapes = {(), (0,), (L + 1,), (L - 1,), (rows + 1, columns), (columns, rows), (1, rows, columns), (L, 1)}
    for shape in sorted(shapes - {(rows, columns), (L,)}):
        yield Case(board, f"shape {shape}", np.zeros(shape, int), "refused")
    ragged = numbers.reshape(board.shape).tolist()
    ragged[-1] = [*ragged[-1], 1]
    if rows > 1:
        yield Case(board, "rows of different length", ragged, "refused")


def _same(a: Any, b: Any) -> bool:
    pairs = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
    return bool(a.shape == b.shape and all(x is y or x == y or x != x for x, y in pairs))


def _short(grid: Any) -> str:
    text = ascii(grid.tolist() if isinstance(grid, np.ndarray) else grid)
    return text if len(text) < 200 else text[:200] + "..."
