"""Aside: the hard problems of a stream, and when each is worked on.

They have a share of the time between batches, and all of it where too many wait, or nothing more is to be read. Half of
that goes to the oldest, for some must come to an end, and half to those that had least, for what has no end must not
keep the others waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from ..search.threads import spread
from .hard import Hard
from .stages import TURN
from .work import Settled, Task

__all__ = ["Aside"]

Told = TypeVar("Told")

MOST = 32  # problems whose searches are kept, each a megabyte and more,
MOST_SYMBOLS = 1 << 18  # with so many symbols of cells in all
SHARE = 0.25  # of the time, while there are others
BRIEF = 0.005  # seconds of the shortest go
WORTH = 0.02  # seconds of the shortest turn


class Aside(Generic[Told]):
    """Hard problems, oldest first.

    Parameters
    ----------
    threads
        How many are worked on at a time.
    told
        Makes of what is settled what is handed on.
    """

    def __init__(self, threads: int, told: Callable[[Task, Settled], Told]) -> None:
        self._told = told
        self._threads, self._hard, self._credit, self._turns = threads, list[Hard](), 0.0, 0

    def __len__(self) -> int:
        return len(self._hard)

    @property
    def full(self) -> bool:
        """Whether there are as many as may be worked on."""
        return len(self._hard) >= MOST or sum(hard.size for hard in self._hard) >= MOST_SYMBOLS

    def add(self, hard: Hard) -> None:
        self._hard.append(hard)

    def meanwhile(self, took: float) -> Iterator[Told]:
        """Their share, where `took` seconds went to others."""
        self._credit = self._credit + took * SHARE / (1 - SHARE) if self._hard else 0.0
        while self._hard and self._credit >= WORTH:
            seconds = min(self._credit, TURN)
            self._credit -= seconds
            yield from self.work(seconds)

    def work(self, seconds: float) -> Iterator[Told]:
        """A turn of about so many seconds."""
        self._turns += 1
        turn = self._chosen(seconds)
        settled = spread(lambda chosen: chosen[0].work(chosen[1]), turn, min(self._threads, len(turn)))
        for (hard, _), part in zip(turn, settled, strict=True):
            if part is not None:
                self._hard.remove(hard)
                yield self._told(hard.task, part)

    def _chosen(self, seconds: float) -> list[tuple[Hard, float]]:
        """Who has a turn, and how long: a go is as long as all that were before it, so that goes grow."""
        kept = self._kept()
        old = (self._threads + self._turns % 2) // 2  # threads for the oldest; of a single one every other turn
        chosen = [(hard, seconds) for hard in kept[:old]]
        room = seconds * (self._threads - len(chosen))
        for hard in sorted(kept[old:], key=lambda hard: hard.spent):
            if room <= 0:
                break
            go = min(max(hard.spent, BRIEF), seconds)
            chosen.append((hard, go))
            room -= go
        return chosen or [(kept[0], seconds)]

    def _kept(self) -> list[Hard]:
        """Those whose searches memory has room for, at least one."""
        left, kept = MOST_SYMBOLS, list[Hard]()
        for hard in self._hard[:MOST]:
            left -= hard.size
            if kept and left < 0:
                break
            kept.append(hard)
        return kept
