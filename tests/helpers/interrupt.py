"""Scripts that are interrupted while they are at work."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

__all__ = ["interrupted"]


def interrupted(script: str, *, after: float, within: float) -> tuple[str, int]:
    """What a script prints after `ready`, and its exit code: Ctrl-C comes `after` seconds, it ends `within` so many."""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(after)
            assert process.poll() is None, "it ended by itself"
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=within)
        finally:
            process.kill()
    return output, process.returncode
