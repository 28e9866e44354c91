"""Forms of text in which people write a board, each tried on the whole text: what fits a shape is what it is.

A shape is (rows, columns). Every form gives the cells, one token each, "" for a blank one, or None if the text is not
of that form. What is drawn between cells is told from open cells by counting: if rows have as many characters as the
board has columns with "-" or blanks, these are cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .spelling import is_cell

__all__ = ["Board", "Shape", "board_of", "is_rule", "levelled"]

Shape = tuple[int, int]
Cells = list[str]


class Board(NamedTuple):
    """What was found: how it is written, its shape, a token a cell."""

    form: str
    shape: Shape
    cells: Cells


VERTICAL, HORIZONTAL = "│┃┆┇┊┋╎╏║¦︱", "─━┄┅┈┉╌╍═–—−‒―"
BLANKS, POINTS = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", "·•∙⋅□▢☐◻"
LEVEL = (
    {chr(code): "+" for code in range(0x2500, 0x2580)}
    | dict.fromkeys(VERTICAL, "|") | dict.fromkeys(HORIZONTAL, "-") | dict.fromkeys(BLANKS, " ")
    | dict.fromkeys(POINTS, ".") | dict.fromkeys("“”„", '"') | dict.fromkeys("‘’‚", "'") | {"\ufeff": "", "\r": ""}
)  # fmt: skip
TABLE = str.maketrans(LEVEL)
DRAWN, RULE = set("-=_+|.:'*` \t"), re.compile(r"-\s?-|=\s?=|__|\+")
QUOTES = "\"'`"
LISTED = re.compile(r"[\[({][\s\S]*[\])}][;,.]?")
CALLED = re.compile(
    r"^(?:[\w ]+(?:\[\s*\w*\s*\]\s*)*=\s*)?(?:(?:\w+\.)*(?:array|matrix|tensor|asarray|list|Array)\s*\()?\s*(?=[\[({])"
)
ELIDED = re.compile(r"[\s,]\.\.\.[\s,\]]")  # NumPy prints a part alone
TAIL = re.compile(r"(?<=[\])}])\s*,\s*(?:dtype|device)\s*=[^\[\]]*\)?\s*$")


def levelled(text: str) -> str:
    """The text with one sign for each purpose: '|', '-' and '+' for lines that are drawn, plain quotes and blanks.

    Examples
    --------
    >>> levelled("│ 5 │ – │")
    '| 5 | - |'
    """
    return text if text.isascii() and "\r" not in text else text.translate(TABLE)


def board_of(text: str, shapes: Iterable[Shape]) -> Board | None:
    """The board that a levelled text shows, if it is of one of these shapes."""
    shapes = list(shapes)
    for name, form in FORMS:
        for shape in shapes:
            cells = form(text, shape)
            if cells is not None:
                return Board(name, shape, cells)
    return None


def _fit(rows: list[Cells], shape: Shape) -> Cells | None:
    if [len(row) for row in rows] != [shape[1]] * shape[0]:
        return None
    cells = [cell for row in rows for cell in row]
    return cells if all(map(is_cell, cells)) else None


def is_rule(line: str) -> bool:
    """True if this line is drawn between rows: it has no cells.

    Examples
    --------
    >>> is_rule("+---+---+"), is_rule("------"), is_rule(". . .")
    (True, True, False)
    """
    return {*line} <= DRAWN and RULE.search(line) is not None


def _rows(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip() and not is_rule(line)]


def _compact(text: str, shape: Shape) -> Cells | None:
    """One character a cell, in rows or not, with or without lines drawn between."""
    drawn = "\n" in text.strip()
    lines = _rows(text) if drawn else [text]
    if len(lines) > shape[0]:
        return None
    cells = [c for line in lines for c in line if not c.isspace() and not (drawn and c in "|+")]
    if len(cells) == shape[0] * shape[1]:
        return cells
    cells = [c for c in cells if c != "-"]
    return cells if drawn and len(cells) == shape[0] * shape[1] else None


def _dashes(text: str, shape: Shape) -> Cells | None:
    """One character a cell, '-' among them, also where a row has no other; lines between have another length."""
    rows = [[c for c in line if not c.isspace() and c != "|"] for line in text.split("\n") if "+" not in line]
    return _fit([row for row in rows if row and (len(row) == shape[1] or {*row} - {*"-=_*"})], shape)


def _tokens(text: str, shape: Shape) -> Cells | None:
    """Cells between white space, in rows or all in a row."""
    lines = _rows(text)
    tokens = [token for line in lines for token in line.replace("|", " ").split()]
    if len(lines) > shape[0] or len(tokens) != shape[0] * shape[1] or not all(map(is_cell, tokens)):
        return None
    return None if max(map(len, tokens)) > 4 and all(map(str.isdigit, tokens)) else tokens  # rows of digits


def _between(mark: str) -> Callable[[str, Shape], Cells | None]:
    """Cells between marks, a row a line; between two marks without anything is an open cell."""

    def form(text: str, shape: Shape) -> Cells | None:
        lines = _rows(text)
        if len(lines) == 1:
            flat = [cell.strip().strip(QUOTES) for cell in lines[0].split(mark)]
            flat = flat[: shape[0] * shape[1]] if flat[-1] == "" else flat
            if len(flat) == shape[0] * shape[1] and all(map(is_cell, flat)):
                return flat
            lines = [line.strip() for line in lines[0].split(mark)]  # rows between marks
            return _fit([[*line] for line in lines if line], shape)
        rows = [[field.strip().strip(QUOTES) for field in line.split(mark)] for line in lines]
        return _fit(_without_edges(rows, shape[1]), shape)

    return form


def _without_edges(rows: list[Cells], wanted: int) -> list[Cells]:
    """The rows without what stands outside of marks that begin or end all of them."""
    more = {len(row) - wanted for row in rows}
    if more == {2} and not any(row[0] or row[-1] for row in rows):
        return [row[1:-1] for row in rows]
    if more == {1} and not any(row[-1] for row in rows):
        return [row[:-1] for row in rows]
    return [row[1:] for row in rows] if more == {1} and not any(row[0] for row in rows) else rows


def _labelled(text: str, shape: Shape) -> Cells | None:
    """Rows that begin with their number or letter, perhaps below a row of those of the columns, as tables print."""
    for mark in (None, ",", "\t"):
        rows = [[token.strip() for token in line.replace("|", " ").split(mark)] for line in _rows(text)]
        if len(rows) == shape[0] + 1 and [token for token in rows[0] if token] in _labels(shape[1]):
            rows = rows[1:]
        if len(rows) == shape[0] and ["".join(row[:1]) for row in rows] in _labels(shape[0]):
            return _fit([row[1:] for row in rows], shape)
    return None


def _labels(n: int) -> list[Cells]:
    return [[str(i) for i in range(n)], [str(i + 1) for i in range(n)], [chr(65 + i) for i in range(n)]]


def _places(text: str, shape: Shape) -> Cells | None:
    """A character in its place, a blank where a cell is open: each part of a row has its cells at equal distances."""
    lines = text.strip("\n").split("\n")
    if len(lines) == 1 and len(text.strip("\n")) == shape[0] * shape[1]:
        return [c.strip() for c in text.strip("\n")]
    if not any(" " in line for line in lines):
        return None  # a row is short, and not for blanks at its end alone
    if shape[0] > 1 and len(lines) > shape[0]:
        lines = [line for line in lines if not is_rule(line)]
        if len(lines) > shape[0]:
            lines = [line for line in lines if line.strip()]
    ends = any(line[-1:] in " |" for line in lines if line)
    drawn = {tuple(at for at, c in enumerate(line) if c == "|") for line in lines}
    if len(lines) != shape[0] or len(drawn) > 1 or (ends and len({*map(len, lines)}) > 1):
        return None
    parts = [line.rstrip().removeprefix("|").removesuffix("|").split("|") if "|" in line else [line] for line in lines]
    count = len(parts[0])
    if shape[1] % count or any(len(row) != count for row in parts):
        return None
    wide, per = max(len(part) for row in parts for part in row), shape[1] // count
    padded = [[part.ljust(wide) for part in row] for row in parts]
    for first, step, length in ((0, 1, per), (0, 2, 2 * per - 1), (1, 2, 2 * per + 1), (1, 2, 2 * per), (0, 2, 2 * per),
                                (1, 3, 3 * per), (1, 4, 4 * per - 1)):  # fmt: skip
        if wide > length or (wide < length and count > 1):
            continue
        places = range(first, length, step)
        cells = [[part.ljust(length)[at] for part in row for at in places] for row in padded]
        shown = sum(not c.isspace() for row in cells for c in row)
        if shown == sum(not c.isspace() for row in parts for part in row for c in part) > 0:
            return _fit([[c.strip() for c in row] for row in cells], shape)
    return None


def _listed(text: str, shape: Shape) -> Cells | None:
    """A list as Python, C or NumPy write it."""
    body = TAIL.sub("", CALLED.sub("", text.strip().removesuffix(";").strip())).strip()
    if not LISTED.fullmatch(body) or ":" in body or ELIDED.search(body):
        return None
    body = body.translate(str.maketrans("({})", "[[]]"))
    inner = [part for part in re.findall(r"\[([^\[\]]*)\]", body) if part.strip()]
    rows = [_items(part) for part in inner]
    flat = [item for row in rows for item in row]
    if len(flat) == shape[0] * shape[1] and len(rows) in (1, shape[0]) and all(map(is_cell, flat)):
        return flat if len(rows) == 1 else _fit(rows, shape)
    if len(rows) == 1 and len(flat) in (1, shape[0]):  # texts of rows, or one of all
        return _compact("".join(flat), shape) if all(len(item) > 1 for item in flat) else None
    return None


def _items(part: str) -> Cells:
    part = part.strip().removesuffix(",")
    quoted = re.findall(r"""(?:b|u)?(["'])(.*?)\1""", part, re.DOTALL)
    if quoted:
        return [item for _, item in quoted]
    items = part.split(",") if "," in part else part.split()
    return [item.strip() for item in items]


FORMS: tuple[tuple[str, Callable[[str, Shape], Cells | None]], ...] = (
    ("a list", _listed),
    ("cells between blanks", _tokens),
    ("one character a cell", _compact),
    ("one character a cell", _dashes),
    ("cells between commas", _between(",")),
    ("cells between semicolons", _between(";")),
    ("cells between tabs", _between("\t")),
    ("cells between lines", _between("|")),
    ("rows between strokes", _between("/")),
    ("cells in their places", _places),
    ("rows with labels", _labelled),
)
