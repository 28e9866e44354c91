"""`denoise` on a GPU: all loops of a network evaluation, or all steps of a solve, as one launch on CUDA tensors.

Products are of bfloat16, sums of float32. A board's logits do not depend on the batch; a solve is bit for bit what
evaluations and `unmask` by turns give. Launches go to torch's current stream and wait for nothing. What fits: mixer
"messages", widths H, M, N up to 32, 32, 64, and 768 candidates (cells times symbols); others are refused when made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels import checks
from vmdsolve.kernels.cuda import place, tensor, why_not
from vmdsolve.kernels.denoise import MAX_LOOPS, network

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["DenoiseCuda"]


class DenoiseCuda:
    """A denoiser's weights on one GPU, prepared once and never changed; arguments as for `Denoise`."""

    def __init__(
        self,
        weights: Mapping[str, Any],
        L: int,
        V: int,
        relations: Sequence[Sequence[Sequence[int]]],
        device: int = 0,
    ) -> None:
        checked = network(weights, L, V, relations)
        if why := why_not():
            raise InvalidInput(f"the CUDA kernels are {why}; take device cpu")
        self.L, self.V, self.D, self.device = checked.L, checked.V, checked.D, device
        try:
            self._cuda = import_module("vmdsolve._cuda").Denoise(*checked, device)
        except ValueError as error:
            raise ModelMismatch(f"this network does not fit: {error}") from None

    def __call__(self, x: Tensor, z: Tensor | None = None, *, loops: int) -> Tensor:
        """Logits [B, L, V] float32 after the last of `loops` loops, for x int32 [B, L] and z float32 [B, D].

        Values are not looked at: a symbol beyond V - 1 counts as another one.
        """
        import torch

        x, latent, loops = self._inputs(x, z, loops)
        logits = torch.empty((*x.shape, self.V), dtype=torch.float32, device=x.device)
        self._cuda(x.data_ptr(), latent.data_ptr(), logits.data_ptr(), len(x), loops, place(x)[1])
        return logits

    def solve(
        self,
        x: Tensor,
        allowed: Tensor,
        z: Tensor | None,
        peers: Tensor,
        *,
        key: Tensor,
        steps: int,
        loops: int,
        order: str = "margin",
        threshold: float | None = None,
        temperature: float = 0.0,
        guard: bool = True,
        noise: float = 0.0,
        seed: int = 0,
        keep_first: bool = False,
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Up to `steps` steps: values [B, L] int32, evaluations spent [B] int32, logits of the first [B, L, V] if kept.

            while a board has open cells, each with a legal symbol, and steps are left:
                unmask(denoise(x, z), ...) with n_keep = ceil(open cells / steps left)

        allowed  uint64 [B, L] symbols allowed from outside; the others as for `unmask`, in which step counts from 0
        A board that never was evaluated has logits 0; one that holds a forbidden value comes back as REFUSED.
        """
        import torch

        x, latent, loops = self._inputs(x, z, loops)
        sizes = {"B": len(x), "L": self.L}
        allowed = tensor("allowed", allowed, ("uint64",), "BL", sizes, x)
        peers = tensor("peers", peers, ("int32",), "LP", sizes, x)
        key = tensor("key", key, ("uint64",), "B", sizes, x)
        least = None if threshold is None else checks.real("threshold", threshold, -np.inf)
        values, nfe = torch.empty_like(x), torch.empty(len(x), dtype=torch.int32, device=x.device)
        first = torch.zeros((*x.shape, self.V), dtype=torch.float32, device=x.device) if keep_first else None
        following = torch.zeros(1, dtype=torch.int32, device=x.device)  # the board that a free block takes
        self._cuda.solve(
            x.data_ptr(),
            allowed.data_ptr(),
            latent.data_ptr(),
            peers.data_ptr(),
            key.data_ptr(),
            following.data_ptr(),
            values.data_ptr(),
            nfe.data_ptr(),
            0 if first is None else first.data_ptr(),
            len(x),
            sizes["P"],
            checks.whole("steps", steps, 1 << 31),
            loops,
            checks.ORDERS.index(checks.one_of("order", order, checks.ORDERS)),
            least,
            checks.real("temperature", temperature, 0),
            bool(guard),
            checks.real("noise", noise, 0),
            checks.whole("seed", seed, 1 << 64),
            place(x)[1],
        )
        return values, nfe, first

    def _inputs(self, x: Tensor, z: Tensor | None, loops: int) -> tuple[Tensor, Tensor, int]:
        """Tokens, latents and loops, checked; the tensors contiguous."""
        import torch

        sizes = {"L": self.L, "D": self.D}
        x = tensor("x", x, ("int32",), "BL", sizes, x)
        if x.get_device() != self.device:
            raise InvalidInput(f"x is on {x.device}, the network on cuda:{self.device}; make one of them there")
        if z is None and self.D:
            raise ModelMismatch(f"this model has a latent: pass z [B, {self.D}]")
        latent = torch.empty((len(x), 0), device=x.device) if z is None else z
        latent = tensor("z", latent, ("float32",), "BD", sizes, x)
        loops = checks.whole("loops", loops, MAX_LOOPS + 1)
        if not loops:
            raise InvalidInput(f"loops is 0, wanted 1 to {MAX_LOOPS}")
        return x, latent, loops
