"""A denoiser as a native kernel: the same function, several times as fast, on arrays or on a GPU's tensors."""

from __future__ import annotations

from typing import Any

from ..kernels.denoise import Denoise
from ..kernels.denoise_cuda import DenoiseCuda
from ..kernels.structure import Structure
from .denoiser import Denoiser
from .units import Units

__all__ = ["native", "native_cuda", "structure_of"]


def native(denoiser: Denoiser) -> Denoise:
    """The kernel with a copy of the weights as they are now; later training does not reach it."""
    return Denoise(_weights(denoiser))


def native_cuda(denoiser: Denoiser, device: int = 0) -> DenoiseCuda:
    """The same on a GPU."""
    return DenoiseCuda(_weights(denoiser), device)


def structure_of(units: Units) -> Structure:
    """A problem's structure as the kernels take it, made once for its units."""
    return units.once("structure", lambda: Structure(units.L, units.V, units.members))


def _weights(denoiser: Denoiser) -> dict[str, Any]:
    return {name: tensor.detach().float().cpu().numpy() for name, tensor in denoiser.state_dict().items()}
