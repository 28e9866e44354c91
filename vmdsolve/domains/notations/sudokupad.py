"""SudokuPad: links that hold a puzzle, as `sudokupad.app/scl...` (its own JSON) or `.../fpuz...` (that of f-puzzles).

Its own JSON says which numbers are given, the regions, and cages with totals; everything else it draws, and is left out
with a warning. A link with a short name alone holds nothing: that puzzle is kept on its server.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from ...errors import InvalidProblem
from ...problem import OPEN, Problem
from ...untrusted import loads
from .base import MAX_TEXT, Notation
from .beside import named
from .fpuzzles import read_json, read_setting, unpacked, warned
from .scl import parse
from .variant import LARGEST, Setting, link_of, problem_of

__all__ = ["SudokuPad"]

SITE = re.compile(
    r"(?:^|[/.])(?:sudokupad\.app|crackingthecryptic\.com|cracking-the-cryptic\.web\.app|sudokupad\.svencodes\.com)/"
    r"(?:sudoku(?:\.html)?/?)?(?:\?puzzleid=)?(?:puzzle/)?([^\s?#&]*)",
    re.IGNORECASE,
)
DATA = re.compile(r"(fpuzzles|fpuz|scl|ctc)(N4.*)", re.DOTALL)
DRAWN = ("lines", "underlays", "overlays", "arrows", "foglight", "foglink", "triggereffect")
GLOBALS = {"antiknight": "antiknight", "antiking": "antiking", "nonconsecutive": "nonconsecutive"}
WHAT = "SudokuPad"


class SudokuPad(Notation):
    name = "sudokupad"

    def detects(self, text: str) -> bool:
        text = text.strip()
        if text.startswith("{"):
            try:
                value = loads(text)
            except ValueError:  # its own way to write JSON leaves out quotes and nulls
                return bool(re.search(r"[{,]\s*[\"']?(?:cells|ce)[\"']?\s*:", text)) and '"grid"' not in text
            rows = value.get("cells", value.get("ce"))
            return isinstance(rows, list) and not value.keys() & {"grid", "domain", "kind"}
        return bool(SITE.search(text[:300]) or DATA.fullmatch(text))

    def read(self, text: str, domain: str | None = None) -> Problem:
        """See `Notation.read`.

        Examples
        --------
        >>> problem = SudokuPad().read("{ce:[[{v:1},],[,]],re:[[[0,0],[0,1]],[[1,0],[1,1]]]}")
        >>> problem.domain, problem.values.tolist()
        ('sudoku-2x2', [0, -1, -1, -1])
        """
        del domain
        text = text.strip()
        if len(text) > MAX_TEXT:
            raise InvalidProblem(f"a puzzle of over {MAX_TEXT:,} characters")
        if text.startswith("{"):
            return read_scl(parse(text))
        site = SITE.search(text[:300])
        found = DATA.fullmatch(unquote(re.split(r"[?#&]|\s", text[site.start(1) :].strip())[0]) if site else text)
        if not found:
            raise InvalidProblem(
                f"this link names a SudokuPad puzzle ({(site[1] if site else text)[:40]!r}) that is kept on its "
                "server; wanted a link that holds it, with scl... or fpuz... in it"
            )
        held = unpacked(found[2])
        if found[1] in ("fpuz", "fpuzzles"):
            return read_setting(read_json(held, "f-puzzles"))
        return read_scl(parse(held))

    def write(self, problem: Problem) -> str:
        return "https://sudokupad.app/fpuz" + link_of(problem, "a SudokuPad link")


def read_scl(said: Any) -> Problem:
    """The problem of SudokuPad's own JSON."""
    rows = said.get("cells") if isinstance(said, dict) else None
    if not isinstance(rows, list):
        raise InvalidProblem("this SudokuPad puzzle has no list of cells")
    n = len(rows)
    if not 2 <= n <= LARGEST or not all(isinstance(row, list) and len(row) == n for row in rows):
        raise InvalidProblem(f"this SudokuPad puzzle is no square of 2 to {LARGEST} rows, as a Sudoku is")
    values = [_given(entry, n, row, column) for row, line in enumerate(rows) for column, entry in enumerate(line)]
    setting = _rules(said)
    setting["killercage"], setting["extraregion"], guessed = _cages(said.get("cages") or [], n)
    drawn = [f"{len(said[key])} of {key}" for key in DRAWN if isinstance(said.get(key), list) and said[key]]
    drawn += ["1 of background"] * (isinstance(said.get("metadata"), dict) and "bgimage" in said["metadata"])
    return warned(problem_of(setting, values, _regions(said.get("regions"), n)), WHAT, [*drawn, *guessed])


def _given(entry: Any, n: int, row: int, column: int) -> int:
    value = entry.get("value") if isinstance(entry, dict) else None
    if value in (None, ""):
        return OPEN
    if not re.fullmatch(r"\d{1,2}", str(value), re.ASCII) or not 1 <= int(value) <= n:
        raise InvalidProblem(
            f"{WHAT}, row {row + 1}, column {column + 1} holds {str(value)[:40]!r}; wanted a number from 1 to {n}"
        )
    return int(value) - 1


def _cell(pair: Any, n: int) -> int:
    if not (isinstance(pair, list) and len(pair) == 2 and all(type(x) is int and 0 <= x < n for x in pair)):
        raise InvalidProblem(f"{WHAT}: a cell is {str(pair)[:40]!r}; wanted [row, column] from 0 to {n - 1}")
    return int(pair[0]) * n + int(pair[1])


def _cells(pairs: Any, n: int) -> list[int]:
    if not isinstance(pairs, list):
        raise InvalidProblem(f"{WHAT}: wanted a list of cells, got {str(pairs)[:40]!r}")
    cells = [_cell(pair, n) for pair in pairs]
    if len(set(cells)) < len(cells):
        raise InvalidProblem(f"{WHAT}: a cage or region names a cell twice")
    return cells


def _regions(said: Any, n: int) -> list[int]:
    if not isinstance(said, list) or not said:
        raise InvalidProblem(
            f"this {WHAT} puzzle names no regions, so that nothing in it says that it is a Sudoku; "
            "type its rules in as a domain of your own, or its clues as text"
        )
    regions = [-1] * (n * n)
    for number, pairs in enumerate(said):
        for cell in _cells(pairs, n):
            if regions[cell] >= 0:
                raise InvalidProblem(f"{WHAT}: row {cell // n + 1}, column {cell % n + 1} is in two regions")
            regions[cell] = number
    return regions


def _rules(said: dict[str, Any]) -> Setting:
    stated = said.get("global") or []
    metadata: Any = said.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    stated = [*(stated if isinstance(stated, list) else [stated]), *(key for key in GLOBALS if metadata.get(key))]
    if unknown := [rule for rule in stated if rule not in GLOBALS]:
        raise InvalidProblem(
            f"{WHAT}: this puzzle has the rule {str(unknown[0])[:60]!r}, which there is no constraint for"
        )
    return {GLOBALS[rule]: True for rule in stated}


def _cages(said: Any, n: int) -> tuple[list[Setting], list[Setting], list[str]]:
    """Killer cages, extra regions, and what was guessed of them."""
    killer: list[Setting] = []
    extra: list[Setting] = []
    silent = plain = 0
    for cage in said if isinstance(said, list) else []:
        if not isinstance(cage, dict) or not cage.get("cells"):
            continue  # words beside the puzzle
        cells, unique, value = _cells(cage["cells"], n), cage.get("unique"), cage.get("sum", cage.get("value"))
        names = [named(n, cell) for cell in cells]
        if value in (None, "") or cage.get("style") == "extraregion":
            if unique:
                extra.append({"cells": names})
            plain += unique is None
            continue
        if not re.fullmatch(r"\d{1,4}", str(value), re.ASCII) or unique is False:
            raise InvalidProblem(
                f"{WHAT}: a cage says {str(value)[:40]!r}{' and may repeat numbers' * (unique is False)}; "
                "there is such a rule here only for a total of numbers that differ"
            )
        silent += unique is None
        killer.append({"cells": names, "value": str(value)})
    told = [f"{silent} of cages that do not say whether numbers repeat, read as killer cages"] * bool(silent)
    told += [f"{plain} of cages without a total that do not say whether numbers repeat"] * bool(plain)
    return killer, extra, told
