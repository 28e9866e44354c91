"""puzz.link, also known as pzprv3: links such as `https://puzz.link/p?KIND/WIDTH/HEIGHT/BODY`, of kinds that are here.

Its names for ours: sudoku, skyscrapers (building), kakuro, lightup (akari), starbattle, nonogram, easyasabc (endview),
minarism (futoshiki).
A link holds clues, and of Sudoku and kinds with clues on four sides given cells, too. Boxes of Sudoku are not said:
they are squares, or of 2 rows by 3 columns.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from ...errors import InvalidProblem
from ...problem import Problem
from .base import MAX_TEXT, Notation, Scanner, refused
from .puzzlink_kinds import HOLDS, KINDS, WHAT

__all__ = ["PuzzLink"]

MAX_SIDE = 100
LINK = re.compile(
    r"^\s*(?:https?://)?[\w.-]{1,100}(?:/[^\s?]{0,60})?/p(?:\.html)?\?(?P<kind>[a-z0-9_-]+)/(?P<rest>\S*)\s*$",
    re.IGNORECASE,
)
BARE = re.compile(r"^\s*(?P<kind>[a-z]+)/(?P<rest>(?:[a-z]:?/)?\d{1,3}/\d{1,3}/\S*)\s*$")
BY_NAME = {name: kind for kind in KINDS for name in kind.names}


class PuzzLink(Notation):
    name = "puzz.link"

    def detects(self, text: str) -> bool:
        if len(text) > MAX_TEXT:
            return False
        bare = BARE.match(text)
        return bool(LINK.match(text) or (bare and bare["kind"] in BY_NAME))

    def read(self, text: str, domain: str | None = None) -> Problem:
        """See `Notation.read`.

        Examples
        --------
        >>> problem = PuzzLink().read("https://puzz.link/p?sudoku/4/4/g1k23k3g")
        >>> problem.domain, problem.layout.format(problem.values)
        ('sudoku-4x4', '.1.....23.....3.')
        """
        del domain
        found = LINK.match(text.strip()) or BARE.match(text.strip())
        if not found or len(text) > MAX_TEXT:
            raise InvalidProblem("this is no puzz.link; wanted https://puzz.link/p?KIND/WIDTH/HEIGHT/BODY")
        name = found["kind"].lower().removesuffix("_edit")
        kind = BY_NAME.get(name)
        if kind is None:
            known = ", ".join(kind.names[0] for kind in KINDS)
            raise InvalidProblem(
                f"{WHAT} is of the kind {name[:40]!r}, which there are no rules for here; there are {known}"
            )
        parts = unquote(found["rest"]).split("/")
        if parts and not parts[0].isdigit() and parts[0]:
            raise InvalidProblem(
                f"{WHAT} has the option {parts[0][:20]!r}, which changes its rules; there is no such kind"
            )
        sides = [part for part in parts if part][:2]
        if len(sides) < 2 or not all(re.fullmatch(r"\d{1,3}", side, re.ASCII) for side in sides):
            raise InvalidProblem(f"{WHAT} does not say its width and height; wanted {name}/WIDTH/HEIGHT/BODY")
        columns, rows = (int(side) for side in sides)
        if not (1 <= rows <= MAX_SIDE and 1 <= columns <= MAX_SIDE):
            raise InvalidProblem(f"{WHAT} has {rows} rows and {columns} columns; wanted 1 to {MAX_SIDE}")
        body = Scanner("/".join([*filter(None, parts)][2:]), WHAT)
        problem = kind.read(body, rows, columns)
        if body.rest:
            raise body.error("more than the board needs")
        return problem

    def write(self, problem: Problem) -> str:
        kind = next((kind for kind in KINDS if isinstance(problem.layout, kind.layout)), None)
        if kind is None:
            raise refused(problem, HOLDS, f"it holds {', '.join(kind.names[0] for kind in KINDS)}")
        rows, columns, body = kind.write(problem)
        return f"https://puzz.link/p?{kind.names[0]}/{columns}/{rows}/{body}"
