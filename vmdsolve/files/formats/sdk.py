"""sdk: one Sudoku as SadMan writes it: lines of `#A author` and so on, then `[Puzzle]` and its rows."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import InvalidInput
from ..record import Record
from .base import Format, Source
from .boards import boards, layout_of

__all__ = ["Sdk"]

BESIDE = ("[state]", "[pencilmarks]")  # sections of how far somebody has come


class Sdk(Format):
    reads = (".sdk",)

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
