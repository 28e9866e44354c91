# Types of the CUDA module: addresses of device memory in, nothing out. Shapes and meanings: vmdsolve/kernels/cuda.py.

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
