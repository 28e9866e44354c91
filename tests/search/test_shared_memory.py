"""Arrays are the caller's while native code runs, and so is the interpreter: neither is trusted."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from vmdsolve import _native
from vmdsolve.problem import OPEN, Rules

WRITERS = {
    "search": """
values = np.full((64, 81), -1, np.int32)
call = lambda: search.solve_values(get("sudoku-9x9").rules, values, threads=1)
written = [(values, 2_000_000_000)]
""",
    "candidates": """
values = np.full((16, 81), -1, np.int32)
allowed = np.full(81, 511, np.uint64)
peers = get("sudoku-9x9").rules.peers
call = lambda: kernels.candidates(values, allowed, peers)
written = [(values, 2_000_000_000)]
""",
    "conflicts": """
values = np.full((64, 81), -1, np.int32)
peers = get("sudoku-9x9").rules.peers
call = lambda: kernels.conflicts(values, peers)
written = [(values, 2_000_000_000)]
""",
    "unmask": """
peers = _native.Peers(81, np.array([0, 9], np.int32), np.arange(9, dtype=np.int32))
rule = _native.UnmaskRule(order=_native.Order(1), threshold=0.0, temperature=1.0, guard=True, noise=0.5, seed=0, step=0)
logits, x, sets = np.zeros((64, 81, 9), np.float32), np.full((64, 81), -1, np.int32), np.full((64, 81), 511, np.uint64)
keep, key = np.full(64, 3, np.int32), np.arange(64, dtype=np.uint64)
call = lambda: _native.unmask(logits, x, sets, peers, rule=rule, n_keep=keep, key=key, threads=2)
written = [(logits, np.nan), (x, 2_000_000_000), (sets, 2**64 - 1), (keep, -2_000_000_000), (key, 2**64 - 1)]
""",
    "rules": """
fresh = get("sudoku-9x9").rules
kinds, offsets, cells, params, numbers = (np.array(a) for a in fresh.native())
call = lambda: _native.Rules(81, 9, kinds, offsets, cells, params, numbers)
written = [(cells, 2_000_000_000)]
""",
    "denoise": """
structure = _native.Structure(16, 4, [0, 4, 8], [0, 1, 2, 3, 4, 5, 6, 7], [0, 2])
kernel = _native.DenoiseGradient(structure, H=16, M=16, N=16, cells=True, symbols=True)
x, tables = np.full((8, 16), -1, np.int32), np.zeros(kernel.tables, np.float32)
latent, kept = np.ones((8, kernel.latent), np.float32), np.zeros(8 * kernel.kept_bytes(1, 0), np.int8)
gradients = np.zeros((1, 8, 16, 4), np.float32)

def call():
    kernel.forward(x, tables, latent, 1, 1, kept, 2, 0)
    kernel.backward(x, tables, latent, 1, 1, kept, gradients, 2, 0)

written = [(x, 2_000_000_000)]
""",
    "marginals": """
values, marginals = np.full((64, 81), -1, np.int32), np.zeros((64, 81, 9), np.float32)
call = lambda: search.solve_values(get("sudoku-9x9").rules, values, marginals=marginals)
written = [(marginals, np.nan)]
""",
}
PROGRAM = """
import sys, threading, time
import numpy as np
from vmdsolve import InvalidInput, _native, kernels, search
from vmdsolve.domains import get
{setup}
right = [array.copy() for array, _ in written]
stop = threading.Event()

def write():
    while not stop.is_set():
        for (array, forbidden), was in zip(written, right):
            array.ravel()[:] = forbidden
            array[...] = was

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

DAEMONS = {
    "short calls": "vmdsolve.count_solutions('.' * 81, limit=100)",
    "one long call": "vmdsolve.count_solutions('.' * 81, limit=10_000_000)",
    "threads of its own": "_native.solve_batch(rules, np.full((50, 81), -1, np.int32), limit=300, threads=3)",
    "calls that fail": "with suppress(ValueError):\n            _native.generate(none, 1, 0)",
    "kernels": "_native.conflicts(np.zeros((2000, 81), np.int32), peers, 3)",
    "a denoiser": "kernel.forward(x, tables, latent, 3, 1, kept, 2, 0)",
}
DAEMON = """
import sys, threading, time
from contextlib import suppress
import numpy as np
import vmdsolve
from vmdsolve import _native
from vmdsolve.domains import get

rules = _native.Rules(81, 9, *get("sudoku-9x9").rules.native())
arrays = (np.array(a, t) for a, t in (([3], "i4"), ([0, 1], "i8"), ([0], "i4"), ([0, 3], "i8"), ([0, 2, 2], "i8")))
none = _native.Rules(1, 2, *arrays)  # a symbol twice in one cell
peers = _native.Peers(81, np.array([0, 9], np.int32), np.arange(9, dtype=np.int32))
structure = _native.Structure(16, 4, [0, 4], [0, 1, 2, 3], [0, 1])
kernel = _native.DenoiseGradient(structure, H=16, M=16, N=16, cells=False, symbols=False)
x, tables = np.full((8, 16), -1, np.int32), np.zeros(kernel.tables, np.float32)
latent, kept = np.ones((8, kernel.latent), np.float32), np.zeros(8 * kernel.kept_bytes(1, 0), np.int8)

def work():
    while True:
        {work}

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


def test_how_far_a_search_came_may_be_asked_while_it_works() -> None:
    """It is how far the last call came: what works is looked at by itself alone."""
    rules = Rules(30, 9)
    search = _native.Search(_native.Rules(30, 9, *rules.native()), np.full(30, OPEN, np.int32))
    search.next(-1, -1.0)
    before, seen = search.nodes, []
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(lambda: [search.next(-1, 0.01) for _ in range(30)])
        while not work.done():
            seen.append((search.nodes, search.complete))
    assert before > 0
    assert [nodes for nodes, _ in seen] == sorted(nodes for nodes, _ in seen)
    assert not any(complete for _, complete in seen)
    assert search.nodes > before


@pytest.mark.slow
@pytest.mark.parametrize("work", DAEMONS)
def test_daemon_threads_in_native_code_do_not_change_how_a_program_ends(work: str) -> None:
    for _ in range(2):
        done = run(DAEMON.format(work=DAEMONS[work]))
        assert (done.returncode, done.stdout, done.stderr) == (7, "done\n", "")
