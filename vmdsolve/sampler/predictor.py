"""Predictor: a model as the function of arrays that sampling calls, by the native kernel or by torch, on any device."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..counts import Settles
from ..errors import InvalidInput
from ..kernels.cuda import why_not
from ..kernels.denoise import Denoise, Evaluated, fastest_path
from ..kernels.structure import Structure
from ..model.native import NativeModel, drawn, is_native, native, noise_of, structure_of
from ..model.units import Units
from ..problem import Board, Rules

if TYPE_CHECKING:
    from torch import Tensor

    from ..kernels.denoise_cuda import DenoiseCuda
    from ..kernels.state_noise import StateNoise
    from ..model.vmd import VMD
    from .by_torch import ByTorch

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
        products may be of bfloat16: autocast in torch; natively where that is the fastest on this CPU (else float32)
    backend
        "native" (kernels.denoise; mixer "messages", and on a GPU only bf16 and what fits one multiprocessor) or
        "torch", in tiles of one fixed number of boards; None: native where it can be
    threads
        of the native kernel; 0: one a core
    by_torch
        what torch does of it; None where it does nothing, see `is_native`
    """

    model: VMD | NativeModel
    rules: Rules
    device: str = "cpu"
    loops: int | None = None
    bf16: bool = False
    backend: str | None = None
    threads: int = 0
    tile: int = field(init=False)
    units: Units = field(init=False, repr=False)
    by_torch: ByTorch | None = field(init=False, repr=False, default=None)
    _native: Denoise | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        model, kind = self.model, self.device.partition(":")[0]
        self.units, self.tile = model.units(self.rules), TILES.get(kind, TILES["cuda"])
        if isinstance(model, NativeModel):
            if kind != "cpu" or self.backend not in (None, "native"):
                raise InvalidInput(
                    f"device is {self.device!r} and backend {self.backend!r} for a model without torch; wanted cpu and "
                    "'native', or a model by load_model"
                )
            self.backend, self._native = "native", model.kernel
            return
        from .by_torch import ByTorch  # which is no loss: the model is in torch

        self.by_torch = ByTorch(model, self.units, self.device, bf16=self.bf16, backend=self.backend)
        self.model, self.backend = self.by_torch.model, self.by_torch.backend
        if self.backend == "native" and kind == "cpu":
            self._native = native(self.by_torch.denoiser)
            if is_native(model.config):
                self.by_torch = None

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
        return None if self.by_torch is None else self.by_torch.cuda

    @property
    def most_loops(self) -> int:
        """The most block applications an evaluation."""
        return self.model.config.loops if self.loops is None else self.loops

    @property
    def z_width(self) -> int:
        """Z, how many numbers z is."""
        return self.model.config.z_width if self.by_torch is None else self.by_torch.z_width

    def draw(self, x: Board, noise: Floats) -> Floats:
        """z [B, Z] from the prior, given tokens x [B, L] and standard normal noise [B, Z]."""
        if not self.z_width:
            return noise
        return drawn(self.model.config, noise) if self.by_torch is None else self.by_torch.draw(x, noise, self.tile)

    def prepare(self, z: Floats) -> Floats:
        """z [B, Z] in the form that `evaluate` takes: as it is, or in torch what z does to a block, worked out once."""
        return z if self.by_torch is None or not self.z_width else self.by_torch.prepare(z, self.tile)

    def __call__(self, x: Board, z: Floats) -> Floats:
        """Logits [B, L, V] for tokens x [B, L] and z [B, Z]."""
        logits: Floats = self.evaluate(x, self.prepare(z)).logits
        return logits

    def evaluate(self, x: Board, z: Floats, *, settles: Settles | None = None, time_limit: float = inf) -> Evaluated:
        """One evaluation of tokens x [B, L] and z [B, ...] as `prepare` gave it.

        Parameters
        ----------
        settles
            Boards leave the loops as they settle by this; None: all loops for all.
        time_limit
            Seconds for the whole; on a GPU one tile of boards goes on to its end.
        """
        if self._native is not None:
            return self._native.evaluate(
                self.structure,
                x.astype(np.int32, copy=False),
                z if self.model.config.code_width else None,
                loops=self.most_loops,
                peers=None if settles is None else settles.peers,
                counts=None if settles is None else settles.counts,
                time_limit=time_limit,
                threads=self.threads,
                path=fastest_path(may_round=self.bf16),
                noise=noise_of(self.model.config, z),
                fade=self.model.config.fade,
            )
        options: dict[str, Any] = {"loops": self.most_loops, "settles": settles, "time_limit": time_limit}
        return self._torch.evaluate(x, z, self.tile, **options)

    def on_tensors(self, x: Tensor, z: Tensor, *, settles: Settles | None = None, time_limit: float = inf) -> Evaluated:
        """`evaluate` on tensors of the device: x int32 [B, L], z by `prepare`. A GPU knows no time limit."""
        return self._torch.on_tensors(x, z, loops=self.most_loops, settles=settles, time_limit=time_limit)

    def stirred(self, z: Tensor) -> tuple[StateNoise | None, Tensor | None]:
        """What z [B, Z] is to the fused kernel: noise on states, or a code; where there is no latent neither."""
        return self._torch.stirred(z)

    @property
    def _torch(self) -> ByTorch:
        if self.by_torch is None:
            raise InvalidInput("tensors are for a model in torch; this one is native")
        return self.by_torch
