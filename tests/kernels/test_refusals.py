"""What the kernels refuse, in which words, and that no array can crash the native code."""

import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import _native, kernels
from vmdsolve.errors import InvalidInput
from vmdsolve.peers import Peers

Arrays = dict[str, Any]


def valid() -> Arrays:
    return {
        "logits": np.zeros((2, 3, 4), np.float32),
        "x": np.array([[0, -1, 2], [-1, -1, 3]], np.int32),
        "candidates": np.full((2, 3), 15, np.uint64),
        "peers": Peers.of(3, [[0, 1], [1, 2]]),
        "key": np.zeros(2, np.uint64),
        "n_keep": 1,
    }


def changed(name: str, index: Any, value: Any) -> Arrays:
    args = valid()
    args[name] = args[name].copy()
    args[name][index] = value
    return args


REFUSED = [
    ({"logits": np.zeros((2, 3, 4))}, r"logits has dtype float64, wanted float32"),
    ({"logits": torch.zeros(2, 3, 4, dtype=torch.bfloat16)}, r"logits has dtype bfloat16, wanted float32"),
    ({"logits": torch.zeros(2, 3, 4, device="meta")}, r"logits is on device meta.*\.cpu\(\)"),
    ({"logits": np.zeros((2, 3), np.float32)}, r"logits has shape \[2, 3\], wanted \[B, L, V\]"),
    ({"logits": np.zeros((2, 3, 65), np.float32)}, r"65 symbols, wanted 1 to 64"),
    ({"logits": np.zeros((2, 3, 0), np.float32)}, r"0 symbols, wanted 1 to 64"),
    ({"x": [[0, 1, 2], [0, 1, 2]]}, r"x has dtype int64, wanted int32"),
    ({"x": [[0], [0, 1]]}, r"x is not an array: .*inhomogeneous"),
    ({"x": np.zeros((2, 4), np.int32)}, r"x has shape \[2, 4\], wanted \[B, L\] with L = 3"),
    ({"candidates": np.zeros((1, 3), np.uint64)}, r"candidates has shape \[1, 3\], .* with B = 2"),
    ({"peers": np.zeros((3, 1), np.int32)}, r"peers is a ndarray; wanted vmdsolve\.peers\.Peers"),
    ({"peers": Peers.none(2)}, r"peers are those of 2 cells, and boards have 3"),
    ({"key": np.zeros(3, np.uint64)}, r"key has shape \[3\], wanted \[B\] with B = 2"),
    (changed("logits", (1, 2, 3), np.nan), r"logit of board 1, cell 2, symbol 3 is nan"),
    (changed("logits", (0, 1, 0), np.inf), r"logit of board 0, cell 1, symbol 0 is inf"),
    (changed("x", (1, 0), 4), r"x\[1, 0\] is 4, wanted -1 \(open\) or a symbol 0..3"),
    (changed("x", (1, 0), -2), r"x\[1, 0\] is -2"),
    (changed("x", (0, 0), -(2**31)), r"x\[0, 0\] is -2147483648"),
    (changed("candidates", (0, 2), 16), r"candidates\[0, 2\] holds symbol 4, wanted symbols 0..3 only"),
    ({"n_keep": None}, r"n_keep and threshold are both None"),
    ({"n_keep": np.array([0, -1], np.int32)}, r"n_keep is -1 for board 1"),
    ({"n_keep": -1}, r"n_keep is -1, wanted an integer from 0"),
    ({"n_keep": 1.5}, r"n_keep is 1.5, wanted an integer"),
    ({"n_keep": np.zeros(3, np.int32)}, r"n_keep has shape \[3\]"),
    ({"threshold": math.nan}, r"threshold is nan, wanted a finite float32$"),
    ({"temperature": -1}, r"temperature is -1, wanted a finite float32 >= 0"),
    ({"temperature": 1e300}, r"temperature is 1e\+300, wanted a finite float32"),
    ({"temperature": 1e-50}, r"temperature is 1e-50, too small for float32"),
    ({"temperature": "hot"}, r"temperature is 'hot', wanted a finite float32"),
    ({"noise": math.inf}, r"noise is inf, wanted a finite float32 >= 0"),
    ({"order": "best"}, r"order is 'best', wanted one of random, top_prob, margin, entropy"),
    ({"order": ["margin"]}, r"order is \['margin'\], wanted one of"),
    ({"backend": "tpu"}, r"backend is 'tpu', wanted one of cpu, reference"),
    ({"seed": -1}, r"seed is -1, wanted an integer from 0"),
    ({"seed": 2**64}, r"seed is 18446744073709551616"),
    ({"step": 2**32}, r"step is 4294967296"),
    ({"step": 0.5}, r"step is 0.5, wanted an integer"),
    ({"threads": -1}, r"threads is -1, wanted an integer from 0 to 1024"),
]


@pytest.mark.parametrize("backend", ["cpu", "reference"])
@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_wrong_input_is_refused_in_words(change: Arrays, message: str, backend: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        kernels.unmask(**{**valid(), "backend": backend, **change})


def test_wrong_boards_are_refused_by_the_other_kernels_too() -> None:
    x, peers = np.zeros((1, 3), np.int32), Peers.of(3, [[0, 1]])
    allowed = np.ones(3, np.uint64)
    with pytest.raises(InvalidInput, match=r"a board has 0 cells, wanted 1 to 65536"):
        kernels.conflicts(np.zeros((1, 0), np.int32), peers)
    with pytest.raises(InvalidInput, match=r"a board has 65537 cells"):
        kernels.conflicts(np.zeros((1, 65537), np.int32), peers)
    with pytest.raises(InvalidInput, match=r"allowed has shape \[1, 1, 3\], wanted \[B, L\]"):
        kernels.candidates(x, allowed[None, None], peers)
    with pytest.raises(InvalidInput, match=r"x\[0, 0\] is 64, wanted -1 \(open\) or a symbol 0..63"):
        kernels.candidates(x + 64, allowed, peers)
    with pytest.raises(InvalidInput, match="peers are those of 2 cells, and boards have 3"):
        kernels.conflicts(x, Peers.none(2))


SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
DTYPES = st.sampled_from([np.float32, np.float64, np.int32, np.int64, np.uint64, np.bool_])


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(st.data())
def test_native_entry_points_survive_any_arrays(data: st.DataObject) -> None:
    """Half of the arrays are right, the others of any shape, dtype and content: an error, or an answer."""

    def some(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        if data.draw(st.integers(0, 3)) == 0:
            shape, dtype = data.draw(SHAPES), data.draw(DTYPES)
        rng = np.random.default_rng(data.draw(st.integers(0, 99)))
        junk = np.frombuffer(rng.bytes(math.prod(shape) * np.dtype(dtype).itemsize), dtype).reshape(shape)
        return junk if data.draw(st.booleans()) else np.ones(shape, dtype)

    B, L, V, P = (data.draw(st.integers(0, 3)) for _ in range(4))
    x, sets, peers = some((B, L), np.int32), some((B, L), np.uint64), None
    with suppress(TypeError, ValueError):
        peers = _native.Peers(L, some((P,), np.int32), some((P,), np.int32))
    threshold = data.draw(st.none() | st.floats(width=32))
    real = st.floats(width=32)
    order = data.draw(st.sampled_from([*_native.Order.__members__.values()]))
    temperature, noise = data.draw(real), data.draw(real)
    logits, keep, key = some((B, L, V), np.float32), some((B,), np.int32), some((B,), np.uint64)
    peers = peers or _native.Peers(L or 1, np.zeros(1, np.int32), np.zeros(0, np.int32))
    with suppress(TypeError, ValueError):
        _native.candidates(x, sets, peers, 2)
    with suppress(TypeError, ValueError):
        _native.conflicts(x, peers, -7)
    with suppress(TypeError, ValueError):
        rule = _native.UnmaskRule(
            order=order, threshold=threshold, temperature=temperature, guard=True, noise=noise, seed=0, step=0
        )
        _native.unmask(logits, x, sets, peers, rule=rule, n_keep=keep, key=key, threads=2)
