"""Every kernel of a canvas as a naive loop: the specification of csrc/canvas/, which shares nothing with it.

Sums over a class's logits are float64 here, and equal the kernels' within 1e-5 nats. From given sums on, all is equal
bit for bit: classes and tokens that are drawn. What the C library takes logarithms of may differ in the last place.
Words and letters are those of `grammar.py`: Q states, C classes, N sets, E edges; L cells of B boards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .grammar import Grammar

__all__ = ["Lattice", "best", "bits", "marginals", "numbers", "tokens"]

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
LOG_LIMIT = 1e13
PART = 64  # tokens of a class whose chances are added up first
_MASK = 0xFFFFFFFF


class Number(NamedTuple):
    """m 2^e with m in [1, 2), or zero: a float whose exponent has no end."""

    m: float
    e: int


ZERO = Number(0.0, 0)


def number(m: float, e: int = 0) -> Number:
    half, power = math.frexp(m)
    return Number(2 * half, e + power - 1) if m else ZERO


def times(a: Number, b: Number) -> Number:
    return number(a.m * b.m, a.e + b.e) if a.m and b.m else ZERO


def plus(a: Number, b: Number) -> Number:
    if not a.m or not b.m:
        return a if a.m else b
    low, high = (a, b) if a.e < b.e else (b, a)
    return number(high.m + math.ldexp(low.m, max(low.e - high.e, -1000)), high.e) if high.e - low.e < 1000 else high


def total(numbers: Iterable[Number]) -> Number:
    out = ZERO
    for one in numbers:
        out = plus(out, one)
    return out


def of_log(x: float) -> Number:
    """e^x by rounding to a power of two and Taylor's polynomial of degree 13."""
    if not x > -math.inf:
        return ZERO
    x = min(max(x, -LOG_LIMIT), LOG_LIMIT)
    n = (x * 1.4426950408889634 + 6755399441055744.0) - 6755399441055744.0
    r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10
    p = r * (1 / math.factorial(13)) + 1 / math.factorial(12)
    for k in range(11, 2, -1):
        p = p * r + 1 / math.factorial(k)
    p = p * r + 0.5
    p = (p * r) * r + r
    return number(p + 1.0, int(n))


def log_of(a: Number) -> float:
    return math.log(a.m) + a.e * math.log(2) if a.m else -math.inf


def numbers(grammar: Grammar, logits: Any, held: I32, temperature: float, sums: bool) -> F64:
    """ln of each class's sum, or its maximum, of logits / temperature: [R, C] of logits [R, V] and held [R]."""
    out = np.full((len(logits), grammar.C), -np.inf)
    over = np.float32(1) / np.float32(temperature)
    for r, row in enumerate(logits):
        if held[r] >= 0:
            out[r, grammar.token_class[held[r]]] = 0
        else:
            y = (row * over).astype(np.float64)
            for c in range(1, grammar.C):
                of_class = y[grammar.token_class == c]
                if len(of_class) and (top := of_class.max()) > -np.inf:
                    out[r, c] = top + np.log(np.exp(of_class - top).sum()) if sums else top
    out[:, 0] = -np.inf
    return out


class Lattice:
    """Backward over the edges of each board; see csrc/canvas/edges.hpp for what is asked of it then."""

    def __init__(self, grammar: Grammar, sums: F64, start: I32, left: npt.NDArray[np.int64]) -> None:
        self.grammar, self.start, self.left = grammar, start.tolist(), left.tolist()
        self.B, self.L, _ = sums.shape
        weight = grammar.edge_weight
        self.weight = None if weight is None else [of_log(float(w)) for w in weight]
        self.classes = [[[of_log(float(x)) for x in cell] for cell in board] for board in sums]
        self.sets = [[self._sets(cell) for cell in board] for board in self.classes]
        self.beta = [self._backward(b) for b in range(self.B)]

    def log_z(self) -> F64:
        return np.array([log_of(self._z(b)) for b in range(self.B)])

    def impossible(self) -> npt.NDArray[np.int64]:
        """The first cell where no path is left; L: none may end; -1: there is one."""
        out = np.full(self.B, -1)
        for b in range(self.B):
            here, i = {self.start[b]}, 0
            while here and i < self.L:
                here = {
                    int(self.grammar.edge_next[e])
                    for q in here
                    for e in self._edges(q)
                    if self._along(e, self.sets[b][i][self.grammar.edge_set[e]]).m
                }
                i += 1
            if not self._z(b).m:
                out[b] = i if here else i - 1
        return out

    def offsets(self) -> npt.NDArray[np.float32]:
        """ln of what stands around a class, over Z: [B, L, C]."""
        g = self.grammar
        out = np.full((self.B, self.L, g.C), -np.inf, np.float32)
        owner = np.repeat(np.arange(g.Q), np.diff(g.edge_first)).tolist()
        for b in range(self.B):
            if not self._z(b).m:
                continue
            alpha = [Number(1.0, 0) if q == self.start[b] else ZERO for q in range(g.Q)]
            for i in range(self.L):
                around, after = [ZERO] * g.N, [ZERO] * g.Q
                onward = self.beta[b][i + 1]
                for e in range(g.E):
                    n, to = int(g.edge_set[e]), int(g.edge_next[e])
                    around[n] = plus(around[n], self._along(e, times(alpha[owner[e]], onward[to])))
                    after[to] = plus(after[to], self._along(e, times(alpha[owner[e]], self.sets[b][i][n])))
                for c in range(1, g.C):
                    one = total(around[n] for n in range(g.N) if c in self._of_set(n))
                    if one.m:
                        out[b, i, c] = log_of(one) - log_of(self._z(b))
                alpha = after
        return out

    def walk(self, seed: int, key: npt.NDArray[np.uint64], turn: int) -> I32:
        """Classes along a path drawn in proportion to its weight, [B, L]; -1 where there is none."""
        out = np.full((self.B, self.L), -1, np.int32)
        for b in range(self.B):
            q = self.start[b]
            for i in range(self.L if self._z(b).m else 0):
                words = words_of(seed, int(key[b]), turn, i, 0)
                weights, onward = self.sets[b][i], self.beta[b][i + 1]

                def ahead(e: int, weights: list[Number] = weights, onward: list[Number] = onward) -> Number:
                    g = self.grammar
                    return self._along(e, times(weights[g.edge_set[e]], onward[g.edge_next[e]]))

                e = drawn(self._edges(q), ahead, self.beta[b][i][q], uniform53(words[0], words[1]))
                n = int(self.grammar.edge_set[e])
                classes = self.classes[b][i]
                out[b, i] = drawn(self._of_set(n), classes.__getitem__, weights[n], uniform53(words[2], words[3]))
                q = int(self.grammar.edge_next[e])
        return out

    def _z(self, b: int) -> Number:
        start: int = self.start[b]
        return self.beta[b][0][start]

    def _edges(self, q: int) -> range:
        return range(self.grammar.edge_first[q], self.grammar.edge_first[q + 1])

    def _of_set(self, n: int) -> list[int]:
        g = self.grammar
        return [int(c) for c in g.set_class[g.set_first[n] : g.set_first[n + 1]]]

    def _along(self, e: int, product: Number) -> Number:
        return product if self.weight is None else times(product, self.weight[e])

    def _sets(self, classes: list[Number]) -> list[Number]:
        return [total(classes[c] for c in self._of_set(n)) for n in range(self.grammar.N)]

    def _backward(self, b: int) -> list[list[Number]]:
        g = self.grammar
        layers = [[Number(1.0, 0) if least <= self.left[b] else ZERO for least in g.least.tolist()]]
        for i in range(self.L - 1, -1, -1):
            onward, sets = layers[0], self.sets[b][i]

            def ahead(e: int, onward: list[Number] = onward, sets: list[Number] = sets) -> Number:
                return self._along(e, times(sets[g.edge_set[e]], onward[g.edge_next[e]]))

            layers.insert(0, [total(ahead(e) for e in self._edges(q)) for q in range(g.Q)])
        return layers


def drawn(items: Iterable[int], weight: Callable[[int], Number], of: Number, uniform: float) -> int:
    """One of the items with the chance weight / of."""
    goal, so_far, found = uniform * of.m, 0.0, -1
    for item in items:
        one = weight(item)
        if one.m:
            so_far, found = so_far + math.ldexp(one.m, max(one.e - of.e, -1022)), item
            if so_far > goal:
                break
    return found


def best(grammar: Grammar, bests: F64, start: I32, left: npt.NDArray[np.int64]) -> tuple[I32, F64]:
    """Classes along the heaviest path and its weight's logarithm; the first edge and class on a tie."""
    g = grammar
    B, L, _ = bests.shape
    out, score = np.full((B, L), -1, np.int32), np.full(B, -np.inf)
    for b in range(B):
        layer: list[tuple[float, list[int]]] = [(0.0 if n <= left[b] else -np.inf, []) for n in g.least.tolist()]
        for i in range(L - 1, -1, -1):
            ahead = []
            for q in range(g.Q):
                top: tuple[float, list[int]] = (-np.inf, [])
                for e in range(g.edge_first[q], g.edge_first[q + 1]):
                    classes = g.classes(e)
                    c = int(classes[np.argmax(bests[b, i, classes])])
                    extra = 0.0 if g.edge_weight is None else float(g.edge_weight[e])
                    value = float(bests[b, i, c]) + extra + layer[g.edge_next[e]][0]
                    if value > top[0]:
                        top = value, [c, *layer[g.edge_next[e]][1]]
                ahead.append(top)
            layer = ahead
        score[b], path = layer[start[b]]
        out[b] = path or -1
    return out, score


def marginals(grammar: Grammar, logits: Any, held: I32, temperature: float, offset: Any) -> tuple[Any, F64]:
    """Log-marginals float32 [R, V] and entropies [R]."""
    over = np.float32(1) / np.float32(temperature)
    out = np.full(logits.shape, -np.inf, np.float32)
    for r, row in enumerate(logits):
        beside = offset[r][grammar.token_class]
        live = beside > -np.inf
        if held[r] >= 0:
            out[r, held[r]] = 0 if live[held[r]] else -np.inf
        else:
            out[r, live] = np.minimum(row[live] * over + beside[live], 0)
    p = np.exp(out.astype(np.float64))
    return out, -np.where(p > 0, p * np.where(p > 0, out, 0), 0).sum(axis=1)


def tokens(
    grammar: Grammar,
    logits: Any,
    held: I32,
    temperature: float,
    classes: I32,
    sums: F64 | None,
    seed: int,
    key: npt.NDArray[np.uint64],
    turn: int,
) -> I32:
    """A token of each row's class: drawn, or the first of the best where `sums` is None."""
    out = np.full(len(logits), -1, np.int32)
    over, L = np.float32(1) / np.float32(temperature), len(logits) // max(len(key), 1)
    for r, c in enumerate(classes.tolist()):
        members = np.flatnonzero(grammar.token_class == c)
        if held[r] >= 0 and c >= 0:
            out[r] = held[r]
        elif c >= 0 and sums is None:
            out[r] = members[np.argmax(logits[r, members])]
        elif c >= 0 and sums is not None:
            words = words_of(seed, int(key[r // L]), turn, r % L, 1)
            chances = [float(exp32(x)) for x in logits[r, members] * over - np.float32(sums[r, c])]
            parts = [sum(chances[i : i + PART]) for i in range(0, len(chances), PART)]
            goal, so_far, part = uniform53(words[0], words[1]) * sum(parts), 0.0, 0
            while part + 1 < len(parts) and not so_far + parts[part] > goal:
                so_far, part = so_far + parts[part], part + 1
            for token, chance in zip(members[part * PART :], chances[part * PART :], strict=True):
                out[r] = token if chance > 0 else out[r]
                so_far += chance
                if so_far > goal:
                    break
    return out


def bits(grammar: Grammar, legal: npt.NDArray[np.bool_]) -> I32:
    """Bit t % 32 of word t // 32 of a row is set where token t's class is legal: int32 [R, ceil(V / 32)]."""
    out = np.zeros((len(legal), (grammar.V + 31) // 32), np.uint32)
    for t, c in enumerate(grammar.token_class.tolist()):
        out[legal[:, c], t // 32] |= np.uint32(1 << t % 32)
    return out.view(np.int32)


def words_of(seed: int, key: int, turn: int, cell: int, block: int) -> tuple[int, int, int, int]:
    """Philox4x32-10 of the counter (key, turn, cell and block) under the seed."""
    c0, c1, c2, c3 = key & _MASK, key >> 32, turn, cell | (0x8000 + block) << 16
    k0, k1 = seed & _MASK, seed >> 32
    for _ in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & _MASK, (a >> 32) ^ c3 ^ k1, a & _MASK
        k0, k1 = (k0 + 0x9E3779B9) & _MASK, (k1 + 0xBB67AE85) & _MASK
    return c0, c1, c2, c3


def uniform53(high: int, low: int) -> float:
    return ((high << 32 | low) >> 11) * 2.0**-53


def exp32(x: np.float32) -> np.float32:
    """e^x in float32 by support/float32.hpp's polynomial; 0 below -80."""
    f = np.float32
    if x < f(-80):
        return f(0)
    shifted = x * f(1.44269504) + f(12582912)
    n = shifted - f(12582912)
    r = (x - n * f(0.693359375)) - n * f(-2.12194440e-4)
    q = r * f(0.0013814467) + f(0.008368781)
    for c in (0.041668393, 0.1666652, 0.49999994):
        q = q * r + f(c)
    y = (q * (r * r) + r) + f(1)
    return f(math.ldexp(float(y), int(n)))
