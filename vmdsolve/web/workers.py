"""Processes that answer, one question each at a time; one that is too slow, or whose asker has gone, is ended.

Work in C++ cannot be trusted to hear that nobody waits any more; the end of a process cannot be missed. There is always
one more than are at work, up to the most, so that a quick question does not wait for a start.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

__all__ = ["Busy", "Gone", "Workers"]

Answer = dict[str, Any]
GRACE = 1.0  # seconds beyond its own limit that an answer may take before its process is ended
LOOK = 0.1  # seconds between two looks whether somebody still waits
LONGEST = 1 << 26  # bytes of an answer
STARTED = 2  # processes at the beginning
# one thread each: the machine is shared among processes
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ENDED = "the process that looked for it ended; perhaps it needed too much memory"


class Busy(Exception):
    """All processes were at work for as long as one may wait."""


class Gone(Exception):
    """Nobody waits for the answer any more."""


class Workers:
    """At most `most` processes; those that are idle are kept for the next question.

    Parameters
    ----------
    most
        processes at once
    seconds
        that an answer may take; and that a question waits for a process
    """

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()

    async def begin(self) -> None:
        """Start the first processes, and wait until one can answer."""
        for _ in range(min(STARTED, self.most)):
            self._start_one()
        await asyncio.wait(self._starting, return_when=asyncio.FIRST_COMPLETED)

    async def ask(
        self, asked: str, question: Answer, gone: Callable[[], Awaitable[bool]], seconds: float | None = None
    ) -> Answer:
        """The answer to a question, which may take its own `seconds`.

        Raises
        ------
        Busy
            No process was free in time.
        Gone
            `gone` became true meanwhile; the process was ended.
        """
        seconds = self.seconds if seconds is None else seconds
        worker = await self._free(gone, seconds)
        self._busy.add(worker)
        self._keep_one_spare()
        answer: Answer | None = None
        try:
            line = json.dumps([asked, question, seconds]).encode() + b"\n"
            answer = await _while_waited_for(_answer(worker, line), gone, seconds + GRACE)
            return {"error": ENDED} if answer is None else answer
        except TimeoutError:
            return {"error": f"no answer in {seconds:g} s; ask for less", "timeout": True}
        finally:
            self._busy.discard(worker)
            if answer is not None:
                self._idle.append(worker)
            else:
                await _end(worker)
            self._keep_one_spare()
            self._freed.set()

    async def end(self) -> None:
        """End all processes."""
        self.most = 0
        if self._starting:
            await asyncio.wait(self._starting)
        for worker in [*self._idle, *self._busy]:
            await _end(worker)
        self._idle.clear()

    async def _free(self, gone: Callable[[], Awaitable[bool]], seconds: float) -> Process:
        limit = time.monotonic() + seconds
        while not self._idle:
            self._keep_one_spare()
            self._freed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._freed.wait(), LOOK)
            if await gone():
                raise Gone
            if time.monotonic() > limit:
                raise Busy
        return self._idle.pop()

    def _keep_one_spare(self) -> None:
        if not self._idle and not self._starting and len(self._busy) < self.most:
            self._start_one()

    def _start_one(self) -> None:
        task = asyncio.get_running_loop().create_task(self._started())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _started(self) -> None:
        command = (sys.executable, "-m", f"{__package__}.worker")
        worker = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, env={**os.environ, **ONE_THREAD}, limit=LONGEST
        )
        if await _answer(worker, b"") is None or not self.most:  # it did not come up, or comes too late
            await _end(worker)
        else:
            self._idle.append(worker)
        self._freed.set()


async def _while_waited_for(
    work: Coroutine[Any, Any, Answer | None], gone: Callable[[], Awaitable[bool]], seconds: float
) -> Answer | None:
    task, limit = asyncio.ensure_future(work), time.monotonic() + seconds
    try:
        while not (await asyncio.wait({task}, timeout=LOOK))[0]:
            if await gone():
                raise Gone
            if time.monotonic() > limit:
                raise TimeoutError
        return task.result()
    finally:
        task.cancel()


async def _answer(worker: Process, line: bytes) -> Answer | None:
    """What a process answers; None where it has ended, or says what is no answer."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(line)
        await worker.stdin.drain()
        answer: Answer = json.loads(await worker.stdout.readline())
    except (ConnectionError, ValueError):
        return None
    return answer


async def _end(worker: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        worker.kill()
    await worker.wait()
