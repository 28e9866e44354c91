"""Windows are filled as the model's law has it: against laws listed whole, in blocks, with a latent, at few steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from helpers.chi_square import merged_z
from helpers.texts import every_text, law_of_text, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve import kernels
from vmdsolve.errors import InvalidInput
from vmdsolve.peers import Peers
from vmdsolve.problem import OPEN, Board
from vmdsolve.sampler.keys import latent_keys
from vmdsolve.text.config import TextConfig
from vmdsolve.text.filling import fill_windows, plan_of
from vmdsolve.text.model import TextModel

N = 8000
CODES = {"latent": 2, "classes": 2}
SHAPES: list[dict[str, Any]] = [
    {},
    {"block": 2},
    {"kind": "autoregressive"},
    {**CODES},
    {**CODES, "block": 2},
    {**CODES, "block": 2, "regions": 2, "prior": "autoregressive"},
    {**CODES, "regions": 2, "prior": "autoregressive"},
    {**CODES, "block": 2, "draw": "each_step", "tied": True},
]


def keys(n: int) -> Any:
    return latent_keys(np.arange(n, dtype=np.uint64), 0)


def filled(model: TextModel, n: int = N, tile: int = 2000, **how: Any) -> Board:
    windows = np.full((n, model.config.length), OPEN, np.int32)
    return fill_windows(model, windows, plan_of(model.config, **how), keys=keys(n), tile=tile).values


def counts(values: Board) -> list[int]:
    L = values.shape[1]
    return np.bincount(values @ 2 ** np.arange(L)[::-1], minlength=2**L).tolist()


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_one_cell_a_step_in_random_order_follows_the_law(shape: dict[str, Any]) -> None:
    model = tiny(**shape)
    assert merged_z(counts(filled(model)), law_of_text(model).tolist()) < 4


@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[3]], ids=str)
@pytest.mark.parametrize(("steps", "shares"), [(1, (4,)), (2, (2, 2)), (3, (2, 1, 1))])
def test_cells_of_one_step_are_drawn_apart_given_z(shape: dict[str, Any], steps: int, shares: tuple[int, ...]) -> None:
    model = tiny(seed=1, **shape)
    found = counts(filled(model, steps=steps))
    assert merged_z(found, law_of_text(model, shares).tolist()) < 4


@pytest.mark.parametrize("draw", ["once", "each_step"])
def test_z_is_drawn_as_often_as_asked(draw: str) -> None:
    model = tiny(seed=1, spread=0.6, **CODES)
    found = counts(filled(model, draw=draw))
    for other in ("once", "each_step"):
        assert (merged_z(found, law_of_text(model, draw=other).tolist()) < 4) is (other == draw)


@pytest.mark.parametrize("block", [0, 2])
@pytest.mark.parametrize("shape", [{"regions": 1}, {"regions": 2}, {"prior": "conditional"}], ids=str)
def test_z_of_a_text_with_gaps_is_of_that_text_where_the_prior_reads_it(block: int, shape: dict[str, Any]) -> None:
    gaps, shares = [OPEN, 1, OPEN, OPEN], (block or 3,)  # all that is open of a block at once
    told = {"prior": "autoregressive", "latent": 2, "classes": 2, "block": block, **shape}
    reads, deaf = (tiny(seed=2, spread=0.7, **told, given=given) for given in (True, False))
    plan, windows = plan_of(reads.config, steps=4 // (block or 4)), np.tile(np.array(gaps, np.int32), (N, 1))
    found = counts(fill_windows(reads, windows, plan, keys=keys(N), tile=2000).values)
    assert merged_z(found, law_of_text(reads, shares, gaps=gaps).tolist()) < 4
    if shape != {"regions": 1}:  # there z of these weights is hardly heard
        assert merged_z(found, law_of_text(deaf, shares, gaps=gaps).tolist()) > 4


@pytest.mark.slow
def test_a_wrong_temperature_shows() -> None:
    model = tiny()
    law = law_of_text(model).tolist()
    assert merged_z(counts(filled(model, 4 * N, temperature=0.8)), law) > 4


def test_a_row_does_not_depend_on_the_others() -> None:
    model = tiny(V=5, L=8, block=4, **CODES, prior="conditional")
    windows = np.where(np.random.default_rng(0).random((19, 8)) < 0.3, 1, OPEN).astype(np.int32)
    plan = plan_of(model.config, steps=4, order="margin", noise=0.5)
    whole = fill_windows(model, windows, plan, keys=keys(19)).values
    again = np.random.default_rng(1).permutation(19)
    assert (fill_windows(model, windows[again], plan, keys=keys(19)[again]).values == whole[again]).all()
    for i in (0, 18):
        assert (fill_windows(model, windows[i : i + 1], plan, keys=keys(19)[i : i + 1]).values == whole[i]).all()
    assert (fill_windows(model, windows, plan, keys=keys(19), seed=1).values != whole).any()


def test_the_global_random_state_is_left_alone() -> None:
    before = torch.random.get_rng_state()
    filled(tiny(latent=3), 8)
    assert torch.equal(before, torch.random.get_rng_state())


@settings(deadline=None)
@given(
    seed=st.integers(0, 99), block=st.sampled_from([0, 2, 3]), n=st.integers(1, 6), T=st.integers(1, 8),
    order=st.sampled_from([*kernels.ORDERS, *kernels.ALIASES]), remask=st.sampled_from(["none", "least"]),
    temperature=st.sampled_from([0.0, 1.0]), threshold=st.sampled_from([None, 0.4]),
)  # fmt: skip
def test_what_is_given_stays_and_all_is_filled(
    seed: int, block: int, n: int, T: int, order: str, remask: str, temperature: float, threshold: float | None
) -> None:
    model = tiny(V=3, L=6, seed=2, block=block, latent=2)
    blocks, rng = -(-n // (block or n)), np.random.default_rng(seed)
    windows = np.where(rng.random((5, n)) < 0.5, rng.integers(0, 3, (5, n)), OPEN).astype(np.int32)
    plan = plan_of(
        model.config, n, steps=max(T, blocks), order=order, remask=remask, temperature=temperature, threshold=threshold
    )
    before = windows.copy()
    found = fill_windows(model, windows, plan, keys=keys(5), seed=seed)
    assert (windows == before).all()
    assert ((found.values >= 0) & (found.values < 3)).all()
    assert (np.where(windows == OPEN, OPEN, found.values) == windows).all()
    assert (found.nfe <= plan.steps).all()
    if remask == "none":
        assert (found.nfe <= (windows == OPEN).sum(1)).all()
    assert ((found.nfe == 0) == (windows != OPEN).all(1)).all()


@pytest.mark.parametrize("order", ["top_prob", "margin", "entropy"])
@pytest.mark.parametrize("threshold", [None, 0.5])
def test_without_chance_it_commits_what_the_kernel_commits(order: str, threshold: float | None) -> None:
    """Step by step by kernels.unmask, which shares nothing with it."""
    model, B = tiny(V=5, L=6, seed=3, spread=0.2), 6
    rng = np.random.default_rng(0)
    x = np.where(rng.random((B, 6)) < 0.3, rng.integers(0, 5, (B, 6)), OPEN).astype(np.int32)
    plan = plan_of(model.config, steps=3, order=order, temperature=0.0, threshold=threshold)
    ours = fill_windows(model, x, plan, keys=keys(B), tile=B).values
    everything = np.full(x.shape, 2**5 - 1, np.uint64)
    for left in (3, 2, 1):
        with torch.no_grad():
            logits = model.logits(torch.from_numpy(np.where(x == OPEN, 5, x).astype(np.int64))).numpy()
        share = -(-(x == OPEN).sum(1, dtype=np.int32) // left).astype(np.int32)
        x, *_ = kernels.unmask(
            logits, x, everything, Peers.none(6), key=keys(B), order=order, n_keep=share, threshold=threshold,
            temperature=0.0, guard=False,
        )  # fmt: skip
    assert (ours == x).all()


def test_remasking_takes_back_what_was_least_certain() -> None:
    """More evaluations than it takes without, and another text; the likeliest symbols all the same."""
    model = tiny(V=5, L=8, seed=4)
    windows = np.full((16, 8), OPEN, np.int32)
    plain, again = (
        fill_windows(model, windows, plan_of(model.config, steps=12, remask=how, rate=0.5), keys=keys(16))
        for how in ("none", "least")
    )
    assert (plain.nfe == 8).all()
    assert (again.nfe == 12).all()
    assert (plain.values != again.values).any()


@pytest.mark.parametrize(
    ("config", "how", "said"),
    [
        ({"block": 4}, {"steps": 1}, "steps is 1; this model fills 8 cells in 2 blocks of 4, so wanted 2 or more"),
        ({}, {"steps": 0}, "steps is 0"),
        ({}, {"n": 9}, "9 tokens are to be filled; a window of this model has 1 to 8"),
        ({}, {"order": "upwards"}, "order is 'upwards'"),
        ({}, {"remask": "conflicts"}, "text has no rules that clash"),
        ({}, {"draw": "twice"}, "draw is 'twice'"),
        ({"kind": "autoregressive"}, {"steps": 9}, "cell after cell: wanted 8 steps"),
        ({"kind": "autoregressive"}, {"remask": "least"}, "cell after cell"),
    ],
)
def test_plans_that_cannot_be_are_refused(config: Any, how: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        plan_of(TextConfig(3, 8, width=8, heads=2, **config), **how)


def test_windows_that_cannot_be_are_refused() -> None:
    model, one = tiny(kind="autoregressive"), np.array([[OPEN, 0, OPEN, OPEN]], np.int32)
    with pytest.raises(InvalidInput, match="leave nothing given behind one"):
        fill_windows(model, one, plan_of(model.config), keys=keys(1))
    with pytest.raises(InvalidInput, match="tokens of windows are 0 to 1"):
        fill_windows(model, one + 2, plan_of(model.config), keys=keys(1))
    assert len(every_text(2, 4)) == 16
