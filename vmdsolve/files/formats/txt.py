"""txt: one puzzle a line.

Lines that begin with '#' are comments, unless puzzles of the domain have such lines; what stands behind '? ' has no
answer yet, and is the problem itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...compact import Even
from ...domains import Domain
from ...domains.reading import is_problem
from ..record import Record
from ..texts import Texts
from .base import UNANSWERED, Source, Table, Written
from .csv import is_header, table_in
from .grows import Grows

__all__ = ["Txt", "line_told"]


class Txt(Grows):
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

    def read(self, source: Source) -> Iterator[Record | Texts]:
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

    def rows(self, table: Table, names: Sequence[str]) -> bytes:
        del names
        if isinstance(table["solution"], Even):
            return table["solution"].bytes("\n")
        told = zip(table["problem"], table["solution"], strict=True)
        return "".join(f"{line_told(problem, solution)}\n" for problem, solution in told).encode()

    def renamed(self, rows: bytes, before: Sequence[str], names: Sequence[str]) -> bytes:
        del before, names
        return rows

    def solutions(self, rows: bytes, names: Sequence[str]) -> list[str | None]:
        del names
        return [None if one.startswith(UNANSWERED) else one for one in rows.decode().split("\n")[:-1]]


def line_told(problem: str, solution: str | None) -> str:
    """The answer; without one the problem, marked: no reader may take it for an answer.

    Examples
    --------
    >>> line_told("1...", None)
    '? 1...'
    """
    return solution or (UNANSWERED + problem.strip()).rstrip()


def _plain(source: Source) -> Iterator[Record | Texts]:
    """The lines that follow, as long as they are plain."""
    while lines := source.plain_lines():
        at = 0
        while at < len(lines):
            begin, first = at, source.number + 1
            at += min(source.to_skip, len(lines) - at) or (len(lines) - at if source.together else 1)
            source.number += at - begin
            if source.to_skip:
                source.to_skip -= at - begin
            elif source.together:
                yield Texts(lines[begin:], [(0, source.name, first)])
            else:
                yield Record(source.name, first, lines[begin])
        source.skip_lines()


def _problem(source: Source, line: str) -> str:
    """What a line says, without the mark of what has no answer."""
    if line.startswith(UNANSWERED) and not (source.domain and is_problem(line.rstrip("\r\n"), source.domain)):
        line = line.removeprefix(UNANSWERED)
    return source.trimmed(line)
