"""The training data: a pure function of seed and step, and what start, masked tokens and answer have to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.chi_square import chi_square_z
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.checker import accepts
from vmdsolve.domains import get
from vmdsolve.errors import InvalidInput
from vmdsolve.measure.law import law_of
from vmdsolve.problem import OPEN
from vmdsolve.sampler import block_edges
from vmdsolve.search import generate_values, propagate
from vmdsolve.train import Recipe
from vmdsolve.train.stream import Stream

FOUR, CHAINS = get("sudoku-4x4"), get("chains")
LAW = Recipe(batch=2000, data="law")


def stream_of(z_width: int = 3, **recipe: Any) -> Stream:
    return Stream(CHAINS, replace(LAW, **recipe), z_width)


RECIPES = st.one_of(
    st.builds(Recipe, batch=st.integers(1, 9), solving=st.sampled_from([0.0, 0.5, 1.0]), full=st.sampled_from([0, 0.3]),
              draw=st.sampled_from(["once", "each_step"]), seed=st.integers(0, 99)),
    st.builds(Recipe, batch=st.integers(1, 9), data=st.just("law"), full=st.sampled_from([0.0, 0.3, 1.0]),
              draw=st.sampled_from(["once", "each_step"]), seed=st.integers(0, 99), blocks=st.integers(1, 16),
              givens=st.sampled_from([(0, 0), (3, 3), (0, 16), (2, 9)])),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(RECIPES, st.integers(0, 10**6))
def test_the_start_is_part_of_the_tokens_and_these_are_part_of_the_answer(recipe: Recipe, step: int) -> None:
    start, x, x0, noise, t = Stream(FOUR, recipe, 5).batch(step)
    for part in (start, x, x0):
        assert (part.shape, part.dtype) == ((recipe.batch, 16), np.int32)
    assert ((start == OPEN) | (start == x)).all()
    assert ((x == OPEN) | (x == x0)).all()
    assert accepts(FOUR.rules, x0, x0).all() or recipe.blocks > 1
    assert (noise.shape, noise.dtype, t.shape, t.dtype) == ((recipe.batch, 5), np.float32, (recipe.batch,), np.float32)
    assert ((t > 0) & (t <= 1)).all()
    # At t = 1 nothing but the start is visible.
    assert (x == start)[t == 1].all()
    if recipe.draw == "each_step":
        assert (start == x).all()


@settings(max_examples=15, deadline=None)
@given(RECIPES, st.integers(0, 10**6))
def test_a_batch_hangs_on_seed_and_step_alone(recipe: Recipe, step: int) -> None:
    stream = Stream(FOUR, recipe, 5)
    stream.batch(step + 1)
    before, again = stream.batch(step), Stream(FOUR, replace(recipe, steps=7), 5).batch(step)
    for a, b in zip(before, again, strict=True):
        assert (a == b).all()
    for other in (stream.batch(step + 1), Stream(FOUR, replace(recipe, seed=recipe.seed + 1), 5).batch(step)):
        assert (before.noise != other.noise).any()


def test_a_step_draws_boards_that_no_other_step_draws() -> None:
    stream = Stream(FOUR, Recipe(batch=8, full=1.0, solving=1.0), 0)
    starts = np.concatenate([stream.batch(step).start for step in range(10)])
    assert len(np.unique(starts, axis=0)) > 75  # of 80; small puzzles may meet by chance


def test_answers_follow_the_law_and_noise_is_normal() -> None:
    law = law_of(get("pair-skew"))
    batch = Stream(get("pair-skew"), replace(LAW, batch=20_000), 2).batch(3)
    counts = np.bincount(law.indices(batch.x0), minlength=10).tolist()
    assert chi_square_z(counts, law.p.tolist()) < 4
    assert np.abs(batch.noise.mean(0)).max() < 0.03
    assert np.abs(batch.noise.std(0) - 1).max() < 0.03


def test_a_cell_is_masked_with_the_probability_of_its_time() -> None:
    batch = stream_of(batch=20_000, full=0.3).batch(0)
    assert abs((batch.t == 1).mean() - 0.3) < 0.02
    free = batch.t < 1
    masked, t = (batch.x == OPEN)[free].mean(1), batch.t[free]
    assert abs(t.mean() - 0.5) < 0.02
    for low in (0.0, 0.25, 0.5, 0.75):
        there = (t >= low) & (t < low + 0.25)
        assert abs(masked[there].mean() - t[there].mean()) < 0.02
    counts = np.bincount(4 - (batch.x == OPEN)[free].sum(1), minlength=5)
    assert chi_square_z(counts.tolist(), [0.2] * 5) < 4  # t even: every number of visible cells is as likely


def test_so_many_cells_are_given_and_every_cell_as_often() -> None:
    start = stream_of(batch=20_000, givens=(1, 3)).batch(0).start
    given_ = start != OPEN
    assert chi_square_z(np.bincount(given_.sum(1), minlength=4)[1:].tolist(), [1 / 3] * 3) < 4
    one = given_[given_.sum(1) == 1]
    assert chi_square_z(one.sum(0).tolist(), [1 / 4] * 4) < 4
    assert (stream_of(givens=(2, 2)).batch(0).start != OPEN).sum(1).tolist() == [2] * 2000
    assert (stream_of().batch(0).start == OPEN).all()


def test_queens_are_given_where_cells_are() -> None:
    """A square known to be empty tells little; a problem shows queens."""
    stream = Stream(get("queens-6"), replace(LAW, givens=(0, 9)), 0)
    start = stream.batch(0).start
    assert set(np.unique(start)) == {OPEN, 1}
    shown = (start == 1).sum(1)
    assert set(shown.tolist()) == set(range(7))
    assert chi_square_z(np.bincount(shown), [0.1] * 6 + [0.4]) < 4  # of six queens as many as there are, at most


@pytest.mark.parametrize("blocks", [2, 3, 4])
def test_earlier_blocks_are_visible_and_later_ones_are_open_in_the_answer(blocks: int) -> None:
    edges = block_edges(4, blocks)
    batch = stream_of(blocks=blocks).batch(0)
    seen, known = (batch.start != OPEN).sum(1), (batch.x0 != OPEN).sum(1)
    at = np.searchsorted(edges, seen, side="right") - 1
    assert chi_square_z(np.bincount(at, minlength=blocks).tolist(), [1 / blocks] * blocks) < 4
    assert (seen == edges[at]).all()
    assert (known == edges[at + 1]).all()
    cells = np.arange(4)
    assert ((batch.start != OPEN) == (cells < seen[:, None])).all()
    assert ((batch.x0 != OPEN) == (cells < known[:, None])).all()


def test_givens_in_later_blocks_stay_visible() -> None:
    batch = stream_of(blocks=2, givens=(1, 1)).batch(0)
    seen = batch.start != OPEN
    first = (seen.sum(1) == 1) & ((batch.x0 != OPEN).sum(1) < 4)  # the given lies in block two, and block one is up
    later = seen[:, 2:].any(1) & ~seen[:, :2].any(1)
    assert later.any()
    assert (batch.x0 != OPEN)[first & later][:, :2].all()
    assert ((batch.x0 != OPEN)[first & later].sum(1) == 3).all()


def test_z_once_sees_the_start_and_z_each_step_the_masked_tokens() -> None:
    once, each = stream_of(givens=(1, 1)).batch(4), stream_of(givens=(1, 1), draw="each_step").batch(4)
    assert (once.x == each.x).all()
    assert (once.x0 == each.x0).all()
    assert (once.start != once.x).any()
    assert (each.start == each.x).all()
    # A board that is masked freely has no start but itself.
    mixed = Stream(FOUR, Recipe(batch=500, solving=0.5, full=0.0), 0).batch(0)
    same = (mixed.start == mixed.x).all(1)
    assert 0.4 < same.mean() < 0.7


def test_what_the_boards_are_is_said_in_words() -> None:
    assert stream_of().source == "law of chains, 100 solutions"
    assert Stream(FOUR, Recipe(), 0).source == "native generator, minimal problems"


@settings(max_examples=40, deadline=None)
@given(RECIPES, st.integers(0, 10**6), st.data())
def test_a_part_of_a_batch_is_that_part_of_the_whole(recipe: Recipe, step: int, data: st.DataObject) -> None:
    _parts_agree(Stream(FOUR, recipe, 3), step, data.draw(st.integers(0, recipe.batch)))


@pytest.mark.parametrize(
    "more",
    [
        {"data": "answers", "puzzles": 0.5},
        {"reveal": "ease"},
        {"hard": "hard", "hard_share": 0.5},
    ],
)
def test_parts_agree_whatever_boards_are_made_of(more: dict[str, Any], tmp_path: Path) -> None:
    if "hard" in more:
        (tmp_path / "hard.txt").write_text("\n".join(FOUR.format_many(generate_values(FOUR.rules, 12, seed=3)[0])))
        more = {**more, "hard": str(tmp_path / "hard.txt")}
    stream = Stream(FOUR, Recipe(batch=12, **more), 2)
    for step, edge in ((0, 5), (3, 1), (4, 12)):
        _parts_agree(stream, step, edge)


def _parts_agree(stream: Stream, step: int, edge: int) -> None:
    whole = stream.batch(step)
    one, two = (stream.batch(step, own=slice(*ends)) for ends in ((0, edge), (edge, stream.recipe.batch)))
    for all_, first, second in zip(whole, one, two, strict=True):
        assert (len(first), all_.dtype) == (edge, first.dtype)
        np.testing.assert_array_equal(np.concatenate([first, second]), all_)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"data": "files"}, "data is 'files'; wanted one of problems, law"),
        ({"draw": "twice"}, "draw is 'twice'"),
        ({"givens": (3, 2)}, r"givens is \(3, 2\)"),
        ({"givens": (-1, 2)}, r"givens is \(-1, 2\)"),
        ({"givens": (1,)}, r"givens is \(1,\)"),
        ({"givens": ()}, r"givens is \(\)"),
        ({"blocks": 0}, "blocks is 0"),
        ({"givens": (0, 5)}, "givens up to 5, 1 blocks; chains has 4 cells"),
        ({"blocks": 5}, "givens up to 0, 5 blocks; chains has 4 cells"),
        ({"data": "problems", "blocks": 2}, "blocks and givens go with data 'law'"),
        ({"data": "problems", "givens": (0, 2)}, "blocks and givens go with data 'law'"),
        ({"settle": 1.5}, "settle is 1.5; wanted a number from 0 to 1"),
        ({"latent_kl": float("nan")}, "latent_kl is nan"),
        ({"kl_warmup": -0.1}, "kl_warmup is -0.1"),
        ({"free_bits": -1.0}, "free_bits is -1.0"),
        ({"later": -1.0}, "later is -1.0"),
        ({"reveal": "hard"}, "reveal is .hard.; wanted one of random, ease"),
    ],
)
def test_wrong_recipes_are_refused(change: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        stream_of(**change)


def test_easy_cells_are_revealed_first_where_asked() -> None:
    domain = get("sudoku-9x9")
    plain, ease = (Recipe(batch=64, full=0.0, solving=1.0, reveal=how) for how in ("random", "ease"))
    before, after = (Stream(domain, recipe, 0).batch(0) for recipe in (plain, ease))
    assert (before.start == after.start).all()
    assert ((before.x == OPEN).sum(1) == (after.x == OPEN).sum(1)).all()  # as many cells, others
    assert (before.x != after.x).any()
    left, _ = propagate(domain.rules, after.start)
    symbols = np.array([[bits.bit_count() for bits in row] for row in left.tolist()])
    for start, x, n in zip(after.start, after.x, symbols, strict=True):
        hidden, shown = n[x == OPEN], n[(start == OPEN) & (x != OPEN)]
        assert not hidden.size or not shown.size or hidden.min() >= shown.max()
