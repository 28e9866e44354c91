"""Gaps against toys in which each is known: by counting, and by every code and every answer of a random model."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.gaps import Gaps, gaps, gaps_of
from vmdsolve.measure.law import Law, law_of
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.latents.distributions import Categorical, Distribution
from vmdsolve.model.units import Units, units_of
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN, Rules

PAIR, PAIRS = get("pair"), law_of(get("pair"))
SURE = 60.0  # a logit so large that nothing else counts


class Tabled(nn.Module):
    """A model in tables: p(z) [C], p(x0_l | z) [C, L, V], and q(z | x0) [S, C] of the answers of a law."""

    def __init__(self, law: Law, prior: Any, decoder: Any, posterior: Any) -> None:
        super().__init__()
        self.rules = Rules(law.boards.shape[1], np.shape(decoder)[2])
        self.config = ModelConfig("toy", (), latent=1, classes=len(prior))
        self.known, self.table = (
            law,
            [torch.as_tensor(np.log(np.maximum(t, 1e-26))) for t in (prior, decoder, posterior)],
        )
        self.prior = SimpleNamespace(log_density=lambda z, *_: z.double() @ self.table[0])
        self.latent = SimpleNamespace(condition=lambda x, z: (x, z))
        self.weight = nn.Parameter(torch.zeros(1))

    def units(self, rules: Rules) -> Units:
        return units_of(rules, rules.relations)

    def z_width(self, _: Units) -> int:
        return self.config.classes

    def posterior_of(self, _: Tensor, x0: Tensor, __: Units, *, likeliest: bool) -> Distribution:
        assert not likeliest
        return Categorical(self.table[2][self.known.indices(x0.numpy().astype(np.int32))][:, None])

    def draw(self, _: Tensor, __: Units, noise: Tensor) -> Tensor:
        share = torch.special.ndtr(noise[:, 0].double())  # even in 0 .. 1
        C = self.config.classes
        return F.one_hot(torch.searchsorted(self.table[0].exp().cumsum(0), share).clamp(max=C - 1), C)

    def forward(self, _: Tensor, __: Units, z: Tensor, ___: int | None = None) -> Tensor:
        return torch.einsum("bc,clv->blv", z.double(), self.table[1])


def lumped(lump: int) -> Tabled:
    """Of `pair`: the class is the first digit over `lump`, of ten; a class that stands for nothing says nothing."""
    decoder = np.full((10, 2, 10), 0.1)
    for c in range(10 // lump):
        decoder[c] = 0
        for digit in range(lump * c, lump * (c + 1)):
            decoder[c, 0, digit] = decoder[c, 1, (digit + 1) % 10] = 1 / lump
    return Tabled(PAIRS, np.full(10, 0.1), decoder, np.eye(10)[PAIRS.boards[:, 0] // lump])


def near(found: Gaps, tolerance: float = 1e-9, **wanted: float) -> None:
    assert {name: getattr(found, name) for name in wanted} == pytest.approx(wanted, abs=tolerance)


@pytest.mark.parametrize("lump", [1, 2, 5, 10])
def test_a_code_that_lumps_answers_leaves_so_much_unsaid(lump: int) -> None:
    """`lump` pairs to a class: cells miss log(lump), and of ten classes the prior wastes all but 10 / lump."""
    model: Any = lumped(lump)
    likely = 0.1 / lump**2 + (1 - 1 / lump) / 100  # by its class, and by those that stand for nothing
    kl = math.log(0.1 / likely)
    found = gaps(model, PAIR.rules, PAIRS, draws=20_000)
    assert (found.answers, found.draws) == (10, 20_000)
    near(found, entropy=math.log(10), unsaid=math.log(lump), misfit=0, decoder=math.log(lump), prior=math.log(lump))
    assert found.kl == pytest.approx(kl, abs=4 * found.error + found.floor + 1e-9)
    assert found.posterior == pytest.approx(found.decoder + found.prior - found.kl)
    assert found.error < 0.02


def test_a_decoder_that_is_not_sure_misfits() -> None:
    model: Any = lumped(1)
    model.table[1] = torch.log(0.8 * model.table[1].exp() + 0.02)
    near(gaps(model, PAIR.rules, PAIRS), unsaid=0, misfit=-2 * math.log(0.82), prior=0)


def test_a_prior_that_favours_a_code_pays_for_the_others() -> None:
    model: Any = lumped(1)
    model.table[0] = torch.log(torch.tensor([0.55, *[0.05] * 9], dtype=torch.float64))
    wanted = 0.1 * math.log(0.1 / 0.55) + 0.9 * math.log(0.1 / 0.05)
    found = gaps(model, PAIR.rules, PAIRS, draws=20_000)
    near(found, unsaid=0, misfit=0, prior=wanted)
    near(found, 0.05, posterior=0, kl=wanted)


@pytest.mark.parametrize("seed", range(6))
def test_gaps_of_any_model_are_those_of_its_tables(seed: int) -> None:
    """Each within its errors, and all above 0; what is shown of a board is no part of it."""
    rng = np.random.default_rng(seed)
    boards = np.array(list(itertools.product(range(3), repeat=3)), np.int32)[rng.permutation(27)[:8]]
    boards[:, 1] = 2
    boards = np.unique(boards, axis=0)
    S, C = len(boards), 4
    p, prior = rng.dirichlet(np.ones(S)), rng.dirichlet(np.ones(C))
    decoder, q = rng.dirichlet(np.full(3, 0.5), (C, 3)), rng.dirichlet(np.ones(C), S)
    start = np.array([OPEN, 2, OPEN])
    model: Any = Tabled(Law(boards, p), prior, decoder, q)
    found = gaps(model, model.rules, Law(boards, p), start, draws=40_000, seed=seed)
    says = np.stack([decoder[:, 0, boards[:, 0]] * decoder[:, 2, boards[:, 2]]])[0].T  # [S, C] p(x0 | z)
    of_z = p @ q
    stands = p[:, None] * q / of_z
    likely = says @ prior
    own = prior * says / likely[:, None]
    bound = -(p[:, None] * q * (np.log(says) + np.log(prior / q))).sum()
    near(
        found, 0.04, kl=(p * np.log(p / likely)).sum(), prior=(of_z * np.log(of_z / prior)).sum(),
        decoder=(p[:, None] * q * (np.log(stands) - np.log(says))).sum(),
        posterior=(p[:, None] * q * np.log(q / own)).sum(),
    )  # fmt: skip
    assert found.entropy + found.decoder + found.prior == pytest.approx(bound, abs=0.04)
    assert min(found.unsaid, found.misfit, found.prior, found.posterior or 0) > -0.02


class Noisy(Tabled):
    """z is two numbers of noise; below `share` of it, it means digit 0, and the rest is even over the others."""

    def __init__(self, share: float) -> None:
        super().__init__(PAIRS, np.full(10, 0.1), np.full((10, 2, 10), 0.1), np.eye(10))
        self.config, self.share = ModelConfig("toy", (), latent=1, prior="states", noise=(1.0, 0.0)), share

    def z_width(self, _: Units) -> int:
        return 2

    def draw(self, _: Tensor, __: Units, noise: Tensor) -> Tensor:
        return noise

    def forward(self, _: Tensor, __: Units, z: Tensor, ___: int | None = None) -> Tensor:
        at = (torch.special.ndtr(z[:, 0].double()) - self.share) / (1 - self.share)
        digit = torch.where(at < 0, 0, 1 + (9 * at).long().clamp(0, 8))
        return SURE * torch.stack([F.one_hot(digit, 10), F.one_hot((digit + 1) % 10, 10)], 1).double()


def test_noise_that_favours_an_answer_is_a_gap_of_the_prior() -> None:
    """Without a learned posterior it is the model's own, so nothing is lost to it."""
    model: Any = Noisy(0.46)
    wanted = 0.1 * math.log(0.1 / 0.46) + 0.9 * math.log(0.1 / 0.06)
    found = gaps(model, PAIR.rules, PAIRS, draws=20_000)
    near(found, 0.03, prior=wanted, kl=wanted)
    near(found, 1e-6, decoder=0, unsaid=0)
    assert found.posterior is None
    assert 0 < found.floor < 2 * 10 / 20_000 * 2


def test_without_a_latent_all_of_it_is_the_decoder() -> None:
    config = ModelConfig("pair", ("pair",), latent=0, width=4, message=4, hidden=4, loops=1, positions=(2, 10))
    found = gaps(VMD(config).eval(), PAIR.rules, PAIRS)
    assert (found.draws, found.posterior, found.error) == (1, None, 0)
    near(found, prior=0, unsaid=math.log(10))
    assert found.kl == pytest.approx(found.decoder)
    assert found.misfit > 0


def test_an_answer_that_never_came_is_infinitely_far() -> None:
    """Cells asked leave symbols out that are all but impossible: then z leads to some answers, and no other."""
    config = ModelConfig("pair", ("pair",), latent=2, prior="cells", width=4, message=4, hidden=4, loops=1)
    few = gaps(VMD(config).eval(), PAIR.rules, PAIRS, draws=3)
    assert (few.kl, few.prior) == (math.inf, math.inf)
    assert math.isfinite(few.decoder)
    many = gaps(VMD(config).eval(), PAIR.rules, PAIRS, draws=4000)
    near(many, 1e-6, decoder=0)  # both cells are asked: the decoder has nothing left to say
    assert many.kl == pytest.approx(many.prior)


def test_the_same_seed_gives_the_same_gaps_and_the_global_state_is_left_alone() -> None:
    model: Any = lumped(2)
    before = torch.get_rng_state()
    first, again, other = (gaps(model, PAIR.rules, PAIRS, draws=64, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert (torch.get_rng_state() == before).all()


def test_answers_of_another_problem_are_refused() -> None:
    model: Any = lumped(1)
    for start, draws in (([3, OPEN], 8), ([0, 1], 8), ([OPEN, OPEN], 1)):
        with pytest.raises(InvalidInput, match="gaps are of a problem with open cells, of its own answers"):
            gaps(model, PAIR.rules, PAIRS, np.array(start), draws=draws)


def test_the_emptiest_board_with_several_answers_is_taken() -> None:
    model: Any = lumped(1)
    one, nothing = [3, OPEN], [OPEN, OPEN]
    found = gaps_of(model, PAIR, np.array([one, nothing, one]), draws=16)
    assert found is not None
    assert found.answers == 10
    assert gaps_of(model, PAIR, np.array([one])) is None
    assert gaps_of(model, PAIR, np.array([nothing]), seconds=1e-9) is None
