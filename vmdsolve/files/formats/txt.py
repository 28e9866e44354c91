"""txt: one puzzle a line.

Lines that begin with '#' are comments, unless puzzles of the domain have such lines; what stands behind '? ' has no
answer yet, and is the problem itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...domains import Domain
from ...domains.reading import is_problem
from ..record import Record
from .base import UNANSWERED, Source, TextFormat, Written
from .csv import is_header, table_in

__all__ = ["Txt"]


class Txt(TextFormat):
    loose = True
    reads = (".sdm",)
    writes = (".txt", ".sdm")

    def detects(self, line: str, domain: Domain | None) -> bool:
        """A line that can be read is what it seems to be, even if it looks like another format; but names of columns,
        which may pass for names of regions, are these.
        """
        if is_header(line) and not (domain is not None and domain.verbatim):
            return False
        return is_problem(line.removeprefix(UNANSWERED), domain) and table_in(line, domain) is None

    def read(self, source: Source) -> Iterator[Record]:
        for line in source.lines():
            if (text := line.strip()) and not (text[0] == "#" and source.is_comment(line)):
                if source.to_skip:
                    source.to_skip, source.idle = source.to_skip - 1, 0
                    source.skip_lines()
                    continue
                yield Record(source.name, source.number, _problem(source, line))
                yield from _plain(source)

    def lines(self, rows: Iterable[Written], kind: type[Written], others: Sequence[str] = ()) -> Iterator[str]:
        del kind, others
        return (row.line + "\n" for row in rows)


def _plain(source: Source) -> Iterator[Record]:
    """The lines that follow, as long as they are plain."""
    while lines := source.plain_lines():
        for line in lines:
            source.number += 1
            if source.to_skip:
                source.to_skip -= 1
            else:
                yield Record(source.name, source.number, line)
        source.skip_lines()


def _problem(source: Source, line: str) -> str:
    """What a line says, without the mark of what has no answer."""
    if line.startswith(UNANSWERED) and not (source.domain and is_problem(line.rstrip("\r\n"), source.domain)):
        line = line.removeprefix(UNANSWERED)
    return source.trimmed(line)
