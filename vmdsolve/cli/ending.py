"""SIGTERM, heard as Ctrl-C is: what is known is written, it is said how to go on, and the exit code tells of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

__all__ = ["INTERRUPTED", "TERMINATED", "Terminated", "code_of", "ended_well"]

INTERRUPTED, TERMINATED = 130, 143  # as shells have it: 128, and the signal's number


class Terminated(KeyboardInterrupt):
    """Whoever began the process has told it to end, as schedulers do."""


def code_of(error: KeyboardInterrupt) -> int:
    """The exit code.

    Examples
    --------
    >>> code_of(KeyboardInterrupt()), code_of(Terminated())
    (130, 143)
    """
    return TERMINATED if isinstance(error, Terminated) else INTERRUPTED


@contextmanager
def ended_well() -> Iterator[None]:
    """SIGTERM raises Terminated meanwhile, unless somebody else has taken it."""
    free = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not free:
        yield
        return
    signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _raise(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: the end of a job is not cut short
    raise Terminated
