"""f-puzzles: the JSON of Sudoku and its variants, as it is and packed into a link (`https://f-puzzles.com/?load=`).

size; grid, rows of cells with value, given and region; title, author, ruleset; and a key for each rule, see rules.py.
What only draws (lines, circles, text, cages that are no killer cages) is left out with a warning, since words beside
the puzzle may make a rule of it. A rule that there is no constraint for is refused by name.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from ...errors import InvalidProblem
from ...plain import many
from ...problem import OPEN, Problem
from ...untrusted import loads
from ..parts.grids import box_shape
from . import lzstring
from .base import MAX_TEXT, Notation
from .rules import RULES
from .variant import LARGEST, LINK, Setting, boxes_of, link_of, problem_of

__all__ = ["FPuzzles", "read_json", "read_setting", "unpacked", "warned"]

LOAD = re.compile(r"(?:^|[/.])f-?puzzles\.com/[^\s#]{0,200}?[?&]load=([^&\s#]+)", re.IGNORECASE)
BY_ID = re.compile(r"(?:^|[/.])f-?puzzles\.com/[^\s#]{0,200}?[?&]id=(\w+)", re.IGNORECASE)
PACKED = re.compile(r"N4[A-Za-z0-9+/ ]{10,}={0,3}")  # a packed text that begins with '{'
GRID = re.compile(r'"grid"\s*:\s*\[\s*\[\s*\{')  # rows of objects
DRAWN = ("text", "circle", "rectangle", "line", "cage", "fogofwar", "foglight")
SAYS_NOTHING = {
    "size", "title", "author", "ruleset", "grid", "solution", "disabledlogic", "truecandidatesoptions", "metadata",
    "successMessage", "successmessage", "msgcorrect", "highlightConflicts", "activeConstraints",
}  # fmt: skip


class FPuzzles(Notation):
    name = "f-puzzles"

    def detects(self, text: str) -> bool:
        text = text.strip()
        if text.startswith("{"):
            return bool(GRID.search(text))
        return bool(LOAD.search(text) or BY_ID.search(text) or PACKED.fullmatch(text))

    def read(self, text: str, domain: str | None = None) -> Problem:
        """See `Notation.read`.

        Examples
        --------
        >>> problem = FPuzzles().read('{"size": 2, "grid": [[{"value": 1, "given": true}, {}], [{}, {}]]}')
        >>> problem.domain, problem.values.tolist()
        ('sudoku-2x2', [0, -1, -1, -1])
        """
        del domain
        text = text.strip()
        found = LOAD.search(text)
        if not found and BY_ID.search(text):
            raise InvalidProblem(
                "this f-puzzles link names a puzzle that is kept on their server; open it and export it as a link "
                "that holds it (?load=...)"
            )
        if text.startswith("{"):
            return read_setting(read_json(text, "f-puzzles"))
        return read_setting(read_json(unpacked(found[1] if found else text), "f-puzzles"))

    def write(self, problem: Problem) -> str:
        return LINK + link_of(problem, "an f-puzzles link")


def unpacked(data: str) -> str:
    """What a link holds; '+' may have become a blank, and signs may be written as %2B."""
    if len(data) > MAX_TEXT:
        raise InvalidProblem(f"a link of over {MAX_TEXT:,} characters")
    return lzstring.decompress(unquote(data).replace(" ", "+"))


def read_json(text: str, what: str) -> Any:
    try:
        return loads(text)
    except ValueError as error:
        raise InvalidProblem(f"this is not the JSON of {what}: {str(error)[:200]}") from error


def read_setting(setting: Any) -> Problem:
    """The problem of f-puzzles' JSON.

    Raises
    ------
    InvalidProblem
        Names the cell, or the rule.
    """
    if not isinstance(setting, dict) or not isinstance(setting.get("grid"), list):
        raise InvalidProblem("this JSON has no list 'grid'; wanted that of f-puzzles, with size and grid")
    unknown = [
        key for key, value in setting.items() if value and not (key in RULES or key in DRAWN or key in SAYS_NOTHING)
    ]
    if unknown:
        raise InvalidProblem(
            f"f-puzzles: this puzzle has the rule {', '.join(sorted(map(str, unknown)))[:100]!s}, which there is no "
            "constraint for; leave it out of the link only if the puzzle holds without it"
        )
    stated = [part.get("fromConstraint") for key in DRAWN if isinstance(setting.get(key), list)
              for part in setting[key] if isinstance(part, dict) and part.get("fromConstraint")]  # fmt: skip
    if stated:
        raise InvalidProblem(f"f-puzzles: this puzzle has the rule {str(stated[0])[:60]!r}, which is only drawn here")
    grid = setting["grid"]
    n = len(grid)
    if not 2 <= n <= LARGEST or setting.get("size", n) != n:
        raise InvalidProblem(
            f"f-puzzles: {many(n, 'row')}, size {str(setting.get('size'))[:20]}; wanted 2 to {LARGEST}, as said"
        )
    usual, values, regions = boxes_of(*box_shape(n)), [], []
    for row, line in enumerate(grid):
        if not isinstance(line, list) or len(line) != n or not all(isinstance(entry, dict) for entry in line):
            raise InvalidProblem(f"f-puzzles, row {row + 1} of the grid: wanted a list of {n} cells")
        for column, entry in enumerate(line):
            where = f"f-puzzles, row {row + 1}, column {column + 1}"
            if entry.get("givenPencilMarks"):
                raise InvalidProblem(f"{where}: candidates are given there; wanted a number or nothing")
            values.append(_given(entry, n, where))
            regions.append(_region(entry, usual[row * n + column], n, where))
    return warned(problem_of(setting, values, regions), "f-puzzles", _drawn(setting))


def _given(entry: dict[str, Any], n: int, where: str) -> int:
    """Its value, OPEN where nothing is given: what a solver has filled in is no part of the puzzle."""
    value = entry.get("value")
    if not entry.get("given") or value in (None, ""):
        return OPEN
    number = int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,2}", value, re.ASCII) else value
    if type(number) is not int or not 1 <= number <= n:
        raise InvalidProblem(f"{where} holds {str(value)[:40]!r}; wanted 1 to {n}")
    return number - 1


def _region(entry: dict[str, Any], usual: int, n: int, where: str) -> int:
    region = entry.get("region", usual)
    if region is None:
        return -1
    if type(region) is not int or not 0 <= region < n * n:
        raise InvalidProblem(f"{where} is of region {str(region)[:40]!r}; wanted a number, or null for none")
    return region


def _drawn(setting: Setting) -> list[str]:
    """What a setting has beside rules."""
    drawn = {key: len(setting[key]) if isinstance(setting[key], list) else 1 for key in DRAWN if setting.get(key)}
    drawn["colour"] = sum(bool(entry.get("c") or entry.get("cArray")) for row in setting["grid"] for entry in row)
    return [f"{n} of {key}" for key, n in drawn.items() if n]


def warned(problem: Problem, what: str, drawn: Sequence[str]) -> Problem:
    """The problem, with a warning that says what was left out since it only draws; refused if nothing else is there."""
    said = ", ".join(drawn)
    if (
        said
        and (problem.values == OPEN).all()
        and {"row", "column", "box", "region"}.issuperset(problem.rules.relations)
    ):
        raise InvalidProblem(
            f"{what}: nothing but drawings ({said}) says what this puzzle is, and words beside it; there are no rules "
            "to read in those"
        )
    if said:
        warnings.warn(
            f"{what}: left out is what only draws ({said}); where the puzzle's words make rules of it, "
            "they are missing here",
            UserWarning,
            stacklevel=4,
        )
    return problem
