"""The latent's two families and three priors: their draws, their divergences, and who sees what."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from helpers.chi_square import merged_z
from torch import Tensor
from torch.nn import functional as F

from vmdsolve.constraints import AllDifferent
from vmdsolve.errors import ModelMismatch
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.latents.distributions import Categorical, Gaussian, choose_class, gumbel, kl, scale_gradient
from vmdsolve.model.latents.prior import AutoregressivePrior, ConditionalPrior, make_prior
from vmdsolve.model.units import units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN, Rules

N = 20_000
TWO = Rules(2, 3, (AllDifferent([0, 1], "pair"),))
UNITS = units_of(TWO, ("pair",))
NOWHERE = torch.full((1, 2), OPEN)


def noise_of(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def config_of(G: int = 2, C: int = 3, prior: str = "autoregressive", **shape: object) -> ModelConfig:
    numbers = {"width": 8, "message": 8, "hidden": 8, "loops": 2, "latent": G, "classes": C, "prior": prior, **shape}
    symbols = 3 if shape.get("mixer") == "attention" else 0
    return ModelConfig("two", ("pair",), symbols=symbols, **numbers)


def model_of(seed: int = 0, **shape: object) -> VMD:
    """A model whose weights are large enough that everything hangs on everything."""
    model, noise = VMD(config_of(**shape), seed=seed).eval(), torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.data += 0.3 * torch.randn(parameter.shape, generator=noise)
    return model


def codes(G: int, C: int) -> Tensor:
    """[C^G, G * C] every code."""
    return F.one_hot(torch.tensor(list(product(range(C), repeat=G))), C).flatten(1).float()


def probability(logits: Tensor, z: Tensor) -> Tensor:
    """[n] of each code z [n, G * C], under independent groups with logits [n or 1, G, C]."""
    return (logits.log_softmax(-1) * z.view(len(z), *logits.shape[1:])).sum((1, 2)).exp()


def counts(z: Tensor, every: Tensor) -> list[int]:
    """How often each code occurs."""
    same = (z @ every.T) == every[0].sum()
    assert (same.sum(1) == 1).all()
    return same.sum(0).tolist()


def enliven(head: torch.nn.Linear, out: Tensor) -> None:
    """Shift and scale a last layer so that its outputs, now `out` [..., n], have mean 0 and deviation 1."""
    out = out.reshape(-1, out.shape[-1])
    head.weight.data /= out.std(0)[:, None]
    head.bias.data = (head.bias.data - out.mean(0)) / out.std(0)


def autoregressive(G: int, C: int, mixer: str = "messages") -> AutoregressivePrior:
    """A prior whose groups hang on each other."""
    prior = model_of(G=G, C=C, mixer=mixer).prior
    assert isinstance(prior, AutoregressivePrior)
    with torch.no_grad():
        prior.earlier.weight.data *= 3
        enliven(prior.head, prior.conditionals(prior.project(prior.features(NOWHERE, UNITS)), codes(G, C)))
    return prior


# Families -------------------------------------------------------------------------------------------


@torch.no_grad()
def test_classes_are_drawn_by_their_softmax_and_not_by_a_warmer_one() -> None:
    logits = noise_of(1, 2, 6, seed=3)
    z = Categorical(logits.expand(N, 2, 6)).draw(noise_of(N, 12)).view(N, 2, 6)
    assert set(z.flatten().tolist()) == {0.0, 1.0}
    for g in range(2):
        drawn = z[:, g].sum(0).int().tolist()
        assert merged_z(drawn, logits[0, g].softmax(-1).tolist()) < 4
        for wrong in (0.9, 1.1):
            assert merged_z(drawn, (logits[0, g] / wrong).softmax(-1).tolist()) > 4
    pairs = torch.einsum("na,nb->ab", z[:, 0], z[:, 1]).flatten().int().tolist()
    together = torch.outer(logits[0, 0].softmax(-1), logits[0, 1].softmax(-1)).flatten()
    assert merged_z(pairs, together.tolist()) < 4


def test_gumbel_noise_is_finite_wherever_normal_noise_may_lie() -> None:
    out = gumbel(torch.tensor([-40.0, -5.0, 0.0, 5.0, 40.0]))
    assert torch.isfinite(out).all()
    assert (out.diff() >= 0).all()
    assert float(out[0]) > -2.9
    assert float(out[-1]) < 16
    assert float(out[2]) == pytest.approx(-math.log(math.log(2)))


def test_the_straight_through_gradient_is_that_of_the_relaxed_draw() -> None:
    noise, towards = noise_of(4, 3, 5), noise_of(4, 3, 5, seed=1)
    hard, soft = noise_of(4, 3, 5, seed=2).requires_grad_(), noise_of(4, 3, 5, seed=2).requires_grad_()
    z = choose_class(hard, noise)
    torch.testing.assert_close(z.detach(), F.one_hot((hard + gumbel(noise)).argmax(-1), 5).float())
    (z * towards).sum().backward()
    ((soft + gumbel(noise)).softmax(-1) * towards).sum().backward()
    torch.testing.assert_close(hard.grad, soft.grad)
    assert hard.grad is not None
    assert hard.grad.abs().min() > 0


def test_kl_of_classes_is_the_enumerated_one() -> None:
    q, p = Categorical(2 * noise_of(5, 2, 3)), Categorical(noise_of(5, 2, 3, seed=1))
    for other, logits in ((p, p.logits), (None, torch.zeros(5, 2, 3))):
        for b in range(5):
            every = codes(2, 3)
            mine, its = probability(q.logits[b : b + 1], every), probability(logits[b : b + 1], every)
            assert float(kl(q, other)[b].sum()) == pytest.approx(float((mine * (mine / its).log()).sum()), abs=1e-5)
    torch.testing.assert_close(kl(q, q), torch.zeros(5, 2))


def test_the_mode_is_the_likeliest_class_whatever_the_noise_and_passes_no_gradient() -> None:
    q = Categorical(noise_of(50, 2, 3).requires_grad_())
    mode = q.mode()
    assert not mode.logits.requires_grad
    z = mode.draw(3 * noise_of(50, 6, seed=1))
    assert torch.equal(z.view(50, 2, 3).argmax(-1), q.logits.argmax(-1))
    torch.testing.assert_close(kl(mode, None), torch.full((50, 2), math.log(3)))


@pytest.mark.parametrize("family", [Gaussian, Categorical])
def test_easing_changes_the_gradient_alone(family: type) -> None:
    share = torch.tensor([1.0, 0.25, 0.0])
    parts = 2 if family is Gaussian else 1
    shape = (4, 3) if family is Gaussian else (4, 3, 5)
    whole = [noise_of(*shape, seed=i).requires_grad_() for i in range(parts)]
    part = [noise_of(*shape, seed=i).requires_grad_() for i in range(parts)]
    kl(family(*whole), None).sum().backward()
    easy = scale_gradient(family(*part), share)
    for a, b in zip(easy, whole, strict=True):
        assert torch.equal(a, b)
    kl(easy, None).sum().backward()
    scale = share.view(1, 3, *[1] * (len(shape) - 2))
    for a, b in zip(part, whole, strict=True):
        torch.testing.assert_close(a.grad, scale * b.grad)


def test_one_family_has_no_kl_to_the_other() -> None:
    gaussian, classes = Gaussian(torch.zeros(1, 2), torch.zeros(1, 2)), Categorical(torch.zeros(1, 2, 3))
    with pytest.raises(ModelMismatch, match="Gaussian has no KL"):
        kl(gaussian, classes)
    with pytest.raises(ModelMismatch, match="classes have no KL"):
        kl(classes, gaussian)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ({"classes": 1}, "classes is 1"),
        ({"classes": 0, "prior": "autoregressive"}, "goes over groups of classes"),
        ({"mixer": "mlp"}, "mixer is 'mlp'; wanted one of messages, attention"),
        ({"mixer": "attention", "width": 40}, None),
        ({"mixer": "attention", "width": 50}, "width is 50; attention wants a multiple of 16"),
    ],
)
def test_shapes_that_cannot_be_are_refused(shape: dict[str, object], text: str | None) -> None:
    numbers = {"prior": "standard", **shape}
    if text is None:
        assert ModelConfig("two", (), **numbers).heads == 2
        return
    with pytest.raises(ModelMismatch, match=text):
        ModelConfig("two", (), **numbers)


# Priors ---------------------------------------------------------------------------------------------


@torch.no_grad()
def test_the_standard_prior_is_normal_noise_or_even_classes() -> None:
    noise = noise_of(N, 6)
    gaussian = make_prior(config_of(C=0, G=6, prior="standard"))
    assert gaussian.draw(NOWHERE.expand(N, 2), UNITS, noise) is noise
    even = make_prior(config_of(prior="standard"))
    drawn = counts(even.draw(NOWHERE.expand(N, 2), UNITS, noise), codes(2, 3))
    assert merged_z(drawn, [1 / 9] * 9) < 4
    q = Categorical(noise_of(3, 2, 3))
    assert torch.equal(even.divergence(q, torch.zeros(3, 6), NOWHERE.expand(3, 2), UNITS), kl(q, None))


@torch.no_grad()
@pytest.mark.parametrize("mixer", ["messages", "attention"])
def test_the_conditional_prior_draws_groups_apart_by_what_is_seen(mixer: str) -> None:
    prior = model_of(prior="conditional", mixer=mixer).prior
    assert isinstance(prior, ConditionalPrior)
    every = codes(2, 3)
    boards = torch.tensor([[OPEN, OPEN], [2, OPEN], [0, 1]])
    enliven(prior.encoder.head, prior.encoder.head(prior.encoder.features(boards, UNITS)))
    laws = []
    for x in (NOWHERE, torch.tensor([[2, OPEN]])):
        p = prior.of(x, UNITS)
        laws.append(probability(p.logits, every))
        drawn = counts(prior.draw(x.expand(N, 2), UNITS, noise_of(N, 6)), every)
        assert merged_z(drawn, laws[-1].tolist()) < 4
    assert merged_z(drawn, laws[0].tolist()) > 4


def law_of_autoregression(prior: AutoregressivePrior, x: Tensor, every: Tensor) -> Tensor:
    """Product over groups of p(z_g | groups before), the later groups of z blanked by hand."""
    G, C = prior.config.latent, prior.config.classes
    law = torch.ones(len(every))
    seen = prior.project(prior.features(x, UNITS)).expand(len(every), -1)
    for g in range(G):
        before = every.clone()
        before[:, g * C :] = 0
        step = prior.conditionals(seen, before).softmax(-1)[:, g]
        law *= (step * every[:, g * C : (g + 1) * C]).sum(1)
    return law


@torch.no_grad()
@pytest.mark.parametrize("mixer", ["messages", "attention"])
def test_the_autoregressive_prior_draws_the_product_of_its_conditionals(mixer: str) -> None:
    prior = autoregressive(3, 2, mixer)
    every = codes(3, 2)
    law = law_of_autoregression(prior, NOWHERE, every)
    assert float(law.sum()) == pytest.approx(1, abs=1e-5)
    drawn = counts(prior.draw(NOWHERE.expand(N, 2), UNITS, noise_of(N, 6)), every)
    assert merged_z(drawn, law.tolist()) < 4
    marginal = torch.einsum("n,nz->z", law, every).view(1, 3, 2)
    assert merged_z(drawn, probability(marginal.log(), every).tolist()) > 4  # groups hang on each other
    warm = (law**0.9) / (law**0.9).sum()
    assert merged_z(drawn, warm.tolist()) > 4


@torch.no_grad()
def test_the_divergence_from_the_autoregressive_prior_is_right_on_average() -> None:
    prior = autoregressive(3, 2)
    every = codes(3, 2)
    q = Categorical(1.5 * noise_of(1, 3, 2))
    mine, its = probability(q.logits, every), law_of_autoregression(prior, NOWHERE, every)
    estimates = prior.divergence(Categorical(q.logits.expand(8, 3, 2)), every, NOWHERE.expand(8, 2), UNITS).sum(1)
    assert float(mine @ estimates) == pytest.approx(float((mine * (mine / its).log()).sum()), abs=1e-5)
    assert float(estimates.std()) > 0.01  # it is an estimate: z matters


def test_a_group_never_sees_itself_or_later_groups() -> None:
    prior = autoregressive(4, 3)
    seen = prior.project(prior.features(NOWHERE, UNITS)).detach()
    z = noise_of(1, 12).requires_grad_()
    for g in range(4):
        slope = torch.autograd.grad(prior.conditionals(seen, z)[0, g].square().sum(), z)[0].view(4, 3)
        assert (slope[g:] == 0).all()
        assert (slope[:g].abs().sum(1) > 0).all()


# The ELBO -------------------------------------------------------------------------------------------


@torch.no_grad()
@pytest.mark.parametrize("prior", ["standard", "conditional", "autoregressive"])
@pytest.mark.parametrize("mixer", ["messages", "attention"])
def test_the_elbo_is_below_the_likelihood_by_the_posteriors_kl(prior: str, mixer: str) -> None:
    """Two cells of three symbols, nine codes, all enumerated: log p(x0) = ELBO + KL(q(z) || p(z | x0))."""
    every, x = codes(2, 3), NOWHERE.expand(9, 2)
    steer = 30 * (every - 0.5)  # noise that draws each code, whatever the (small) logits
    total = 0.0
    for a, b in product(range(3), repeat=2):
        model = model_of(seed=a, prior=prior, mixer=mixer, positions=(2, 3))
        x0 = torch.tensor([[a, b]]).expand(9, 2)
        q = probability(model.posterior(x, UNITS, x0).logits, every)
        terms = model.terms(x, x0, UNITS, steer)
        log_x0 = -terms.nll[-1]  # log p(x0 | z) for each code
        p = law_of_autoregression(model.prior, NOWHERE, every) if isinstance(model.prior, AutoregressivePrior) else (
            probability(model.prior.of(NOWHERE, UNITS).logits, every) if isinstance(model.prior, ConditionalPrior)
            else torch.full((9,), 1 / 9)
        )  # fmt: skip
        elbo = float(q @ (log_x0 - terms.kl.sum(1)))
        joint = p * log_x0.exp()
        likelihood = float(joint.sum().log())
        gap = float((q * (q / (joint / joint.sum())).log()).sum())
        assert elbo < likelihood
        assert likelihood - elbo == pytest.approx(gap, abs=1e-4)
        total += gap
    assert total > 0.05
