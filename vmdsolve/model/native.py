"""A denoiser as a native kernel: the same function, several times as fast, on arrays or on a GPU's tensors."""

from __future__ import annotations

from typing import Any

from ..kernels.denoise import Denoise
from ..kernels.denoise_cuda import DenoiseCuda
from .denoiser import Denoiser
from .units import Units

__all__ = ["native", "native_cuda"]


def native(denoiser: Denoiser, units: Units) -> Denoise:
    """The kernel with a copy of the weights as they are now; later training does not reach it."""
    return Denoise(*_parts(denoiser, units))


def native_cuda(denoiser: Denoiser, units: Units, device: int = 0) -> DenoiseCuda:
    """The same on a GPU."""
    return DenoiseCuda(*_parts(denoiser, units), device)


def _parts(denoiser: Denoiser, units: Units) -> tuple[dict[str, Any], int, int, Any]:
    """Weights, L, V and the relations' units."""
    weights = {name: tensor.detach().float().cpu().numpy() for name, tensor in denoiser.state_dict().items()}
    return weights, units.L, units.V, units.members
