"""The smallest image of a Sudoku: the same for all images, itself an image, and none is smaller."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmdsolve.domains import get
from vmdsolve.problem import OPEN
from vmdsolve.search import generate_values, solve_values
from vmdsolve.train.minlex import fingerprint, firsts, minlex

DOMAIN = get("sudoku-9x9")
PUZZLES, ANSWERS = generate_values(DOMAIN.rules, 20, seed=5)
CIRCLING = np.array([[(3 * (r % 3) + r // 3 + c) % 9 for c in range(9)] for r in range(9)], np.int32).reshape(81)


def image(puzzle, answer, seed):
    cells, names = DOMAIN.symmetry(np.random.default_rng(seed))
    other = names[answer[cells]].astype(np.int32)
    return np.where(puzzle[cells] == OPEN, OPEN, other), other


@given(st.integers(0, len(PUZZLES) - 1), st.integers(0, 2**32))
def test_all_images_have_the_same_smallest_image(which, seed):
    puzzle, answer = PUZZLES[which], ANSWERS[which]
    turned = image(puzzle, answer, seed)
    both = minlex(np.stack([puzzle, turned[0]]), np.stack([answer, turned[1]]))
    assert (both[0] == both[1]).all()


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_a_grid_with_many_symmetries_has_one_smallest_image_too(places, seed):
    puzzle = np.where(np.random.default_rng(places).random(81) < 0.3, CIRCLING, OPEN).astype(np.int32)
    turned = image(puzzle, CIRCLING, seed)
    both = minlex(np.stack([puzzle, turned[0]]), np.stack([CIRCLING, turned[1]]))
    assert (both[0] == both[1]).all()


def test_it_is_an_image():
    smallest = minlex(PUZZLES, ANSWERS)
    found = solve_values(DOMAIN.rules, smallest, limit=2)
    assert (found.counts == 1).all()
    assert ((smallest != OPEN).sum(1) == (PUZZLES != OPEN).sum(1)).all()
    assert (minlex(smallest, found.values) == smallest).all()


@given(st.integers(0, len(PUZZLES) - 1), st.integers(0, 2**32))
def test_no_image_of_a_grid_is_smaller(which, seed):
    answer = ANSWERS[which]
    smallest = minlex(answer[None], answer[None])[0]
    assert smallest.tolist() <= image(answer, answer, seed)[1].tolist()
    assert smallest[:9].tolist() == list(range(9))


def test_other_classes_have_others():
    smallest = minlex(PUZZLES, ANSWERS)
    assert len(np.unique(smallest, axis=0)) == len(PUZZLES)
    fewer = PUZZLES.copy()
    fewer[:, 0], fewer[:, 40] = OPEN, OPEN
    assert (minlex(fewer, ANSWERS) != smallest).any(1)[(fewer != PUZZLES).any(1)].all()


@pytest.mark.parametrize("n", [0, 1])
def test_few_puzzles_are_no_special_case(n):
    assert minlex(PUZZLES[:n], ANSWERS[:n]).shape == (n, 81)


@given(st.integers(0, len(PUZZLES) - 1), st.integers(0, 2**32))
def test_all_images_have_the_same_fingerprint(which, seed):
    puzzle = PUZZLES[which]
    both = fingerprint(np.stack([puzzle, image(puzzle, ANSWERS[which], seed)[0]]))
    assert both[0] == both[1]


def test_fingerprints_tell_classes_apart():
    puzzles, answers = generate_values(DOMAIN.rules, 500, seed=6)
    assert len(np.unique(fingerprint(puzzles))) == 500 == len(np.unique(minlex(puzzles, answers), axis=0))
    assert fingerprint(puzzles[:0]).shape == (0,)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**32)), max_size=9))
def test_the_first_of_each_class_is_known(drawn):
    turned = [image(PUZZLES[which], ANSWERS[which], seed) for which, seed in drawn]
    puzzles, answers = (np.array([pair[side] for pair in turned], np.int32).reshape(-1, 81) for side in (0, 1))
    seen = [which for which, _ in drawn]
    assert firsts(puzzles, answers).tolist() == [which not in seen[:i] for i, which in enumerate(seen)]


def test_puzzles_that_look_alike_are_told_apart(monkeypatch):
    monkeypatch.setattr("vmdsolve.train.minlex.fingerprint", lambda some: np.zeros(len(some), np.uint64))
    twice = np.concatenate([PUZZLES, PUZZLES]), np.concatenate([ANSWERS, ANSWERS])
    assert firsts(*twice).tolist() == [True] * len(PUZZLES) + [False] * len(PUZZLES)


def least_of_all(puzzle, answer):
    """The smallest grid of all images and, of those images, the smallest puzzle, by going through them in plain Python.

    Each of 2 x 9 x 1,296 ways to turn the grid, take a first row and lay the columns names the symbols by that row;
    the other rows can only be sorted, since no two rows of a grid begin with the same symbol.
    """
    best = None
    orders = list(permutations(range(3)))
    columns = [[3 * s + c for s, cs in zip(stacks, inside, strict=True) for c in cs]
               for stacks in orders for inside in product(orders, repeat=3)]  # fmt: skip
    for turned in (False, True):
        grid, given = (side.reshape(9, 9).T if turned else side.reshape(9, 9) for side in (answer, puzzle))
        for first, order in product(range(9), columns):
            names = {int(grid[first, column]): place for place, column in enumerate(order)}
            rows = [
                ([names[int(grid[r, c])] for c in order], [names.get(int(given[r, c]), OPEN) for c in order])
                for r in range(9)
            ]
            bands = [sorted(rows[3 * b : 3 * b + 3]) for b in range(3)]
            image = [row for band in sorted(bands) for row in band]
            found = [row for row, _ in image], [row for _, row in image]
            best = found if best is None else min(best, found)
    return np.array(best[1]).ravel()


@pytest.mark.slow
@pytest.mark.parametrize("which", [0, 1, 2, 3, 4, "circling"])
def test_it_is_the_least_of_all_images_one_by_one(which):
    answer = CIRCLING if which == "circling" else ANSWERS[which]
    puzzle = np.where(np.arange(81) % 4 == 1, answer, OPEN).astype(np.int32)
    assert minlex(puzzle[None], answer[None])[0].tolist() == least_of_all(puzzle, answer).tolist()
