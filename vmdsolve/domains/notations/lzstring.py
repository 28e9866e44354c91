"""LZ-string: how f-puzzles and SudokuPad pack text into links, in 64 characters of six bits each.

A stream of codes, each of as many bits as the dictionary needs by then, the lowest first. Code 0 is followed by a new
character of 8 bits, 1 by one of 16 bits, 2 ends the text; every other is an entry of the dictionary, which grows by
each new character, and by each word together with the character after it.
"""

from __future__ import annotations

from ...errors import InvalidProblem

__all__ = ["compress", "decompress"]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
BITS = {8: 0, 16: 1}  # of a new character -> its code
END = 2
MOST = 1 << 20  # characters of an unpacked text


class _Width:
    """How many bits a code has: one more whenever the dictionary has doubled."""

    def __init__(self, bits: int) -> None:
        self.bits, self.room = bits, 1 << (bits - 1)

    def grow(self) -> None:
        self.room -= 1
        if self.room == 0:
            self.room = 1 << self.bits
            self.bits += 1


def compress(text: str) -> str:
    """A text packed.

    Examples
    --------
    >>> compress("hello")
    'BYUwNmD2Q==='
    """
    out: list[str] = []
    held = bits_held = 0

    def put(value: int, bits: int) -> None:
        nonlocal held, bits_held
        for i in range(bits):
            held, bits_held = held << 1 | (value >> i & 1), bits_held + 1
            if bits_held == 6:
                out.append(ALPHABET[held])
                held = bits_held = 0

    codes: dict[str, int] = {}
    unsaid: set[str] = set()
    width = _Width(2)

    def say(word: str) -> None:
        if word in unsaid:
            unsaid.discard(word)
            bits = 8 if ord(word) < 256 else 16
            put(BITS[bits], width.bits)
            put(ord(word), bits)
            width.grow()
        else:
            put(codes[word], width.bits)
        width.grow()

    word = ""
    for unit in _units(text):
        if unit not in codes:
            codes[unit] = len(codes) + 3
            unsaid.add(unit)
        if word + unit in codes:
            word += unit
        else:
            say(word)
            codes[word + unit] = len(codes) + 3
            word = unit
    if word:
        say(word)
    put(END, width.bits)
    put(0, 6 - bits_held)
    return "".join(out) + "=" * (-len(out) % 4)


def decompress(packed: str, most: int = MOST) -> str:
    """A text unpacked, of `most` characters.

    Raises
    ------
    InvalidProblem
        Where it is damaged, cut off, or would be longer.

    Examples
    --------
    >>> decompress("BYUwNmD2Q===")
    'hello'
    """
    values = [VALUES.get(character) for character in packed.rstrip("=")]
    if None in values:
        at = values.index(None)
        raise InvalidProblem(f"packed text holds {packed[at]!r} at character {at + 1}; wanted letters, digits, + and /")
    at = 0

    def take(bits: int) -> int:
        nonlocal at
        value = 0
        for i in range(bits):
            index, bit = divmod(at, 6)
            if index >= len(values):
                raise InvalidProblem("the packed text is cut off; wanted the whole link")
            value |= ((values[index] or 0) >> (5 - bit) & 1) << i
            at += 1
        return value

    entries = ["", "", ""]  # of the codes that are no words
    width = _Width(2)
    width.room = 1  # the first code is of two bits, all others of three and more
    out: list[str] = []
    size, word = 0, ""
    while (code := take(width.bits)) != END:
        if code in BITS.values():
            entries.append(chr(take(16 if code else 8)))
            code = len(entries) - 1
            width.grow()
        if not word:
            entry = entries[code] if code < len(entries) else ""
        elif code < len(entries):
            entry = entries[code]
        else:
            entry = word + word[0] if code == len(entries) else ""
        size += len(entry)
        if not entry or size > most:
            raise InvalidProblem("the packed text is damaged" if not entry else f"over {most:,} characters, unpacked")
        out.append(entry)
        if word:
            entries.append(word + entry[0])
            width.grow()
        word = entry
    return "".join(out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _units(text: str) -> list[str]:
    """Its UTF-16 units, which JavaScript calls characters."""
    data = text.encode("utf-16-le", "surrogatepass")
    return [chr(data[i] | data[i + 1] << 8) for i in range(0, len(data), 2)]
