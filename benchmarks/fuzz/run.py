"""Many hostile calls, and what came of them: each is a function of the seed and its number alone.

A call may end in one of `REFUSALS`, or return. Anything else is a failure: another exception, a call that was right and
is refused, one that is not back in time although it was asked to stop. What harms memory ends the process; under
address and undefined behaviour sanitizers it says where.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, NamedTuple, Self

import numpy as np

from . import automata, calls, canvas, kernels
from .calls import Call, Native
from .hostile import extreme, spoiled

REFUSALS = (ValueError, TypeError, OverflowError, MemoryError, RuntimeError, TimeoutError)
ENTRIES: dict[str, Callable[[Random, Native], Call]] = {
    entry.__name__.removeprefix("make_"): entry
    for entry in (*calls.CALLS, *kernels.CALLS, *automata.CALLS, *canvas.CALLS)
}
PATIENCE = 0.1  # seconds; then the call is asked to stop
END = 300  # seconds for 256 calls; then the process says where it is, and ends
RIGHT = 0.2  # part of the calls that nothing is done to
WRITTEN = 0.05  # part of the calls whose arrays another thread writes to meanwhile


class Outcome(NamedTuple):
    """What came of the calls of one entry."""

    returned: int
    refused: int
    stopped: int


class Failed(AssertionError):
    """A call that ended as no call may."""


class _Late(BaseException):
    """Raised in a native call that takes long, as Ctrl-C would be."""


def native_at(path: Path | None) -> Native:
    """The module of this file, which may be another build; None: the installed one."""
    if path is None:
        import vmdsolve._native

        return vmdsolve._native
    spec = importlib.util.spec_from_file_location("_native", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fuzz(
    native: Native,
    seed: int,
    numbers: Iterator[int] | range,
    seconds: float | None = None,
    say: Callable[[str], None] | None = None,
) -> dict[str, Outcome]:
    """Make the calls of these numbers, or those that come in so many seconds; what came of each entry.

    Raises
    ------
    Failed
        At the first call that ends as none may: the message has its number.
    """
    end = None if seconds is None else time.monotonic() + seconds
    tally: Counter[tuple[str, str]] = Counter()
    short = np.printoptions(threshold=4, edgeitems=1)  # refusals show arguments, which would cost more than the calls
    with _limits() as guard, Writer() as writer, short:
        for number in numbers:
            if end is not None and time.monotonic() > end:
                break
            tally[one(native, seed, number, guard, writer)] += 1
            if say is not None and number % 50_000 == 49_999:
                say(f"{number + 1:,} calls")
    return {
        name: Outcome(*(tally[name, how] for how in Outcome._fields))
        for name in ENTRIES
        if any(tally[name, how] for how in Outcome._fields)
    }


def one(native: Native, seed: int, number: int, guard: Guard, writer: Writer) -> tuple[str, str]:
    """Call `number`: the entry's name and what came of it."""
    r = Random(seed << 40 | number)
    name = r.choice(list(ENTRIES))
    call = ENTRIES[name](r, native)
    arguments = list(call.arguments)
    right = r.random() < RIGHT
    if not right:
        for place in r.sample(range(len(arguments)), min(len(arguments), r.choice((0, 1, 1, 1, 2)))):
            arguments[place] = spoiled(r, arguments[place])
    written = r.random() < WRITTEN
    try:
        with writer.on(arguments if written else []), guard:
            call.function(*arguments)
    except _Late:
        return name, "stopped"
    except REFUSALS as error:
        if right and not written and not call.may_fail:
            raise Failed(f"call {number} ({name}) was right, and is refused: {error}") from error
        return name, "refused"
    except BaseException as error:
        raise Failed(f"call {number} ({name}) of seed {seed}: {type(error).__name__}: {error}") from error
    finally:
        call.after()
    return name, "returned"


class Guard:
    """Within it a call is asked to stop after PATIENCE; a process that hangs all the same ends after END."""

    inside = False
    calls = 0

    def __enter__(self) -> None:
        if self.calls % 256 == 0:  # it starts a thread each time, which costs more than most calls
            faulthandler.dump_traceback_later(END, exit=True, file=2)
        self.calls += 1
        self.inside = True
        signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)

    def __exit__(self, *_: object) -> None:
        self.inside = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def late(self, _signal: int, _frame: FrameType | None) -> None:
        if self.inside:
            self.inside = False
            raise _Late


@contextmanager
def _limits() -> Iterator[Guard]:
    guard = Guard()
    before = signal.signal(signal.SIGALRM, guard.late)
    try:
        yield guard
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


class Writer:
    """A thread that writes to the arrays of the call that goes on, as often as it can."""

    def __init__(self) -> None:
        self._arrays: list[Any] = []
        self._work, self._over = threading.Event(), False
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-4)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._work.set()
        self._thread.join()
        sys.setswitchinterval(self._interval)

    @contextmanager
    def on(self, arguments: list[Any]) -> Iterator[None]:
        arrays = [a for a in arguments if isinstance(a, np.ndarray) and a.size and a.dtype.kind in "iufb"]
        self._arrays = [a for a in arrays if a.flags.writeable]
        if self._arrays:
            self._work.set()
        try:
            yield
        finally:
            self._work.clear()
            self._arrays = []

    def _write(self) -> None:
        r = Random(0)
        while not self._over:
            self._work.wait()
            for array in self._arrays:
                with suppress(ValueError, OverflowError), np.errstate(all="ignore"):
                    array[...] = extreme(r, array.dtype)
