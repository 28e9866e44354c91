"""One progress bar for every call and command that takes long: n of N, how fast, how long still."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["bar", "counted"]

Item = TypeVar("Item")


@contextmanager
def bar(what: str, total: int | None = None, done: int = 0) -> Iterator[Callable[[int], None]]:
    """A bar on standard error if that is a terminal; gives a function to call with how many more are done.

    Parameters
    ----------
    what
        What is counted, in the plural.
    total
        How many there will be; None: nobody knows, as of a stream.
    done
        How many were done before.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.3g} a second" if task.speed else "")

    of = "" if total is None else " of {task.total:,.0f}"
    columns = [BarColumn(), TextColumn(f"{{task.completed:,.0f}}{of} {what}"), Rate()]
    columns.append(TimeElapsedColumn() if total is None else TimeRemainingColumn(compact=True))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, completed=done)
        yield lambda n: progress.advance(task, n)


def counted(items: Iterable[Item], what: str, total: int | None = None, done: int = 0) -> Iterator[Item]:
    """The same items, with a bar that counts them as they go by.

    Examples
    --------
    >>> list(counted("ab", "letters", 2))
    ['a', 'b']
    """
    with bar(what, total, done) as advance:
        for item in items:
            yield item
            advance(1)
