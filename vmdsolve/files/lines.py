"""Lines of an open file, found by where they begin: in any order, and of any length without filling memory."""

from __future__ import annotations

import os
from collections.abc import Iterator

__all__ = ["MOST", "Lines"]

WINDOW = 1 << 16  # bytes that are read at once
MOST = 1 << 28  # bytes of a line that are looked at; a puzzle with all that its file says of it is far shorter


class Lines:
    """The lines of an open file; nobody's position in it is moved.

    Parameters
    ----------
    handle
        The number by which the system knows the file; it stays open.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryFile(buffering=0) as file:
    ...     _ = file.write(b"one, two, torn".replace(b", ", bytes([10])))
    ...     lines = Lines(file.fileno())
    ...     lines.at(4), list(lines.all())
    (b'two\\n', [(0, b'one\\n'), (4, b'two\\n'), (8, b'torn')])
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._ahead, self._begin = b"", 0  # what was read last, and where it stands

    def at(self, begin: int) -> bytes:
        """The line that begins at this byte, with its newline; without one it is torn, or longer than any may be."""
        place = begin - self._begin
        if 0 <= place < len(self._ahead) and (end := self._ahead.find(b"\n", place)) >= 0:
            return self._ahead[place : end + 1]
        size = WINDOW
        while True:
            found = os.pread(self._handle, size, begin)
            end = found.find(b"\n")
            if end >= 0 or len(found) < size or size >= MOST:
                break
            size *= 4
        if size == WINDOW:
            self._ahead, self._begin = found, begin
        return found[: end + 1] if end >= 0 else found

    def all(self, begin: int = 0) -> Iterator[tuple[int, bytes]]:
        """Each line from this byte on, with where it begins."""
        while line := self.at(begin):
            yield begin, line
            begin += len(line)
