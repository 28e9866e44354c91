"""Calls of the kernels of canvases that are right: small grammars, some of whose texts fit and some not."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from .calls import Call, Native, floats
from .hostile import Array


def ints(numbers: Any) -> Array:
    return np.array(numbers, np.int32)


def grammar_arguments(r: Random, V: int) -> list[Any]:
    """Arrays of any automaton over V tokens."""
    C, Q, N = r.randrange(1, 6), r.randrange(1, 6), r.randrange(1, 5)
    token_class = ints([r.randrange(C + 1) for _ in range(V - 1)] + [C])
    sets = [sorted(r.sample(range(1, C + 1), r.randrange(0, C + 1))) for _ in range(N)]
    edges = [r.randrange(0, 4) for _ in range(Q)]
    E = sum(edges)
    weight = np.array([r.choice((-np.inf, 0.0, -3.0, 2.0)) for _ in range(E)], np.float32) if r.random() < 0.4 else None
    return [
        token_class,
        ints(np.cumsum([0, *map(len, sets)])),
        ints([c for one in sets for c in one]),
        ints(np.cumsum([0, *edges])),
        ints([r.randrange(Q) for _ in range(E)]),
        ints([r.randrange(N) for _ in range(E)]),
        weight,
        ints([r.choice((0, 0, 1, 5)) for _ in range(Q)]),
    ]


def sizes(r: Random) -> tuple[int, int, int]:
    """B, L, V."""
    return r.choice((1, 1, 3)), r.choice((1, 2, 9)), r.choice((1, 5, 17, 700))


def rows(r: Random, R: int, V: int) -> list[Any]:
    """Logits of either type, what the cells hold, a temperature."""
    logits = floats(r, R, V)
    if r.random() < 0.3:
        logits = (logits.view(np.uint32) >> 16).astype(np.uint16)
    return [logits, ints([r.choice((-1, -1, r.randrange(V))) for _ in range(R)]), r.choice((0.5, 1.0))]


def places(r: Random, grammar: list[Any], B: int) -> list[Any]:
    """States and tokens left, of each board."""
    return [ints([r.randrange(len(grammar[-1])) for _ in range(B)]), np.array([r.randrange(3)] * B, np.int64)]


def keys(r: Random, B: int) -> Array:
    return np.frombuffer(r.randbytes(8 * B), np.uint64).copy()


def make_canvas_grammar(r: Random, native: Native) -> Call:
    return Call(native.CanvasGrammar, grammar_arguments(r, sizes(r)[2]))


def canvas_rows(r: Random, native: Native) -> Call:
    """Sums, bests, tokens, marginals and bits."""
    B, L, V = sizes(r)
    arguments = grammar_arguments(r, V)
    C = max(int(arguments[0].max()), int(arguments[2].max(initial=0))) + 1
    offset = np.array([r.choice((-np.inf, -1.0)) for _ in range(B * L * C)], np.float32).reshape(-1, C)
    classes = ints([r.randrange(-1, C) for _ in range(B * L)])
    out = np.zeros((B * L, V), np.float32) if r.random() < 0.5 else None

    def call(
        g: Any, logits: Any, held: Any, t: Any, sums: Any, path: Any, c: Any, key: Any, offset: Any, out: Any
    ) -> Any:
        grammar = native.CanvasGrammar(*g)
        found = grammar.numbers(logits, held, t, sums, 1, path)
        grammar.tokens(logits, held, t, c, found if sums else None, 5, key, 3, 1)
        grammar.bits(np.isfinite(offset))
        return grammar.marginals(logits, held, t, offset, -1e4, out, True, 1)

    path = r.randrange(-1, native.canvas_paths())
    return Call(call, [arguments, *rows(r, B * L, V), r.random() < 0.5, path, classes, keys(r, B), offset, out], True)


def canvas_lattice(r: Random, native: Native) -> Call:
    """Backward, and all that is asked of it; the best path beside it."""
    B, L, V = sizes(r)
    arguments = grammar_arguments(r, V)
    C = max(int(arguments[0].max()), int(arguments[2].max(initial=0))) + 1
    sums = np.array([r.choice((-np.inf, 0.0, -1e30, 700.0, r.random())) for _ in range(B * L * C)]).reshape(B, L, C)

    def call(g: Any, sums: Any, start: Any, left: Any, seed: Any, key: Any, turn: Any, threads: Any) -> Any:
        grammar = native.CanvasGrammar(*g)
        lattice = native.CanvasLattice(grammar, sums, start, left, threads)
        lattice.log_z()
        lattice.impossible()
        lattice.offsets(threads)
        lattice.walk(seed, key, turn, threads)
        return grammar.best(sums, start, left, threads)

    turn = r.getrandbits(32)
    return Call(
        call, [arguments, sums, *places(r, arguments, B), r.getrandbits(64), keys(r, B), turn, r.randrange(0, 3)]
    )


CALLS = (make_canvas_grammar, canvas_rows, canvas_lattice)
