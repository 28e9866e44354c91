"""The ELBO's terms: which tokens who sees, and where the gradient of the KL goes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from vmdsolve.domains import get
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.elbo import Terms, reconstruction
from vmdsolve.model.latents import Learning
from vmdsolve.model.units import units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN

FOUR = get("sudoku-4x4")
UNITS = units_of(FOUR.rules, FOUR.rules.relations)
B, D = 3, 4
FAMILIES = [
    {"prior": "standard"},
    {"prior": "conditional"},
    {"prior": "conditional", "classes": 3},
    {"prior": "autoregressive", "classes": 3},
]


def model_of(**shape: object) -> VMD:
    numbers = {"width": 8, "message": 8, "hidden": 8, "loops": 2, "latent": D, "positions": (16, 4), **shape}
    return VMD(ModelConfig.of(FOUR, **numbers))


def boards() -> tuple[Tensor, Tensor, Tensor]:
    """(start, x, x0): more is visible in x than in the start."""
    x0 = torch.randint(0, 4, (B, 16), generator=torch.Generator().manual_seed(0))
    cell = torch.arange(16)
    return torch.where(cell % 4 > 0, OPEN, x0), torch.where(cell % 4 > 1, OPEN, x0), x0


def noise_of(model: VMD) -> Tensor:
    return torch.randn(B, model.z_width(UNITS), generator=torch.Generator().manual_seed(1))


def terms_of(model: VMD, **options: object) -> Terms:
    start, x, x0 = boards()
    return model.terms(x, x0, UNITS, noise_of(model), start=start, how=Learning(**options))


def gradients(model: VMD, part: str, **options: object) -> dict[str, Tensor]:
    """Of the sum of one of the terms, by weight."""
    model.zero_grad()
    getattr(terms_of(model, **options), part).sum().backward()
    return {name: torch.zeros_like(p) if p.grad is None else p.grad.clone() for name, p in model.named_parameters()}


@pytest.mark.parametrize("family", FAMILIES)
@torch.no_grad()
def test_posterior_and_prior_see_the_start_and_the_network_the_masked_tokens(family: dict[str, object]) -> None:
    model, (start, x, x0) = model_of(**family), boards()
    noise = noise_of(model)
    apart, at_x = model.terms(x, x0, UNITS, noise, start=start), model.terms(x, x0, UNITS, noise)
    torch.testing.assert_close(model.terms(start, x0, UNITS, noise).kl, apart.kl)  # the start decides the KL, not x
    assert not torch.equal(at_x.kl, apart.kl)
    assert torch.equal(model.terms(x, x0, UNITS, noise, start=x).kl, at_x.kl)
    z = model.posterior(start, UNITS, x0).draw(noise)
    torch.testing.assert_close(apart.nll, reconstruction(model(x, UNITS, z)[None], x, x0))
    assert torch.equal(apart.masked, (x == OPEN).sum(1))


@torch.no_grad()
def test_what_is_open_in_the_answer_costs_nothing_and_is_not_counted() -> None:
    model, (start, x, x0) = model_of(classes=3), boards()
    later = torch.where(torch.arange(16) >= 8, OPEN, x0)
    terms = model.terms(torch.where(later == OPEN, OPEN, x), later, UNITS, noise_of(model), start=start)
    assert terms.masked.tolist() == [4] * B
    z = model.posterior(start, UNITS, later).draw(noise_of(model))
    log_p = model(torch.where(later == OPEN, OPEN, x), UNITS, z).log_softmax(-1).gather(2, x0[..., None])[..., 0]
    torch.testing.assert_close(terms.nll[-1], -log_p[:, [2, 3, 6, 7]].sum(1))


@pytest.mark.parametrize("family", FAMILIES)
def test_lambda_scales_the_posteriors_gradient_and_leaves_the_rest(family: dict[str, object]) -> None:
    model = model_of(**family)
    whole = gradients(model, "kl")
    for share in (0.0, 0.25):
        part = gradients(model, "kl", latent_kl=share)
        for name, gradient in part.items():
            expected = share * whole[name] if name.startswith("posterior.") else whole[name]
            torch.testing.assert_close(gradient, expected)
    assert float(whole["posterior.head.weight"].abs().sum()) > 0
    learned = [gradient for name, gradient in whole.items() if name.startswith("prior.")]
    assert all(float(gradient.abs().sum()) > 0 for gradient in learned)
    assert bool(learned) == (family["prior"] != "standard")
    torch.testing.assert_close(terms_of(model, latent_kl=0.0).kl, terms_of(model).kl)


@pytest.mark.parametrize("family", FAMILIES)
def test_free_bits_spare_the_dimensions_that_say_little(family: dict[str, object]) -> None:
    model = model_of(**family)
    with torch.no_grad():
        model.posterior.head.weight *= 5
    kl = terms_of(model).kl.mean(0).detach()
    limit = float(kl.sort().values[1:3].mean())  # two dimensions below, two above
    width = len(model.posterior.head.bias) // D
    rows = (kl > limit).float()
    # Classes lie group by group; a Gaussian's means lie before its deviations.
    above = rows.repeat_interleave(width) if family.get("classes") else rows.repeat(width)
    free, whole = gradients(model, "kl", free_bits=limit), gradients(model, "kl")
    for name in ("posterior.head.weight", "posterior.head.bias"):
        mask = above.view(-1, *[1] * (free[name].ndim - 1))
        torch.testing.assert_close(free[name], mask * whole[name])
        assert float(free[name].abs().sum()) > 0
    for name in free:
        if name.startswith("prior."):
            torch.testing.assert_close(free[name], whole[name])


def test_a_settled_posterior_stands_still_and_a_gaussian_one_cannot() -> None:
    model = model_of(prior="autoregressive", classes=3)
    for part in ("kl", "nll"):
        still = gradients(model, part, code="frozen")
        assert all(not float(g.abs().sum()) for name, g in still.items() if name.startswith("posterior."))
        moved = "prior.head.weight" if part == "kl" else "denoiser.update.weight"
        assert float(still[moved].abs().sum()) > 0
    standard = model_of(classes=3)
    torch.testing.assert_close(terms_of(standard, code="likeliest").kl, torch.full((B, D), math.log(3)))
    start, x, x0 = boards()
    how = Learning(code="likeliest")
    a, b = (standard.terms(x, x0, UNITS, s * noise_of(standard), start=start, how=how).nll for s in (1, -1))
    torch.testing.assert_close(a, b)  # the noise has no say
    with pytest.raises(ModelMismatch, match="Gaussian posterior cannot settle"):
        terms_of(model_of(), code="likeliest")


@pytest.mark.parametrize("mixer", ["messages", "attention"])
@pytest.mark.parametrize("positions", [(16, 3), (4, 4), (0, 3), (17, 4)])
def test_positions_that_do_not_fit_the_board_are_refused(mixer: str, positions: tuple[int, int]) -> None:
    with pytest.raises(ModelMismatch, match=r"wanted \(16, 4\), \(0, 4\): symbols alone, or \(0, 0\)"):
        model_of(mixer=mixer, positions=positions, symbols=4 if mixer == "attention" else 0).units(FOUR.rules)
