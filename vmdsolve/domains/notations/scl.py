"""SCL: the JSON of SudokuPad as it stands in links: packed, with short keys, and with signs left out.

Keys have no quotes, texts have single ones; `t` and `f` are true and false, an object that is left out is an empty one,
and a colour is bare. Plain JSON is read, too.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ...errors import InvalidProblem

__all__ = ["parse"]

MAX_DEPTH = 40
SHORT = {"ce": "cells", "re": "regions", "ca": "cages", "v": "value", "l": "lines", "a": "arrows", "o": "overlays",
         "u": "underlays", "cs": "cellSize", "t": "title", "te": "text", "wp": "wayPoints"}  # fmt: skip
TOKEN = re.compile(r"\s*(?:([\[\]{},:])|\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([^\s\[\]{},:'\"]+))", re.DOTALL)
WORDS: dict[str, Any] = {"t": True, "true": True, "f": False, "false": False, "null": None}
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)


def parse(text: str) -> Any:
    """What a text says.

    Examples
    --------
    >>> parse("{ce:[[,{v:5}]],unique:t,title:'it\\\\'s'}")
    {'cells': [[{}, {'value': 5}]], 'unique': True, 'title': "it's"}
    """
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.sign: str = ""
        self.value: Any = None
        self.next()

    def fail(self) -> InvalidProblem:
        return InvalidProblem(f"this is not the JSON of SudokuPad: damaged near character {self.at + 1}")

    def next(self) -> None:
        """Takes one token: a sign, or (sign "") a value."""
        found = TOKEN.match(self.text, self.at)
        if not found:
            if self.text[self.at :].strip():
                raise self.fail()
            self.sign, self.value = "end", None
            return
        self.at = found.end()
        sign, double, single, bare = found.groups()
        self.sign = sign or ""
        if double is not None or single is not None:
            inner = double if double is not None else single.replace("\\'", "'").replace('"', '\\"')
            try:
                self.value = json.loads(f'"{inner}"', strict=False)
            except ValueError as error:
                raise self.fail() from error
        elif bare is not None:
            number = NUMBER.fullmatch(bare)
            self.value = (float(bare) if number[1] else int(bare)) if number else WORDS.get(bare, bare)

    def whole(self) -> Any:
        value = self.element(0)
        if self.sign != "end":
            raise self.fail()
        return value

    def element(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self.fail()
        if self.sign in ("[", "{"):
            return self.several(depth, "]" if self.sign == "[" else "}")
        if self.sign in (",", "]"):
            return {}  # one that was left out
        if self.sign:
            raise self.fail()
        value = self.value
        self.next()
        return value

    def several(self, depth: int, end: str) -> Any:
        self.next()
        items: list[Any] = []
        pairs: dict[str, Any] = {}
        while self.sign != end:
            if end == "}":
                name = self.key()
                pairs[SHORT.get(name, name)] = self.element(depth + 1)
            else:
                items.append(self.element(depth + 1))
            if self.sign == ",":
                self.next()
                if end == "]" and self.sign == "]":
                    items.append({})
            elif self.sign != end:
                raise self.fail()
        self.next()
        return pairs if end == "}" else items

    def key(self) -> str:
        """A key and the ':' behind it; t and f are no truth values there."""
        said: Any = (self.sign, self.value)
        self.next()
        if said[0] or self.sign != ":" or said[1] is None or isinstance(said[1], float):
            raise self.fail()
        self.next()
        return {True: "t", False: "f"}[said[1]] if isinstance(said[1], bool) else str(said[1])
