"""txt: one puzzle a line; or, if the first line is only a part of one, puzzles of several lines, blank lines between.

Lines that begin with '#' are comments, unless puzzles of the domain have such lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...domains import Domain
from ...domains.base import DECORATION
from ...domains.reading import is_part, is_problem
from ...errors import InvalidInput
from ..record import Record
from .base import MAX_LINE, Source, TextFormat, Written

__all__ = ["Txt"]


class Txt(TextFormat):
    writes = (".txt",)

    def detects(self, line: str, domain: Domain | None) -> bool:
        """A line that can be read is what it seems to be, even if it looks like another format."""
        if domain is not None and domain.is_part(line):
            return all(domain.has(c) or c.isspace() or c in DECORATION for c in line)
        return is_problem(line, domain)

    def read(self, source: Source) -> Iterator[Record]:
        if (first := source.first()) and is_part(first, source.domain, answer=source.answers):
            yield from _blocks(source)
            return
        for line in source.lines():
            if (text := line.strip()) and not (text[0] == "#" and source.is_comment(line)):
                yield Record(source.name, source.number, source.trimmed(line))

    def lines(self, rows: Iterable[Written], kind: type[Written]) -> Iterator[str]:
        del kind
        return (row.line + "\n" for row in rows)


def _blocks(source: Source) -> Iterator[Record]:
    """Lines up to the next blank one, as one puzzle; it stands where its first line does."""
    block: list[str] = []
    begun = size = 0

    def puzzle() -> Record:
        return Record(source.name, begun, "".join(block).strip())

    for line in source.lines():
        if not line.strip():
            if block:
                yield puzzle()
            block = []
        elif not source.is_comment(line, begun=bool(block)):
            begun, size = (begun, size + len(line)) if block else (source.number, len(line))
            block.append(line)
            if size > MAX_LINE:
                what = f"{source.name}:{begun} begins a puzzle of over {MAX_LINE:,} characters"
                raise InvalidInput(f"{what}; wanted blank lines between")
    if block:
        yield puzzle()
