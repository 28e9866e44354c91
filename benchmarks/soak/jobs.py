"""Commands as processes: started, signalled, waited for, with what they said and the memory they took."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..driver import ROOT

__all__ = ["MESSAGE", "Done", "Job", "bad_end", "command"]

LONG = 300.0  # seconds after which a command is killed, and that is a fault
MESSAGE = 4100  # characters that a sentence may have, name of the program and all


class Done(NamedTuple):
    """How a process ended: its code (minus the signal), what it said, seconds of the clock and of the processor, and
    the most memory in MB."""

    code: int
    out: str
    err: str
    seconds: float
    processor: float
    megabytes: float


class Job:
    """A command of `vmdsolve` at work in `folder`; its output goes to files, so that it never waits for us."""

    def __init__(
        self, arguments: list[str], folder: Path, before: Callable[[], None] | None = None,
        stdin: int | None = None, stdout: Path | None = None,
    ) -> None:  # fmt: skip
        self.begun, self.megabytes = time.monotonic(), 0.0
        self.ended: tuple[float, float, float] | None = None  # seconds, of the processor, and MB at most
        stem = f"said-{time.monotonic_ns()}-{os.urandom(4).hex()}"
        self.kept = [folder.parent / f"{stem}.{name}" for name in ("out", "err")]
        with (stdout or self.kept[0]).open("wb") as out, self.kept[1].open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vmdsolve", *arguments], cwd=folder, env=_environment(), stdout=out, stderr=err,
                stdin=subprocess.DEVNULL if stdin is None else stdin, preexec_fn=before, start_new_session=True,
            )  # fmt: skip

    def alive(self) -> bool:
        """True until it has ended."""
        if self.ended is None:
            self._look()
            pid, status, used = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self.ended = time.monotonic() - self.begun, used.ru_utime + used.ru_stime, self.megabytes
        return self.ended is None

    def _look(self) -> None:
        """The most memory so far; what wait4 says of it begins with our own, of before the program was loaded."""
        with suppress(OSError, StopIteration):
            said = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
            most = next(line for line in said if line.startswith("VmHWM"))
            self.megabytes = max(self.megabytes, int(most.split()[1]) / 1024)

    def signal(self, sign: int) -> bool:
        """Send it a signal; False if it has ended."""
        if alive := self.alive():
            os.kill(self.process.pid, sign)
        return alive

    def wait(self, seconds: float = LONG) -> Done:
        """Its end; it is killed when the seconds are over, which its code tells."""
        end = self.begun + seconds
        while self.alive():
            if time.monotonic() > end:
                self.signal(signal.SIGKILL)
            time.sleep(0.005)
        assert self.ended is not None
        out, err = ("" if not path.exists() else path.read_text("utf-8", "replace") for path in self.kept)
        for path in self.kept:
            path.unlink(missing_ok=True)
        return Done(self.process.returncode, out, err, *self.ended)


def command(arguments: list[str], folder: Path, seconds: float = LONG, **how: Any) -> Done:
    """One command, waited for."""
    return Job(arguments, folder, **how).wait(seconds)


def bad_end(done: Done, codes: tuple[int, ...]) -> str:
    """What is wrong with how a command ended; "" if it kept its manners: such a code, and in words what was wrong."""
    if done.code not in codes:
        return f"exit {done.code} after {done.seconds:.1f} s: {done.err.strip()[-300:]}"
    early = "KeyboardInterrupt" in done.err and "/vmdsolve/" not in done.err  # Python itself had not begun
    if ("Traceback" in done.err and not early) or "Error:" in done.err.partition(" ")[0]:
        return f"not one sentence: {done.err.strip()[-300:]}"
    said = done.err.strip()
    if done.code == 2 and (len(said.splitlines()) != 1 or len(said) > MESSAGE):
        return f"not one sentence but {len(said.splitlines())} lines, {len(said)} characters: {said[:300]}"
    if any(ord(sign) < 32 and sign not in "\n\r\t" for sign in done.out + done.err):
        return f"a control character in what it says: {done.err[:200]!a}"
    return ""


def _environment() -> Mapping[str, str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "80"}
