"""The progress bar: what it says on a terminal, and that it says nothing elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from vmdsolve import solve_batch
from vmdsolve.api.progress import bar, counted


def test_off_a_terminal_items_go_by_and_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(counted(range(5), "numbers", 5)) == [0, 1, 2, 3, 4]
    with bar("numbers") as advance:
        advance(3)
    assert len(list(solve_batch(["." * 16] * 3, method="search", progress=True))) == 3
    assert capsys.readouterr() == ("", "")


def shown(code: str) -> str:
    """What a process writes to a terminal."""
    import pty

    above, below = pty.openpty()
    env: dict[str, Any] = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen([sys.executable, "-c", code], stderr=below, stdout=subprocess.DEVNULL, env=env)
    os.close(below)
    out = b""
    while True:
        try:
            part = os.read(above, 65_536)
        except OSError:  # the other end is closed
            break
        out += part
        if not part:
            break
    os.close(above)
    assert process.wait(timeout=60) == 0
    return out.decode()


@pytest.mark.slow
@pytest.mark.parametrize(("total", "said"), [(3000, " of 3,000 puzzles"), (None, " puzzles")])
def test_a_terminal_shows_how_many_how_fast_and_how_long(total: int | None, said: str) -> None:
    out = shown(
        "import time\nfrom vmdsolve.api.progress import counted\n"
        f"for i in counted(range(3000), 'puzzles', {total}, done=7): time.sleep(0.0003)"
    )
    assert said in out
    assert " a second" in out
    assert "0:00:0" in out or "00:0" in out
