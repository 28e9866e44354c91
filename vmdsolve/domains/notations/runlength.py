"""The codes of puzz.link: numbers and borders of squares in a row of characters, runs of empty squares as letters."""

from __future__ import annotations

from collections.abc import Sequence

from ...plain import many
from .base import Scanner

__all__ = ["UNKNOWN", "put_borders", "put_four", "put_sixteen", "take_borders", "take_four", "take_sixteen"]

UNKNOWN = -2  # a clue whose number is not told: '.' in all codes
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONG = {"-": (2, 0), "+": (3, 0), "=": (3, 4096), "%": (3, 8192)}  # sign -> digits in base 16, and what is added
MOST = 20  # empty squares in one letter, g to z


def _value(scanner: Scanner, text: str, base: int) -> int:
    try:
        if not text.isalnum():
            raise ValueError
        return int(text, base)
    except ValueError:
        raise scanner.error(f"{text!r} is no number in base {base}") from None


def take_sixteen(scanner: Scanner, n: int) -> list[int | None]:
    """The numbers of `n` squares, None where there is none.

    Examples
    --------
    >>> take_sixteen(Scanner("1h-1f.", "this link"), 5)
    [1, None, None, 31, -2]
    """
    out: list[int | None] = []
    while len(out) < n:
        sign = scanner.take()
        if sign in LONG:
            digits, more = LONG[sign]
            out.append(_value(scanner, scanner.take(digits), 16) + more)
        elif sign == ".":
            out.append(UNKNOWN)
        elif "g" <= sign <= "z":
            out += [None] * (DIGITS.index(sign) - 15)
        else:
            out.append(_value(scanner, sign, 16))
    if len(out) > n:
        raise scanner.error(f"{many(len(out), 'square')}; wanted {n}")
    return out


def put_sixteen(numbers: Sequence[int | None]) -> str:
    """The text of numbers up to 255.

    Examples
    --------
    >>> put_sixteen([1, None, None, 31])
    '1h-1f'
    """
    return _with_runs(["" if k is None else f"{k:x}" if k < 16 else f"-{k:x}" for k in numbers])


def _with_runs(texts: Sequence[str]) -> str:
    out, empty = "", 0
    for text in [*texts, "end"]:
        if empty and (text or empty == MOST):
            out += DIGITS[15 + empty]
            empty = 0
        if text == "end":
            return out
        out, empty = out + text, empty + (not text)
    return out


def take_four(scanner: Scanner, n: int) -> list[int | None]:
    """Numbers from 0 to 4 of `n` squares: a digit, a letter up to e, says what is after it, too.

    Examples
    --------
    >>> take_four(Scanner("2.6g", "this link"), 5)
    [2, -2, 1, None, None]
    """
    out: list[int | None] = []
    while len(out) < n:
        sign = scanner.take()
        if sign == ".":
            out.append(UNKNOWN)
        elif "g" <= sign <= "z":
            out += [None] * (DIGITS.index(sign) - 15)
        elif sign in DIGITS[:15]:
            after, number = divmod(DIGITS.index(sign), 5)
            out += [number, *[None] * after]
        else:
            raise scanner.error(f"{sign!r} stands for no square")
    if any(number is not None for number in out[n:]) or len(out) > n + 2:
        raise scanner.error(f"{many(len(out), 'square')}; wanted {n}")
    return out[:n]


def put_four(numbers: Sequence[int | None]) -> str:
    """Their text.

    Examples
    --------
    >>> put_four([2, -2, 1, None, None])
    '2.b'
    """
    texts, at = [], 0
    while at < len(numbers):
        number = numbers[at]
        if number is None or number == UNKNOWN:
            texts.append("" if number is None else ".")
            at += 1
            continue
        follow = [k is None for k in numbers[at + 1 : at + 3]]
        after = 0 if follow[:1] == [False] else 1 if follow[1:2] == [False] else 2
        texts.append(DIGITS[5 * after + number])
        at += 1 + after
    return _with_runs(texts)


def take_borders(scanner: Scanner, rows: int, columns: int) -> list[int]:
    """The region of each square of a board cut by borders, five to a character: to the right, then below."""
    beside = _take_bits(scanner, rows * (columns - 1))
    below = _take_bits(scanner, (rows - 1) * columns)
    regions = [-1] * (rows * columns)
    found = 0
    for start in range(rows * columns):
        if regions[start] >= 0:
            continue
        regions[start], edge = found, [start]
        while edge:
            square = edge.pop()
            row, column = divmod(square, columns)
            near = [
                (column + 1 < columns and not beside[row * (columns - 1) + column], square + 1),
                (column > 0 and not beside[row * (columns - 1) + column - 1], square - 1),
                (row + 1 < rows and not below[row * columns + column], square + columns),
                (row > 0 and not below[(row - 1) * columns + column], square - columns),
            ]
            for joined, other in near:
                if joined and regions[other] < 0:
                    regions[other] = found
                    edge.append(other)
        found += 1
    return regions


def put_borders(regions: Sequence[int], rows: int, columns: int) -> str:
    """The text of borders between regions.

    Examples
    --------
    >>> put_borders([0, 0, 1, 1], 2, 2), take_borders(Scanner("0o", "this link"), 2, 2)
    ('0o', [0, 0, 1, 1])
    """
    at = range(rows * columns)
    beside = [regions[i] != regions[i + 1] for i in at if (i + 1) % columns]
    below = [regions[i] != regions[i + columns] for i in at if i + columns < rows * columns]
    return _put_bits(beside) + _put_bits(below)


def _take_bits(scanner: Scanner, n: int) -> list[bool]:
    text = scanner.take(-(-n // 5))
    bits = [bool(_value(scanner, character, 32) >> (4 - i) & 1) for character in text for i in range(5)]
    return bits[:n]


def _put_bits(bits: Sequence[bool]) -> str:
    padded = [*bits, *[False] * (-len(bits) % 5)]
    fives = (padded[i : i + 5] for i in range(0, len(padded), 5))
    return "".join(DIGITS[sum(bit << (4 - i) for i, bit in enumerate(five))] for five in fives)
