"""Standard streams that are closed, as where a daemon runs, or that break off."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from ..errors import InvalidInput

__all__ = ["open_closed", "refuse_own_input", "to_nowhere"]

NAMES = ("stdin", "stdout", "stderr")


def open_closed() -> None:
    """Lead closed standard streams nowhere, so that the job is done though nobody listens."""
    for number, name in enumerate(NAMES):
        try:
            os.write(number, b"") if number else os.fstat(number)
        except OSError as error:
            if error.errno == errno.EBADF:  # closed, or only for reading: a shell may have left its script there
                _lead_nowhere(number)
                setattr(sys, name, None)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False, encoding="utf-8"))


def refuse_own_input(inputs: Iterable[str]) -> None:
    """InvalidInput where standard output is appended to a file that is read: a command would feed on its own lines."""
    try:
        out = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # no real stream, or none
        return
    for argument in inputs:
        try:
            held = os.fstat(0) if argument == "-" else Path(argument).stat()
        except (OSError, ValueError):  # it is no file, which is said later
            continue
        if stat.S_ISREG(out.st_mode) and os.path.samestat(out, held):
            where = "standard input" if argument == "-" else argument
            raise InvalidInput(f"{where} is also what is printed to; print to another file")


def to_nowhere() -> None:
    """Lead standard output nowhere from now on: the last flush of what nobody takes must not fail."""
    with contextlib.suppress(OSError, ValueError):  # no real stream, or none
        _lead_nowhere(sys.stdout.fileno())


def _lead_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
