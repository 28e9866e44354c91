"""Simon Tatham's Portable Puzzle Collection: game IDs `PARAMS:DESC`, and the files that the games save.

The ID does not say of which game it is: the name may stand before it (`solo:3x3:...`); else it is what only one game
can read, or refused. An ID with '#' holds a number from which the game makes the puzzle, and no puzzle.
"""

from __future__ import annotations

import re

from ...errors import InvalidInput, InvalidProblem
from ...problem import Problem
from .base import MAX_TEXT, Notation, Scanner, refused
from .game import Game
from .games import GAMES

__all__ = ["Tatham"]

HEAD = "SAVEFILE:"
ID = re.compile(r"(?:(?P<name>[a-z][a-z ]{2,15}):)?(?P<params>\d{1,3}[a-z0-9]{0,30}):(?P<desc>[^\s:#]+)", re.IGNORECASE)
SEED = re.compile(r"(?:(?P<name>[a-z][a-z ]{2,15}):)?\d{1,3}[a-z0-9]{0,30}#[\w-]{1,60}", re.IGNORECASE)
FIELD = re.compile(r"([A-Z]{1,8}) *:(\d{1,6}):", re.ASCII)
DOMAINS = {
    "solo": ("sudoku", "jigsaw", "killer"),
    "towers": ("skyscrapers",),
    "keen": ("kenken",),
    "unequal": ("futoshiki",),
    "unruly": ("takuzu",),
    "lightup": ("akari",),
    "pattern": ("nonogram",),
}
OUR_NAME = "a game ID"


def _key(name: str) -> str:
    return name.lower().replace(" ", "")


BY_NAME = {_key(game.name): game for game in GAMES}
OTHERS = (
    "blackbox", "bridges", "cube", "dominosa", "fifteen", "filling", "flip", "flood", "galaxies", "guess", "inertia",
    "loopy", "magnets", "map", "mines", "mosaic", "net", "netslide", "palisade", "pearl", "pegs", "range", "rectangles",
    "samegame", "signpost", "singles", "sixteen", "slant", "tents", "tracks", "twiddle", "undead", "untangle",
)  # fmt: skip


class Tatham(Notation):
    name = "tatham"

    def detects(self, text: str) -> bool:
        text = text.strip()
        if text.startswith(HEAD):
            return True
        if len(text) > MAX_TEXT:
            return False
        if found := SEED.fullmatch(text):
            return not found["name"] or _key(found["name"]) in (*BY_NAME, *OTHERS)
        found = ID.fullmatch(text)
        if found and found["name"]:
            return _key(found["name"]) in (*BY_NAME, *OTHERS)
        if not found:
            return False
        looks = re.match(r"\d+(x\d|d[a-z]$)", found["params"]) and ".." not in found["desc"]
        return bool(looks or self._fitting(found))

    def read(self, text: str, domain: str | None = None) -> Problem:
        """See `Notation.read`.

        Examples
        --------
        >>> problem = Tatham().read("unequal:2:0R,0,0,0,")
        >>> problem.domain, problem.layout.write(problem.values)
        ('futoshiki', '.>./___/._.')
        """
        text = text.strip()
        if len(text) > MAX_TEXT:
            raise InvalidProblem(f"a game ID of over {MAX_TEXT:,} characters")
        if text.startswith(HEAD):
            text = _from_file(text)
        if SEED.fullmatch(text):
            raise InvalidProblem(
                "this game ID holds a random seed (behind '#'), from which the game makes a puzzle, and no puzzle; "
                "copy the ID that has ':' from its menu (Game, Specific)"
            )
        found = ID.fullmatch(text)
        if not found:
            raise InvalidProblem("this is no game ID; wanted PARAMS:DESC, or GAME:PARAMS:DESC")
        if found["name"]:
            game = BY_NAME.get(_key(found["name"]))
            if game is None:
                known = ", ".join(game.name for game in GAMES)
                raise InvalidProblem(f"there are no rules here for the game {found['name']!r}; there are {known}")
            return _read(game, found["params"], found["desc"])
        fitting = self._fitting(found)
        if domain is not None and (asked := [g for g in GAMES if domain.startswith(DOMAINS[_key(g.name)])]):
            fitting = asked  # which also says why it cannot be read
        if len(fitting) == 1:
            return _read(fitting[0], found["params"], found["desc"])
        if fitting:
            names = " or ".join(_key(game.name) for game in fitting)
            raise InvalidProblem(f"this game ID may be of {names}; put the name and ':' before it, or name the domain")
        raise InvalidProblem(
            "no game here reads this game ID; put the game's name before it, as in solo:3x3:..., to see why"
        )

    def _fitting(self, found: re.Match[str]) -> list[Game]:
        out = []
        for game in GAMES:
            try:
                _read(game, found["params"], found["desc"])
                out.append(game)
            except InvalidInput:
                continue
        return out

    def write(self, problem: Problem) -> str:
        game = next((game for game in GAMES[1:] if isinstance(problem.layout, game.layout)), GAMES[0])
        try:
            params, desc = game.write(problem, OUR_NAME)
        except InvalidProblem as error:
            if game is GAMES[0] and "it holds Sudoku" in str(error):
                raise refused(
                    problem, OUR_NAME, f"there is no such game among {', '.join(g.name for g in GAMES)}"
                ) from None
            raise
        text = f"{params}:{desc}"
        found = ID.fullmatch(text)
        return text if found and self._fitting(found) == [game] else f"{_key(game.name)}:{text}"


def _read(game: Game, params: str, desc: str) -> Problem:
    found = game.params.fullmatch(params)
    if not found:
        raise InvalidProblem(f"{params!r} are no parameters of {game.name}")
    scanner = Scanner(desc, f"this {game.name} ID")
    problem = game.read(found, scanner)
    if scanner.rest:
        raise scanner.error("more than the board needs")
    return problem


def _from_file(text: str) -> str:
    """The ID in a saved game; its lines say how long what follows is, which may be of several lines."""
    fields: dict[str, str] = {}
    at = 0
    while (found := FIELD.match(text, at)) and len(fields) < 20:
        end = found.end() + int(found[2])
        fields.setdefault(found[1], text[found.end() : end])
        at = end + len(text[end:]) - len(text[end:].lstrip("\r\n"))
        if "DESC" in fields:
            break
    if not {"GAME", "PARAMS", "DESC"} <= fields.keys():
        raise InvalidProblem("this saved game has no GAME, PARAMS and DESC; wanted the file as the game wrote it")
    return f"{fields['GAME']}:{fields['PARAMS']}:{fields['DESC']}"
