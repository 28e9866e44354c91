"""The kernels on CUDA tensors: one launch each on torch's current stream; nothing is waited for or copied to the host.

Shapes, dtypes and devices are checked here. Values are looked at on the device, where there are no words: a board that
holds a forbidden one comes back as one of REFUSALS in every cell of `x_new` (its sets empty), with no candidates, or
with a conflict in every cell. To be told which value it was, pass `.cpu()` tensors.
Everything can be captured in a CUDA graph: outputs come from torch's allocator, and `step` may be a tensor. Peers are
copied to the device by the first call that names them, which is to come before the capture.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import checks
from vmdsolve.peers import Peers

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "FORBIDDEN",
    "MAX_CUDA_CELLS",
    "NO_LOGIT",
    "REFUSALS",
    "candidates",
    "conflicts",
    "pairs",
    "place",
    "raise_refusal",
    "tensor",
    "unmask",
    "why_not",
]

FORBIDDEN, NO_LOGIT = -2, -3  # csrc/kernels/unmask_team.hpp
REFUSALS = {  # what a refused board's cells hold, and what it means
    FORBIDDEN: "holds a symbol, a set of symbols or a number of cells that is none; look at the boards and masks",
    NO_LOGIT: "was given NaN or infinity by the network; look for an overflow in the model",
}
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


def raise_refusal(values: npt.NDArray[np.int32]) -> None:
    """Raise InvalidInput for the first board of values [B, L] that a kernel refused, with its reason."""
    for b, cell in np.argwhere(np.isin(values, list(REFUSALS))):
        raise InvalidInput(f"board {b} {REFUSALS[int(values[b, cell])]}")


def candidates(x: Tensor, allowed: Tensor, peers: Peers) -> Tensor:
    """As `kernels.candidates`, on CUDA tensors."""
    import torch

    sizes: dict[str, int] = {}
    x = tensor("x", x, ("int32",), "BL", sizes, x)
    per_board = np.ndim(allowed) != 1
    allowed = tensor("allowed", allowed, ("uint64",), "BL" if per_board else "L", sizes, x)
    out = torch.empty(x.shape, dtype=torch.uint64, device=x.device)
    _module(sizes).candidates(
        B=sizes["B"],
        L=sizes["L"],
        x=x.data_ptr(),
        allowed=allowed.data_ptr(),
        per_board=per_board,
        peers=pairs(peers, x, sizes),
        out=out.data_ptr(),
        **place(x),
    )
    return out


def conflicts(x: Tensor, peers: Peers) -> Tensor:
    """As `kernels.conflicts`, on CUDA tensors."""
    import torch

    sizes: dict[str, int] = {}
    x = tensor("x", x, ("int32",), "BL", sizes, x)
    out = torch.empty(x.shape, dtype=torch.bool, device=x.device)
    _module(sizes).conflicts(
        B=sizes["B"],
        L=sizes["L"],
        x=x.data_ptr(),
        peers=pairs(peers, x, sizes),
        out=out.data_ptr(),
        **place(x),
    )
    return out


def unmask(
    logits: Tensor,
    x: Tensor,
    candidates: Tensor,
    peers: Peers,
    *,
    key: Tensor,
    n_keep: Any,
    rule: checks.Rule,
    step: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    """As `kernels.unmask`, on CUDA tensors; logits may be bfloat16. `step`, one int32, is the rule's if it is given."""
    import torch

    sizes: dict[str, int] = {}
    logits = tensor("logits", logits, ("float32", "bfloat16"), "BLV", sizes, x)
    x = tensor("x", x, ("int32",), "BL", sizes, x)
    sets = tensor("candidates", candidates, ("uint64",), "BL", sizes, x)
    key = tensor("key", key, ("uint64",), "B", sizes, x)
    if n_keep is not None and np.ndim(n_keep) == 0 and not checks.is_tensor(n_keep):
        n_keep = torch.full((sizes["B"],), checks.whole("n_keep", n_keep, 1 << 31), dtype=torch.int32, device=x.device)
    elif n_keep is not None:
        n_keep = tensor("n_keep", n_keep, ("int32",), "B", sizes, x)
    step = None if step is None else tensor("step", step.reshape(-1), ("int32",), "S", {"S": 1}, x)
    x_new, committed = torch.empty_like(x), torch.empty(x.shape, dtype=torch.bool, device=x.device)
    sets_new = torch.empty_like(sets)
    _module(sizes).unmask(
        rule=rule.native,
        B=sizes["B"],
        L=sizes["L"],
        V=sizes["V"],
        logits=logits.data_ptr(),
        bf16=logits.dtype is torch.bfloat16,
        x=x.data_ptr(),
        candidates=sets.data_ptr(),
        peers=pairs(peers, x, sizes),
        n_keep=0 if n_keep is None else n_keep.data_ptr(),
        key=key.data_ptr(),
        step=0 if step is None else step.data_ptr(),
        x_new=x_new.data_ptr(),
        committed=committed.data_ptr(),
        candidates_new=sets_new.data_ptr(),
        **place(x),
    )
    return x_new, committed, sets_new


def tensor(name: str, value: Any, dtypes: tuple[str, ...], axes: str, sizes: dict[str, int], beside: Tensor) -> Tensor:
    """`value` as a contiguous tensor of one of these dtypes, on the device that `beside` is on; see `checks.array`."""
    import torch

    if not isinstance(value, torch.Tensor) or value.device != beside.device:
        got = f"on device {value.device}" if isinstance(value, torch.Tensor) else f"a {type(value).__name__}"
        raise InvalidInput(f"{name} is {got}, wanted a tensor on {beside.device}, where x is")
    checks.want_dtype(name, value, dtypes)
    checks.want_shape(name, value, axes, sizes)
    return value.detach().contiguous()


def place(x: Tensor) -> dict[str, int]:
    """The device's number, and the address of torch's current stream on it."""
    import torch

    return {"device": x.get_device(), "stream": torch.cuda.current_stream(x.device).cuda_stream}


_PAIRS: WeakKeyDictionary[Peers, dict[Any, tuple[Tensor, Tensor]]] = WeakKeyDictionary()


def pairs(peers: Any, x: Tensor, sizes: dict[str, int]) -> tuple[int, int]:
    """Addresses of `Peers.pairs` on x's device, where they stay; the first call for a device copies them there."""
    import torch

    peers = checks.peers(peers, sizes)
    _module(sizes)  # more cells than fit have too many pairs
    there = _PAIRS.setdefault(peers, {})
    if x.device not in there:
        offsets, cells = (torch.from_numpy(array).to(x.device) for array in peers.pairs())
        there[x.device] = offsets, cells
    offsets, cells = there[x.device]
    return offsets.data_ptr(), cells.data_ptr()


def _module(sizes: dict[str, int]) -> Any:
    """The native module, if it can work on boards of these sizes."""
    if why := why_not():
        raise InvalidInput(f"these tensors are on a GPU, but the CUDA kernels are {why}; pass .cpu() tensors")
    checks.sizes(sizes)
    if (L := sizes["L"]) > MAX_CUDA_CELLS:
        raise InvalidInput(f"a board has {L} cells, wanted 1 to {MAX_CUDA_CELLS} on CUDA; pass .cpu() tensors")
    return import_module("vmdsolve._cuda")
