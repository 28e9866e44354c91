""".non: a nonogram with its keys, a line each: width, height, then `rows` and `columns`, each followed by its clues.

Clues are parted by commas, a line of the board each; a blank line, or 0, where nothing is painted. Other keys (title,
by, copyright, license, catalogue) say nothing of the rules; `goal` is the picture. Clues in colours are refused.
"""

from __future__ import annotations

import re

from ...errors import InvalidProblem
from ...problem import Problem
from .. import registry
from ..nonogram import Nonogram
from .base import MAX_TEXT, Notation, none_given, refused

__all__ = ["Non", "goal_of"]

SIDE = re.compile(r"^(width|height)\s+(\d{1,3})\s*$", re.MULTILINE | re.ASCII)
GOAL = re.compile(r'^goal\s+"?([01\s]*)"?\s*$', re.MULTILINE)
COLOUR = re.compile(r"^colou?r\b|^\s*\d+[a-zA-Z]", re.MULTILINE)
CLUE = re.compile(r"\d{1,3}(\s*[,\s]\s*\d{1,3})*", re.ASCII)
MAX_SIDE = 100
KEYS = ("rows", "columns")


class Non(Notation):
    name = "non"

    def detects(self, text: str) -> bool:
        return len(SIDE.findall(text[:4096])) == 2 and bool(re.search(r"^(rows|columns)\s*$", text, re.MULTILINE))

    def read(self, text: str, domain: str | None = None) -> Problem:
        r"""See `Notation.read`.

        Examples
        --------
        >>> problem = Non().read("width 2\nheight 1\n\nrows\n1\n\ncolumns\n1\n0\n")
        >>> problem.layout.write(problem.values)
        '1 2/1/0/1'
        """
        del domain
        if len(text) > MAX_TEXT:
            raise InvalidProblem(f"a .non of over {MAX_TEXT:,} characters")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        said = SIDE.findall(text)
        sides = dict(said)
        if len(said) != 2 or set(sides) != {"width", "height"}:
            raise InvalidProblem("this .non does not say width and height once; wanted a line of each")
        width, height = int(sides["width"]), int(sides["height"])
        if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
            raise InvalidProblem(f"this .non is {width} wide and {height} high; wanted 1 to {MAX_SIDE}")
        if found := COLOUR.search(text):
            raise InvalidProblem(
                f"this .non has colours ({found[0].strip()!r}); there are only nonograms in one colour here"
            )
        lines = [line.strip() for line in text.removesuffix("\n").split("\n")]
        rows, columns = (_clues(lines, key, n) for key, n in zip(KEYS, (height, width), strict=True))
        if "0" in (*rows, *columns) and (both := (_painted(rows), _painted(columns)))[0] != both[1]:
            raise InvalidProblem(
                f"this .non paints {both[0]} by its rows and {both[1]} by its columns; is a line missing? A blank one "
                "says that nothing is painted"
            )
        return registry.get("nonogram").parse("/".join([f"{height} {width}", *columns, *rows]))

    def write(self, problem: Problem) -> str:
        board = problem.layout
        if not isinstance(board, Nonogram):
            raise refused(problem, "a .non", "it holds nonograms")
        none_given(problem, "a .non")
        height, width = board.shape
        out = [f"width {width}", f"height {height}"]
        for key, lines in zip(KEYS, (board.rows, board.columns), strict=True):
            out += ["", key, *(",".join(map(str, runs)) or "0" for runs in lines)]
        return "\n".join(out) + "\n"


def _clues(lines: list[str], key: str, n: int) -> list[str]:
    """The clues of `n` lines of the board."""
    if lines.count(key) != 1:
        raise InvalidProblem(f"this .non has {lines.count(key)} lines {key!r}; wanted one, and then its clues")
    at = lines.index(key) + 1
    out = []
    for number, line in enumerate(lines[at : at + n], at + 1):
        if line and not CLUE.fullmatch(line):
            raise InvalidProblem(f"this .non, line {number}: {line[:40]!r} among {n} {key}; wanted numbers and commas")
        out.append(" ".join(line.replace(",", " ").split()) or "0")
    if len(out) < n:
        raise InvalidProblem(f"this .non ends after {len(out)} of {n} {key}; wanted 0 where nothing is painted")
    number, line = next(((number, line) for number, line in enumerate(lines[at + n :], at + n + 1) if line), (0, ""))
    if CLUE.fullmatch(line):
        raise InvalidProblem(f"this .non, line {number}: {line[:40]!r} comes after all {n} {key}")
    return out


def _painted(clues: list[str]) -> int:
    return sum(map(int, " ".join(clues).split()))


def goal_of(text: str) -> str | None:
    """The picture that a .non says is the answer, or None."""
    found = GOAL.search(text)
    return "".join(found[1].split()) or None if found else None
