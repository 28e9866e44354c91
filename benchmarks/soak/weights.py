"""Files of weights that mean harm, made of a good one by its bytes alone."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from ..driver import ROOT
from .hostile import DEEP, ESCAPE, Hostile

__all__ = ["FLIPS", "GOOD", "WEIGHTS"]

GOOD = ROOT / "vmdsolve" / "weights" / "sudoku-4x4.safetensors"
FLIPS = 20  # files with a few bits changed

Head = dict[str, Any]


def _parts() -> tuple[Head, bytes]:
    """The header and the numbers of the good file."""
    data = GOOD.read_bytes()
    (n,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + n]), data[8 + n :]


def _file(head: bytes, body: bytes) -> bytes:
    return struct.pack("<Q", len(head)) + head + body


def _with(change: Callable[[Head], object], body: Callable[[bytes], bytes] = bytes) -> Callable[[Any], bytes]:
    def make(_: np.random.Generator) -> bytes:
        head, data = _parts()
        change(head)
        return _file(json.dumps(head).encode(), body(data))

    return make


def _said(name: str, text: str) -> Callable[[Any], bytes]:
    """Another text in the metadata."""
    return _with(lambda head: head["__metadata__"].update({name: text}))


def _first(head: Head) -> Head:
    return next(tensor for name, tensor in head.items() if name != "__metadata__")


def _dtype(kind: str) -> Callable[[Any], bytes]:
    def change(head: Head) -> None:
        for name, tensor in head.items():
            if name != "__metadata__":
                tensor["dtype"] = kind

    return _with(change)


def _config(name: str, value: object) -> Callable[[Any], bytes]:
    def change(head: Head) -> None:
        said = head["__metadata__"]
        said["config"] = json.dumps({**json.loads(said["config"]), name: value})

    return _with(change)


def _renamed(head: Head) -> None:
    for name in [name for name in head if name != "__metadata__"]:
        head[name + ESCAPE] = head.pop(name)


def _many(n: int) -> bytes:
    head, _ = _parts()
    empty = {f"tensor-{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(n)}
    return _file(json.dumps({"__metadata__": head["__metadata__"], **empty}).encode(), b"")


def _numbers(value: float) -> Callable[[bytes], bytes]:
    return lambda data: struct.pack("<f", value) * 4 + data[16:]


def _flipped(rng: np.random.Generator) -> bytes:
    data = bytearray(GOOD.read_bytes())
    for place in rng.integers(len(data), size=int(rng.integers(1, 4))).tolist():
        data[place] ^= 1 << int(rng.integers(8))
    return bytes(data)


MADE: dict[str, Callable[[np.random.Generator], bytes]] = {
    "empty": lambda _: b"",
    "short": lambda _: b"\x10\0\0",
    "noise": lambda rng: rng.bytes(10_000),
    "pickle": lambda _: b"\x80\x04cos\nsystem\n(S'touch pwned'\ntR.",
    "endless-head": lambda _: struct.pack("<Q", 2**63 - 1) + b"{}",
    "head-beyond-the-file": lambda _: struct.pack("<Q", 10_000) + b"{}",
    "head-of-noise": lambda rng: _file(rng.bytes(1000), b""),
    "head-of-brackets": lambda _: _file(b"[" * DEEP, b""),
    "head-of-no-object": lambda _: _file(b"7", b""),
    "many-tensors": lambda _: _many(200_000),
    "half": lambda _: GOOD.read_bytes()[: GOOD.stat().st_size // 2],
    "without-metadata": _with(lambda head: head.pop("__metadata__")),
    "without-a-tensor": _with(lambda head: head.pop(next(name for name in head if name != "__metadata__"))),
    "giant-shape": _with(lambda head: _first(head).update(shape=[2**31, 2**31])),
    "negative-shape": _with(lambda head: _first(head).update(shape=[-1])),
    "overlapping": _with(lambda head: _first(head).update(data_offsets=[0, 4])),
    "beyond-the-end": _with(lambda head: _first(head).update(data_offsets=[2**40, 2**40 + 4])),
    "names-for-terminals": _with(_renamed),
    **{f"numbers-of-{kind}": _dtype(kind) for kind in ("I64", "BOOL", "F64", "U8", "F8_E4M3", "X")},
    "not-a-number": _with(lambda head: head["__metadata__"].pop("hash", None), _numbers(float("nan"))),
    "infinite": _with(lambda head: head["__metadata__"].pop("hash", None), _numbers(float("inf"))),
    "config-of-brackets": _said("config", "[" * DEEP),
    "config-of-no-object": _said("config", "7"),
    "config-empty": _said("config", "{}"),
    "recipe-of-brackets": _said("recipe", "[" * DEEP),
    "recipe-of-no-object": _said("recipe", "7"),
    "recipe-short": _said("recipe", '{"domain": "x"}'),
    "domain-for-terminals": _said("recipe", json.dumps({"domain": f"{ESCAPE}sudoku"})),
    "domain-of-lists": _said("recipe", '{"domain": [[1]]}'),
    "channels-without-end": _config("channels", 2**40),
    "channels-below-zero": _config("channels", -1),
    "loops-without-end": _config("loops", 10**12),
    "unknown-setting": _config("no such", ESCAPE),
}

WEIGHTS = (
    *(Hostile(f"{name}.safetensors", made) for name, made in MADE.items()),
    *(Hostile(f"flipped-{i}.safetensors", _flipped) for i in range(FLIPS)),
)
