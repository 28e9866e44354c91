"""Spelling: which signs of a board mean open cells, and which alphabet its symbols are written in.

The whole board decides. What the domain says is a symbol is one; a single other sign that people write for an open cell
is one. Two such signs mean that one of them is a symbol: then the board is counted from 0 (0-8, 0-F), if it can be, or
in letters (A-P, or as many letters as there are symbols); otherwise it is refused. Nothing is dropped.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

from ...checker import violations
from ...errors import InvalidProblem
from ...problem import OPEN, Problem
from ..base import SYMBOLS, Domain

__all__ = ["OPEN_SIGNS", "is_cell", "number_of", "problem_of"]

OPEN_SIGNS = ".0_*?x-e# "  # a blank, too, where it stands in the place of a cell
OPEN_WORDS = {"none", "nan", "na", "n/a", "<na>", "null"}
NUMBER = re.compile(r"(-?\d{1,18})(?:\.0*)?", re.ASCII)
COUNTED = "0" + SYMBOLS  # symbols that are counted from 0


def number_of(token: str) -> int | None:
    """The whole number that is written here, if there is one.

    Examples
    --------
    >>> number_of("12"), number_of("-1"), number_of("3."), number_of("1.5"), number_of("x")
    (12, -1, 3, None, None)
    """
    found = NUMBER.fullmatch(token)
    return int(found[1]) if found else None


def is_cell(token: str) -> bool:
    """True if people may write this for one cell: a character, a number, or a word for an open one.

    Examples
    --------
    >>> is_cell("7"), is_cell("12"), is_cell("nan"), is_cell("x7")
    (True, True, True, False)
    """
    return len(token) <= 1 or token.lower() in OPEN_WORDS or number_of(token) is not None


def problem_of(domain: Domain, cells: Sequence[str]) -> Problem:
    """The problem of one token a cell: a symbol, a number, an open sign, or "" for a blank.

    Raises
    ------
    InvalidProblem
        Names the cell.

    Examples
    --------
    >>> from vmdsolve.domains import get, layout_of
    >>> problem_of(get("latin-2"), ["1", "?", "?", "?"]).values.tolist()
    [0, -1, -1, -1]
    >>> problem = problem_of(get("latin-2"), [".", "0", "1", "."])
    >>> problem.values.tolist(), layout_of(problem).symbols
    ([-1, 0, 1, -1], '01')
    """
    cells = [" " if not token or token.lower() in OPEN_WORDS else token for token in cells]
    if domain.number_table and all(c.lower() in OPEN_SIGNS or number_of(c) is not None for c in cells):
        return _numbered(domain, cells)
    for cell, token in enumerate(cells):
        if len(token) > 1:
            raise InvalidProblem(f"{domain.cell_name(cell)} holds {token[:20]!r}; wanted one character a cell")
    line = "".join(cells)
    strange = {c for c in line if not domain.is_symbol(c)}
    signs = {c.lower() for c in strange} & {*OPEN_SIGNS}
    if len({c.lower() for c in strange}) == len(signs) <= 1:
        return domain.parse(_opened(line, signs))
    for alphabet in _alphabets(domain, line):
        spelt = _spelt(domain, alphabet)
        problem = spelt.parse(_opened(line, {*OPEN_SIGNS} - {*alphabet.lower()}))
        if alphabet[0] != "0" or not violations(problem.rules, problem.values):  # a symbol keeps the rules
            return problem
    if any(c.lower() not in signs for c in strange):
        return domain.parse(_opened(line, signs))  # refuses it, with its cell
    first, second = sorted(signs, key=line.lower().count)[-2:]
    raise InvalidProblem(domain.mixed_signs(line.lower(), first, second))


def _opened(line: str, signs: set[str]) -> str:
    return "".join("." if c.lower() in signs else c for c in line)


def _numbered(domain: Domain, cells: Sequence[str]) -> Problem:
    """The board as numbers: counted from 0, if another sign than 0 says what is open."""
    numbers = [number_of(token) for token in cells]
    shown = ["." if n == OPEN or c == " " else c.lower() for c, n in zip(cells, numbers, strict=True)]  # no symbols
    signs = {c for c, n in zip(shown, numbers, strict=True) if n in (None, OPEN)}
    if len(signs) > 1:
        raise InvalidProblem(domain.mixed_signs(shown, *sorted(signs)[:2]))
    V = domain.rules.V
    if domain.symbols == SYMBOLS[:V] and signs and 0 in numbers and V not in numbers:
        problem = _spelt(domain, COUNTED[:V]).from_numbers(numbers)
        if not violations(problem.rules, problem.values):
            return problem
    return domain.from_numbers(numbers)


def _alphabets(domain: Domain, line: str) -> Iterator[str]:
    """Alphabets other than the domain's own in which all of this board is written, but for one sign."""
    V, letters = domain.rules.V, string.ascii_uppercase
    if domain.symbols != SYMBOLS[:V]:
        return
    used = {*(line if COUNTED[:V].upper() != COUNTED[:V] else line.upper())}
    named = "".join(sorted(used & {*letters}))
    for alphabet in (COUNTED[:V], letters[:V], named):
        open_cells = used - {*alphabet}
        begun = alphabet[:1] != "0" or "0" in used
        if len(alphabet) == V and begun and len(open_cells) <= 1 and open_cells <= {*OPEN_SIGNS.upper()}:
            yield alphabet


@lru_cache(maxsize=64)
def _spelt(domain: Domain, symbols: str) -> Domain:
    """This domain with its symbols written otherwise; whole problems are still written as the domain writes them."""
    spelt: Any = copy(domain)
    for cached in ("_code", "number_table"):
        spelt.__dict__.pop(cached, None)
    spelt.__dict__ |= {"rules": domain.rules, "symbols": symbols, "write": domain.write}
    return spelt  # type: ignore[no-any-return]
