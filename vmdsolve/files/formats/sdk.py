"""sdk: one Sudoku as SadMan writes it: lines of `#A author` and so on, then `[Puzzle]` and its rows.

And what files that hold Sudoku alone share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...errors import InvalidInput
from ..record import Record
from .base import UNANSWERED, Source, TextFormat, Written
from .boards import boards, layout_of

__all__ = ["Sdk", "sudoku_of"]

BESIDE = ("[state]", "[pencilmarks]")  # sections of how far somebody has come


class Sdk(TextFormat):
    reads = writes = (".sdk",)

    def recognises(self, source: Source) -> bool:
        return source.first().strip().lower() == "[puzzle]"

    def read(self, source: Source) -> Iterator[Record]:
        if not self.recognises(source):
            raise InvalidInput(f"{source.name}: this .sdk has no section [Puzzle]")
        next(source.lines())
        source.first()
        layout = layout_of(source)
        if layout is None:
            raise InvalidInput(f"{source.name}:{source.number + 1}: no row of a board follows [Puzzle] in this .sdk")
        yield from boards(source, _section(source), layout)

    def lines(self, rows: Iterable[Written], kind: type[Written], others: Sequence[str] = ()) -> Iterator[str]:
        del kind, others
        yield "[Puzzle]\n"
        for rank, row in enumerate(rows):
            if rank:
                raise InvalidInput("a file .sdk holds one Sudoku; write several as .sdm")
            text = sudoku_of(row).replace("0", ".")
            yield from (text[i : i + 9] + "\n" for i in range(0, 81, 9))


def sudoku_of(row: Written) -> str:
    """The answer, or else the puzzle, 0 where open.

    Raises
    ------
    InvalidInput
        It is no Sudoku 9x9.
    """
    text = row.line.removeprefix(UNANSWERED).replace(".", "0")
    if len(text) != 81 or not text.isdecimal():
        raise InvalidInput(f"this kind of file holds Sudoku 9x9 alone, not {text[:40]!r}; write .csv or .txt")
    return text


def _section(source: Source) -> Iterator[str]:
    """The lines of the puzzle."""
    inside = True
    for line in source.lines():
        title = line.strip().lower()
        if title.startswith("["):
            if title not in ("[puzzle]", *BESIDE):
                what = f"{source.name}:{source.number}: section {line.strip()[:40]} of this .sdk is not read"
                raise InvalidInput(f"{what}; write the puzzle as text")
            inside = title == "[puzzle]"
            yield "\n"
        elif inside:
            yield line
