"""Texts of several puzzles: where one ends and the next begins."""

from __future__ import annotations

import re

from ...errors import InvalidInput
from ..base import Domain
from ..clued import Family
from .forms import is_rule, levelled
from .naming import kind_shown
from .texts import SECTION, is_head, problem_in, shapes

__all__ = ["puzzles_in"]


def puzzles_in(text: str, name: str | Domain | None = None) -> list[str]:
    """The puzzles of a text of one or more, each as text that `read` takes, unless it is faulty itself.

    A puzzle a line, or boards of several lines: as many rows as the board has, with or without lines between; heads,
    remarks and blank lines may stand between boards.

    Examples
    --------
    >>> puzzles_in("Grid 01\\n1...\\n...4\\n....\\n..2.\\nGrid 02\\n.1..\\n....\\n4...\\n..2.")
    ['1...\\n...4\\n....\\n..2.', '.1..\\n....\\n4...\\n..2.']
    >>> puzzles_in("a 1......4......2. 1.0\\nb 1......4......1. 1.1")
    ['a 1......4......2. 1.0', 'b 1......4......1. 1.1']
    """
    from .reader import find_domain

    where = None if name is None else find_domain("", name)
    if sections := SECTION.findall(text):
        return [section.strip("\n") for section in sections]
    lines = text.split("\n")
    said = [line for line in lines if line.strip() and not is_head(line) and not is_rule(line)]
    if where is not None and (where.verbatim or isinstance(where, Family)):
        return [block for block in text.split("\n\n") if block.strip()]
    apart = [block for block in re.split(r"\n[ \t]*\n", text) if block.strip()]
    if where is None and all(kind_shown(levelled(block)) for block in apart):
        return apart
    if len(said) > 1 and all(_is_whole(line, where) for line in said[:3]):
        return said
    if _is_whole(text, where):
        return [text]
    blocks, block = [], list[str]()
    rows = 0
    height = _height(said, where)
    for line in lines:
        if is_head(line) and rows:
            blocks.append(block)
            block, rows = [], 0
        elif line.strip() and not is_head(line):
            row = not is_rule(levelled(line))
            if row and rows == height:
                blocks.append(block)
                block, rows = [], 0
            block.append(line)
            rows += row
    return ["\n".join(part) for part in (*blocks, block) if any(not is_rule(levelled(line)) for line in part)]


def _is_whole(text: str, where: Domain | None) -> bool:
    try:
        problem_in(text, where)
    except InvalidInput:
        return False
    return True


def _height(rows: list[str], where: Domain | None) -> int:
    """How many rows a board has: the most that the first rows show as one."""
    known = [where.shape] if where else shapes()
    fits = [height for height, _ in known if len(rows) >= height and _is_whole("\n".join(rows[:height]), where)]
    return max(fits, default=len(rows) or 1)
