"""What is done to an argument that was right: another type, another shape, another number, another place in memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

EDGES = (0, 1, 2, 7, 8, 16, 31, 32, 63, 64, 65, 127, 1024, 1025, 65_535, 65_536, 65_537)
POWERS = (15, 16, 24, 30, 31, 32, 33, 40, 52, 62, 63, 64, 70)
FLOATS = (math.nan, math.inf, -math.inf, -0.0, 1e-45, 1e-38, -1.0, -5.0, 0.5, 3.4e38, 1e300, 1e9)
NOTHING: tuple[Any, ...] = (None, "7", b"7", [], {}, (), object(), 1j, True)


def spoiled(r: Random, value: Any) -> Any:
    """`value`, so that a call with it is probably wrong; arrays are copied, never changed in place."""
    if r.random() < 0.08:
        return r.choice(NOTHING)
    if isinstance(value, np.ndarray):
        return r.choice(ARRAYS)(r, value)
    if isinstance(value, dict):
        return _dictionary(r, value)
    if isinstance(value, list | tuple):
        return _numbers(r, list(value))
    if isinstance(value, bool) or value is None:
        return r.choice((True, False, None, 2, "yes"))
    if isinstance(value, int):
        return integer(r)
    if isinstance(value, float):
        return r.choice(FLOATS)
    return never_made(r, value)


def integer(r: Random) -> int:
    number = r.choice(EDGES) if r.random() < 0.5 else (1 << r.choice(POWERS)) + r.randrange(-2, 3)
    return number if r.random() < 0.6 else -number


def never_made(r: Random, value: Any) -> Any:
    """An object whose `__init__` did not run, or something else."""
    kind: Any = type(value)
    return kind.__new__(kind) if r.random() < 0.7 else r.choice(NOTHING)


def _dictionary(r: Random, value: dict[str, Any]) -> dict[str, Any]:
    out = dict(value)
    name = r.choice(sorted(out))
    if r.random() < 0.2:
        del out[name]
    else:
        out[name] = spoiled(r, out[name])
    return out


def _numbers(r: Random, value: list[Any]) -> list[Any]:
    out = list(value)
    for _ in range(r.randrange(1, 3)):
        place = r.randrange(len(out) + 1)
        if out and r.random() < 0.3:
            del out[min(place, len(out) - 1)]
        elif r.random() < 0.5:
            out.insert(place, integer(r))
        elif out:
            out[min(place, len(out) - 1)] = integer(r)
    return out


def _dtype(r: Random, a: Array) -> Any:
    with np.errstate(all="ignore"):
        other = r.choice(("i1", "u1", "i2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "?", "O", "S4"))
        return a.astype(other) if r.random() < 0.8 else a.astype(a.dtype.newbyteorder())


def _shape(r: Random, a: Array) -> Any:
    way = r.randrange(7)
    if way == 0:
        return a.reshape(-1)
    if way == 1:
        return a[None]
    if way == 2 and a.ndim:
        return np.ascontiguousarray(a[: max(0, len(a) - 1)])
    if way == 3 and a.ndim:
        return np.concatenate([a, a[:1]])
    if way == 4:
        return np.zeros((r.choice((0, 2, 1 << 40)), *(0 for _ in a.shape[1:])) if a.ndim > 1 else 0, a.dtype)
    if way == 5 and a.ndim > 1:
        return np.ascontiguousarray(a.swapaxes(0, -1))
    return a.reshape(())[()] if a.size == 1 else np.zeros((), a.dtype)


def _layout(r: Random, a: Array) -> Any:
    """The same numbers elsewhere: backwards, with gaps, by columns, at an odd address, for reading only."""
    way = r.randrange(6)
    if way == 0:
        return a[::-1] if a.ndim else a
    if way == 1:
        return np.repeat(a, 2, axis=-1)[..., ::2] if a.ndim else a
    if way == 2:
        return np.asfortranarray(a)
    if way == 3 and a.dtype != object:
        room = np.zeros(a.nbytes + 8, np.uint8)
        out = room[r.randrange(1, 8) :][: a.nbytes].view(a.dtype).reshape(a.shape)
        out[...] = a
        return out
    if way == 4 and a.size:
        return np.broadcast_to(a.reshape(-1)[0], a.shape)
    out = a.copy()
    out.flags.writeable = False
    return out


def _values(r: Random, a: Array) -> Any:
    out = a.copy()
    flat = out.reshape(-1)
    for _ in range(r.randrange(1, 4) if flat.size else 0):
        flat[r.randrange(flat.size)] = extreme(r, flat.dtype)
    return out


def _noise(r: Random, a: Array) -> Any:
    """Any bytes; bools that are neither 0 nor 1, too."""
    return np.frombuffer(r.randbytes(a.nbytes), a.dtype).reshape(a.shape).copy()


def extreme(r: Random, dtype: np.dtype[Any]) -> Any:
    """A number at or beyond what such an array should hold."""
    if dtype.kind == "b":
        return r.random() < 0.5
    if dtype.kind == "f":
        return (
            np.float64(r.choice(FLOATS)).astype(dtype)
            if dtype.itemsize > 4
            else np.float32(min(r.choice(FLOATS), 3e38))
        )
    limits = np.iinfo(dtype)
    return min(max(integer(r), int(limits.min)), int(limits.max))


ARRAYS: tuple[Callable[[Random, Array], Any], ...] = (_dtype, _shape, _layout, _values, _values, _values, _noise)
