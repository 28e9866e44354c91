"""`page`: how long the page's server takes for a 9x9, alone and while others ask for what is hard."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from vmdsolve.measure.accuracy import held_out

from .driver import RESULTS, Row, Run, summary, table
from .puzzles import sudoku

METHOD = (
    "`vmdsolve web` on loopback, a process of its own; one question after another over HTTP/1.1, each of another "
    "held-out 9x9, milliseconds from sending to the last byte of the answer. `others`: so many who all the time ask to "
    "count the answers of an empty 9x9, which ends at the time limit. Ten questions come first and are not counted."
)
HARD = {"domain": "sudoku", "text": "." * 81}
ASKED: tuple[tuple[str, dict[str, Any]], ...] = (("solve", {"unique": True}), ("hint", {}), ("watch", {"n": 4}))
WARM = 10


def run(
    n: Annotated[int, Option("-n", min=1, help="Questions of each row.")] = 200,
    others: Annotated[int, Option(min=0, help="Who ask for what is hard.")] = 8,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """Time the page's answers, alone and beside others."""
    with Run("page", METHOD, {"n": n, "others": others}, ("starlette", "uvicorn"), out) as this, served() as port:
        sizes = [len(path.read_bytes()) for path in (files("vmdsolve.web") / "static").iterdir()]
        problems = sudoku().format_many(held_out(sudoku(), n + WARM, seed=0)[0])
        for asked, more in ASKED:
            for many in (0, others):
                with bothered(port, many):
                    spent = [1000 * timed(port, asked, {"text": text, **more}) for text in problems][WARM:]
                row = {"asked": asked, "others": many, "ms": summary(spent), "slowest": max(spent), "page": sum(sizes)}
                this.rows.append(row)
                print(f"{asked}, {many} others: median {summary(spent)['median']:.1f} ms", flush=True)
        print(shown(this.rows))


def shown(rows: list[Row]) -> str:
    """The table of a result, and what the page weighs."""
    cells = []
    for row in rows:
        ms = row["ms"]
        spread = f"{ms['q1']:.1f} to {ms['q3']:.1f}"
        cells.append((row["asked"], row["others"], f"{ms['median']:.1f}", spread, f"{row['slowest']:.0f}"))
    made = table(("asked", "others", "median ms", "half of all", "slowest"), cells)
    return f"{made}\n\nAll files of the page: {rows[0]['page']:,} bytes."


@contextmanager
def served() -> Iterator[int]:
    """A server's port; it ends afterwards."""
    command = [sys.executable, "-m", "vmdsolve", "web", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r":(\d+)/", server.stderr.readline())
        assert found
        try:
            yield int(found[1])
        finally:
            server.terminate()


@contextmanager
def bothered(port: int, many: int) -> Iterator[None]:
    """So many others ask for what is hard, again and again."""
    over = threading.Event()
    threads = [threading.Thread(target=_bother, args=(port, over)) for _ in range(many)]
    for thread in threads:
        thread.start()
    time.sleep(4.0 if many else 0.0)  # then processes for all of them have started
    yield
    over.set()
    for thread in threads:
        thread.join()


def timed(port: int, asked: str, question: dict[str, Any]) -> float:
    """Seconds until the answer is there."""
    begun = time.perf_counter()
    status, answer = _asked(port, asked, question)
    if status != 200:
        raise RuntimeError(answer["error"])
    return time.perf_counter() - begun


def _bother(port: int, over: threading.Event) -> None:
    while not over.is_set():
        _asked(port, "count", HARD)


def _asked(port: int, asked: str, question: dict[str, Any]) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", f"/api/{asked}", json.dumps(question), {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
