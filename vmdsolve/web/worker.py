"""A process that answers: a question a line on standard input, its answer a line on standard output, both JSON."""

from __future__ import annotations

import json
import os
import signal
import sys

__all__ = ["MEMORY", "serve"]

MEMORY = 4 << 30  # bytes of address space


def serve() -> None:
    """Answer until standard input ends. The first line written, before any is read, says that all is loaded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this process
    answers, sys.stdout = sys.stdout, sys.stderr  # whoever prints disturbs no answer
    _bound_memory()
    from .answers import answer

    reply: dict[str, object] = {}
    try:
        while True:
            answers.write(json.dumps(reply, separators=(",", ":")) + "\n")
            answers.flush()
            line = sys.stdin.readline()
            if not line:
                return
            asked, question, seconds = json.loads(line)
            try:
                reply = answer(asked, question, seconds)
            except MemoryError:
                reply = {"error": "there is not enough memory for this; ask for less"}
            except Exception as error:  # a bug of ours: the page says so, and goes on
                reply = {"error": f"{type(error).__name__}: this is a bug in vmdsolve; please report it", "bug": True}
    except BrokenPipeError:  # the server has ended
        os._exit(0)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has none
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


if __name__ == "__main__":
    serve()
