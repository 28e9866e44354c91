"""Left to right in blocks, fresh latents, and cells that open again: exact laws on toys, and what never happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise, product
from math import ceil, erf, sqrt
from typing import Any

import numpy as np
import pytest
import torch
from helpers.chi_square import chi_square_z
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.constraints import AllDifferent
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.model.config import ModelConfig
from vmdsolve.model.vmd import VMD
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.sampler import Filled, Network, Plan, Predictor, fill_boards, latent_keys
from vmdsolve.sampler.plan import Floats
from vmdsolve.sampler.remask import reopen

FREE = Rules(4, 2)  # four cells, two symbols, no rule
N, HIGH = 20_000, 0.8


@dataclass
class Toy:
    """Cell l holds 1 with probability HIGH where z > 0, else 1 - HIGH; z is normal, about `pull` times the ones seen.

    It notes what it was shown.
    """

    pull: float = 0.0
    z_width: int = 1
    draws: list[tuple[Board, Floats]] = field(default_factory=list)

    def draw(self, x: Board, noise: Floats) -> Floats:
        z = noise + self.pull * (x == 1).sum(axis=1, keepdims=True)
        self.draws.append((x.copy(), z))
        return z.astype(np.float32)

    def __call__(self, x: Board, z: Floats) -> Floats:
        p = np.where(z[:, 0] > 0, HIGH, 1 - HIGH)
        return np.broadcast_to(np.log(np.stack([1 - p, p], -1))[:, None], (*x.shape, 2)).astype(np.float32)


@dataclass
class Fixed:
    """The same logits [L, V] whatever is seen."""

    logits: Any
    z_width: int = 0

    def draw(self, _: Board, noise: Floats) -> Floats:
        return noise

    def __call__(self, x: Board, z: Floats) -> Floats:
        assert len(z) == len(x)
        return np.broadcast_to(np.asarray(self.logits, np.float32), (len(x), *np.shape(self.logits))).copy()


def fill(network: Network, rules: Rules, boards: Board, plan: Plan, **options: Any) -> Filled:
    keys = latent_keys(np.arange(len(boards), dtype=np.uint64), 0)
    return fill_boards(network, rules, boards, plan, **{"keys": keys, "trace": True, **options})


def boards_of(n: int, L: int) -> Board:
    return np.full((n, L), OPEN, np.int32)


def up(ones: int, pull: float) -> float:
    """P(z > 0) after so many ones were seen."""
    return 0.5 * (1 + erf(pull * ones / sqrt(2)))


def law_of_blocks(blocks: int, pull: float) -> list[float]:
    """A mixture of two products for each block, the weights hanging on the ones before it."""
    law = []
    for board in product((0, 1), repeat=4):
        p, width = 1.0, 4 // blocks
        for block in range(blocks):
            before, mine = board[: block * width], board[block * width : (block + 1) * width]
            chance, k = up(sum(before), pull), sum(mine)
            p *= chance * HIGH**k * (1 - HIGH) ** (width - k) + (1 - chance) * (1 - HIGH) ** k * HIGH ** (width - k)
        law.append(p)
    return law


def counted(values: Board) -> list[int]:
    found = Counter(map(tuple, values.tolist()))
    return [found[board] for board in product((0, 1), repeat=4)]


# Blocks ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("blocks", "steps", "pull"), [(2, 2, 0.5), (2, 4, 0.5), (4, 4, 0.5), (2, 2, 0.0), (1, 3, 0.5)])
def test_blocks_draw_from_their_joint_law(blocks: int, steps: int, pull: float) -> None:
    toy = Toy(pull)
    drawn = fill(toy, FREE, boards_of(N, 4), Plan(steps=steps, blocks=blocks, temperature=1.0, order="random"))
    assert chi_square_z(counted(drawn.values), law_of_blocks(blocks, pull)) < 4
    assert (drawn.nfe == steps).all()
    assert len(toy.draws) == blocks  # z anew where a block begins, and only there
    width = 4 // blocks
    for block, (x, _) in enumerate(toy.draws):
        assert (x[:, : block * width] != OPEN).all()
        assert (x[:, block * width :] == OPEN).all()
    others = {(2, 0.5): law_of_blocks(1, 0.5), (4, 0.5): law_of_blocks(2, 0.5), (2, 0.0): law_of_blocks(1, 0.0)}
    if other := others.get((blocks, pull)):
        assert chi_square_z(counted(drawn.values), other) > 4


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_later_block_waits_for_every_earlier_one(data: st.DataObject) -> None:
    L, blocks = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 11))
    steps = data.draw(st.integers(blocks, blocks + 9))
    plan = Plan(
        steps=steps, blocks=blocks, temperature=data.draw(st.sampled_from([0.0, 1.0])),
        threshold=data.draw(st.sampled_from([None, 0.1, 0.7])), each_step=data.draw(st.booleans()),
        remask=data.draw(st.sampled_from(["none", "least", "conflicts"])),
        rate=data.draw(st.sampled_from([0.1, 0.5, 1.0])),
    )  # fmt: skip
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    boards = np.where(rng.random((5, L)) < 0.3, rng.integers(0, 2, (5, L)), OPEN).astype(np.int32)
    drawn = fill(Toy(0.5), Rules(L, 2), boards, plan)
    assert (drawn.values != OPEN).all()
    assert (drawn.nfe <= steps).all()
    assert ((drawn.nfe == 0) == (boards != OPEN).all(axis=1)).all()
    assert drawn.trace is not None or (boards != OPEN).all()
    edges = np.arange(blocks + 1) * L // blocks
    for x in drawn.trace.values if drawn.trace is not None else ():
        assert ((boards == OPEN) | (x == boards)).all()
        unfilled = [(x[:, a:b] == OPEN).any(axis=1) for a, b in pairwise(edges)]
        touched = [((x != boards)[:, a:b]).any(axis=1) for a, b in pairwise(edges)]
        for block in range(1, blocks):
            assert not (np.any(unfilled[:block], axis=0) & touched[block]).any()


def test_the_first_order_is_that_of_the_first_evaluation_even_where_the_first_block_is_given() -> None:
    @dataclass
    class Turning(Fixed):
        """Prefers symbol 0 until the last cell is filled."""

        def __call__(self, x: Board, z: Floats) -> Floats:
            out = super().__call__(x, z)
            out[x[:, 3] != OPEN] *= -1
            return out

    boards = boards_of(2, 4)
    boards[0, :2] = 1
    drawn = fill(Turning([[3.0, 1.0]] * 4), FREE, boards, Plan(steps=4, blocks=2), keep_first=True)
    assert drawn.nfe.tolist() == [2, 4]
    assert drawn.first is not None
    assert drawn.first.tolist() == [[[1, 0]] * 4] * 2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"blocks": 0}, "blocks is 0; wanted 1 to the number of steps, 16"),
        ({"blocks": 17}, "blocks is 17"),
        ({"remask": "all"}, "remask is 'all'; wanted one of none, least, conflicts"),
        ({"rate": 0.0}, "rate is 0.0; wanted a share above 0, at most 1"),
        ({"rate": 1.1}, "rate is 1.1"),
    ],
)
def test_wrong_plans_are_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        Plan(**change)


# z at every step ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_z_at_every_step_is_fresh_and_sees_what_is_visible() -> None:
    """Left to right, one cell a step: each cell is a mixture of its own, weighed by the ones before it."""
    toy = Toy(0.5)
    plan = Plan(steps=4, blocks=4, temperature=1.0, each_step=True)
    drawn = fill(toy, FREE, boards_of(N, 4), plan)
    assert chi_square_z(counted(drawn.values), law_of_blocks(4, 0.5)) < 4
    within = fill(toy, FREE, boards_of(N, 4), Plan(steps=4, blocks=2, temperature=1.0, each_step=True, order="random"))
    assert chi_square_z(counted(within.values), law_of_blocks(2, 0.5)) > 4
    assert [int((x != OPEN).sum(axis=1).max()) for x, _ in toy.draws] == [0, 1, 2, 3] * 2


@pytest.mark.parametrize(("each_step", "blocks"), [(True, 1), (False, 4)])
def test_latents_of_different_steps_share_no_noise(each_step: bool, blocks: int) -> None:
    toy = Toy(z_width=12)
    fill(toy, FREE, boards_of(2000, 4), Plan(steps=4, blocks=blocks, each_step=each_step, order="random"))
    z = np.concatenate([z for _, z in toy.draws], axis=1)
    assert z.shape == (2000, 48)
    correlation = np.corrcoef(z.T) - np.eye(48)
    assert np.abs(correlation).max() < 5.5 / sqrt(2000)


# Re-masking -----------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(L=st.integers(1, 12), steps=st.integers(1, 9), rate=st.sampled_from([0.05, 0.1, 0.3, 0.5, 1.0]),
       givens=st.integers(0, 6), seed=st.integers(0, 99))  # fmt: skip
def test_least_certain_cells_open_again_by_the_rate_and_givens_never(
    L: int, steps: int, rate: float, givens: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.permutation(L)[:, None] * np.array([0.3, 0.0])  # cells from sure to unsure, no two alike
    boards = boards_of(1, L)
    boards[0, rng.permutation(L)[:givens]] = 1
    drawn = fill(Fixed(logits), Rules(L, 2), boards, Plan(steps=steps, remask="least", rate=rate, order="top_prob"))
    free = np.flatnonzero(boards[0] == OPEN)
    sure = sorted(free.tolist(), key=lambda cell: -logits[cell, 0])
    filled = 0
    assert drawn.trace is not None or not len(free)
    for step in range(drawn.nfe[0]):
        filled += ceil((len(free) - filled) / (steps - step))
        if step < steps - 1:
            filled -= ceil(rate * filled - 1e-9)
        x = drawn.trace.values[step, 0]
        assert sorted(np.flatnonzero((x != OPEN) & (boards[0] == OPEN)).tolist()) == sorted(sure[:filled])
        assert (x[boards[0] != OPEN] == 1).all()
    assert (drawn.values >= 0).all()  # the last step opens none
    assert filled == len(free)


def test_only_cells_in_conflict_open_again_the_less_certain_first() -> None:
    """Three cells that must differ; the network wants 0, 0 (less so), 1, and no rule is allowed to help."""
    rules = Rules(3, 3, (AllDifferent([0, 1, 2]),))
    network = Fixed([[5.0, 0, 0], [3.0, 0, 0], [0, 1.0, 0]])
    plan = Plan(steps=2, threshold=0.1, legal=False, remask="conflicts", rate=0.5)
    drawn = fill(network, rules, boards_of(1, 3), plan)
    assert drawn.trace is not None
    assert drawn.trace.values[:, 0].tolist() == [[0, OPEN, 1], [0, 0, 1]]  # the last step leaves what it finds
    both = fill(network, rules, boards_of(1, 3), Plan(steps=2, threshold=0.1, legal=False, remask="conflicts", rate=1))
    assert both.trace is not None
    assert both.trace.values[0, 0].tolist() == [OPEN, OPEN, 1]
    given_ = np.array([[OPEN, 0, OPEN]], np.int32)
    kept = fill(network, rules, given_, plan)
    assert kept.trace is not None
    assert kept.trace.values[0, 0].tolist() == [OPEN, 0, 1]  # a given in conflict stays; its rival opens
    calm = fill(Fixed([[5.0, 0, 0], [0, 3.0, 0], [0, 0, 1.0]]), rules, boards_of(1, 3), plan)
    assert (calm.values.tolist(), calm.nfe.tolist()) == ([[0, 1, 2]], [1])  # no conflict: done after one


def test_a_rate_opens_the_share_it_says_whatever_floats_make_of_it() -> None:
    x, mine = np.zeros((1, 100), np.int32), np.ones((1, 100), np.bool_)
    for percent in range(1, 101):
        opened = reopen(np, x, mine, np.zeros((1, 100), np.float32), percent / 100)
        assert (opened == OPEN).sum() == percent
    assert (reopen(np, x, mine & (np.arange(100) < 3), np.zeros((1, 100), np.float32), 0.01) == OPEN).sum() == 1
    assert (reopen(np, x, ~mine, np.zeros((1, 100), np.float32), 1.0) == 0).all()


def test_re_masking_repairs_what_one_look_gets_wrong() -> None:
    """Cells filled at once cannot agree; opened again, they see what to agree with."""

    @dataclass
    class Follower(Fixed):
        """Every cell copies the majority of what it sees."""

        def __call__(self, x: Board, _: Floats) -> Floats:
            pull = 2.0 * ((x == 1).sum(axis=1) - (x == 0).sum(axis=1))
            return np.broadcast_to(np.stack([-pull, pull], -1)[:, None], (*x.shape, 2)).astype(np.float32)

    def uniform(**options: Any) -> float:
        plan = Plan(steps=8, temperature=1.0, order="top_prob", threshold=0.1, **options)
        values = fill(Follower(None), FREE, boards_of(2000, 4), plan).values
        return float((values == values[:, :1]).all(axis=1).mean())

    assert abs(uniform() - 1 / 8) < 0.04
    assert uniform(remask="least", rate=0.5) > 0.3


# Batches --------------------------------------------------------------------------------------------

PLANS = [
    Plan(steps=4, blocks=2, temperature=1.0),
    Plan(steps=4, each_step=True, temperature=1.0, noise=0.5),
    Plan(steps=4, remask="least", rate=0.4, temperature=1.0),
    Plan(steps=4, remask="conflicts", legal=False, temperature=1.0),
    Plan(steps=6, blocks=3, each_step=True, remask="least", rate=0.3, threshold=0.4, temperature=1.0),
]


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("latent", [{"classes": 3, "prior": "autoregressive"}, {"prior": "conditional"}])
def test_a_boards_fate_does_not_hang_on_its_batch(plan: Plan, latent: dict[str, Any]) -> None:
    domain = get("latin-4")
    shape: dict[str, Any] = {"width": 16, "message": 8, "hidden": 8, "loops": 2, "latent": 6, "positions": (16, 4)}
    model = VMD(ModelConfig.of(domain, mixer="attention", **shape, **latent)).eval().requires_grad_(False)
    random = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        parameter += 0.2 * torch.randn(parameter.shape, generator=random)
    rng = np.random.default_rng(0)
    boards = np.where(rng.random((11, 16)) < 0.1, rng.integers(0, 4, (11, 16)), OPEN).astype(np.int32)
    keys, predict = latent_keys(np.arange(11, dtype=np.uint64), 0), Predictor(model, domain.rules)

    def run(rows: slice, seed: int = 5) -> Board:
        return fill_boards(predict, domain.rules, boards[rows], plan, keys=keys[rows], seed=seed).values

    whole = run(slice(None))
    assert (run(slice(None, None, -1))[::-1] == whole).all()
    assert (np.concatenate([run(slice(0, 1)), run(slice(1, 7)), run(slice(7, 11))]) == whole).all()
    assert (run(slice(None), seed=6) != whole).any()
