"""Predictor: a model as the function of arrays that sampling calls, by the native kernel or by torch, on any device."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from time import perf_counter
from typing import Any, cast
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..errors import InvalidInput, ModelMismatch
from ..kernels.cuda import why_not
from ..kernels.denoise import BF16, Denoise, Evaluated, denoise_paths
from ..kernels.denoise_cuda import DenoiseCuda
from ..kernels.structure import Structure
from ..model.denoiser import Denoiser
from ..model.native import native, native_cuda, structure_of
from ..model.units import Units
from ..model.vmd import VMD
from ..peers import Peers
from ..problem import Board, Rules
from .looped import looped

__all__ = ["Predictor"]

Floats = npt.NDArray[np.float32]
TILES = {"cpu": 4, "cuda": 256}  # boards a network call; fixed, so that rounding does not depend on the batch


@dataclass(eq=False)
class Predictor:
    """The network as a function of arrays, for problems of one set of rules.

    Attributes
    ----------
    model
        its weights are taken as they are now; it is never moved: for another device it is copied
    rules
        of the problems
    loops
        the most block applications an evaluation; None: what the model was made for
    bf16
        products of bfloat16: autocast in torch; natively where the CPU has them (else float32)
    backend
        "native" (kernels.denoise; mixer "messages", and on a GPU only bf16 and what fits one multiprocessor) or
        "torch", in tiles of one fixed number of boards; None: native where it can be
    threads
        of the native kernel; 0: one a core
    """

    model: VMD
    rules: Rules
    device: str = "cpu"
    loops: int | None = None
    bf16: bool = False
    backend: str | None = None
    threads: int = 0
    tile: int = field(init=False)
    units: Units = field(init=False, repr=False)
    _native: Denoise | None = field(init=False, repr=False, default=None)
    _cuda: DenoiseCuda | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        kind = self.device.partition(":")[0]
        self.units = self.model.units(self.rules)
        self.model = _on_device(self.model, torch.device(self.device))
        self.tile = TILES.get(kind, TILES["cuda"])
        denoiser, chosen = self.model.denoiser, self.backend
        fits = isinstance(denoiser, Denoiser) and self.model.latent.native
        can = fits and (kind == "cpu" or (self.bf16 and not why_not()))
        self.backend = chosen or ("native" if can else "torch")
        if self.backend not in ("native", "torch") or (self.backend == "native" and not can):
            raise InvalidInput(
                f"backend is {self.backend!r} for mixer {self.model.config.mixer!r} on {self.device}; wanted 'torch', "
                "or, for mixer 'messages' on a CPU, or on a GPU with bf16 and the CUDA kernels, 'native'"
            )
        if self.backend == "native" and isinstance(denoiser, Denoiser):
            if kind == "cpu":
                self._native = native(denoiser)
                return
            try:
                self._cuda = native_cuda(denoiser, torch.device(self.device).index or 0)
                self._cuda.want(self.structure)
            except ModelMismatch:  # too large for a multiprocessor
                if chosen:
                    raise
                self.backend = "torch"

    @property
    def on_gpu(self) -> bool:
        """Whether the loop can stay on the device: the model is on a GPU, and the kernels can work there."""
        return not self.device.startswith("cpu") and not why_not()

    @property
    def structure(self) -> Structure:
        """The problems' structure as the native kernels take it."""
        return structure_of(self.units)

    @property
    def fused(self) -> DenoiseCuda | None:
        """The kernel that does a whole solve on the device in one launch; None where there is none."""
        return self._cuda

    @property
    def most_loops(self) -> int:
        """The most block applications an evaluation."""
        return self.model.config.loops if self.loops is None else self.loops

    def on_tensors(self, x: Tensor, z: Tensor, *, peers: Peers | None = None, time_limit: float = inf) -> Evaluated:
        """`evaluate` on tensors of the device: x int32 [B, L], and z as `draw` gave it. A GPU knows no time limit."""
        said = z if self.z_width else None
        if self._cuda is not None:
            return self._cuda.evaluate(self.structure, x, said, loops=self.most_loops, peers=peers)
        kind = torch.device(self.device).type
        with torch.autocast(kind, torch.bfloat16, enabled=self.bf16, cache_enabled=False):
            code, modulation = (None, said) if self.modulates else (said, None)
            tokens, code = self.model.latent.condition(x.long(), code)
            begun = self.model.denoiser.start(tokens, self.units, code, modulation)
            return looped(self.model.denoiser, begun, x, loops=self.most_loops, peers=peers, time_limit=time_limit)

    @property
    def modulates(self) -> bool:
        """Whether `draw` gives what z does to a block, [B, 2N + H], so that torch works it out once a draw; else z."""
        return self.backend == "torch" and self.model.denoiser.modulate is not None

    @property
    def drawn_width(self) -> int:
        """How many numbers `draw` gives for a board."""
        modulate = self.model.denoiser.modulate
        return sum(modulate.sizes) if modulate is not None and self.modulates else self.z_width

    @property
    def z_width(self) -> int:
        """Z, how many numbers z is."""
        return self.model.z_width(self.units)

    def draw(self, x: Board, noise: Floats) -> Floats:
        """z [B, Z] from the prior, given tokens x [B, L] and standard normal noise [B, Z]; see `modulates`."""
        if not self.z_width:
            return noise
        if not self.model.latent.sees and not self.modulates:  # no network is asked: all boards at once
            return np.asarray(self._drawn(torch.from_numpy(x.copy()), torch.from_numpy(noise.astype(np.float32))))
        return cast(Floats, self._tiled(lambda *of: (self._drawn(*of).float(),), x, noise)[0])

    @torch.inference_mode()
    def _drawn(self, x: Tensor, noise: Tensor) -> Tensor:
        z = self.model.draw(x, self.units, noise)
        return cast(Tensor, self.model.modulation(z) if self.modulates else z)  # there is a latent

    def __call__(self, x: Board, z: Floats) -> Floats:
        """Logits [B, L, V] for tokens x [B, L] and z [B, ...] as `draw` gave it."""
        return cast(Floats, self.evaluate(x, z).logits)

    def evaluate(self, x: Board, z: Floats, *, peers: Peers | None = None, time_limit: float = inf) -> Evaluated:
        """One evaluation of tokens x [B, L] and z [B, ...] as `draw` gave it.

        Parameters
        ----------
        peers
            Boards leave the loops as they settle by these; None: all loops for all.
        time_limit
            Seconds for the whole; on a GPU one tile of boards goes on to its end.
        """
        if self._native is not None:
            return self._native.evaluate(
                self.structure,
                x.astype(np.int32, copy=False),
                z if self.z_width else None,
                loops=self.most_loops,
                peers=peers,
                time_limit=time_limit,
                threads=self.threads,
                path=BF16 if self.bf16 and BF16 in denoise_paths() else None,
            )
        end = perf_counter() + time_limit

        def part(tokens: Tensor, z: Tensor) -> Evaluated:
            return self.on_tensors(tokens.int(), z, peers=peers, time_limit=max(0.0, end - perf_counter()))

        return Evaluated(*self._tiled(part, x, z))

    @torch.inference_mode()
    def _tiled(
        self, function: Callable[[Tensor, Tensor], tuple[Any, ...]], x: Board, rows: Floats
    ) -> list[npt.NDArray[Any]]:
        """A function of tokens [B, L] and further rows [B, ...], applied to tiles of a fixed number of boards."""
        B, tile = len(x), self.tile
        padded = max(1, -(-B // tile)) * tile
        tokens = torch.from_numpy(_padded(x.astype(np.int64), padded))
        others = torch.from_numpy(_padded(rows.astype(np.float32, copy=False), padded))
        out = []
        for start in range(0, padded, tile):
            part = slice(start, start + tile)
            with torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=self.bf16):
                out.append(function(tokens[part].to(self.device), others[part].to(self.device)))
        return [np.asarray(torch.cat([of.cpu() for of in each])[:B].numpy()) for each in zip(*out, strict=True)]


_COPIES: WeakKeyDictionary[VMD, dict[torch.device, tuple[object, VMD]]] = WeakKeyDictionary()


def _on_device(model: VMD, device: torch.device) -> VMD:
    """The model itself where it is on the device, else a copy there, kept until the model's weights change."""
    device = torch.empty(0, device=device).device  # "cuda" with its number
    if next(model.parameters()).device == device:
        return model
    state = tuple((p.data_ptr(), 0 if p.is_inference() else p._version) for p in model.parameters())
    copies = _COPIES.setdefault(model, {})
    held = copies.get(device)
    if held is None or held[0] != state:
        held = copies[device] = state, copy.deepcopy(model).to(device)
    return held[1]


def _padded(rows: npt.NDArray[Any], n: int) -> npt.NDArray[Any]:
    """`n` rows: these, and zeros; no copy where there are n."""
    if len(rows) == n and rows.flags.c_contiguous and rows.flags.writeable:
        return rows
    out = np.zeros((n, *rows.shape[1:]), rows.dtype)
    out[: len(rows)] = rows
    return out
