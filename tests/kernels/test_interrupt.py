"""Ctrl-C ends every kernel that can take long, on one thread and on several."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.interrupt import interrupted

pytestmark = pytest.mark.slow

ENDS_WITHIN = 5.0  # seconds; alone on a machine it is 0.1
LONG = {
    "denoise": "kernel(structure, x, z, loops=60_000)",
    "denoise, one board on one thread": "kernel(structure, x[:1], z[:1], loops=60_000, threads=1)",
    "gradient, forward": "gradient.forward(x, tables, latent, free=60_000, supervise=1)",
    "gradient, backward": "gradient.backward(forth, np.ones((20, 20, 81, 9), np.float32), threads=1)",
    "regular": "words(400, 2, threads=2)",
    "regular, one group of boards": "words(8, 64, threads=1)",
}
SCRIPT = """
import sys
import numpy as np
sys.path.insert(0, {tests!r})
from helpers.denoisers import random_model
from vmdsolve.domains import get
from vmdsolve.kernels.gradient import DenoiseGradient
from vmdsolve.kernels.regular import Automaton, regular
from vmdsolve.kernels.structure import Structure
from vmdsolve.model.native import native

rng = np.random.default_rng(0)
rules = get("sudoku-9x9").rules
structure = Structure(81, 9, [[c.cells for c in rules.constraints if c.relation == name] for name in rules.relations])
x, z = np.full((20, 81), -1, np.int32), np.zeros((20, 2), np.float32)
kernel = native(random_model(0, 20, 4, 3, (16, 16, 16), 2, 0)[0].denoiser)
gradient = DenoiseGradient(structure, H=128, M=128, N=128, cells=False, symbols=False)
tables = 0.1 * rng.standard_normal(gradient._native.tables, np.float32)
latent = np.ones((20, gradient._native.latent), np.float32)
if {backward}:
    _, forth = gradient.forward(x, tables, latent, free=0, supervise=20)

def words(B, V, threads):
    L, Q = 1000, 4000
    automaton = Automaton(rng.integers(0, Q, (Q, V)).astype(np.int32), np.ones(Q, bool), 0)
    logits, sets = np.zeros((B, L, V), np.float32), np.full((B, L), 3, np.uint64)
    cells, key = np.arange(L, dtype=np.int32), np.zeros(B, np.uint64)
    x, options = np.full((B, L), -1, np.int32), {{"temperature": 0.5, "threads": threads}}
    return regular(logits, x, sets, cells, automaton, key=key, **options)

print("ready", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("heard")
"""


@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_ends(name: str) -> None:
    tests = str(Path(__file__).parents[1])
    script = SCRIPT.format(call=LONG[name], tests=tests, backward="backward" in name)
    assert interrupted(script, after=0.3, within=ENDS_WITHIN) == ("heard\n", 0)
