"""What torch does of a model's sampling: other networks than the native ones, other priors, and GPUs.

Imported late: sampling from native models on a CPU goes without torch.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from time import perf_counter
from typing import Any, cast
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..counts import Settles
from ..errors import InvalidInput, ModelMismatch
from ..kernels.cuda import why_not
from ..kernels.denoise import Evaluated
from ..kernels.denoise_cuda import DenoiseCuda
from ..kernels.state_noise import StateNoise
from ..model.denoiser import Denoiser
from ..model.native import native_cuda, structure_of
from ..model.units import Units
from ..model.vmd import VMD
from ..problem import Board
from .looped import looped

__all__ = ["ByTorch"]

Floats = npt.NDArray[np.float32]


class ByTorch:
    """A model on a device, for problems of one structure; `backend` is who evaluates it.

    Attributes
    ----------
    model
        the one given where it is on the device, else a copy
    backend
        "native" or "torch"; see `Predictor`
    cuda
        the kernel that does a whole solve on the device in one launch; None where there is none
    """

    def __init__(self, model: VMD, units: Units, device: str, *, bf16: bool, backend: str | None) -> None:
        self.units, self.device, self.bf16 = units, torch.device(device), bf16
        self.model = _on_device(model, self.device)
        self.cuda: DenoiseCuda | None = None
        denoiser, kind = self.model.denoiser, self.device.type
        fits = isinstance(denoiser, Denoiser) and self.model.latent.native
        on_cuda = bf16 and self.model.config.pool == "mean" and not why_not()  # no CUDA kernel sums
        can = fits and (kind == "cpu" or on_cuda)
        self.backend = backend or ("native" if can else "torch")
        if self.backend not in ("native", "torch") or (self.backend == "native" and not can):
            raise InvalidInput(
                f"backend is {self.backend!r} for mixer {self.model.config.mixer!r} on {device}; wanted 'torch', "
                "or, for mixer 'messages' on a CPU, or on a GPU with bf16 and the CUDA kernels, 'native'"
            )
        if self.backend == "native" and kind != "cpu" and isinstance(denoiser, Denoiser):
            try:
                self.cuda = native_cuda(denoiser, self.device.index or 0)
                self.cuda.want(structure_of(units))
            except ModelMismatch:  # too large for a multiprocessor
                if backend:
                    raise
                self.cuda, self.backend = None, "torch"

    @property
    def denoiser(self) -> Denoiser:
        """The model's, where `backend` is "native"."""
        denoiser = self.model.denoiser
        assert isinstance(denoiser, Denoiser)
        return denoiser

    @property
    def z_width(self) -> int:
        """Z, how many numbers z is."""
        return self.model.z_width(self.units)

    @property
    def modulates(self) -> bool:
        """Whether `prepare` gives what z does to a block, [B, 2N + H], so that torch works it out once a draw."""
        return self.backend == "torch" and self.model.denoiser.modulate is not None

    def stirred(self, z: Tensor) -> tuple[StateNoise | None, Tensor | None]:
        """What z [B, Z] is to a native kernel: noise on states, or a code; where there is no latent neither."""
        said = z if self.z_width else None
        noise = self.model.latent.noise(said)
        return noise, said if noise is None else None

    def on_tensors(self, x: Tensor, z: Tensor, *, loops: int, settles: Settles | None, time_limit: float) -> Evaluated:
        """`Predictor.on_tensors`."""
        said = z if self.z_width else None
        if self.cuda is not None and (settles is None or settles.counts is None):  # whose kernel knows peers alone
            peers, fade = None if settles is None else settles.peers, self.model.config.fade
            noise, code = self.stirred(z)
            return self.cuda.evaluate(
                structure_of(self.units), x, code, loops=loops, peers=peers, noise=noise, fade=fade
            )
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16, cache_enabled=False):
            code, modulation = (None, said) if self.modulates else (said, None)
            tokens, code = self.model.latent.condition(x.long(), code)
            begun = self.model.denoiser.start(tokens, self.units, code, modulation)
            noise = self.model.latent.noise(said)
            net = self.model.denoiser
            return looped(net, begun, x, noise=noise, loops=loops, settles=settles, time_limit=time_limit)

    def draw(self, x: Board, noise: Floats, tile: int) -> Floats:
        """z [B, Z] from the prior, given tokens x [B, L] and standard normal noise [B, Z]."""
        if not self.model.latent.sees:  # no network is asked: all boards at once
            return np.asarray(self._drawn(torch.from_numpy(x.copy()), torch.from_numpy(noise.astype(np.float32))))
        return cast(Floats, self._tiled(lambda *of: (self._drawn(*of).float(),), x, noise, tile)[0])

    def prepare(self, z: Floats, tile: int) -> Floats:
        """z [B, Z] in the form that `evaluate` takes; see `modulates`."""
        if not self.modulates:
            return z
        nothing = np.zeros((len(z), 0), np.int32)
        return cast(Floats, self._tiled(lambda _, z: (self._modulation(z).float(),), nothing, z, tile)[0])

    @torch.inference_mode()
    def _drawn(self, x: Tensor, noise: Tensor) -> Tensor:
        return cast(Tensor, self.model.draw(x, self.units, noise))  # there is a latent

    def _modulation(self, z: Tensor) -> Tensor:
        return cast(Tensor, self.model.modulation(z))

    def evaluate(
        self, x: Board, z: Floats, tile: int, *, loops: int, settles: Settles | None, time_limit: float
    ) -> Evaluated:
        """`Predictor.evaluate`, in tiles of so many boards."""
        end = perf_counter() + time_limit

        def part(tokens: Tensor, z: Tensor) -> Evaluated:
            left = max(0.0, end - perf_counter())
            return self.on_tensors(tokens.int(), z, loops=loops, settles=settles, time_limit=left)

        return Evaluated(*self._tiled(part, x, z, tile))

    @torch.inference_mode()
    def _tiled(
        self, function: Callable[[Tensor, Tensor], tuple[Any, ...]], x: Board, rows: Floats, tile: int
    ) -> list[npt.NDArray[Any]]:
        """A function of tokens [B, L] and further rows [B, ...], applied to tiles of a fixed number of boards."""
        B = len(x)
        padded = max(1, -(-B // tile)) * tile
        tokens = torch.from_numpy(_padded(x.astype(np.int64), padded))
        others = torch.from_numpy(_padded(rows.astype(np.float32, copy=False), padded))
        out = []
        for start in range(0, padded, tile):
            part = slice(start, start + tile)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
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
