"""The kernels on a GPU equal the CPU's bit for bit, and the denoiser is near torch; without a GPU these are skipped.

What can be seen without one is tested elsewhere: the blocks' work in csrc/tests/test_team.cpp and
test_denoise_team.cpp, the loop in sampler/test_on_gpu.py.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from vmdsolve import domains, kernels
from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.kernels.cuda import FORBIDDEN, MAX_CUDA_CELLS, NO_LOGIT, raise_refusal, why_not
from vmdsolve.measure.accuracy import evaluate, held_out
from vmdsolve.model.checkpoint import packaged
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.native import native_cuda, structure_of
from vmdsolve.model.vmd import VMD
from vmdsolve.peers import Peers
from vmdsolve.sampler import Plan, Predictor, fill_boards
from vmdsolve.sampler.evaluation import settled
from vmdsolve.sets import full

WHY_NOT = "torch sees no GPU" if not torch.cuda.is_available() else why_not()
on_gpu = pytest.mark.skipif(bool(WHY_NOT), reason=f"needs a GPU and the CUDA kernels: {WHY_NOT}")

SHAPES = [(1, 1, 1), (1, 1, 64), (3, 31, 2), (5, 33, 9), (4, 81, 9), (2, 128, 32), (2, 129, 33), (3, 256, 16)]
SHAPES.append((1, MAX_CUDA_CELLS, 64))
FILLS = {"some given": 0.4, "none given": 0.0, "all given": 1.0}


def boards_of(seed: int, B: int, L: int, V: int, fill: float = 0.4) -> dict[str, Any]:
    """Arguments of `unmask` as arrays; some cells have no legal symbol, some logits tie, vanish or are huge."""
    rng = np.random.default_rng(seed)
    odd = np.array([0, -0.0, 1, -np.inf, 3e38, -3e38, 1e-40, -90], np.float32)
    logits = np.where(rng.random((B, L, V)) < 0.2, rng.choice(odd, (B, L, V)), 5 * rng.normal(size=(B, L, V)))
    x = np.where(rng.random((B, L)) < fill, rng.integers(0, V, (B, L)), -1).astype(np.int32)
    peers = Peers.of(L, [rng.permutation(L)[:size].tolist() for size in rng.integers(1, min(L, 12), L, endpoint=True)])
    allowed = rng.integers(0, 2**64, (B, L), np.uint64, endpoint=False) & full(V)
    allowed[rng.random((B, L)) < 0.7] = full(V)
    return {
        "logits": logits.astype(np.float32),
        "x": x,
        "candidates": kernels.candidates(x, allowed, peers),
        "peers": peers,
        "key": rng.integers(0, 2**64, B, np.uint64, endpoint=False),
    }


def on_device(boards: dict[str, Any]) -> dict[str, Any]:
    return {name: array if name == "peers" else torch.from_numpy(array).cuda() for name, array in boards.items()}


def assert_same(got: Any, wanted: Any) -> None:
    for one, other in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(one.cpu().numpy(), other)


def options_of(seed: int, B: int, L: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    threshold = [None, None, 0.3, -1.0, 2.0][rng.integers(5)]
    counts = rng.integers(0, L + 3, B).astype(np.int32)
    return {
        "threshold": threshold,
        "n_keep": None if threshold is not None and rng.random() < 0.5 else counts,
        "temperature": float(rng.choice([0, 0, 0.5, 1])),
        "guard": bool(rng.random() < 0.7),
        "noise": float(rng.choice([0, 0.5])),
        "seed": int(rng.integers(2**63)),
        "step": int(rng.integers(2**32)),
    }


@on_gpu
@pytest.mark.parametrize("order", kernels.ORDERS)
@pytest.mark.parametrize("fill", FILLS.values(), ids=FILLS)
def test_unmask_equals_the_cpu(order: str, fill: float) -> None:
    for (B, L, V), bf16, seed in product(SHAPES, (False, True), range(4)):
        boards, options = boards_of(seed, B, L, V, fill), options_of(seed, B, L)
        tensors = on_device(boards)
        if bf16:
            tensors["logits"] = tensors["logits"].bfloat16().clamp(max=3e38)
            boards["logits"] = tensors["logits"].float().cpu().numpy()
        wanted = kernels.unmask(**boards, order=order, **options)
        keep = options.pop("n_keep")
        before = {name: tensor.clone() for name, tensor in tensors.items() if name != "peers"}
        got = kernels.unmask(
            **tensors, order=order, n_keep=None if keep is None else torch.from_numpy(keep).cuda(), **options
        )
        assert_same(got, wanted)
        for name, tensor in before.items():  # as bytes, since NaN has no place here but -0 does
            assert torch.equal(tensor.view(torch.uint8), tensors[name].view(torch.uint8))


@on_gpu
@pytest.mark.parametrize("per_board", [True, False])
def test_candidates_and_conflicts_equal_the_cpu(per_board: bool) -> None:
    for (B, L, V), fill in product([*SHAPES, (17, 40, 5)], FILLS.values()):
        boards = boards_of(1, B, L, V, fill)
        x, peers = boards["x"], boards["peers"]
        allowed = np.random.default_rng(2).integers(0, 2**64, (B, L) if per_board else L, np.uint64, endpoint=False)
        cells, sets = (torch.from_numpy(array).cuda() for array in (x, allowed))
        assert_same([kernels.candidates(cells, sets, peers)], [kernels.candidates(x, allowed, peers)])
        assert_same([kernels.conflicts(cells, peers)], [kernels.conflicts(x, peers)])


@on_gpu
def test_no_boards_no_launch() -> None:
    tensors = on_device(boards_of(0, 0, 9, 4))
    assert all(len(out) == 0 for out in kernels.unmask(**tensors, n_keep=1))
    assert kernels.conflicts(tensors["x"], tensors["peers"]).shape == (0, 9)


@on_gpu
def test_a_board_with_a_forbidden_value_is_refused_alone_and_says_why() -> None:
    boards = boards_of(3, 3, 20, 5)
    wanted = kernels.unmask(**boards, n_keep=4)
    for name, place, value, why in (
        ("logits", (1, 3, 2), np.nan, NO_LOGIT),
        ("x", (1, 0), 5, FORBIDDEN),
        ("x", (1, 19), -2, FORBIDDEN),
        ("candidates", (1, 1), 32, FORBIDDEN),
    ):
        tensors = on_device(boards)
        tensors[name].view(torch.int64 if name == "candidates" else tensors[name].dtype)[place] = value
        x, committed, sets = (out.cpu().numpy() for out in kernels.unmask(**tensors, n_keep=4))
        assert (x[1] == why).all()
        assert not committed[1].any()
        assert not sets[1].any()
        for got, same in zip((x, committed, sets), wanted, strict=True):
            np.testing.assert_array_equal(got[[0, 2]], same[[0, 2]])
        assert (kernels.unmask(**{**tensors, "x": torch.from_numpy(x).cuda()}, n_keep=4)[0][1] == why).all()


@on_gpu
def test_a_captured_step_can_be_replayed_for_every_step() -> None:
    boards = boards_of(4, 64, 30, 9)
    tensors, step = on_device(boards), torch.zeros(1, dtype=torch.int32, device="cuda")
    options: dict[str, Any] = {"n_keep": 3, "order": "random", "temperature": 1.0, "seed": 7}
    kernels.unmask(**tensors, step=step, **options)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = kernels.unmask(**tensors, step=step, **options)
        legal = kernels.candidates(out[0], tensors["candidates"], tensors["peers"])
        clash = kernels.conflicts(out[0], tensors["peers"])
    for now in range(4):
        step.fill_(now)
        graph.replay()
        wanted = kernels.unmask(**boards, step=now, **options)
        assert_same(out, wanted)
        assert_same([legal], [kernels.candidates(wanted[0], boards["candidates"], boards["peers"])])
        assert_same([clash], [kernels.conflicts(wanted[0], boards["peers"])])


@on_gpu
def test_two_streams_at_once() -> None:
    both = [boards_of(seed, 500, 81, 9) for seed in (5, 6)]
    streams, outs = [torch.cuda.Stream() for _ in both], []
    tensors = [on_device(boards) for boards in both]
    torch.cuda.synchronize()
    for _ in range(5):
        for stream, mine in zip(streams, tensors, strict=True):
            with torch.cuda.stream(stream):
                outs.append(kernels.unmask(**mine, n_keep=9, temperature=1.0))
    torch.cuda.synchronize()
    for i, out in enumerate(outs):
        assert_same(out, kernels.unmask(**both[i % 2], n_keep=9, temperature=1.0))


@on_gpu
def test_wrong_calls_are_refused() -> None:
    tensors = on_device(boards_of(7, 2, 12, 4))
    for change, message in (
        ({"x": tensors["x"].cpu()}, "is on device cuda:0"),
        ({"key": tensors["key"].cpu()}, "key is on device cpu, wanted a tensor on cuda:0"),
        ({"peers": np.zeros((12, 1), np.int32)}, "peers is a ndarray; wanted vmdsolve.peers.Peers"),
        ({"logits": tensors["logits"].double()}, "logits has dtype float64, wanted float32 or bfloat16"),
        ({"candidates": tensors["candidates"][:, 1:]}, r"candidates has shape \[2, 11\]"),
        ({"backend": "cpu"}, "backend is 'cpu' and x is on cuda"),
    ):
        with pytest.raises(InvalidInput, match=message):
            kernels.unmask(**{**tensors, "n_keep": 1, **change})
    wide = torch.zeros(1, MAX_CUDA_CELLS + 1, dtype=torch.int32, device="cuda")
    with pytest.raises(InvalidInput, match="wanted 1 to 1024 on CUDA"):
        kernels.conflicts(wide, Peers.none(MAX_CUDA_CELLS + 1))


@pytest.mark.parametrize(
    ("value", "message"),
    [(FORBIDDEN, "board 1 holds a symbol, a set of symbols"), (NO_LOGIT, "board 1 was given NaN or infinity")],
)
def test_a_refused_board_is_told_as_what_it_is(value: int, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        raise_refusal(np.array([[0, -1], [value, value], [1, 1]], np.int32))
    raise_refusal(np.array([[0, -1]], np.int32))


def test_cuda_is_asked_for_where_it_cannot_be() -> None:
    boards = boards_of(8, 1, 5, 3)
    with pytest.raises(InvalidInput, match="backend is 'cuda' and x is on cpu; leave backend out, or move the tensors"):
        kernels.unmask(**boards, n_keep=1, backend="cuda")
    if why_not():
        model = random_model(0, "sudoku-4x4", (8, 8, 8), 0, 0)
        with pytest.raises(InvalidInput, match=r"the CUDA kernels are .*; take device cpu"):
            native_cuda(model.denoiser)


# The denoiser ---------------------------------------------------------------------------------------


def random_model(seed: int, domain: str, widths: tuple[int, int, int], latent: int, places: int) -> VMD:
    rules = domains.get(domain).rules
    positions = ((0, 0), (0, rules.V), (rules.L, rules.V))[places]
    config = ModelConfig(domain, rules.relations, *widths, loops=2, latent=latent, positions=positions)
    model, noise = VMD(config, seed=seed).eval().requires_grad_(False), torch.Generator().manual_seed(seed)
    for parameter in model.denoiser.parameters():
        parameter.add_(0.1 * torch.randn(parameter.shape, generator=noise))
    return model


@on_gpu
@torch.inference_mode()
@pytest.mark.parametrize("domain", ["sudoku-4x4", "sudoku-9x9"])
@pytest.mark.parametrize("widths", [(8, 8, 8), (16, 16, 32), (20, 17, 40), (32, 32, 64)])
@pytest.mark.parametrize(("latent", "places"), [(0, 0), (5, 0), (0, 1), (3, 2)])
def test_the_denoiser_is_near_torch(domain: str, widths: tuple[int, int, int], latent: int, places: int) -> None:
    model = random_model(1, domain, widths, latent, places)
    x = torch.from_numpy(held_out(domains.get(domain), 40)[0])
    z = torch.randn(40, latent, generator=torch.Generator().manual_seed(2))
    units = model.units(domains.get(domain).rules)
    wanted = model(x.long(), units, z if latent else None, 3)
    kernel = partial(native_cuda(model.denoiser), structure_of(units))
    x, z = x.int().cuda(), z.cuda()
    got = torch.full_like(wanted, torch.nan).copy_(kernel(x, z, loops=3))
    assert (got - wanted).norm() < 0.02 * wanted.norm()
    again = torch.cat([kernel(x[part], z[part], loops=3) for part in (slice(0, 1), slice(1, 40))])
    assert torch.equal(again.cpu(), got)  # whatever the batch


@on_gpu
@torch.inference_mode()
@pytest.mark.parametrize("noise", [(1.0, 0.0), (0.0, 0.2), (1.0, 0.2)])
def test_noise_on_states_is_that_of_the_cpu(noise: tuple[float, float]) -> None:
    domain = domains.get("sudoku-9x9")
    config = ModelConfig.of(domain, width=20, message=17, hidden=40, loops=4, latent=1, prior="states")
    model = VMD(replace(config, noise=noise), seed=1).eval()
    boards = held_out(domain, 40)[0]
    z = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    there, here = (Predictor(model, domain.rules, device, bf16=device == "cuda") for device in ("cuda", "cpu"))
    assert there.backend == "native"
    got, wanted = there(boards, z), here(boards, z)
    assert np.linalg.norm(got - wanted) < 0.02 * np.linalg.norm(wanted)
    assert np.linalg.norm(got - there(boards, z[::-1])) > 0.02 * np.linalg.norm(wanted)  # the noise is z's
    plan, keys = Plan(steps=4, settle=True), np.arange(40, dtype=np.uint64)
    whole, steps = (
        fill_boards(there, domain.rules, boards, plan, keys=keys, seed=4, keep_first=True, trace=trace)
        for trace in (False, True)
    )
    for name in ("values", "nfe", "loops", "first"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(steps, name))


@on_gpu
@torch.inference_mode()
@pytest.mark.parametrize("order", kernels.ORDERS)
def test_a_solve_equals_evaluations_and_steps(order: str) -> None:
    domain = domains.get("sudoku-9x9")
    model = packaged(domain)
    assert model is not None
    boards, keys = held_out(domain, 150)[0], np.arange(150, dtype=np.uint64)
    predict = Predictor(model, domain.rules, "cuda", loops=6, bf16=True)
    assert predict.backend == "native"
    for plan in (
        Plan(steps=5, order=order),
        Plan(steps=9, order=order, temperature=1.0, noise=0.5, threshold=0.9),
        Plan(steps=4, order=order, settle=True),
    ):
        whole = fill_boards(predict, domain.rules, boards, plan, keys=keys, seed=4, keep_first=True)
        steps = fill_boards(predict, domain.rules, boards, plan, keys=keys, seed=4, keep_first=True, trace=True)
        assert steps.trace is not None
        for name in ("values", "nfe", "loops", "first"):
            np.testing.assert_array_equal(getattr(whole, name), getattr(steps, name))


@on_gpu
@torch.inference_mode()
def test_boards_leave_as_they_settle() -> None:
    domain = domains.get("sudoku-9x9")
    model = packaged(domain)
    assert model is not None
    x = torch.from_numpy(held_out(domain, 60)[0]).cuda()
    z = torch.zeros((len(x), model.config.code_width), device="cuda") if model.config.code_width else None
    kernel = native_cuda(model.denoiser)
    structure, peers = structure_of(model.units(domain.rules)), domain.rules.peers
    said = kernel.evaluate(structure, x, z, loops=90, peers=peers)
    assert 0 < said.loops.min() < said.loops.max()
    for spent in said.loops.unique().tolist():
        alike = said.loops == spent
        plain = kernel(structure, x, z, loops=spent)
        assert torch.equal(plain[alike], said.logits[alike])
        if spent < 90:
            assert settled(torch, plain, x, peers)[alike].all()


@on_gpu
def test_solving_on_a_gpu_is_as_good_as_on_a_cpu() -> None:
    domain = domains.get("sudoku-4x4")
    boards = held_out(domain, 100)[0]
    rates = []
    for device, bf16 in (("cpu", False), ("cuda", False), ("cuda", True)):
        model = packaged(domain)
        assert model is not None
        predict = Predictor(model, domain.rules, device, bf16=bf16)
        rates.append(evaluate(domain, boards, predict=predict, plan=Plan(steps=4), latents=2).rate)
    assert max(rates) - min(rates) <= 0.05


@on_gpu
def test_networks_that_do_not_fit_are_refused_or_left_to_torch() -> None:
    wide, rules = random_model(2, "sudoku-4x4", (48, 16, 32), 0, 0), domains.get("sudoku-4x4").rules
    with pytest.raises(ModelMismatch, match="wanted widths H, M, N up to 32, 32, 64 and up to 768 candidates"):
        native_cuda(wide.denoiser).want(structure_of(wide.units(rules)))
    assert Predictor(wide, rules, "cuda", bf16=True).backend == "torch"
