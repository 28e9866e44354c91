"""`denoise`: network evaluations a second, ours beside torch's best ways, and shares of the machine's matmul rate."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from typer import Option

from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.denoise import denoise_paths, fastest_path, no_amx, rounding_paths
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.denoiser import Denoiser
from vmdsolve.model.native import native, structure_of
from vmdsolve.model.units import Units
from vmdsolve.model.vmd import VMD

from .driver import RESULTS, Row, Run, summary, table, take_turns, times
from .puzzles import sudoku

Floats = npt.NDArray[np.float32]
SQUARE = 2048  # side of the matrices that the machine's rate is measured on
LOOPS = 96  # as many as the first weights for 9x9 took; what a loop costs is the same for all
METHOD = (
    "held-out minimal 9x9 Sudoku, shipped weights, random latents, logits of the last loop. Ours takes NumPy arrays, "
    "checks included; torch takes tensors, in inference mode, as many boards at a time as its row names; all use the "
    "same number of threads and go turn by turn, each after a rest and a call that is not timed. The floor: the "
    "multiplications and additions of the network's products alone, and its weights and candidates' states once. "
    f"`share` = those operations over the rate of torch's own product of two {SQUARE} x {SQUARE} matrices of the type "
    "that the row multiplies in. `error` = largest difference from torch float32 over the largest logit."
)


def run(
    boards: Annotated[int, Option(min=1, help="B, boards a call.")] = 64,
    repeats: Annotated[int, Option(min=1, help="Timed calls.")] = 20,
    budget: Annotated[float, Option(help="Seconds after which no further repeat is begun.")] = 120.0,
    threads: Annotated[int, Option(min=0, help="0: all cores.")] = 1,
    loops: Annotated[int, Option(min=1, help="Of an evaluation; all are run.")] = LOOPS,
    compiled: Annotated[bool, Option(help="torch.compile as well; takes minutes.")] = True,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """All loops of the denoiser, every code path, beside torch, on the CPU; `gpu-denoise` is the same on a GPU."""
    model = packaged(sudoku())
    if model is None:
        raise InvalidInput("there are no packaged weights for sudoku-9x9; train some first")
    model = model.with_config(fade=0)  # which costs nothing, and would let rounding lead each path another way
    denoiser, units = model.denoiser, model.units(sudoku().rules)
    assert isinstance(denoiser, Denoiser), "the packaged weights are of mixer messages"
    if threads:
        torch.set_num_threads(threads)
    parameters = {"boards": boards, "repeats": repeats, "threads": threads, "loops": loops, "compiled": compiled}
    x, _ = held_out(sudoku(), boards)
    z = np.random.default_rng(0).standard_normal((boards, model.z_width(units)), np.float32)
    z *= not model.config.stirs  # 0 is no noise on states: the network alone is measured
    with Run("denoise", METHOD, parameters, (), out) as this, torch.inference_mode():
        flops, floats = floor(denoiser, units, loops)
        rates = {dtype: square_rate(dtype) for dtype in (torch.float32, torch.bfloat16)}
        this.note(f"an evaluation is {flops / 1e9:.3f} GFLOP on {4 * floats / 1e3:.0f} kB of weights and states")
        this.note(
            f"the fastest path here is {fastest_path()}, where rounding is allowed {fastest_path(may_round=True)}"
        )
        if absent := no_amx():
            this.note(f"no path amx: {absent}")
        for dtype, rate in rates.items():
            this.note(f"torch multiplies large matrices of {dtype} at {rate / 1e9:.0f} GFLOP/s")
        calls = {
            **ours(denoiser, units, x, z[:, : model.config.code_width], loops, threads),
            **theirs(model, units, x, z, loops, compiled),
        }
        wanted = calls["torch eager, float32, tile 4"]()
        taken = take_turns(calls, repeats, budget=budget, rest=0.02)
        best = max(boards / summary(t)["median"] for name, t in taken.items() if name.startswith("torch"))
        for name, seconds in taken.items():
            got, rate = calls[name](), boards / summary(seconds)["median"]
            dtype = torch.bfloat16 if "bf16" in name else torch.float32
            row: Row = {"what": name, "seconds": summary(seconds), "per_second": rate, "ratio": rate / best}
            row["share"] = rate * flops / rates[dtype]
            row["error"] = float(abs(got - wanted).max() / abs(wanted).max())
            this.rows.append(row)
        print(shown(this.rows))


def floor(denoiser: Denoiser, units: Units, loops: int) -> tuple[int, int]:
    """Operations (a multiplication and an addition are two) and floats that an evaluation of one board cannot avoid."""
    config = denoiser.config
    U, L, V = sum(map(len, units.members)), units.L, units.V
    H, M, N = config.width, config.message, config.hidden
    candidate = H * M + H * N + N * H
    flops = 2 * loops * (L * V * candidate + (L + U * V) * M * N)
    return flops, sum(p.numel() for p in denoiser.parameters()) + L * V * H


def square_rate(dtype: torch.dtype) -> float:
    """Operations a second of a large product in torch, the best of five."""
    a, b = torch.randn(2, SQUARE, SQUARE).to(dtype)
    return 2.0 * SQUARE**3 / min(times(lambda: a @ b, 5, budget=20.0))


def ours(
    denoiser: Denoiser, units: Units, x: Any, z: Floats, loops: int, threads: int
) -> dict[str, Callable[[], Floats]]:
    kernel, structure = native(denoiser), structure_of(units)

    def call(path: str) -> Callable[[], Floats]:
        return lambda: kernel(structure, x, z, loops=loops, threads=threads, path=path)

    rounds = rounding_paths()
    return {  # the twin is for comparing bits, not times
        f"native {path.removesuffix('-bf16')}, {'bf16' if path in rounds else 'float32'}": call(path)
        for path in denoise_paths()
        if not path.endswith("-twin")
    }


def theirs(model: VMD, units: Units, x: Any, z: Floats, loops: int, compiled: bool) -> dict[str, Callable[[], Floats]]:
    tokens, latents = torch.from_numpy(x.astype(np.int64)), torch.from_numpy(z)

    def call(network: Callable[..., Tensor], bf16: bool, tile: int) -> Callable[[], Floats]:
        def evaluate() -> Floats:
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                parts = [
                    network(some, units, latent, loops)
                    for some, latent in zip(torch.split(tokens, tile), torch.split(latents, tile), strict=True)
                ]
            return np.asarray(torch.cat(parts).float().numpy())

        return evaluate

    ways: dict[str, Callable[..., Tensor]] = {"eager": model}
    if compiled:  # the block, as training does: 24 loops in one graph take minutes to compile
        other = copy.deepcopy(model)
        block: Any = torch.compile(other.denoiser.block)
        other.denoiser.block = block
        ways["compile"] = other
    return {
        f"torch {way}, {'bf16' if bf16 else 'float32'}, tile {tile}": call(network, bf16, tile)
        for way, network in ways.items()
        for bf16 in (False, True)
        for tile in (4, 64)
    }


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    body = [
        [
            row["what"],
            f"{row['per_second']:.0f}",
            f"{row['ratio']:.2f}",
            f"{100 * row['share']:.0f}%",
            f"{row['error']:.1g}",
        ]
        for row in rows
    ]
    return table(["what", "evaluations a second", "of torch's best", "share of matmul rate", "error"], body)
