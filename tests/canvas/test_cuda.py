"""Canvases on a GPU equal those of the CPU; without one, what is asked of the kernels is looked at by a stand-in."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest
from helpers.grammars import by_chance

from vmdsolve import _native
from vmdsolve.canvas import cuda
from vmdsolve.canvas.law import posterior
from vmdsolve.canvas.torch_ import constrain_logits_
from vmdsolve.errors import InvalidInput

torch = pytest.importorskip("torch")

WHY_NOT = "torch sees no GPU" if not torch.cuda.is_available() else cuda.why_not()
on_gpu = pytest.mark.skipif(bool(WHY_NOT), reason=f"needs a GPU and the CUDA kernels: {WHY_NOT}")


def case(seed: int, device: str) -> tuple[Any, list[Any]]:
    """A grammar; logits, held, start, left of three boards."""
    rng = np.random.default_rng(seed)
    V, L, B = 9, 6, 3
    grammar = by_chance(rng, 4, V, weights=seed % 2 == 0)
    held = np.where(rng.random((B, L)) < 0.1, rng.integers(0, V, (B, L)), -1).astype(np.int32)
    arrays = [
        (2 * rng.standard_normal((B, L, V))).astype(np.float32),
        held,
        np.full(B, grammar.start, np.int32),
        np.array([0, 1, 2], np.int64),
    ]
    return grammar, [torch.from_numpy(array).to(device) for array in arrays]


def assert_same_as_on_the_cpu(device: str) -> None:
    possible = 0
    for seed in range(20):
        grammar, (logits, held, start, left) = case(seed, device)
        here = posterior(grammar, logits.cpu(), held=held.cpu(), left=left.cpu(), temperature=0.8)
        there = cuda.CudaPosterior(grammar, logits, held, start, left, 0.8)
        np.testing.assert_allclose(there.log_z.cpu().numpy(), here.log_z, rtol=1e-6)
        if not here.possible.all():
            with pytest.raises(InvalidInput, match="no text of the grammar fits board"):
                there.draw(1, request=torch.arange(3, device=device))
            continue
        possible += 1
        np.testing.assert_allclose(
            there.log_marginals(floor=-50).cpu().numpy(), here.log_marginals(floor=-50), atol=1e-5
        )
        drawn = there.draw(5, request=torch.arange(7, 10, device=device), canvas=2, step=3)
        np.testing.assert_array_equal(drawn.cpu().numpy(), here.draw(5, request=np.arange(7, 10), canvas=2, step=3))
    assert possible > 3


@on_gpu
def test_a_gpu_gives_what_the_cpu_gives() -> None:
    assert_same_as_on_the_cpu("cuda")


@on_gpu
def test_clients_on_a_gpu_get_the_texts_of_the_cpu() -> None:
    for seed in range(20):
        grammar, (logits, _, _, _) = case(seed, "cuda")
        if posterior(grammar, logits.cpu()).possible.all():
            there, here = logits.clone(), logits.cpu()
            assert torch.equal(
                constrain_logits_(there, grammar, seed=seed).cpu(), constrain_logits_(here, grammar, seed=seed)
            )
            assert torch.equal(there.argmax(-1).cpu(), here.argmax(-1))


class StandIn:
    """The kernels' class, on addresses of the host, by the CPU's kernels."""

    parts = 5

    def __init__(self, grammar: Any, _device: int) -> None:
        self.grammar = grammar

    def at(self, names: dict[str, int], name: str, dtype: type, *shape: int) -> Any:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        return np.frombuffer((ctypes.c_char * size).from_address(names[name]), dtype).reshape(shape)

    def begin(self, names: dict[str, int], B: int, L: int, half: bool, temperature: float, *_: Any) -> None:
        assert not half
        logits = self.at(names, "logits", np.float32, B * L, 9)
        self.rows = logits.copy(), self.at(names, "held", np.int32, B * L).copy(), temperature
        self.sums = self.grammar.numbers(*self.rows, True, 1)
        start, left = self.at(names, "start", np.int32, B), self.at(names, "left", np.int64, B)
        self.lattice = _native.CanvasLattice(self.grammar, self.sums.reshape(B, L, -1), start.copy(), left.copy(), 1)
        self.at(names, "log_z", np.float64, B)[:] = self.lattice.log_z()
        assert not self.at(names, "refused", np.int32, B).any()
        for name, count in (("sums", 8), ("classes", 16)):  # there is room, which may be written to
            self.at(names, name, np.uint8, count * self.sums.size)[:] = 0

    def marginals(self, names: dict[str, int], B: int, L: int, _half: bool, _t: float, _s: int, _turn: int,
                  floor: float, _stream: int) -> None:  # fmt: skip
        offset = self.lattice.offsets(1).reshape(B * L, -1)
        self.grammar.marginals(*self.rows, offset, floor, self.at(names, "out", np.float32, B * L, 9), False, 1)

    def draw(
        self, names: dict[str, int], B: int, L: int, _half: bool, _t: float, seed: int, turn: int, *_: Any
    ) -> None:
        key = self.at(names, "key", np.uint64, B).copy()
        classes = self.lattice.walk(seed, key, turn, 1).reshape(-1)
        tokens = self.grammar.tokens(*self.rows, classes, self.sums, seed, key, turn, 1)
        self.at(names, "text", np.int32, B * L)[:] = tokens


def test_what_is_asked_of_the_kernels_is_what_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    class Module:
        CanvasGrammar = StandIn

    class Stream:
        cuda_stream = 0

    monkeypatch.setattr(cuda, "why_not", lambda: "")
    monkeypatch.setattr(cuda, "import_module", lambda _: Module)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _: Stream)
    assert_same_as_on_the_cpu("cpu")


@pytest.mark.skipif(not WHY_NOT, reason="there is a GPU")
def test_without_kernels_their_lack_is_told() -> None:
    grammar, arrays = case(0, "cpu")
    with pytest.raises(InvalidInput, match=r"pass .cpu\(\) tensors"):
        cuda.CudaPosterior(grammar, *arrays, 1.0)
