"""Cells that come one by one, as fields of a table or items of a list: put together to the text of a puzzle.

What stands for an open cell is left to the reader of puzzles, but for what is no text at all (an empty field, NaN,
null): that is '.'. Numbers over 9 mean symbols by rank, as people write boards of 16 x 16.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isqrt

from ...domains import registry
from ...domains.base import SYMBOLS, Domain
from ...domains.clued import Family
from ...errors import InvalidInput

__all__ = ["board_text", "is_cell", "joined", "width_of"]

EMPTY = ("", "nan", "none", "null", "na", "n/a", "<na>")
CELL = re.compile(r"-?\d{1,2}(\.0+)?|\S?")  # a number, or any one character


def is_cell(token: str) -> bool:
    """True if a field is what one cell may be.

    Examples
    --------
    >>> [is_cell(token) for token in ("5", "", "nan", "12", "5.0", "_", "53..7....", "id")]
    [True, True, True, True, True, True, False, False]
    """
    token = token.strip()
    return len(token) < 7 and (CELL.fullmatch(token) is not None or token.lower() in EMPTY)


def joined(tokens: Sequence[object], width: int) -> str:
    """The text of cells, rows of `width`.

    Raises
    ------
    InvalidInput
        For what is no cell; it is named.

    Examples
    --------
    >>> joined(["1", None, 4.0, "nan"], 2), joined([10, 0, 16, 1], 16)
    ('1.4.', 'A.G1')
    """
    texts = [_text(token) for token in tokens]
    long = {text for text in texts if len(text) > 1}
    if not long:
        return "".join(text or "." for text in texts)
    opens = {text for text in texts if text in ("", "0", "-1", ".")}
    if len(opens) > 1:
        one, two = (repr(text) if text else "nothing" for text in sorted(opens)[:2])
        raise InvalidInput(f"both {one} and {two} stand for open cells; one of them is a symbol: write it as such")
    ranks = dict.fromkeys(opens, ".") | {str(k): symbol for k, symbol in enumerate(SYMBOLS, 1)}
    if long == {"-1"}:  # symbols of one character
        ranks = {text: text for text in texts} | {"-1": "."}
    for place, text in enumerate(texts):
        if text not in ranks:
            where = f"row {place // width + 1}, column {place % width + 1}"
            raise InvalidInput(f"{where} is {text[:40]!r}; wanted a number from 1 to {len(SYMBOLS)}, or 0 where open")
    return "".join(ranks[text] for text in texts)


def _text(token: object) -> str:
    if token is None or token != token:  # a NaN is not itself
        return ""
    text = str(token).strip()
    text = "" if text.lower() in EMPTY else text
    return re.sub(r"\.0+$", "", text) if re.fullmatch(r"-?\d+\.0+", text) else text


def width_of(fields: int, domain: Domain | None) -> bool:
    """True if rows of so many cells make a board: of the domain asked for, or of one that is known by its size."""
    if domain is None:
        return fields > 1 and fields * fields in registry.by_cells()
    return not isinstance(domain, Family) and domain.shape[1] == fields > 1 and domain.shape[0] > 1


def board_text(value: object, domain: Domain | None) -> str | None:
    """The text of a board that comes as a list: rows of cells, rows of text, or all cells; None if it is no board.

    Raises
    ------
    InvalidInput
        As `joined`.

    Examples
    --------
    >>> board_text([[1, 0], [0, 2]], None), board_text(["12..", "....", "....", "...."], None)
    (None, '12..............')
    """
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(row, list) for row in value):
        cells = [cell for row in value for cell in row]
        width = len(value[0])
        if any(isinstance(cell, (list, dict)) for cell in cells) or {len(row) for row in value} != {width}:
            return None
        fits = _fits(len(value), width, domain)
        return joined(cells, width) if fits else None
    if all(isinstance(row, str) for row in value) and {len(row) for row in value} == {len(value[0])} != {1}:
        return "".join(value) if _fits(len(value), len(value[0]), domain) else None
    if any(isinstance(cell, (list, dict)) for cell in value):
        return None
    width = isqrt(len(value)) if domain is None or isinstance(domain, Family) else domain.shape[1]
    fits = width > 0 and len(value) % width == 0 and _fits(len(value) // width, width, domain)
    return joined(value, width) if fits and all(is_cell(_text(cell)) for cell in value) else None


def _fits(rows: int, width: int, domain: Domain | None) -> bool:
    if domain is None or isinstance(domain, Family):
        return rows == width and rows * width in registry.by_cells()
    return (rows, width) == domain.shape
