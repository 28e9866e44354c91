"""Signals while a training is in the middle of a step: it ends after that step, saved."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["interruptible", "stoppable"]

Item = TypeVar("Item")


@contextmanager
def stoppable(stop: Callable[[], None], numbers: Sequence[int], said: str = "") -> Iterator[list[int]]:
    """Within it these signals call `stop`; a second one does what it did before. Gives the signals that were heard.

    Parameters
    ----------
    stop
        Ends the work soon, in order.
    numbers
        Of the signals; none where this is not the main thread, which alone hears them.
    said
        On standard error, when Ctrl-C is heard.
    """
    heard: list[int] = []

    def hear(number: int, _: object) -> None:
        heard.append(number)
        stop()
        back()
        if number == signal.SIGINT and said:
            os.write(2, f"\n{said}\n".encode())

    def back() -> None:
        for number, before in befores.items():
            signal.signal(number, before)

    befores = {number: signal.signal(number, hear) for number in numbers}
    try:
        yield heard
    finally:
        back()


def interruptible(items: Iterator[Item], stop: Callable[[], None]) -> Iterator[Item]:
    """The same items. Ctrl-C while one is made calls `stop`, and is raised when that item has been taken.

    Who has taken the signal keeps it, and what is no main thread does not hear it.
    """
    while True:
        with stoppable(stop, [signal.SIGINT] if _raises_interrupts() else []) as heard:
            made = _next(items)
        yield from made
        if heard:
            raise KeyboardInterrupt
        if not made:
            return


def _next(items: Iterator[Item]) -> list[Item]:
    """The next item, if there is one."""
    for item in items:
        return [item]
    return []


def _raises_interrupts() -> bool:
    """Whether Ctrl-C would raise KeyboardInterrupt here."""
    here = threading.current_thread() is threading.main_thread()
    return here and signal.getsignal(signal.SIGINT) is signal.default_int_handler
