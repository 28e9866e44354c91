# Types of the CUDA module: addresses of device memory in, nothing out. Shapes and meanings: vmdsolve/kernels/cuda.py.

from typing import Any

import numpy.typing as npt

built_with: str
max_cells: int

def why_not() -> str: ...
def candidates(
    x: int, allowed: int, per_board: bool, peers: int, out: int, B: int, L: int, P: int, device: int, stream: int
) -> None: ...
def conflicts(x: int, peers: int, out: int, B: int, L: int, P: int, device: int, stream: int) -> None: ...
def unmask(
    logits: int,
    bf16: bool,
    x: int,
    candidates: int,
    peers: int,
    n_keep: int,
    key: int,
    x_new: int,
    committed: int,
    candidates_new: int,
    B: int,
    L: int,
    V: int,
    P: int,
    order: int,
    threshold: float | None,
    temperature: float,
    guard: bool,
    noise: float,
    seed: int,
    step: int,
    step_at: int,
    device: int,
    stream: int,
) -> None: ...

class Denoise:
    def __init__(
        self,
        L: int,
        V: int,
        H: int,
        M: int,
        N: int,
        D: int,
        weights: dict[str, npt.NDArray[Any]],
        offsets: list[int],
        cells: list[int],
        spans: list[int],
        device: int,
    ) -> None: ...
    def __call__(self, x: int, z: int, logits: int, B: int, loops: int, stream: int) -> None: ...
    def solve(
        self,
        x: int,
        allowed: int,
        z: int,
        peers: int,
        key: int,
        following: int,
        x_new: int,
        nfe: int,
        first: int,
        B: int,
        P: int,
        steps: int,
        loops: int,
        order: int,
        threshold: float | None,
        temperature: float,
        guard: bool,
        noise: float,
        seed: int,
        stream: int,
    ) -> None: ...
