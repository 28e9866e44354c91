""".non: a nonogram with its keys, and its picture if there is one; several are parted by lines of `====`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ...domains import notations, registry
from ...domains.notations.non import goal_of
from ...errors import InvalidInput
from ..record import Record
from .base import Source, TextFormat, Written
from .whole import MAX_FILE, MOST_LINES

__all__ = ["Non"]


class Non(TextFormat):
    reads = writes = (".non", ".nonpack")

    def read(self, source: Source) -> Iterator[Record]:
        number = 1
        for part in re.split(r"^====\s*\n", _all_of(source), flags=re.MULTILINE):
            begins = number + len(part) - len(part.lstrip("\n"))
            number += part.count("\n") + 1
            if not part.strip():
                continue
            try:
                problem = notations.get("non").read(part)
                puzzle = registry.layout_of(problem).write(problem.values)
                yield Record(source.name, begins, puzzle, solution=goal_of(part), domain="nonogram")
            except InvalidInput as error:
                yield Record(source.name, begins, " ".join(part.split())[:200], reason=str(error))

    def lines(self, rows: Iterable[Written], kind: type[Written], others: Sequence[str] = ()) -> Iterator[str]:
        del kind, others
        for rank, row in enumerate(rows):
            if rank:
                yield "====\n"
            text = str(getattr(row, "puzzle", None) or getattr(row, "problem", ""))
            try:
                yield notations.write("non", registry.get("nonogram").parse(text))
            except InvalidInput as error:
                raise InvalidInput(f".non holds nonograms alone, and puzzle {rank + 1} is none; write .csv") from error
            if solution := getattr(row, "solution", None):
                yield f'\ngoal "{solution}"\n'


def _all_of(source: Source) -> str:
    lines: list[str] = []
    size = 0
    for line in source.lines():
        size += len(line)
        if size > MAX_FILE or len(lines) == MOST_LINES:
            raise InvalidInput(f"{source.name} is over {MAX_FILE:,} characters, or {MOST_LINES:,} lines")
        lines.append(line)
        source.idle = 0  # a nonogram may be longer: it is `size` that has a limit here
    return "".join(lines)
