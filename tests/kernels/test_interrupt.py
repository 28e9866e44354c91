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
    "canvas": "posterior(grammar, np.zeros((4, 1000, 64), np.float32), threads=2).log_z",
}
SCRIPT = """
import sys
import numpy as np
sys.path.insert(0, {tests!r})
from helpers.denoisers import random_model
from vmdsolve.canvas import compile_token_dfa, posterior
from vmdsolve.domains import get
from vmdsolve.kernels.gradient import DenoiseGradient
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

grammar = compile_token_dfa(rng.integers(0, 4000, (4000, 64)), range(4000)) if {canvas} else None
print("ready", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("heard")
"""


@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_ends(name: str) -> None:
    tests = str(Path(__file__).parents[1])
    script = SCRIPT.format(call=LONG[name], tests=tests, backward="backward" in name, canvas="canvas" in name)
    assert interrupted(script, after=0.3, within=ENDS_WITHIN) == ("heard\n", 0)
