""".non: a nonogram with its keys, and its picture if there is one; several are parted by lines of `====`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...domains.notations import get
from ...domains.notations.non import goal_of
from ...domains.registry import layout_of
from ...errors import InvalidInput
from ..record import Record
from . import whole
from .base import Format, Source

__all__ = ["NonFile"]


class NonFile(Format):
    reads = (".non", ".nonpack")

    def read(self, source: Source) -> Iterator[Record]:
        text = source.text.read(whole.MAX_FILE + 1)
        if len(text) > whole.MAX_FILE:
            raise InvalidInput(f"{source.name} is over {whole.MAX_FILE:,} characters")
        line = 1
        for part in re.split(r"^====\s*$", text, flags=re.MULTILINE):
            begins = line + len(part) - len(part.lstrip("\n"))
            line += part.count("\n")
            if not part.strip():
                continue
            try:
                problem = get("non").read(part)
                puzzle = layout_of(problem).write(problem.values)
                yield Record(source.name, begins, puzzle, solution=goal_of(part), domain="nonogram")
            except InvalidInput as error:
                yield Record(source.name, begins, part.strip()[:200], reason=str(error))
