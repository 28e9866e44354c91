"""A clock that goes on with work, not with time: a law about deadlines that holds on every machine, however busy."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from vmdsolve import deadline

TICK = 1e-6  # seconds that a call of Python, or of something in C, is taken to cost


class Ticking:
    """The seconds that have gone by."""

    def __init__(self) -> None:
        self.now = 1000.0

    def tick(self, frame: FrameType, event: str, argument: Any) -> None:
        del frame, argument
        if event in ("call", "c_call"):
            self.now += TICK


@contextmanager
def ticking() -> Iterator[Callable[[], float]]:
    """Inside, the clocks of deadlines count calls; gives what says how many seconds have gone by."""
    clock, begun = Ticking(), 1000.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadline, "perf_counter", lambda: clock.now)
        sys.setprofile(clock.tick)
        try:
            yield lambda: clock.now - begun
        finally:
            sys.setprofile(None)
