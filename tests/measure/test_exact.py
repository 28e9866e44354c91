"""The exact denoiser: the sampler makes of it the law that its steps imply, and with z enough the law itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from helpers.chi_square import chi_square_z

from vmdsolve.domains.hidden import CHAIN, Hidden
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.exact import ExactDenoiser
from vmdsolve.measure.law import law_of
from vmdsolve.problem import OPEN, Board
from vmdsolve.sampler import Plan, fill_boards, latent_keys

L, N = 3, 20_000
DOMAIN = Hidden(L)
LAW = law_of(DOMAIN)


def drawn(told: int, steps: int, order: str = "random") -> Board:
    keys, boards = latent_keys(np.arange(N, dtype=np.uint64), 0), np.full((N, L), OPEN, np.int32)
    plan = Plan(steps=steps, order=order, temperature=1.0)
    return fill_boards(ExactDenoiser(CHAIN, L, told), DOMAIN.rules, boards, plan, keys=keys).values


def counts(boards: Board) -> list[int]:
    return np.bincount(LAW.indices(boards), minlength=len(LAW.p)).tolist()


def law_of_steps(shares: tuple[int, ...]) -> list[float]:
    """The law of filling in random order so many cells at each step, those of a step apart; by all ways to do so.

    Conditionals are summed up from the law's list of boards, not by recursions.
    """
    out = np.zeros(len(LAW.p))
    orders = list(itertools.permutations(range(L)))
    for order in orders:
        chance, seen = np.ones(len(LAW.p)), np.ones((len(LAW.p), len(LAW.p)), np.bool_)  # [board, those that agree]
        at = 0
        for share in shares:
            for cell in order[at : at + share]:
                same = LAW.boards[:, None, cell] == LAW.boards[None, :, cell]
                chance *= ((seen & same) @ LAW.p) / (seen @ LAW.p)
            for cell in order[at : at + share]:
                seen &= LAW.boards[:, None, cell] == LAW.boards[None, :, cell]
            at += share
        out += chance / len(orders)
    return out.tolist()


@pytest.mark.parametrize(("steps", "shares"), [(1, (3,)), (2, (2, 1)), (3, (1, 1, 1))])
def test_what_is_lost_is_what_the_steps_lose(steps: int, shares: tuple[int, ...]) -> None:
    found, wanted = counts(drawn(0, steps)), law_of_steps(shares)
    assert chi_square_z(found, wanted) < 4
    if steps < L:
        assert chi_square_z(found, LAW.p.tolist()) > 4
    else:
        np.testing.assert_allclose(wanted, LAW.p, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 3])
@pytest.mark.parametrize("told", [1, 3])
def test_given_the_states_that_part_them_cells_may_be_filled_together(told: int, steps: int) -> None:
    """The middle state of three, or all: nothing that is open hangs on anything else."""
    assert chi_square_z(counts(drawn(told, steps)), LAW.p.tolist()) < 4


@pytest.mark.parametrize("order", ["margin", "entropy"])
def test_orders_that_do_not_look_at_what_was_drawn_keep_the_law_cell_by_cell(order: str) -> None:
    assert chi_square_z(counts(drawn(0, L, order)), LAW.p.tolist()) < 4


def test_taking_first_what_came_out_probable_does_not() -> None:
    found = LAW.compare(drawn(0, L, "top_prob"))
    assert found.variation > 5 * found.variation_floor


def test_z_tells_so_many_states_and_no_more() -> None:
    asked = ExactDenoiser(CHAIN, 6, 2)
    z = asked.draw(np.full((4, 6), OPEN, np.int32), np.zeros((4, 6), np.float32))
    assert (z >= 0).sum(1).tolist() == [2] * 4
    assert (ExactDenoiser(CHAIN, 6).z_width, asked.z_width) == (0, 6)
    with pytest.raises(InvalidInput, match="told is 7; wanted 0 to 6"):
        ExactDenoiser(CHAIN, 6, 7)
