"""Processes that answer, one question each at a time; one that is too slow, or whose asker has gone, is ended.

Work in C++ cannot be trusted to hear that nobody waits any more; the end of a process cannot be missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

__all__ = ["Busy", "Gone", "Workers"]

Answer = dict[str, Any]
GRACE = 2.0  # seconds beyond its own limit that an answer may take before its process is ended
LOOK = 0.1  # seconds between two looks whether somebody still waits
LONGEST = 1 << 26  # bytes of an answer
# one thread each: the machine is shared among processes
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ENDED = "the process that looked for it ended; perhaps it needed too much memory"


class Busy(Exception):
    """All processes were at work for as long as one may wait."""


class Gone(Exception):
    """Nobody waits for the answer any more."""


@dataclass(eq=False)
class _Worker:
    """A process, by its number, and the ends of its connection that are here."""

    process: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self, line: bytes) -> Answer | None:
        """What it answers; None where it has ended, or says what is no answer."""
        try:
            self.writer.write(line)
            await self.writer.drain()
            answer: Answer = json.loads(await self.reader.readline())
        except (ConnectionError, ValueError):
            return None
        return answer

    def end(self) -> None:
        if not self.reader.at_eof():  # else it has ended, and its number may be another's
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
        self.writer.close()


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
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._free = asyncio.Semaphore(most)
        self._folder = TemporaryDirectory(prefix="vmdsolve-web-")
        self._nursery: Process  # from which all are forked

    @property
    def _socket(self) -> str:
        return os.path.join(self._folder.name, "s")  # noqa: PTH118 - short, for the system allows no long names

    async def begin(self) -> None:
        """Load what all processes need."""
        command = (sys.executable, "-m", f"{__package__}.worker", self._socket)
        self._nursery = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, env={**os.environ, **ONE_THREAD}
        )
        assert self._nursery.stdout is not None
        if await self._nursery.stdout.readline() != b"ready\n":
            raise RuntimeError("the process that answers did not start; what it said stands above")

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
        try:
            await _while_waited_for(self._free.acquire(), gone, seconds)
        except TimeoutError:
            raise Busy from None
        worker: _Worker | None = None
        answer: Answer | None = None
        try:
            worker = self._idle.pop() if self._idle else await self._started()
            self._busy.add(worker)
            line = json.dumps([asked, question, seconds]).encode() + b"\n"
            answer = await _while_waited_for(worker.answer(line), gone, seconds + GRACE)
            return {"error": ENDED} if answer is None else answer
        except TimeoutError:
            return {"error": f"no answer in {seconds:g} s; ask for less", "timeout": True}
        finally:
            self._free.release()
            if worker is not None:
                self._busy.discard(worker)
                if answer is None:
                    worker.end()
                else:
                    self._idle.append(worker)

    async def end(self) -> None:
        """End all processes."""
        for worker in [*self._idle, *self._busy]:
            worker.end()
        self._idle.clear()
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        await self._nursery.wait()
        self._folder.cleanup()

    async def _started(self) -> _Worker:
        reader, writer = await asyncio.open_unix_connection(self._socket, limit=LONGEST)
        return _Worker(json.loads(await reader.readline())["process"], reader, writer)


async def _while_waited_for(work: Coroutine[Any, Any, Any], gone: Callable[[], Awaitable[bool]], seconds: float) -> Any:
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
