"""Solutions one after another, of which a call that is interrupted loses none."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from ..problem import Board

__all__ = ["Boards"]


class Boards(Iterator[Board]):
    """Solutions, each int32 [L], found one at a time.

    Whatever interrupts a call, none is lost: the next one goes on with it.

    Attributes
    ----------
    found
        a solution that `look` found and nobody took yet; whoever takes it sets None
    """

    found: Board | None = None

    @abstractmethod
    def look(self) -> Board | None:
        """The next solution, which stays in `found`; None: there is none, or a limit is reached."""

    def __next__(self) -> Board:
        board = self.look()
        if board is None:
            raise StopIteration
        self.found = None  # signals are not heard from here on
        return board
