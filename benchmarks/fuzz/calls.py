"""Calls of rules, search and generator that are right: small, of every kind of constraint."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from random import Random
from typing import Any, NamedTuple

import numpy as np

from .hostile import Array

Native = Any  # the module, of whichever build


class Call(NamedTuple):
    """A native call to be made, perhaps with other arguments."""

    function: Callable[..., Any]
    arguments: list[Any]
    may_fail: bool = False  # though nothing was done to it
    after: Callable[[], None] = lambda: None  # however it ended


def rules_arguments(r: Random, native: Native) -> list[Any]:
    """L, V and the arrays of `Rules`."""
    L = r.choice((1, 2, 4, 9, 9, 16, 30))
    V = r.choice((1, 2, 3, 4, 9, 9, 64))
    kinds = list(native.Kind)
    chosen = [r.choice(kinds) for _ in range(r.randrange(0, 7))]
    cells, params = [], []
    for kind in chosen:
        k = 2 if kind.name == "Less" else r.randrange(0, min(L, 6) + 1)
        cells.append(r.sample(range(L), min(k, L)))
        params.append(_params(r, kind.name, len(cells[-1]), V))
    if L == 1:
        keep = [i for i, kind in enumerate(chosen) if kind.name != "Less"]
        chosen, cells, params = ([part[i] for i in keep] for part in (chosen, cells, params))
    offsets = [np.cumsum([0, *map(len, part)]).astype(np.int64) for part in (cells, params)]
    flat = [np.array([n for one in part for n in one]) for part in (cells, params)]
    return [
        L,
        V,
        np.array([int(kind) for kind in chosen], np.int32),
        offsets[0],
        flat[0].astype(np.int32),
        offsets[1],
        flat[1].astype(np.int64),
    ]


def _params(r: Random, kind: str, k: int, V: int) -> list[int]:
    if kind == "Sum":
        return [r.randrange(-2, k * V + 2), r.choice((0, 1, -3))]
    if kind == "Linear":
        most = r.choice((3, 3, 1000, 2**25))  # products and totals stay below 2**62
        some = [r.randrange(-most, most + 1) for _ in range(1 + k + r.choice((0, V)))]
        return [r.randrange(3), *some]
    if kind == "Count":
        low = r.randrange(-1, k + 1)
        return [r.randrange(V), low, low + r.randrange(0, 3)]
    if kind == "Connected":
        values = r.sample(range(V), r.randrange(V + 1))
        return [len(values), *values, *(r.randrange(k) for _ in range(2 * r.randrange(3 * k) if k else 0))]
    if kind == "Table":
        n = r.choice((0, 1, 3, 70))
        return [n, *(r.randrange(V) for _ in range(n * k))]
    if kind == "Regular":
        Q = r.choice((1, 2, 5))
        return [Q, r.randrange(Q), *(r.randrange(2) for _ in range(Q)), *(r.randrange(-1, Q) for _ in range(Q * V))]
    return []


def square_arguments(r: Random, native: Native) -> list[Any]:
    """The same for rows, columns and boxes, with some units beside."""
    rows, columns = r.choice(((2, 2), (2, 3), (3, 3)))
    n = rows * columns
    units: dict[tuple[int, int], list[int]] = {}
    for cell in range(n * n):
        y, x = divmod(cell, n)
        for unit in ((0, y), (1, x), (2, y // rows * n + x // columns)):
            units.setdefault(unit, []).append(cell)
    wanted = [*units.values(), *(r.sample(range(n * n), r.randrange(2, n + 1)) for _ in range(r.choice((0, 0, 2, 17))))]
    offsets = np.cumsum([0, *map(len, wanted)]).astype(np.int64)
    cells = np.array([cell for unit in wanted for cell in unit], np.int32)
    kinds = np.full(len(wanted), int(native.Kind.AllDifferent), np.int32)
    return [n * n, n, kinds, offsets, cells, np.zeros(len(offsets), np.int64), np.zeros(0, np.int64)]


def rules(r: Random, native: Native) -> Any:
    return native.Rules(*(square_arguments if r.random() < 0.3 else rules_arguments)(r, native))


def boards(r: Random, B: int, L: int, V: int, open_: float = 0.8) -> Array:
    """int32 [B, L]: open, or a symbol."""
    return np.array([-1 if r.random() < open_ else r.randrange(V) for _ in range(B * L)], np.int32).reshape(B, L)


def floats(r: Random, *shape: int) -> Array:
    return np.random.default_rng(r.getrandbits(32)).standard_normal(shape, np.float32)


def _limits(r: Random) -> tuple[int, float]:
    """Nodes and seconds."""
    return r.choice((-1, 0, 1, 100)), r.choice((0.0, 0.001, 0.005))


def make_rules(r: Random, native: Native) -> Call:
    return Call(native.Rules, rules_arguments(r, native))


def propagate(r: Random, native: Native) -> Call:
    of = rules(r, native)
    values = boards(r, r.randrange(0, 5), of.L, of.V)
    return Call(native.propagate, [of, values, _limits(r)[1], r.randrange(0, 3)])


def solve_batch(r: Random, native: Native) -> Call:
    of, B = rules(r, native), r.randrange(0, 5)
    marginals = floats(r, B, of.L, of.V) if r.random() < 0.5 else None
    nodes, seconds = _limits(r)
    values, path = boards(r, B, of.L, of.V), r.randrange(-1, len(native.search_paths()))
    return Call(
        native.solve_batch,
        [of, values, r.choice((-1, 1, 2, 100)), nodes, seconds, r.randrange(0, 3), marginals, path],
    )


def nearest(r: Random, native: Native) -> Call:
    of, B = rules(r, native), r.randrange(0, 5)
    nodes, seconds = _limits(r)
    scores = floats(r, B, of.L, of.V)
    if r.random() < 0.3:
        with np.errstate(over="ignore"):
            scores *= np.float32(r.choice((0.0, 3e38, np.inf)))
        scores[np.isnan(scores)] = 0
    return Call(native.nearest, [of, boards(r, B, of.L, of.V), scores, nodes, seconds, r.randrange(0, 3)])


def enumeration(r: Random, native: Native) -> Call:
    of = rules(r, native)
    marginals = floats(r, of.L, of.V) if r.random() < 0.5 else None
    nodes, seconds = _limits(r)

    def take(of: Any, values: Any, marginals: Any, times: Any, nodes: Any, seconds: Any, taken: Any) -> Any:
        search = native.Search(of, values, marginals)
        for _ in range(times if type(times) is int and 0 <= times < 9 else 9):
            search.next(nodes, seconds, taken)
        return search.nodes, search.complete

    taken = r.randrange(-1, 3)
    return Call(take, [of, boards(r, 1, of.L, of.V)[0], marginals, r.randrange(0, 4), nodes, seconds, taken])


def generate(r: Random, native: Native) -> Call:
    of = rules(r, native)
    clues = r.randrange(-1, of.L + 1)
    some = [
        r.randrange(0, 4),
        r.getrandbits(64),
        r.randrange(0, 1 << 40),
        clues,
        r.choice((0.0, 0.005)),
        r.randrange(0, 3),
    ]
    more = [r.choice((1, 100)), r.randrange(1, 4), r.random() < 0.5]
    return Call(native.generate, [of, *some, *more], may_fail=True)  # rules without solution, no time


def breed(r: Random, native: Native) -> Call:
    of = rules(r, native)
    n = r.randrange(0, 4)
    try:
        problems, answers = native.generate(of, n, 1, 0, -1, 0.05, 1)
    except (RuntimeError, TimeoutError, ValueError):  # no solution, or none so soon
        problems = answers = boards(r, n, of.L, of.V)
    levels = np.array([r.choice((-1, 0, 50, 2**63 - 1)) for _ in range(n)], np.int64)
    numbers = [r.randrange(0, 4), r.getrandbits(64), r.randrange(0, 1 << 40), r.randrange(0, 1 << 20)]
    more = [r.random() < 0.5, r.choice((0.0, 0.005)), r.randrange(0, 3), r.choice((1, 100))]
    return Call(native.breed, [of, problems, answers, levels, *numbers, *more], may_fail=True)


def stop(r: Random, native: Native) -> Call:
    """A thread that heeds one that was asked is stopped at its next call, and goes on when it heeds another."""
    of = rules(r, native)

    def heed(asked: Any, of: Any, values: Any) -> Any:
        native.Stop.ask(asked)
        native.Stop.heed(asked)
        try:
            native.propagate(of, values)
        except KeyboardInterrupt:
            return None
        raise AssertionError("a call that was asked to stop went on")

    return Call(heed, [native.Stop(), of, boards(r, 1, of.L, of.V)], after=lambda: native.Stop().heed())


def accepts(r: Random, native: Native) -> Call:
    L, V, _, offsets, cells, *_ = square_arguments(r, native)
    B, V = r.choice((0, 1, 33, 70)), r.choice((1, V, V, 17, 33, 64))
    givens = boards(r, B, L, V)
    full = np.where(givens < 0, boards(r, B, L, V, 0.01), givens)
    return Call(
        native.accepts,
        [
            V,
            offsets.astype(np.int32),
            cells,
            r.choice((givens, givens[:1].copy()[0] if B else np.full(L, -1, np.int32))),
            full,
        ],
    )


def values_of_texts(r: Random, native: Native) -> Call:
    L, B = r.choice((1, 4, 81)), r.choice((0, 1, 5))
    codes = np.array(
        [-1 if chr(i) in ".0" else i - ord("1") if chr(i) in "123456789" else -2 for i in range(256)], np.int8
    )
    texts = [
        "".join(r.choice("123456789...." if r.random() < 0.99 else "0x\xe9\ud800") for _ in range(L)) for _ in range(B)
    ]
    codes_of = np.array([[min(255, ord(c)) for c in text] for text in texts], np.uint8).reshape(B, L)
    first, second = r.choice(((-1, -1), (ord("."), ord("0"))))
    return Call(native.values_of_texts, [r.choice((texts, tuple(texts), codes_of)), codes, L, first, second])


def texts_of_values(r: Random, native: Native) -> Call:
    values = np.array([[r.choice((-1, 0, 8, 9, 126, 127, -(2**31), 2**31 - 1)) for _ in range(r.choice((1, 81)))]] * 3)
    return Call(native.texts_of_values, [values.astype(np.int32), b"123456789"[: r.choice((0, 1, 9))], ord(".")])


def even_lines(r: Random, native: Native) -> Call:
    text = b"".join(b"1.3."[: r.choice((4, 4, 3))] + b"\n" for _ in range(r.choice((0, 1, 1500))))
    return Call(native.even_lines, [r.choice((text, text[:-1]))])


def woven(r: Random, native: Native) -> Call:
    n = r.choice((0, 1, 1500))
    parts: list[Any] = [
        r.choice((b"", b"<>", np.full((n, r.choice((0, 1, 81))), 65, np.uint8))) for _ in range(r.choice((0, 1, 5)))
    ]
    return Call(native.woven, [parts, n])


def hashed(r: Random, native: Native) -> Call:
    """A hash, in pieces."""

    def use(seed: int, *pieces: Any) -> Any:
        out = native.XXH64(seed)
        for piece in pieces:
            out.update(piece)
        return out.copy().digest(), out.hexdigest(), out.name, out.digest_size, out.block_size

    pieces = [r.choice((b"", b"abc", bytes(r.choice((31, 32, 33, 3 << 20))))) for _ in range(r.choice((0, 1, 3)))]
    return Call(use, [r.choice((0, 2**64 - 1)), *pieces])


def later(r: Random, native: Native) -> Call:
    """Copies of an object, some of whose fields are made; all of them go at the end."""
    kind = type("Slots", (native.Later,), {"__slots__": ("a", "b", "c")})
    fields: dict[str, Any] = {name: r.choice((None, [], "text")) for name in r.sample("abc", r.choice((1, 3)))}
    one, begin = kind(), r.choice((0, 7, -3))

    def use(one: Any, fields: Any, make: Any, begin: Any, end: Any) -> Any:
        native.fill(one, fields)
        some = list(islice(native.copies(one, make, begin, end), 9))
        for each in some[::2]:
            native.fill(each, {"c": [each]})
        return [getattr(each, name, each._make) for each in some for name in "abc"]

    return Call(use, [one, fields, r.choice(("make", None)), begin, begin + r.choice((0, 1, 9))])


CALLS = (
    make_rules,
    propagate,
    solve_batch,
    nearest,
    enumeration,
    generate,
    breed,
    accepts,
    values_of_texts,
    texts_of_values,
    even_lines,
    woven,
    hashed,
    later,
    stop,
)
