# Types of the CUDA module: addresses of device memory in, nothing out. Shapes and meanings: vmdsolve/kernels/cuda.py.
# peers are the addresses of the two arrays of `Peers.pairs`; 0 is the address of what is not given.

from typing import Any

import numpy.typing as npt

from ._native import CanvasGrammar as HostGrammar
from ._native import Structure as HostStructure
from ._native import UnmaskRule

built_with: str
max_cells: int

def why_not() -> str: ...
def candidates(
    *,
    B: int,
    L: int,
    x: int,
    allowed: int,
    per_board: bool,
    peers: tuple[int, int],
    out: int,
    device: int,
    stream: int,
) -> None: ...
def conflicts(*, B: int, L: int, x: int, peers: tuple[int, int], out: int, device: int, stream: int) -> None: ...
def unmask(
    *,
    rule: UnmaskRule,
    B: int,
    L: int,
    V: int,
    logits: int,
    bf16: bool,
    x: int,
    candidates: int,
    peers: tuple[int, int],
    n_keep: int,
    key: int,
    step: int,
    x_new: int,
    committed: int,
    candidates_new: int,
    device: int,
    stream: int,
) -> None: ...

class Structure:
    def __init__(self, structure: HostStructure, device: int) -> None: ...

class Denoise:
    def __init__(self, weights: dict[str, npt.NDArray[Any]], device: int) -> None: ...
    def want(self, structure: Structure) -> None: ...
    def __call__(
        self,
        structure: Structure,
        *,
        B: int,
        x: int,
        z: int,
        loops: int,
        settling: tuple[int, int],
        logits: int,
        spent: int,
        keys: int,
        begin_noise: float,
        path_noise: float,
        fade: int,
        stream: int,
    ) -> None: ...
    def solve(
        self,
        structure: Structure,
        *,
        rule: UnmaskRule,
        B: int,
        steps: int,
        loops: int,
        x: int,
        allowed: int,
        z: int,
        peers: tuple[int, int],
        key: int,
        following: int,
        x_new: int,
        nfe: int,
        spent: int,
        first: int,
        settling: tuple[int, int],
        keys: int,
        begin_noise: float,
        path_noise: float,
        fade: int,
        stream: int,
    ) -> None: ...

class CanvasGrammar:
    def __init__(self, grammar: HostGrammar, device: int) -> None: ...
    @property
    def parts(self) -> int: ...
    def begin(
        self, names: dict[str, int], B: int, L: int, bf16: bool, temperature: float, seed: int, turn: int,
        floor: float, stream: int,
    ) -> None: ...  # fmt: skip
    def marginals(
        self, names: dict[str, int], B: int, L: int, bf16: bool, temperature: float, seed: int, turn: int,
        floor: float, stream: int,
    ) -> None: ...  # fmt: skip
    def draw(
        self, names: dict[str, int], B: int, L: int, bf16: bool, temperature: float, seed: int, turn: int,
        floor: float, stream: int,
    ) -> None: ...  # fmt: skip
