"""Which code path of the denoiser is taken, and that amx and its twin give the same bits."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.denoisers import FLOAT32, ROUNDING, inputs, random_model
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import domains
from vmdsolve.errors import InvalidInput
from vmdsolve.kernels.denoise import PATH_VARIABLE, denoise_paths, fastest_path, no_amx, path_number
from vmdsolve.measure.accuracy import held_out
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.denoiser import Denoiser
from vmdsolve.model.fused import Fused, factors, gradient, tables
from vmdsolve.model.native import native, structure_of
from vmdsolve.sampler import Predictor

needs_amx = pytest.mark.skipif(no_amx() is not None, reason=f"no path amx: {no_amx()}")


def cpu() -> tuple[str, set[str]]:
    """The CPU's maker and flags, as the system tells them."""
    lines = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    told = {name.strip(): value.strip() for name, value in lines.items()}
    return told["vendor_id"], set(told["flags"].split())


def test_paths_that_round_are_told_from_those_that_do_not() -> None:
    assert [*FLOAT32, *ROUNDING] == denoise_paths()
    assert FLOAT32[0] == "portable"
    assert ROUNDING[0] == "amx-twin"
    assert ("amx" in ROUNDING) == (no_amx() is None)


def test_the_fastest_path_is_known_by_what_the_cpu_is() -> None:
    assert fastest_path() == FLOAT32[-1]
    if "amx" in ROUNDING:
        wanted = "amx"
    elif "avx512-bf16" in ROUNDING and cpu()[0] == "AuthenticAMD":
        wanted = "avx512-bf16"
    else:  # rounding alone does not pay
        wanted = FLOAT32[-1]
    assert fastest_path(may_round=True) == wanted
    assert path_number(None) == len(FLOAT32) - 1


@pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() != "x86_64", reason="flags are told by /proc/cpuinfo of x86-64"
)
def test_paths_are_those_that_the_system_tells_flags_of() -> None:
    flags = cpu()[1]
    assert ("avx2" in denoise_paths()) == ({"avx2", "fma"} <= flags)
    assert ("avx512" in denoise_paths()) == ({"avx512vl", "avx512bw", "avx512dq"} <= flags)
    if "amx" in ROUNDING:
        assert {"amx_tile", "amx_bf16"} <= flags
    elif not {"amx_tile", "amx_bf16"} <= flags:
        assert no_amx() == "this CPU has no AMX"


def test_a_variable_names_another_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PATH_VARIABLE, "amx-twin")
    assert fastest_path() == fastest_path(may_round=True) == "amx-twin"
    model, units = random_model(1, 6, 4, 1, (8, 8, 8), 0, 0)
    x, _ = inputs(1, 2, units, 0)
    kernel, structure = native(model.denoiser), structure_of(units)
    twin = kernel(structure, x, loops=2)
    np.testing.assert_array_equal(twin, kernel(structure, x, loops=2, path="amx-twin"))
    assert (twin != kernel(structure, x, loops=2, path="portable")).any()  # a path that is asked for has the last word
    monkeypatch.setenv(PATH_VARIABLE, "abacus")
    with pytest.raises(InvalidInput, match="VMDSOLVE_DENOISE_PATH is 'abacus', wanted one that this CPU can run: port"):
        kernel(structure, x, loops=2)
    monkeypatch.setenv(PATH_VARIABLE, "")  # as if it were not there
    assert fastest_path() == FLOAT32[-1]


@pytest.mark.skipif(no_amx() is None, reason="this CPU has AMX")
def test_who_asks_for_amx_in_vain_is_told_why() -> None:
    with pytest.raises(InvalidInput, match=rf"path is 'amx', wanted one .* portable.*; {no_amx()}"):
        path_number("amx")


@pytest.mark.parametrize("may_round", [False, True])
def test_sampling_and_training_take_the_fastest_path(may_round: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def fastest(*, may_round: bool = False) -> str:
        asked.append(may_round)
        return "amx-twin" if may_round else "portable"

    monkeypatch.setattr("vmdsolve.sampler.predictor.fastest_path", fastest)
    monkeypatch.setattr("vmdsolve.model.fused.fastest_path", fastest)
    domain = domains.get("sudoku-9x9")
    model = packaged(domain)
    assert model is not None
    assert isinstance(model.denoiser, Denoiser)
    x = held_out(domain, 3)[0]
    predict = Predictor(model, domain.rules, loops=2, bf16=may_round)
    z = predict.draw(x, np.zeros((3, predict.z_width), np.float32))
    with torch.autocast("cpu", torch.bfloat16, enabled=may_round), torch.no_grad():
        latent = torch.from_numpy(np.ascontiguousarray(z)) if predict.z_width else None
        trained = Fused()(model.denoiser, torch.from_numpy(x), predict.units, latent, 2, 1)[-1]
    assert asked == [may_round]
    sampled = predict(x, z)
    assert asked == [may_round, may_round]
    np.testing.assert_allclose(trained.numpy(), sampled, atol=0.1 if may_round else 1e-4)


SHAPES = {
    "seed": st.integers(0, 2**32 - 1), "L": st.integers(1, 30), "V": st.integers(1, 12),
    "widths": st.tuples(st.integers(8, 90), st.integers(1, 90), st.integers(1, 90)) | st.just((32, 32, 64)),
    "D": st.sampled_from([0, 3]), "places": st.integers(0, 2), "loops": st.integers(1, 4),
}  # fmt: skip


@needs_amx
@settings(deadline=None, max_examples=100)
@given(**SHAPES)
def test_amx_and_its_twin_give_the_same_bits(
    seed: int, L: int, V: int, widths: tuple[int, int, int], D: int, places: int, loops: int
) -> None:
    model, units = random_model(seed, L, V, 2, widths, D, places)
    x, z = inputs(seed, 2, units, D)
    kernel, structure = native(model.denoiser), structure_of(units)
    np.testing.assert_array_equal(*(kernel(structure, x, z, loops=loops, path=path) for path in ("amx", "amx-twin")))
    training, held = gradient(model.config, units), tables(model.denoiser).detach().numpy()
    latent = factors(model.denoiser, torch.from_numpy(z), 2).detach().numpy()
    d_logits = np.random.default_rng(seed).standard_normal((loops, 2, L, V), np.float32)
    ways = []
    for path in ("amx", "amx-twin"):
        logits, way = training.forward(x, held, latent, free=1, supervise=loops, path=path)
        ways.append((logits, *training.backward(way, d_logits)))
    for got, wanted in zip(*ways, strict=True):
        np.testing.assert_array_equal(got, wanted)
