"""The kernels on CUDA tensors: one launch each on torch's current stream; nothing is waited for or copied to the host.

Shapes, dtypes and devices are checked here. Values are looked at on the device, where there are no words: a board that
holds a forbidden one comes back as REFUSED in every cell of `x_new` (its sets empty), with no candidates, or with a
conflict in every cell. To be told which value it was, pass `.cpu()` tensors. A peer that is no cell counts as padding.
Everything can be captured in a CUDA graph: outputs come from torch's allocator, and `step` may be a tensor.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import checks

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["MAX_CUDA_CELLS", "REFUSED", "candidates", "conflicts", "place", "tensor", "unmask", "why_not"]

REFUSED = -2  # a value that no kernel takes
MAX_CUDA_CELLS = 1024  # csrc/kernels/cuda.hpp


@cache
def why_not() -> str:
    """Why the CUDA kernels cannot be used here; empty if they can."""
    try:
        module = import_module("vmdsolve._cuda")
    except ModuleNotFoundError:
        return "not built: this installation has no module vmdsolve._cuda; kernels run on the CPU"
    except ImportError as error:
        return f"built but not usable: {error}"
    why = module.why_not()
    return f"built by {module.built_with}, but not usable: {why}" if why else ""


def candidates(x: Tensor, allowed: Tensor, peers: Tensor) -> Tensor:
    """As `kernels.candidates`, on CUDA tensors."""
    import torch

    sizes: dict[str, int] = {}
    x = tensor("x", x, ("int32",), "BL", sizes, x)
    peers = tensor("peers", peers, ("int32",), "LP", sizes, x)
    per_board = np.ndim(allowed) != 1
    allowed = tensor("allowed", allowed, ("uint64",), "BL" if per_board else "L", sizes, x)
    out = torch.empty(x.shape, dtype=torch.uint64, device=x.device)
    _module(sizes).candidates(
        x.data_ptr(), allowed.data_ptr(), per_board, peers.data_ptr(), out.data_ptr(), *_BLP(sizes), *place(x)
    )
    return out


def conflicts(x: Tensor, peers: Tensor) -> Tensor:
    """As `kernels.conflicts`, on CUDA tensors."""
    import torch

    sizes: dict[str, int] = {}
    x = tensor("x", x, ("int32",), "BL", sizes, x)
    peers = tensor("peers", peers, ("int32",), "LP", sizes, x)
    out = torch.empty(x.shape, dtype=torch.bool, device=x.device)
    _module(sizes).conflicts(x.data_ptr(), peers.data_ptr(), out.data_ptr(), *_BLP(sizes), *place(x))
    return out


def unmask(
    logits: Tensor,
    x: Tensor,
    candidates: Tensor,
    peers: Tensor,
    *,
    key: Tensor,
    order: str,
    n_keep: Any,
    threshold: float | None,
    temperature: float,
    guard: bool,
    noise: float,
    seed: int,
    step: Any,
) -> tuple[Tensor, Tensor, Tensor]:
    """As `kernels.unmask`, on CUDA tensors; logits may be bfloat16, and `step` a tensor of one int32."""
    import torch

    sizes: dict[str, int] = {}
    logits = tensor("logits", logits, ("float32", "bfloat16"), "BLV", sizes, x)
    x = tensor("x", x, ("int32",), "BL", sizes, x)
    sets = tensor("candidates", candidates, ("uint64",), "BL", sizes, x)
    peers = tensor("peers", peers, ("int32",), "LP", sizes, x)
    key = tensor("key", key, ("uint64",), "B", sizes, x)
    if n_keep is not None and np.ndim(n_keep) == 0 and not checks.is_tensor(n_keep):
        n_keep = torch.full((sizes["B"],), checks.whole("n_keep", n_keep, 1 << 31), dtype=torch.int32, device=x.device)
    elif n_keep is not None:
        n_keep = tensor("n_keep", n_keep, ("int32",), "B", sizes, x)
    step_at = 0
    if checks.is_tensor(step):
        step_at, step = tensor("step", step.reshape(-1), ("int32",), "S", {"S": 1}, x).data_ptr(), 0
    out = torch.empty_like(x), torch.empty(x.shape, dtype=torch.bool, device=x.device), torch.empty_like(sets)
    B, L, P = _BLP(sizes)
    _module(sizes).unmask(
        logits.data_ptr(),
        logits.dtype is torch.bfloat16,
        x.data_ptr(),
        sets.data_ptr(),
        peers.data_ptr(),
        0 if n_keep is None else n_keep.data_ptr(),
        key.data_ptr(),
        *(tensor.data_ptr() for tensor in out),
        B,
        L,
        sizes["V"],
        P,
        checks.ORDERS.index(order),
        threshold,
        temperature,
        guard,
        noise,
        seed,
        checks.whole("step", step, 1 << 32),
        step_at,
        *place(x),
    )
    return out


def tensor(name: str, value: Any, dtypes: tuple[str, ...], axes: str, sizes: dict[str, int], beside: Tensor) -> Tensor:
    """`value` as a contiguous tensor of one of these dtypes, on the device that `beside` is on; see `checks.array`."""
    import torch

    if not isinstance(value, torch.Tensor) or value.device != beside.device:
        got = f"on device {value.device}" if isinstance(value, torch.Tensor) else f"a {type(value).__name__}"
        raise InvalidInput(f"{name} is {got}, wanted a tensor on {beside.device}, where x is")
    checks.want_dtype(name, value, dtypes)
    checks.want_shape(name, value, axes, sizes)
    return value.detach().contiguous()


def place(x: Tensor) -> tuple[int, int]:
    """The device's number, and the address of torch's current stream on it."""
    import torch

    return x.get_device(), torch.cuda.current_stream(x.device).cuda_stream


def _BLP(sizes: dict[str, int]) -> tuple[int, int, int]:
    return sizes["B"], sizes["L"], sizes["P"]


def _module(sizes: dict[str, int]) -> Any:
    """The native module, if it can work on boards of these sizes."""
    if why := why_not():
        raise InvalidInput(f"these tensors are on a GPU, but the CUDA kernels are {why}; pass .cpu() tensors")
    checks.sizes(sizes)
    if (L := sizes["L"]) > MAX_CUDA_CELLS:
        raise InvalidInput(f"a board has {L} cells, wanted 1 to {MAX_CUDA_CELLS} on CUDA; pass .cpu() tensors")
    return import_module("vmdsolve._cuda")
