"""Calls of the kernels that are right: small boards, and now and then one that takes another way through the code."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from .calls import Call, Native, boards, floats
from .hostile import Array


def sizes(r: Random) -> tuple[int, int, int]:
    """B, L, V."""
    return (
        r.choice((0, 1, 3, 9)),
        r.choice((1, 4, 9, 9, 16, 81, 1100 if r.random() < 0.1 else 5)),
        r.choice((1, 2, 4, 9, 33, 64)),
    )


def units(r: Random, L: int) -> list[list[int]]:
    return [r.sample(range(L), r.randrange(1, min(L, 9) + 1)) for _ in range(r.randrange(0, 6))]


def peers_arguments(r: Random, L: int) -> list[Any]:
    """L and the arrays of `Peers`."""
    some = units(r, L)
    offsets = np.cumsum([0, *map(len, some)]).astype(np.int32)
    return [L, offsets, np.array([cell for unit in some for cell in unit], np.int32)]


def sets(r: Random, V: int, *shape: int) -> Array:
    """uint64: sets of symbols below V."""
    bits = np.frombuffer(r.randbytes(8 * int(np.prod(shape))), np.uint64).reshape(shape)
    return bits & np.uint64((1 << V) - 1)


def keys(r: Random, B: int) -> Array:
    return np.frombuffer(r.randbytes(8 * B), np.uint64).copy()


def counts_arguments(r: Random, L: int) -> list[Any]:
    """L and the arrays of `Counts`."""
    L, offsets, cells = peers_arguments(r, L)
    symbols, least = (np.array([r.randrange(3) for _ in offsets[1:]], np.int32) for _ in range(2))
    return [L, offsets, cells, symbols, least, least + 1]


def make_counts(r: Random, native: Native) -> Call:
    return Call(native.Counts, counts_arguments(r, sizes(r)[1]))


def make_peers(r: Random, native: Native) -> Call:
    return Call(native.Peers, peers_arguments(r, sizes(r)[1]))


def candidates(r: Random, native: Native) -> Call:
    B, L, V = sizes(r)
    allowed = sets(r, V, B, L) if r.random() < 0.5 else sets(r, V, L)
    return Call(
        native.candidates, [boards(r, B, L, V), allowed, native.Peers(*peers_arguments(r, L)), r.randrange(0, 3)]
    )


def conflicts(r: Random, native: Native) -> Call:
    B, L, V = sizes(r)
    return Call(native.conflicts, [boards(r, B, L, V, 0.3), native.Peers(*peers_arguments(r, L)), r.randrange(0, 3)])


def rule_arguments(r: Random, native: Native) -> list[Any]:
    order = r.choice(sorted(native.Order.__members__))
    threshold = r.choice((None, 0.0, 0.5, 1.0))
    return [
        native.Order.__members__[order],
        threshold,
        r.choice((0.0, 0.5, 1.0)),
        r.random() < 0.5,
        r.choice((0.0, 0.3)),
        r.getrandbits(64),
        r.getrandbits(32),
    ]


def rule(native: Native) -> Any:
    names = ("order", "threshold", "temperature", "guard", "noise", "seed", "step")
    return lambda *values: native.UnmaskRule(**dict(zip(names, values, strict=True)))


def make_rule(r: Random, native: Native) -> Call:
    return Call(rule(native), rule_arguments(r, native))


def make_order(r: Random, native: Native) -> Call:
    """An order of any number, which a rule must refuse."""

    def make(number: Any, *rest: Any) -> Any:
        return rule(native)(native.Order(number), *rest)

    return Call(make, [r.randrange(len(native.Order.__members__)), *rule_arguments(r, native)[1:]])


def unmask(r: Random, native: Native) -> Call:
    B, L, V = sizes(r)
    how = rule(native)(*rule_arguments(r, native))
    keep = np.array([r.randrange(0, L + 2) for _ in range(B)], np.int32) if r.random() < 0.7 else None

    def call(logits: Any, x: Any, allowed: Any, peers: Any, how: Any, keep: Any, key: Any, threads: Any) -> Any:
        return native.unmask(logits, x, allowed, peers, rule=how, n_keep=keep, key=key, threads=threads)

    around = native.Peers(*peers_arguments(r, L))
    logits, x = floats(r, B, L, V), boards(r, B, L, V)
    return Call(call, [logits, x, sets(r, V, B, L), around, how, keep, keys(r, B), r.randrange(0, 3)])


def normal(r: Random, native: Native) -> Call:
    return Call(native.normal, [keys(r, r.randrange(0, 4)), r.randrange(0, 40), r.getrandbits(64), r.getrandbits(32)])


def numbers(r: Random, native: Native) -> Call:
    return Call(r.choice((native.exp32, native.log32, native.normal32)), [floats(r, r.randrange(0, 40))])


def philox(r: Random, native: Native) -> Call:
    return Call(native.philox, [[r.getrandbits(32) for _ in range(4)], [r.getrandbits(32) for _ in range(2)]])


def structure_arguments(r: Random, L: int, V: int, R: int) -> list[Any]:
    """L, V and the lists of `Structure`, which has R relations."""
    relations = [units(r, L) for _ in range(R)]
    every = [unit for relation in relations for unit in relation]
    offsets, spans = (np.cumsum([0, *map(len, part)]).tolist() for part in (every, relations))
    cells = [cell for unit in every for cell in unit]
    told = [[], floats(r, len(cells)).tolist()] if cells else [[]]
    return [L, V, offsets, cells, spans, r.choice(told)]


def make_structure(r: Random, native: Native) -> Call:
    _, L, V = sizes(r)
    return Call(native.Structure, structure_arguments(r, L, V, r.randrange(0, 4)))


def weights(r: Random, L: int, V: int, R: int, D: int, embedded: int) -> dict[str, Array]:
    H, M, N = (r.choice((1, 3, 16, 20)) for _ in range(3))
    shapes: dict[str, tuple[int, ...]] = {
        "state": (3, H), "inject": (N, H), "inject_bias": (N,), "norm": (H,), "norm_bias": (H,),
        "message": (M, H), "message_bias": (M,), "self_update": (N, H), "group_updates": (1 + R, N, M),
        "update": (H, N), "update_bias": (H,), "readout_norm": (H,), "readout_norm_bias": (H,),
        "readout": (H,), "readout_bias": (1,),
    }  # fmt: skip
    if D:
        shapes |= {"modulate": (2 * N + H, D), "modulate_bias": (2 * N + H,)}
    if embedded:
        shapes |= {"symbol": (V, H)}
    if embedded == 2:
        shapes |= {"cell": (L, H)}
    return {name: floats(r, *shape) for name, shape in shapes.items()}


def denoise(r: Random, native: Native) -> Call:
    """Weights and a structure are made with what may be wrong; then boards of theirs."""
    B, L, V = r.randrange(0, 3), r.choice((1, 4, 9, 16)), r.choice((1, 2, 4, 9))
    R, D = r.randrange(0, 3), r.choice((0, 0, 1, 3))
    of = native.Structure(*structure_arguments(r, L, V, R))
    peers = native.Peers(*peers_arguments(r, L)) if r.random() < 0.5 else None
    counts = native.Counts(*counts_arguments(r, L)) if r.random() < 0.5 else None

    def call(
        held: Any, of: Any, x: Any, z: Any, loops: Any, threads: Any, path: Any, peers: Any, counts: Any, time: Any,
        stir: Any, begin: Any, between: Any, fade: Any,
    ) -> Any:  # fmt: skip
        kernel = native.Denoise(held)
        how = {"loops": loops, "peers": peers, "counts": counts, "time_limit": time, "threads": threads, "path": path}
        return kernel(of, x, z, **how, keys=stir, begin_noise=begin, path_noise=between, fade=fade)

    held = weights(r, L, V, R, D, r.choice((0, 0, 1, 2)))
    path = r.randrange(len(native.denoise_paths()))
    some = [held, of, boards(r, B, L, V), floats(r, B, D), r.randrange(1, 4), r.randrange(0, 3), path]
    stirred = [keys(r, B) if r.random() < 0.5 else None, r.choice((0.0, 1.0)), r.choice((0.0, 0.1)), r.choice((0, 2))]
    return Call(call, [*some, peers, counts, r.choice((0.0, 0.01, 1.0)), *stirred])


def gradient(r: Random, native: Native) -> Call:
    """Forward, and back through what it kept."""
    B, L, V = r.randrange(0, 3), r.choice((1, 4, 9)), r.choice((1, 2, 4))
    of = native.Structure(*structure_arguments(r, L, V, r.randrange(0, 3)))
    H, M, N = (r.choice((1, 3, 16)) for _ in range(3))
    named = r.random() < 0.5
    embedded = {"cells": named and r.random() < 0.5, "symbols": named}
    S, path = r.randrange(1, 3), r.randrange(len(native.denoise_paths()))
    right = native.DenoiseGradient(of, H=H, M=M, N=N, **embedded)
    kept = np.zeros(max(1, B) * right.kept_bytes(S, path), np.int8)
    shapes = [floats(r, right.tables), floats(r, B, right.latent)]

    def call(
        of: Any, H: Any, M: Any, N: Any, x: Any, t: Any, z: Any, free: Any, S: Any, kept: Any, d: Any, path: Any,
        keys: Any, begin_noise: Any, path_noise: Any, fade: Any,
    ) -> Any:  # fmt: skip
        kernel = native.DenoiseGradient(of, H=H, M=M, N=N, **embedded)
        kernel.forward(x, t, z, free, S, kept, 1, path, keys, begin_noise, path_noise, fade)
        return kernel.backward(x, t, z, free, S, kept, d, 1, path, fade)

    x, d_logits = boards(r, B, L, V), floats(r, S, B, L, V)
    noise = [np.arange(B, dtype=np.uint64), r.choice((0.0, 1.0)), r.choice((0.0, 0.1)), r.choice((0, 2))]
    return Call(call, [of, H, M, N, x, *shapes, r.randrange(0, 2), S, kept, d_logits, path, *noise])


CALLS = (
    make_counts,
    make_peers,
    candidates,
    conflicts,
    make_rule,
    make_order,
    unmask,
    normal,
    numbers,
    philox,
    make_structure,
    denoise,
    gradient,
)
