"""Logits and what goes with them, checked: as rows that the kernels read, or refused in one sentence."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..arguments import number
from ..errors import InvalidInput
from .grammar import Grammar

__all__ = ["Rows", "checked", "each_board", "refuse_logits", "requests", "writable"]

MAX_CELLS = 65_536
F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]


class Rows(NamedTuple):
    """Checked logits [R, V], float32 or the bits of bfloat16; what the cells hold [R]; the shape they came in."""

    logits: npt.NDArray[Any]
    held: I32
    temperature: float
    shape: tuple[int, ...]

    @property
    def floats(self) -> F32:
        """The logits as float32."""
        if self.logits.dtype == np.float32:
            return self.logits
        return (self.logits.astype(np.uint32) << np.uint32(16)).view(np.float32)


def checked(grammar: Grammar, logits: Any, held: Any, temperature: float) -> Rows:
    """Logits and what is held as rows, or why not."""
    array = _as_array(logits)
    if array.ndim not in (2, 3) or 0 in array.shape or array.shape[-2] > MAX_CELLS:
        raise InvalidInput(f"logits have shape {list(array.shape)}; wanted [L, V] or [B, L, V], L at most {MAX_CELLS}")
    if array.shape[-1] != grammar.V:
        raise InvalidInput(
            f"logits are of {array.shape[-1]} tokens and the grammar of {grammar.V}; compile it for a vocabulary of "
            "that size, ids that the tokenizer lacks included"
        )
    cells = array.shape[:-1]
    if held is None:
        tokens = np.full(cells, -1, np.int32)
    else:
        tokens = np.asarray(_off_torch(held))
        if tokens.shape != cells or tokens.dtype.kind not in "iu":
            raise InvalidInput(f"held is {tokens.dtype} {list(tokens.shape)}; wanted whole numbers {list(cells)}")
        if len(wrong := np.argwhere((tokens < -1) | (tokens >= grammar.V))):
            at = tuple(wrong[0].tolist())
            raise InvalidInput(f"held{list(at)} is {tokens[at]}; wanted -1 (open) or a token below {grammar.V}")
    temperature = number(temperature, "temperature", least=1e-6, most=1e6)
    flat = np.require(array.reshape(-1, grammar.V), None, ["C", "A"])
    return Rows(flat, np.ascontiguousarray(tokens, np.int32).reshape(-1), temperature, array.shape)


def _as_array(logits: Any) -> npt.NDArray[Any]:
    """Logits as float32, or as uint16 that are bfloat16."""
    if hasattr(logits, "detach"):
        logits = logits.detach()
        if logits.device.type != "cpu":
            raise InvalidInput(f"logits are on {logits.device}; wanted them on the CPU: .cpu()")
        if str(logits.dtype) == "torch.bfloat16":
            import torch

            return np.asarray(logits.contiguous().view(torch.uint16).numpy())
        logits = logits.numpy() if str(logits.dtype) == "torch.float32" else logits
    dtype = str(getattr(logits, "dtype", type(logits).__name__)).removeprefix("torch.")
    if isinstance(logits, np.ndarray) and dtype == "bfloat16":
        return logits.view(np.uint16)
    if not isinstance(logits, np.ndarray) or logits.dtype != np.float32:
        numpy = ".astype(np.float32)" if isinstance(logits, np.ndarray) else "np.asarray(logits, np.float32)"
        remedy = ".float()" if hasattr(logits, "float") else numpy
        raise InvalidInput(f"logits are {dtype}; wanted float32 or bfloat16: {remedy}")
    return logits


def _off_torch(value: Any) -> Any:
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def each_board(name: str, value: Any, B: int, most: int) -> npt.NDArray[np.int64]:
    """One whole number for all boards, or one for each, as int64 [B]."""
    held = np.asarray(_off_torch(value))
    if held.dtype.kind not in "iu" or held.shape not in ((), (B,)) or (held < 0).any() or (held > most).any():
        raise InvalidInput(
            f"{name} is {value!r}; wanted whole numbers from 0 to {most}: one, or one for each of {B} boards"
        )
    return np.ascontiguousarray(np.broadcast_to(held, B), np.int64)


def requests(value: Any, B: int) -> npt.NDArray[np.uint64]:
    """Keys uint64 [B]."""
    held = np.asarray(_off_torch(value))
    if held.dtype.kind not in "iu" or held.shape not in ((), (B,)) or (held < 0).any():
        raise InvalidInput(f"request is {value!r}; wanted whole numbers, 0 or more: one, or one for each of {B} boards")
    return np.ascontiguousarray(np.broadcast_to(held, B), np.uint64)


def writable(out: Any, shape: tuple[int, ...]) -> F32:
    good = isinstance(out, np.ndarray) and out.dtype == np.float32 and out.shape == shape
    if not (good and out.flags.c_contiguous and out.flags.aligned and out.flags.writeable):
        raise InvalidInput(f"out is no float32 array {list(shape)} that is contiguous and can be written to")
    return np.asarray(out)


def refuse_logits(grammar: Grammar, rows: Rows) -> None:
    """Say which logit of the grammar's tokens is none."""
    live = grammar.token_class > 0
    for r, row in enumerate(rows.floats):
        if rows.held[r] < 0 and len(wrong := np.flatnonzero(~(row < np.inf) & live)):
            at = ", ".join(map(str, np.unravel_index(r, rows.shape[:-1])))
            raise InvalidInput(
                f"logits[{at}, {wrong[0]}] is {row[wrong[0]]}; wanted a finite number or -inf: look for an overflow in "
                "the model"
            )
