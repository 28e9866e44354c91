"""Calls of automata over bytes and tokens that are right: few states, any bytes, now and then too little work."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from .calls import Call, Native
from .hostile import Array


def ints(numbers: list[int]) -> Array:
    return np.array(numbers, np.int32)


def dfa(r: Random) -> list[Array]:
    """kind, step and accepting of some automaton."""
    Q, kinds = r.choice((1, 2, 5, 40)), r.choice((1, 2, 3, 7, 256))
    kind = np.array([r.randrange(kinds) for _ in range(256)], np.uint8)
    step = ints([r.randrange(-1, Q) for _ in range(Q * kinds)]).reshape(Q, kinds)
    return [kind, step, np.array([r.random() < 0.4 for _ in range(Q)])]


def limits(r: Random) -> list[int]:
    return [r.choice((0, 1, 30, 1000)), r.choice((0, 100, 1_000_000))]


def determinise(r: Random, native: Native) -> Call:
    n = r.choice((1, 2, 6, 30))
    bounds = [sorted((r.randrange(256), r.randrange(256))) for _ in range(r.randrange(0, 3 * n))]
    edges = ints([x for low, high in bounds for x in (r.randrange(n), low, high, r.randrange(n))]).reshape(-1, 4)
    free = [x for _ in range(r.randrange(0, 2 * n)) for x in (r.randrange(n), r.randrange(3), r.randrange(n))]
    return Call(native.determinise, [n, r.randrange(n), r.randrange(n), edges, ints(free).reshape(-1, 3), *limits(r)])


def combine(r: Random, native: Native) -> Call:
    def both(*a: Any) -> Any:
        return native.combine(a[:3], a[3:6], *a[6:])

    return Call(both, [*dfa(r), *dfa(r), r.random() < 0.5, *limits(r)])


def minimise(r: Random, native: Native) -> Call:
    return Call(lambda *arrays: native.minimise(arrays), [*dfa(r)])


def tokens(r: Random) -> list[Array]:
    """data, first and usable of some vocabulary."""
    some = [bytes(r.choice(b"ab\x00\xff") for _ in range(r.randrange(0, 4))) for _ in range(r.choice((1, 5, 60)))]
    first = np.cumsum([0, *map(len, some)]).astype(np.int64)
    return [np.frombuffer(b"".join(some), np.uint8), first, np.array([r.random() < 0.9 for _ in some])]


def trie(r: Random, native: Native) -> Call:
    return Call(native.Trie, tokens(r))


def compile_tokens(r: Random, native: Native) -> Call:
    vocabulary = tokens(r)
    V = len(vocabulary[2])
    tree = native.Trie(*vocabulary)
    eos, pad = ([r.randrange(V) for _ in range(r.randrange(0, 3))] for _ in range(2))

    def compiled(*a: Any) -> Any:
        return native.compile_tokens(a[0], a[1:4], *a[4:])

    return Call(compiled, [tree, *dfa(r), ints(eos), ints(pad), r.choice((0, 1000, 1_000_000))])


CALLS = (determinise, combine, minimise, trie, compile_tokens)
