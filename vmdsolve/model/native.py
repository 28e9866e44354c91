"""A denoiser as a native kernel: the same function, several times as fast, on arrays or on a GPU's tensors."""

from __future__ import annotations

from typing import Any

from ..kernels.denoise import Denoise
from ..kernels.denoise_cuda import DenoiseCuda
from ..kernels.structure import Structure
from .denoiser import Denoiser

__all__ = ["native", "native_cuda", "structure_of"]


def native(denoiser: Denoiser) -> Denoise:
    """The kernel with a copy of the weights as they are now; later training does not reach it."""
    return Denoise(_weights(denoiser))


def native_cuda(denoiser: Denoiser, device: int = 0) -> DenoiseCuda:
    """The same on a GPU, if it fits there."""
    kernel = DenoiseCuda(_weights(denoiser), device)
    kernel.want(structure_of(denoiser))
    return kernel


def structure_of(denoiser: Denoiser) -> Structure:
    """Cells, symbols and units of the boards that the denoiser was built for."""
    gather = denoiser.units.gather.cpu().numpy()
    cells = [row.nonzero()[0].tolist() for row in gather]
    return Structure(gather.shape[1], denoiser.V, [cells[start:end] for start, end in denoiser.units.spans])


def _weights(denoiser: Denoiser) -> dict[str, Any]:
    return {name: tensor.detach().float().cpu().numpy() for name, tensor in denoiser.state_dict().items()}
