"""Logits of a client made to say one text of the grammar: what every integration does at every step.

A client takes the best token of a cell, or draws one cell by cell, by rules of its own. So each step draws one text
from the exact law (or takes the most probable one), and changes logits so that its tokens are the best of their cells:

    how = "swap"   log-marginals, in which the text's token and the best one change places: entropies stay
    how = "cap"    log-marginals, in which no token is above the text's: what is unsure is not made to look sure
    how = "only"   0 for the text's token and nothing for others: whatever the client does, it takes the text

Whatever subset of its cells the client commits, the rest can be completed; what it committed is held at the next step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ..arguments import choice
from ..errors import InvalidInput
from .cuda import CudaPosterior, why_not
from .grammar import Grammar
from .law import posterior

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["CHOOSE", "HOW", "constrain_logits_", "per_row"]

How = Literal["swap", "cap", "only"]
Choose = Literal["draw", "argmax"]
HOW, CHOOSE = ("swap", "cap", "only"), ("draw", "argmax")


def constrain_logits_(
    logits: Tensor,
    grammars: Grammar | Sequence[Grammar],
    *,
    held: Tensor | None = None,
    states: Sequence[int] | None = None,
    left: int = 0,
    temperature: float = 1.0,
    scale: float = 1.0,
    how: How = "swap",
    choose: Choose = "draw",
    seed: int = 0,
    requests: Sequence[int] | None = None,
    canvas: int = 0,
    step: int = 0,
) -> Tensor:
    """Write into `logits` what makes a client take one text of the grammar in every row; returns them, int64 [B, L].

    Parameters
    ----------
    logits
        [B, L, V] float32, bfloat16 or float16, on any device; changed in place
    grammars
        one, or one for each row
    held
        int [B, L] the tokens that cells hold, -1 where they are open
    states
        where each row's text stands; None: at the start
    left
        tokens that may follow this canvas
    temperature, scale
        the law is that of logits / temperature; what is written is multiplied by `scale`, where a client divides by it
    how, choose
        see above; "draw" from the exact law, or its most probable text
    seed, requests, canvas, step
        of the random numbers; requests are those of the rows, by default 0, 1, ..

    Raises
    ------
    InvalidInput
        As `posterior`; where a row has no text at all, nothing is written.
    """
    import torch

    choice(how, "how", HOW)
    choice(choose, "choose", CHOOSE)
    _want_logits(logits)
    rows = per_row(grammars, len(logits))
    for name, items in (("states", states), ("requests", requests)):
        if items is not None and len(items) != len(rows):
            raise InvalidInput(f"there are {len(items)} {name} for {len(rows)} rows; give one for each")
    dtype, device = logits.dtype, logits.device
    given = logits.detach() if dtype in (torch.float32, torch.bfloat16) else logits.detach().float()
    there = device.type == "cuda" and choose == "draw" and not why_not()  # else the CPU does it
    given = given if there else given.cpu().contiguous()
    fixed = None if held is None else held.detach() if there else held.detach().cpu()
    keys = range(len(rows)) if requests is None else requests
    texts = torch.empty(logits.shape[:2], dtype=torch.int64)
    written: list[tuple[list[int], Tensor]] = []
    for grammar in dict.fromkeys(rows):
        mine = [b for b, other in enumerate(rows) if other is grammar]
        part = given if len(mine) == len(rows) else given[mine]
        held_there = None if fixed is None else fixed[mine]
        where = [grammar.start if states is None else states[b] for b in mine]
        request = np.array([keys[b] for b in mine], np.int64)
        floor = -1e4 / max(scale, 1.0) if dtype is torch.float16 else -np.inf
        if there:
            string, marginals = _drawn_there(
                grammar, part, held_there, where, left, temperature, floor, seed, request, canvas, step
            )
        else:
            law = posterior(
                grammar, part, held=held_there, state=np.array(where, np.int64), left=left, temperature=temperature
            )
            found = law.argmax() if choose == "argmax" else law.draw(seed, request=request, canvas=canvas, step=step)
            string = torch.from_numpy(found.astype(np.int64))
            marginals = torch.from_numpy(law.log_marginals(floor=floor))
        texts[mine] = string.cpu()
        if how == "only":
            out = torch.full(part.shape, floor, device=string.device).scatter_(-1, string[..., None], 0.0)
        else:
            out = marginals
            _make_best_(out, string, how, torch.finfo(dtype).eps)
        written.append((mine, out))
    with torch.no_grad():
        for mine, out in written:
            logits[mine] = (out * scale).to(device=device, dtype=dtype)
    return texts.to(device)


def _want_logits(given: Any) -> None:
    import torch

    if not isinstance(given, torch.Tensor) or given.ndim != 3 or not given.is_floating_point():
        shape = getattr(given, "shape", None)
        what = type(given).__name__ + ("" if shape is None else f" of {given.dtype} {list(shape)}")
        raise InvalidInput(f"logits are {what}; wanted a tensor of float32, bfloat16 or float16 [B, L, V]")


def _drawn_there(
    grammar: Grammar,
    logits: Tensor,
    held: Tensor | None,
    states: Sequence[int],
    left: int,
    temperature: float,
    floor: float,
    seed: int,
    request: npt.NDArray[np.int64],
    canvas: int,
    step: int,
) -> tuple[Tensor, Tensor]:
    """Texts int64 [B, L] and log-marginals, made on the GPU where the logits are."""
    import torch

    device, cells = logits.device, logits.shape[:2]
    given = torch.full(cells, -1, device=device) if held is None else held
    law = CudaPosterior(
        grammar,
        logits,
        given.to(torch.int32).contiguous(),
        torch.tensor(states, dtype=torch.int32, device=device),
        torch.full(cells[:1], left, dtype=torch.int64, device=device),
        temperature,
    )
    text = law.draw(seed, request=torch.from_numpy(request).to(device), canvas=canvas, step=step)
    return text.long(), law.log_marginals(floor=floor)


def per_row(grammars: Grammar | Sequence[Grammar], B: int) -> list[Grammar]:
    """The grammar of each row.

    Raises
    ------
    InvalidInput
        Another number of grammars than there are rows.
    """
    if isinstance(grammars, Grammar):
        return [grammars] * B
    if len(grammars) != B:
        raise InvalidInput(f"there are {len(grammars)} grammars for {B} rows; give one for all, or one for each")
    return list(grammars)


def _make_best_(out: Tensor, text: Tensor, how: str, eps: float) -> None:
    """Make the text's tokens the best of their cells, by more than what rounding takes away."""
    import torch

    at = text[..., None]
    own = out.gather(-1, at)
    if how == "swap":
        best, place = out.max(dim=-1, keepdim=True)
        out.scatter_(-1, place, own).scatter_(-1, at, best)
        own = best
    below = own - 8 * eps * own.abs().clamp(min=1.0)
    torch.minimum(out, below, out=out)
    out.scatter_(-1, at, own)


def off_tensor(value: Any) -> list[list[int]]:
    """Tokens of rows as lists."""
    return [[int(token) for token in row] for row in value.tolist()]
