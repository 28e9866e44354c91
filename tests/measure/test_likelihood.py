"""The two bounds of -log p, against laws small enough to write down: every order of cells, every class of z."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
import torch

from vmdsolve.errors import InvalidInput, ModelMismatch
from vmdsolve.measure.likelihood import Bound, importance, nelbo
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.latents.distributions import Gaussian, log_density
from vmdsolve.model.units import units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN, Rules

L, V, C = 3, 2, 3
RULES = Rules(L, V)
UNITS = units_of(RULES, ())
EVERY = np.array(list(itertools.product(range(V), repeat=L)), np.int32)
KINDS = {
    "plain": {"latent": 0},
    "standard": {"latent": 1, "classes": C},
    "conditional": {"latent": 1, "classes": C, "prior": "conditional"},
    "autoregressive": {"latent": 1, "classes": C, "prior": "autoregressive"},
}


@cache
def model_of(kind: str) -> VMD:
    """A random network, far from uniform."""
    shape = {"width": 8, "hidden": 8, "loops": 1, "mixer": "attention", "positions": (L, V), **KINDS[kind]}
    model = VMD(ModelConfig("toy", (), **shape), seed=1)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if not name.startswith(("posterior", "prior")):
                p.mul_(2)
    return model.eval()


def codes(kind: str) -> list[torch.Tensor | None]:
    return [row[None] for row in torch.eye(C)] if KINDS[kind]["latent"] else [None]


@torch.no_grad()
def log_p(model: VMD, x: list[int], z: torch.Tensor | None) -> np.ndarray:
    return np.asarray(model(torch.tensor([x]), UNITS, z)[0].double().log_softmax(-1).numpy())


@cache
def exact_of(kind: str, number: int, draw: str) -> tuple[float, float]:
    return exact(kind, EVERY[number], draw)


@torch.no_grad()
def exact(kind: str, answer: np.ndarray, draw: str) -> tuple[float, float]:
    """(NELBO, -log p) by every order of cells and every class of z."""
    model, zs = model_of(kind), codes(kind)
    truth = torch.from_numpy(answer[None].astype(np.int64))

    def laws(x: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """[C] posterior and prior of z at x."""
        if zs == [None]:
            return np.ones(1), np.ones(1)
        seen = torch.tensor([x])
        q = model.posterior_of(seen, truth, UNITS)
        of_q = [float(log_density(q, z)) for z in zs if z is not None]
        of_p = [float(model.prior.log_density(z, seen, UNITS)) for z in zs if z is not None]
        return np.exp(of_q), np.exp(of_p)

    bound, p = 0.0, 0.0
    orders = list(itertools.permutations(range(L)))
    for order in orders:
        x, steps = [OPEN] * L, []
        for cell in order:
            q, prior = laws(x)
            steps.append((q, prior, np.array([log_p(model, x, z)[cell, answer[cell]] for z in zs])))
            x[cell] = int(answer[cell])
        if draw == "once":
            q, prior = steps[0][:2]
            path = np.sum([logs for *_, logs in steps], axis=0)
            bound += float(q @ (np.log(q / prior) - path)) / len(orders)
            p += float(prior @ np.exp(path)) / len(orders)
        else:
            bound += sum(float(q @ (np.log(q / prior) - logs)) for q, prior, logs in steps) / len(orders)
            p += math.prod(float(prior @ np.exp(logs)) for _, prior, logs in steps) / len(orders)
    return bound, -math.log(p)


CASES = [(kind, draw) for kind in KINDS for draw in ("once", "each_step")]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "draw"), CASES)
def test_the_law_of_the_oracle_sums_to_one_and_bounds_bound(kind: str, draw: str) -> None:
    both = [exact_of(kind, number, draw) for number in range(len(EVERY))]
    assert sum(math.exp(-nats) for _, nats in both) == pytest.approx(1, abs=1e-5)
    assert all(bound > nats - 1e-6 for bound, nats in both)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "draw"), CASES)
def test_estimates_agree_with_enumeration(kind: str, draw: str) -> None:
    """Each within four of its standard errors; the errors are small enough to tell the two bounds apart."""
    answer = EVERY[3]
    bound, nats = exact_of(kind, 3, draw)
    many = np.repeat(answer[None], 200, axis=0)
    found = nelbo(model_of(kind), RULES, many, times=6, draw=draw)
    assert abs(found.nats.mean() - bound) < 4 * found.error * L
    one = importance(model_of(kind), RULES, many, latents=1, draw=draw)
    assert abs(one.nats.mean() - bound) < 4 * one.error * L
    close = importance(model_of(kind), RULES, many[:60], latents=128, draw=draw)
    assert abs(close.nats.mean() - nats) < 4 * close.error * L + 2e-3
    assert found.error * L < 0.15
    if bound - nats > 0.05:
        assert close.nats.mean() < bound - 0.5 * (bound - nats)


@pytest.mark.slow
def test_more_latents_come_closer() -> None:
    many = np.repeat(EVERY[5][None], 200, axis=0)
    means = [importance(model_of("conditional"), RULES, many, latents=k, seed=k).nats.mean() for k in (1, 4, 64)]
    assert means[0] > means[1] > means[2]


def test_a_boards_bound_hangs_on_its_place_and_the_seed_alone() -> None:
    whole = nelbo(model_of("standard"), RULES, EVERY, seed=3)
    assert nelbo(model_of("standard"), RULES, EVERY[:5], seed=3).nats == pytest.approx(whole.nats[:5], abs=1e-5)
    assert (nelbo(model_of("standard"), RULES, EVERY, seed=4).nats != whole.nats).any()


def test_the_density_of_a_gaussian_is_torchs() -> None:
    rng = torch.Generator().manual_seed(0)
    mean, log_std, z = (torch.randn(4, 3, generator=rng) for _ in range(3))
    wanted = torch.distributions.Normal(mean, log_std.exp()).log_prob(z).sum(1)
    torch.testing.assert_close(log_density(Gaussian(mean, log_std), z), wanted)


def test_numbers_people_read() -> None:
    bound = Bound(np.array([math.log(4), math.log(16)]), 3)
    assert bound.bits == pytest.approx(1)
    assert bound.perplexity == pytest.approx(2)
    assert bound.error == pytest.approx(math.log(4) / 2 / 3)
    assert math.isnan(Bound(np.array([1.0]), 3).error)


def test_wrong_input_is_refused() -> None:
    for boards in (np.full((1, L), OPEN), EVERY[:0], EVERY[0]):
        with pytest.raises(InvalidInput, match="must be full boards"):
            nelbo(model_of("plain"), RULES, boards)
    with pytest.raises(InvalidInput, match="draw is 'twice'"):
        nelbo(model_of("plain"), RULES, EVERY, draw="twice")
    with pytest.raises(InvalidInput, match="times or latents is 0"):
        importance(model_of("plain"), RULES, EVERY, latents=0)
    asks = VMD(ModelConfig("toy", (), width=8, hidden=8, latent=1, prior="cells", mixer="attention", symbols=V))
    with pytest.raises(ModelMismatch, match="cells asked"):
        nelbo(asks, RULES, EVERY)
