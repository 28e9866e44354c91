"""Deadline: the time that a problem may take, all its stages together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from time import perf_counter

__all__ = ["Deadline", "seconds_left", "stop_point", "within"]


class Deadline:
    """The clock of one problem, or of several that are worked on side by side.

    Of n problems side by side each is charged the n-th part of the time that passes: together they have n times the
    seconds that one has alone, and one that stays behind when the others are done is charged all of its own.

    Parameters
    ----------
    seconds
        What each problem may take; None: there is no limit.
    spent
        Seconds that each has taken before.
    n
        How many problems are worked on side by side.

    Examples
    --------
    >>> Deadline(None).left(), Deadline(2.0, spent=3.0).left(), Deadline(0.0).over
    (inf, 0.0, True)
    """

    def __init__(self, seconds: float | None, *, spent: float = 0.0, n: int = 1) -> None:
        self.seconds = inf if seconds is None else seconds
        self._spent, self._n, self._since = spent, max(1, n), perf_counter()

    @property
    def spent(self) -> float:
        """Seconds that each problem has been charged."""
        return self._spent + (perf_counter() - self._since) / self._n

    def among(self, n: int) -> None:
        """From now on n problems are worked on side by side."""
        self._spent, self._n, self._since = self.spent, max(1, n), perf_counter()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens within is charged to nobody: a caller who looks at the first answers takes his own time."""
        self.among(self._n)
        try:
            yield
        finally:
            self._since = perf_counter()

    def left(self, share: float = 1.0) -> float:
        """Seconds left to each problem until `share` of its time is spent; infinity without a limit."""
        return inf if self.seconds == inf else max(0.0, share * self.seconds - self.spent)

    def wall(self, share: float = 1.0) -> float:
        """The same in seconds of the clock on the wall, for all of them side by side."""
        return self.left(share) * self._n

    @property
    def limit(self) -> float | None:
        """The seconds left as a time limit for exact search: None without a limit."""
        left = self.left()
        return None if left == inf else left

    @property
    def limit_of_all(self) -> float | None:
        """The same for all problems that are worked on side by side, in one call."""
        wall = self.wall()
        return None if wall == inf else wall

    @property
    def over(self) -> bool:
        """True if no time is left."""
        return self.left() <= 0


_CLOCKS: ContextVar[tuple[Deadline, ...]] = ContextVar("clocks", default=())


@contextmanager
def within(clock: Deadline) -> Iterator[None]:
    """What this thread does inside heeds the clock, besides those that it heeds already; nothing is yielded inside.

    Examples
    --------
    >>> with within(Deadline(0.0)):
    ...     seconds_left(), stop_point()
    Traceback (most recent call last):
        ...
    TimeoutError: the time limit ran out
    """
    before = _CLOCKS.set((*_CLOCKS.get(), clock))
    try:
        yield
    finally:
        _CLOCKS.reset(before)


def seconds_left() -> float:
    """What the clocks leave that this work heeds; infinity without a limit."""
    return min((clock.left() for clock in _CLOCKS.get()), default=inf)


def stop_point() -> None:
    """TimeoutError where no time is left: whatever goes on for more than a few milliseconds asks this on its way.

    Twin: csrc/support/stop.hpp.
    """
    if _CLOCKS.get() and seconds_left() <= 0:
        raise TimeoutError("the time limit ran out")
