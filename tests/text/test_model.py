"""What a text model's cells may see of each other, and that a cache changes nothing."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from vmdsolve.errors import ModelMismatch
from vmdsolve.model.latents.distributions import Categorical
from vmdsolve.text.config import ABSENT, TextConfig
from vmdsolve.text.model import TextModel

V, L = 5, 12
KINDS: dict[str, dict[str, Any]] = {
    "autoregressive": {"kind": "autoregressive"},
    "one block": {},
    "blocks": {"block": 4},
    "tied": {"block": 3, "tied": True},
    "gaussian": {"block": 4, "latent": 3},
    "conditional": {"block": 4, "latent": 3, "prior": "conditional"},
    "classes": {"block": 4, "latent": 2, "classes": 3, "prior": "autoregressive"},
    "one block, classes": {"latent": 2, "classes": 3, "prior": "autoregressive"},
    "regions": {"block": 4, "latent": 4, "regions": 2, "classes": 3, "prior": "autoregressive"},
    "one block, regions": {"latent": 3, "regions": 3, "classes": 3, "prior": "autoregressive", "tied": True},
    "gaussian regions": {"block": 4, "latent": 4, "regions": 4, "prior": "conditional"},
    "each step": {"block": 4, "latent": 3, "prior": "conditional", "draw": "each_step"},
}
kinds = pytest.mark.parametrize("kind", KINDS)


def model_of(kind: str) -> TextModel:
    """One whose weights are large enough for all of them to show."""
    model = TextModel(TextConfig(V, length=L, width=16, heads=2, layers=2, **KINDS[kind]), seed=1)
    generator = torch.Generator().manual_seed(2)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter.data, std=0.4, generator=generator)
    return model


def texts(seed: int, B: int = 2) -> tuple[Tensor, Tensor]:
    """Texts, and the same with open cells."""
    generator = torch.Generator().manual_seed(seed)
    x0 = torch.randint(V, (B, L), generator=generator)
    return x0, torch.where(torch.rand(B, L, generator=generator) < 0.6, V, x0)


def noise_of(model: TextModel, seed: int = 0, B: int = 2) -> Tensor:
    c = model.config
    return torch.randn(B, c.blocks, c.z_width, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def whole(model: TextModel, x: Tensor, x0: Tensor) -> tuple[Tensor, Tensor | None]:
    z = model.prior_draw(torch.full_like(x0, V), noise_of(model), context=x0)
    return model.logits(x0 if model.config.kind == "autoregressive" else x, z, context=x0), z


@kinds
@settings(deadline=None, max_examples=12)
@given(cut=st.integers(1, L - 1), seed=st.integers(0, 9))
def test_nothing_is_seen_of_what_comes_later(kind: str, cut: int, seed: int) -> None:
    model = model_of(kind)
    step = 1 if model.config.kind == "autoregressive" else model.config.cells
    x0, x = texts(seed)
    (y0, y), later = texts(seed + 100), torch.arange(L) >= cut
    before, _ = whole(model, x, x0)
    after, _ = whole(model, torch.where(later, y, x), torch.where(later, y0, x0))
    seen = cut + 1 if step == 1 else cut // step * step  # left to right, a cell is told by those before it alone
    torch.testing.assert_close(after[:, :seen], before[:, :seen], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "autoregressive"])
@given(seed=st.integers(0, 9))
@settings(deadline=None, max_examples=6)
@torch.no_grad()
def test_a_block_does_not_see_what_is_open_in_it(kind: str, seed: int) -> None:
    """The finished text beside it is that of the blocks before."""
    model = model_of(kind)
    x0, x = texts(seed)
    cells = model.config.cells
    last = torch.arange(L) >= L - cells
    wanted, z = whole(model, x, x0)
    other = torch.where((x == V) & last, (x0 + 1) % V, x0)
    torch.testing.assert_close(model.logits(x, z, context=other)[:, last], wanted[:, last])


@kinds
def test_what_is_visible_is_seen(kind: str) -> None:
    model = model_of(kind)
    x0, x = texts(3)
    before, _ = whole(model, x, x0)
    x0[:, 0], x[:, 0] = (x0[:, 0] + 1) % V, (x0[:, 0] + 1) % V
    after, _ = whole(model, x, x0)
    assert (after - before).abs().amax((0, 2))[1:].min() > 1e-4


@kinds
@settings(deadline=None, max_examples=12)
@given(data=st.data())
@torch.no_grad()
def test_a_cache_of_finished_blocks_changes_nothing(kind: str, data: st.DataObject) -> None:
    model = model_of(kind)
    step = 1 if model.config.kind == "autoregressive" else model.config.cells
    cuts = sorted(data.draw(st.sets(st.sampled_from(range(step, L, step)), max_size=3))) if step < L else []
    x0, x = texts(data.draw(st.integers(0, 9)))
    x = x0 if step == 1 else x
    wanted, z = whole(model, x, x0)
    cache, begin = None, 0
    for cut in cuts:
        cache, begin = model.read(x0[:, begin:cut], cache), cut
    rest = None if z is None else z[:, begin // step :]
    found = model.logits(x[:, begin:], rest, cache, x0[:, begin:])
    torch.testing.assert_close(found, wanted[:, begin:], atol=1e-5, rtol=1e-4)
    if z is not None:
        start = torch.full((2, L - begin), V)
        drawn = model.prior_draw(start, noise_of(model)[:, begin // step :], cache, x0[:, begin:])
        torch.testing.assert_close(drawn, rest, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "latent" in KINDS[kind]])
@torch.no_grad()
def test_what_is_heard_once_is_heard_at_every_step(kind: str) -> None:
    model = model_of(kind)
    x0, x = texts(8)
    wanted, z = whole(model, x, x0)
    assert torch.equal(model.logits(x, model.hear(z), context=x0), wanted)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "latent" in KINDS[kind]])
@torch.no_grad()
def test_a_block_hears_its_own_z_and_no_other(kind: str) -> None:
    model = model_of(kind)
    x0, x = texts(4)
    before, z = whole(model, x, x0)
    assert z is not None
    last = z.clone()
    last[:, -1] = z[:, -1].roll(1, -1) + (0 if model.config.classes else 1)
    changed = (model.logits(x, last, context=x0) - before).abs().amax((0, 2))
    cells = model.config.cells
    assert changed[-cells:].min() > 1e-4
    assert not changed[: L - cells].any()


@kinds
def test_terms_are_those_of_the_logits_and_every_weight_learns(kind: str) -> None:
    model = model_of(kind)
    x0, x = texts(5)
    x0[0, -2:] = x[0, -2:] = ABSENT
    terms = model.terms(x, x0, noise_of(model))
    (terms.nll.sum() + terms.kl.sum()).backward()  # type: ignore[no-untyped-call]
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum()] == []
    counted = (x0 >= 0) & ((x == V) | (model.config.kind == "autoregressive"))
    assert (terms.nll > 0).equal(counted)
    assert terms.kl.shape == (2, model.config.blocks, model.config.latent)
    assert (terms.kl > -1e-5).all()
    if not model.config.latent:
        log_p = model.logits(x0 if model.config.kind == "autoregressive" else x, context=x0).log_softmax(-1)
        said = log_p.gather(-1, x0.clamp(min=0)[..., None])[..., 0]
        torch.testing.assert_close(terms.nll, torch.where(counted, -said, 0.0))


def test_a_large_vocabulary_in_parts_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x0, x = texts(7)
    found = []
    for most in (1 << 24, 3 * V):
        monkeypatch.setattr("vmdsolve.text.model.MOST_LOGITS", most)
        model = model_of("blocks")
        before = torch.get_rng_state()
        terms = model.terms(x, x0, noise_of(model))
        terms.nll.sum().backward()  # type: ignore[no-untyped-call]
        assert torch.equal(before, torch.get_rng_state())
        found.append([terms.nll, *(p.grad for p in model.parameters())])
    for whole, parts in zip(*found, strict=True):
        torch.testing.assert_close(parts, whole, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("kind", "reach"), [("one block, classes", 16), ("regions", 16), ("regions", 1)])
def test_an_autoregressive_prior_is_a_law_and_draws_follow_it(
    kind: str, reach: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmdsolve.text.latent.REACH", reach)
    model = model_of(kind)
    assert model.prior is not None
    prior, n, c = model.prior, 40_000, model.config
    seen = torch.randn(1, c.regions, 16, generator=torch.Generator().manual_seed(0))
    every = torch.stack([torch.eye(3)[list(some)].flatten() for some in product(range(3), repeat=c.latent)])
    with torch.no_grad():
        law = prior.log_density(every, seen.expand(len(every), -1, -1)).exp()
        noise = torch.randn(n, c.z_width, generator=torch.Generator().manual_seed(1))
        drawn = prior.draw(seen.expand(n, -1, -1), noise)
    assert law.sum() == pytest.approx(1)
    counts = (drawn[:, None] == every).all(2).sum(0)
    assert counts.sum() == n
    common = n * law > 5
    rest = (n - counts[common].sum(), n * (1 - law[common].sum()))
    chi = ((counts - n * law) ** 2 / (n * law))[common].sum() + (rest[0] - rest[1]) ** 2 / max(1.0, float(rest[1]))
    freedom = int(common.sum())
    assert float(chi) < freedom + 4 * (2 * freedom) ** 0.5


def test_a_region_is_told_its_own_groups_and_read_by_itself() -> None:
    """Of regions of a cell each: what is said alike has the same z wherever it stands, and is told alike."""
    model = model_of("gaussian regions")
    stack, z = model.stack, torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
    told, shifted = stack.hear(z).own, stack.hear(z.roll(1, 2)).own
    assert told is not None
    assert shifted is not None
    assert told.shape == (2, 3, 4, 16)
    assert torch.allclose(shifted, told.roll(1, 2), atol=1e-6)
    assert model.posterior is not None
    h = torch.randn(1, 4, 16, generator=torch.Generator().manual_seed(1))
    torch.nn.init.zeros_(model.posterior.stack.layers[0].attention_update.weight)  # then cells hear nothing of others
    before, after = (model.posterior(one, None, 4).mean[0] for one in (h, torch.cat([h[:, :3], h[:, :1]], 1)))
    assert torch.equal(before[:3], after[:3])
    assert torch.allclose(after[3], after[0])
    assert not torch.allclose(after[3], before[3])


@torch.no_grad()
def test_classes_of_what_is_given_are_the_posteriors_and_later_ones_follow_them() -> None:
    model, (x0, _) = model_of("regions"), texts(7)
    noise, start = noise_of(model), torch.full_like(x0, V)
    free = model.prior_draw(start, noise, context=x0)
    start[:, 4:6], start[:, 8] = x0[:, 4:6], x0[:, 8]  # of the second block the first region, of the third half of one
    z = model.prior_draw(start, noise, context=x0)
    assert z is not None
    assert free is not None
    said = model.posterior_of(start)
    assert isinstance(said, Categorical)
    wanted = said.likeliest().view(2, 3, 2, -1)[:, 1, 0]
    assert torch.equal(z.view(2, 3, 2, -1)[:, 1, 0].long(), wanted)
    assert torch.equal(z[:, ::2], free[:, ::2])
    prior, seen = model.prior, model._read_by_prior(torch.full_like(x0, V), None, x0)
    assert prior is not None
    other = [prior.of(seen, one.flatten(0, 1)) for one in (z, free)]
    assert all(isinstance(one, Categorical) for one in other)
    assert not torch.allclose(other[0][0][1::3, 2:], other[1][0][1::3, 2:])  # of what follows what is given


@torch.no_grad()
def test_a_short_window_has_the_regions_that_it_has_cells_for() -> None:
    model, (x0, _) = model_of("one block, regions"), texts(5)
    noise = noise_of(model)
    short, z_width = x0[:, :7], model.config.z_width  # 3 regions of 4 cells: one is whole, one has 3
    z = model.prior_draw(torch.full_like(short, V), noise)
    assert z is not None
    assert z.shape == (2, 1, 2 * z_width // 3)
    assert model.logits(torch.full_like(short, V), z).shape == (2, 7, V)
    terms = model.terms(torch.full_like(short, V), short, noise)
    assert terms.kl.shape == (2, 1, 2)
    other = noise.clone()
    other[..., 2 * z_width // 3 :] = 9.0  # of the region without cells
    assert torch.equal(terms.nll, model.terms(torch.full_like(short, V), short, other).nll)
    assert torch.equal(model.weighed(short, noise)[1], model.weighed(short, other)[1])


def test_the_global_random_state_is_not_touched_and_a_seed_is_enough() -> None:
    before = torch.get_rng_state()
    models = [TextModel(TextConfig(V, length=8, width=8, heads=2, latent=2), seed=s) for s in (3, 3, 4)]
    assert torch.equal(before, torch.get_rng_state())
    one, same, other = ([*model.parameters()] for model in models)
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_free_bits_and_lambda_hold_the_posterior_back_and_no_prior() -> None:
    x0, x = texts(6)
    grads = {}
    for name, how in {"whole": {}, "none": {"kl_weight": 0.0}, "free": {"free_bits": 1e6}}.items():
        model = model_of("conditional")
        model.terms(x, x0, noise_of(model), **how).kl.sum().backward()  # type: ignore[no-untyped-call]
        assert model.posterior is not None
        assert model.prior is not None
        grads[name] = [
            float(part.head.weight.grad.abs().sum())
            for part in (model.posterior, model.prior)  # type: ignore[union-attr, operator]
        ]
    assert grads["whole"][0] > 0
    assert grads["none"][0] == grads["free"][0] == 0
    assert grads["none"][1] == grads["free"][1] == pytest.approx(grads["whole"][1])


def test_a_latent_that_is_missing_or_one_too_many_is_refused() -> None:
    x0, x = texts(0)
    with pytest.raises(ModelMismatch, match=r"^this model has a latent: pass z \[B, N, Z\]$"):
        model_of("gaussian").logits(x)
    with pytest.raises(ModelMismatch, match=r"^this model has no latent$"):
        model_of("blocks").logits(x, torch.zeros(2, 3, 3))
    with pytest.raises(ModelMismatch, match=r"^this model has no latent; there is no posterior$"):
        model_of("blocks").posterior_of(x0)
    with pytest.raises(ModelMismatch, match=r"^the posterior sees what is masked: pass x \[B, L\]$"):
        model_of("each step").posterior_of(x0)
