"""Codes: the autoregressive prior draws what its divergence scores, and what moves a settled posterior."""

from __future__ import annotations

import itertools

import pytest
import torch
from helpers.chi_square import chi_square_z

from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.latents import Learning
from vmdsolve.model.latents.distributions import Categorical
from vmdsolve.model.units import units_of
from vmdsolve.model.vmd import VMD

G, C = 3, 3
UNITS = units_of(get("pair").rules, get("pair").rules.relations)


def model(**changed: object) -> VMD:
    shape: dict[str, object] = {"latent": G, "classes": C, "prior": "autoregressive", "width": 16, "hidden": 16}
    shape |= {"mixer": "attention", "loops": 1, "positions": (2, 10), **changed}
    return VMD(ModelConfig.of(get("pair"), **shape))


def scaled(it: VMD) -> VMD:
    """The model with a prior that is far from uniform, group by group and given the groups before."""
    with torch.no_grad():
        it.prior.earlier.weight.mul_(3)
        it.prior.head.weight.mul_(2)
    return it


def test_the_prior_draws_the_codes_that_its_divergence_scores() -> None:
    it = scaled(model())
    codes = torch.tensor(list(itertools.product(range(C), repeat=G)))
    z = torch.nn.functional.one_hot(codes, C).float().flatten(1)
    open_ = torch.full((len(z), 2), -1)
    with torch.no_grad():
        q = Categorical(1e3 * z.view(-1, G, C))  # sure of one code: the divergence is then that code's surprise
        p = (-it.prior.divergence(q, z, open_, UNITS).sum(1)).exp()
        assert p.sum() == pytest.approx(1, abs=1e-4)
        assert p.max() > 3 * p.min()  # else the test could not tell
        n = 20_000
        noise = torch.randn(n, G * C, generator=torch.Generator().manual_seed(1))
        drawn = it.draw(torch.full((n, 2), -1), UNITS, noise)
    assert drawn is not None
    digits = drawn.view(n, G, C).argmax(-1)
    counts = torch.bincount((digits * torch.tensor([C * C, C, 1])).sum(1), minlength=C**G)
    assert chi_square_z(counts.tolist(), (p / p.sum()).tolist()) < 4


@pytest.mark.parametrize(("code", "moves"), [("drawn", True), ("likeliest", True), ("frozen", False)])
def test_what_moves_the_posterior(code: str, moves: bool) -> None:
    it = model()
    x0 = torch.tensor([[1, 2], [3, 4]])
    noise = torch.randn(2, G * C, generator=torch.Generator().manual_seed(0))
    torch.nn.init.normal_(it.denoiser.modulate.weight)
    terms = it.terms(torch.full_like(x0, -1), x0, UNITS, noise, how=Learning(latent_kl=0.0, code=code))
    (terms.nll.sum() + terms.kl.sum()).backward()
    found = it.posterior.head.weight.grad
    assert (found is not None and bool(found.abs().sum() > 0)) is moves
    assert it.prior.head.weight.grad.abs().sum() > 0


def test_a_settled_code_is_one_hot_and_the_same_whatever_the_noise() -> None:
    q = Categorical(torch.randn(4, G, C, generator=torch.Generator().manual_seed(0)))
    assert torch.equal(q.code().round(decimals=5), q.mode().draw(torch.randn(4, G * C)))


def test_a_gaussian_cannot_settle() -> None:
    it = model(classes=0, prior="standard")
    x0 = torch.tensor([[1, 2]])
    with pytest.raises(ModelMismatch, match="cannot settle"):
        it.terms(x0, x0, UNITS, torch.zeros(1, G), how=Learning(code="likeliest"))
