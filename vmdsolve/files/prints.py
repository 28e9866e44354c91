"""Prints: what inputs were when a job began, so that it is noticed when one changes. Each is read through but once."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from .opening import is_file
from .records import fingerprint

__all__ = ["Prints", "print_of"]

SETTLED = 2.0  # seconds after which a further change has another time, on any file system

Mark = tuple[int, ...]


class Prints:
    """Hashes of what command-line arguments hold, files or literals.

    Attributes
    ----------
    told
        the hashes, in order

    Examples
    --------
    >>> prints = Prints(["1......44......1"])
    >>> prints.told, prints.changed()
    (['665ace85734c0129'], None)
    """

    def __init__(self, inputs: Sequence[str]) -> None:
        self._marks = [_mark_of(argument) for argument in inputs]  # before they are read: a change since is noticed
        self._inputs, self.told = inputs, [print_of(argument) for argument in inputs]

    def changed(self) -> str | None:
        """The first input that is not what it was; None: all are."""
        for i, (argument, told, mark) in enumerate(zip(self._inputs, self.told, self._marks, strict=True)):
            now = _mark_of(argument)  # before it is read, as above
            if mark is None or now != mark:
                if print_of(argument) != told:
                    return argument
                self._marks[i] = now  # it need not be read again
        return None


def print_of(argument: str) -> str:
    """The hash of what an argument holds; "" of a folder, which is refused in words when it is read."""
    return "" if is_file(argument) and Path(argument).is_dir() else fingerprint(argument)


def _mark_of(argument: str) -> Mark | None:
    """By what the system says whether a file was written to; None where it may say the same after that."""
    if not is_file(argument) or not Path(argument).is_file():
        return None
    said = os.stat(argument)  # noqa: PTH116 - of a name that may be relative
    if time.time() - max(said.st_mtime, said.st_ctime) < SETTLED:
        return None
    return said.st_dev, said.st_ino, said.st_size, said.st_mtime_ns, said.st_ctime_ns
