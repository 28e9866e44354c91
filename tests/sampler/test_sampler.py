"""The loop draws from the law it should: exact joint distributions on toys, with latent and without."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from helpers.chi_square import chi_square_z

from vmdsolve.constraints import AllDifferent
from vmdsolve.errors import InvalidInput
from vmdsolve.problem import OPEN, Board, Rules
from vmdsolve.sampler import Plan, fill_boards, latent_keys
from vmdsolve.sampler.keys import board_keys
from vmdsolve.sampler.plan import Floats

FREE = Rules(3, 2)  # three cells, two symbols, no rule
N = 20_000


@dataclass
class Toy:
    """A network in closed form. With latent: cell l holds 1 with probability `high` where z > 0, else 1 - `high`.
    Without: a cell holds 1 with probability `high` if an odd number of ones is visible, else 1 - `high`."""

    z_width: int
    high: float = 0.8

    def draw(self, _x: Board, noise: Floats) -> Floats:
        return noise

    def __call__(self, x: Board, z: Floats) -> Floats:
        up = z[:, 0] > 0 if self.z_width else (x == 1).sum(axis=1) % 2 == 1
        p = np.where(up, self.high, 1 - self.high)
        return np.broadcast_to(np.log(np.stack([1 - p, p], -1))[:, None], (*x.shape, 2)).astype(np.float32)


def counts(toy: Toy, plan: Plan, seed: int = 0) -> list[int]:
    keys = latent_keys(np.arange(N, dtype=np.uint64), 0)
    boards = np.full((N, 3), OPEN, np.int32)
    drawn = fill_boards(toy, FREE, boards, plan, keys=keys, seed=seed)
    assert (drawn.values >= 0).all()
    assert (drawn.nfe == plan.steps).all()
    found = Counter(map(tuple, drawn.values.tolist()))
    return [found[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)]


def law_of_one_latent(high: float) -> list[float]:
    """One z for the whole board: a mixture of two products."""
    ones = [a + b + c for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    return [0.5 * (high**k * (1 - high) ** (3 - k) + (1 - high) ** k * high ** (3 - k)) for k in ones]


def law_of_the_chain(high: float) -> list[float]:
    """One cell a step in any order, no latent: the chance of a one hangs on the parity of the ones so far."""
    law = dict.fromkeys(((a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)), 0.0)
    for first in range(3):
        for second in {0, 1, 2} - {first}:
            third = 3 - first - second
            for board in law:
                p, ones = 1 / 6, 0
                for cell in (first, second, third):
                    one = high if ones % 2 else 1 - high
                    p *= one if board[cell] else 1 - one
                    ones += board[cell]
                law[board] += p
    return list(law.values())


@pytest.mark.slow
def test_z_once_makes_cells_agree_and_z_each_step_does_not() -> None:
    once = Plan(steps=3, order="random", temperature=1.0)
    assert chi_square_z(counts(Toy(1), once), law_of_one_latent(0.8)) < 4
    fresh = Plan(steps=3, order="random", temperature=1.0, each_step=True)
    assert chi_square_z(counts(Toy(1), fresh), [1 / 8] * 8) < 4
    assert chi_square_z(counts(Toy(1), fresh), law_of_one_latent(0.8)) > 4


def test_one_step_with_a_latent_is_joint_where_without_it_is_a_product() -> None:
    one = Plan(steps=1, order="random", temperature=1.0)
    assert chi_square_z(counts(Toy(1), one), law_of_one_latent(0.8)) < 4
    product = [0.2**k * 0.8 ** (3 - k) for k in (0, 1, 1, 2, 1, 2, 2, 3)]
    assert chi_square_z(counts(Toy(0), one), product) < 4


def test_without_latent_one_cell_a_step_follows_the_chain() -> None:
    plan = Plan(steps=3, order="random", temperature=1.0)
    assert chi_square_z(counts(Toy(0), plan), law_of_the_chain(0.8)) < 4
    assert chi_square_z(counts(Toy(0, high=0.75), plan), law_of_the_chain(0.8)) > 4


def test_a_boards_fate_hangs_on_its_key_alone() -> None:
    keys = latent_keys(np.arange(40, dtype=np.uint64), 3)
    boards = np.full((40, 3), OPEN, np.int32)
    plan = Plan(steps=2, order="margin", temperature=1.0, noise=0.5)
    whole = fill_boards(Toy(1), FREE, boards, plan, keys=keys, seed=9)
    back = fill_boards(Toy(1), FREE, boards[::-1], plan, keys=keys[::-1], seed=9)
    part = fill_boards(Toy(1), FREE, boards[10:13], plan, keys=keys[10:13], seed=9)
    assert (whole.values == back.values[::-1]).all()
    assert (whole.values[10:13] == part.values).all()
    other = fill_boards(Toy(1), FREE, boards, plan, keys=keys, seed=10)
    assert (whole.values != other.values).any()


def test_givens_stay_and_the_guard_keeps_peers_apart() -> None:
    rules = Rules(3, 3, (AllDifferent([0, 1, 2]),))

    @dataclass
    class Stubborn:
        """Wants symbol 0 everywhere."""

        z_width = 0

        def draw(self, _x: Board, noise: Floats) -> Floats:
            return noise

        def __call__(self, x: Board, z: Floats) -> Floats:
            assert z.shape == (len(x), 0)
            return np.broadcast_to(np.array([2, 1, 0], np.float32), (*x.shape, 3)).copy()

    boards = np.array([[OPEN, OPEN, OPEN], [OPEN, 0, OPEN]], np.int32)
    keys = board_keys(rules, boards)
    before = boards.copy()
    legal = fill_boards(Stubborn(), rules, boards, Plan(steps=3), keys=keys)
    assert [sorted(row) for row in legal.values.tolist()] == [[0, 1, 2]] * 2
    assert legal.values[1, 1] == 0
    free = fill_boards(Stubborn(), rules, boards, Plan(steps=1, legal=False), keys=keys)
    assert free.values.tolist() == [[0, 0, 0]] * 2
    assert (boards == before).all()


def test_a_stuck_board_leaves_and_is_not_charged() -> None:
    rules = Rules(2, 2, (AllDifferent([0, 1]),))
    boards = np.array([[0, OPEN], [OPEN, OPEN]], np.int32)
    only_zero = np.array([[1, 1], [3, 3]], np.uint64)  # the open cell of the first board may hold 0 only: illegal
    drawn = fill_boards(Toy(0), rules, boards, Plan(steps=2), keys=board_keys(rules, boards), domains=only_zero)
    assert drawn.values[0].tolist() == [0, OPEN]
    assert drawn.nfe.tolist() == [0, 2]


def test_early_commits_save_evaluations() -> None:
    boards, keys = np.full((5, 3), OPEN, np.int32), np.arange(5, dtype=np.uint64)
    drawn = fill_boards(Toy(0), FREE, boards, Plan(steps=3, threshold=0.5), keys=keys)
    assert drawn.nfe.tolist() == [1] * 5
    late = fill_boards(Toy(0), FREE, boards, Plan(steps=3, threshold=0.7), keys=keys, trace=True)
    assert late.nfe.tolist() == [3] * 5
    assert late.trace is not None
    assert (late.trace.values[:, 0] >= 0).sum(axis=1).tolist() == [1, 2, 3]


def test_what_needs_no_model_imports_no_torch() -> None:
    code = (
        "import sys, vmdsolve\n"
        "drawn = [*vmdsolve.sample('brackets-6', 2), *vmdsolve.sample('latin-4', 1)]\n"
        "drawn += vmdsolve.generate('latin-4', 1)\n"
        "from vmdsolve.sampler import Plan, board_keys\n"
        "import vmdsolve.sampler.loop\n"
        "print(len(drawn), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4", "False"]


def test_keys_differ_between_problems_and_latents() -> None:
    boards = np.array([[0, OPEN, 1], [OPEN, 0, 1]], np.int32)
    keys = board_keys(FREE, boards)
    all_keys = np.concatenate([latent_keys(keys, k) for k in range(100)])
    assert len(set(all_keys.tolist())) == 200
    assert (board_keys(Rules(3, 2, (AllDifferent([0, 1]),)), boards) != keys).all()


def test_wrong_plans_are_refused() -> None:
    with pytest.raises(InvalidInput, match="steps is 0"):
        Plan(steps=0)
    with pytest.raises(InvalidInput, match="order is 'best'"):
        Plan(order="best")
