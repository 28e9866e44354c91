"""A denoiser's loops as one differentiable operation of the native kernel: several times as fast as torch on a CPU.

The kernel knows no norm weights, no latent and no embedding matrices, only tables of numbers (csrc/denoise/tables.hpp).
Those are made here, by a few small operations that autograd differentiates as ever; so the kernel's way back ends at
the tables, and everything that a parameter or z does to them is torch's to say.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from ..kernels.denoise import fastest_path
from ..kernels.gradient import DenoiseGradient
from ..kernels.state_noise import StateNoise
from .config import ModelConfig
from .denoiser import Denoiser
from .native import structure_of
from .units import Units

__all__ = ["Fused", "factors", "gradient", "tables"]

LANES = 16  # the kernel pads channels to a multiple of this


class Fused:
    """The native way through a denoiser's loops, with gradients: what Denoiser.forward returns.

    Attributes
    ----------
    path
        a name in `kernels.denoise.denoise_paths()`; None: the fastest of this CPU, which rounds to bfloat16 only where
        autocast allows it
    """

    def __init__(self, path: str | None = None) -> None:
        self.path = path

    def __call__(
        self,
        denoiser: Denoiser,
        x: Tensor,
        units: Units,
        z: Tensor | None,
        loops: int,
        supervise: int,
        noise: StateNoise | None = None,
    ) -> Tensor:
        """Logits [S, B, L, V] of the last S = `supervise` of `loops` loops; tokens x [B, L], latents z [B, Z]."""
        path = self.path or fastest_path(may_round=torch.is_autocast_enabled("cpu"))
        with torch.autocast("cpu", enabled=False):
            tokens = x.to(torch.int32).numpy()
            out: Tensor = _Loops.apply(  # type: ignore[no-untyped-call]
                tables(denoiser),
                factors(denoiser, z, len(x)),
                tokens,
                gradient(denoiser.config, units),
                max(0, loops - supervise),
                supervise,
                path,
                noise,
                denoiser.config.fade,
            )
        return out


def gradient(config: ModelConfig, units: Units) -> DenoiseGradient:
    """The kernel for this structure and shape; it has no weights, so one serves every model of the shape."""
    H, M, N = config.width, config.message, config.hidden
    cells, symbols = (n > 0 for n in config.positions)

    def make() -> DenoiseGradient:
        return DenoiseGradient(structure_of(units), H=H, M=M, N=N, cells=cells, symbols=symbols)

    return units.once(("gradient", H, M, N, cells, symbols), make)


class _Loops(torch.autograd.Function):
    """(tables [T], latent [B, W]) -> logits [S, B, L, V]."""

    @staticmethod
    def forward(
        ctx: Any,
        tables: Tensor,
        latent: Tensor,
        tokens: Any,
        kernel: DenoiseGradient,
        free: int,
        supervise: int,
        path: str | None,
        noise: StateNoise | None,
        fade: int,
    ) -> Tensor:
        ctx.kernel = kernel
        logits, ctx.saved = kernel.forward(
            tokens,
            tables.detach().numpy(),
            latent.detach().contiguous().numpy(),
            free=free,
            supervise=supervise,
            threads=torch.get_num_threads(),
            path=path,
            noise=noise,
            fade=fade,
        )
        return torch.from_numpy(logits)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_logits: Tensor) -> tuple[Tensor | None, ...]:
        if ctx.saved is None:
            raise RuntimeError("the native loops go back once; for more, set the denoiser's `fused` to None")
        saved, ctx.saved = ctx.saved, None
        threads = torch.get_num_threads()
        d_tables, d_latent = ctx.kernel.backward(saved, d_logits.contiguous().numpy(), threads=threads)
        return torch.from_numpy(d_tables), torch.from_numpy(d_latent), *[None] * 7


def tables(d: Denoiser) -> Tensor:
    """All weights as csrc/denoise/tables.hpp has them, in its order."""
    H, M, N = d.config.width, d.config.message, d.config.hidden
    groups = (d.symbol_update, *d.unit_updates)
    updates = torch.stack([matrix.weight for matrix in groups if isinstance(matrix, nn.Linear)])
    inject, state = d.inject.weight, d.state.weight
    injected = d.inject.bias + d.self_update.weight @ d.norm.bias + state @ inject.T
    symbol = state[:0] if d.symbol is None else d.symbol[0]
    cell = state[:0] if d.cell is None else d.cell[:, 0]
    parts = [
        _padded(d.message.weight * d.norm.weight, M, H).T,
        _padded(d.message.bias + d.message.weight @ d.norm.bias, M),
        _padded(d.self_update.weight * d.norm.weight, N, H).T,
        _padded(updates, N, M).transpose(1, 2),
        _padded(d.update.weight, H, N).T,
        _padded(d.update.bias, H),
        *(_padded(rows, N) for rows in (injected, symbol @ inject.T, cell @ inject.T)),
        *(_padded(rows - rows.mean(-1, keepdim=True), H) for rows in (state, symbol, cell)),
        _padded(d.readout_norm.weight * d.readout.weight[0], H),
        d.readout.bias + d.readout.weight @ d.readout_norm.bias,
    ]
    return torch.cat([part.reshape(-1) for part in parts])


def factors(d: Denoiser, z: Tensor | None, B: int) -> Tensor:
    """Scale, shift and gate of each board, side by side, each with the zeros after it: [B, W]."""
    H, N = d.config.width, d.config.hidden
    if d.modulate is not None:
        one = d.modulate.factors(z)
    else:
        one = torch.cat([torch.ones(B, N), torch.zeros(B, N), torch.ones(B, H)], 1)
    ends = (one[:, :N], N), (one[:, N : 2 * N], N), (one[:, 2 * N :], H)
    return torch.cat([_padded(part, width) for part, width in ends], -1)


def _padded(tensor: Tensor, *sizes: int) -> Tensor:
    """The tensor with zeros after its last axes, of these sizes, up to a multiple of LANES each."""
    pads = [pad for size in reversed(sizes) for pad in (0, -size % LANES)]
    return F.pad(tensor, pads)
