"""`regular`: a factorised posterior conditioned on a word being accepted by an automaton; checks, then a back end.

The second of the kernels that choose symbols: `unmask` takes cells as independent, this one takes the cells of a word
together. Both back ends give the same bits, see `vmdsolve/kernels/__init__.py` for words, letters and limits.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import vmdsolve._native as _native
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels import checks, reference

__all__ = ["Automaton", "Words", "fits", "regular"]

MAX_STATES, MAX_TABLE = 65_536, 1 << 24


class Automaton(NamedTuple):
    """Q states over V symbols: step int32 [Q, V] the next state, -1 = dead; accept bool [Q]; start a state."""

    step: npt.NDArray[np.int32]
    accept: npt.NDArray[np.bool_]
    start: int


class Words(NamedTuple):
    """What `regular` returns.

    Attributes
    ----------
    word
        int32 [B, n] one accepted word, -1 where there is none
    log_p
        float32 [B, n, V] log-marginals of each cell, given that the word is accepted; -inf where impossible
    found
        bool [B] whether any word is accepted
    """

    word: npt.NDArray[np.int32]
    log_p: npt.NDArray[np.float32]
    found: npt.NDArray[np.bool_]


def fits(cells: int, states: int) -> bool:
    """Whether `regular` takes words of so many cells under an automaton of so many states: a gigabyte a thread."""
    return states <= MAX_STATES and (cells + 1) * states <= MAX_TABLE


def regular(
    logits: Any,
    x: Any,
    candidates: Any,
    cells: Any,
    automaton: Automaton,
    *,
    key: Any,
    temperature: float = 0.0,
    seed: int = 0,
    step: int = 0,
    threads: int = 0,
    backend: str | None = None,
) -> Words:
    """Marginals of the cells of a word, and the word, given that the automaton accepts it; exact, O(n Q V) a board.

    A word of the open cells has the probability that the product of softmax(logits / temperature) over legal symbols
    gives it, divided by that of all accepted words; filled cells hold what they hold.
        word     drawn from that law; at temperature 0 the most probable one, the lowest symbols first on a tie
        log_p    of that law at temperature 1, whatever `temperature` is
    The loop is code in `reference.py`, which also fixes the order of every rounding.

    Any subset of the cells chosen without looking at `word` follows the exact law of that subset: what a joint draw
    holds there is, by definition, a draw of its marginal. The cells left open can always be completed.

    Parameters
    ----------
    logits
        float32 [B, L, V]; -inf is never legal; NaN and +inf are refused, also at other cells
    x
        int32 [B, L], open = -1
    candidates
        uint64 [B, L], sets of legal symbols of open cells
    cells
        int32 [n], distinct, in the order in which the word is read
    automaton
        at most 65,536 states, and (n + 1) Q at most 2^24, see `fits`
    temperature, seed, key, step
        as for `unmask`; the word of a cell takes draw 2, with 2^23 levels: a symbol whose chance in its state is below
        1.2e-7 may never be drawn. logit differences over temperature are kept to 1e30
    threads, backend
        as for `unmask`

    Raises
    ------
    InvalidInput
        Wrong shape, dtype, number; board and cell are named.

    Examples
    --------
    >>> even = Automaton(np.array([[0, 1], [1, 0]], np.int32), np.array([True, False]), 0)  # an even number of ones
    >>> logits = np.log(np.array([[[0.1, 0.9], [0.1, 0.9], [0.2, 0.8]]], np.float32))
    >>> x, sets = np.full((1, 3), -1, np.int32), np.full((1, 3), 3, np.uint64)
    >>> words = regular(logits, x, sets, np.arange(3, dtype=np.int32), even, key=np.zeros(1, np.uint64))
    >>> words.word.tolist(), (100 * np.exp(words.log_p[0, 2])).astype(int).tolist()
    ([[1, 1, 0]], [53, 46])
    """
    sizes: dict[str, int] = {}
    scores = checks.array("logits", logits, np.float32, "BLV", sizes)
    tokens = checks.array("x", x, np.int32, "BL", sizes)
    sets = checks.array("candidates", candidates, np.uint64, "BL", sizes)
    keys = checks.array("key", key, np.uint64, "B", sizes)
    checks.sizes(sizes)
    order = checks.array("cells", cells, np.int32, "n", sizes)
    rows = checks.array("automaton.step", automaton.step, np.int32, "QV", sizes)
    accept = checks.array("automaton.accept", automaton.accept, np.bool_, "Q", sizes)
    if not (sizes["Q"] and fits(len(order), sizes["Q"])):
        raise InvalidInput(
            f"the automaton has {sizes['Q']} states for {len(order)} cells; wanted 1 to {MAX_STATES:,}, and "
            f"states times cells at most {MAX_TABLE:,}"
        )
    start = checks.whole("automaton.start", automaton.start, sizes["Q"])
    if not len(order):
        raise InvalidInput("cells is empty; a word has at least one cell")
    temperature = checks.real("temperature", temperature, 0)
    seed, step = checks.whole("seed", seed, 1 << 64), checks.whole("step", step, 1 << 32)
    threads = checks.whole("threads", threads, checks.MAX_THREADS + 1)
    out = None
    if checks.one_of("backend", backend or "cpu", checks.BACKENDS) == "cpu" and len(order) <= sizes["L"]:
        out = _native.regular(scores, tokens, sets, order, rows, accept, start, temperature, seed, keys, step, threads)
    if out is None:  # refused by the native code, which leaves the words to these checks
        _refuse(order, rows, sizes["L"])
        checks.values(tokens, sizes["V"])
        checks.sets_and_logits(sets, scores)
        out = reference.regular(
            scores,
            tokens,
            sets,
            order,
            rows,
            accept,
            start,
            temperature=temperature,
            seed=seed,
            key=keys,
            turn=step,
        )
    return Words(*out)


def _refuse(cells: npt.NDArray[Any], step: npt.NDArray[Any], L: int) -> None:
    """Say which cell or which transition is none."""
    for i, cell in enumerate(cells.tolist()):
        if not 0 <= cell < L or cell in cells[:i]:
            raise InvalidInput(f"cells[{i}] is {cell}, wanted a cell 0..{L - 1} that is not named before")
    for q, v in np.argwhere((step < -1) | (step >= len(step))):
        raise InvalidInput(f"automaton.step[{q}, {v}] is {step[q, v]}, wanted a state 0..{len(step) - 1}, or -1 = dead")
