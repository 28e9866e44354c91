"""Windows: inside documents, each token once side by side, every place alike at random; and how a text is cut."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.chi_square import chi_square_z
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.errors import InvalidInput
from vmdsolve.text import sources
from vmdsolve.text.config import ABSENT
from vmdsolve.text.corpus import Corpus, Windows, check_length, prepare, split
from vmdsolve.text.masks import begun, opened, steps_of, written_before
from vmdsolve.text.sources import Files, Given
from vmdsolve.text.vocabulary import Bytes, Characters, Integers

lengths = st.lists(st.integers(1, 30), min_size=1, max_size=40)


def corpus_of(lengths: list[int]) -> Corpus:
    """Documents of these lengths, whose tokens are their places."""
    begins = np.concatenate([[0], np.cumsum(lengths)])
    return Corpus(np.arange(begins[-1]), begins, "")


@settings(deadline=None)
@given(lengths=lengths, L=st.integers(1, 12), seed=st.integers(0, 99))
def test_windows_lie_within_documents(lengths: list[int], L: int, seed: int) -> None:
    corpus = corpus_of(lengths)
    windows = Windows(corpus, L, corpus.stretches())
    own = np.repeat(np.arange(len(lengths)), lengths)
    tiles, drawn = windows.disjoint_tokens(), windows.drawn(np.random.default_rng(seed), 20)
    assert np.sort(tiles[tiles != ABSENT]).tolist() == corpus.tokens.tolist()
    assert (np.concatenate([*windows.batches(3)]) == tiles).all()
    for window in (*tiles, *drawn):
        held = window[window != ABSENT]
        assert (window[len(held) :] == ABSENT).all()
        assert (np.diff(held) == 1).all()
        assert len(set(own[held])) == 1
        assert len(held) == L or held[-1] + 1 in corpus.begins


def test_every_place_is_drawn_alike() -> None:
    corpus = corpus_of([3, 10, 5])
    drawn = Windows(corpus, 4, corpus.stretches()).drawn(np.random.default_rng(0), 20_000)
    places, counts = np.unique(drawn[:, 0], return_counts=True)
    assert places.tolist() == [0, *range(3, 10), 13, 14]
    assert chi_square_z(counts.tolist(), [0.1] * 10) < 4


@settings(deadline=None)
@given(lengths=st.lists(st.integers(20, 40), min_size=1, max_size=40))
def test_parts_are_all_of_the_text_and_share_nothing(lengths: list[int]) -> None:
    corpus = corpus_of(lengths)
    parts = split(corpus, 4, 0.1, 0.2)
    held = [set().union(*(range(*stretch) for stretch in part.stretches.tolist())) for part in parts]
    assert sorted(held[0] | held[1] | held[2]) == list(range(sum(lengths)))
    assert sum(map(len, held)) == sum(lengths)
    again = split(corpus, 4, 0.1, 0.2)
    assert all((a.stretches == b.stretches).all() for a, b in zip(parts, again, strict=True))
    if len(lengths) >= 20:  # whole documents
        assert all(set(part.stretches.ravel()) <= set(corpus.begins) for part in parts)


def test_equal_documents_stay_together() -> None:
    corpus = prepare(Given([f"document {i % 12}" for i in range(60)]), Bytes())
    seen = [
        {corpus.tokens[slice(*stretch)].tobytes() for stretch in part.stretches.tolist()}
        for part in split(corpus, 4, 0.1, 0.1)
    ]
    assert [len(texts) for texts in seen] == [10, 1, 1]
    assert not seen[0] & seen[1] | seen[1] & seen[2] | seen[0] & seen[2]
    with pytest.raises(
        InvalidInput, match=r"^180 tokens, of which equal documents stay together, are too few for train"
    ):
        split(prepare(Given(["alike"] * 36), Bytes()), 4, 0.1, 0.1)


def test_text8_is_cut_as_it_is_everywhere() -> None:
    """90, 5 and 5 million characters."""
    whole = Corpus(np.zeros(0), np.array([0, 100_000_000]), "")
    cut = [part.stretches.tolist() for part in split(whole, 256, 0.05, 0.05)]
    assert cut == [[[0, 90_000_000]], [[90_000_000, 95_000_000]], [[95_000_000, 100_000_000]]]


def test_tokens_lie_on_disk_in_few_bytes() -> None:
    for size, kind in ((256, np.uint8), (257, np.uint16), (2**16 + 1, np.uint32)):
        corpus = prepare(Given([[size - 1, 0], [], [1]]), Integers(size))
        assert isinstance(corpus.tokens, np.memmap)
        assert corpus.tokens.dtype == kind
        assert corpus.tokens.tolist() == [size - 1, 0, 1]
        assert corpus.begins.tolist() == [0, 2, 3]
    digests = {prepare(Given(given), Bytes()).digest for given in (["ab", "c"], ["a", "bc"], ["abc"])}
    assert len(digests) == 3
    with pytest.raises(InvalidInput, match=r"^there is nothing to learn from: no document holds a token$"):
        prepare(Given(["", ""]), Bytes())


@settings(deadline=None, max_examples=30)
@given(before=st.integers(0, 40), chunk=st.integers(1, 9))
def test_what_has_no_symbol_is_told_with_its_place_in_the_file(
    tmp_path_factory: pytest.TempPathFactory, before: int, chunk: int
) -> None:
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "a.txt").write_text(("a b " * 20)[:before] + "Q" + " b a")
    np.save(folder / "a.npy", np.array([1] * before + [9, 1, 1]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "CHUNK", chunk)
        with pytest.raises(InvalidInput, match=rf"a.txt, character {before + 1} is 'Q', which is none of the 3 of"):
            prepare(Files((str(folder / "a.txt"),)), Characters(" ab"))
        with pytest.raises(InvalidInput, match=rf"a.npy, number {before + 1} is 9, which is none of the vocabulary's"):
            prepare(Files((str(folder / "a.npy"),), reads="numbers"), Integers(4))


def test_windows_longer_than_any_document_are_refused() -> None:
    corpus = corpus_of([5, 13])
    check_length(Windows(corpus, 16, corpus.stretches()), 4)  # the last block is begun
    said = r"^windows have 20 cells, the longest document to learn from has 13 tokens; wanted a length of 16 or less$"
    with pytest.raises(InvalidInput, match=said):
        check_length(Windows(corpus, 20, corpus.stretches()), 4)
    with pytest.raises(InvalidInput, match=r"wanted a length of 13 or less$"):
        check_length(Windows(corpus, 14, corpus.stretches()), 0)


@pytest.mark.parametrize(("valid", "test"), [(1.0, 0.0), (-0.1, 0.1), (0.5, 0.5), (float("nan"), 0)])
def test_shares_that_leave_nothing_are_refused(valid: float, test: float) -> None:
    with pytest.raises(InvalidInput, match=r"^the share of .* wanted 0 or more, and less than 1$"):
        split(corpus_of([100]), 4, valid, test)


# Masks --------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(block=st.sampled_from([1, 2, 4, 12]), there=st.integers(0, 12), seed=st.integers(0, 99))
def test_cells_are_opened_in_every_block_and_nowhere_else(block: int, there: int, seed: int) -> None:
    x0 = np.where(np.arange(12) < there, 1, ABSENT)[None].repeat(3, 0)
    x, weight = opened(x0, block, 7, np.random.default_rng(seed))
    assert ((x == x0) | ((x == 7) & (x0 != ABSENT))).all()
    m, n = ((of.reshape(3, -1, block)).sum(2) for of in (x0 != ABSENT, x == 7))
    assert ((n >= 1) == (m > 0)).all()
    np.testing.assert_allclose(weight, np.where(m > 0, m / np.maximum(n, 1), 0), rtol=1e-6)


@settings(deadline=None)
@given(block=st.sampled_from([1, 2, 4, 12]), there=st.integers(0, 12), seed=st.integers(0, 99))
def test_half_of_the_windows_begin_open_and_of_the_others_something_may_be_given(
    block: int, there: int, seed: int
) -> None:
    x0 = np.where(np.arange(12) < there, np.arange(12) % 5, ABSENT)[None].repeat(400, 0)
    x = begun(x0, block, 7, np.random.default_rng(seed))
    assert ((x == x0) | ((x == 7) & (x0 != ABSENT))).all()
    some = ((x != 7) & (x0 != ABSENT)).any(1).sum()
    assert some <= 260
    assert some >= 20 or min(there, block) < 2  # of one cell nothing is given: it is open


def test_every_cell_counts_once_on_average_and_sizes_are_stratified() -> None:
    """The weight of an open cell makes up for how seldom it is open: E[weight] = 1 for each cell."""
    x0 = np.ones((40_000, 4), int)
    x0[:, 3] = ABSENT
    x, weight = opened(x0, 4, 9, np.random.default_rng(0))
    assert ((x == 9) * weight).mean(0) == pytest.approx([1, 1, 1, 0], abs=0.02)
    sizes = np.bincount((x == 9).sum(1), minlength=4)
    assert sizes[0] == 0
    assert abs(sizes[1:] - 40_000 / 3).max() <= 2


@given(m=st.integers(0, 40), at_once=st.integers(1, 50))
def test_a_sampler_of_several_cells_a_step_writes_all_and_never_more_than_so_many(m: int, at_once: int) -> None:
    k = steps_of(np.array(m), at_once)
    written = np.array([int(written_before(np.array(step), np.array(m), k)) for step in range(int(k) + 1)])
    assert (written[0], written[-1]) == (0, m)
    assert not m or 1 <= np.diff(written).min() <= np.diff(written).max() <= at_once


@pytest.mark.parametrize(("at_once", "there"), [(2, 5), (4, 8), (9, 3)])
def test_masks_of_several_cells_a_step_count_every_cell_once_on_average(at_once: int, there: int) -> None:
    row = np.where(np.arange(8) < there, 1, ABSENT)
    made = opened(np.tile(row, (30_000, 1)), 8, 5, np.random.default_rng(0), at_once)
    counted = ((made.x == 5) * made.weight).mean(0)
    np.testing.assert_allclose(counted[:there], 1.0, atol=0.03)
    sizes = set((made.x == 5).sum(1).tolist())
    assert sizes == {(5, 2): {5, 3, 1}, (8, 4): {8, 4}, (3, 9): {3}}[there, at_once]
