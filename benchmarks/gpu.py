"""`gpu-kernels`, `gpu-denoise`: our CUDA kernels beside torch on the same GPU, against what the GPU was measured to do.

Times are between events on the device, the median over replays of one captured CUDA graph that makes each call on
several sets of inputs, so that no call finds its inputs in the cache; what cannot be captured is timed call by call.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor
from typer import Option

from vmdsolve import kernels, sets
from vmdsolve.checker import accepts
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.cuda import why_not
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.denoiser import Denoiser
from vmdsolve.model.native import native_cuda, structure_of
from vmdsolve.model.units import Units
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Plan, Predictor, fill_boards
from vmdsolve.sampler.keys import board_keys

from .denoise import LOOPS, floor
from .driver import RESULTS, Row, Run, summary, table
from .kernels import torch_candidates, torch_conflicts
from .puzzles import choose, sudoku
from .torch_unmask import torch_unmask

Call = Callable[[], object]
Boards = Annotated[int, Option(min=1, help="B, boards a call.")]
Repeats = Annotated[int, Option(min=1, help="Timed replays.")]
Out = Annotated[Path, Option(help="Folder for the result.")]
SETS = 3  # sets of inputs that calls go round


def missing() -> str:
    """Why nothing can be measured; empty if it can."""
    return "torch sees no GPU" if not torch.cuda.is_available() else why_not()


def between_events(call: Call, repeats: int) -> list[float]:
    """Seconds on the device of `repeats` calls."""
    taken = []
    for _ in range(repeats):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
        begin.record()
        call()
        end.record()
        end.synchronize()
        taken.append(begin.elapsed_time(end) / 1000)
    return taken


def graphed(calls: Sequence[Call], repeats: int) -> list[float]:
    """Seconds a call, of calls captured together in one graph and replayed."""
    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(2):
            for call in calls:
                call()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        kept = [call() for call in calls]
    between_events(graph.replay, 2)
    taken = between_events(graph.replay, repeats)
    del kept
    return [seconds / len(calls) for seconds in taken]


def copy_rate() -> float:
    """Bytes read and written a second by a large copy on the device."""
    a = torch.randn(1 << 29, device="cuda")
    b = torch.empty_like(a)
    between_events(lambda: b.copy_(a), 3)
    return 2 * 4 * a.numel() / float(np.median(between_events(lambda: b.copy_(a), 10)))


def matmul_rate(side: int = 8192) -> float:
    """Operations a second of a large bfloat16 product on random data."""
    a, b = torch.randn(2, side, side, device="cuda", dtype=torch.bfloat16)
    between_events(lambda: a @ b, 3)
    return 2 * side**3 / float(np.median(between_events(lambda: a @ b, 10)))


def run_kernels(boards: Boards = 65_536, repeats: Repeats = 20, seed: int = 0, out: Out = RESULTS) -> None:
    """unmask, candidates and conflicts on a GPU beside torch, as a share of measured copy bandwidth."""
    if why := missing():
        print(f"not measured: {why}")
        return
    rules = sudoku().rules
    L, V = rules.L, rules.V
    few, full = held_out(sudoku(), 1024, seed=seed)
    peers = rules.peers
    near = torch.zeros(L, L, dtype=torch.bool, device="cuda")
    for cell in range(L):
        near[cell, torch.from_numpy(peers.of_cell(cell).astype(np.int64))] = True
    everything = torch.from_numpy(np.full(L, sets.full(V))).cuda()
    x = torch.from_numpy(np.resize(few, (boards, L))).cuda()
    answers = torch.from_numpy(np.resize(full, (boards, L))).cuda()
    legal = kernels.candidates(x, everything, peers)
    bits = torch.from_numpy(sets.members(legal.cpu().numpy(), V)).cuda()
    key = torch.arange(boards, device="cuda").view(torch.uint64)
    logits = [2 * torch.randn(boards, L, V, device="cuda") for _ in range(SETS)]
    halves = [scores.bfloat16() for scores in logits]
    copies = [x.clone() for _ in range(SETS)]
    compiled: Any = torch.compile(torch_unmask)

    def ours(scores: Tensor, n_keep: int) -> Call:
        return lambda: kernels.unmask(scores, x, legal, peers, key=key, n_keep=n_keep)

    def theirs(function: Any, scores: Tensor, n_keep: int) -> Call:
        return lambda: function(scores, x, bits, near, n_keep, True)

    unmasked = {"float32": boards * L * (4 * V + 25), "bfloat16": boards * L * (2 * V + 25)}
    ways: list[tuple[str, str, int, list[Call]]] = []
    for n_keep in (4, 20):
        name = f"unmask, {n_keep} cells, guarded"
        ways += [
            (name, "ours, float32", unmasked["float32"], [ours(scores, n_keep) for scores in logits]),
            (name, "ours, bfloat16", unmasked["bfloat16"], [ours(scores, n_keep) for scores in halves]),
            (name, "torch, eager", unmasked["float32"], [theirs(torch_unmask, scores, n_keep) for scores in logits]),
            (name, "torch, compile", unmasked["float32"], [theirs(compiled, scores, n_keep) for scores in logits]),
        ]
    ways += [
        ("candidates", "ours", boards * L * 12, [partial(kernels.candidates, c, everything, peers) for c in copies]),
        ("candidates", "torch, eager", boards * L * 12, [partial(torch_candidates, c, near, V) for c in copies]),
        ("conflicts", "ours", boards * L * 5, [lambda: kernels.conflicts(answers, peers)]),
        ("conflicts", "torch, eager", boards * L * 5, [lambda: torch_conflicts(answers, near, V)]),
    ]
    with Run("gpu-kernels", __doc__ or "", {"boards": boards, "repeats": repeats, "seed": seed}, (), out) as this:
        rate = copy_rate()
        this.note(f"{torch.cuda.get_device_name()} copies at {rate / 1e12:.2f} TB/s, bytes read and written")
        with torch.inference_mode():
            for name, way, least, calls in ways:
                _measure(this, name, way, calls, repeats, {"share": least / rate})
        body = [
            [r["what"], r["way"], f"{1e3 * r['seconds']['median']:.3g}", f"{100 * r['share']:.0f}%"] for r in this.rows
        ]
        print(table(["kernel", "way, as a graph", "ms", "share of copy bandwidth"], body))


def _measure(this: Run, what: str, way: str, calls: list[Call], repeats: int, ideal: dict[str, float]) -> None:
    """A row of the calls' time, and of each ideal time's share of it; or a note of what went wrong."""
    try:
        row: Row = {"what": what, "way": way, "seconds": summary(graphed(calls, repeats))}
    except RuntimeError as error:
        this.note(f"{what}, {way}: not measured: {str(error).splitlines()[0]}")
        torch.cuda.synchronize()
        return
    this.rows.append(row | {name: seconds / row["seconds"]["median"] for name, seconds in ideal.items()})


def run_denoise(
    boards: Boards = 16_384,
    repeats: Repeats = 10,
    tile: Annotated[int, Option(min=1, help="Boards at a time for torch.")] = 1024,
    sets: Annotated[str, Option(help="Sets to solve whole; see benchmarks/puzzles.py.")] = "held-out",
    n: Annotated[int, Option(min=1, help="Puzzles of each set.")] = 65_536,
    steps: Annotated[int, Option(min=1, help="T.")] = 20,
    out: Out = RESULTS,
) -> None:
    """The denoiser on a GPU beside torch, as a share of the measured matmul rate; whole solves a second."""
    if why := missing():
        print(f"not measured: {why}")
        return
    model = packaged(sudoku())
    if model is None or not isinstance(model.denoiser, Denoiser):
        raise InvalidInput("there are no packaged weights of mixer messages for sudoku-9x9; train some first")
    model = model.with_config(fade=0, loops=LOOPS).cuda()  # as `denoise` measures it
    denoiser, loops, units = model.denoiser, LOOPS, model.units(sudoku().rules)
    assert isinstance(denoiser, Denoiser), "asked above"
    few, _ = held_out(sudoku(), 1024)
    x = torch.from_numpy(np.resize(few, (boards, few.shape[1]))).cuda()
    z = torch.randn(boards, model.z_width(units), device="cuda")
    kernel, flops = native_cuda(denoiser), floor(denoiser, units, loops)[0]
    structure, latent = structure_of(units), model.latent

    def ours(x: Tensor, z: Tensor) -> Tensor:
        noise = latent.noise(z)
        code = z if noise is None else None
        logits: Tensor = kernel.evaluate(structure, x, code, loops=loops, noise=noise).logits
        return logits

    parameters = {"boards": boards, "repeats": repeats, "tile": tile, "sets": sets, "n": n, "steps": steps}
    with Run("gpu-denoise", __doc__ or "", parameters, (), out) as this:
        rate = matmul_rate()
        this.note(f"{torch.cuda.get_device_name()} multiplies bfloat16 at {rate / 1e12:.0f} TFLOP/s")
        this.note(f"an evaluation is {flops / 1e9:.3f} GFLOP, so at most {rate / flops:.3g} a second")
        with torch.inference_mode():
            wanted = model(x[:64].long(), units, z[:64], loops)
            error = float((ours(x[:64], z[:64]) - wanted).norm() / wanted.norm())
            this.note(f"relative error of ours against torch float32: {error:.2g}")
            ideal = {"share": boards * flops / rate}
            _measure(this, "denoise", "ours", [lambda: ours(x, z)], repeats, ideal)
            for way, network in _torch_ways(model).items():
                calls = [_bf16(network, x[:tile], units, z[:tile], loops)]
                _measure(this, "denoise", way, calls, repeats, {"share": tile * flops / rate})
        for row in this.rows:
            row["per_second"] = (boards if row["way"] == "ours" else tile) / row["seconds"]["median"]
        predict = Predictor(model, sudoku().rules, "cuda", bf16=True)
        for problems in choose(this, sets, n, 0):
            values = np.resize(problems.boards, (n, problems.boards.shape[1]))
            this.rows.append(_solves(predict, problems.name, values, steps, rate / flops))
        body = [
            [r["what"], r["way"], f"{r['per_second']:.4g}", _percent(r["share"]), _percent(r.get("solved"))]
            for r in this.rows
        ]
        print(table(["what", "way", "boards a second", "share of matmul rate", "solved"], body))
        this.note(f"relative error {error:.2g}; seventeen clues and 11+: tdoku publishes 364,000 and 24,000 a second")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}%"


def _torch_ways(model: VMD) -> dict[str, Callable[..., Tensor]]:
    other = copy.deepcopy(model)
    block: Any = torch.compile(other.denoiser.block)
    other.denoiser.block = block
    return {"torch, eager, as a graph": model, "torch, compile, as a graph": other}


def _bf16(network: Callable[..., Tensor], x: Tensor, units: Units, z: Tensor, loops: int) -> Call:
    def call() -> Tensor:
        with torch.autocast("cuda", torch.bfloat16, cache_enabled=False):
            return network(x.long(), units, z, loops)

    return call


def _solves(predict: Predictor, name: str, boards: Any, steps: int, ideal: float) -> Row:
    """One latent of every board, from arrays on the host to answers there; at best `ideal` evaluations a second."""
    rules, keys = sudoku().rules, board_keys(sudoku().rules, boards)
    fill_boards(predict, rules, boards[:1024], Plan(steps=steps), keys=keys[:1024])
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        drawn = fill_boards(predict, rules, boards, Plan(steps=steps), keys=keys)
        taken.append(time.perf_counter() - begun)
    good = float(accepts(rules, boards, drawn.values).mean())
    seconds = summary(taken)
    evaluations = float(drawn.nfe.sum()) / seconds["median"]
    row: Row = {"what": f"solve {name}", "way": f"one launch, T = {steps}", "seconds": seconds, "solved": good}
    return row | {"per_second": len(boards) / seconds["median"], "share": evaluations / ideal}
