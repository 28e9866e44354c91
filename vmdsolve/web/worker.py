"""The process from which all that answer are forked: what they need is loaded once, and each is there at once.

    python -m vmdsolve.web.worker SOCKET

listens there; each connection gets a process of its own, which first says its number, then answers a question a line,
both JSON, until the connection is closed. When standard input ends, the server has, and so does this.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys

__all__ = ["MEMORY", "main"]

MEMORY = 4 << 30  # bytes of address space of each process


def main(path: str) -> None:
    """Listen at `path`; a line on standard output says that all is loaded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends its processes
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a process ended
    _bound_memory()
    from . import answers

    _ = answers
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(128)
        print("ready", flush=True)
        while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
            connection, _ = listening.accept()
            if not os.fork():
                listening.close()
                try:
                    _serve(connection)
                finally:
                    os._exit(0)
            connection.close()


def _serve(connection: socket.socket) -> None:
    from .answers import answer

    stream = connection.makefile("rw", encoding="utf-8", newline="\n")
    reply: dict[str, object] = {"process": os.getpid()}
    while True:
        stream.write(json.dumps(reply, separators=(",", ":")) + "\n")
        stream.flush()
        line = stream.readline()
        if not line:
            return
        asked, question, seconds = json.loads(line)
        try:
            reply = answer(asked, question, seconds)
        except MemoryError:
            reply = {"error": "there is not enough memory for this; ask for less"}
        except Exception as error:  # a bug of ours: the page says so, and goes on
            reply = {"error": f"{type(error).__name__}: this is a bug in vmdsolve; please report it", "bug": True}


def _bound_memory() -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


if __name__ == "__main__":
    main(sys.argv[1])
