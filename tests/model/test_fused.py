"""The native way back through the denoiser's loops gives the gradients that torch's autograd gives in float64."""

from __future__ import annotations

import copy
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from helpers.denoisers import FLOAT32, ROUNDING, inputs, random_model
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from vmdsolve import _native, domains
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels.denoise import denoise_paths
from vmdsolve.kernels.gradient import DenoiseGradient
from vmdsolve.model.config import POOLS, ModelConfig
from vmdsolve.model.denoiser import Denoiser
from vmdsolve.model.fused import Fused, factors, tables
from vmdsolve.model.fused import gradient as gradient_kernel
from vmdsolve.model.units import Units
from vmdsolve.model.vmd import VMD

# Largest difference of a parameter's gradient, as a share of its largest entry, or of a tenth of the largest of all
# parameters where that is more: a sum that cancels keeps the rounding of its terms.
BOUND = 1e-5
KINK = 2e-6  # closer to relu's corner than this, float32 may well be on the other side of it

Gradients = dict[str, Tensor]


def through(denoiser: Denoiser, units: Units, x: Any, z: Any, d_logits: Any, loops: int) -> tuple[Tensor, Gradients]:
    """Logits, and the gradient of sum(logits * d_logits) for every parameter and z, in float64."""
    denoiser = copy.deepcopy(denoiser).requires_grad_(True)
    latent = torch.from_numpy(z).to(denoiser.readout.bias.dtype).requires_grad_(True)
    tokens, code = torch.from_numpy(x.astype(np.int64)), latent if denoiser.config.latent else None
    logits = denoiser(tokens, units, code, loops, len(d_logits))
    logits.backward(torch.from_numpy(d_logits))
    found = {name: p.grad for name, p in denoiser.named_parameters()} | {"z": latent.grad}
    named = {"z": latent, **dict(denoiser.named_parameters())}
    return logits.detach().double(), {
        name: (torch.zeros_like(named[name]) if g is None else g).double() for name, g in found.items()
    }


def natively(denoiser: Denoiser, path: str, *args: Any) -> tuple[Tensor, Gradients]:
    denoiser = copy.deepcopy(denoiser)
    denoiser.fused = Fused(path)
    return through(denoiser, *args)


def specified(denoiser: Denoiser, *args: Any) -> tuple[Tensor, Gradients, float]:
    """Of the torch module in float64; and how near to its corner any relu came."""
    nearest = [float("inf")]

    def relu(a: Tensor) -> Tensor:
        nearest.append(float(a.detach().abs().min()))
        return torch.relu(a)

    with patch("vmdsolve.model.denoiser.F.relu", relu):
        return *through(copy.deepcopy(denoiser).double(), *args), min(nearest)


def worst(got: Gradients, wanted: Gradients) -> float:
    assert got.keys() == wanted.keys()
    largest = {name: float(abs(g).max()) for name, g in wanted.items() if g.numel()}
    least = 0.1 * max(largest.values())
    return max(float(abs(got[name] - wanted[name]).max()) / max(size, least) for name, size in largest.items())


def distance(got: Gradients, wanted: Gradients) -> float:
    """Of all gradients as one vector, as a share of its length."""
    difference = sum(float(((got[n] - g) ** 2).sum()) for n, g in wanted.items())
    return float(np.sqrt(difference / sum(float((g**2).sum()) for g in wanted.values())))


SHAPES = {
    "seed": st.integers(0, 2**32 - 1),
    "L": st.integers(1, 16),
    "V": st.integers(1, 9),
    "relations": st.integers(1, 3),
    "widths": st.tuples(st.integers(8, 40), st.integers(1, 40), st.integers(1, 70)) | st.just((32, 32, 64)),
    "D": st.sampled_from([0, 1, 5]),
    "places": st.integers(0, 2),
    "pool": st.sampled_from(POOLS),
    "B": st.integers(1, 3),
    "free": st.integers(0, 2),
    "supervise": st.integers(1, 3),
}


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(**SHAPES)
def test_every_path_gives_the_gradients_of_autograd_for_any_shape(
    seed: int,
    L: int,
    V: int,
    relations: int,
    widths: Any,
    D: int,
    places: int,
    pool: str,
    B: int,
    free: int,
    supervise: int,
) -> None:
    model, units = random_model(seed, L, V, relations, widths, D, places, pool)
    x, z = inputs(seed, B, units, D)
    d_logits = np.random.default_rng(seed).standard_normal((supervise, B, L, V), np.float32)
    args = (units, x, z, d_logits, free + supervise)
    logits, wanted, nearest = specified(model.denoiser, *args)
    assume(nearest > KINK)
    for path in FLOAT32:
        got, gradients = natively(model.denoiser, path, *args)
        assert abs(got - logits).max() < 1e-5 * max(1.0, abs(logits).max())
        assert worst(gradients, wanted) < BOUND, path


def test_the_comparison_can_fail() -> None:
    model, units = random_model(0, 5, 4, 2, (8, 8, 8), 2, 2)
    x, z = inputs(0, 2, units, 2)
    d_logits = np.ones((2, 2, 5, 4), np.float32)
    _, gradients = natively(model.denoiser, "portable", units, x, z, d_logits, 2)
    for name, gradient in gradients.items():
        changed = {**gradients, name: gradient + 2e-5 * max(abs(g).max() for g in gradients.values())}
        assert worst(changed, gradients) > BOUND


@pytest.mark.parametrize("name", ["sudoku-9x9", "sudoku-4x4", "latin-5"])
def test_the_domains_own_rules(name: str) -> None:
    domain = domains.get(name)
    model = VMD(ModelConfig.of(domain), seed=3)
    units = model.units(domain.rules)
    x, z = inputs(1, 2, units, model.config.latent)
    d_logits = np.random.default_rng(2).standard_normal((3, 2, domain.rules.L, domain.rules.V), np.float32)
    _, wanted, _ = specified(model.denoiser, units, x, z, d_logits, 5)
    for path in FLOAT32:  # so many channels that some relu is at its corner; one of them is little beside all
        assert distance(natively(model.denoiser, path, units, x, z, d_logits, 5)[1], wanted) < BOUND


@pytest.mark.parametrize("path", ROUNDING)
def test_bfloat16_is_at_least_as_near_as_autocast(path: str) -> None:
    ours, theirs = [], []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        L, V, D, supervise = (int(n) for n in rng.integers((4, 2, 0, 1), (16, 10, 4, 5)))
        model, units = random_model(seed, L, V, 2, (32, 32, 64), D, bool(seed % 2))
        x, z = inputs(seed, 3, units, D)
        args = (units, x, z, rng.standard_normal((supervise, 3, L, V), np.float32), supervise + 1)
        _, wanted, _ = specified(model.denoiser, *args)
        ours.append(distance(natively(model.denoiser, path, *args)[1], wanted))
        with torch.autocast("cpu", torch.bfloat16):
            theirs.append(distance(through(model.denoiser, *args)[1], wanted))
    assert max(ours) < 0.1  # measured: median 0.006, largest of 434 random models 0.086; autocast 0.012 and 0.13
    assert np.mean(ours) < np.mean(theirs)


# What results may depend on ---------------------------------------------------------------------------


def kernel_of(model: VMD, units: Units) -> DenoiseGradient:
    return gradient_kernel(model.config, units)


def arguments(model: VMD, units: Units, B: int, supervise: int) -> tuple[Any, ...]:
    """x, tables and latents of B boards, and gradients of their logits."""
    x, z = inputs(0, B, units, model.config.latent)
    d_logits = np.random.default_rng(1).standard_normal((supervise, *x.shape, units.V), np.float32)
    latent = factors(model.denoiser, torch.from_numpy(z), B).numpy()
    return x, tables(model.denoiser).numpy(), latent, d_logits


@pytest.mark.parametrize("path", denoise_paths())
def test_nothing_depends_on_threads_and_a_boards_part_on_nothing_but_the_board(path: str) -> None:
    model = random_model(5, 17, 6, 2, (24, 16, 40), 3, 2)
    kernel = kernel_of(*model)
    x, held, latent, d_logits = arguments(*model, 41, 3)

    def both_ways(part: Any, threads: int) -> tuple[Any, Any, Any]:
        some = np.ascontiguousarray(d_logits[:, part])
        logits, way = kernel.forward(x[part], held, latent[part], free=1, supervise=3, threads=threads, path=path)
        return logits, *kernel.backward(way, some, threads=threads)

    whole = both_ways(np.arange(41), 1)
    for threads in (0, 2, 5):
        for got, wanted in zip(both_ways(np.arange(41), threads), whole, strict=True):
            np.testing.assert_array_equal(got, wanted)
    shuffled = np.random.default_rng(0).permutation(41)
    sums = np.zeros_like(held)
    for part in (shuffled[:1], shuffled[1:20], shuffled[20:]):
        logits, d_tables, d_latent = both_ways(part, 2)
        np.testing.assert_array_equal(logits, whole[0][:, part])
        np.testing.assert_array_equal(d_latent, whole[2][part])
        sums += d_tables
    np.testing.assert_allclose(sums, whole[1], atol=3e-6 * abs(whole[1]).max())
    nothing = both_ways(np.arange(0), 2)
    assert nothing[0].shape == (3, 0, 17, 6)
    assert not nothing[1].any()


@pytest.mark.parametrize("path", denoise_paths())
def test_logits_are_those_of_denoise(path: str) -> None:
    from vmdsolve.model.native import native, structure_of

    model, units = random_model(6, 12, 5, 2, (24, 16, 40), 0, 0)
    x, held, latent, _ = arguments(model, units, 3, 4)
    logits, _ = kernel_of(model, units).forward(x, held, latent, free=2, supervise=4, path=path)
    z = np.zeros((3, 0), np.float32)
    for s in range(4):
        inference = native(model.denoiser)(structure_of(units), x, z, loops=3 + s, path=path)
        np.testing.assert_allclose(logits[s], inference, atol=1e-5 if path in FLOAT32 else 0.05)


def test_wide_vectors_give_the_same_bits() -> None:
    if not {"avx2", "avx512"} <= set(FLOAT32):
        pytest.skip("this CPU has no AVX-512")
    model, units = random_model(3, 20, 7, 2, (40, 24, 72), 4, 2)
    x, z = inputs(4, 3, units, 4)
    args = (units, x, z, np.random.default_rng(0).standard_normal((3, 3, 20, 7), np.float32), 4)
    narrow, wide = (natively(model.denoiser, path, *args)[1] for path in ("avx2", "avx512"))
    for name, gradient in narrow.items():
        assert torch.equal(gradient, wide[name]), name


def test_two_passes_may_be_on_their_way_at_once() -> None:
    model = random_model(7, 6, 4, 2, (8, 8, 8), 0, 0)
    kernel = kernel_of(*model)
    x, held, latent, d_logits = arguments(*model, 4, 2)
    alone = [kernel.backward(kernel.forward(x[i:], held, latent[i:], free=0, supervise=2)[1], d_logits[:, i:].copy())
             for i in (0, 2)]  # fmt: skip
    _, first = kernel.forward(x, held, latent, free=0, supervise=2)
    _, second = kernel.forward(x[2:], held, latent[2:], free=0, supervise=2)
    assert not np.shares_memory(first.kept, second.kept)
    for i, way in ((0, first), (2, second)):
        for got, wanted in zip(kernel.backward(way, d_logits[:, i:].copy()), alone[i // 2], strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_the_module_goes_natively_only_where_gradients_are_wanted_and_back_once() -> None:
    model, units = random_model(8, 5, 3, 1, (8, 8, 8), 2, 0)
    denoiser = model.requires_grad_(True).denoiser
    denoiser.fused = Fused()
    x, z = inputs(0, 2, units, 2)
    tokens, latent = torch.from_numpy(x.astype(np.int64)), torch.from_numpy(z)
    logits = denoiser(tokens, units, latent, 3, 2)
    assert type(logits.grad_fn).__name__ == "_LoopsBackward"
    with torch.no_grad():
        torch.testing.assert_close(denoiser(tokens, units, latent, 3, 2), logits)
    logits.sum().backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="go back once"):
        logits.sum().backward()
    with pytest.raises(ModelMismatch, match="this model has a latent"):
        denoiser(tokens, units, None, 3, 2)


# Refusals -------------------------------------------------------------------------------------------


def test_wrong_boards_and_loops_are_refused() -> None:
    model = random_model(9, 5, 3, 2, (8, 6, 10), 2, 0)
    kernel = kernel_of(*model)
    x, held, latent, _ = arguments(*model, 2, 1)
    for tokens, options, message in (
        (np.full_like(x, 3), {"free": 0, "supervise": 1}, r"x\[0, 0\] is 3, wanted -1 \(open\) or a symbol 0..2"),
        (x, {"free": 0, "supervise": 0}, "0 supervised loops after 0 others; wanted 1 or more"),
        (x, {"free": -1, "supervise": 1}, "1 supervised loops after -1 others"),
        (x, {"free": 0, "supervise": 1, "path": "abacus"}, "path is 'abacus', wanted one"),
    ):
        with pytest.raises(InvalidInput, match=message):
            kernel.forward(tokens, held, latent, **options)


def test_the_native_class_checks_all_that_it_reads() -> None:
    model = random_model(9, 5, 3, 1, (8, 6, 10), 0, 0)
    kernel = kernel_of(*model)._native
    x, held, latent, d_logits = arguments(*model, 2, 2)
    kept = np.empty(2 * kernel.kept_bytes(2, 0), np.int8)
    good = (x, held, latent, 0, 2, kept)
    assert kernel.forward(*good, 1, 0) is not None
    wrong = (
        np.ascontiguousarray(x[:, 1:]), held[1:], latent[:1], -1, 0, kept[1:],
    )  # fmt: skip
    for i, value in enumerate(wrong):
        bad = (*good[:i], value, *good[i + 1 :])
        with pytest.raises(ValueError):  # noqa: PT011 - the words are for the layer above
            kernel.forward(*bad, 1, 0)
        with pytest.raises(ValueError):  # noqa: PT011
            kernel.backward(*bad, d_logits, 1, 0)
    for path in (-1, 99):
        with pytest.raises(ValueError, match="path"):
            kernel.forward(*good, 1, path)
    with pytest.raises(ValueError, match="shape of d_logits"):
        kernel.backward(*good, d_logits[:1], 1, 0)
    with pytest.raises(ValueError, match="a cell of a unit"):
        _native.Structure(5, 3, [0, 1], [5], [0, 1])
    with pytest.raises(ValueError, match="H, M or N"):
        _native.DenoiseGradient(_native.Structure(5, 3, [0], [], [0]), H=0, M=6, N=10, cells=False, symbols=False)
