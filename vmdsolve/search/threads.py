"""Work spread over threads: native calls release the interpreter, so many small problems keep all cores busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import TypeVar

import vmdsolve._native as _native

__all__ = ["spread", "thread_count"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def thread_count(threads: int = 0) -> int:
    """Threads to use where `threads` are asked for; 0: one for each core that this process may use.

    That number is the native module's own, too: of the CPUs in the process's affinity no more than the quota of its
    control groups (as containers have) allows.
    """
    return threads or int(_native.cores())


def spread(function: Callable[[Item], Result], items: Iterable[Item], threads: int = 0) -> Iterator[Result]:
    """`map` on several threads: results in the order of the items, which are taken only shortly before.

    Ctrl-C, or nobody wanting more, ends the native calls of all threads.

    Examples
    --------
    >>> list(spread(abs, [-2, 3, -1], threads=2))
    [2, 3, 1]
    """
    n, source = thread_count(threads), iter(items)
    if n == 1:
        yield from map(function, source)
        return
    stop = _native.Stop()
    with ThreadPoolExecutor(n, initializer=stop.heed) as pool:
        begun = (pool.submit(copy_context().run, function, item) for item in source)  # they heed the same clocks
        waiting: deque[Future[Result]] = deque(islice(begun, 4 * n))
        try:
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(islice(begun, 1))
        finally:  # interrupted, or nobody wants the rest
            stop.ask()
            for future in waiting:
                future.cancel()
