"""Lines of JSON that are alike but for their values, many at once; all else is read line by line, and says the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...compact import DELETE, Even
from ...untrusted import loads
from .columns import carried, columns_of, domain_of

__all__ = ["Alike"]

QUOTE, ESCAPE = b'"\\'
TOKEN = re.compile(r'"[^"]*"|-?[0-9][0-9.eE+-]*|true|false|null')  # of a line in which nothing is escaped
TEXT = r'"([^"\\\x00-\x1f]*)"'
PUZZLE = r'"([^"\\\s\x00-\x1f]+)"'
OTHER = r"(-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?|true|false|null)"


class Alike(NamedTuple):
    """What lines share, known from one of them.

    Attributes
    ----------
    pattern
        of a whole line, a group for each value
    names
        of the values, in order
    texts
        which of these are texts
    puzzle
        the name of the puzzle's
    others
        names of values that go on to an output, and under which name
    """

    pattern: re.Pattern[str]
    names: Sequence[str]
    texts: Sequence[str]
    puzzle: str
    others: Mapping[str, str]

    @classmethod
    def to(cls, line: str, item: object, column: str | None) -> Alike | None:
        """Lines like this one, which says `item`; None where that is no object of a puzzle's text and plain values.

        `column`: the name of the puzzle's, where one is asked for.

        Examples
        --------
        >>> line = '{"puzzle": "1...", "id": 7}'
        >>> like = Alike.to(line, {"puzzle": "1...", "id": 7}, None)
        >>> like.columns('{"puzzle": "1...", "id": 7}\\n{"puzzle": ".2..", "id": 8}\\n')
        {'puzzle': ('1...', '.2..'), 'id': [7, 8]}
        """
        line = line.rstrip("\n")
        if not isinstance(item, dict) or "\\" in line or domain_of(item) is not None:
            return None
        puzzle, solution = columns_of(item)
        puzzle = puzzle if column is None else column
        texts = [name for name, value in item.items() if isinstance(value, str)]
        tokens = list(TOKEN.finditer(line))
        if puzzle is None or not {puzzle, solution or puzzle} <= {*texts} or len(tokens) != 2 * len(item):
            return None
        parts, end = [], 0
        for name, value in zip(tokens[::2], tokens[1::2], strict=True):
            kind = PUZZLE if name[0] == f'"{puzzle}"' else TEXT if value[0][0] == '"' else OTHER
            parts += [re.escape(line[end : value.start()]), kind]
            end = value.end()
        pattern = re.compile(f"^{''.join(parts)}{re.escape(line[end:])}$", re.MULTILINE)
        keep = tuple(name for name in item if name not in (puzzle, solution))
        return cls(pattern, list(item), texts, puzzle, dict(zip(keep, carried(keep), strict=True)))

    def columns(self, text: str) -> dict[str, Sequence[Any]] | None:
        """The values of lines, by their names; None where a line is not like the others."""
        return self._even(text) or self._each(text)

    def _even(self, text: str) -> dict[str, Sequence[Any]] | None:
        """The same of lines of which all values are texts, and as long as each other."""
        width = text.find("\n") + 1
        first = self.pattern.fullmatch(text, 0, width - 1) if width else None
        if first is None or len(self.texts) < len(self.names) or len(text) % width or not text.isascii():
            return None
        codes = np.frombuffer(text.encode(), np.uint8).reshape(-1, width)
        out: dict[str, Sequence[Any]] = {}
        end = 0
        for place, name in enumerate(self.names, 1):
            begin, last = first.span(place)
            held = codes[:, begin:last]
            least = ord(" ") + (name == self.puzzle)
            if (
                begin == last
                or held.min() < least
                or held.max() >= DELETE
                or ((held == QUOTE) | (held == ESCAPE)).any()
            ):
                return None
            if (codes[:, end:begin] != codes[0, end:begin]).any():
                return None
            out[name], end = Even(held), last
        return None if (codes[:, end:] != codes[0, end:]).any() else out

    def _each(self, text: str) -> dict[str, Sequence[Any]] | None:
        found = self.pattern.findall(text)
        if len(found) != text.count("\n") + (not text.endswith("\n")):
            return None
        if len(self.names) == 1:
            return {self.names[0]: found}
        out: dict[str, Sequence[Any]] = dict(zip(self.names, zip(*found, strict=True), strict=True))
        try:
            return {name: one if name in self.texts else loads(f"[{','.join(one)}]") for name, one in out.items()}
        except ValueError:  # a number that is too large: who reads line by line says so
            return None
