"""What native entry points refuse of objects and memory that no public call gives them."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import Any

import numpy as np
import pytest
from helpers.denoisers import inputs, random_model

from vmdsolve import _native, kernels, search
from vmdsolve.domains import get
from vmdsolve.model.native import native, structure_of
from vmdsolve.peers import Peers

WHOLE = (_native.Kind, _native.Later)  # numbers; what needs no __init__
CLASSES = [kind for kind in vars(_native).values() if isinstance(kind, type) and kind not in WHOLE]
STRUCTURE = _native.Structure(4, 2, [0, 2, 4], [0, 1, 2, 3], [0, 2])
GRADIENT = _native.DenoiseGradient(STRUCTURE, H=3, M=3, N=3, cells=False, symbols=False)


def at_odd_address(array: np.ndarray) -> np.ndarray:
    """The same numbers, one byte beside where they should be."""
    out = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    out[...] = array
    assert not out.flags.aligned
    return out


def forward(supervised: int, kept: np.ndarray) -> Any:
    x, tables = np.full((1, 4), -1, np.int32), np.zeros(GRADIENT.tables, np.float32)
    return GRADIENT.forward(x, tables, np.ones((1, GRADIENT.latent), np.float32), 0, supervised, kept, 1, 0)


def settled_by(counts: Any) -> Any:
    model, units = random_model(0, 4, 2, 2, (8, 8, 16), 2, 2)
    x, z = inputs(1, 1, units, 2)
    kernel, of = native(model.denoiser)._native, structure_of(units).native
    return kernel(of, x, z, loops=1, peers=None, counts=counts, time_limit=1.0, threads=1, path=0)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_an_object_that_was_never_made_is_refused(kind: Any) -> None:
    """Every method and property would read memory that nobody has written."""
    empty = kind.__new__(kind)
    x, values = np.zeros((1, 1), np.int32), np.zeros((1, 1), np.int32)
    uses = {
        "Rules": lambda: _native.propagate(empty, values),
        "Search": lambda: empty.nodes,
        "Stop": lambda: empty.ask(),
        "Peers": lambda: _native.conflicts(x, empty, 1),
        "Order": lambda: int(empty),
        "UnmaskRule": lambda: _native.unmask(
            np.zeros((1, 1, 1), np.float32), x, np.ones((1, 1), np.uint64), _native.Peers(1, *no_units()),
            rule=empty, n_keep=None, key=np.zeros(1, np.uint64), threads=1,
        ),
        "Counts": lambda: settled_by(empty),
        "Structure": lambda: _native.DenoiseGradient(empty, H=1, M=1, N=1, cells=False, symbols=False),
        "Denoise": lambda: kind.__call__(empty, STRUCTURE, x, x, loops=1, threads=1, path=0),
        "DenoiseGradient": lambda: empty.tables,
        "Trie": lambda: _native.compile_tokens(empty, (), x, x, 1),
        "CanvasGrammar": lambda: empty.bits(np.zeros((1, 1), np.bool_)),
        "CanvasLattice": lambda: empty.log_z(),
        "XXH64": lambda: empty.digest(),
    }  # fmt: skip
    with pytest.raises((TypeError, RuntimeError)):
        uses[kind.__name__]()


METHODS = [(kind, name) for kind in CLASSES for name in vars(kind) if not name.startswith("_") or name == "__call__"]


@pytest.mark.parametrize(("kind", "name"), METHODS, ids=lambda part: getattr(part, "__name__", part))
def test_nothing_is_no_object(kind: Any, name: str) -> None:
    member = vars(kind)[name]
    if isinstance(member, kind) or (kind, name) == (_native.Stop, "heed"):  # a member of Order; None heeds nothing
        return
    with pytest.raises(TypeError):
        (member.fget if isinstance(member, property) else member)(None)


class Slots(_native.Later):
    __slots__ = ("a", "b")


class Loose(Slots):
    """With a dictionary of its own, and a list of weak references."""


@pytest.mark.parametrize(
    ("one", "why"), [(7, "wanted a Later"), (Loose(), "fields are slots"), (_native.Stop(), "wanted a Later")]
)
def test_copies_are_of_objects_whose_fields_are_slots(one: Any, why: str) -> None:
    with pytest.raises(TypeError, match=why):
        _native.copies(one, print, 0, 1)


def test_what_is_no_object_of_later_fields_is_not_filled() -> None:
    with pytest.raises(TypeError, match="wanted a Later"):
        _native.fill(7, {"a": 1})  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        _native.fill(Slots(), {"c": 1})
    with pytest.raises(AttributeError, match="every field is there"):
        _ = Slots()._make


def test_copies_hold_what_they_refer_to_and_the_collector_finds_their_circles() -> None:
    held = [object()]
    one = Slots()
    _native.fill(one, {"a": held})
    before = sys.getrefcount(held)
    some = list(_native.copies(one, print, 5, 8))
    assert [(each.a is held, each._make is print, each._number) for each in some] == [
        (True, True, i) for i in (5, 6, 7)
    ]
    assert sys.getrefcount(held) == before + 3
    assert not any(map(gc.is_tracked, some))
    held.append(some[0])
    _native.fill(some[0], {"b": weakref.ref(some[0].__class__)})
    assert gc.is_tracked(some[0])
    ended = weakref.ref(gone := type("Gone", (), {})())
    held.append(gone)
    del gone, some, one, held
    gc.collect()
    assert ended() is None


def no_units() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(1, np.int32), np.zeros(0, np.int32)


@pytest.mark.parametrize("number", [-1, 4, 99])
def test_an_order_of_any_number_is_refused(number: int) -> None:
    order: Any = _native.Order
    with pytest.raises(ValueError, match="order"):
        _native.UnmaskRule(order=order(number), threshold=None, temperature=0, guard=True, noise=0, seed=0, step=0)


def test_arrays_at_odd_addresses_are_refused_by_native_code() -> None:
    x, sets, key = np.full((2, 4), -1, np.int32), np.full((2, 4), 3, np.uint64), np.zeros(2, np.uint64)
    around = _native.Peers(4, *no_units())
    rules = get("sudoku-4x4").rules
    native = _native.Rules(16, 4, *rules.native())
    marginals = np.zeros((1, 16, 4), np.float32)
    for call in (
        lambda: _native.conflicts(at_odd_address(x), around, 1),
        lambda: _native.candidates(x, at_odd_address(sets), around, 1),
        lambda: _native.normal(at_odd_address(key), 3, 0, 0),
        lambda: _native.exp32(at_odd_address(np.zeros(3, np.float32))),
        lambda: _native.normal32(at_odd_address(np.zeros(3, np.float32))),
        lambda: _native.Peers(4, at_odd_address(np.zeros(1, np.int32)), np.zeros(0, np.int32)),
        lambda: _native.propagate(native, at_odd_address(np.full((1, 16), -1, np.int32))),
        lambda: _native.solve_batch(native, np.full((1, 16), -1, np.int32), marginals=at_odd_address(marginals)),
    ):
        with pytest.raises(ValueError, match="whole multiples of their size; copy the array"):
            call()


def test_public_calls_copy_what_lies_at_odd_addresses() -> None:
    rules, values = get("sudoku-4x4").rules, np.full((1, 16), -1, np.int32)
    marginals = np.random.default_rng(0).random((1, 16, 4), np.float32)
    right = search.solve_values(rules, values, marginals=marginals)
    odd = search.solve_values(rules, at_odd_address(values), marginals=at_odd_address(marginals))
    assert np.array_equal(right.values, odd.values)
    peers = Peers.of(4, [[0, 1]])
    x = np.zeros((1, 4), np.int32)
    assert np.array_equal(kernels.conflicts(x, peers), kernels.conflicts(at_odd_address(x), peers))


@pytest.mark.parametrize("supervised", [0, -1, 65_537, 2**40, 2**62, 2**63 - 1])
def test_no_number_of_loops_passes_for_a_few_bytes(supervised: int) -> None:
    """The bytes of that many loops are more than 64 bits can say."""
    with pytest.raises(ValueError, match="supervised"):
        forward(supervised, np.zeros(8, np.int8))
    with pytest.raises(ValueError, match="supervised"):
        GRADIENT.kept_bytes(supervised, 0)


def test_memory_for_what_is_kept_is_large_enough_and_aligned() -> None:
    size = GRADIENT.kept_bytes(2, 0)
    room = np.zeros(size + 64, np.int8)
    assert forward(2, room[:size]) is not None
    with pytest.raises(ValueError, match="size of kept"):
        forward(2, room[: size - 1])
    with pytest.raises(ValueError, match="alignment of kept"):
        forward(2, room[1:])


def test_more_threads_than_there_can_be_are_no_more_than_there_may_be() -> None:
    x = np.zeros((3, 4), np.int32)
    for threads in (-(2**31), -1, 2**31 - 1):
        assert _native.conflicts(x, _native.Peers(4, *no_units()), threads) is not None
