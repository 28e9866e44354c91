"""MiniZinc data: `name = value;`, of which single values and arrays of one and of two dimensions are understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import InvalidInput

__all__ = ["Data", "read_data"]

NAME = re.compile(r"(\w{1,60})\s*$")
ARRAY = re.compile(r"\s*(?:array[12]d\s*\(([^\[\]]*),\s*)?\[(\|?)([^\[\]]*)\][\s)]*")  # each in linear time
MOST, MOST_NAMES = 1 << 16, 1000  # items of an array; statements of a file


@dataclass(frozen=True, slots=True)
class Data:
    """What a file says.

    Attributes
    ----------
    single
        name -> value of one number or word
    tables
        name -> rows of an array of two dimensions
    others
        names of everything else
    """

    single: dict[str, str]
    tables: dict[str, list[list[str]]]
    others: list[str]

    @property
    def names(self) -> str:
        """All names, for messages; the first ten of them."""
        every = [*self.single, *self.tables, *self.others]
        return ", ".join(every[:10]) + f" and {len(every) - 10} more" * (len(every) > 10)

    def number(self, name: str) -> int | None:
        """A single value as a number."""
        text = self.single.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def read_data(text: str) -> Data:
    """The data of a file without comments.

    Raises
    ------
    InvalidInput
        There are more names than any puzzle has.

    Examples
    --------
    >>> read_data("n = 2; x = [|1, 2|3, 4|]; y = [1];")
    Data(single={'n': '2'}, tables={'x': [['1', '2'], ['3', '4']]}, others=['y'])
    """
    data = Data({}, {}, [])
    if text.count(";") > MOST_NAMES:
        raise InvalidInput(f"over {MOST_NAMES:,} statements; wanted the data of one puzzle")
    for statement in text.split(";"):
        left, equals, right = statement.partition("=")
        name = NAME.search(left[-100:])
        if not name:
            if statement.strip():
                data.others.append("?")
            continue
        if not equals:
            data.others.append(name[1])
            continue
        array = ARRAY.fullmatch(right) if "[" in right else None
        rows = _rows(array) if array else None
        if name[1] in data.single or name[1] in data.tables:
            data.others.append(f"{name[1]} again")
        elif rows:
            data.tables[name[1]] = rows
        elif not array and len(right.split()) == 1 and len(right) < 60:
            data.single[name[1]] = right.strip()
        else:
            data.others.append(name[1])
    return data


def _rows(array: re.Match[str]) -> list[list[str]] | None:
    """The rows of an array of two dimensions; of array2d, whose sides may be names, a square or what its sides say."""
    sides, bar, body = array.groups()
    if bar:
        lines = [line.replace(",", " ").split() for line in body.split("|")]
        return [line for line in lines if line] or None
    items = body.replace(",", " ").split()
    if sides is None or len(items) > MOST:
        return None
    ranges = re.fullmatch(r"1\s*\.\.\s*(\w+)\s*,\s*1\s*\.\.\s*(\w+)", sides.strip())
    if not ranges or not items:
        return None
    columns = int(ranges[2]) if ranges[2].isdecimal() and len(ranges[2]) < 6 else 0
    if not columns:  # a name: as many columns as the first line of the text shows, or as there are rows
        shown = [line.replace(",", " ").split() for line in body.split("\n")]
        widths = {len(line) for line in shown if line}
        square = round(len(items) ** 0.5)
        same_names = ranges[1] == ranges[2]
        columns = square if same_names and square**2 == len(items) else widths.pop() if len(widths) == 1 else 0
    if not columns or len(items) % columns:
        return None
    return [items[i : i + columns] for i in range(0, len(items), columns)]
