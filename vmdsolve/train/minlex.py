"""The smallest image of a Sudoku: what all 9x9 puzzles that are the same but for symmetry have in common.

A grid has 2 x 6^8 x 9! images: turned over, its rows and columns exchanged as boxes allow, its symbols renamed. The
smallest, read as one number, names its class, and its rows 1 and 2 say almost which it is: row 1 is 123456789, and for
row 2 there are 18 x 2 x 1,296 ways, of which few are least. Each of these leads to one grid, for the rows that are left
can only be sorted. A puzzle goes along with its answer; where a grid is its own image in several ways, the puzzle's
smallest image counts. So two puzzles of one answer each are of one class exactly if they have the same smallest image.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations, product

import numpy as np
import numpy.typing as npt

from ..kernels.splitmix import splitmix
from ..problem import OPEN, Board

__all__ = ["fingerprint", "firsts", "minlex"]

Ints = npt.NDArray[np.int64]
AT_ONCE = 4096  # puzzles whose fingerprints are taken together

_ORDERS = list(permutations(range(3)))
# [1296, 9] all orders of columns that keep stacks together
COLUMNS = np.array([
    [3 * stack + column for stack, inside in zip(stacks, (a, b, c), strict=True) for column in inside]
    for stacks, a, b, c in product(_ORDERS, repeat=4)
])  # fmt: skip
PLACES = np.argsort(COLUMNS, axis=1)  # where each column goes
POWERS = 9 ** np.arange(8, -1, -1)
PAIRS = np.array([(row, 3 * (row // 3) + (row + step) % 3) for row in range(9) for step in (1, 2)])  # of rows 1 and 2


def minlex(puzzles: Board, answers: Board) -> Board:
    """The smallest images [B, 81] of 9x9 Sudoku puzzles [B, 81] with their only answers [B, 81].

    Parameters
    ----------
    puzzles
        int32 [B, 81], 0 to 8 where given, OPEN where open.
    answers
        int32 [B, 81], full grids that keep the rules and the puzzles' givens.

    Returns
    -------
    Board
        int32 [B, 81]; equal rows are puzzles of one class.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.search import generate_values
    >>> domain = get("sudoku-9x9")
    >>> puzzle, answer = (boards[0] for boards in generate_values(domain.rules, 1, seed=3))
    >>> cells, names = domain.symmetry(np.random.default_rng(0))
    >>> turned = np.where(puzzle[cells] == OPEN, OPEN, names[puzzle[cells]])
    >>> both = minlex(np.stack([puzzle, turned]), np.stack([answer, names[answer[cells]]]))
    >>> bool((both[0] == both[1]).all()), bool((puzzle == turned).all())
    (True, False)
    """
    images = [_smallest(*each, _ways(each[1])) for each in zip(puzzles, answers, strict=True)]
    return np.stack(images) if images else np.zeros((0, 81), np.int32)


def _ways(answer: Board) -> Ints:
    """The ways, (turned over, pair of rows, order of columns) [n, 3], that make row 2 of a grid least."""
    grid = np.asarray(answer, np.int64).reshape(9, 9)
    first, second = PAIRS.T
    found: list[tuple[int, int, int]] = []
    least = 9**9
    for turned, rows in enumerate((grid, grid.T)):
        where = np.argsort(rows, axis=1)  # the column of each symbol in each row
        moves = np.take_along_axis(where[first], rows[second], axis=1)
        for pair, moved in enumerate(map(tuple, moves.tolist())):
            key, orders = _least(moved)
            if key > least:
                continue
            if key < least:
                least, found = key, []
            found += [(turned, pair, order) for order in orders]
    return np.array(found)


@cache  # there are 12,096 of them
def _least(moved: tuple[int, ...]) -> tuple[int, list[int]]:
    """The least row 2 as one number, and the orders of columns that lead to it: column j of row 2 holds what column
    `moved[j]` of row 1 does."""
    keys = np.take_along_axis(PLACES, np.array(moved)[COLUMNS], axis=1) @ POWERS
    return int(keys.min()), np.flatnonzero(keys == keys.min()).tolist()


def _smallest(puzzle: Board, answer: Board, ways: Ints) -> Board:
    """The smallest image of one puzzle among those that these ways lead to."""
    turned, pair, order = ways.T
    cells = np.arange(81).reshape(9, 9)
    both = np.stack([cells, cells.T])
    first, second = PAIRS[pair].T
    third = 3 * (first // 3) + (3 - first % 3 - second % 3)
    images = both[turned[:, None, None], np.arange(9)[None, :, None], COLUMNS[order][:, None]]  # [n, 9, 9] cells
    values = answer[images]
    n = np.arange(len(ways))
    names = np.argsort(values[n, first], axis=1)  # the new name of each symbol: its place in row 1
    values = names[n[:, None, None], values]
    top = np.stack([first, second, third], 1)
    bands = np.array([[band for band in range(3) if band != of] for of in range(3)])[first // 3]  # the other two
    rest = 3 * bands[:, :, None] + np.arange(3)  # [n, 2, 3] rows
    rest = np.take_along_axis(rest, np.argsort(values[n[:, None, None], rest, 0], axis=2), axis=2)
    swap = np.argsort(values[n[:, None], rest[:, :, 0], 0], axis=1)
    rows = np.concatenate([top, np.take_along_axis(rest, swap[:, :, None], axis=1).reshape(-1, 6)], 1)  # [n, 9]
    grids = values[n[:, None], rows].reshape(-1, 81)
    givens = np.where(puzzle[images[n[:, None], rows].reshape(-1, 81)] == OPEN, OPEN, grids)
    best = np.lexsort(np.concatenate([givens.T[::-1], grids.T[::-1]]))[0]
    return np.asarray(givens[best], np.int32)


def fingerprint(puzzles: Board) -> npt.NDArray[np.uint64]:
    """A number [B] for each 9x9 Sudoku puzzle [B, 81] that all images share, and hardly another class.

    Every given is known by how many givens its symbol, its row, its column and its box have; symbols, rows, columns and
    boxes are known by the sum of what their givens are, and the puzzle by the sum of what these are.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.search import generate_values
    >>> domain = get("sudoku-9x9")
    >>> puzzle, other = generate_values(domain.rules, 2, seed=3)[0]
    >>> cells, names = domain.symmetry(np.random.default_rng(0))
    >>> turned = np.where(puzzle[cells] == OPEN, OPEN, names[puzzle[cells]])
    >>> one, same, another = fingerprint(np.stack([puzzle, turned, other]))
    >>> bool(one == same), bool(one == another)
    (True, False)
    """
    B = len(puzzles)
    given = (puzzles != OPEN).reshape(B, 81)
    rows, columns = np.divmod(np.arange(81), 9)
    boxes = rows // 3 * 3 + columns // 3
    groups = [np.broadcast_to(of, (B, 81)) for of in (rows, columns, boxes)] + [np.where(given, puzzles, 0)]
    member = [(group[:, :, None] == np.arange(9)) & given[:, :, None] for group in groups]  # [B, 81, 9]
    many = [np.take_along_axis(of.sum(1), group, axis=1) for of, group in zip(member, groups, strict=True)]  # [B, 81]
    total = np.zeros(B, np.uint64)
    for first, second in ((0, 1), (1, 0)):  # turned over, rows are columns
        code = ((many[first] * 10 + many[second]) * 10 + many[2]) * 10 + many[3]
        of_given = np.where(given, splitmix(code.astype(np.uint64)), np.uint64(0))
        for salt, place in enumerate((first, second, 2, 3)):
            sums = np.where(member[place], of_given[:, :, None], np.uint64(0)).sum(1, dtype=np.uint64)
            total += splitmix(sums + np.uint64(salt)).sum(1, dtype=np.uint64)
    return total


def firsts(puzzles: Board, answers: Board) -> npt.NDArray[np.bool_]:
    """Which of 9x9 Sudoku puzzles [B, 81] with their only answers [B, 81] are the first of their class.

    Examples
    --------
    >>> from vmdsolve.domains import get
    >>> from vmdsolve.search import generate_values
    >>> puzzles, answers = generate_values(get("sudoku-9x9").rules, 2, seed=3)
    >>> again = np.concatenate([puzzles, puzzles[:1, ::-1]]), np.concatenate([answers, answers[:1, ::-1]])
    >>> firsts(*again).tolist()
    [True, True, False]
    """
    prints = np.concatenate([fingerprint(puzzles[i : i + AT_ONCE]) for i in range(0, len(puzzles) or 1, AT_ONCE)])
    _, which, times = np.unique(prints, return_inverse=True, return_counts=True)
    first = times[which] == 1
    rows = np.flatnonzero(~first)  # only these may be of one class
    _, earliest = np.unique(minlex(puzzles[rows], answers[rows]), axis=0, return_index=True)
    first[rows[earliest]] = True
    return np.asarray(first)
