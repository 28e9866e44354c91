"""The latent as noise on states: kernel and torch say the same, z is the key, a file keeps how much there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.denoisers import FLOAT32, inputs
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels.denoise import Denoise
from vmdsolve.kernels.state_noise import StateNoise, state_noise
from vmdsolve.model.checkpoint import load_model, save_model
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.native import NativeModel, load_native, native, noise_of, structure_of
from vmdsolve.model.stirring import key_of, noise_on
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN, Board
from vmdsolve.sampler import Plan, Predictor, fill_boards, latent_keys
from vmdsolve.sampler.attempts import Round, attempts
from vmdsolve.sampler.keys import Keys, board_keys

DOMAIN = get("sudoku-4x4")


def model_of(noise: tuple[float, float] = (1.0, 0.1), mixer: str = "messages", **more: int) -> VMD:
    shape = {"width": 16, "message": 16, "hidden": 32, "loops": 6, "latent": 1, **more}
    model = VMD(ModelConfig.of(DOMAIN, prior="states", noise=noise, mixer=mixer, **shape), seed=3)
    return model.eval().requires_grad_(False)


@given(
    keys=st.lists(st.just(0) | st.integers(0, 2**64 - 1), min_size=1, max_size=4),
    time=st.integers(0, 2**31),
    n=st.integers(1, 40),
)
def test_noise_in_torch_is_the_same_to_the_bit(keys: list[int], time: int, n: int) -> None:
    held = np.array(keys, np.uint64)
    found = noise_on(held, time, torch.zeros(len(keys), n, 3)).numpy()
    np.testing.assert_array_equal(found, state_noise(held, time, (n, 3)))
    tensor = torch.from_numpy(held.view(np.int64))
    np.testing.assert_array_equal(noise_on(tensor, time, torch.zeros(len(keys), n, 3)).numpy(), found)


def test_a_key_is_the_bits_of_z() -> None:
    z = np.random.default_rng(0).standard_normal((50, 2), np.float32)
    np.testing.assert_array_equal(key_of(torch.from_numpy(z)).numpy().view(np.uint64), z.view(np.uint64)[:, 0])
    odd = np.arange(5, dtype=np.float32)[1:].reshape(2, 2)  # begins where no number of 8 bytes may
    held = noise_of(ModelConfig.of(DOMAIN, latent=1, prior="states", noise=(1.0, 0.0)), odd)
    assert held is not None
    assert held.keys.ctypes.data % 8 == 0
    assert held.keys.tolist() == key_of(torch.from_numpy(odd)).numpy().view(np.uint64).tolist()


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1), loops=st.integers(1, 9), begin=st.sampled_from([0.0, 0.5, 3.0]),
    path=st.sampled_from([0.0, 0.03, 0.5]), settle=st.booleans(),
)  # fmt: skip
def test_kernel_and_torch_say_the_same(seed: int, loops: int, begin: float, path: float, settle: bool) -> None:
    model = model_of((begin, path))
    units = model.units(DOMAIN.rules)
    x, _ = inputs(seed, 3, units, 0)
    z = np.random.default_rng(seed).standard_normal((3, 2), np.float32)
    z[seed % 3] = 0  # without noise
    peers = DOMAIN.rules.peers if settle else None
    by = DOMAIN.rules.settles if settle else None
    by_torch = Predictor(model, DOMAIN.rules, loops=loops, backend="torch").evaluate(x, z, settles=by)
    for path_name in FLOAT32:
        noise = StateNoise(z.view(np.uint64)[:, 0], begin, path)
        found = native(model.denoiser).evaluate(
            structure_of(units), x, loops=loops, peers=peers, noise=noise, path=path_name
        )
        np.testing.assert_allclose(found.logits, by_torch.logits, atol=1e-3)
        np.testing.assert_array_equal(found.loops, by_torch.loops)
    if not settle:
        tokens = torch.from_numpy(x.astype(np.int64))
        direct = model.predict(tokens, units, torch.from_numpy(z), loops, 1)[0].numpy()
        np.testing.assert_allclose(found.logits, direct, atol=1e-3)


def test_a_boards_noise_is_its_own_whatever_stands_beside_it() -> None:
    model = model_of()
    x = np.full((40, 16), OPEN, np.int32)
    z = np.random.default_rng(1).standard_normal((40, 2), np.float32)
    whole = Predictor(model, DOMAIN.rules, threads=3)(x, z)
    np.testing.assert_array_equal(Predictor(model, DOMAIN.rules, threads=1)(x[7:9], z[7:9]), whole[7:9])
    assert not np.array_equal(whole[0], whole[1])
    quiet = Predictor(model_of((0.0, 0.0)), DOMAIN.rules)(x, z)
    np.testing.assert_array_equal(quiet[0], quiet[1])


def test_keys_are_one_a_board() -> None:
    model = model_of()
    kernel: Denoise = native(model.denoiser)
    x = np.full((2, 16), OPEN, np.int32)
    noise = StateNoise(np.zeros(3, np.uint64), 1.0, 0.0)
    with pytest.raises(InvalidInput, match=r"shape \(3,\), wanted \(2,\)"):
        kernel.evaluate(structure_of(model.units(DOMAIN.rules)), x, loops=2, noise=noise)


def test_a_file_keeps_it_and_needs_no_torch_to_be_sampled(tmp_path: Path) -> None:
    model = model_of((2.0, 0.25))
    save_model(tmp_path / "w.safetensors", model)
    loaded, bare = load_model(tmp_path / "w.safetensors", DOMAIN), load_native(tmp_path / "w.safetensors")
    assert isinstance(bare, NativeModel)
    assert loaded.config == bare.config == model.config
    boards = np.full((6, 16), OPEN, np.int32)
    keys = latent_keys(board_keys(DOMAIN.rules, boards), 0)
    filled = [
        fill_boards(Predictor(one, DOMAIN.rules), DOMAIN.rules, boards, Plan(steps=2), keys=keys, seed=5)
        for one in (model, loaded, bare)
    ]
    assert all((filled[0].values == other.values).all() for other in filled[1:])
    assert len(np.unique(filled[0].values, axis=0)) == 1  # one problem and one latent: one board
    others = latent_keys(board_keys(DOMAIN.rules, boards), 1)
    other = fill_boards(Predictor(bare, DOMAIN.rules), DOMAIN.rules, boards, Plan(steps=2), keys=others, seed=5)
    assert (other.values != filled[0].values).any()


def test_a_problems_first_board_may_be_still_and_the_others_are_not() -> None:
    """z = 0 is the network without noise; what `Plan.other` fills, z is drawn for."""
    model, boards = model_of((2.0, 0.2)), np.full((4, 16), OPEN, np.int32)
    quiet = replace(model.config, noise=(0.0, 0.0))
    still = replace(model.config, sampling=replace(model.config.sampling, still=True))
    assert ModelConfig.from_json(still.to_json()) == still
    plan = Plan.of(still, steps=1)
    assert (plan.still, plan.other.still, Plan.of(model.config).still) == (True, False, False)
    keys, predict = board_keys(DOMAIN.rules, boards), Predictor(model, DOMAIN.rules)
    first, second = attempts_of(predict, boards, plan, keys)
    assert first.z is not None
    assert second.z is not None
    assert not first.z.any()
    assert second.z.all()
    calm = VMD(quiet).eval().requires_grad_(False)
    calm.load_state_dict(model.state_dict())
    wanted = fill_boards(Predictor(calm, DOMAIN.rules), DOMAIN.rules, boards, Plan(steps=1), keys=keys)
    np.testing.assert_array_equal(first.values, wanted.values)
    with pytest.raises(ModelMismatch, match="still is for prior 'states'"):
        replace(still, prior="standard")


def attempts_of(predict: Predictor, boards: Board, plan: Plan, keys: Keys) -> list[Round]:
    """Two boards of each, whatever the checker says of the first."""
    return [
        next(attempts(predict, DOMAIN.rules, boards, plan if not k else plan.other, keys=keys, latents=[k]))
        for k in range(2)
    ]


def test_attention_is_stirred_too() -> None:
    model = model_of(mixer="attention")
    x, z = np.full((2, 16), OPEN, np.int32), np.random.default_rng(2).standard_normal((2, 2), np.float32)
    a, b = Predictor(model, DOMAIN.rules)(x, z)
    assert not np.array_equal(a, b)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ModelMismatch, match="latent is 1"):
        model_of(latent=2)
    with pytest.raises(ModelMismatch, match="noise is"):
        model_of((1.0, -1.0))
    x = torch.zeros(1, 16, dtype=torch.long)
    with pytest.raises(ModelMismatch, match="no learned posterior"):
        model_of().posterior_of(x, x, model_of().units(DOMAIN.rules))
    with pytest.raises(ModelMismatch, match=r"pass z \[B, 2\]"):
        model_of().predict(x, model_of().units(DOMAIN.rules), None, 2, 1)
    config = model_of().config
    assert config.same_weights(replace(config, noise=(0.5, 0.5)))
