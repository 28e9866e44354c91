"""What formats share in which a whole file is one puzzle, turned into the text that a domain reads."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from math import isqrt

from ...domains import Domain
from ...domains.base import SYMBOLS
from ...errors import InvalidInput
from ..record import Record
from .base import Format, Source

__all__ = ["MAX_FILE", "Puzzle", "WholeFile", "order_of", "without_comments"]

MAX_FILE, MOST_LINES = 1 << 24, 1 << 21  # characters; a graph of a million edges has fewer
Puzzle = tuple[str, str | None]  # text, and the domain that the format names


class WholeFile(Format):
    """A format in which a file is one puzzle."""

    @abstractmethod
    def puzzle_of(self, text: str, domain: Domain | None) -> Puzzle:
        """The puzzle of a file, on one line; `domain` is the one asked for."""

    def read(self, source: Source) -> Iterator[Record]:
        text = source.rest(MAX_FILE)
        if text.count("\n") > MOST_LINES:
            raise InvalidInput(f"{source.name} is over {MOST_LINES:,} lines; wanted one puzzle")
        try:
            puzzle, named = self.puzzle_of(text, source.domain)
        except InvalidInput as error:
            raise InvalidInput(f"{source.name}: {error}") from error
        yield Record(source.name, 1, puzzle, domain=named)


def order_of(cells: int, what: str) -> int:
    """n of a board of n x n cells."""
    n = isqrt(cells)
    if n * n != cells or not 2 <= n <= len(SYMBOLS):
        raise InvalidInput(f"{cells} {what}; wanted n x n, n from 2 to {len(SYMBOLS)}")
    return n


def without_comments(text: str) -> str:
    """MiniZinc without what follows a '%'."""
    return re.sub(r"%.*", "", text)
