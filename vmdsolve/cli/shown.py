"""Answers drawn for people, one or several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..files.records import Record
    from ..problem import Solution

__all__ = ["Shown"]


class Shown:
    """What has been drawn so far.

    Parameters
    ----------
    alone
        There is one answer: how it came about is said on standard error.
    few
        Of many answers only the first MOST are drawn.
    """

    MOST = 3

    def __init__(self, *, alone: bool, few: bool) -> None:
        self.alone, self.few, self.seen = alone, few, 0

    def show(self, record: Record, solution: Solution, reason: str) -> None:
        """Draw an answer, or say why there is none."""
        from . import screen

        self.seen += 1
        if self.few and self.seen > self.MOST:
            return
        if not self.alone:
            typer.echo("\n" * (self.seen > 1), nl=False)
            screen.say(record.where + solution.outcome)
        if solution.text is not None and solution.layout is not None:
            answer = solution.layout.parse(solution.text).values
            screen.show(solution.layout.picture(answer, givens=solution.givens))
        if reason:
            screen.say(reason, err=solution.text is not None)
        if self.alone:
            screen.say(solution.outcome, err=True)

    def end(self) -> None:
        """Say what was left out, and how to see it."""
        if self.few and self.seen > self.MOST:
            typer.echo(f"\n{self.seen - self.MOST} more are not shown: -o FILE writes all, --output-format prints all")
