"""Calls made beside what else is done, in order: while one writes, the next batch is solved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, ParamSpec, Self, TypeVar

__all__ = ["Behind"]

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Behind(Generic[Result]):
    """A thread that makes one call after another; at the end of the block all are made.

    Whoever asks for a call waits for the one before, so no more than one is ever behind; what it raised comes then,
    or at the end.

    Examples
    --------
    >>> with Behind[int]() as behind:
    ...     [*behind.do(max, 1, 2)], [*behind.do(max, 3, 4)], [*behind.done()]
    ([], [2], [4])
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="vmdsolve-behind")
        self._last: Future[Result] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        if kind is None:
            for _ in self.done():
                pass

    def do(self, call: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Iterator[Result]:
        """Begin a call; what the one before gave, if there was one."""
        before = list(self.done())
        self._last = self._pool.submit(call, *given, **named)
        return iter(before)

    def done(self) -> Iterator[Result]:
        """Wait for the last call; what it gave, if that was not handed on."""
        last, self._last = self._last, None
        return iter([] if last is None else [last.result()])
