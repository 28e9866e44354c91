"""The kernels on NumPy arrays or torch tensors: checks, then one of three equal back ends.

`cpu` is native code on several threads; `cuda` (cuda.py) works on CUDA tensors; `reference` is the specification, a
naive loop in Python. All give the same bits, whatever the batch, its order and the number of threads. Results are of
the kind `x` is of, and on its device.

    B boards, L cells, V symbols. Tokens are int32 [B, L], open = -1. Sets of symbols are uint64, see vmdsolve/sets.py;
    peers, a `Peers`, say which cells may not hold the same symbol. 1 <= V <= 64, 1 <= L <= 65536, B may be 0.
    threads = 0 means one a core; backend None means `cuda` for CUDA tensors, else `cpu`.
"""

from typing import Any

import numpy as np

import vmdsolve._native as _native
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import checks, cuda, reference
from vmdsolve.kernels.checks import ALIASES, ORDERS
from vmdsolve.peers import Peers
from vmdsolve.sets import MAX_SYMBOLS

__all__ = ["ALIASES", "ORDERS", "candidates", "conflicts", "unmask"]


def candidates(x: Any, allowed: Any, peers: Any, *, threads: int = 0, backend: str | None = None) -> Any:
    """Which symbols may still be written into each cell, uint64 [B, L].

    for every board b and cell l:
        if x[b, l] is open:  allowed[l] (or allowed[b, l]) minus the symbols held by filled peers of l
        else:                the bit of x[b, l] alone
    """
    if (backend := checks.backend(backend, x)) == "cuda":
        return cuda.candidates(x, allowed, peers)
    sizes: dict[str, int] = {}
    cells = checks.array("x", x, np.int32, "BL", sizes)
    checks.sizes(sizes)
    peers = checks.peers(peers, sizes)
    sets = checks.array("allowed", allowed, np.uint64, "L" if np.ndim(allowed) == 1 else "BL", sizes)
    threads = checks.whole("threads", threads, checks.MAX_THREADS + 1)
    out = None
    if backend == "cpu":
        out = _native.candidates(cells, sets, peers.native, threads)
    if out is None:
        checks.values(cells, MAX_SYMBOLS)
        out = reference.candidates(cells, sets, _listed(peers))
    return _like(x, out)


def conflicts(x: Any, peers: Any, *, threads: int = 0, backend: str | None = None) -> Any:
    """Which cells are filled and hold the same symbol as one of their filled peers, bool [B, L]."""
    if (backend := checks.backend(backend, x)) == "cuda":
        return cuda.conflicts(x, peers)
    sizes: dict[str, int] = {}
    cells = checks.array("x", x, np.int32, "BL", sizes)
    checks.sizes(sizes)
    peers = checks.peers(peers, sizes)
    threads = checks.whole("threads", threads, checks.MAX_THREADS + 1)
    out = None
    if backend == "cpu":
        out = _native.conflicts(cells, peers.native, threads)
    if out is None:
        checks.values(cells, MAX_SYMBOLS)
        out = reference.conflicts(cells, _listed(peers))
    return _like(x, out)


def unmask(
    logits: Any,
    x: Any,
    candidates: Any,
    peers: Any,
    *,
    key: Any,
    order: str = "margin",
    n_keep: Any = None,
    threshold: float | None = None,
    temperature: float = 0.0,
    guard: bool = True,
    noise: float = 0.0,
    seed: int = 0,
    step: Any = 0,
    threads: int = 0,
    backend: str | None = None,
) -> tuple[Any, Any, Any]:
    """One denoising step: pick a symbol for every open cell and commit the most certain cells.

    for every board b:
        for every open cell l that has a legal symbol:
            legal       symbols in candidates[b, l] whose logit is not -inf
            d[v]        logits[b, l, v] - max over legal;  e[v] = exp(d[v]);  p = e / sum of e
            symbol      argmax of d, or of d / temperature + Gumbel noise; the lowest symbol on a tie
            confidence  random    a uniform number
                        top_prob  p[symbol], of the symbol that was chosen
                        margin    largest p minus second largest; 1 if only one symbol is legal
                        entropy   sum of p ln p: 0 if only one symbol is legal, else negative
                        plus noise * a uniform number. p does not depend on `temperature`
        for these cells by falling confidence, the lower cell first among equals:
            stop when n_keep[b] cells are committed; a threshold goes on while confidence >= threshold,
                and commits at least one cell (so at least max(n_keep[b], 1), if both are given)
            guard: skip, uncounted, a cell whose symbol a peer took earlier in this loop; it stays open
            x_new[b, l] = symbol;  candidates_new[b, l] = {symbol}
            take symbol out of candidates_new[b, p] of every peer p of l that is open

    The loop is code in `reference.py`, which also fixes the order of every rounding.

    On CUDA tensors logits may also be bfloat16, `step` a tensor of one int32, and L is at most 1024; cuda.py says what
    becomes of forbidden values.

    Parameters
    ----------
    logits
        float32 [B, L, V]; -inf is never legal; NaN and +inf are refused, also at filled cells
    x
        int32 [B, L], open = -1
    candidates
        uint64 [B, L], of open cells, as from `candidates`; what filled cells hold is kept
    peers
        of boards of L cells
    key
        uint64 [B]: hash of the problem's content and index of the latent. Randomness hangs on (seed, key, step, cell)
        and on nothing else, so boards may be batched in any way
    order
        one of ORDERS or a name in ALIASES
    n_keep
        int32 [B], or one integer for all; may exceed the number of open cells
    threshold
        a finite number in the units of the order's confidence
    temperature
        0: argmax; else symbols are drawn from softmax(logits / temperature). A symbol whose d / temperature is below
        that of the best by 19.45 is never drawn (chance under 4e-9)
    noise
        order noise: the confidence gets a uniform number in (0, noise)
    seed, step
        0 <= seed < 2^64, 0 <= step < 2^32

    Returns
    -------
    x_new int32 [B, L], committed bool [B, L], candidates_new uint64 [B, L]; inputs are unchanged
    """
    if n_keep is None and threshold is None:
        raise InvalidInput("n_keep and threshold are both None, so nothing says how much to commit; give one")
    backend = checks.backend(backend, x)
    step_at = step if backend == "cuda" and checks.is_tensor(step) else None  # left on the device
    rule = checks.rule(order, threshold, temperature, guard, noise, seed, 0 if step_at is not None else step)
    if backend == "cuda":
        return cuda.unmask(logits, x, candidates, peers, key=key, n_keep=n_keep, rule=rule, step=step_at)
    sizes: dict[str, int] = {}
    scores = checks.array("logits", logits, np.float32, "BLV", sizes)
    cells = checks.array("x", x, np.int32, "BL", sizes)
    sets = checks.array("candidates", candidates, np.uint64, "BL", sizes)
    peers = checks.peers(peers, sizes)
    keys = checks.array("key", key, np.uint64, "B", sizes)
    checks.sizes(sizes)
    keep = None if n_keep is None else checks.counts(n_keep, sizes["B"])
    threads = checks.whole("threads", threads, checks.MAX_THREADS + 1)
    out = None
    if backend == "cpu":
        out = _native.unmask(
            scores, cells, sets, peers.native, rule=rule.native, n_keep=keep, key=keys, threads=threads
        )
    if out is None:  # refused by the native code, which leaves the words to these checks
        checks.values(cells, sizes["V"])
        checks.sets_and_logits(sets, scores)
        out = reference.unmask(scores, cells, sets, _listed(peers), n_keep=keep, key=keys, **rule._asdict())
    return _like(x, out[0]), _like(x, out[1]), _like(x, out[2])


def _listed(peers: Peers) -> list[list[int]]:
    """The peers of each cell, as the reference takes them."""
    return [peers.of_cell(cell).tolist() for cell in range(peers.L)]


def _like(x: Any, out: Any) -> Any:
    """`out` as a tensor if `x` is one."""
    if not checks.is_tensor(x):
        return out
    import torch

    return torch.from_numpy(out)
