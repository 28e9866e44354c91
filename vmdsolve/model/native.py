"""A denoiser as the native kernel: the same function on arrays, several times as fast on a CPU."""

from __future__ import annotations

from ..kernels.denoise import Denoise
from .denoiser import Denoiser

__all__ = ["native"]


def native(denoiser: Denoiser) -> Denoise:
    """The kernel with a copy of the weights as they are now; later training does not reach it."""
    weights = {name: tensor.detach().float().cpu().numpy() for name, tensor in denoiser.state_dict().items()}
    gather = denoiser.units.gather.cpu().numpy()
    cells = [row.nonzero()[0].tolist() for row in gather]
    relations = [cells[start:end] for start, end in denoiser.units.spans]
    return Denoise(weights, gather.shape[1], denoiser.V, relations)
