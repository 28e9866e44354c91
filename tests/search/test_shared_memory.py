"""Arrays are the caller's while native code runs, and so is the interpreter: neither is trusted."""

from __future__ import annotations

import subprocess
import sys

import pytest

WRITERS = {
    "search": """
values = np.full((64, 81), -1, np.int32)
call = lambda: search.solve_values(get("sudoku-9x9").rules, values, threads=1)
written, forbidden = values, 2_000_000_000
""",
    "candidates": """
values = np.full((16, 81), -1, np.int32)
allowed = np.full(81, 511, np.uint64)
peers = get("sudoku-9x9").rules.peers
call = lambda: kernels.candidates(values, allowed, peers)
written, forbidden = values, 2_000_000_000
""",
    "rules": """
fresh = get("sudoku-9x9").rules
kinds, offsets, cells, params, numbers = (np.array(a) for a in fresh.native())
call = lambda: _native.Rules(81, 9, kinds, offsets, cells, params, numbers)
written, forbidden = cells, 2_000_000_000
""",
    "regular": """
step, cells = np.array([[0, 1], [1, 0]], np.int32), np.arange(64, dtype=np.int32)
logits = np.zeros((64, 64, 2), np.float32)
x, sets, key = np.full((64, 64), -1, np.int32), np.full((64, 64), 3, np.uint64), np.arange(64, dtype=np.uint64)
accept = np.array([True, True])
call = lambda: _native.regular(logits, x, sets, cells, step, accept, 0, 1.0, 0, key, 0, 1)
written, forbidden = step, 2_000_000_000
""",
}
PROGRAM = """
import sys, threading, time
import numpy as np
from vmdsolve import InvalidInput, _native, kernels, search
from vmdsolve.domains import get
{setup}
right = written.copy()
stop = threading.Event()

def write():
    while not stop.is_set():
        written.ravel()[:] = forbidden
        written[...] = right

writer = threading.Thread(target=write, daemon=True)
writer.start()
end = time.monotonic() + 1.5
calls = 0
while time.monotonic() < end:
    try:
        call()
    except (ValueError, OverflowError):  # wrong, as its array was
        pass
    calls += 1
stop.set()
writer.join()
print("alive", calls > 0)
"""

DAEMON = """
import threading, time
import vmdsolve

def work():
    while True:
        vmdsolve.count_solutions("." * 81, limit={limit})

for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
print("done", flush=True)
sys.exit(7)
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("setup", WRITERS)
def test_an_array_that_another_thread_writes_to_harms_no_memory(setup: str) -> None:
    done = run(PROGRAM.format(setup=WRITERS[setup]))
    assert (done.returncode, done.stdout) == (0, "alive True\n"), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("limit", [100, 10_000_000])
def test_daemon_threads_in_native_code_do_not_change_how_a_program_ends(limit: int) -> None:
    for _ in range(3):
        done = run("import sys" + DAEMON.format(limit=limit))
        assert (done.returncode, done.stdout, done.stderr) == (7, "done\n", "")
