"""Two Sudoku with their answers, as text and as rows, for files of every layout."""

from __future__ import annotations

__all__ = ["A_SOLVED", "A", "B", "numbers", "rows_of"]

A = "083020090000800100029300008000098700070000060006740000300006980002005000010030540"
A_SOLVED = "183524697547869123629317458235698714471253869896741235354176982962485371718932546"
B = "200050006010000090600801003007090600000703000900080002100000005060902010003060200"


def rows_of(text: str, n: int = 9) -> list[str]:
    """The rows of a board of n columns.

    >>> rows_of("1234", 2)
    ['12', '34']
    """
    return [text[i : i + n] for i in range(0, len(text), n)]


def numbers(text: str) -> list[list[int]]:
    return [[int(cell) for cell in row] for row in rows_of(text)]
