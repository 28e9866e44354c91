"""`kernels`: our native kernels beside the same step in torch operations, turn by turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor
from typer import Option

from vmdsolve import kernels, sets
from vmdsolve.measure.accuracy import held_out

from .driver import RESULTS, Row, Run, summary, table, take_turns
from .puzzles import sudoku
from .torch_unmask import torch_unmask

Pair = tuple[Callable[[], Any], Callable[[], Tensor]]  # ours, and the same in torch
METHOD = (
    "boards are held-out minimal 9x9 Sudoku with their legal symbols, logits are normal with deviation 2; ours takes "
    "NumPy arrays, checks included, torch takes tensors; both use the same number of threads and go turn by turn, each "
    "after a rest and a call that is not timed, since torch's threads spin on after their work. Order margin, argmax "
    "symbols, no noise. `equal` = boards on which both agree; ties and the last bits of the softmax may differ."
)


def run(
    boards: Annotated[int, Option(min=1, help="B, boards a call.")] = 1024,
    repeats: Annotated[int, Option(min=1, help="Timed calls.")] = 50,
    budget: Annotated[float, Option(help="Seconds after which no further repeat is begun, for each row.")] = 30.0,
    threads: Annotated[int, Option(min=0, help="0: all cores.")] = 0,
    seed: Annotated[int, Option(min=0, help="Of the boards and logits.")] = 0,
    out: Annotated[Path, Option(help="Folder for the result.")] = RESULTS,
) -> None:
    """unmask, candidates and conflicts beside torch, on the CPU; `gpu-kernels` is the same on a GPU."""
    parameters = {"boards": boards, "repeats": repeats, "budget": budget, "threads": threads, "seed": seed}
    if threads:
        torch.set_num_threads(threads)
    rules = sudoku().rules
    L, V, peers = rules.L, rules.V, rules.peers
    problems, full = held_out(sudoku(), boards, seed=seed)
    full[:, 0] = (full[:, 0] + 1) % V  # every board holds conflicts
    everything = np.full(L, sets.full(V))
    legal = kernels.candidates(problems, everything, peers)
    logits = 2 * np.random.default_rng(seed).standard_normal((boards, L, V), np.float32)
    key = np.arange(boards, dtype=np.uint64)
    x, full_x, scores = map(torch.from_numpy, (problems.astype(np.int64), full.astype(np.int64), logits))
    as_bool = torch.from_numpy(sets.members(legal, V))
    near = torch.zeros(L, L, dtype=torch.bool)
    for cell in range(L):
        near[cell, peers.of_cell(cell).tolist()] = True

    def unmask(n_keep: int, guard: bool) -> Pair:
        return (
            lambda: kernels.unmask(
                logits, problems, legal, peers, key=key, n_keep=n_keep, guard=guard, threads=threads
            )[0],
            lambda: torch_unmask(scores, x, as_bool, near, n_keep, guard)[0],
        )

    pairs: dict[str, Pair] = {
        f"unmask, {n_keep} cells, {'guarded' if guard else 'no guard'}": unmask(n_keep, guard)
        for n_keep in (4, 20)
        for guard in (True, False)
    }
    pairs["candidates"] = (
        lambda: kernels.candidates(problems, everything, peers, threads=threads),
        lambda: torch_candidates(x, near, V),
    )
    pairs["conflicts"] = (
        lambda: kernels.conflicts(full, peers, threads=threads),
        lambda: torch_conflicts(full_x, near, V),
    )
    with Run("kernels", METHOD, parameters, (), out) as this, torch.inference_mode():
        for kernel, (ours, theirs) in pairs.items():
            mine, other = ours(), theirs().numpy()
            same = (sets.members(mine, V) if mine.dtype == sets.DTYPE else mine) == other
            taken = take_turns({"ours": ours, "torch": theirs}, repeats, warm_up=2, budget=budget, rest=0.02)
            row: Row = {"kernel": kernel, **{name: summary(t) for name, t in taken.items()}}
            row["ratio"] = row["torch"]["median"] / row["ours"]["median"]
            row["equal"] = float(same.reshape(boards, -1).all(axis=1).mean())
            this.rows.append(row)
        print(shown(this.rows))


def _held(x: Tensor, near: Tensor, V: int) -> tuple[Tensor, Tensor]:
    """[B, L, V]: which symbol a cell holds, and which its filled peers hold."""
    own = x[..., None] == torch.arange(V, device=x.device)
    return own, (near.float() @ own.float()) > 0


def torch_candidates(x: Tensor, near: Tensor, V: int) -> Tensor:
    """`kernels.candidates` in torch operations, every symbol allowed: bool [B, L, V]."""
    own, held = _held(x, near, V)
    return torch.where((x < 0)[..., None], ~held, own)


def torch_conflicts(x: Tensor, near: Tensor, V: int) -> Tensor:
    """`kernels.conflicts` in torch operations: bool [B, L]."""
    own, held = _held(x, near, V)
    return (own & held).any(dim=-1)


def shown(rows: list[Row]) -> str:
    """All rows as a table."""
    body = [
        [row["kernel"], _ms(row["ours"]), _ms(row["torch"]), f"{row['ratio']:.1f}", f"{100 * row['equal']:.1f}%"]
        for row in rows
    ]
    return table(["kernel", "vmdsolve, ms", "torch, ms", "times as fast", "equal"], body)


def _ms(taken: Row) -> str:
    return f"{1000 * taken['median']:.3g} ({1000 * taken['q1']:.3g} to {1000 * taken['q3']:.3g})"
