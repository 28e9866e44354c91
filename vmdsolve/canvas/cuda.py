"""The posterior of canvases whose logits lie on a GPU, and stay there: arrays of torch, kernels of vmdsolve._cuda.

What teams of threads do is tested by turns on the host (csrc/tests/test_canvas.cpp). The most probable text and masks
are left to the CPU.
"""

from __future__ import annotations

from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from ..arguments import number, whole
from ..errors import InvalidInput
from .grammar import Grammar
from .law import native

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["CudaPosterior", "why_not"]

NUMBER = 16  # bytes of a mantissa and an exponent
_THERE: WeakKeyDictionary[Grammar, dict[int, Any]] = WeakKeyDictionary()


@cache
def why_not() -> str:
    """Why canvases cannot be taken on a GPU here; empty if they can."""
    try:
        module = import_module("vmdsolve._cuda")
    except ImportError as error:
        return f"the CUDA kernels are not there: {error}"
    return str(module.why_not())


class CudaPosterior:
    """As `vmdsolve.canvas.Posterior`, of logits [B, L, V] float32 or bfloat16 on a GPU; results are tensors there.

    Parameters
    ----------
    held, start, left
        int32 [B, L], int32 [B] and int64 [B], on the same device
    """

    def __init__(
        self, grammar: Grammar, logits: Tensor, held: Tensor, start: Tensor, left: Tensor, temperature: float
    ) -> None:
        import torch

        if why := why_not():
            raise InvalidInput(f"logits are on {logits.device}, and {why}; pass .cpu() tensors")
        self._logits, self._temperature = logits.detach().contiguous(), temperature
        self._device, (self._B, self._L) = logits.get_device(), logits.shape[:2]
        there = _THERE.setdefault(grammar, {})
        if self._device not in there:
            there[self._device] = import_module("vmdsolve._cuda").CanvasGrammar(native(grammar), self._device)
        self._grammar = there[self._device]
        R, C, N, Q = self._B * self._L, grammar.C, grammar.N, grammar.Q

        def room(count: int, dtype: Any) -> Tensor:
            return torch.empty(max(count, 1), dtype=dtype, device=logits.device)

        self._arrays = {
            "logits": self._logits,
            "held": held,
            "start": start,
            "left": left,
            "part": room(R * self._grammar.parts * NUMBER, torch.uint8),
            "sums": room(R * C, torch.float64),
            "classes": room(R * C * NUMBER, torch.uint8),
            "sets": room(R * N * NUMBER, torch.uint8),
            "beta": room(self._B * (self._L + 1) * Q * NUMBER, torch.uint8),
            "alpha": room(self._B * 2 * Q * NUMBER, torch.uint8),
            "around": room(self._B * N * NUMBER, torch.uint8),
            "refused": torch.zeros(self._B, dtype=torch.int32, device=logits.device),
            "log_z": room(self._B, torch.float64),
            "offset": room(R * C, torch.float32),
        }
        self._call("begin")

    @cached_property
    def log_z(self) -> Tensor:
        """As `Posterior.log_z`: float64 [B]."""
        if bool(self._arrays["refused"].any()):
            raise InvalidInput("logits of the grammar's tokens hold NaN or infinity; look for an overflow in the model")
        return self._arrays["log_z"]

    def log_marginals(self, *, floor: float = -np.inf) -> Tensor:
        """As `Posterior.log_marginals`: float32 [B, L, V]."""
        import torch

        self._want_possible()
        out = torch.empty(self._logits.shape, dtype=torch.float32, device=self._logits.device)
        floor = floor if floor == -np.inf else number(floor, "floor", most=0)
        self._call("marginals", floor=floor, out=out)
        return out

    def draw(self, seed: int = 0, *, request: Tensor, canvas: int = 0, step: int = 0) -> Tensor:
        """As `Posterior.draw`: int32 [B, L]; `request` int64 [B] on the same device."""
        import torch

        self._want_possible()
        text = torch.empty((self._B, self._L), dtype=torch.int32, device=self._logits.device)
        turn = whole(canvas, "canvas", 0, 65_535) << 16 | whole(step, "step", 0, 65_535)
        self._call("draw", seed=whole(seed, "seed", 0, 2**64 - 1), turn=turn, text=text, key=request)
        return text

    def _want_possible(self) -> None:
        for b in (self.log_z == -np.inf).nonzero()[:1]:
            raise InvalidInput(f"no text of the grammar fits board {int(b)}; pass .cpu() tensors to be told the cell")

    def _call(self, name: str, *, seed: int = 0, turn: int = 0, floor: float = -np.inf, **more: Tensor) -> None:
        import torch

        given = self._arrays | more
        addresses = {each: given[each].data_ptr() if each in given else 0 for each in (*given, "key", "out", "text")}
        stream = torch.cuda.current_stream(self._logits.device).cuda_stream
        half = self._logits.dtype is torch.bfloat16
        call = getattr(self._grammar, name)
        call(addresses, self._B, self._L, half, self._temperature, seed, turn, floor, stream)
