"""The sampling loop: draw z, predict, choose and commit the most certain cells, again.

    for step in 0 .. T-1:
        logits = denoiser(x, z)                                    [B, L, V]
        x, _, candidates = unmask(logits, x, candidates, ...)      at least ceil(open / (T - step)) cells
Boards that are full, or stuck at a cell without a legal symbol, leave the batch. Every board's randomness hangs on
(seed, its key, step, cell) alone, and the network runs in tiles of one fixed shape, so a board's fate does not
depend on what else is in the batch. Across machines and thread counts, floating-point sums inside the network
may round differently; where two confidences differ by less than that, the order of commits may too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from . import kernels
from .errors import InvalidInput
from .kernels.denoise import BF16, Denoise, denoise_paths
from .model.native import native
from .model.vmd import VMD
from .problem import OPEN, Board, Rules

__all__ = ["SECOND_NOISE", "Plan", "Predictor", "Sample", "latent_keys", "sample"]

Floats = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint64]
SECOND_NOISE = 0.5  # order noise of every latent after the first, so that they differ where z says nothing
TILES = {"cpu": 4, "cuda": 256}  # boards a network call; fixed, so that rounding does not depend on the batch


@dataclass(frozen=True)
class Plan:
    """How boards are filled.

    steps        T, 1 or more: the most network evaluations a board may cost
    order        which cells come first: "margin", "top_prob", "entropy", "random" (and peers' names for them)
    threshold    cells at least this certain are committed at once, beyond the step's share; None: never
    temperature  0: the most probable symbol; else symbols are drawn at this temperature
    noise        uniform noise on the confidence: another order of commits a latent
    each_step    draw z anew at every step (ancestral sampling) rather than once (the paper's Algorithm 2)
    legal        mask symbols that a filled peer holds, and guard commits of one step against each other;
                 False leaves everything to the network
    """

    steps: int = 16
    order: str = "margin"
    threshold: float | None = None
    temperature: float = 0.0
    noise: float = 0.0
    each_step: bool = False
    legal: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= 65_536:
            raise InvalidInput(f"steps is {self.steps!r}; wanted a whole number from 1 to 65,536")
        if self.order not in kernels.ORDERS and self.order not in kernels.ALIASES:
            names = ", ".join((*kernels.ORDERS, *kernels.ALIASES))
            raise InvalidInput(f"order is {self.order!r}; wanted one of {names}")


class Sample(NamedTuple):
    """What came of B boards.

    values    int32 [B, L], OPEN where a board got stuck
    nfe       int64 [B] network evaluations
    first     float32 [B, L, V] logits of the first evaluation
    trace     int32 [T, B, L] values after each step, if asked for
    """

    values: Board
    nfe: npt.NDArray[np.int64]
    first: Floats
    trace: Board | None


@dataclass
class Predictor:
    """The network as a function of arrays; weights are taken as they are when it is made.

    loops    block applications an evaluation; None: what the model was made for
    bf16     products of bfloat16: autocast in torch; natively where the CPU has them (else float32)
    backend  "native" (kernels.denoise, CPU only) or "torch", in tiles of one fixed number of boards; None: native
             on a CPU, torch elsewhere
    threads  of the native kernel; 0: one a core
    """

    model: VMD
    device: str = "cpu"
    loops: int | None = None
    bf16: bool = False
    backend: str | None = None
    threads: int = 0
    tile: int = field(init=False)
    _native: Denoise | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        kind = self.device.partition(":")[0]
        self.model = self.model.to(self.device)
        self.tile = TILES.get(kind, TILES["cuda"])
        self.backend = self.backend or ("native" if kind == "cpu" else "torch")
        if self.backend not in ("native", "torch") or (self.backend == "native" and kind != "cpu"):
            raise InvalidInput(f"backend is {self.backend!r} on {self.device}; wanted 'torch', or on a CPU 'native'")
        if self.backend == "native":
            self._native = native(self.model.denoiser)

    @property
    def latent(self) -> int:
        """D, how many normal numbers a board needs."""
        return self.model.config.latent

    @torch.inference_mode()
    def __call__(self, x: Board, noise: Floats) -> Floats:
        """Logits [B, L, V] for tokens x [B, L] and standard normal noise [B, D] that the latent is made of."""
        B, tile = len(x), self.tile
        if not B:
            return np.zeros((0, x.shape[1], self.model.denoiser.V), np.float32)
        padded = -(-B // tile) * tile
        tokens = torch.from_numpy(np.resize(x, (padded, x.shape[1])).astype(np.int64))
        normal = torch.from_numpy(np.resize(noise, (padded, noise.shape[1])).astype(np.float32))
        latents, logits = [], []
        for start in range(0, padded, tile):
            board = tokens[start : start + tile].to(self.device)
            with torch.autocast(board.device.type, torch.bfloat16, enabled=self.bf16 and self._native is None):
                z = self.model.draw(board, normal[start : start + tile].to(self.device))
                if self._native is None:
                    logits.append(self.model(board, z, self.loops).float().cpu())
                elif z is not None:
                    latents.append(z.float())
        if self._native is None:
            return torch.cat(logits)[:B].numpy()
        loops = self.model.config.loops if self.loops is None else self.loops
        path = BF16 if self.bf16 and BF16 in denoise_paths() else None
        each = torch.cat(latents)[:B].numpy() if latents else None
        x = x.astype(np.int32, copy=False)
        return np.asarray(self._native(x, each, loops=loops, threads=self.threads, path=path))


def latent_keys(keys: Keys, latent: int) -> Keys:
    """[B] keys of latent number `latent` of the problems with content hashes `keys` [B] (splitmix64's finaliser)."""
    mixed = keys + np.uint64((latent + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _normal(seed: int, keys: Keys, step: int, D: int) -> Floats:
    """[B, D] standard normal noise, a function of (seed, key, step)."""
    out = np.empty((len(keys), D), np.float32)
    if D:
        for row, key in zip(out, keys.tolist(), strict=True):
            row[:] = np.random.Generator(np.random.Philox(key=[seed, key], counter=[step, 0, 0, 1])).standard_normal(D)
    return out


def sample(
    predict: Predictor,
    rules: Rules,
    boards: Board,
    plan: Plan,
    *,
    keys: Keys,
    seed: int = 0,
    domains: npt.NDArray[np.uint64] | None = None,
    trace: bool = False,
) -> Sample:
    """Fill the open cells of B boards by the network.

    boards     int32 [B, L], OPEN where open; never changed where filled
    keys       uint64 [B], one a board: see `latent_keys`
    domains    uint64 [B, L] symbols allowed in each cell from outside (propagation); None: all
    Returns a Sample; a board's `nfe` counts the steps in which it was still open.
    """
    B, L, V = len(boards), rules.L, rules.V
    everything = np.uint64(2**V - 1)
    peers = rules.peers if plan.legal else rules.peers[:, :0]
    x = boards.copy()
    legal = np.full((B, L), everything) if domains is None else domains
    legal = kernels.candidates(x, legal, peers)
    nfe = np.zeros(B, np.int64)
    first = np.zeros((B, L, V), np.float32)
    history = []
    noise = _normal(seed, keys, 0, predict.latent)
    for step in range(plan.steps):
        opened = x == OPEN
        stuck = (opened & (legal == 0)).any(axis=1)
        rows = np.flatnonzero(opened.any(axis=1) & ~stuck)
        if not rows.size:
            break
        if plan.each_step and step:
            noise[rows] = _normal(seed, keys[rows], step, predict.latent)
        logits = predict(x[rows], noise[rows])
        if step == 0:
            first[rows] = logits
        nfe[rows] += 1
        left = opened[rows].sum(axis=1)
        x[rows], _, legal[rows] = kernels.unmask(
            logits,
            x[rows],
            legal[rows],
            peers,
            key=keys[rows],
            order=plan.order,
            n_keep=-(-left // (plan.steps - step)).astype(np.int32),
            threshold=plan.threshold,
            temperature=plan.temperature,
            guard=plan.legal,
            noise=plan.noise,
            seed=seed,
            step=step,
        )
        if trace:
            history.append(x.copy())
    return Sample(x, nfe, first, np.stack(history) if history else None)
