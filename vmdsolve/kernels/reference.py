"""Every kernel as a naive loop: the specification that the fast ones equal bit for bit.

It shares nothing with them, on purpose: sets of symbols are Python integers here, and each cell's peers a list.

Arrays come checked (see `checks.py`) and are never changed. Floats are NumPy float32 scalars, one rounding
an operation, in the order written; integers that wrap are Python integers cut to 32 bits.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
F32 = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]
Words = tuple[int, int, int, int]
Peers = list[list[int]]  # of each cell
Counts = Sequence[tuple[list[int], int, int, int]]  # cells, symbol, least, most

_f = np.float32
_MASK = 0xFFFFFFFF
_NOTHING = _f(-np.inf)

DRAW_ORDER, DRAW_NOISE, DRAW_GUMBEL = 0, 1, 4
NORMAL_COUNTER = 0xFFC00000
NORMAL_CENTRAL = (
    2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164,
    0.246640727, 1.50140941,
)  # fmt: skip
NORMAL_OUTER = (
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
    1.00167406, 2.83297682,
)  # fmt: skip


def candidates(x: I32, allowed: U64, peers: Peers) -> U64:
    """Legal symbols as bit sets [B, L]: of an open cell, what is allowed and no filled peer holds."""
    out = np.empty(x.shape, np.uint64)
    for b, row in enumerate(x):
        for cell, value in enumerate(row):
            bits = int(allowed[cell] if allowed.ndim == 1 else allowed[b, cell])
            for p in peers[cell]:
                if row[p] >= 0:
                    bits &= ~(1 << int(row[p]))
            out[b, cell] = bits if value < 0 else 1 << int(value)
    return out


def conflicts(x: I32, peers: Peers) -> Bool:
    """Cells [B, L] that are filled with the symbol of a filled peer."""
    out = np.zeros(x.shape, np.bool_)
    for b, row in enumerate(x):
        for cell, value in enumerate(row):
            out[b, cell] = value >= 0 and any(row[p] == value for p in peers[cell])
    return out


def settled(logits: F32, x: I32, peers: Peers, counts: Counts = ()) -> Bool:
    """Boards [B] in which no peers hold the same and all counts are right, where open cells hold their likeliest
    symbol, the lowest on a tie."""
    out = np.ones(len(x), np.bool_)
    for b, row in enumerate(x):
        held = [int(value) if value >= 0 else max(range(logits.shape[2]), key=lambda v: (said[v], -v))
                for value, said in zip(row, logits[b], strict=True)]  # fmt: skip
        out[b] = not any(held[cell] == held[p] for cell in range(len(row)) for p in peers[cell]) and all(
            least <= sum(held[cell] == symbol for cell in cells) <= most for cells, symbol, least, most in counts
        )
    return out


def unmask(
    logits: F32,
    x: I32,
    candidates: U64,
    peers: Peers,
    *,
    order: str,
    n_keep: I32 | None,
    threshold: float | None,
    temperature: float,
    guard: bool,
    noise: float,
    seed: int,
    key: U64,
    step: int,
) -> tuple[I32, Bool, U64]:
    """One denoising step; see `vmdsolve.kernels.unmask` for the arguments in words."""
    x_new, candidates_new = x.copy(), candidates.copy()
    committed = np.zeros(x.shape, np.bool_)
    B, L, V = logits.shape
    with np.errstate(all="ignore"):  # overflow to -inf is meant
        for b in range(B):
            # 1. A symbol and a confidence for every open cell that has a legal symbol.
            picked = []
            for cell in range(L):
                bits = int(candidates[b, cell])
                legal = [v for v in range(V) if bits >> v & 1 and logits[b, cell, v] > _NOTHING]
                if x[b, cell] < 0 and legal:
                    draws = Draws(seed, int(key[b]), step, cell)
                    confidence, symbol = choose(logits[b, cell], legal, order, temperature, noise, draws)
                    picked.append((-confidence, cell, symbol))
            # 2. Commit in order of confidence, the lower cell first among equals.
            at_least = max(0 if n_keep is None else int(n_keep[b]), 0 if threshold is None else 1)
            done = 0
            for minus_confidence, cell, symbol in sorted(picked):
                sure = threshold is not None and -minus_confidence >= _f(threshold)
                if done >= at_least and not sure:
                    break
                if guard and not int(candidates_new[b, cell]) >> symbol & 1:
                    continue  # a peer took the symbol within this launch
                x_new[b, cell] = symbol
                committed[b, cell] = True
                candidates_new[b, cell] = 1 << symbol
                done += 1
                for p in peers[cell]:
                    if x_new[b, p] < 0:
                        candidates_new[b, p] = int(candidates_new[b, p]) & ~(1 << symbol)
    return x_new, committed, candidates_new


class Draws:
    """The random numbers of one cell in one step: draw d is word d % 4 of Philox block d // 4."""

    def __init__(self, seed: int, key: int, step: int, cell: int) -> None:
        self.seed, self.key, self.step, self.cell = seed, key, step, cell

    def uniform(self, draw: int) -> np.float32:
        counter = (self.key & _MASK, self.key >> 32, self.step, self.cell + (draw // 4 << 16))
        return uniform32(philox(counter, (self.seed & _MASK, self.seed >> 32))[draw % 4])


def choose(
    logits: F32, legal: list[int], order: str, temperature: float, noise: float, draws: Draws
) -> tuple[np.float32, int]:
    """Confidence and symbol of one cell with at least one legal symbol."""
    top = max(logits[v] for v in legal)
    below = {v: logits[v] - top for v in legal}  # <= 0
    if temperature > 0:
        score = {v: below[v] / _f(temperature) + gumbel32(draws.uniform(DRAW_GUMBEL + v)) for v in legal}
    else:
        score = below
    symbol = max(legal, key=lambda v: (score[v], -v))  # the lowest symbol wins a tie

    e = {v: exp32(below[v]) for v in legal}
    total = _f(0)
    for v in legal:
        total = total + e[v]
    if order == "random":
        confidence = draws.uniform(DRAW_ORDER)
    elif order == "top_prob":
        confidence = e[symbol] / total
    elif order == "margin":
        largest = [*sorted(e.values(), reverse=True), _f(0)]
        confidence = (largest[0] - largest[1]) / total
    else:  # sum p ln p = (sum e ln e) / total - ln total
        weighted = _f(0)
        for v in legal:
            if e[v] > 0:
                weighted = weighted + e[v] * below[v]
        confidence = weighted / total - log32(total)
    if noise > 0:
        confidence = confidence + _f(noise) * draws.uniform(DRAW_NOISE)
    return confidence, symbol


def philox(counter: Words, key: tuple[int, int]) -> Words:
    """Philox4x32-10 (Salmon et al., SC 2011): four random words, a pure function of its arguments."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & _MASK, (a >> 32) ^ c3 ^ k1, a & _MASK
        k0, k1 = (k0 + 0x9E3779B9) & _MASK, (k1 + 0xBB67AE85) & _MASK
    return c0, c1, c2, c3


def uniform32(word: int) -> np.float32:
    """One of the 2^23 odd multiples of 2^-24, exactly: never 0 or 1."""
    return _f(word >> 8 | 1) * _f(2.0**-24)


def gumbel32(u: np.float32) -> np.float32:
    """Standard Gumbel noise; within [-2.82, 16.64] on the values of `uniform32`."""
    return -log32(-log32(u))


def normal(key: U64, n: int, *, seed: int, step: int) -> F32:
    """Standard normal noise [B, n]; see `vmdsolve.kernels.normal` for the arguments in words."""
    out = np.empty((len(key), n), _f)
    for b, number in enumerate(key.tolist()):
        for i in range(n):
            counter = (number & _MASK, number >> 32, step, NORMAL_COUNTER + i // 4)
            out[b, i] = normal32(uniform32(philox(counter, (seed & _MASK, seed >> 32))[i % 4]))
    return out


def normal32(u: np.float32) -> np.float32:
    """The number below which a standard normal lies with probability u, within 3e-7 of its value."""
    w = -log32((_f(4) * u) * (_f(1) - u))
    central, outer = w - _f(2.5), np.sqrt(w) - _f(3)
    v, coefficients = (central, NORMAL_CENTRAL) if w < _f(5) else (outer, NORMAL_OUTER)
    p = _f(coefficients[0])
    for c in coefficients[1:]:
        p = v * p + _f(c)
    return (p * ((u - _f(0.5)) * _f(2))) * _f(1.41421356)


def exp32(x: np.float32) -> np.float32:
    """e^x for x <= 0, below 1.5 ulp; 0 for x < -80."""
    if x < _f(-80):
        return _f(0)
    shifted = x * _f(1.44269504) + _f(12582912)  # rounds x / ln 2 to an integer n, in the low bits
    n = shifted - _f(12582912)
    r = (x - n * _f(0.693359375)) - n * _f(-2.12194440e-4)  # x - n ln 2
    q = r * _f(0.0013814467) + _f(0.008368781)
    for c in (0.041668393, 0.1666652, 0.49999994):
        q = q * r + _f(c)
    y = (q * (r * r) + r) + _f(1)
    return _float(_bits(y) + (_bits(shifted) << 23))  # times 2^n


def log32(x: np.float32) -> np.float32:
    """ln x for x >= 0, below 1.5 ulp; -inf for 0 and subnormal x."""
    if x < _f(1.17549435e-38):
        return _NOTHING
    e = (_bits(x) - 0x3F3504F3) >> 23
    f = _float(_bits(x) - (e << 23)) - _f(1)  # x = (1 + f) 2^e with 1 + f in [sqrt(1/2), sqrt(2))
    q = f * _f(-0.07634497) + _f(0.12761576)
    for c in (-0.13160183, 0.14201757, -0.16623357, 0.20001227, -0.2500082, 0.3333333):
        q = q * f + _f(c)
    square = f * f
    tail = ((q * f) * square + _f(e) * _f(-2.12194440e-4)) - square * _f(0.5)
    return (f + tail) + _f(e) * _f(0.693359375)


def _bits(x: np.float32) -> int:
    return int(x.view(np.uint32))


def _float(bits: int) -> np.float32:
    return np.uint32(bits & _MASK).view(np.float32)
