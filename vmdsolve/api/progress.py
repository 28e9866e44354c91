"""One progress bar for every call and command that takes long: n of N, how fast, how long still."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from time import perf_counter
from typing import Any, TypeVar

from ..plain import Plain, guard

__all__ = ["bar", "counted"]

Item = TypeVar("Item")
SOME = 0.2  # seconds between two that a notebook is sent
EVERY = 0.05  # seconds between two steps of a bar: each costs as much as a small puzzle


@contextmanager
def bar(what: str, total: int | None = None, done: int = 0) -> Iterator[Callable[[int], None]]:
    """A bar on standard error if that is a terminal, or below the cell of a notebook; gives a function to call with how
    many more are done.

    Parameters
    ----------
    what
        What is counted, in the plural.
    total
        How many there will be; None: nobody knows, as of a stream.
    done
        How many were done before.
    """
    if (display := notebook()) is not None:
        with in_notebook(display, what, total, done) as advance:
            yield advance
        return
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
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

    from ..drawing.console import Coloured

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(rate_text(task.speed))

    of = "" if total is None else " of {task.total:,.0f}"
    columns = [BarColumn(), TextColumn(f"{{task.completed:,.0f}}{of} {what}"), Rate()]
    columns.append(TimeElapsedColumn() if total is None else TimeRemainingColumn(compact=True))
    # lines that a terminal gets stand above the bar; lines that go elsewhere are no concern of it
    lines = sys.stdout is not None and sys.stdout.isatty()
    console, guarded = Coloured(sys.stderr), isinstance(sys.stderr, Plain)
    with Progress(*columns, console=console, transient=True, redirect_stdout=lines) as progress:
        if guarded:  # rich now stands before the streams, and reads escapes in what it gets
            guard()
        task = progress.add_task("", total=total, completed=done)
        yield lambda n: progress.advance(task, n)


def notebook() -> Any:
    """IPython's module that shows things, where a notebook's kernel runs this; else None."""
    ipython: Any = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return None if getattr(shell, "kernel", None) is None else sys.modules["IPython.display"]


@contextmanager
def in_notebook(display: Any, what: str, total: int | None, done: int) -> Iterator[Callable[[int], None]]:
    """The bar as HTML that replaces itself."""
    begun = told = perf_counter()
    count = done

    def html() -> Any:
        seconds = perf_counter() - begun
        speed = (count - done) / seconds if count > done and seconds else None
        left = "" if total is None or not speed or count >= total else f", {(total - count) / speed:,.0f} s left"
        of, most = ("", "") if total is None else (f" of {total:,}", f' max="{total}" value="{count}"')
        said = f"{count:,}{of} {escape(what)}, {rate_text(speed)}{left}" if speed else f"{count:,}{of} {escape(what)}"
        return display.HTML(f"<progress{most}></progress> {said}" if total is None or count < total else said)

    shown = display.display(html(), display_id=True)

    def advance(n: int) -> None:
        nonlocal count, told
        count += n
        if (now := perf_counter()) - told > SOME:
            told = now
            shown.update(html())

    try:
        yield advance
    finally:
        total = count if total is None else total  # an open end has come
        shown.update(html())


def rate_text(speed: float | None) -> str:
    """How many are done a second, or how long one takes.

    Examples
    --------
    >>> rate_text(87700.0), rate_text(2.5), rate_text(0.05), rate_text(None)
    ('87,700 a second', '2.5 a second', '20 seconds each', '')
    """
    if not speed:
        return ""
    if speed < 0.5:
        return f"{1 / speed:,.0f} seconds each"
    return f"{speed:,.0f} a second" if speed >= 10 else f"{speed:.1f} a second"


def counted(items: Iterable[Item], what: str, total: int | None = None, done: int = 0) -> Generator[Item, None, None]:
    """The same items, with a bar that counts them as they go by; close it where something else may end the work.

    Examples
    --------
    >>> list(counted("ab", "letters", 2))
    ['a', 'b']
    """
    with bar(what, total, done) as advance:
        waiting, told = 0, perf_counter()
        for item in items:
            yield item
            waiting += 1
            if (now := perf_counter()) - told > EVERY:
                advance(waiting)
                waiting, told = 0, now
        advance(waiting)
