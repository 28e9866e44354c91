"""The native denoiser equals the torch module, on every code path, whatever the shape, the batch and the threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any

import numpy as np
import pytest
import torch
from helpers.denoisers import FLOAT32, ROUNDING, inputs, random_model
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import _native, domains
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels.denoise import Denoise, denoise_paths
from vmdsolve.kernels.structure import Structure
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.config import POOLS, ModelConfig
from vmdsolve.model.native import native, structure_of
from vmdsolve.model.units import Units
from vmdsolve.model.vmd import VMD
from vmdsolve.sampler import Plan, Predictor, fill_boards

# Largest difference from torch float32, as a share of the largest logit. float32 differs by the order of sums only;
# bfloat16 keeps 8 bits of what enters a product. Measured: on 780 random models of 8 channels or more and up to 4 loops
# 9e-7 and 0.012; on 48 held-out puzzles, shipped weights, 24 loops, 1.1e-5 and 0.18 (torch's own autocast 0.24).
# With fewer channels it may be far more: norm over two channels is little more than a sign.
BOUND = {**dict.fromkeys(FLOAT32, 1e-5), **dict.fromkeys(ROUNDING, 0.05)}
TRAINED_BOUND = {**dict.fromkeys(FLOAT32, 1e-4), **dict.fromkeys(ROUNDING, 0.25)}


@torch.inference_mode()
def specified(model: VMD, units: Units, x: Any, z: Any, loops: int) -> Any:
    latent = torch.from_numpy(z) if model.config.latent else None
    return model(torch.from_numpy(x.astype(np.int64)), units, latent, loops).numpy()


def kernel_of(model: VMD, units: Units) -> Callable[..., Any]:
    """The native denoiser on boards of these units."""
    return partial(native(model.denoiser), structure_of(units))


def assert_close(got: Any, wanted: Any, bound: float) -> None:
    assert got.dtype == np.float32
    assert got.shape == wanted.shape
    np.testing.assert_array_less(abs(got - wanted).max(), bound * max(1.0, abs(wanted).max()))


def test_assert_close_can_fail() -> None:
    with pytest.raises(AssertionError):
        assert_close(np.float32([1.0, 2.0]), np.float32([1.0, 2.001]), 2e-4)


SHAPES = {
    "seed": st.integers(0, 2**32 - 1),
    "L": st.integers(1, 30),
    "V": st.integers(1, 12) | st.integers(1, 64),
    "relations": st.integers(1, 3),
    "widths": st.tuples(st.integers(8, 90), st.integers(1, 90), st.integers(1, 90)) | st.just((32, 32, 64)),
    "D": st.sampled_from([0, 1, 5]),
    "places": st.integers(0, 2),
    "pool": st.sampled_from(POOLS),
    "B": st.integers(1, 3),
    "loops": st.integers(1, 4),
}


@settings(deadline=None, max_examples=60)
@given(**SHAPES)
def test_every_path_equals_torch_for_any_shape(
    seed: int, L: int, V: int, relations: int, widths: Any, D: int, places: int, pool: str, B: int, loops: int
) -> None:
    model, units = random_model(seed, L, V, relations, widths, D, places, pool)
    x, z = inputs(seed, B, units, D)
    kernel, wanted = kernel_of(model, units), specified(model, units, x, z, loops)
    before = x.copy(), z.copy()
    for path in denoise_paths():
        assert_close(kernel(x, z, loops=loops, path=path), wanted, BOUND[path])
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(z, before[1])


@pytest.mark.parametrize("widths", [(1, 1, 1), (16, 16, 16), (48, 80, 112), (130, 17, 257), (4096, 8, 8), (8, 8, 1025)])
def test_widths_at_the_edges_of_the_tiles(widths: tuple[int, int, int]) -> None:
    model, units = random_model(1, 7, 5, 2, widths, 3, 2)
    x, z = inputs(2, 2, units, 3)
    wanted = specified(model, units, x, z, 2)
    for path in denoise_paths():
        assert_close(kernel_of(model, units)(x, z, loops=2, path=path), wanted, BOUND[path])


def test_wide_vectors_give_the_same_bits() -> None:
    if not {"avx2", "avx512"} <= set(FLOAT32):
        pytest.skip("this CPU has no AVX-512")
    model, units = random_model(3, 20, 7, 2, (40, 24, 72), 4, 2)
    x, z = inputs(4, 3, units, 4)
    kernel = kernel_of(model, units)
    np.testing.assert_array_equal(kernel(x, z, loops=3, path="avx2"), kernel(x, z, loops=3, path="avx512"))


@pytest.mark.parametrize("path", denoise_paths())
def test_logits_do_not_depend_on_the_batch_or_the_threads(path: str) -> None:
    model, units = random_model(5, 17, 6, 2, (24, 16, 40), 3, 0)
    x, z = inputs(6, 33, units, 3)
    kernel = kernel_of(model, units)
    whole = kernel(x, z, loops=3, threads=1, path=path)
    for threads in (0, 2, 5):
        np.testing.assert_array_equal(kernel(x, z, loops=3, threads=threads, path=path), whole)
    shuffled = np.random.default_rng(0).permutation(33)
    for part in (shuffled, shuffled[:1], shuffled[1:20], np.arange(0)):
        np.testing.assert_array_equal(kernel(x[part], z[part], loops=3, path=path), whole[part])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sudoku-4x4", "sudoku-9x9"])
def test_shipped_weights_on_held_out_puzzles(name: str) -> None:
    domain = domains.get(name)
    model = packaged(domain)
    assert model is not None
    if model.config.prior == "states":  # noise on states has tests of its own
        denoiser = model.denoiser
        model = VMD(replace(model.config, latent=0)).eval()
        model.denoiser = denoiser
    boards, answers = held_out(domain, 8)
    units, loops = model.units(domain.rules), min(48, model.config.loops)  # in many more, rounding may take another way
    kernel = native(model.denoiser)
    for x in (boards, np.where(np.arange(domain.rules.L) % 2, answers, boards).astype(np.int32)):
        z = np.random.default_rng(0).standard_normal((8, model.config.latent), np.float32)
        wanted = specified(model, units, x, z, loops)
        for path in denoise_paths():
            got = kernel.evaluate(structure_of(units), x, z, loops=loops, fade=model.config.fade, path=path)
            assert_close(got.logits, wanted, TRAINED_BOUND[path])


def test_the_sampler_fills_the_same_cells_with_either_backend() -> None:
    domain = domains.get("sudoku-4x4")
    model = packaged(domain)
    assert model is not None
    boards, keys = held_out(domain, 20)[0], np.arange(20, dtype=np.uint64)
    ours, theirs = (Predictor(model, domain.rules, backend=backend) for backend in (None, "torch"))
    assert (ours.backend, theirs.backend) == ("native", "torch")
    mine = fill_boards(ours, domain.rules, boards, Plan(steps=4), keys=keys)
    other = fill_boards(theirs, domain.rules, boards, Plan(steps=4), keys=keys)
    np.testing.assert_array_equal(mine.values, other.values)
    z = np.random.default_rng(0).standard_normal((20, ours.z_width), np.float32)
    np.testing.assert_allclose(ours(boards, ours.draw(boards, z)), theirs(boards, theirs.draw(boards, z)), atol=1e-3)
    assert ours(boards[:0], np.zeros((0, ours.z_width), np.float32)).shape == (0, 16, 4)
    with pytest.raises(InvalidInput, match="backend is 'fast' for mixer 'messages' on cpu; wanted 'torch'"):
        Predictor(model, domain.rules, backend="fast")


@pytest.mark.parametrize("prior", ["standard", "conditional"])
@pytest.mark.parametrize("latent", [0, 3])
def test_predictors_agree_for_every_prior(prior: str, latent: int) -> None:
    domain = domains.get("sudoku-4x4")
    model = VMD(ModelConfig(domain.name, domain.rules.relations, 8, 8, 8, 3, latent, prior)).eval()
    boards = held_out(domain, 5)[0]
    noise = np.random.default_rng(1).standard_normal((5, latent), np.float32)
    both = [Predictor(model, domain.rules, loops=2, backend=backend) for backend in ("native", "torch")]
    ours, theirs = (predict(boards, predict.draw(boards, noise)) for predict in both)
    assert_close(ours, theirs, 1e-5)


# Refusals -------------------------------------------------------------------------------------------


def weights_of(model: VMD) -> dict[str, Any]:
    return {name: tensor.numpy().copy() for name, tensor in model.denoiser.state_dict().items()}


UNITS = [[[0, 1, 2], [2, 3]], [[1, 4]]]


def test_wrong_weights_and_units_are_refused() -> None:
    model, _ = random_model(7, 5, 3, 2, (8, 6, 10), 2, 2)
    good = weights_of(model)
    assert Denoise(good).D == 2
    nan = good["self_update.weight"].copy()
    nan[0, 0] = np.nan
    short = {name: good[name][1:] for name in ("modulate.weight", "modulate.bias")}
    for change, message in (
        ({"self_update.weight": nan}, "self_update.weight holds NaN"),
        (
            {"self_update.weight": good["self_update.weight"][:, 1:]},
            r"self_update.weight has shape \[10, 7\], wanted \[N, H\] with H = 8",
        ),
        ({"self_update.weight": good["self_update.weight"].astype(np.float64)}, "dtype float64, wanted float32"),
        ({"unit_updates.3.weight": good["unit_updates.0.weight"]}, "lack unit_updates.2.weight"),
        ({"attention_update.weight": good["unit_updates.0.weight"]}, "also hold attention_update.weight"),
        (short, r"modulate has 27 outputs, wanted 2 N \+ H = 28"),
        ({"cell": good["cell"][:, :, 1:]}, r"cell has shape \[5, 1, 7\], wanted \[L, O, H\] with H = 8"),
    ):
        with pytest.raises(ModelMismatch, match=message):
            Denoise({**good, **change})
    with pytest.raises(ModelMismatch, match=r"the weights lack message.bias"):
        Denoise({name: array for name, array in good.items() if name != "message.bias"})


def test_wrong_structures_are_refused() -> None:
    for relations, message in (
        ([[[0, 5]], []], "a cell of a unit of relation 0 is 5, wanted an integer from 0 to 4"),
        ([[], [[1, 1]]], r"relation 1 has cells \[1, 1\], wanted one or more, each once"),
        ([[[]], []], r"relation 0 has cells \[\]"),
    ):
        with pytest.raises(InvalidInput, match=message):
            Structure(5, 3, relations)
    for L, V in ((0, 3), (5, 65), (5, 0)):
        with pytest.raises(InvalidInput):
            Structure(L, V, [])


def test_one_object_of_weights_serves_boards_of_different_rules() -> None:
    (model, few), (_, many) = (random_model(seed, L, V, 2, (8, 6, 10), 2, 0) for seed, L, V in ((7, 5, 3), (8, 12, 6)))
    kernel = native(model.denoiser)
    for units in (few, many):
        x, z = inputs(1, 3, units, 2)
        assert_close(kernel(structure_of(units), x, z, loops=2), specified(model, units, x, z, 2), 1e-5)


def test_weights_and_structures_that_do_not_go_together_are_refused() -> None:
    x, z = np.zeros((1, 5), np.int32), np.zeros((1, 0), np.float32)
    kernel = native(random_model(7, 5, 3, 2, (8, 6, 10), 0, 0)[0].denoiser)
    with pytest.raises(ModelMismatch, match="this model has 2 relations, the structure of these boards 1"):
        kernel(Structure(5, 3, [[[0, 1]]]), x, z, loops=1)
    placed = native(random_model(7, 5, 3, 2, (8, 6, 10), 0, 2)[0].denoiser)
    with pytest.raises(ModelMismatch, match=r"positions for \(5, 3\) cells and symbols, these boards have 5 and 4"):
        placed(Structure(5, 4, [[], []]), x, z, loops=1)
    with pytest.raises(ValueError, match="relations of the structure"):
        kernel._native(Structure(5, 3, []).native, x, z, loops=1, peers=None, time_limit=inf, threads=1, path=0)
    with pytest.raises(ValueError, match="symbols for the structure"):
        placed._native(Structure(5, 4, [[], []]).native, x, z, loops=1, peers=None, time_limit=inf, threads=1, path=0)


def test_wrong_calls_are_refused() -> None:
    model, units = random_model(8, 5, 3, 2, (8, 6, 10), 2, 0)
    kernel = kernel_of(model, units)
    x, z = inputs(0, 2, units, 2)
    for args, options, message in (
        ((x,), {"loops": 1}, r"pass z \[B, 2\]"),
        ((x.astype(np.int64), z), {"loops": 1}, "x has dtype int64, wanted int32"),
        ((x[:, 1:], z), {"loops": 1}, r"x has shape \[2, 4\], wanted \[B, L\] with L = 5"),
        ((x, z[:1]), {"loops": 1}, r"z has shape \[1, 2\]"),
        ((x, z * np.float32(np.nan)), {"loops": 1}, r"z\[0, 0\] is nan"),
        ((np.full_like(x, 3), z), {"loops": 1}, r"x\[0, 0\] is 3, wanted -1 \(open\) or a symbol 0..2"),
        ((np.full_like(x, -2), z), {"loops": 1}, r"x\[0, 0\] is -2"),
        ((x, z), {"loops": 0}, "loops is 0"),
        ((x, z), {"loops": 1, "threads": -1}, "threads is -1"),
        ((x, z), {"loops": 1, "path": "abacus"}, "path is 'abacus', wanted one"),
    ):
        with pytest.raises(InvalidInput, match=message):
            kernel(*args, **options)


def test_the_native_class_checks_all_that_it_reads() -> None:
    model, units = random_model(9, 5, 3, 1, (8, 6, 10), 0, 0)
    kernel, structure = native(model.denoiser)._native, structure_of(units).native
    x, z = np.zeros((2, 5), np.int32), np.zeros((2, 0), np.float32)
    assert kernel(structure, x, z, loops=1, peers=None, time_limit=inf, threads=1, path=0) is not None
    for tokens, latent, loops, path in (
        (np.ascontiguousarray(x[:, :4]), z, 1, 0),
        (x, z[:1], 1, 0),
        (x, np.zeros((2, 1), np.float32), 1, 0),
        (x, z, 0, 0),
        (x, z, 1, 99),
        (x, z, 1, -1),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - the words are for the layer above
            kernel(structure, tokens, latent, loops=loops, peers=None, time_limit=inf, threads=1, path=path)
    with pytest.raises(ValueError, match="shape of state"):
        _native.Denoise({})
    with pytest.raises(ValueError, match="offsets or spans"):
        _native.Structure(5, 3, [], [], [])
